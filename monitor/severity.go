package monitor

import "slices"

// severity is the worst that an incident's own checks say; of its members, where it has none.
func (d *draft) severity(i *Incident) Severity {
	var fails, attempts int
	hard, worst := true, Warning
	for _, m := range d.own(i) {
		r := d.row(m.Check)
		if r == nil {
			continue
		}
		s := r.Signal(m.Signal)
		if m.Signal == Availability && !d.warns(m.Check) {
			fails, attempts = fails+s.Fails, attempts+s.Attempts-s.GoodRun
			hard = hard && s.Hard()
		}
		worst = worse(worst, d.severityOf(m))
	}
	if worst == Degraded && attempts > 0 && (hard || fails*5 >= attempts*4) {
		return Down
	}
	return worst
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
