package monitor

import (
	"slices"
	"time"
)

// count counts the checks that depend on a node, and those of them that fail.
func (d *draft) count(n Node, s SignalKind) (failing, evaluated int) {
	a := d.once(question{"count", n, s, time.Time{}}, func() answer { f, e := d.countAll(n, s); return answer{failing: f, evaluated: e} })
	return a.failing, a.evaluated
}

func (d *draft) countAll(n Node, s SignalKind) (failing, evaluated int) {
	for _, id := range d.watched.members[n] {
		f, seen := d.standing(id, s)
		if seen {
			evaluated++
		}
		if f && d.module(id, s) == "" { // else what the module lies in works
			failing++
		}
	}
	return failing, evaluated
}

// module is the one that the integration's requests for a hotel fail in, as its report says, or "".
func (d *draft) module(id CheckID, s SignalKind) string {
	if r := d.row(id); r != nil && r.Failures[signalIndex(s)] != nil {
		return r.Failures[signalIndex(s)].Module
	}
	return ""
}

// inModule says whether what a hotel's report tells of a module is that module's doing: bellhop's own probes of it are
// at least in doubt, or, where there are none, nearly all hotels report the same.
func (d *draft) inModule(id SignalID) (Cause, bool) {
	n := Node{NodeModule, d.module(id.Check, id.Signal)}
	if n.ID == "" {
		return Cause{}, false
	}
	if at := d.openAt(n); at != "" && covers(d.incident(at), id.Signal) {
		return d.incident(at).Cause, true
	}
	if weight, of := d.weigh(d.probesOf(n), id.Signal); of > 0 {
		return Cause{Kind: n.Kind, ID: n.ID, Confidence: Certain}, weight >= of
	}
	same := d.once(question{"module", n, id.Signal, time.Time{}}, func() answer { return d.reportModule(n, id.Signal) })
	return Cause{Kind: n.Kind, ID: n.ID, Confidence: Likely}, same.failing >= 2 && same.failing*5 >= same.evaluated*4
}

// probesOf are those that bellhop asks itself about a module.
func (d *draft) probesOf(n Node) []CheckID {
	if direct := d.watched.direct[n]; len(direct) > 0 {
		return direct
	}
	return slices.DeleteFunc(slices.Clone(d.watched.members[n]), func(id CheckID) bool { return d.watched.checks[id].Reported })
}

// reportModule counts the hotels whose reports name a module, and those that report anything of their requests.
func (d *draft) reportModule(n Node, s SignalKind) (all answer) {
	for _, id := range d.traffics() {
		failing, seen := d.standing(id, s)
		if seen {
			all.evaluated++
		}
		if failing && d.module(id, s) == n.ID {
			all.failing++
		}
	}
	return all
}

// traffics are the checks of what the integration's requests meet with, of all hotels.
func (d *draft) traffics() []CheckID {
	var all []CheckID
	for _, account := range d.hotelAccounts() {
		for _, c := range d.watched.hotels[account] {
			if c.Kind == KindTraffic {
				all = append(all, c.ID())
			}
		}
	}
	return all
}

// dependents lists the checks that an incident's numbers are of: those that depend on its cause. Of a module these are
// also the hotels whose reports name it.
func (d *draft) dependents(i *Incident) []CheckID {
	n := i.Cause.Node()
	needing := d.suffering(i)
	if n.Kind == NodeCheck {
		return append([]CheckID{CheckID(n.ID)}, append(slices.Clip(d.watched.members[n]), needing...)...)
	}
	if n.Kind != NodeModule {
		return append(slices.Clip(d.watched.members[n]), needing...)
	}
	all, k := append(slices.Clip(d.watched.members[n]), needing...), signalIndex(i.kind())
	for _, id := range d.traffics() {
		if r := d.row(id); r != nil && (r.Incident[k] == i.ID || r.Signals[k].Last == Fail && d.module(id, SignalKinds[k]) == n.ID) {
			all = append(all, id)
		}
	}
	return all
}

// standing is how a check fares, as far as a node upstream can be the reason: a hotel whose own matter is known
// says nothing of anybody else.
func (d *draft) standing(id CheckID, s SignalKind) (failing, seen bool) {
	c := d.watched.checks[id]
	if c.Info || c.Warning || c.pooledTraffic() {
		return false, false
	}
	failing, seen = d.failing(id, s)
	if r := d.row(id); s == Availability && r != nil && r.EverGood && r.SetUp == "" && r.Last.Fault == FaultInvalid {
		return true, true // what it is evidence of is being found out
	}
	if failing && s == Auth && d.followsFromHotel(c) {
		return false, false
	}
	return failing, seen
}

// countFor is count, as far as it can say something of a signal: of an account, the checks that ask the same host,
// or, where credentials are in doubt, speak for the same client. The integration's own requests are another matter.
func (d *draft) countFor(n Node, id SignalID) (failing, evaluated int) {
	c := d.watched.checks[id.Check]
	if n.Kind != NodeAccount || c == nil {
		return d.count(n, id.Signal)
	}
	for _, m := range d.watched.members[n] {
		k := d.watched.checks[m]
		if id.Signal == Auth && k.Client != c.Client || id.Signal != Auth && k.Host != c.Host {
			continue
		}
		f, seen := d.standing(m, id.Signal)
		if seen {
			evaluated++
		}
		if f {
			failing++
		}
	}
	return failing, evaluated
}

// clients counts the OAuth clients whose checks fail: what befalls one alone is not the API's doing. The
// integration has one for all its hotels: there each hotel counts.
func (d *draft) clients(n Node, s SignalKind) int {
	return d.once(question{"clients", n, s, time.Time{}}, func() answer { return answer{failing: d.countClients(n, s)} }).failing
}

func (d *draft) countClients(n Node, s SignalKind) int {
	seen := map[string]bool{}
	for _, id := range d.watched.members[n] {
		if f, _ := d.standing(id, s); f {
			c := d.watched.checks[id]
			if c.Reported {
				seen["@"+c.Account] = true
				continue
			}
			seen[c.Client] = true
		}
		if len(seen) > 1 {
			break
		}
	}
	return len(seen)
}
