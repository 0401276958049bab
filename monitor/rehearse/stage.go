package rehearse

import (
	"time"

	"bellhop/monitor"
)

// forget is how often memory is cleared of what is long over.
const forget = time.Hour

// A stage is a play under way.
type stage struct {
	Play
	now    time.Time
	book   *monitor.Book
	agenda monitor.Agenda
	shelf  *shelf
	flying flights
	rounds monitor.Rounds
	tally  Tally
	rows   map[monitor.CheckID]*monitor.Row // as saved, until the first Reconfigure of a run

	tick    time.Time // the next one; zero is none
	control time.Time // the next round of the control hosts without need
	wake    time.Time // when something is owed to a receiver; zero is never
	cleared time.Time
	next    Step // of the script
	nextAt  time.Time
	scripts bool // there is a next step
}

func newStage(p Play) *stage {
	if p.Config.Advise == nil {
		p.Config.Advise = func(monitor.Trouble) monitor.Advice { return monitor.Advice{} }
	}
	if p.Saved.ID == "" {
		p.Saved.ID = "rehearsal"
	}
	s := &stage{Play: p, shelf: newShelf(p.Saved), cleared: p.Start}
	s.turn()
	return s
}

// turn reads the script's next step.
func (s *stage) turn() {
	s.scripts = false
	if s.Script != nil {
		s.nextAt, s.next, s.scripts = s.Script.Next()
	}
}

// open begins a run as the engine does: what is watched, since when nobody did, and a round of the control hosts.
func (s *stage) open(now time.Time, saved monitor.Saved, from time.Time) {
	s.now = now
	s.book = monitor.NewBook(saved, s.Pace, s.Config.Advise)
	s.agenda = monitor.NewAgenda(s.Pace, 0)
	s.rounds, s.flying = monitor.Rounds{}, flights{}
	s.rows = byKey(saved.Rows, func(r *monitor.Row) monitor.CheckID { return r.Check })
	s.Config.At = now
	s.feed(s.Config)
	if !from.IsZero() {
		s.feed(monitor.Gap{At: now, From: from, To: now})
	}
	s.control = time.Time{}
	if s.Config.Controls > 0 {
		s.control = now
	}
}

// A cue is what comes next. Of cues at one time, those further up come first.
type cue int

const (
	never cue = iota
	scripted
	landing
	asking
	controlling
	delivering
	ticking
)

// step does what comes next; false is that the end has come.
func (s *stage) step() bool {
	at, what := s.soonest()
	if what == never || !at.Before(s.End) {
		return false
	}
	if at.After(s.now) {
		s.now = at
	}
	s.do(what)
	if s.now.Sub(s.cleared) >= forget {
		s.cleared = s.now
		s.book.Forget(s.now)
		s.shelf.forget(s.now, s.Pace)
	}
	return true
}

func (s *stage) do(what cue) {
	switch what {
	case scripted:
		s.happen()
	case landing:
		s.land()
	case asking:
		s.ask()
	case controlling:
		s.askControls()
	case delivering:
		s.deliver()
	default:
		s.feed(monitor.Tick{At: s.now})
	}
}

// soonest is what comes next, and when.
func (s *stage) soonest() (time.Time, cue) {
	var at time.Time
	what := never
	consider := func(t time.Time, is bool, c cue) {
		if is && (what == never || t.Before(at)) {
			at, what = t, c
		}
	}
	consider(s.nextAt, s.scripts, scripted)
	lands, flies := s.flying.first()
	consider(lands, flies, landing)
	due, planned := s.agenda.Next()
	consider(due, planned, asking)
	consider(s.control, !s.control.IsZero(), controlling)
	consider(s.wake, !s.wake.IsZero(), delivering)
	consider(s.tick, !s.tick.IsZero(), ticking)
	return at, what
}

// happen does the script's next step.
func (s *stage) happen() {
	step := s.next
	s.turn()
	from := s.now
	if step.Restart || step.Off > 0 {
		s.now = s.now.Add(step.Off)
	}
	switch {
	case step.Restart:
		s.open(s.now, s.shelf.saved(s.Saved.ID), s.shelf.committed)
	case step.Off > 0:
		s.agenda.Resync(s.now)
		s.cancel(func(*flight) bool { return true })
		s.feed(monitor.Gap{At: s.now, From: from, To: s.now})
	}
	if len(step.Inputs) > 0 {
		s.feed(step.Inputs...)
	}
}

// feed decides on inputs, and does what follows from the change.
func (s *stage) feed(in ...monitor.Input) {
	c := s.book.Decide(in)
	s.book.Apply(c)
	s.tally.Inputs += len(in)
	for _, i := range in {
		if r, ok := i.(monitor.Reconfigure); ok {
			s.reload(r)
		}
	}
	if len(c.Plans) > 0 {
		s.agenda.Replan(c.Plans, s.now)
	}
	s.shelf.save(c, s.now)
	if s.Watch != nil {
		s.Watch(s.now, c, s.book)
	}
	if len(c.Incidents)+len(c.Deliveries)+len(c.Notices) > 0 {
		s.wake = s.now
	}
	s.pace()
}

// reload takes another watchlist.
func (s *stage) reload(r monitor.Reconfigure) {
	if r.Advise == nil {
		r.Advise = s.Config.Advise
	}
	s.Config, s.wake = r, s.now
	s.agenda.Set(r.Checks, s.rows, s.now)
	s.rows = nil
	asks := map[monitor.CheckID]string{}
	for _, c := range r.Checks {
		asks[c.ID()] = c.Asks
	}
	s.cancel(func(f *flight) bool {
		now, ok := asks[f.start.Check.ID()]
		return !ok || now != f.start.Check.Asks
	})
}

// pace sets the next tick. As with the engine, ticks are whole seconds apart from the start on, however few are needed.
func (s *stage) pace() {
	every := s.book.Ticks()
	if every <= 0 {
		s.tick = time.Time{}
		return
	}
	every = max(every, 50*time.Millisecond)
	next := s.Start.Add(s.now.Sub(s.Start).Truncate(every) + every)
	if s.tick.IsZero() || !s.tick.After(s.now) || next.Before(s.tick) {
		s.tick = next
	}
}

// count keeps the agenda's counts.
func (s *stage) count() {
	skipped, putOff := s.agenda.Counts()
	s.tally.Skipped += skipped
	s.tally.PutOff += putOff
}
