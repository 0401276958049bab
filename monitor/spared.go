package monitor

import "slices"

// spared says whether a check keeps its own schedule in trouble: an open incident of something wider than its hotel
// explains it, and others are watched closely for that. To ask hundreds of hotels four times a minute would only add
// to an outage.
func (d *draft) spared(c *Check, r *Row) bool {
	i := d.explainedBy(c, r)
	if i == nil || c.isDirect(i.Cause.Node()) {
		return false
	}
	if len(d.watched.direct[i.Cause.Node()]) > 0 {
		return true
	}
	first := d.representative(i, c.Host)
	return first != "" && first != c.ID() && d.row(first).Signal(i.kind()).Last != Good
}

// explainedBy is the open incident of a cause wider than a hotel that a check's trouble belongs to, or that
// accounts for its being in doubt; nil is none.
func (d *draft) explainedBy(c *Check, r *Row) *Incident {
	for k, s := range r.Signals {
		switch {
		case s.IsOpen():
			i := d.incident(r.Incident[k])
			if i == nil || !wide(i.Cause.Kind) {
				return nil
			}
			return i
		case s.Phase == Suspect:
			return d.explaining(c, SignalKinds[k])
		}
	}
	return nil
}

// explaining is the open incident upstream of a check that accounts for trouble with one of its signals, or nil.
func (d *draft) explaining(c *Check, s SignalKind) *Incident {
	for _, n := range c.Path {
		if !wide(n.Kind) || !explains(n.Kind, s) {
			continue
		}
		if at := d.openAt(n); at != "" && covers(d.incident(at), s) {
			return d.incident(at)
		}
	}
	return nil
}

// wide says whether a cause concerns more than one hotel, and all of them alike.
func wide(k NodeKind) bool {
	return k != NodeCheck && k != NodeAccount && k != NodeHotels
}

// representative is the one check on a host that is watched closely for an incident whose cause has no probe of its
// own; "" is none.
func (d *draft) representative(i *Incident, host string) CheckID {
	at := slices.IndexFunc(i.Members, func(m SignalID) bool {
		c := d.watched.checks[m.Check]
		return c != nil && c.Host == host && !c.Reported && !c.Forced && c.Every <= d.b.pace.KeepOver && d.row(m.Check) != nil
	})
	if at < 0 {
		return ""
	}
	return i.Members[at].Check
}

// follow brings those that were spared to the quick pace once the check that stood for them is good again.
func (d *draft) follow(id CheckID) {
	c, r := d.watched.checks[id], d.row(id)
	i := d.explainedBy(c, r)
	if i == nil || len(d.watched.direct[i.Cause.Node()]) > 0 || d.representative(i, c.Host) != id || r.Signal(i.kind()).Last != Good {
		return
	}
	for _, m := range i.Members {
		if k := d.watched.checks[m.Check]; k != nil && m.Check != id && k.Host == c.Host && !k.Reported && d.row(m.Check) != nil {
			d.setPlan(m.Check, d.planFor(k))
		}
	}
}
