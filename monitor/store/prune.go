package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	keepSamples = 14 * 24 * time.Hour
	keepLedger  = 400 * 24 * time.Hour
	keepReports = 24 * time.Hour
	keepActs    = 24 * time.Hour

	// loadTaken is how many ids of reports or acts a book starts with: a day of one a minute, and some to spare.
	loadTaken = 2000

	// What is forgotten in one commit: a Save waits for one at most, and never 50 ms.
	pruneSamples   = 500
	pruneIncidents = 20
	pruneTaken     = 500
)

// Prune forgets samples older than 14 days, ids of reports and acts older than a day, lines of the ledger older than 90
// days or beyond the last 100,000, and what is over, told and older than 400 days: an incident goes with its events
// and deliveries, a notice with its deliveries. It works in small commits between which others save. Call it once an hour.
func (s *SQLite) Prune(ctx context.Context, now time.Time) error {
	if err := s.pruneSamples(ctx, now.Add(-keepSamples)); err != nil {
		return fmt.Errorf("prune samples: %w", err)
	}
	if err := s.pruneIDs(ctx, "report", now.Add(-keepReports)); err != nil {
		return fmt.Errorf("prune reports: %w", err)
	}
	if err := s.pruneIDs(ctx, "act", now.Add(-keepActs)); err != nil {
		return fmt.Errorf("prune acts: %w", err)
	}
	if err := s.pruneTold(ctx, now.Add(-keepTellings), mostTellings); err != nil {
		return fmt.Errorf("prune tellings: %w", err)
	}
	for _, victims := range []string{endedLongAgo, noticedLongAgo, sentLongAgo} {
		if err := s.pruneLedger(ctx, victims, now.Add(-keepLedger)); err != nil {
			return fmt.Errorf("prune ledger: %w", err)
		}
	}
	return nil
}

func (s *SQLite) pruneSamples(ctx context.Context, before time.Time) error {
	old, err := column[int64](ctx, s.db, "SELECT id FROM series WHERE EXISTS (SELECT 1 FROM sample WHERE series = series.id AND at < $1)", before.UnixMilli())
	if err != nil {
		return err
	}
	for _, series := range old {
		for more := true; more; {
			if more, err = s.pruneSeries(ctx, series, before); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *SQLite) pruneIDs(ctx context.Context, table string, before time.Time) error {
	for {
		var n int64
		err := s.commit(ctx, func(tx *sql.Tx) error {
			res, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE id IN (SELECT id FROM "+table+" WHERE at < $1 LIMIT $2)", before.UnixMilli(), pruneTaken)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		if err != nil || n < pruneTaken {
			return err
		}
	}
}

// pruneSeries forgets the oldest samples of one check, and tells whether there may be more.
func (s *SQLite) pruneSeries(ctx context.Context, series int64, before time.Time) (bool, error) {
	var n int64
	err := s.commit(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM sample WHERE series = $1 AND at IN "+
			"(SELECT at FROM sample WHERE series = $1 AND at < $2 ORDER BY at LIMIT $3)", series, before.UnixMilli(), pruneSamples)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE book SET samples = samples - $1", n)
		return err
	})
	return n == pruneSamples, err
}

// The incidents and notices that may be forgotten. The last word of a notice stays while it stands, and
// nothing goes for which something is owed.
const (
	nothingOwed    = " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.incident = v.id AND d.settled = 0) LIMIT $2"
	endedLongAgo   = "SELECT id FROM incident v WHERE state <> 'open' AND ended < $1" + nothingOwed
	noticedLongAgo = "SELECT id FROM notice v WHERE at < $1 AND (over = 1 OR EXISTS (SELECT 1 FROM notice n WHERE n.key = v.key AND n.seq > v.seq))" + nothingOwed
	sentLongAgo    = "SELECT DISTINCT id FROM (SELECT incident AS id FROM delivery d WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM incident WHERE id = d.incident) " +
		"AND NOT EXISTS (SELECT 1 FROM notice WHERE id = d.incident)) v WHERE true" + nothingOwed
)

func (s *SQLite) pruneLedger(ctx context.Context, victims string, before time.Time) error {
	for {
		ids, err := column[string](ctx, s.db, victims, before.UnixMilli(), pruneIncidents)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.commit(ctx, func(tx *sql.Tx) error { return forget(ctx, tx, ids) }); err != nil {
			return err
		}
	}
}

func forget(ctx context.Context, tx *sql.Tx, ids []string) error {
	for _, id := range ids {
		for _, text := range []string{
			"DELETE FROM event WHERE incident = $1", "DELETE FROM delivery WHERE incident = $1",
			"DELETE FROM incident WHERE id = $1", "DELETE FROM notice WHERE id = $1",
		} {
			if _, err := tx.ExecContext(ctx, text, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// commit runs do in a transaction of its own.
func (s *SQLite) commit(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// column reads the one column that the query selects.
func column[T any](ctx context.Context, db *sql.DB, query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
