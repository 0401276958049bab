package monitor

import (
	"slices"
	"time"
)

// The requests of all hotels together have no place of their own in the graph: what is wrong with them is a module's
// doing, apaleo's, or that of the integration's own way to it.

// pooledCause finds the node that explains the requests of all hotels together, or those to one module: the module, if
// only its requests fail; else the host, by its own probes; else its API, but where bellhop's own requests to that are
// answered, the integration's way there. What a few hotels have for themselves was left out when they were counted.
func (d *draft) pooledCause(c *Check, without Node) (Cause, bool) {
	if !c.pooledTraffic() {
		return Cause{}, false
	}
	id := SignalID{c.ID(), Availability}
	if cause, ok := d.onlyModule(c); ok && cause.Node() != without {
		return cause, true
	}
	for _, n := range c.Path {
		switch {
		case n == without || n.Kind == NodeModule || !d.mayExplain(n, id):
		case d.openAt(n) != "" && covers(d.incident(d.openAt(n)), Availability):
			return d.incident(d.openAt(n)).Cause, true
		case n.Kind != NodeEdge:
			return Cause{Kind: n.Kind, ID: n.ID, Confidence: Likely}, true
		default:
			if confidence, ok := d.fails(n, id); ok {
				return Cause{Kind: n.Kind, ID: n.ID, Confidence: confidence}, true
			}
		}
	}
	return Cause{}, false
}

// onlyModule is the module that a pooled stream suffers from, where requests to the others are known to fare well.
func (d *draft) onlyModule(c *Check) (Cause, bool) {
	var troubled []string
	for _, k := range d.watched.config.Reported.Pooled {
		r := d.row(k.ID())
		if k.pooledTraffic() && k.Module != "" && dirty(r) && d.within(r.LastRun, d.b.pace.Fresh) && d.othersFare(k, r) {
			troubled = append(troubled, k.Module)
		}
	}
	if len(troubled) != 1 || c.Module != "" && c.Module != troubled[0] {
		return Cause{}, false
	}
	cause := Cause{Kind: NodeModule, ID: troubled[0], Confidence: Likely}
	switch weight, of := d.weigh(d.probesOf(cause.Node()), Availability); {
	case of > 0 && weight >= of:
		cause.Confidence = Certain
	case of > 0:
		cause.Confidence = Unclear
	}
	return cause, true
}

// othersFare says whether requests to the other modules fare well since one is in trouble: they fail no oftener than by
// chance, and are so many that it would show if they failed as often as its.
func (d *draft) othersFare(module *Check, r *Row) bool {
	const shows = 3 // failures
	s, others := r.Signal(Availability), Tally{}
	for _, k := range d.watched.config.Reported.Pooled {
		if stream := d.streamOf(k); stream != nil && k.Module != "" && k != module {
			t := stream.Window.Sum(s.Since, d.b.pace)
			others = Tally{others.N + t.N, others.Bad + t.Bad}
		}
	}
	return others.N*s.Fails >= shows*s.Attempts && tail(others, requestsOK) > restChance
}

// answersUs says whether bellhop's own requests to a host are answered that those who are signed in may make: what the
// integration's requests meet with there is then not the host's.
func (d *draft) answersUs(n Node) bool {
	own := slices.DeleteFunc(slices.Clone(d.watched.members[n]), func(id CheckID) bool { return d.watched.checks[id].Reported })
	weight, of := d.weigh(own, Availability)
	return of > 0 && weight == 0
}

// leadsPool says whether a pooled stream is what an incident was opened for: no probe of the cause itself fails.
func (c *Check) leadsPool(i *Incident) bool {
	if !c.pooledTraffic() || i.Cause.Confidence == Certain {
		return false
	}
	return i.Cause.Kind == NodeModule && i.Cause.ID == c.Module || i.Cause.Kind != NodeModule && c.Module == ""
}

// ledByPool says whether an incident's numbers are of the requests of all hotels together.
func (d *draft) ledByPool(i *Incident) bool {
	return slices.ContainsFunc(i.Leads, func(m SignalID) bool {
		c := d.watched.checks[m.Check]
		return c != nil && c.pooledTraffic()
	})
}

// requestsFail says whether the requests of all hotels together go on to fail after a cause's own checks were good: those
// may have been lucky. Of an outage only a report counts whose time is all after that; where but some of what is asked
// fails, luck is likelier than an end, and the next report says so.
func (d *draft) requestsFail(i *Incident) bool {
	return slices.ContainsFunc(i.Members, func(m SignalID) bool {
		c := d.watched.checks[m.Check]
		if c == nil || !c.pooledTraffic() || d.row(m.Check).Signal(m.Signal).Phase != Open {
			return false
		}
		seen := d.seenFrom(m)
		if i.Severity == Degraded {
			seen = d.row(m.Check).Signal(m.Signal).LastAt
		}
		return !seen.Before(i.Good)
	})
}

// relation is how far the first failures of an incident and of a cause upstream may lie apart. Requests show a trouble of
// a part of all answers minutes before the few probes of a host meet with it.
func (d *draft) relation(i *Incident) time.Duration {
	const probes = 10
	if d.ledByPool(i) {
		return probes * d.b.pace.Relation
	}
	return d.b.pace.Relation
}
