package rehearse

import (
	"slices"
	"time"

	"bellhop/monitor"
)

// A flight is an attempt under way, with what will come of it.
type flight struct {
	lands   time.Time
	start   monitor.Start
	outcome monitor.Outcome
}

// flights are in order, the first to land last.
type flights struct {
	list []*flight
	free []*flight // to be used again
}

func (f *flights) first() (time.Time, bool) {
	if len(f.list) == 0 {
		return time.Time{}, false
	}
	return f.list[len(f.list)-1].lands, true
}

func (f *flights) add() *flight {
	if n := len(f.free); n > 0 {
		one := f.free[n-1]
		f.free = f.free[:n-1]
		return one
	}
	return &flight{}
}

// launch puts one in its place: behind those that land at the same time.
func (f *flights) launch(one *flight) {
	at, _ := slices.BinarySearchFunc(f.list, one.lands, func(other *flight, lands time.Time) int {
		if other.lands.After(lands) {
			return -1
		}
		return 1
	})
	for at > 0 && f.list[at-1].lands.Equal(one.lands) {
		at--
	}
	f.list = slices.Insert(f.list, at, one)
}

func (f *flights) pop() *flight {
	one := f.list[len(f.list)-1]
	f.list = f.list[:len(f.list)-1]
	return one
}

// ask begins what is due.
func (s *stage) ask() {
	for _, st := range s.agenda.Due(s.now) {
		f := s.flying.add()
		f.start, f.outcome = st, s.World.Ask(st.Check, st.Attempt)
		o := &f.outcome
		o.Check, o.At, o.Started = st.Check.ID(), st.Attempt.At, s.now
		f.lands = s.now.Add(o.Took)
		s.tally.Asked++
		s.flying.launch(f)
	}
}

// land brings the outcome that arrives next.
func (s *stage) land() {
	f := s.flying.pop()
	o := f.outcome
	if o.Fault.Connection() && o.Controls == nil {
		o.Controls = s.controls()
	}
	s.agenda.Ended(f.start)
	s.flying.free = append(s.flying.free, f)
	s.feed(o)
}

// cancel ends attempts at once. Of those whose check still asks the same, the book hears that they were cut short.
func (s *stage) cancel(void func(*flight) bool) {
	var over []*flight
	s.flying.list = slices.DeleteFunc(s.flying.list, func(f *flight) bool {
		gone := void(f)
		if gone {
			over = append(over, f)
		}
		return gone
	})
	for _, f := range over {
		s.agenda.Ended(f.start)
		o := f.outcome
		s.feed(monitor.Outcome{Check: o.Check, At: o.At, Started: o.Started, Took: s.now.Sub(o.Started), Forced: o.Forced, Fault: monitor.FaultCanceled})
	}
}

// controls is what the control hosts say to one who needs to know.
func (s *stage) controls() []monitor.ControlAnswer {
	if s.Config.Controls == 0 {
		return nil
	}
	if !s.rounds.Serves(s.now, s.Pace) {
		s.rounds = s.rounds.After(s.round(), s.now)
	}
	s.control = s.now.Add(s.rounds.Again(s.Pace))
	return slices.Clone(s.rounds.Answers)
}

// askControls asks them without need.
func (s *stage) askControls() {
	s.rounds = s.rounds.After(s.round(), s.now)
	s.control = s.now.Add(s.rounds.Again(s.Pace))
	s.feed(monitor.Controls{At: s.now, Answers: slices.Clone(s.rounds.Answers)})
}

func (s *stage) round() []monitor.ControlAnswer {
	if w, ok := s.World.(Cutter); ok {
		return w.Controls(s.now)
	}
	return controlAnswers(s.Config.Controls, false)
}
