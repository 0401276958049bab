package monitor

import (
	"fmt"
	"slices"
	"time"
)

// Where requests failed and none are made any more, nobody knows whether they still would: their incident neither stays
// red for lack of requests, nor ends by it.

const (
	quietAfter = 10 * time.Minute // without a request, at the real pace
	quietOver  = 24 * time.Hour
)

// quietSince is since when no requests are reported to which an incident is about, and zero while there are some, or it is
// about anything else.
func (d *draft) quietSince(i *Incident) time.Time {
	last := time.Time{}
	for _, m := range i.Members {
		asked := d.askedLast(m)
		if last = latest(last, asked); asked.IsZero() || d.quietFor(last) < d.b.pace.Of(quietAfter) {
			return time.Time{}
		}
	}
	return last
}

// askedLast is when requests were last reported that a signal is about; zero if it is about none.
func (d *draft) askedLast(m SignalID) time.Time {
	c := d.watched.checks[m.Check]
	if c == nil || m.Signal != Availability {
		return time.Time{}
	}
	if s := d.streamOf(c); s != nil {
		return s.Asked
	}
	return time.Time{}
}

// quietFor is how long nothing was reported since then while bellhop listened.
func (d *draft) quietFor(since time.Time) time.Duration {
	return d.now.Sub(latest(since, d.sight.listens))
}

// quiet tells of an incident that its requests have ceased, or are made again, and ends it after a day without any. It
// says whether it has nothing else to tell meanwhile.
func (d *draft) quiet(at string) bool {
	i := d.incident(at)
	switch since := d.quietSince(i); {
	case since.IsZero() == i.Quiet.IsZero():
		return !since.IsZero() && d.giveUp(at, since)
	case since.IsZero() && d.calming(i):
		return true // it may be its end: that is told in a moment
	case d.now.Sub(i.Updated) < d.b.pace.UpdateEvery:
		return false
	}
	d.version(at, EventUpdated, ChangeQuiet)
	return true
}

// calming says whether all that is known of an incident is good at present.
func (d *draft) calming(i *Incident) bool {
	return !slices.ContainsFunc(i.Members, func(m SignalID) bool { return d.row(m.Check).Signal(m.Signal).Phase == Open })
}

// giveUp ends an incident of which nobody has been able to know anything for a day.
func (d *draft) giveUp(at string, since time.Time) bool {
	if d.quietFor(since) < d.b.pace.Of(quietOver) {
		return true
	}
	var left []leaving
	for _, m := range slices.Clone(d.incident(at).Members) {
		r := d.editRow(m.Check)
		r.Signals[0] = r.Signals[0].CloseWith(d.now)
		d.settleRequests(m)
		left = append(left, leaving{m, d.now})
	}
	d.leaveAll(left, ChangeUnasked)
	return true
}

// quietText says that nothing more is known, and what is known besides.
func (d *draft) quietText(i *Incident) string {
	if i.Quiet.IsZero() {
		return ""
	}
	return fmt.Sprintf(" No requests are reported since %s: whether it goes on is not known.", d.clock(i.Quiet))
}

// quietWhy is how a check is shown whose requests failed, and have ceased; "" is that they have not.
func (d *draft) quietWhy(c *Check) string {
	s := d.streamOf(c)
	if s == nil || d.quietFor(s.Asked) < d.b.pace.Of(quietAfter) {
		return ""
	}
	why := "no traffic since " + d.clock(s.Asked)
	if fine, of := d.probes(c, Node{}); of > 0 {
		why += "; " + probesText(fine, of)
	}
	return why
}
