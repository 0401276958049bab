package monitor

import (
	"slices"
	"time"
)

// What explains a failing signal is looked for in a fixed order, upstream first, along each check's own path: what lies
// upstream covers all that lies downstream of it.

// attribute finds the node that explains a failing signal: the first one on the check's path, from upstream,
// that fails itself; else the matter that its hotel has to settle. without is left out: its incident has just
// ended.
func (d *draft) attribute(id SignalID, without Node) Cause {
	c, cause := d.watched.checks[id.Check], d.byPath(id, without)
	if c == nil || d.ownMatter(c, id) || d.openAt(cause.Node()) != "" && cause.ID != MatterRequests {
		return cause
	}
	var more Cause
	var found bool
	switch cause.Kind {
	case NodeHotels:
		more, found = d.ofPool(c, id, without)
	case NodeCheck, NodeAccount, NodeModule, NodeAPI:
		if cause.Kind != NodeCheck || cause.ID == string(id.Check) { // else it is the user's word
			more, found = d.brownOut(id, without)
		}
	default:
	}
	if found {
		return more
	}
	return cause
}

// byPath is attribute, as far as what lies on the check's own path tells.
func (d *draft) byPath(id SignalID, without Node) Cause {
	c := d.watched.checks[id.Check]
	own := Cause{Kind: NodeCheck, ID: string(id.Check), Confidence: Certain}
	if c == nil || d.ownMatter(c, id) {
		return own
	}
	if cause, ok := d.ofNeeded(c, id, without); ok {
		return cause
	}
	if cause, ok := d.withoutToken(c, id, without); ok {
		return cause
	}
	if cause, ok := d.pooledCause(c, without); ok {
		return cause
	}
	matter, settled := d.matter(c, id)
	if settled {
		return Cause{Kind: NodeHotels, ID: matter, Confidence: Certain}
	}
	if cause, ok := d.inModule(id); ok && cause.Node() != without {
		return cause
	}
	for _, n := range c.Path {
		if n == without || n.Kind == NodeCheck || !d.mayExplain(n, id) || matter != "" && n.Kind == NodeAccount && !d.probed(c, id.Signal) {
			continue
		}
		if at := d.openAt(n); at != "" && covers(d.incident(at), id.Signal) {
			return d.incident(at).Cause
		}
		if conf, ok := d.fails(n, id); ok && !d.ofAccountAlone(c, n, id) {
			return Cause{Kind: n.Kind, ID: n.ID, Confidence: conf}
		}
	}
	if matter != "" {
		return Cause{Kind: NodeHotels, ID: matter, Confidence: Certain}
	}
	return own
}

// covers says whether an open incident of a node upstream speaks of what a signal is about. That a host is slow,
// or rejects a token, does not explain that others find it down.
func covers(i *Incident, s SignalKind) bool {
	return slices.ContainsFunc(i.Members, func(m SignalID) bool { return accounts(m.Signal, s) })
}

// accounts says whether trouble with one signal upstream accounts for trouble with another downstream.
func accounts(up, down SignalKind) bool { return up == down || up == Availability && down == Latency }

// ownMatter says whether a failure can have no cause but the check itself: a certificate that ends soon.
func (d *draft) ownMatter(c *Check, id SignalID) bool {
	f := d.row(id.Check).Failures[signalIndex(id.Signal)]
	return c.Warning && f != nil && f.Fault == FaultExpiring
}

// explains says which signals a kind of node can be the cause of.
func explains(k NodeKind, s SignalKind) bool {
	switch s {
	case Auth:
		return k == NodeAPI || k == NodeScope || k == NodeModule || k == NodeClient || k == NodeAccount || k == NodeHotels
	case Quota: // apaleo counts requests per client and account; where nearly all are over a limit, it is one of the host
		return k == NodeAccount || k == NodeAPI || k == NodeEdge
	default:
		return k != NodeClient && k != NodeHotels && k != NodeScope
	}
}

// mayExplain says whether a node can be the cause of what a signal shows. Where pings arrive and events do not, the
// integration's endpoint takes what it is sent.
func (d *draft) mayExplain(n Node, id SignalID) bool {
	f := d.row(id.Check).Failures[signalIndex(id.Signal)]
	pings := f != nil && f.Fault == FaultQuiet
	if c := d.watched.checks[id.Check]; n.Kind == NodeAPI && id.Signal == Availability && c.Kind == KindTraffic && d.onceSo(question{"answers us", n, Availability, time.Time{}}, func() bool { return d.answersUs(n) }) {
		return false
	}
	return explains(n.Kind, id.Signal) && (n.Kind != NodeReceiver || !pings)
}

// fails says whether a node is failing, now that a signal has opened that depends on it. Its own probes decide,
// where there is fresh evidence of any: they exonerate it, too. Otherwise at least two checks, and four in five
// of those that depend on it, must fail.
func (d *draft) fails(n Node, id SignalID) (Confidence, bool) {
	for _, t := range d.trials(id) {
		if conf, ok := d.convicted(n, t); ok {
			return conf, ok
		}
	}
	return "", false
}

// convicted is fails, of one reading of what the signal shows.
func (d *draft) convicted(n Node, t trial) (Confidence, bool) {
	id, s := t.id, t.id.Signal
	if s == Quota {
		return Likely, d.poll(n, t).convicts(t) && (n.Kind != NodeAPI || d.clients(n, s) > 1)
	}
	if weight, of, hung := d.weighSince(d.watched.direct[n], t); of > 0 && (!hung || !hearsOthers(n, s)) {
		if n.Kind == NodeDelivery && !d.receives(id) {
			return Unclear, weight > of
		}
		return Certain, weight > of
	}
	if n.Kind == NodeReceiver {
		return "", false // only asking it tells whether it answers
	}
	if n.Kind == NodeClient && d.refusedLately(n, id) {
		return Likely, true
	}
	if !d.poll(n, t).convicts(t) {
		return "", false
	}
	switch {
	case n.Kind == NodeClient:
		return Likely, d.refused(n)
	case s == Auth && (n.Kind == NodeAPI || n.Kind == NodeModule):
		return Likely, d.clients(n, s) > 1
	case n.Kind == NodeDelivery && !d.receives(id):
		return Unclear, true
	}
	return Likely, true
}

// hearsOthers says whether those that depend on a node are asked where its own probes cannot tell.
func hearsOthers(n Node, s SignalKind) bool {
	return s != Auth && (n.Kind == NodeEdge || n.Kind == NodeIdentity || n.Kind == NodeModule)
}

// receives says whether the integration's endpoint is known to take what apaleo sends: it answers, or pings arrive.
func (d *draft) receives(id SignalID) bool {
	if f := d.row(id.Check).Failures[signalIndex(id.Signal)]; f != nil && f.Fault == FaultQuiet {
		return true
	}
	for _, n := range d.watched.checks[id.Check].Path {
		if n.Kind == NodeReceiver {
			weight, of := d.weigh(d.watched.direct[n], Availability)
			return of > 0 && weight == 0
		}
	}
	return false
}

// weigh adds up a node's own probes: two for one that fails, one for one that is in doubt, so that a
// brown-out, in which each fails now and then, is not taken for health.
func (d *draft) weigh(probes []CheckID, s SignalKind) (weight, of int) {
	for _, id := range probes {
		failing, any := d.failing(id, s)
		if !any {
			continue
		}
		of++
		switch r := d.row(id); {
		case failing:
			weight += 2
		case r.Signal(s).Phase == Suspect:
			weight++
		}
	}
	return weight, of
}

// calm says whether none of a node's own probes is in more doubt than one failure makes, and since when all have been
// good at least.
func (d *draft) calm(probes []CheckID, s SignalKind) (since time.Time, calm bool) {
	if _, of := d.weigh(probes, s); of == 0 || of < len(probes) {
		return time.Time{}, false
	}
	for _, id := range probes {
		sig := d.row(id).Signal(s)
		recent, doubt := sig.Recent, sig.Level > d.watched.rules[id][signalIndex(s)].Fail
		if doubt || slices.ContainsFunc(recent[:], func(r Sighting) bool { return r.What != Good }) {
			return time.Time{}, false
		}
		if since = latest(since, sig.Run); sig.Run.IsZero() {
			since = latest(since, recent[2].At)
		}
	}
	return since, true
}

// failing says whether a check fails at present, and whether there is any fresh evidence of it.
func (d *draft) failing(id CheckID, s SignalKind) (failing, any bool) {
	r := d.row(id)
	if r == nil {
		return false, false
	}
	sig := r.Signal(s)
	failing, any = sig.Failing(d.now, max(d.b.pace.Fresh, 2*d.watched.checks[id].Every))
	sure := sig.Phase == Open || s == Auth && sig.Last == Fail // what is said of credentials is no matter of chance
	return failing || any && sure, any
}
