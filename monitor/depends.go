package monitor

import (
	"slices"
	"time"
)

// What a user's own check depends on, by the user's own word, is a node of the kind NodeCheck in its Path. The check that
// is named there is that node's own probe, and what it suffers from explains the one that depends on it: they share its
// incident, which may be one of something further up.

// needed lists the checks that a check depends on.
func (c *Check) needed() []CheckID {
	var ids []CheckID
	for _, n := range c.Path {
		if n.Kind == NodeCheck {
			ids = append(ids, CheckID(n.ID))
		}
	}
	return ids
}

// ofNeeded is the cause of what a check needs, if that fails and accounts for the signal.
func (d *draft) ofNeeded(c *Check, id SignalID, without Node) (Cause, bool) {
	for _, up := range c.needed() {
		s, ok := d.suffers(up, id.Signal)
		if !ok {
			continue
		}
		cause := d.attribute(s, without)
		if i := d.incident(d.row(up).Incident[signalIndex(s.Signal)]); i != nil {
			cause = i.Cause
		}
		if cause.Node() != without && cause.Kind != NodeHotels {
			return cause, true
		}
	}
	return Cause{}, false
}

// suffers finds which signal of a check that others need accounts for trouble with a signal of theirs: one that is open,
// or that most of the last attempts failed for. A slow one accounts for slow ones only.
func (d *draft) suffers(up CheckID, s SignalKind) (SignalID, bool) {
	c, r := d.watched.checks[up], d.row(up)
	if c == nil || r == nil || c.Info || c.Warning || s == Quota {
		return SignalID{}, false
	}
	kinds := []SignalKind{Availability, Auth}
	if s == Latency {
		kinds = append(kinds, Latency)
	}
	for _, k := range kinds {
		failing, _ := d.failing(up, k)
		if sig := r.Signal(k); failing && sig.Last == Fail || sig.Phase == Open {
			return SignalID{up, k}, true
		}
	}
	return SignalID{}, false
}

// needing lists the open incidents of single checks that need a check: they are told as part of what it suffers from.
func (d *draft) needing(id CheckID) []string {
	var found []string
	for _, m := range d.watched.members[Node{NodeCheck, string(id)}] {
		at := d.openAt(Node{NodeCheck, string(m)})
		if at != "" && !slices.Contains(found, at) {
			found = append(found, at)
		}
	}
	return found
}

// sweepNeeded asks at once what a check needs, so that it is known by the time that the check itself is believed.
func (d *draft) sweepNeeded(c *Check) {
	if what := "needs of " + string(c.ID()); len(c.needed()) > 0 && !d.within(d.sight.swept[what], d.b.pace.SweepEvery) {
		set(&d.editSight().swept, what, d.now)
		known := slices.DeleteFunc(c.needed(), func(id CheckID) bool { k := d.watched.checks[id]; return k == nil || k.Reported || k.Forced })
		d.askNow(known, c)
	}
}

// needingParts are those of them that began close enough to be part of what a signal of a check shows.
func (d *draft) needingParts(cause Cause, id SignalID, since time.Time) []string {
	return slices.DeleteFunc(d.needing(id.Check), func(at string) bool {
		i := d.incident(at)
		return i.Cause.Node() == cause.Node() || i.Since.Sub(since).Abs() > d.b.pace.Relation || id.Signal == Latency && i.kind() != Latency
	})
}

// suffering lists the checks that need a member of an incident, and do not depend on its cause otherwise.
func (d *draft) suffering(i *Incident) []CheckID {
	var all []CheckID
	for _, id := range d.watched.needing {
		c := d.watched.checks[id]
		if c.dependsOn(i.Cause.Node()) || string(id) == i.Cause.ID {
			continue
		}
		if slices.ContainsFunc(c.needed(), func(up CheckID) bool { return d.isMember(up, i) }) || d.isMember(id, i) {
			all = append(all, id)
		}
	}
	return all
}

func (d *draft) isMember(id CheckID, i *Incident) bool {
	r := d.row(id)
	return r != nil && slices.Contains(r.Incident[:], i.ID)
}
