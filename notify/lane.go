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
	leaving bool      // the receiver was removed, or is to be replaced:
	heir    *Lane     // by this one, which has its name and is at another place
	fresh   time.Time // since when things may have been mended: what failed before is tried at once
	counts  counts

	tried  map[monitor.DeliveryID]time.Time // last attempts of this run
	held   map[monitor.DeliveryID]time.Time // not before this: they cannot be rendered
	unsaid time.Time                        // no digest before this: the last one could not be rendered
	unfit  error                            // why the last message could not be made as it is configured
	kept   time.Time                        // last beat of what keeps the receiver's incidents open
	skips  int                              // beats that failed since one did not
	paused time.Time                        // the receiver asked for nothing before
	blamed map[monitor.DeliveryID]string    // messages for whose sake it was said not to work
	sick   time.Time                        // first failure since anything was accepted
	took   time.Time                        // last acceptance
}

func newLane(x *Outbox, spec Lane) *lane {
	return &lane{
		x: x, name: spec.Receiver.Name, nudge: make(chan struct{}, 1), spec: spec, counts: newCounts(),
		tried: map[monitor.DeliveryID]time.Time{}, held: map[monitor.DeliveryID]time.Time{}, blamed: map[monitor.DeliveryID]string{},
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
		began := time.Now()
		j, spec, at := l.next(began)
		looked := time.Since(began)
		beat := l.keep(ctx, spec)
		if j != nil {
			l.deliver(ctx, *j, spec)
			continue
		}
		rest(ctx, restFor*looked)
		l.wait(ctx, earliest(at, beat))
	}
}

// restFor is how many times as long as a look at all that is owed took the lane does not look again, if there was nothing
// to send: a thousand commits in a second are no thousand looks at a thousand rows.
const restFor = 4

// rest returns after a while, or with ctx.
func rest(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
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

// next is the message to send now, and how; or, with none, when to look again. What is owed is found without the
// outbox's lock: there may be thousands of rows.
func (l *lane) next(now time.Time) (*job, Lane, time.Time) {
	if l.paused.After(now) {
		return nil, l.reached(), l.paused
	}
	spec, fresh, all := l.look()
	first := l.first(all, spec.Receiver, fresh, now)
	if first == nil {
		return nil, spec, time.Time{}
	}
	if first.at.After(now) {
		return nil, spec, first.at
	}
	if first.digest != nil {
		return &job{row: first.digest.Row, at: first.at, resumes: first.digest.Resumes, digest: first.digest, stale: first.digest.Stale}, spec, time.Time{}
	}
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	j, ok := l.x.ledger.job(first.Owing, spec.Receiver, l.x.options.Pace, now)
	if !ok {
		return nil, spec, now.Add(l.x.options.Pace.BackoffFirst)
	}
	j.at = first.at
	return &j, spec, time.Time{}
}

// reached is how the receiver is reached at present.
func (l *lane) reached() Lane {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.spec
}

// look is what the lane has to decide on.
func (l *lane) look() (Lane, time.Time, []monitor.Owing) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	settled := func(id monitor.DeliveryID, _ time.Time) bool { return l.x.ledger.rows[id] == nil }
	maps.DeleteFunc(l.tried, settled)
	maps.DeleteFunc(l.held, settled)
	maps.DeleteFunc(l.blamed, func(id monitor.DeliveryID, _ string) bool { return l.x.ledger.rows[id] == nil })
	return l.spec, l.fresh, l.x.ledger.owings(l.name)
}

// A choice is one thing that may be said next, and when.
type choice struct {
	monitor.Owing
	digest *monitor.Gathering
	at     time.Time
}

// first is what may leave first of all that is owed; nil is that nothing is.
func (l *lane) first(all []monitor.Owing, r monitor.Receiver, fresh, now time.Time) *choice {
	p := l.x.options.Pace
	var first *choice
	offer := func(c choice, resumes bool) {
		c.at = l.eager(*c.Row, c.at, resumes, fresh)
		if first == nil || c.at.Before(first.at) {
			first = &c
		}
	}
	own, digests := monitor.Gather(all, r, p, now)
	for _, o := range own {
		if o.Notice != nil {
			if at, ok := monitor.OwedNotice(*o.Row, o.Notice, r, p, now); ok {
				offer(choice{Owing: o, at: at}, monitor.ResumesNotice(*o.Row, o.Notice))
			}
		} else if _, at, ok := monitor.Owed(*o.Row, o.Incident, r, p, now); ok {
			offer(choice{Owing: o, at: at}, monitor.Resumes(*o.Row, o.Incident, r, p))
		}
	}
	for _, g := range digests {
		offer(choice{Owing: monitor.Owing{Row: &g.Row}, digest: &g, at: latest(g.At, l.unsaid)}, g.Resumes)
	}
	return first
}

// eager is when a message may leave: at once if its last attempt failed before things were mended. What may
// have arrived is not in a hurry.
func (l *lane) eager(d monitor.Delivery, at time.Time, resumes bool, fresh time.Time) time.Time {
	last, tried := l.tried[d.DeliveryID]
	if tried && resumes && !maybe(d) && last.Before(fresh) {
		return last
	}
	return latest(at, l.held[d.DeliveryID])
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

// earliest is the earlier of two times; zero is never.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
