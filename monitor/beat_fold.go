package monitor

import "time"

// AfterSchedule is due so long after the last time: what a heartbeat is due by that is sent every so often,
// whenever its job was started.
func AfterSchedule(d time.Duration) Schedule { return afterward(d) }

type afterward time.Duration

// Next is so long after t.
func (a afterward) Next(t time.Time) time.Time { return t.UTC().Round(0).Add(time.Duration(a)) }

// timed says whether something has to be heard of a check in time.
func (c *Check) timed() bool { return c.Reported && (c.Kind == KindBeat || c.Kind == KindReports) }

// beat takes in a sign of life.
func (d *draft) beat(b Beat) {
	c := d.watched.checks[b.Check]
	if c == nil || c.Kind != KindBeat {
		return
	}
	d.c.Urgent = true
	o := Outcome{Check: b.Check}
	if b.Fail {
		o.Fault, o.Detail = FaultFailed, "it said so itself"
	}
	d.told(o, b.At)
}

// overdue finds the checks that nothing was heard of in time.
func (d *draft) overdue() {
	for _, id := range d.watched.timed {
		c, r := d.watched.checks[id], d.row(id)
		if r == nil || r.LastRun.IsZero() {
			continue // it waits for the first sign
		}
		if o, late := c.late(r, d.sight.listens, d.now, d.reports(), d.b.pace); late {
			if r.Last.Fault != FaultOverdue {
				o.Detail = "the last one came at " + d.clock(r.LastRun)
			} else {
				o.Detail = r.Last.Detail
			}
			o.Check = id
			d.told(o, o.At)
		}
	}
}

// late says whether a sign of life should have come since the last one, or since the last that was missed. For what
// was due while bellhop did not listen there is a grace afterwards.
func (c *Check) late(r *Row, listens, now time.Time, reports Apart, p Pace) (o Outcome, late bool) {
	due, grace := c.due(r, reports, p)
	if due.IsZero() || now.Before(latest(due, listens).Add(grace)) {
		return Outcome{}, false
	}
	if again := r.Last.Fault == FaultOverdue; again { // of those that were missed meanwhile one is enough
		due = latest(due, now.Add(-grace-c.Every))
	}
	return Outcome{At: due, Fault: FaultOverdue}, true
}

// due is when a check has to be heard of again, and how much later at the latest. Nothing was due in a pause.
func (c *Check) due(r *Row, reports Apart, p Pace) (at time.Time, grace time.Duration) {
	from := latest(r.LastRun, r.Resumed)
	if c.Kind == KindReports {
		every := max(c.Every, reports.usual())
		return from.Add(every), reports.overdue(p) - every
	}
	return c.Schedule.Next(from), c.Grace
}

// waits says what a check that is never asked waits for.
func (c *Check) waits() string {
	if c.Kind == KindBeat {
		return "waiting for its first beat"
	}
	return "not reported yet"
}
