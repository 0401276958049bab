package monitor

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// sight is what the book knows of its own way out since start, and what it did at large. It is not stored.
type sight struct {
	ever    map[string]bool // controls that answered
	outside time.Time       // when something outside last answered; zero is never
	cut     time.Time       // since when the controls have been failing
	blind   time.Time       // since when we are blind; zero is that we see
	before  []Interval
	told    bool                   // that we are cut off follows from what is reported
	swept   map[string]time.Time   // last sweep by what was swept
	lost    map[string]time.Time   // hosts that could not be reached lately
	got     map[string]time.Time   // and those that answered, since any could not
	held    map[SignalID]time.Time // openings that wait for their witnesses, and since when
	called  map[CheckID]time.Time  // witnesses, and until when they are

	listens time.Time // since when reports and beats can come in without a break
	steady  time.Time // since when reports come without a break
}

// way finds whether there was a way out when the attempt failed, and remembers what it shows of that.
func (d *draft) way(c *Check, o Outcome) Way {
	if c.Reported {
		return WaySeen // the integration saw it, from where it stands: our way out has no part in it
	}
	if answered(c, o) {
		d.reached(c.Host)
		d.sawOutside()
		return WayNotAsked
	}
	if !o.Fault.Connection() {
		return WayNotAsked
	}
	d.missed(c.Host)
	w := d.heard(o.Controls)
	if w != WayUnknown || !d.onlyOurs(c, o) {
		return w
	}
	d.sawCut()
	d.editSight().told = true
	return WayCut
}

// answered says whether an outcome shows that something outside answered. A host of our own that we watch on
// this very machine is not outside.
func answered(c *Check, o Outcome) bool {
	ip, err := netip.ParseAddr(o.IP)
	if c.Host == "" || c.Own && err == nil && ip.IsLoopback() {
		return false
	}
	switch o.Fault {
	case FaultTLSExpired, FaultTLSName, FaultTLS, FaultMalformed, FaultCut, FaultExpiring:
		return true
	case FaultNoToken, FaultSecret, FaultCanceled, FaultPanic, FaultProxy:
		return false
	default:
		return o.Status != 0 || o.Fault == FaultNone
	}
}

// heard takes in what the controls said, and finds whether there is a way out.
func (d *draft) heard(answers []ControlAnswer) Way {
	w := Control(answers, d.sight.ever, !d.sight.outside.IsZero(), d.watched.controls)
	for _, a := range answers {
		if a.OK && !d.sight.ever[a.Name] {
			set(&d.editSight().ever, a.Name, true)
		}
	}
	switch {
	case w == WayCut && len(d.sight.lost) > 0 && !d.mostlyLost():
		return WaySeen // the controls fail, but as much as is watched outside answers
	case w == WayCut:
		d.sawCut()
	case w == WaySeen:
		d.sawOutside()
	}
	return w
}

// within says whether something was less than a span ago. A time that lies ahead by more than that is from before
// the clock was set back, and says nothing of now.
func (d *draft) within(at time.Time, span time.Duration) bool {
	return d.now.Sub(at).Abs() < span
}

func (d *draft) controls(answers []ControlAnswer) { d.heard(answers) }

// sawOutside notes that something outside answered. It is noted once a second at most: it is asked on every
// outcome.
func (d *draft) sawOutside() {
	s, at := d.sight, d.now
	if s.cut.IsZero() && s.blind.IsZero() && d.within(s.outside, d.b.pace.OutsideFresh/10) {
		return
	}
	n := d.editTimes()
	from := n.blind
	n.outside, n.cut, n.blind, n.told = at, time.Time{}, time.Time{}, false
	if from.IsZero() {
		return
	}
	n.before = append([]Interval{{from, at}}, n.before[:min(len(n.before), 9)]...)
	d.unseen(from, at)
	d.notify(noticeBlind, fmt.Sprintf("bellhop could not see out %s. What happened then is unknown: no incident was opened or ended because of it.",
		d.during(from, at)), "If this comes again, look at the network between bellhop and the internet.", true)
}

// sawCut notes that the controls fail. Two rounds apart make us blind.
func (d *draft) sawCut() {
	if d.sight.cut.IsZero() {
		d.editSight().cut = d.now
		return
	}
	if d.sight.blind.IsZero() && !d.within(d.sight.cut, d.b.pace.BlindRound) {
		d.editSight().blind = d.sight.cut
	}
}

// tellBlind tells of blindness that lasts.
func (d *draft) tellBlind() {
	why := "no control host answers. It does not know how apaleo is, and blames nobody."
	if d.sight.told {
		why = "nothing answers it, while apaleo answers your integration. What it watches is not known, and nobody is blamed."
	}
	if since := d.sight.blind; !since.IsZero() && d.now.Sub(since) >= d.b.pace.BlindNotice {
		d.notify(noticeBlind, fmt.Sprintf("bellhop cannot see out since %s: %s", d.clock(since), why),
			"Look at the network between bellhop and the internet: uplink, DNS, firewall, proxy.", false)
	}
}

// gap is time that nobody watched.
func (d *draft) gap(g Gap) {
	d.editSight().listens = g.To
	d.unseen(g.From, g.To)
	if !g.From.IsZero() {
		d.editStint(func(s *Stint) { s.Gap = Interval{g.From, g.To} })
	}
}

// unseen takes a stretch of time out of what the signals know, where it is longer than a check may go unseen, or
// nobody knows how long it was.
func (d *draft) unseen(from, to time.Time) {
	if !from.IsZero() {
		d.lapse(from, to)
	}
	for _, at := range d.openIncidents() {
		if to.Sub(from) > d.b.pace.GapOver {
			i := d.editIncident(at)
			i.Unseen += max(to.Sub(latest(from, i.Since)), 0)
		}
	}
	for _, id := range d.watched.order {
		r := d.row(id)
		if r == nil || !touchedByGap(r) || !ahead(r, to) && to.Sub(from) <= max(d.b.pace.GapOver, 2*d.watched.checks[id].Every) {
			continue
		}
		r = d.editRow(id)
		for k := range r.Signals {
			r.Signals[k] = r.Signals[k].Gap()
		}
		d.c.Urgent = true
		d.plan(id)
	}
}

// ahead says whether a row was seen later than now: the clock was set back, and until it is as late again all new
// evidence would be too old.
func ahead(r *Row, now time.Time) bool {
	return slices.ContainsFunc(r.Signals[:], func(s Signal) bool { return s.LastAt.After(now) })
}

func touchedByGap(r *Row) bool {
	for _, s := range r.Signals {
		if s.Gap() != s {
			return true
		}
	}
	return false
}
