package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// keep tells a receiver that forgets once more of all that it knows as open, if it is time to, and says when the next
// time is. It runs between letters, so that nothing is kept open whose end has left.
func (l *lane) keep(ctx context.Context, spec Lane) time.Time {
	if spec.Keep == nil || spec.KeepEvery <= 0 {
		return time.Time{}
	}
	now := time.Now()
	if at := latest(l.kept.Add(spec.KeepEvery), l.paused); at.After(now) {
		return at
	}
	l.kept = now
	open := l.standing()
	if len(open) == 0 {
		return time.Time{}
	}
	err := beat(ctx, spec, open)
	if ctx.Err() != nil {
		return time.Time{}
	}
	l.beaten(err, len(open))
	return now.Add(spec.KeepEvery)
}

// beat makes one attempt, with a deadline. A bug in it ends neither the lane nor the daemon.
func beat(ctx context.Context, spec Lane, open []Message) (err error) {
	ctx, cancel := context.WithTimeout(ctx, spec.Timeout)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return spec.Keep(ctx, open)
}

// beaten counts a beat, and logs the first failure in a row and the end of it.
func (l *lane) beaten(err error, open int) {
	l.counted(func(c *counts) {
		if c.kept++; err != nil {
			c.unkept++
		}
	})
	log := l.x.options.Log
	switch {
	case err != nil && l.skips == 0:
		log.Warn().Err(err).Str("receiver", l.name).Int("open", open).Msg("open incidents not kept open")
	case err == nil && l.skips > 0:
		log.Info().Str("receiver", l.name).Int("open", open).Int("failed", l.skips).Msg("open incidents kept open again")
	}
	if l.skips++; err == nil {
		l.skips = 0
	}
}

// standing is all that a receiver knows as open and that is, as it is now, in a fixed order.
func (l *lane) standing() []Message {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	o := l.x.options.Sender
	o.Book = l.x.ledger.book
	var open []Message
	for id, d := range l.x.ledger.lists[l.name] {
		i := l.x.ledger.incidents[id]
		if i == nil || i.State != monitor.IncidentOpen || d.Knows == monitor.NeverTried || d.State != monitor.IncidentOpen || d.Dead != "" {
			continue
		}
		m := o.about(monitor.MessageID(o.Book, d.DeliveryID, i.Version, ""), monitor.Event{Type: monitor.EventUpdated, Incident: *i})
		m.Before = d
		open = append(open, m)
	}
	slices.SortFunc(open, func(a, b Message) int { return strings.Compare(a.Incident.ID, b.Incident.ID) })
	return open
}
