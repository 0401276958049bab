package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"bellhop/monitor/rehearse"
	"bellhop/monitor/store"
	"bellhop/monitor/watchlist"
)

// replay plays what was recorded.
func (s *shell) replay(ctx context.Context, r rehearsing, list *watchlist.Watchlist, c rehearse.Cast) error {
	if r.within > 0 {
		return misused("--told-within is for scenarios: nobody knows when recorded trouble began")
	}
	from, to, err := stretch(r.history, time.Now().UTC())
	if err != nil {
		return err
	}
	records, n, err := recorded(ctx, list, c, from.Add(-rehearse.Lead), to)
	if err != nil {
		return err
	}
	if n == 0 {
		return misused("nothing is recorded from %s to %s: single outcomes are kept for 14 days", minute(from), minute(to))
	}
	p := records.Replay(ctx, c, from, to)
	if err := ctx.Err(); err != nil {
		return err
	}
	about := fmt.Sprintf("%s to %s, as it was recorded", minute(from), minute(to))
	done := newRehearsal(s.config, rehearse.Scenario{Name: "history", About: about}, c, p)
	done.clock, done.margin = func(t time.Time) string { return t.UTC().Format("01-02 15:04:05") }, 15
	done.MadeUp, done.Remarks = 0, unrecorded(c, records)
	return s.rehearsed(r, done)
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// stretch reads FROM..TO.
func stretch(text string, now time.Time) (from, to time.Time, err error) {
	first, last, ok := strings.Cut(text, "..")
	if !ok {
		return from, to, misused("--history wants FROM..TO, as in 2026-11-20..2026-11-21 or 24h.., and got %q", text)
	}
	to = now
	if from, err = readTime(first, now); err == nil && last != "" {
		to, err = readTime(last, now)
	}
	switch {
	case err != nil:
		return from, to, err
	case !from.Before(to):
		return from, to, misused("--history %s: it ends before it begins", text)
	case !from.Before(now):
		return from, to, misused("--history %s: that has not come yet, it is %s", text, minute(now))
	case to.After(now):
		to = now
	}
	return from, to, nil
}

// readTime reads a date, a time in UTC, or a duration before now.
func readTime(text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, misused("%q is no time: write 2026-11-20, 2026-11-20T02:30 (UTC), or how long ago, like 24h", text)
}

// recorded reads what the store has of the checks of the watchlist, and how much that is.
func recorded(ctx context.Context, list *watchlist.Watchlist, c rehearse.Cast, from, to time.Time) (rehearse.Records, int, error) {
	book, err := store.ReadOnly(ctx, list.Store.Path)
	if err != nil {
		return nil, 0, err
	}
	records, n := rehearse.Records{}, 0
	for _, check := range c.Config.Checks {
		samples, err := book.Samples(ctx, check.ID(), from, to)
		if err != nil {
			return nil, 0, errors.Join(err, book.Close())
		}
		if n += len(samples); len(samples) > 0 {
			records[check.ID()] = samples
		}
	}
	return records, n, book.Close()
}

// unrecorded says what is missing in what was played.
func unrecorded(c rehearse.Cast, records rehearse.Records) []string {
	var missing, remarks []string
	for _, check := range c.Config.Checks {
		if len(records[check.ID()]) == 0 {
			missing = append(missing, string(check.ID()))
		}
	}
	if len(missing) > 0 {
		more := ""
		if len(missing) > 5 {
			more = fmt.Sprintf(" and %d more", len(missing)-5)
		}
		remarks = append(remarks, fmt.Sprintf("Nothing is recorded of %s%s.", strings.Join(missing[:min(len(missing), 5)], ", "), more))
	}
	if c.Config.Reported.Hotel != nil {
		remarks = append(remarks, "What your integration reported is not recorded in single outcomes, and was not played.")
	}
	return remarks
}
