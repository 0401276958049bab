package monitor

import (
	"slices"
	"time"
)

// A suspicion may be old: then the signal opens with the first failure or two of what is going on now, before those that
// can tell why have been asked more than once. It is believed when they have. How long that takes depends on them alone,
// so that a success of the check itself never makes its alarm earlier.

// hearingMost is how long an opening waits for its witnesses, at the real pace: for two answers more.
const hearingMost = 28 * time.Second

// hear puts an opening off for as long as its witnesses have to be heard, and opens what was put off when they have been.
func (d *draft) hear(c *Check, id SignalID, before, next Signal, edge Edge) (Signal, Edge) {
	since, waits := d.sight.held[id]
	if waits && (before.Phase != Suspect || since.Before(before.Since)) { // it was of a suspicion that has ended otherwise
		delete(d.editSight().held, id)
		since, waits = time.Time{}, false
	}
	at, rule := next.LastAt, d.watched.rules[id.Check][signalIndex(id.Signal)]
	switch {
	case edge == Opened && d.unheard(c, id, next, since):
		if !waits {
			set(&d.editSight().held, id, at)
		}
		rule.Alarm = rule.Cap + rule.Fail + 1 // out of reach
		return before.Step(at, Fail, rule)
	case waits && edge == NoEdge && next.Phase == Suspect && d.sight.cut.IsZero() && !d.unheard(c, id, next, since):
		next, edge = next.open(at, rule), Opened
	}
	if waits && (next.Phase != Suspect || edge == Opened) {
		delete(d.editSight().held, id)
	}
	return next, edge
}

// open is a signal in doubt that is believed now.
func (s Signal) open(at time.Time, r SignalRule) Signal {
	if s.Last == Fail {
		s = s.begun()
	}
	return s.alarm(at, r)
}

// unheard says whether the witnesses of an opening are still to be heard: at first in any case, then while one of them
// fails, and twice as long while the own probes of what it depends on have not answered, as there is much to ask. Where the
// check has failed three times in a row, they have been.
func (d *draft) unheard(c *Check, id SignalID, s Signal, since time.Time) bool {
	waited, most := s.LastAt.Sub(since), d.b.pace.Of(hearingMost)
	switch {
	case c.Reported || c.Info || c.Warning || id.Signal != Availability || s.streak() == len(s.Recent):
		return false
	case since.IsZero():
		return len(d.witnessesOf(c)) > 0
	case waited >= most:
		return waited < 2*most && d.silent(c, since)
	}
	return slices.ContainsFunc(d.witnessesOf(c), func(w CheckID) bool {
		r := d.row(w)
		return r != nil && r.Signal(Availability).Last == Fail && d.within(r.Signal(Availability).LastAt, 2*d.b.pace.Quick)
	})
}

// silent says whether one of the own probes of what a check depends on has told nothing since a time.
func (d *draft) silent(c *Check, since time.Time) bool {
	return slices.ContainsFunc(c.Path, func(n Node) bool {
		return slices.ContainsFunc(d.watched.direct[n], func(w CheckID) bool {
			r := d.row(w)
			return w != c.ID() && d.watched.checks[w].testifies() && r != nil && r.Signal(Availability).LastAt.Before(since)
		})
	})
}
