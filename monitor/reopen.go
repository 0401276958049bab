package monitor

import (
	"slices"
	"time"
)

// reopen opens again what ended not long ago.
func (d *draft) reopen(at string, cause Cause, id SignalID, since time.Time) {
	i := d.editIncident(at)
	since = d.earliest(cause, id, since)
	d.calmer(i, id, since)
	i.State, i.Cause, i.Since, i.Opened, i.Ended, i.Good = IncidentOpen, cause, since, d.now, time.Time{}, time.Time{}
	d.caused(i)
	i.Reopened++
	i.Unseen, i.Worst, i.Side, i.Members, i.Leads = 0, "", "", nil, nil
	d.attach(at, id)
	d.announce(at, EventReopened, ChangeReopened)
}

// lately is the incident of a cause that ended within Pace.ReopenIn, or "". What ended as its checks were paused did not
// end: nobody knows how it went on, and it begins anew.
func (d *draft) lately(n Node) string {
	best := ""
	var ended time.Time
	look := func(id string, i *Incident) {
		if i.State == IncidentResolved && i.Cause.Node() == n && i.Into == "" && i.Change != ChangePaused && d.now.Sub(i.Ended) < d.b.pace.ReopenIn && i.Ended.After(ended) {
			best, ended = id, i.Ended
		}
	}
	for _, id := range d.b.byCause[n] {
		look(id, d.incident(id))
	}
	for _, id := range d.byCause[n] {
		look(id, d.incident(id))
	}
	return best
}

// An incident may come back through other checks than those it went with. The calm that its end takes belongs to the
// incident, then: each of its members waits for it, and what people are told of it is so.

// calmer makes the calm that a re-opened incident takes longer, as a signal's own is.
func (d *draft) calmer(i *Incident, id SignalID, since time.Time) {
	if rules := d.watched.rules[id.Check]; rules != nil {
		i.Hold = rules[signalIndex(id.Signal)].again(i.Hold, since.Sub(i.Ended))
	}
}

// calmWith makes one of those that an incident ends with wait for as long a calm as the others, and them for as long as
// it, if that is longer by much. Matters of hotels are as many as they have hotels.
func (d *draft) calmWith(i *Incident, id SignalID) {
	if i.Cause.Kind == NodeHotels || len(i.Leads) > 0 && !slices.Contains(i.Leads, id) {
		return
	}
	if hold := d.row(id.Check).Signal(id.Signal).Hold; hold > i.Hold+i.Hold/2 {
		i.Hold = hold
		for _, m := range i.Leads {
			d.hold(m, i)
		}
	}
	d.hold(id, i)
}

// hold makes a member wait for the calm of its incident. What needs no calm at all goes on to need none.
func (d *draft) hold(id SignalID, i *Incident) {
	r, rules, k := d.row(id.Check), d.watched.rules[id.Check], signalIndex(id.Signal)
	if r == nil || rules == nil || rules[k].Hold <= 0 {
		return
	}
	s := r.Signals[k]
	s.Hold, s.Reopens = i.Hold, max(s.Reopens, i.Reopened)
	if s != r.Signals[k] {
		d.editRow(id.Check).Signals[k] = s
	}
}
