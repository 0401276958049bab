package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

const (
	sampleBatch   = 50 // samples in one statement
	sampleColumns = 6
)

// sampleSQL inserts n samples. One that is there already stays: a check is not asked twice at one time.
func sampleSQL(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO sample (series, at, took, status, fault, evidence) VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		k := i * sampleColumns
		fmt.Fprintf(&b, "($%d, $%d, $%d, $%d, $%d, $%d)", k+1, k+2, k+3, k+4, k+5, k+6)
	}
	b.WriteString(" ON CONFLICT (series, at) DO NOTHING")
	return b.String()
}

// history stores samples, and how many there are now.
func (w *saving) history(ctx context.Context, all []monitor.Sample) error {
	if len(all) == 0 {
		return nil
	}
	var added int64
	for part := range slices.Chunk(all, sampleBatch) {
		n, err := w.some(ctx, part)
		if err != nil {
			return fmt.Errorf("samples: %w", err)
		}
		added += n
	}
	_, err := w.exec(ctx, w.count, added)
	return err
}

func (w *saving) some(ctx context.Context, part []monitor.Sample) (int64, error) {
	args := make([]any, 0, len(part)*sampleColumns)
	for _, s := range part {
		id, err := w.seriesOf(ctx, s.Check)
		if err != nil {
			return 0, err
		}
		args = append(args, id, s.At.UnixMilli(), s.Took.Microseconds(), s.Status, string(s.Fault), packEvidence(s.Evidence))
	}
	if len(part) == sampleBatch {
		return w.exec(ctx, w.samples, args...)
	}
	var added int64
	for one := range slices.Chunk(args, sampleColumns) {
		n, err := w.exec(ctx, w.sample, one...)
		if err != nil {
			return 0, err
		}
		added += n
	}
	return added, nil
}

func (w *saving) seriesOf(ctx context.Context, check monitor.CheckID) (int64, error) {
	if id, ok := w.known[check]; ok {
		return id, nil
	}
	if id, ok := w.series[check]; ok {
		return id, nil
	}
	var id int64
	err := w.tx.StmtContext(ctx, w.statements.series).QueryRowContext(ctx, string(check)).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("series %s: %w", check, err)
	}
	w.series[check] = id
	return id, nil
}

// Samples lists what is kept of a check from one time, included, to another, not included; oldest first.
// Times are kept to the millisecond, durations to the microsecond.
func (r *Reader) Samples(ctx context.Context, check monitor.CheckID, from, to time.Time) ([]monitor.Sample, error) {
	rows, err := r.db.QueryContext(ctx, "SELECT at, took, status, fault, evidence FROM sample "+
		"WHERE series = (SELECT id FROM series WHERE check_id = $1) AND at >= $2 AND at < $3 ORDER BY at",
		string(check), from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("read samples of %s: %w", check, err)
	}
	defer rows.Close()
	var all []monitor.Sample
	for rows.Next() {
		s := monitor.Sample{Check: check}
		var at, took, evidence int64
		if err := rows.Scan(&at, &took, &s.Status, &s.Fault, &evidence); err != nil {
			return nil, fmt.Errorf("read samples of %s: %w", check, err)
		}
		s.At, s.Took, s.Evidence = fromMilli(at), time.Duration(took)*time.Microsecond, unpackEvidence(evidence)
		all = append(all, s)
	}
	return all, rows.Err()
}

// evidences are in the order of their two bits.
var evidences = [4]monitor.Evidence{monitor.None, monitor.Good, monitor.Fail, monitor.None}

func packEvidence(e [4]monitor.Evidence) int64 {
	var bits int64
	for i, v := range e {
		bits |= int64(slices.Index(evidences[:], v)&3) << (2 * i)
	}
	return bits
}

func unpackEvidence(bits int64) [4]monitor.Evidence {
	var e [4]monitor.Evidence
	for i := range e {
		e[i] = evidences[bits>>(2*i)&3]
	}
	return e
}
