package monitor

import "slices"

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
	if worst == Degraded && i.kind() == Availability && (d.hard(asked) || d.hard(streams)) {
		return Down
	}
	return worst
}

// hard says whether all of some signals are in an outage rather than a brown-out, or what they come to together is.
func (d *draft) hard(ids []SignalID) bool {
	ids = slices.DeleteFunc(slices.Clone(ids), func(m SignalID) bool { return d.row(m.Check) == nil || d.warns(m.Check) })
	all := !slices.ContainsFunc(ids, func(m SignalID) bool { return !d.isHard(m) })
	t := d.tally(ids)
	return t.N > 0 && (all || 5*t.Bad >= 4*t.N)
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
	return !slices.ContainsFunc(d.own(i), func(m SignalID) bool {
		r := d.row(m.Check)
		return r == nil || !r.Signal(m.Signal).wasHard()
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
