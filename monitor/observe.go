package monitor

import (
	"slices"
	"time"
)

// observe folds one outcome: evidence, signals, and what follows from their edges.
func (d *draft) observe(o Outcome) {
	c := d.watched.checks[o.Check]
	if c == nil {
		return // removed while it was being asked
	}
	d.spend(c, o)
	way := d.way(c, o)
	ev := Classify(c, o, way, d.b.pace)
	d.setUp(c, o, &ev)
	d.skewed(c, o)
	d.meter(c, o)

	old := d.row(o.Check)
	r := d.editRow(o.Check)
	r.Last, r.LastRun = o, o.At
	if ev[0] == Good {
		r.LastGood = o.At
	}
	r.EverGood = r.EverGood || o.Fault == FaultNone
	d.c.Samples = append(d.c.Samples, Sample{Check: o.Check, At: o.At, Took: o.Took, Status: o.Status, Fault: o.Fault, Evidence: ev})
	if dirty(old) {
		d.c.Urgent = true
	}
	for k, e := range ev {
		d.step(c, k, e, o, way)
	}
	if dirty(r) {
		d.c.Urgent = true
	}
	d.plan(o.Check)
}

// step brings one piece of evidence to one signal and acts on its edge.
func (d *draft) step(c *Check, k int, e Evidence, o Outcome, way Way) {
	if e == None {
		return
	}
	r := d.editRow(c.ID())
	if e == Fail {
		r.Failures[k] = failed(r.Failures[k], o, way)
	}
	var edge Edge
	r.Signals[k], edge = r.Signals[k].Step(o.At, e, d.watched.rules[c.ID()][k])
	id := SignalID{c.ID(), SignalKinds[k]}
	switch edge {
	case Suspected:
		d.sweep(c, id.Signal)
	case Opened:
		d.opened(id)
	case Closed:
		d.closed(id, r.Signals[k].GoodSince)
	default: // nothing that anybody else acts on
	}
}

// dirty says whether any signal of a row is in trouble: what happens to it is durable at once.
func dirty(r *Row) bool {
	if r == nil {
		return false
	}
	for i := range r.Signals {
		if p := r.Signals[i].Phase; p != "" && p != Clean {
			return true
		}
	}
	return false
}

// spend counts the tokens that an attempt asked for against its client.
func (d *draft) spend(c *Check, o Outcome) {
	if o.Forced == 0 || c.Client == "" {
		return
	}
	k := d.editClient(c.Client)
	times := slices.Clone(k.Forced)
	for range o.Forced {
		times = append(times, o.at()) // no earlier than it was sent, so that the window is never too short
	}
	slices.SortFunc(times, time.Time.Compare)
	k.Forced = times[max(0, len(times)-TokenMax):]
	d.c.Urgent = true
}

func (d *draft) client(id string) *Client {
	if k := d.c.Clients[id]; k != nil {
		return k
	}
	return d.b.clients[id]
}

// reconfigure puts a new watchlist in place. Checks that are gone, or that ask something else now, end what
// they had open; all others keep their state.
func (d *draft) reconfigure(r Reconfigure) {
	d.watched = newWatched(r, d.b.pace)
	for _, id := range d.known() {
		row, c := d.row(id), d.watched.checks[id]
		switch {
		case c == nil:
			d.unwatch(id, ChangeUnwatched)
			d.removeRow(id)
		case row.Asks != c.Asks:
			d.unwatch(id, ChangeReconfigured)
			set(&d.c.Rows, id, &Row{Check: id, Asks: c.Asks})
		default:
			d.resize(id)
		}
	}
	d.c.Urgent = true
	d.welcome()
	for _, id := range d.watched.order {
		d.plan(id)
	}
}

// known lists the checks that have rows, in a fixed order.
func (d *draft) known() []CheckID {
	ids := make([]CheckID, 0, len(d.b.rows))
	for id := range d.b.rows {
		if d.row(id) != nil {
			ids = append(ids, id)
		}
	}
	for id := range d.c.Rows {
		if d.b.rows[id] == nil {
			ids = append(ids, id)
		}
	}
	return sorted(ids)
}

// unwatch ends what a check has open, because it is not asked any more what it was.
func (d *draft) unwatch(id CheckID, why ChangeWord) {
	r := d.editRow(id)
	if r.SetUp != "" {
		d.notify(noticeSetUp+string(id), "", "", true)
	}
	for k := range r.Signals {
		if !r.Signals[k].IsOpen() {
			continue
		}
		r.Signals[k] = r.Signals[k].CloseWith(d.now)
		d.leave(SignalID{id, SignalKinds[k]}, d.now, why)
	}
}

// resize fits a row's buckets to rules that may have changed.
func (d *draft) resize(id CheckID) {
	r := d.row(id)
	signals := r.Signals
	for k := range signals {
		signals[k] = signals[k].Resize(d.watched.rules[id][k])
	}
	if signals != r.Signals {
		d.editRow(id).Signals = signals
	}
}
