package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"bellhop/monitor"
)

const (
	keepTellings = 90 * 24 * time.Hour
	mostTellings = 100_000
	listTellings = 50 // without a limit

	pruneTellings = 500 // in one commit
)

// The statements for tellings. The same answer once more takes the place of the one before, so that a receiver that is
// dead for a day is a line and not thousands.
const (
	tellSQL = "INSERT INTO telling (at, incident, receiver, message, first, further, body) VALUES ($1, $2, $3, $4, $5, $6, $7) " +
		"ON CONFLICT (at, incident, receiver, message) DO UPDATE SET first = excluded.first, further = excluded.further, body = excluded.body"
	againSQL = "UPDATE telling SET at = $1, further = $5, body = $6 WHERE incident = $2 AND receiver = $3 AND message = $4 AND at = " +
		"(SELECT max(at) FROM telling WHERE incident = $2 AND receiver = $3 AND message = $4)"
)

func (w *saving) tellings(ctx context.Context, c monitor.Change) error {
	for _, t := range c.Tellings {
		if err := w.tell(ctx, t); err != nil {
			return fmt.Errorf("telling of %s to %s: %w", t.Incident, t.Receiver, err)
		}
	}
	if c.Stint == nil {
		return nil
	}
	return w.put(ctx, w.stint, c.Stint)
}

func (w *saving) tell(ctx context.Context, t monitor.Telling) error {
	at := t.At.UnixMilli()
	if t.From == 0 {
		body, err := json.Marshal(t)
		if err != nil {
			return err
		}
		n, err := w.exec(ctx, w.again, at, t.Incident, t.Receiver, t.ID, t.Further, string(body))
		if n > 0 || err != nil {
			return err
		}
	}
	return w.put(ctx, w.telling, t, at, t.Incident, t.Receiver, t.ID, cmp.Or(t.From, t.Attempt), t.Further)
}

// Tellings lists what receivers were told, newest first, as the filter chooses.
func (r *Reader) Tellings(ctx context.Context, f monitor.TellingFilter) ([]monitor.Telling, error) {
	query, args := tellingsQuery(f)
	rows, err := r.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read tellings: %w", err)
	}
	defer rows.Close()
	var all []monitor.Telling
	for rows.Next() {
		t, err := scanTelling(rows)
		if err != nil {
			return nil, fmt.Errorf("read tellings: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}

func scanTelling(rows *sql.Rows) (monitor.Telling, error) {
	var t monitor.Telling
	var text []byte
	var first int
	if err := rows.Scan(&first, &text); err != nil {
		return t, err
	}
	err := json.Unmarshal(text, &t)
	t.From = first
	return t, err
}

// tellingsQuery asks for a page, and for all of the page's last millisecond: the next page begins before that.
func tellingsQuery(f monitor.TellingFilter) (string, []any) {
	args := []any{max(cmp.Or(f.Limit, listTellings), 1) - 1}
	bind := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	where := []string{"true"}
	if f.Incident != "" {
		where = append(where, "incident = "+bind(f.Incident))
	} else {
		where = append(where, "further = 0")
	}
	if f.Receiver != "" {
		where = append(where, "receiver = "+bind(f.Receiver))
	}
	if !f.Before.IsZero() {
		where = append(where, "at < "+bind(f.Before.UnixMilli()))
	}
	chosen := strings.Join(where, " AND ")
	return "SELECT first, body FROM telling WHERE " + chosen +
		" AND at >= coalesce((SELECT at FROM telling WHERE " + chosen + " ORDER BY at DESC LIMIT 1 OFFSET $1), 0)" +
		" ORDER BY at DESC, incident DESC, receiver DESC, message DESC", args
}

// pruneTold forgets what was told before a time, and all but the last ones.
func (s *SQLite) pruneTold(ctx context.Context, before time.Time, most int) error {
	over, err := column[int64](ctx, s.db, "SELECT at FROM telling ORDER BY at DESC LIMIT 1 OFFSET $1", most)
	if err != nil {
		return err
	}
	end := before.UnixMilli()
	for _, at := range over {
		end = max(end, at+1)
	}
	for more := true; more; {
		if err := s.commit(ctx, func(tx *sql.Tx) error {
			res, err := tx.ExecContext(ctx, "DELETE FROM telling WHERE at <= (SELECT max(at) FROM (SELECT at FROM telling WHERE at < $1 ORDER BY at LIMIT $2))", end, pruneTellings)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			more = n >= pruneTellings
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
