package rehearse

import (
	"slices"
	"time"

	"bellhop/monitor"
)

// A script is what a scenario has besides spells, and what comes in: reports each minute, beats in time.
type script struct {
	*world
	zero   time.Time
	pauses []Line
	hotels []hotel
	report time.Time // the next one
	beats  []beating
}

// A beating is a heartbeat, and when it comes next.
type beating struct {
	check *monitor.Check
	next  time.Time
}

func newScript(w *world, s Scenario, start, zero time.Time) *script {
	t := &script{world: w, zero: zero, hotels: w.cast.hotels(), report: start.Truncate(time.Minute).Add(20 * time.Second)}
	for _, l := range s.Lines {
		if l.Do == Suspend || l.Do == Restart {
			t.pauses = append(t.pauses, l)
		}
	}
	for _, c := range w.cast.Config.Checks {
		if c.Kind == monitor.KindBeat {
			t.beats = append(t.beats, beating{c, start.Add(time.Second)})
		}
	}
	return t
}

// Next is for Script.
func (t *script) Next() (time.Time, Step, bool) {
	next := t.soonest()
	switch {
	case len(t.pauses) > 0 && !t.zero.Add(t.pauses[0].At).After(next):
		l := t.pauses[0]
		t.pauses = t.pauses[1:]
		t.miss(t.zero.Add(l.At + l.For))
		return t.zero.Add(l.At), Step{Off: l.For, Restart: l.Do == Restart}, true
	case next.Equal(forever):
		return time.Time{}, Step{}, false
	}
	return next, Step{Inputs: t.inputs(next)}, true
}

// miss passes over what comes while nobody listens.
func (t *script) miss(until time.Time) {
	for t.report.Before(until) {
		t.report = t.report.Add(time.Minute)
	}
	for i := range t.beats {
		if t.beats[i].next.Before(until) {
			t.beats[i].next = t.beats[i].check.Schedule.Next(until)
		}
	}
}

// forever is later than anything happens.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func (t *script) soonest() time.Time {
	next := forever
	if len(t.hotels) > 0 {
		next = t.report
	}
	for _, b := range t.beats {
		if b.next.Before(next) {
			next = b.next
		}
	}
	return next
}

// inputs are what comes in at a time. What is silent sends nothing.
func (t *script) inputs(at time.Time) []monitor.Input {
	var in []monitor.Input
	if len(t.hotels) > 0 && t.report.Equal(at) {
		t.report = at.Add(time.Minute)
		if r, ok := t.world.report(at, t.hotels); ok {
			in = append(in, r)
		}
	}
	for i, b := range t.beats {
		if !b.next.Equal(at) {
			continue
		}
		t.beats[i].next = b.check.Schedule.Next(at)
		silent := func(s spell) bool {
			return s.fault == "silent" && s.at(at) && t.cast.concerns(s.on, b.check)
		}
		if !slices.ContainsFunc(t.spells, silent) {
			in = append(in, monitor.Beat{At: at, Check: b.check.ID()})
		}
	}
	return in
}
