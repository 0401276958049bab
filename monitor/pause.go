package monitor

// pauseOf is the pause that keeps a check from being asked now, or nil.
func (d *draft) pauseOf(c *Check) *Silence {
	if c.Paused {
		return &Silence{Kind: ActPause}
	}
	for _, s := range d.inForce().stops {
		if s.Target.Covers("", c) {
			return s
		}
	}
	return nil
}

// paused says whether a check is not asked now, and nothing is heard of it.
func (d *draft) paused(id CheckID) bool {
	r := d.row(id)
	return r != nil && r.Paused
}

// pausing says whether any check may be paused, or was until now.
func (d *draft) pausing() bool {
	return d.watched.pausing || len(d.b.pausedRows) > 0 || len(d.inForce().stops) > 0
}

// repause stops the asking of checks that are to be paused from now on, and lets those be asked that are paused no more.
func (d *draft) repause() {
	if !d.pausing() {
		return
	}
	var stop, again []CheckID
	for _, id := range d.watched.order {
		switch want := d.pauseOf(d.watched.checks[id]) != nil; {
		case want && !d.paused(id):
			stop = append(stop, id)
		case !want && d.paused(id):
			again = append(again, id)
		}
	}
	d.unwatch(stop, ChangePaused)
	for _, id := range stop {
		d.afresh(id, true)
	}
	for _, id := range again {
		d.afresh(id, false)
	}
}

// afresh has a check begin anew: nobody saw how it fared while it was paused.
func (d *draft) afresh(id CheckID, paused bool) {
	old := d.editRow(id)
	r := &Row{
		Check: id, Asks: old.Asks, EverGood: old.EverGood, LastRun: old.LastRun, LastGood: old.LastGood,
		Usual: old.Usual, Plan: old.Plan, Paused: paused,
	}
	if c := d.watched.checks[id]; c != nil && c.timed() && !paused {
		r.Resumed = d.now
	}
	set(&d.c.Rows, id, r)
	d.c.Urgent = true
	d.plan(id)
}

// pausedText says why nothing more is heard of an incident whose checks were paused.
func (d *draft) pausedText(i *Incident) string {
	for _, a := range i.Affected {
		c := d.watched.checks[a.Check]
		if c == nil {
			continue
		}
		if s := d.pauseOf(c); s != nil {
			return s.Words(d.now)
		}
	}
	return "paused"
}
