package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"bellhop/monitor"
)

// A Reader reads a book and cannot write it.
type Reader struct {
	db      *sql.DB
	endOwed time.Duration
}

// ReadOnly opens the book at path beside the daemon that holds it, or without one. It fails on a file whose
// schema is not the one this program knows.
func ReadOnly(ctx context.Context, path string) (*Reader, error) {
	path, err := locate(path)
	if err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("read store: there is none yet, bellhop makes it when it starts: %w", err)
	}
	db, err := openReaders(path)
	if err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	if err := current(ctx, db); err != nil {
		return nil, fmt.Errorf("read store %s: %w", path, errors.Join(err, db.Close()))
	}
	return &Reader{db: db, endOwed: monitor.RealPace().EndOwed}, nil
}

func current(ctx context.Context, db *sql.DB) error {
	known, err := shipped()
	if err != nil {
		return err
	}
	has, err := appliedTo(ctx, db)
	if err != nil {
		return err
	}
	todo, err := pending(has, known, "of this command")
	if err != nil {
		return err
	}
	if len(todo) > 0 {
		return fmt.Errorf("it has schema %d, this program reads schema %d: start this version of bellhop once", len(has), len(known))
	}
	return nil
}

// Close closes the book.
func (r *Reader) Close() error { return r.db.Close() }

// Load gives back the book as of the last commit. Besides what monitor.Saved promises it brings every
// incident that something is still owed for, however long ago it ended.
func (r *Reader) Load(ctx context.Context) (monitor.Saved, error) {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return monitor.Saved{}, fmt.Errorf("load book: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // it has only read
	s, err := load(ctx, tx, time.Now().Add(-r.endOwed))
	if err != nil {
		return monitor.Saved{}, fmt.Errorf("load book: %w", err)
	}
	return s, nil
}

// wanted chooses the incidents that the book needs.
const wanted = "SELECT id FROM incident WHERE state = 'open' OR ended >= $1 OR id IN (SELECT incident FROM delivery WHERE settled = 0)"

func load(ctx context.Context, tx *sql.Tx, since time.Time) (monitor.Saved, error) {
	var s monitor.Saved
	var committed sql.NullInt64
	err := tx.QueryRowContext(ctx, "SELECT id, epoch, committed, samples FROM book").Scan(&s.ID, &s.Epoch, &committed, &s.Samples)
	if err != nil {
		return s, err
	}
	if committed.Valid {
		s.Committed = fromMilli(committed.Int64)
	}
	after := since.UnixMilli()
	s.Rows, err = bodies[*monitor.Row](ctx, tx, err, "SELECT body FROM check_row ORDER BY id")
	s.Incidents, err = bodies[*monitor.Incident](ctx, tx, err, "SELECT body FROM incident WHERE id IN ("+wanted+") ORDER BY since, id", after)
	s.Events, err = bodies[monitor.Event](ctx, tx, err, "SELECT body FROM event WHERE incident IN ("+wanted+") ORDER BY incident, version", after)
	s.Deliveries, err = bodies[*monitor.Delivery](ctx, tx, err, "SELECT body FROM delivery WHERE settled = 0 OR incident IN (SELECT id FROM incident WHERE state = 'open') ORDER BY incident, receiver")
	s.Notices, err = bodies[*monitor.Notice](ctx, tx, err, "SELECT body FROM notice WHERE seq IN (SELECT max(seq) FROM notice GROUP BY key) ORDER BY seq")
	s.Clients, err = bodies[*monitor.Client](ctx, tx, err, "SELECT body FROM client ORDER BY id")
	s.Hotels, err = bodies[*monitor.Hotel](ctx, tx, err, "SELECT body FROM hotel ORDER BY account")
	stint, err := bodies[*monitor.Stint](ctx, tx, err, "SELECT body FROM stint")
	for _, s.Stint = range stint {
	}
	s.Silences, err = bodies[*monitor.Silence](ctx, tx, err, "SELECT body FROM silence ORDER BY id")
	s.Reports, err = taken(ctx, tx, err, "report", time.Now().Add(-keepReports))
	s.Acts, err = taken(ctx, tx, err, "act", time.Now().Add(-keepActs))
	return s, err
}

// taken gives the ids of reports or acts taken since a time, the last ones first if there are too many, if nothing failed
// before.
func taken(ctx context.Context, tx *sql.Tx, before error, table string, since time.Time) (map[string]time.Time, error) {
	if before != nil {
		return nil, before
	}
	rows, err := tx.QueryContext(ctx, "SELECT id, at FROM "+table+" WHERE at >= $1 ORDER BY at DESC, id LIMIT $2", since.UnixMilli(), loadTaken)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]time.Time{}
	for rows.Next() {
		var id string
		var at int64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, err
		}
		all[id] = fromMilli(at)
	}
	return all, rows.Err()
}

// Incidents lists the newest incidents, newest first, at most limit.
func (r *Reader) Incidents(ctx context.Context, limit int) ([]*monitor.Incident, error) {
	return bodies[*monitor.Incident](ctx, r.db, nil, "SELECT body FROM incident ORDER BY since DESC, id DESC LIMIT $1", limit)
}

// Named lists the incidents whose ids begin so, newest first, at most limit.
func (r *Reader) Named(ctx context.Context, prefix string, limit int) ([]*monitor.Incident, error) {
	return bodies[*monitor.Incident](ctx, r.db, nil,
		"SELECT body FROM incident WHERE id >= $1 AND id < $2 ORDER BY since DESC, id DESC LIMIT $3", prefix, prefix+"\U0010FFFF", limit)
}

// Events lists all versions of an incident, oldest first.
func (r *Reader) Events(ctx context.Context, incident string) ([]monitor.Event, error) {
	return bodies[monitor.Event](ctx, r.db, nil, "SELECT body FROM event WHERE incident = $1 ORDER BY version", incident)
}

// Deliveries lists the deliveries last touched, newest first, at most limit: those that are owed, or all.
func (r *Reader) Deliveries(ctx context.Context, owed bool, limit int) ([]*monitor.Delivery, error) {
	return bodies[*monitor.Delivery](ctx, r.db, nil,
		"SELECT body FROM delivery WHERE settled = 0 OR NOT $1 ORDER BY at DESC, incident, receiver LIMIT $2", owed, limit)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// bodies reads the stored forms that the query selects, if nothing failed before.
func bodies[T any](ctx context.Context, q querier, before error, query string, args ...any) ([]T, error) {
	if before != nil {
		return nil, before
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var text []byte
		var v T
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &v); err != nil {
			return nil, fmt.Errorf("decode %T: %w", v, err)
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
