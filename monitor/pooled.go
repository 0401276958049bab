package monitor

import "slices"

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

// onlyModule is the module that a pooled stream suffers from, where requests to another one fare well.
func (d *draft) onlyModule(c *Check) (Cause, bool) {
	var troubled []string
	calm := false
	for _, k := range d.watched.config.Reported.Pooled {
		r := d.row(k.ID())
		switch {
		case !k.pooledTraffic() || k.Module == "" || r == nil || !d.within(r.LastRun, d.b.pace.Fresh):
		case dirty(r):
			troubled = append(troubled, k.Module)
		default:
			calm = true
		}
	}
	if !calm || len(troubled) != 1 || c.Module != "" && c.Module != troubled[0] {
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
