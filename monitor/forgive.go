package monitor

import "time"

// forgive takes back the suspicions that an incident which has ended explains: of checks that fell into doubt while
// it was open, did not fail for long enough to become members, and are good since, or were not asked since. Else the
// next outage would be told as theirs, and as begun with this one; and hundreds of hotels, which are asked seldom, would
// be asked four times a minute until each of them has been good often enough.
func (d *draft) forgive(i *Incident) {
	k := signalIndex(i.kind())
	for _, id := range d.watched.members[i.Cause.Node()] {
		r := d.row(id)
		if r == nil {
			continue
		}
		s, signal := r.Signals[k], SignalID{id, SignalKinds[k]}
		since := s.Last == Good || s.LastAt.Before(i.Good)
		switch {
		case s.Phase == Suspect && since && !s.Since.Before(i.Since):
			d.editRow(id).Signals[k] = s.rest()
			d.forgiveRequests(signal, i.Good)
			d.plan(id)
		case s.Phase == Clean && d.failed(signal):
			d.forgiveRequests(signal, i.Good) // whose requests failed more seldom than others' must not be told of them later
		}
	}
}

// failed says whether any of the requests failed that a signal may be told by.
func (d *draft) failed(id SignalID) bool {
	s := d.streamOf(d.watched.checks[id.Check])
	return s != nil && id.Signal == Availability && s.Window.Sum(time.Unix(0, 0), d.b.pace).Bad > 0
}
