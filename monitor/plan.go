package monitor

import (
	"slices"
	"time"
)

// plan finds how a check, and those that share its representative, are to be asked from now on, and tells
// the scheduler where that differs from before.
func (d *draft) plan(id CheckID) {
	c, r := d.watched.checks[id], d.row(id)
	if c == nil || r == nil || c.Reported {
		return
	}
	next := d.planFor(c)
	if old := r.Plan; next == old && !dirty(r) {
		return
	}
	d.setPlan(id, next)
	if c.Forced || c.Every > d.b.pace.KeepOver {
		return
	}
	d.complete(c)
	d.follow(id)
	for _, other := range d.watched.groups[group{c.Host, c.Account}] {
		if r := d.row(other); other != id && r != nil && r.Signal(Availability).IsOpen() {
			d.setPlan(other, d.planFor(d.watched.checks[other]))
		}
	}
}

// complete asks a check of the user's own that fails together with others of its host once more just when its failures
// span long enough to open: what all of them say needs no more than that, and waits for no interval.
func (d *draft) complete(c *Check) {
	r, rule := d.row(c.ID()), d.watched.rules[c.ID()][signalIndex(Availability)]
	s := r.Signal(Availability)
	at := s.Since.Add(rule.Span)
	next := s.Phase == Suspect && s.Last == Fail && s.Level+rule.Fail >= rule.Alarm
	if !c.Own || !next || !at.After(s.LastAt) || !at.Before(s.LastAt.Add(d.b.pace.Quick)) || !d.agreed(c, s.Since) {
		return
	}
	plan := r.Plan
	plan.Once = at
	d.c.Plans = append(d.c.Plans, CheckPlan{c.ID(), plan})
}

// agreed says whether the other checks of a host and account fail as one does, since it fell into doubt: at least one of
// them, four in five of those that were asked, and none was told already.
func (d *draft) agreed(c *Check, since time.Time) bool {
	failing, asked := 0, 0
	for _, id := range d.watched.groups[group{c.Host, c.Account}] {
		r := d.row(id)
		if id == c.ID() || r == nil || r.Signal(Availability).LastAt.Before(since) {
			continue
		}
		s := r.Signal(Availability)
		if s.IsOpen() {
			return false
		}
		if asked++; s.Last == Fail {
			failing++
		}
	}
	return failing > 0 && failing*5 >= asked*4
}

func (d *draft) setPlan(id CheckID, p Plan) {
	if d.row(id).Plan != p {
		d.editRow(id).Plan = p
		d.c.Plans = append(d.c.Plans, CheckPlan{id, p})
	}
}

// planFor is how a check is to be asked, given how its signals stand.
func (d *draft) planFor(c *Check) Plan {
	r := d.row(c.ID())
	if r == nil {
		return Plan{}
	}
	if r.Paused {
		return Plan{Paused: true}
	}
	p := Plan{Every: d.tempo(c, r)}
	p.Fresh = p.Every > 0
	if r.Last.RetryAfter > 0 {
		p.NotBefore = r.Last.at().Add(min(r.Last.RetryAfter, d.b.pace.RetryAfterMax))
	}
	if p.Every >= c.Every {
		p.Every = 0
	}
	return p
}

// tempo is the interval in trouble, 0 for the check's own schedule.
func (d *draft) tempo(c *Check, r *Row) time.Duration {
	a, l, u := r.Signal(Availability), r.Signal(Latency), r.Signal(Auth)
	switch {
	case c.Info, d.spared(c, r):
		return 0
	case c.Forced:
		return d.tokenTempo(a, u)
	case a.Phase == Suspect || a.Phase == Recovering || l.Phase == Suspect || l.Phase == Recovering:
		return d.b.pace.Quick
	case u.Phase == Suspect || u.Phase == Recovering:
		return d.b.pace.AuthApart
	case (a.Phase == Open || l.Phase == Open) && c.Every > d.b.pace.KeepOver:
		return 0
	case a.Phase == Open && d.quick(c):
		return d.b.pace.Quick
	case a.Phase == Open || l.Phase == Open || u.Phase == Open:
		return d.b.pace.OpenEvery
	case d.witnesses(c.ID()):
		return d.b.pace.Quick
	case r.mute():
		return d.b.pace.KeepOver // a daily one would be unknown until tomorrow
	}
	return 0
}

// tokenTempo is the pace of a check that spends a forced token request on each run.
func (d *draft) tokenTempo(a, u Signal) time.Duration {
	since := a.Since
	if u.IsOpen() {
		since = u.Since
	}
	switch {
	case a.Phase == Recovering || u.Phase == Recovering || a.Phase == Suspect || u.Phase == Suspect:
		return d.b.pace.TokenDoubt
	case !a.IsOpen() && !u.IsOpen():
		return 0
	case d.now.Sub(since) > d.b.pace.TokenLongAfter:
		return d.b.pace.TokenLong
	}
	return d.b.pace.TokenOpen
}

// quick says whether an open check is its group's representative, or the representative is good again.
func (d *draft) quick(c *Check) bool {
	ids := d.watched.groups[group{c.Host, c.Account}]
	i := slices.IndexFunc(ids, func(id CheckID) bool {
		k, r := d.watched.checks[id], d.row(id)
		return r != nil && !k.Forced && k.Every <= d.b.pace.KeepOver && r.Signal(Availability).IsOpen()
	})
	return i >= 0 && (ids[i] == c.ID() || d.row(ids[i]).Signal(Availability).Last == Good)
}
