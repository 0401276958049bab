package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"bellhop/monitor"
)

// statements are those of Save, prepared once. Each but touch and series takes the place of what was stored
// under its key, so that a change whose commit was made although it seemed to fail may be saved again.
type statements struct {
	touch, row, removed, incident, event, delivery, notice, client, hotel, noHotel, report, silence, noSilence, act, telling, again, stint, series, sample, samples, count *sql.Stmt
}

func (s *statements) prepare(ctx context.Context, db *sql.DB) error {
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&s.touch, "UPDATE book SET committed = $2 WHERE epoch = $1"},
		{&s.row, "INSERT INTO check_row (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body"},
		{&s.removed, "DELETE FROM check_row WHERE id = $1"},
		{&s.incident, "INSERT INTO incident (id, state, since, ended, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE " +
			"SET state = excluded.state, since = excluded.since, ended = excluded.ended, body = excluded.body"},
		{&s.event, "INSERT INTO event (incident, version, type, at, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (incident, version) DO UPDATE " +
			"SET type = excluded.type, at = excluded.at, body = excluded.body"},
		{&s.delivery, "INSERT INTO delivery (incident, receiver, settled, at, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (incident, receiver) DO UPDATE " +
			"SET settled = excluded.settled, at = excluded.at, body = excluded.body"},
		{&s.notice, "INSERT INTO notice (id, key, at, over, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE " +
			"SET key = excluded.key, at = excluded.at, over = excluded.over, body = excluded.body"},
		{&s.client, "INSERT INTO client (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body"},
		{&s.hotel, "INSERT INTO hotel (account, body) VALUES ($1, $2) ON CONFLICT (account) DO UPDATE SET body = excluded.body"},
		{&s.noHotel, "DELETE FROM hotel WHERE account = $1"},
		{&s.report, "INSERT INTO report (id, at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET at = excluded.at"},
		{&s.silence, "INSERT INTO silence (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body"},
		{&s.noSilence, "DELETE FROM silence WHERE id = $1"},
		{&s.act, "INSERT INTO act (id, at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET at = excluded.at"},
		{&s.telling, tellSQL},
		{&s.again, againSQL},
		{&s.stint, "INSERT INTO stint (one, body) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET body = excluded.body"},
		{&s.series, "INSERT INTO series (check_id) VALUES ($1) ON CONFLICT (check_id) DO UPDATE SET check_id = excluded.check_id RETURNING id"},
		{&s.sample, sampleSQL(1)},
		{&s.samples, sampleSQL(sampleBatch)},
		{&s.count, "UPDATE book SET samples = samples + $1"},
	} {
		var err error
		if *p.to, err = db.PrepareContext(ctx, p.text); err != nil {
			return fmt.Errorf("prepare %q: %w", p.text, err)
		}
	}
	return nil
}

// A saving is one commit under way.
type saving struct {
	*statements
	tx     *sql.Tx
	known  map[monitor.CheckID]int64
	series map[monitor.CheckID]int64 // made in this commit
}

// Save stores all of c in one commit, synced to the disk, or nothing. It fails with monitor.ErrEpoch when the
// book has another epoch; after any other error the same change may be saved again.
func (s *SQLite) Save(ctx context.Context, epoch int64, c monitor.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.inPlace(); err != nil {
		return fmt.Errorf("save book: %w", err)
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("save book: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back
	w := saving{statements: &s.stmts, tx: tx, known: s.series, series: map[monitor.CheckID]int64{}}
	if err := w.change(ctx, epoch, c); err != nil {
		return fmt.Errorf("save book: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("save book: %w", err)
	}
	maps.Copy(s.series, w.series)
	return nil
}

func (w *saving) change(ctx context.Context, epoch int64, c monitor.Change) error {
	n, err := w.exec(ctx, w.touch, epoch, c.At.UnixMilli())
	if err != nil {
		return err
	}
	if n == 0 {
		return monitor.ErrEpoch
	}
	if err := w.rows(ctx, c); err != nil {
		return err
	}
	if err := w.incidents(ctx, c); err != nil {
		return err
	}
	if err := w.deliveries(ctx, c); err != nil {
		return err
	}
	if err := w.hotels(ctx, c); err != nil {
		return err
	}
	if err := w.acts(ctx, c); err != nil {
		return err
	}
	if err := w.tellings(ctx, c); err != nil {
		return err
	}
	return w.history(ctx, c.Samples)
}

func (w *saving) rows(ctx context.Context, c monitor.Change) error {
	for _, id := range c.Removed {
		if _, err := w.exec(ctx, w.removed, string(id)); err != nil {
			return fmt.Errorf("remove row %s: %w", id, err)
		}
	}
	for _, id := range inOrder(c.Rows) {
		if c.Light[id] {
			continue
		}
		if err := w.put(ctx, w.row, c.Rows[id], string(id)); err != nil {
			return fmt.Errorf("row %s: %w", id, err)
		}
	}
	for id, k := range c.Clients {
		if err := w.put(ctx, w.client, k, id); err != nil {
			return fmt.Errorf("client %s: %w", id, err)
		}
	}
	return nil
}

func (w *saving) incidents(ctx context.Context, c monitor.Change) error {
	for id, i := range c.Incidents {
		if err := w.put(ctx, w.incident, i, id, string(i.State), i.Since.UnixMilli(), ended(i)); err != nil {
			return fmt.Errorf("incident %s: %w", id, err)
		}
	}
	for _, e := range c.Events {
		if err := w.put(ctx, w.event, e, e.Incident.ID, e.Incident.Version, string(e.Type), e.At.UnixMilli()); err != nil {
			return fmt.Errorf("event %s %d: %w", e.Incident.ID, e.Incident.Version, err)
		}
	}
	return nil
}

func (w *saving) deliveries(ctx context.Context, c monitor.Change) error {
	for id, d := range c.Deliveries {
		if err := w.put(ctx, w.delivery, d, id.Incident, id.Receiver, d.Settled, c.At.UnixMilli()); err != nil {
			return fmt.Errorf("delivery of %s to %s: %w", id.Incident, id.Receiver, err)
		}
	}
	for key, n := range c.Notices {
		if err := w.put(ctx, w.notice, n, n.ID, key, n.At.UnixMilli(), n.Over); err != nil {
			return fmt.Errorf("notice %s: %w", key, err)
		}
	}
	return nil
}

func (w *saving) hotels(ctx context.Context, c monitor.Change) error {
	for _, account := range inOrder(c.Hotels) {
		h := c.Hotels[account]
		if h == nil {
			if _, err := w.exec(ctx, w.noHotel, account); err != nil {
				return fmt.Errorf("remove hotel %s: %w", account, err)
			}
			continue
		}
		if err := w.put(ctx, w.hotel, h, account); err != nil {
			return fmt.Errorf("hotel %s: %w", account, err)
		}
	}
	for id, at := range c.Reports {
		if _, err := w.exec(ctx, w.report, id, at.UnixMilli()); err != nil {
			return fmt.Errorf("report %s: %w", id, err)
		}
	}
	return nil
}

// acts stores what people did.
func (w *saving) acts(ctx context.Context, c monitor.Change) error {
	for id, s := range c.Silences {
		if s == nil {
			if _, err := w.exec(ctx, w.noSilence, id); err != nil {
				return fmt.Errorf("remove silence %s: %w", id, err)
			}
			continue
		}
		if err := w.put(ctx, w.silence, s, id); err != nil {
			return fmt.Errorf("silence %s: %w", id, err)
		}
	}
	for id, at := range c.Acts {
		if _, err := w.exec(ctx, w.act, id, at.UnixMilli()); err != nil {
			return fmt.Errorf("act %s: %w", id, err)
		}
	}
	return nil
}

// inOrder are keys in the order in which they are found in the book. There may be more of them than SQLite keeps pages
// for: in any order it would write each page several times.
func inOrder[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// put stores body as JSON, as the last argument of the statement.
func (w *saving) put(ctx context.Context, stmt *sql.Stmt, body any, args ...any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = w.exec(ctx, stmt, append(args, string(text))...)
	return err
}

func (w *saving) exec(ctx context.Context, stmt *sql.Stmt, args ...any) (int64, error) {
	res, err := w.tx.StmtContext(ctx, stmt).ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// ended is when an incident ended, for searching; none while it is open.
func ended(i *monitor.Incident) any {
	switch {
	case i.State == monitor.IncidentOpen:
		return nil
	case i.Ended.IsZero():
		return i.Updated.UnixMilli()
	}
	return i.Ended.UnixMilli()
}

func fromMilli(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
