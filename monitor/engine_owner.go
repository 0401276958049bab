package monitor

import (
	"context"
	"time"
)

const (
	maxBatch  = 2048                   // inputs decided on at once; bounds how long one commit takes
	tickEvery = time.Second            // at the real pace
	minTick   = 50 * time.Millisecond  // however much the pace is divided: a tick costs a decision
	retrySave = 200 * time.Millisecond // between two tries of a failed Save, at the real pace
	forget    = time.Hour              // how often memory is cleared of what is long over
	minSave   = 2 * time.Second        // the least time a Save gets: a disk does not know the pace
	saveEach  = 500 * time.Microsecond // more for each thing that it holds: a crowd of hotels takes its time
)

// owner is the one goroutine that owns the book. It takes all waiting inputs, decides, saves once, applies.
type owner struct {
	*Monitor
	book ledger

	watched map[CheckID]*Check
	rows    map[CheckID]*Row // as saved, until the first Reconfigure
	pending []item           // taken, and not applied yet
	owed    Change           // applied, and not saved yet

	failing time.Time   // since when the store fails; zero is that it works
	alone   bool        // it failed for too long: the book goes on without it
	retry   *time.Timer // until then a failed Save is not tried again
	waiting bool        // for retry
	saving  chan error  // of the Save under way while alone; nil is none
	sent    Change      // what that one saves
	built   time.Time   // the last snapshot
	cleared time.Time   // when memory was last cleared of what is long over
}

func newOwner(m *Monitor, book ledger) *owner {
	o := &owner{Monitor: m, book: book, rows: make(map[CheckID]*Row, len(m.Saved.Rows))}
	for _, r := range m.Saved.Rows {
		o.rows[r.Check] = r
	}
	return o
}

func (o *owner) run(ctx context.Context) error {
	tick := time.NewTicker(max(o.Pace.Of(tickEvery), minTick))
	defer tick.Stop()
	o.retry = time.NewTimer(time.Hour)
	defer o.retry.Stop()
	defer o.leave(ctx)
	for {
		flush := false
		select {
		case <-ctx.Done():
			return nil
		case <-o.inbox.wake:
		case <-tick.C:
			flush = true
		case <-o.retry.C:
			o.waiting = false
		case err := <-o.saving:
			if err := o.returned(err); err != nil {
				return err
			}
		}
		if err := o.turn(ctx, flush); err != nil {
			return err
		}
		if now := o.Now(); now.Sub(o.cleared) >= forget {
			o.book.Forget(now)
			o.cleared = now
		}
		if flush || o.wanted.Load() && o.Now().Sub(o.built) >= o.showEvery() {
			o.show(ctx)
		}
	}
}

// turn decides on all that waits, makes it durable if it must be, and applies it. A failed Save leaves the
// book as it was: the same inputs are decided again, with what arrived since. flush is that a second passed.
func (o *owner) turn(ctx context.Context, flush bool) error {
	if o.waiting {
		return nil
	}
	o.take(flush)
	if len(o.pending) == 0 {
		return nil
	}
	c := o.book.Decide(inputs(o.pending))
	switch {
	case o.alone:
		o.owed.absorb(c)
		if flush && o.saving == nil {
			o.saveAside(ctx)
		}
	case flush || c.Urgent || o.awaited():
		if err := o.commit(ctx, c); err != nil {
			return o.failed(err)
		}
	default:
		o.owed.absorb(c)
	}
	o.apply(ctx, c)
	return nil
}

// take moves waiting inputs to pending. Outcomes of checks that are gone, or ask something else now, end here.
func (o *owner) take(tick bool) {
	for _, it := range o.inbox.take(max(maxBatch-len(o.pending), 0)) {
		if r, ok := it.in.(Reconfigure); ok {
			o.watch(r)
		}
		if it.check != nil && !o.current(it.check) {
			continue
		}
		o.pending = append(o.pending, it)
	}
	if tick {
		o.pending = append(o.pending, item{in: Tick{At: o.Now()}})
	}
}

func (o *owner) watch(r Reconfigure) {
	o.watched = make(map[CheckID]*Check, len(r.Checks))
	for _, c := range r.Checks {
		o.watched[c.ID()] = c
	}
	o.inbox.fit(len(r.Checks))
}

func (o *owner) current(c *Check) bool {
	now := o.watched[c.ID()]
	return now != nil && now.Asks == c.Asks
}

func inputs(items []item) []Input {
	in := make([]Input, len(items))
	for i, it := range items {
		in[i] = it.in
	}
	return in
}

// awaited is whether somebody waits for a pending input to be durable.
func (o *owner) awaited() bool {
	for _, it := range o.pending {
		if it.done != nil {
			return true
		}
	}
	return false
}

// apply makes a change true and tells those it concerns.
func (o *owner) apply(ctx context.Context, c Change) {
	o.book.Apply(c)
	for _, it := range o.pending {
		if r, ok := it.in.(Reconfigure); ok {
			o.reschedule(ctx, r, c.Plans)
		}
	}
	if len(c.Plans) > 0 {
		o.sched.send(ctx, func(a *agenda, now time.Time) []*entry {
			a.replan(c.Plans, now)
			return nil
		})
	}
	if o.Watch != nil {
		o.Watch(c)
	}
	for _, it := range o.pending {
		if it.done != nil {
			it.done <- nil
		}
	}
	clear(o.pending)
	o.pending = o.pending[:0]
}

// reschedule gives the scheduler the checks, and what is known of their last runs if this is the first time. What is
// paused is not asked even once.
func (o *owner) reschedule(ctx context.Context, r Reconfigure, plans []CheckPlan) {
	last := lastRuns(r.Checks, o.rows)
	o.rows = nil
	o.sched.send(ctx, func(a *agenda, now time.Time) []*entry {
		void := a.set(r.Checks, last, now)
		a.replan(plans, now)
		return void
	})
}

// show builds a snapshot for the readers.
func (o *owner) show(ctx context.Context) {
	o.wanted.Store(false)
	s := o.view()
	if len(s.Checks) > 0 {
		next := o.sched.next(ctx)
		for i := range s.Checks {
			if s.Checks[i].Check.Reported || s.Checks[i].State == StatePaused {
				continue
			}
			s.Checks[i].Next = next[s.Checks[i].Check.ID()]
		}
	}
	o.shown.Store(s)
	o.built = s.At
}

// view is the book as it stands, with what the engine knows of itself.
func (o *owner) view() *Snapshot {
	s := o.book.Snapshot(o.Now())
	s.Engine, s.StoreDown, s.Instance = o.stats.read(), o.failing, o.Instance
	s.Engine.Inbox, s.Engine.InboxCap = o.inbox.size()
	return s
}

// commit saves what is owed together with c; after it nothing is owed.
func (o *owner) commit(ctx context.Context, c Change) error {
	all := c
	if o.owed.stores() {
		all = o.owed.Merge(c)
	}
	if !all.stores() {
		return nil
	}
	if err := o.save(ctx, all); err != nil {
		return err
	}
	o.owed, o.failing = Change{}, time.Time{}
	return nil
}

func (o *owner) save(ctx context.Context, c Change) error {
	ctx, cancel := context.WithTimeout(ctx, max(o.Pace.StorePatience, minSave)+time.Duration(c.size()-len(c.Light))*saveEach)
	defer cancel()
	begun := time.Now()
	err := o.Store.Save(ctx, o.Saved.Epoch, c)
	o.stats.committed(o.Now(), time.Since(begun), err)
	return err
}
