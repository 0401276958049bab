package monitor

import (
	"slices"
	"time"
)

// In a brown-out checks fall into doubt one after the other, by chance, and each has its good moments: no group of them
// need fail together at any one time. That two of them that ask one host suffer from the same at the same time is no
// chance, though: there is one cause, and it lies in what they share.

// brownOut finds the host that explains a signal which fails now and then: something else that asks it suffers from the
// same, now and then as well, in an incident that is open.
func (d *draft) brownOut(id SignalID, without Node) (Cause, bool) {
	n, ok := d.hostOf(id.Check)
	if !ok || n == without || id.Signal != Availability {
		return Cause{}, false
	}
	since := d.row(id.Check).Signal(id.Signal).Since
	var alike []string
	for i := range d.openOnes() {
		if d.sharesBrownOut(i, id, since) {
			alike = append(alike, i.ID)
		}
	}
	g := groups{d, d.watched.checks[id.Check].Host, map[Node]bool{}}
	for _, at := range d.oldest(alike) {
		if d.othersWaver(n, d.incident(at), id, since, g) {
			return Cause{Kind: n.Kind, ID: n.ID, Confidence: d.directly(n)}, true
		}
	}
	return Cause{}, false
}

// A groups tells of modules and accounts whether all of what asks a host for them fails, and not now and then.
type groups struct {
	d    *draft
	host string
	down map[Node]bool
}

// explain says whether a check fails with all of its module or of its account: then it is no word on the host.
func (g groups) explain(k *Check) bool {
	return slices.ContainsFunc(k.Path, func(n Node) bool {
		if n.Kind != NodeModule && n.Kind != NodeAccount {
			return false
		}
		down, known := g.down[n]
		if !known {
			down = g.fails(n)
			g.down[n] = down
		}
		return down
	})
}

// fails says whether the last answers of a group, since the first of its members began to fail, are surely of an outage.
func (g groups) fails(n Node) bool {
	var t trial
	var own Signal
	for _, id := range g.d.watched.members[n] {
		r := g.d.row(id)
		if r == nil || !g.asks(g.d.watched.checks[id]) {
			continue
		}
		s := r.Signal(Availability)
		if k := s.streak(); k > 0 && (t.since.IsZero() || s.Recent[k-1].At.Before(t.since)) {
			t.id, t.since, own = SignalID{id, Availability}, s.Recent[k-1].At, s
		}
	}
	if t.since.IsZero() {
		return false
	}
	fresh := max(g.d.b.pace.Fresh, 2*g.d.watched.checks[t.id.Check].Every)
	said, _ := t.word(own, g.d.now, fresh, g.d.b.pace.Relation)
	return g.d.pollOf(n, t, g.asks).said.plus(said).steady() >= proof
}

// asks says whether bellhop itself asks the host with a check.
func (g groups) asks(c *Check) bool { return !c.Reported && c.Host == g.host }

// directly is how sure it is that a host fails of which this was found: certain, if a probe of its own is in trouble.
func (d *draft) directly(n Node) Confidence {
	for _, id := range d.watched.direct[n] {
		if r := d.row(id); r != nil && r.Signal(Availability).IsOpen() {
			return Certain
		}
	}
	return Likely
}

// hostOf is the host that a check asks, as a node.
func (d *draft) hostOf(id CheckID) (Node, bool) {
	c := d.watched.checks[id]
	if c == nil || c.Info || c.Warning {
		return Node{}, false
	}
	at := slices.IndexFunc(c.Path, func(n Node) bool { return n.Kind == NodeEdge })
	if at < 0 {
		return Node{}, false
	}
	return c.Path[at], true
}

// onlyHard says whether a signal can be read as an outage only.
func (d *draft) onlyHard(id SignalID) bool {
	return !slices.ContainsFunc(d.trials(id), func(t trial) bool { return !t.hard })
}

// sharesBrownOut says whether an open incident is a brown-out of what a signal depends on that can be the signal's, too:
// it began before it or close to it, and most of its members ask the same host and meet with the same fault.
func (d *draft) sharesBrownOut(i *Incident, id SignalID, since time.Time) bool {
	const longest = 10 // times Pace.Relation: what is open for longer is news of its own
	earlier, later := d.b.pace.Relation, longest*d.b.pace.Relation
	if d.watched.checks[id.Check].pooledTraffic() { // requests show for how long it lasts before probes meet with it
		earlier = later
	}
	apart := since.Sub(i.Since)
	if i.kind() != Availability || i.Cause.Kind == NodeHotels || apart < -earlier || apart > later {
		return false
	}
	same := 0
	for _, m := range i.Members {
		if d.sameFault(m, id) {
			same++
		}
	}
	if 2*same <= len(i.Members) {
		return false
	}
	hard := d.onlyHard(id) || d.severity(i) != Degraded
	return !hard || d.mixed(id)
}

// othersWaver says whether what else asks a host since a brown-out began does not tell against it: two checks of one module, or
// of one account, that suffer from the same are no word on the host.
func (d *draft) othersWaver(n Node, i *Incident, id SignalID, since time.Time, g groups) bool {
	if i.Since.Before(since) {
		since = i.Since
	}
	c := d.watched.checks[id.Check]
	t := trial{id: id, since: since, floor: d.after}
	others := d.pollOf(n, t, func(k *Check) bool {
		inIt := slices.ContainsFunc(i.Members, func(m SignalID) bool { return m.Check == k.ID() })
		return k != c && !inIt && !slices.ContainsFunc(k.Path, func(in Node) bool {
			return (in.Kind == NodeModule || in.Kind == NodeAccount) && c.dependsOn(in)
		}) && !g.explain(k)
	})
	return others.said.brown >= 0
}

// sameFault says whether two signals are of the same host, and fail in the same way.
func (d *draft) sameFault(a, b SignalID) bool {
	m, ok := d.hostOf(a.Check)
	n, too := d.hostOf(b.Check)
	if !ok || !too || m != n || a.Signal != b.Signal {
		return false
	}
	f, g := d.row(a.Check).Failures[signalIndex(a.Signal)], d.row(b.Check).Failures[signalIndex(b.Signal)]
	return f != nil && g != nil && f.Fault == g.Fault
}

// ofPool finds the incident that was opened for the requests of all hotels together, and explains those for one of them:
// they fail hardly oftener than all do. Where more of them do, the hotel has trouble of its own.
func (d *draft) ofPool(c *Check, id SignalID, without Node) (Cause, bool) {
	if c.Account == "" || c.Kind != KindTraffic || id.Signal != Availability {
		return Cause{}, false
	}
	own := d.row(id.Check).Signal(id.Signal)
	for _, at := range d.openIncidents() {
		i := d.incident(at)
		if i.Cause.Node() == without || !d.hasPool(i) || own.Since.Sub(i.Since).Abs() > d.relation(i) {
			continue
		}
		_, pool := d.apart(i)
		if all := d.tally(pool); own.Fails*all.N <= 2*all.Bad*own.Attempts {
			return i.Cause, true
		}
	}
	return Cause{}, false
}

// hasPool says whether the requests of all hotels together are among what suffers.
func (d *draft) hasPool(i *Incident) bool {
	return slices.ContainsFunc(i.Members, func(m SignalID) bool {
		c := d.watched.checks[m.Check]
		return c != nil && c.pooledTraffic()
	})
}

// mixed says whether what else asks a host is answered now and then only, too, since a signal fell into doubt: in other
// modules, and for other accounts. Where one in twenty answers is wrong that is rare.
func (d *draft) mixed(id SignalID) bool {
	c := d.watched.checks[id.Check]
	n, _ := d.hostOf(id.Check)
	t := d.trials(id)
	both, of, all := 0, 0, word{}
	for _, m := range d.watched.members[n] {
		k := d.watched.checks[m]
		if k.Reported || m == id.Check || c.Module != "" && k.Module == c.Module || c.Account != "" && k.Account == c.Account {
			continue
		}
		_, seen, said := d.faresSince(m, t[len(t)-1])
		if !seen {
			continue
		}
		of, all = of+1, all.plus(said)
		both += one(said.fails > 0 && said.brown > said.hard)
	}
	return both >= 2 && mixedIn*both >= of && all.brown >= proof
}

// mixedIn is one in how many of those that ask a host have both good and bad answers in a brown-out.
const mixedIn = 5

// brownSince says whether a signal was answered now and then, and has failed of late, after a time.
func (s Signal) brownSince(good time.Time) bool {
	return s.Fails < s.Attempts && slices.ContainsFunc(s.Recent[:], func(r Sighting) bool { return r.What == Fail && r.At.After(good) })
}

// brownAround says whether members of an incident that have neither account nor module in common fail now and then, and did so
// after a time at which its cause seemed good: its own probes may have been lucky.
func (d *draft) brownAround(i *Incident, good time.Time) bool {
	if i.Cause.Kind != NodeEdge {
		return false
	}
	brown := slices.DeleteFunc(slices.Clone(i.Members), func(m SignalID) bool {
		c := d.watched.checks[m.Check]
		r := d.row(m.Check)
		return c == nil || r == nil || c.Reported || c.Warning || !r.Signal(m.Signal).brownSince(good)
	})
	return slices.ContainsFunc(brown, func(m SignalID) bool {
		a, b := d.watched.checks[m.Check], d.watched.checks[brown[0].Check]
		return a.Account != b.Account && a.Module != b.Module
	})
}
