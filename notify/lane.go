package notify

import (
	"context"
	"maps"
	"time"

	"bellhop/monitor"
)

// A lane serves one receiver: one message at a time, the one that has been owed longest first. A message that
// is to be tried again later holds up only its own incident. The first group of fields is fixed or locked,
// the second belongs to the lane's goroutine.
type lane struct {
	x     *Outbox
	name  string
	nudge chan struct{} // something may have changed

	spec    Lane      // protected by x.mu, like all to the next gap
	leaving bool      // the receiver was removed
	fresh   time.Time // since when things may have been mended: what failed before is tried at once
	counts  counts

	tried  map[monitor.DeliveryID]time.Time // last attempts of this run
	held   map[monitor.DeliveryID]time.Time // not before this: they cannot be rendered
	paused time.Time                        // the receiver asked for nothing before
	sick   time.Time                        // first failure since anything was accepted
	took   time.Time                        // last acceptance
}

func newLane(x *Outbox, spec Lane) *lane {
	return &lane{
		x: x, name: spec.Receiver.Name, nudge: make(chan struct{}, 1), spec: spec, counts: newCounts(),
		tried: map[monitor.DeliveryID]time.Time{}, held: map[monitor.DeliveryID]time.Time{},
	}
}

func (l *lane) wake() {
	select {
	case l.nudge <- struct{}{}:
	default:
	}
}

// run serves until ctx ends or the receiver has been removed and told so.
func (l *lane) run(ctx context.Context) {
	for ctx.Err() == nil {
		if l.left(ctx) {
			return
		}
		j, spec, at := l.next(time.Now())
		if j != nil {
			l.deliver(ctx, *j, spec)
			continue
		}
		l.wait(ctx, at)
	}
}

// wait returns when something may have changed, at a time, or with ctx. The zero time is never.
func (l *lane) wait(ctx context.Context, at time.Time) {
	var alarm <-chan time.Time
	if !at.IsZero() {
		timer := time.NewTimer(time.Until(at))
		defer timer.Stop()
		alarm = timer.C
	}
	select {
	case <-l.nudge:
	case <-alarm:
	case <-ctx.Done():
	}
}

// next is the message to send now, and how; or, with none, when to look again.
func (l *lane) next(now time.Time) (*job, Lane, time.Time) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	l.forgetLocked()
	var first *job
	for _, d := range l.x.ledger.of(l.name) {
		j, ok := l.x.ledger.job(d, l.spec.Receiver, l.x.options.Pace, now)
		if !ok {
			continue
		}
		j.at = l.eager(j)
		if first == nil || j.at.Before(first.at) {
			first = &j
		}
	}
	if first == nil {
		return nil, l.spec, time.Time{}
	}
	if at := latest(first.at, l.paused); at.After(now) {
		return nil, l.spec, at
	}
	return first, l.spec, time.Time{}
}

// forgetLocked drops what is known of rows that are settled.
func (l *lane) forgetLocked() {
	settled := func(id monitor.DeliveryID, _ time.Time) bool { return l.x.ledger.rows[id] == nil }
	maps.DeleteFunc(l.tried, settled)
	maps.DeleteFunc(l.held, settled)
}

// eager is when a message may leave: at once if its last attempt failed before things were mended. What may
// have arrived is not in a hurry.
func (l *lane) eager(j job) time.Time {
	last, tried := l.tried[j.row.DeliveryID]
	if tried && j.resumes && !maybe(j.row) && last.Before(l.fresh) {
		return last
	}
	return latest(j.at, l.held[j.row.DeliveryID])
}

// maybe says that the message under way may have arrived already.
func maybe(d monitor.Delivery) bool {
	return d.Sending != nil && d.Knows == monitor.Maybe && d.Version == d.Sending.Version
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
