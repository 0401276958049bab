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
	old := d.row(o.Check)
	if d.paused(o.Check) {
		return // it was under way
	}
	ev := d.evidence(c, o, way, old)
	d.setUp(c, o, &ev)
	d.skewed(c, o)
	d.meter(c, o)
	d.askClient(c, o)
	if d.glance(c, o, ev) {
		return
	}

	r := d.editRow(o.Check)
	before := footingOf(&r.Signals[0])
	r.Last, r.LastRun = o, o.At
	if ev[0] == Good {
		r.LastGood = o.At
	}
	r.EverGood = r.EverGood || o.Fault == FaultNone
	d.c.Samples = append(d.c.Samples, Sample{Check: o.Check, At: o.At, Took: o.Took, Status: o.Status, Fault: o.Fault, Evidence: ev})
	d.c.Urgent = d.c.Urgent || dirty(old)
	for k, e := range ev {
		d.step(c, k, e, o, way)
	}
	d.c.Urgent = d.c.Urgent || dirty(r)
	if !c.Reported {
		r.Usual = r.Usual.learn(o, before, r)
	}
	d.plan(o.Check)
}

// evidence reads an outcome. What a report tells of requests is read of all of them, and not of what was most frequent.
func (d *draft) evidence(c *Check, o Outcome, way Way, r *Row) [4]Evidence {
	ev := classify(c, o, way, d.b.pace, c.SlowOver(r.usual()))
	if d.judgement != nil {
		ev[0] = d.judgement.evidence()
	}
	return ev
}

// step brings one piece of evidence to one signal and acts on its edge.
func (d *draft) step(c *Check, k int, e Evidence, o Outcome, way Way) {
	id := SignalID{o.Check, SignalKinds[k]}
	if e == None || e == Fail && d.sameAgain(id, o) {
		return
	}
	if k == 0 && d.judgement != nil {
		d.stepRequests(c, o, way)
		return
	}
	r := d.editRow(id.Check)
	if e == Fail {
		r.Failures[k] = failed(r.Failures[k], o, way)
	}
	next, edge := r.Signals[k].Step(o.At, e, d.watched.rules[id.Check][k])
	if edge == Opened && d.awaitsReport(way, next.Since) {
		next, edge = next.doubted(r.Signals[k]), NoEdge
	}
	next, edge = d.hear(c, id, r.Signals[k], next, edge)
	r.Signals[k] = next
	if e == Fail && edge == NoEdge && next.Phase == Suspect {
		d.sweepAgain(c, id.Signal)
	}
	d.turn(turn{c, id, edge})
}

// turn acts on an edge, or leaves it until all of a report is read.
func (d *draft) turn(t turn) {
	if d.turns != nil && t.edge != NoEdge {
		*d.turns = append(*d.turns, t)
		return
	}
	d.act(t)
}

// act does what follows from an edge.
func (d *draft) act(t turn) {
	switch t.edge {
	case Suspected:
		d.sweep(t.check, t.id.Signal)
	case Opened:
		d.opened(t.id)
	case Closed:
		d.closed(t.id, d.row(t.id.Check).Signal(t.id.Signal).GoodSince)
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
	if r.Advise == nil {
		r.Advise = d.watched.advise
	}
	d.watched, d.hushing = d.made(r, nil), nil
	d.enlist(r.StillWatching)
	var gone, changed, untimed []CheckID
	for _, id := range d.known() {
		row, c := d.row(id), d.watched.checks[id]
		switch {
		case c == nil:
			gone = append(gone, id)
		case row.Asks != c.Asks:
			changed = append(changed, id)
		case c.Slow == 0 && row.Signal(Latency).Phase != "":
			untimed = append(untimed, id)
			d.resize(id)
		default:
			d.resize(id)
		}
	}
	d.untime(untimed)
	d.unwatch(gone, ChangeUnwatched)
	d.unwatch(changed, ChangeReconfigured)
	for _, id := range changed {
		set(&d.c.Rows, id, &Row{Check: id, Asks: d.watched.checks[id].Asks})
	}
	for _, id := range gone {
		d.removeRow(id)
	}
	if d.b.watched.checks == nil {
		d.catchUp()
	}
	d.c.Urgent = true
	d.repause()
	d.welcome()
	for _, id := range d.watched.asked {
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

// unwatch ends what checks have open, because they are not asked any more what they were.
func (d *draft) unwatch(ids []CheckID, why ChangeWord) {
	var left []leaving
	for _, id := range ids {
		r := d.editRow(id)
		if r.SetUp != "" {
			d.notify(noticeSetUp+string(id), "", "", true)
		}
		for k := range r.Signals {
			if r.Signals[k].IsOpen() {
				r.Signals[k] = r.Signals[k].CloseWith(d.now)
				left = append(left, leaving{SignalID{id, SignalKinds[k]}, d.now})
			}
		}
	}
	d.leaveAll(left, why)
}

// untime ends what checks have open because they were slow: they are not timed any more.
func (d *draft) untime(ids []CheckID) {
	var left []leaving
	for _, id := range ids {
		r, k := d.editRow(id), signalIndex(Latency)
		if r.Signals[k].IsOpen() {
			left = append(left, leaving{SignalID{id, Latency}, d.now})
		}
		r.Signals[k] = Signal{}
	}
	d.leaveAll(left, ChangeReconfigured)
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
