package monitor

import (
	"fmt"
	"slices"
	"time"
)

// recentMax is how many ended incidents a snapshot lists.
const recentMax = 50

// Snapshot is the book as readers see it at a time.
func (b *Book) Snapshot(now time.Time) *Snapshot {
	d := &draft{b: b, watched: b.watched, sight: b.sight, now: now}
	s := &Snapshot{
		At: now, Checks: make([]CheckView, 0, len(b.watched.order)),
		Blind: Blindness{Since: b.sight.blind, Never: b.sight.outside.IsZero(), Before: b.sight.before},
	}
	for _, id := range b.watched.order {
		s.Checks = append(s.Checks, d.view(id))
	}
	for _, i := range b.incidents {
		if i.State == IncidentOpen {
			s.Open = append(s.Open, i)
		} else {
			s.Recent = append(s.Recent, i)
		}
	}
	slices.SortFunc(s.Open, func(x, y *Incident) int { return newest(x.Opened, y.Opened, x.ID, y.ID) })
	slices.SortFunc(s.Recent, func(x, y *Incident) int { return newest(x.Ended, y.Ended, x.ID, y.ID) })
	s.Recent = s.Recent[:min(len(s.Recent), recentMax)]
	for _, n := range b.notices {
		if !n.Over {
			s.Notices = append(s.Notices, n)
		}
	}
	slices.SortFunc(s.Notices, func(x, y *Notice) int { return newest(x.At, y.At, x.ID, y.ID) })
	page, _ := d.statusPage()
	s.Hotels, s.LastReport, s.Maintenance = b.listed, b.heard, page.Maintenance
	s.Silences = d.standingSilences()
	b.owing(d, s)
	return s
}

func newest(a, b time.Time, x, y string) int {
	if c := b.Compare(a); c != 0 {
		return c
	}
	return compare(x, y)
}

// view is how one check is shown.
func (d *draft) view(id CheckID) CheckView {
	c, r := d.watched.checks[id], d.row(id)
	v := CheckView{Check: c, Row: r, State: StateUnknown, Why: "not asked yet", Silence: d.silenceOf(c, r)}
	if c.Reported {
		v.Why = c.waits()
	}
	if r == nil || r.Paused {
		return d.bySomeone(v)
	}
	if c.Kind == KindBeat && !r.LastRun.IsZero() {
		v.Next, _ = c.due(r, Apart{}, d.b.pace)
	}
	if r.Signal(Auth).Phase == Suspect || r.Signal(Auth).IsOpen() {
		v.Badges = append(v.Badges, "auth")
	}
	if q := r.Signal(Quota); q.Phase == Suspect || q.IsOpen() {
		v.Badges = append(v.Badges, "quota")
	}
	v.State, v.Why = d.stateOf(c, r)
	v.Stream = d.streamOf(c)
	if dirty(r) && !c.Reported {
		v.Spared = d.spared(c, r)
		if i := d.explainedBy(c, r); i != nil && !slices.Contains(r.Incident[:], i.ID) {
			v.Doubt = i.ID
		}
	}
	return d.bySomeone(v)
}

// stateOf is a check's state, and why. What was not seen lately is unknown, unless it is known to be in
// trouble.
func (d *draft) stateOf(c *Check, r *Row) (State, string) {
	a, l, u := r.Signal(Availability), r.Signal(Latency), r.Signal(Auth)
	stale := max(d.b.pace.Stale, 3*c.Every)
	switch {
	case a.IsOpen() && c.Warning:
		return StateDegraded, "will break soon"
	case a.IsOpen() && d.quietWhy(c) != "":
		return StateDegraded, d.quietWhy(c)
	case a.IsOpen() && d.isHard(SignalID{c.ID(), Availability}):
		return StateDown, d.seen(c, r, Availability)
	case a.IsOpen():
		return StateDegraded, d.seen(c, r, Availability)
	case u.IsOpen():
		return StateDegraded, d.seen(c, r, Auth)
	case l.IsOpen():
		return StateDegraded, d.slowWhy(c, r)
	case r.SetUp != "":
		return StateUnknown, "set-up: " + d.what(c, Availability, r.Last.Fault, r.Last.Status, r.Last.Code)
	case c.Info:
		return d.infoState(c, r)
	case a.LastAt.IsZero() && u.LastAt.IsZero():
		return StateUnknown, d.unseenWhy(c, r)
	case d.now.Sub(latest(a.LastAt, u.LastAt)) > stale:
		return StateUnknown, fmt.Sprintf("nothing seen since %s", d.clock(latest(a.LastAt, u.LastAt)))
	case !r.EverGood:
		return StateUnknown, "not good yet: " + d.what(c, Availability, r.Last.Fault, r.Last.Status, r.Last.Code)
	case a.Phase == Suspect:
		return StateUp, "in doubt: " + d.seen(c, r, Availability)
	}
	return StateUp, ""
}

func (d *draft) infoState(c *Check, r *Row) (State, string) {
	if r.Last.Fault == FaultNone && !r.LastRun.IsZero() {
		return StateUp, ""
	}
	return StateUnknown, d.unseenWhy(c, r)
}

// unseenWhy says why a check that was asked has given no evidence.
func (d *draft) unseenWhy(c *Check, r *Row) string {
	switch {
	case r.Last.Fault == FaultNone:
		return "not asked yet"
	case !d.sight.blind.IsZero() || d.sight.outside.IsZero():
		return "bellhop cannot see out"
	}
	return d.what(c, Availability, r.Last.Fault, r.Last.Status, r.Last.Code)
}

// what is what a fault is called.
func (d *draft) what(c *Check, k SignalKind, f Fault, status int, code string) string {
	return d.advise(Trouble{Node: Node{NodeCheck, string(c.ID())}, Signal: k, Fault: f, Status: status, Code: code, Kind: c.Kind, Own: c.Own}).What
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// seen is the last failure of a signal in a few words.
func (d *draft) seen(c *Check, r *Row, k SignalKind) string {
	f := r.Failures[signalIndex(k)]
	if f == nil {
		return ""
	}
	s := r.Signal(k)
	if c.Kind == KindTraffic && k == Availability {
		return d.requestsWhy(c, r)
	}
	return fmt.Sprintf("%s; %d of %d failed since %s", d.what(c, k, f.Fault, f.Status, f.Code), s.Fails, s.Attempts-s.GoodRun, d.clock(s.Since))
}

// advise asks the adviser; without one nothing is claimed.
func (d *draft) advise(t Trouble) Advice {
	if d.watched.advise == nil {
		return Advice{Side: SideUnclear, What: string(t.Fault)}
	}
	return d.watched.advise(t)
}
