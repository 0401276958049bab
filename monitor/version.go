package monitor

import (
	"cmp"
	"slices"
)

// version makes the next version of an incident, with its event and what each receiver is owed of it.
func (d *draft) version(at string, t EventType, change ChangeWord) {
	i := d.editIncident(at)
	i.Version++
	i.Updated, i.Change, i.NotRecorded = d.now, change, d.b.unrecorded
	if i.State == IncidentOpen {
		d.measure(i)
	}
	i.Pending = Pending{}
	d.word(i)
	d.mute(i, t)
	if i.Text += d.peopleText(i); i.State != IncidentOpen {
		i.Ack = nil
		d.settleSilences(i)
	}
	d.c.Events = append(d.c.Events, Event{Type: t, At: d.now, Incident: *i})
	d.c.Urgent = true
	d.owe(i)
}

// measure takes the numbers of an open incident.
func (d *draft) measure(i *Incident) {
	i.Severity, i.Scope, i.Quiet = d.severity(i), d.scope(i), d.quietSince(i)
	if i.Severity == Down && !i.Quiet.IsZero() {
		i.Severity = Degraded
	}
	i.Worst = worse(cmp.Or(i.Worst, i.Severity), i.Severity)
	i.Affected, i.Count = d.affected(i)
	if i.Cause.Kind == NodeHotels {
		i.Set = d.hotelSet(i)
	}
	i.Flapping = i.Reopened >= 2 || i.Reopened > 0 && i.Hold > 2*d.b.pace.Hold
	i.Acks = d.acks()
}

// review finds the open incidents whose severity or reach has changed, and tells of it once it is stable. What
// is blamed wrongly ends.
func (d *draft) review() {
	for _, at := range d.openIncidents() {
		if d.waits(at) || d.exonerate(at) || d.expireAck(at) || d.hush(at) || d.quiet(at) {
			continue
		}
		i := d.incident(at)
		switch {
		case i.Cause.Kind == NodeHotels:
			d.reviewHotels(at)
			continue
		case d.onPage(i):
			d.version(at, EventUpdated, ChangeStatusPage)
			continue
		}
		sev, accounts := d.severity(i), d.breadth(i)
		if sev == Degraded && d.wasHard(i) {
			sev = i.Severity
		}
		switch p := i.Pending; {
		case sev == i.Severity && accounts == i.Scope.Accounts:
			if p != (Pending{}) {
				d.editIncident(at).Pending = Pending{}
			}
		case p.Severity != sev || p.Accounts != accounts:
			d.editIncident(at).Pending = Pending{sev, accounts, d.now}
		case d.now.Sub(p.Since) >= d.b.pace.Stable && d.now.Sub(i.Updated) >= d.b.pace.UpdateEvery:
			change := ChangeScope
			if sev != i.Severity {
				change = ChangeSeverity
			}
			d.version(at, EventUpdated, change)
		}
	}
}

// scope counts how far an incident reaches.
func (d *draft) scope(i *Incident) Scope {
	if i.Cause.Kind == NodeHotels {
		return d.hotelScope(i)
	}
	var s Scope
	n, members := i.Cause.Node(), d.dependents(i)
	failing, kind, pausing := map[string]bool{}, i.kind(), d.pausing()
	for _, id := range members {
		c := d.watched.checks[id]
		if !c.counts(i) || pausing && d.paused(id) {
			continue
		}
		s.Watched++
		f, seen := d.fares(id, i, kind)
		if seen {
			s.Evaluated++
		}
		if f {
			s.Failing++
			failing[c.Account] = true
		}
	}
	for _, id := range d.tokenless(n) {
		if c := d.watched.checks[id]; d.blocked(c, id) {
			s.Blocked++
			failing[c.Account] = true
		}
	}
	if n.Kind == NodeDelivery && s.Failing == len(i.Leads) {
		s.Evaluated, s.Watched = s.Failing, s.Failing // what all hotels tell together; one by one they have too little to say
	}
	if d.ledByPool(i) && s.Failing*5 < s.Evaluated*4 { // all hotels suffer a little, and few of them enough to say so
		s.Failing, s.Evaluated, s.Watched, failing = 1, 1, 1, map[string]bool{}
	}
	delete(failing, "")
	s.Accounts = d.reach(i.Cause, len(failing))
	return s
}

// tokenless lists the checks that a node may leave without a token: all, or those that depend on it.
func (d *draft) tokenless(n Node) []CheckID {
	members := d.watched.members[n]
	switch n.Kind {
	case NodeIdentity, NodeToken:
		return d.watched.asked
	case NodeNetwork: // of the integration, which renews no tokens
		var all []CheckID
		for _, id := range members {
			if c := d.watched.checks[id]; !c.Reported && c.Account != "" {
				all = append(all, d.watched.accountOf[c.Account]...)
			}
		}
		return all
	default:
		return members
	}
}

// blocked says whether a check cannot be asked, because it has no token.
func (d *draft) blocked(c *Check, id CheckID) bool {
	r := d.row(id)
	return r != nil && r.Last.Fault == FaultNoToken && !c.Reported
}

// fares says how a check that depends on an incident's cause fares since the incident began, and whether it
// was seen at all since then.
func (d *draft) fares(id CheckID, i *Incident, kind SignalKind) (failing, seen bool) {
	r, k := d.row(id), signalIndex(kind)
	switch {
	case r == nil:
		return false, false
	case r.Incident[k] == i.ID:
		return true, true
	case r.Signals[k].IsOpen() && r.Incident[k] == "": // of the same report, and not told yet
		return true, true
	case r.Signals[k].LastAt.Before(i.Since):
		return false, false
	case r.Signals[k].Last == Fail:
		return true, true
	}
	if c := d.watched.checks[id]; c == nil || !c.Reported {
		return false, true
	}
	return false, !d.seenFrom(SignalID{id, SignalKinds[k]}).Before(i.Since)
}

// platformKinds are the nodes that all accounts depend on.
var platformKinds = []NodeKind{NodeIdentity, NodeToken, NodeEdge, NodeAPI, NodeNetwork, NodeScope, NodeModule, NodeReceiver, NodeDelivery}

// breadth is scope's word on how many of the accounts are concerned: it is asked for each second.
func (d *draft) breadth(i *Incident) string {
	if i.Cause.ofAll() {
		return "all"
	}
	return d.scope(i).Accounts
}

// ofAll says whether a cause concerns all accounts, however each of them fares.
func (c Cause) ofAll() bool {
	return c.Confidence == Certain && slices.Contains(platformKinds, c.Kind)
}

// reach names how many of the accounts are concerned.
func (d *draft) reach(c Cause, accounts int) string {
	platform := slices.Contains(platformKinds, c.Kind)
	switch {
	case c.ofAll(), platform && (accounts == 0 || c.Kind == NodeEdge && accounts > 1), accounts > 0 && accounts >= len(d.watched.accounts):
		return "all"
	case accounts > 1:
		return "some"
	case accounts == 1:
		return "one"
	}
	return ""
}

// kind is the signal that an incident is mainly about, or was.
func (i *Incident) kind() SignalKind {
	for _, ids := range [][]SignalID{i.Leads, i.Members} {
		for _, k := range SignalKinds {
			if slices.ContainsFunc(ids, func(m SignalID) bool { return m.Signal == k }) {
				return k
			}
		}
	}
	if len(i.Affected) > 0 {
		return i.Affected[0].Signal
	}
	return Availability
}

// affectedMax is how many failing checks an alert lists.
const affectedMax = 10

// affected lists the failing checks that depend on an incident's cause, its own probes first, and counts them.
func (d *draft) affected(i *Incident) ([]Affected, int) {
	all := slices.Clone(i.Members)
	kind := i.kind()
	for _, id := range d.dependents(i) {
		m := SignalID{id, kind}
		if failing, _ := d.fares(id, i, kind); failing && d.row(id).Incident[signalIndex(kind)] != i.ID && d.watched.checks[id].counts(i) {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b SignalID) int {
		if c := d.rank(i, a) - d.rank(i, b); c != 0 {
			return c
		}
		return compare(string(a.Check), string(b.Check))
	})
	list := make([]Affected, 0, min(len(all), affectedMax))
	for _, m := range all[:min(len(all), affectedMax)] {
		list = append(list, d.affectedOne(m))
	}
	return list, len(all)
}

func (d *draft) rank(i *Incident, m SignalID) int {
	if c := d.watched.checks[m.Check]; slices.Contains(i.Leads, m) || c != nil && c.isDirect(i.Cause.Node()) {
		return 0
	}
	return 1
}

// counts says whether a check is one of those that an incident's numbers are of. One that is not watched any more is not.
func (c *Check) counts(i *Incident) bool {
	return c != nil && !c.Info && (!c.Warning && !c.pooledTraffic() || i.Cause.Kind == NodeCheck)
}

func (d *draft) affectedOne(m SignalID) Affected {
	r := d.row(m.Check)
	a := Affected{Check: m.Check, Signal: m.Signal}
	if r == nil {
		return a
	}
	s := r.Signal(m.Signal)
	if a.Failed, a.Of = s.Fails, s.Attempts-s.GoodRun; a.Of == 0 { // too little to be in doubt for, but it failed
		a.Failed, a.Of = 1, 1
	}
	if c := d.watched.checks[m.Check]; c != nil {
		a.Runbook = c.Runbook
	}
	if f := r.Failures[signalIndex(m.Signal)]; f != nil {
		a.Status, a.Fault, a.TrackingID = f.Status, f.Fault, f.TrackingID
	}
	return a
}
