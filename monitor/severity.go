package monitor

import (
	"math/bits"
	"slices"
)

// severity is the worst that an incident's own checks say; of its members, where it has none. What bellhop asked and
// the integration's requests are each judged by themselves: a thousand of these would drown one of those.
func (d *draft) severity(i *Incident) Severity {
	worst := Warning
	for _, m := range d.own(i) {
		if d.row(m.Check) != nil {
			worst = worse(worst, d.severityOf(m))
		}
	}
	asked, streams := d.apart(i)
	if worst == Degraded && i.kind() == Availability && ((d.hard(asked) || i.Reopened == 0 && d.allFail(asked)) && (i.Severity == Down || !d.fewFail(i)) || d.hard(streams)) {
		return Down
	}
	return worst
}

// fewFail says whether half of the checks that bellhop asks itself of what a cause stands for are answered all the while:
// where probes fail one after the other by chance, that is no outage.
func (d *draft) fewFail(i *Incident) bool {
	if i.Cause.Kind != NodeEdge && i.Cause.Kind != NodeAPI {
		return false
	}
	failing, of := 0, 0
	for _, id := range d.watched.members[i.Cause.Node()] {
		if c := d.watched.checks[id]; !c.counts(i) || c.Reported {
			continue
		}
		f, seen := d.fares(id, i, i.kind())
		failing, of = failing+one(f), of+one(seen)
	}
	return of > 1 && 2*failing <= of
}

// hard says whether all of some signals are in an outage rather than a brown-out, or what they come to together is.
func (d *draft) hard(ids []SignalID) bool {
	ids = slices.DeleteFunc(slices.Clone(ids), func(m SignalID) bool { return d.row(m.Check) == nil || d.warns(m.Check) })
	all := !slices.ContainsFunc(ids, func(m SignalID) bool { return !d.isHard(m) })
	t := d.tally(ids)
	return t.N > 0 && (all || 5*t.Bad >= 4*t.N)
}

// allFail says whether the last eight attempts at some checks together failed, two at least at each: those that are asked
// seldom need not be waited for.
func (d *draft) allFail(ids []SignalID) bool {
	sum := 0
	for _, m := range ids {
		r := d.row(m.Check)
		if r == nil || d.warns(m.Check) {
			return false
		}
		s := r.Signal(m.Signal)
		n := min(bits.TrailingZeros8(^s.Tail), s.Tailed)
		if n < 2 || d.streamAt(m) != nil {
			return false
		}
		sum += n
	}
	return sum >= 8
}

// isHard says whether a signal is in an outage rather than a brown-out.
func (d *draft) isHard(m SignalID) bool {
	s := d.row(m.Check).Signal(m.Signal)
	if d.streamAt(m) != nil {
		return d.hardRequests(m, s)
	}
	return s.Hard()
}

// wasHard says whether all that an incident's numbers are of failed until it began to be good, so that an outage is not
// told to be less while its end is awaited.
func (d *draft) wasHard(i *Incident) bool {
	return d.nearsEnd(i) || !slices.ContainsFunc(d.own(i), func(m SignalID) bool {
		r := d.row(m.Check)
		return r == nil || !r.Signal(m.Signal).wasHard()
	})
}

// nearsEnd says whether all that an incident's numbers are of is good for several attempts: after a brown-out that is no
// end yet, but what comes next may be one.
func (d *draft) nearsEnd(i *Incident) bool {
	const several = 3
	return !slices.ContainsFunc(d.own(i), func(m SignalID) bool {
		r := d.row(m.Check)
		return r == nil || r.Signal(m.Signal).Phase != Recovering || r.Signal(m.Signal).GoodRun < several
	})
}

// wasHard says whether the last eight attempts before the present Goods, as far as they are known, all failed.
func (s Signal) wasHard() bool {
	known := 8 - s.GoodRun
	return s.Phase == Recovering && s.Tailed == 8 && known > 0 && s.Tail>>s.GoodRun == 1<<known-1
}

// severityOf is what one open signal amounts to; availability is Degraded until the numbers make it Down.
func (d *draft) severityOf(m SignalID) Severity {
	switch {
	case d.warns(m.Check), d.breaksSoon(m):
		return Warning
	case m.Signal == Auth:
		return AuthLost
	case m.Signal == Quota:
		return QuotaOut
	}
	return Degraded
}

func (d *draft) warns(id CheckID) bool {
	c := d.watched.checks[id]
	return c != nil && c.Warning
}

// severities are in order, worst first.
var severities = []Severity{Down, Degraded, AuthLost, QuotaOut, Warning}

func worse(a, b Severity) Severity {
	if slices.Index(severities, a) < slices.Index(severities, b) {
		return a
	}
	return b
}
