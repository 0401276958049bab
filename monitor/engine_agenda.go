package monitor

import (
	"container/heap"
	"context"
	"time"
)

// soonest is how soon after the start every check is asked, at the real pace.
const soonest = time.Minute

// An agenda knows what is to be asked when. It starts nothing itself and takes the time as an argument; the
// scheduler owns it.
type agenda struct {
	entries  map[CheckID]*entry
	queue    queue
	accounts map[string]Budget // scheduled runs by account
	hosts    map[string]Budget // re-probes and sweeps by host
	pace     Pace
	max      int // attempts at a time
	running  int

	skipped []CheckID // since they were last counted
	putOff  int
}

// An entry is one check on the agenda.
type entry struct {
	check   *Check
	plan    Plan
	last    time.Time // scheduled start of the last attempt
	next    time.Time // of the next
	once    time.Time // of a sweep run besides; zero is none
	paid    bool      // the next run has its place in its budget already
	running bool
	cut     context.CancelFunc // ends the attempt under way
	place   int                // in the queue
}

// A Start is an attempt that is to begin now.
type Start struct {
	Check   *Check
	Attempt Attempt

	entry *entry
}

func newAgenda(p Pace, atOnce int) *agenda {
	return &agenda{
		entries: map[CheckID]*entry{}, accounts: map[string]Budget{}, hosts: map[string]Budget{},
		pace: p, max: atOnce,
	}
}

// set makes the agenda that of these checks, and touches only what changed. last are the scheduled starts
// of earlier attempts. The entries it returns are gone or ask something else now: their attempts are void.
func (a *agenda) set(checks []*Check, last map[CheckID]time.Time, now time.Time) (void []*entry) {
	keep, rush := make(map[CheckID]bool, len(checks)), a.rushAt(checks, last, now)
	for _, c := range checks {
		if c.Reported {
			continue
		}
		keep[c.ID()] = true
		e := a.entries[c.ID()]
		switch {
		case e == nil:
			a.add(&entry{check: c, last: last[c.ID()], plan: Plan{Paused: c.Paused}}, rush, now)
		case e.check.Asks != c.Asks:
			void = append(void, e)
			e.check, e.plan, e.last, e.once = c, Plan{}, time.Time{}, time.Time{}
			a.move(e, rush.first(c, e.last, now, a.pace))
		case e.check.Spec != c.Spec || e.check.Every != c.Every:
			e.check = c
			a.move(e, nextRun(c, e.plan, e.last, now))
		default:
			e.check = c
		}
	}
	for id, e := range a.entries {
		if !keep[id] {
			void = append(void, e)
			delete(a.entries, id)
			heap.Remove(&a.queue, e.place)
		}
	}
	return void
}

func (a *agenda) add(e *entry, r rush, now time.Time) {
	a.entries[e.check.ID()] = e
	e.next = r.first(e.check, e.last, now, a.pace)
	heap.Push(&a.queue, e)
}

// move gives an entry another next run, which has no place in a budget yet.
func (a *agenda) move(e *entry, next time.Time) {
	e.next, e.paid = next, false
	heap.Fix(&a.queue, e.place)
}

// replan takes the book's new plans.
func (a *agenda) replan(plans []CheckPlan, now time.Time) {
	for _, p := range plans {
		e := a.entries[p.Check]
		if e == nil {
			continue
		}
		same := e.plan.Paused == p.Plan.Paused && e.plan.Every == p.Plan.Every && e.plan.NotBefore.Equal(p.Plan.NotBefore)
		e.plan = p.Plan
		if !same {
			a.move(e, nextRun(e.check, e.plan, e.last, now))
		}
		if e.plan.Paused {
			e.once = time.Time{}
			continue
		}
		if once := p.Plan.Once; !once.IsZero() && e.last.Before(once) {
			e.once, e.paid = later(once, e.plan.NotBefore), false
			heap.Fix(&a.queue, e.place)
		}
	}
}

// resync starts over after a jump of time: what was due meanwhile is not made up. It returns the entries
// whose attempts are void.
func (a *agenda) resync(now time.Time) (void []*entry) {
	clear(a.accounts)
	clear(a.hosts)
	rush := a.rushAgain(now)
	for _, e := range a.entries {
		if e.running {
			void = append(void, e)
		}
		if e.last.After(now) {
			e.last = time.Time{}
		}
		e.once = time.Time{}
		next := rush.first(e.check, e.last, now, a.pace)
		if e.plan.Every > 0 {
			next = nextRun(e.check, e.plan, e.last, now)
		}
		a.move(e, next)
	}
	return void
}

// due takes what is to begin now, as far as somebody is free to ask.
func (a *agenda) due(now time.Time) (starts []Start) {
	for len(a.queue) > 0 {
		e := a.queue[0]
		at := e.due()
		switch {
		case at.After(now):
			return starts
		case e.plan.Paused:
			a.move(e, nextRun(e.check, e.plan, e.last, now))
		case e.running:
			a.skip(e, now)
		case a.running >= a.max:
			return starts
		case a.affords(e, now):
			starts = append(starts, a.begin(e, now))
		}
		heap.Fix(&a.queue, e.place)
	}
	return starts
}

// begin takes the run that is due. Ticks of the check that passed unasked are skipped and counted.
func (a *agenda) begin(e *entry, now time.Time) Start {
	at := e.due()
	sweep := e.sweeps()
	e.running, e.last, e.paid = true, at, false
	a.running++
	if !e.once.After(now) {
		e.once = time.Time{}
	}
	if !sweep || e.plan.Every > 0 {
		e.next = following(e.check, e.plan, at)
	}
	a.pass(e, now)
	return Start{Check: e.check, Attempt: Attempt{At: at, Fresh: e.plan.Fresh}, entry: e}
}

// skip passes over what is due while the check is still being asked. A sweep is then served by that attempt.
func (a *agenda) skip(e *entry, now time.Time) {
	if !e.once.IsZero() && !e.once.After(now) {
		e.once = time.Time{}
	}
	e.paid = false
	a.pass(e, now)
}

func (a *agenda) pass(e *entry, now time.Time) {
	for !e.next.After(now) {
		a.skipped = append(a.skipped, e.check.ID())
		e.next = following(e.check, e.plan, e.next)
	}
}

// ended says that an attempt is over.
func (a *agenda) ended(e *entry) {
	a.running--
	e.running, e.cut = false, nil
}

// affords is whether the run that is due is within its budget. If not, it is put off to when it fits; a
// re-probe or sweep gives way to the check's own next tick, which would have come anyway.
func (a *agenda) affords(e *entry, now time.Time) bool {
	budgets, key, limit := a.budget(e)
	if key == "" || e.paid {
		return true
	}
	b, ok := budgets[key]
	if !ok {
		b = Budget{Max: limit, Window: a.pace.BudgetWindow}
	}
	fit := b.Fit(now)
	if !fit.After(now) {
		budgets[key] = b.Spend(now)
		return true
	}
	a.putOff++
	if e.put(fit, now) {
		budgets[key] = b.Spend(fit)
	}
	return false
}

// put moves the run that is due to a later time, and is whether it takes a place in the budget there.
func (e *entry) put(fit, now time.Time) (taken bool) {
	if e.own() {
		e.next, e.paid = fit, true
		return true
	}
	tick := orNever(e.check.Schedule.Next(now), now)
	switch {
	case e.sweeps() && fit.Before(e.next):
		e.once, e.paid = fit, true
	case e.sweeps():
		e.once = time.Time{}
	case fit.Before(tick):
		e.next, e.paid = fit, true
	default:
		e.next = tick
	}
	return e.paid
}

// due is when the entry's next run is.
func (e *entry) due() time.Time {
	if e.sweeps() {
		return e.once
	}
	return e.next
}

// sweeps is whether the next run is one of a sweep.
func (e *entry) sweeps() bool { return !e.once.IsZero() && e.once.Before(e.next) }

// own is whether the next run would come by the check's schedule alone, and not only because of its plan.
func (e *entry) own() bool {
	if e.sweeps() {
		return false
	}
	return e.plan.Every <= 0 || e.last.IsZero() || !orNever(e.check.Schedule.Next(e.last), e.last).After(e.next)
}

// queue orders entries by the time they are due.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due().Before(q[j].due()) }

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

// Push is for container/heap.
func (q *queue) Push(x any) {
	e := x.(*entry)
	e.place = len(*q)
	*q = append(*q, e)
}

// Pop is for container/heap.
func (q *queue) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return e
}
