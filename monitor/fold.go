package monitor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// opened takes a signal that has just opened to the incident of its cause: one that is open, one that lies
// downstream and turns out to be part of it, one that ended not long ago, or a new one.
func (d *draft) opened(id SignalID) {
	d.place(id, d.attribute(id, Node{}), d.row(id.Check).Signal(id.Signal).Since)
}

func (d *draft) place(id SignalID, cause Cause, since time.Time) {
	parts := d.partsOf(cause, id, since)
	switch at := d.openAt(cause.Node()); {
	case at != "":
		d.attach(at, id)
		d.absorb(at, parts)
		if len(parts) > 0 {
			d.announce(at, EventUpdated, ChangeMerged)
		}
		d.dissolve(parts)
	case len(parts) > 0:
		d.reroot(parts[0], cause)
		d.attach(parts[0], id)
		d.absorb(parts[0], parts[1:])
		d.announce(parts[0], EventUpdated, ChangeRerooted)
		d.dissolve(parts[1:])
	case d.lately(cause.Node()) != "":
		d.reopen(d.lately(cause.Node()), cause, id, since)
	default:
		d.open(cause, id, since)
	}
}

// open makes a new incident.
func (d *draft) open(cause Cause, id SignalID, since time.Time) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %s %d", d.b.id, cause.Kind, cause.ID, id.Check, since.UnixNano()))
	since = d.earliest(cause, id, since)
	i := &Incident{
		ID:    fmt.Sprintf("inc_%012x%s", d.now.UnixMilli(), hex.EncodeToString(sum[:5])),
		State: IncidentOpen, Cause: cause, Since: since, Opened: d.now,
	}
	set(&d.c.Incidents, i.ID, i)
	d.caused(i)
	d.attach(i.ID, id)
	d.announce(i.ID, EventOpened, "")
}

// earliest is the first failure among those that fail now and depend on a cause, not long before a given one.
func (d *draft) earliest(cause Cause, id SignalID, since time.Time) time.Time {
	first := since
	for _, m := range d.watched.members[cause.Node()] {
		r := d.row(m)
		if r == nil {
			continue
		}
		s := r.Signal(id.Signal)
		if s.Since.Before(first) && !s.Since.IsZero() && since.Sub(s.Since) <= d.b.pace.Relation && r.Incident[signalIndex(id.Signal)] == "" {
			first = s.Since
		}
	}
	return first
}

// attach makes an open signal a member of an incident. A cause's own probes are its leads: it ends with them.
func (d *draft) attach(at string, id SignalID) {
	i, in := d.editIncident(at), &d.editRow(id.Check).Incident[signalIndex(id.Signal)]
	if *in != at {
		i.Members = append(i.Members, id)
		d.moved(id, i)
	}
	*in = at
	d.lead(i, id)
	d.calmWith(i, id)
	d.c.Urgent = true
}

func (d *draft) lead(i *Incident, id SignalID) {
	c := d.watched.checks[id.Check]
	own := i.Cause.Kind == NodeCheck && string(id.Check) == i.Cause.ID
	if (own || c != nil && (c.isDirect(i.Cause.Node()) || c.leadsPool(i))) && !slices.Contains(i.Leads, id) {
		i.Leads = append(slices.Clone(i.Leads), id)
	}
}

// partsOf lists the open incidents, oldest first, that a cause explains: their first failure lies close to its,
// and for most of their members it lies upstream of their own cause and accounts for what they suffer from.
// What is older stays itself.
func (d *draft) partsOf(cause Cause, id SignalID, since time.Time) []string {
	if cause.Kind == NodeHotels && id.Signal != Auth {
		return nil
	}
	if cause.Kind == NodeHotels {
		return d.sameHotel(d.watched.checks[id.Check].Account)
	}
	parts := d.needingParts(cause, id, since)
	if cause.Kind == NodeCheck {
		return parts
	}
	for _, at := range d.downstream(cause.Node()) {
		i := d.incident(at)
		apart := i.Since.Sub(since).Abs()
		own := i.Cause.Kind == NodeHotels && !shared(i.Cause.ID)
		if i.Cause.Node() == cause.Node() || apart > d.relation(i) && !d.sharesBrownOut(i, id, since) || own || slices.Contains(parts, at) {
			continue
		}
		named := d.named(part{cause.Node(), id.Signal, at}, func(m SignalID) bool {
			c := d.watched.checks[m.Check]
			return c != nil && accounts(id.Signal, m.Signal) && explains(cause.Kind, m.Signal) && !d.ownMatter(c, m) && c.upstream(cause.Node(), i.Cause.Node())
		})
		if named*2 > len(i.Members) {
			parts = append(parts, at)
		}
	}
	return parts
}

// upstream says whether a lies on a check's path, and before b if that does, too.
func (c *Check) upstream(a, b Node) bool {
	i, j := slices.Index(c.Path, a), slices.Index(c.Path, b)
	return i >= 0 && (j < 0 || i < j)
}

// reroot gives an incident the cause that was found further up.
func (d *draft) reroot(at string, cause Cause) {
	i := d.editIncident(at)
	d.outgrown(at)
	i.Cause, i.Leads, i.Severity = cause, nil, "" // how bad it is of that is found anew
	d.caused(i)
	d.lookAnew()
	for _, m := range i.Members {
		d.lead(i, m)
	}
}

// absorb makes other incidents part of one.
func (d *draft) absorb(into string, parts []string) {
	for _, at := range parts {
		i := d.editIncident(at)
		for _, m := range i.Members {
			d.attach(into, m)
		}
		i.State, i.Ended, i.Into, i.Members = IncidentResolved, d.now, into, nil
		d.lookAnew()
		s := d.editIncident(into)
		if i.Since.Before(s.Since) {
			s.Since = i.Since
		}
		if s.Muted && !i.Muted { // who heard of a part of it hears of the rest
			s.Muted = false
			d.outgrown(into)
		}
		d.inherit(at, into)
	}
}

// dissolve tells those who heard of incidents that became part of another where they go on.
func (d *draft) dissolve(parts []string) {
	for _, at := range parts {
		if d.waits(d.incident(at).Into) { // it has no words yet
			d.news = append(d.news, news{at, EventResolved, ChangeMerged})
			continue
		}
		d.version(at, EventResolved, ChangeMerged)
	}
}

// over says whether an incident's cause is good again: no member is left, or its own checks are good. A
// cause without a probe of its own is good when four in five of those that depend on it are.
func (d *draft) over(i *Incident) bool {
	switch {
	case len(i.Members) == 0:
		return true
	case i.Cause.Kind == NodeHotels:
		return false
	case i.Cause.Confidence == Certain || len(i.Leads) > 0:
		return len(i.Leads) == 0 && !d.requestsFail(i) && !d.brownAround(i, i.Good) && !d.wavers(i)
	}
	n, open := i.Cause.Node(), 0
	_, evaluated := d.countFor(n, i.Members[0])
	for _, m := range i.Members {
		if c := d.watched.checks[m.Check]; c != nil && c.dependsOn(n) {
			open++
		}
	}
	return open*5 <= evaluated && !d.brownAround(i, i.Good)
}

// wavers says whether one of a cause's own probes has begun to fail again: it ends once they are all calm.
func (d *draft) wavers(i *Incident) bool {
	return slices.ContainsFunc(d.watched.direct[i.Cause.Node()], func(id CheckID) bool {
		r := d.row(id)
		return r != nil && r.Signal(i.kind()).Phase == Suspect && r.Signal(i.kind()).Last == Fail
	})
}

// exonerate ends an incident for whose cause none of its own probes ever opened, once they are all calm: they
// failed just when a member opened, and the member still does. It is told as its own.
func (d *draft) exonerate(at string) bool {
	i := d.incident(at)
	if i.Cause.Confidence != Certain || i.Cause.Kind == NodeHotels || len(i.Leads) > 0 {
		return false
	}
	probes := d.watched.direct[i.Cause.Node()]
	if i.Cause.Kind == NodeCheck { // others need it
		probes = []CheckID{CheckID(i.Cause.ID)}
		if _, still := d.suffers(probes[0], i.kind()); still {
			return false
		}
	}
	good, calm := d.calm(probes, i.kind())
	if calm = calm && !d.brownAround(i, good); calm {
		d.editIncident(at).Good = latest(good, i.Good)
		d.end(at, "")
	}
	return calm
}

// end resolves an incident. A member that still fails leaves it and is told as its own; one that is
// recovering, was not asked since the cause is good, or is being removed itself, ends with it: if it still
// fails, it says so itself soon.
func (d *draft) end(at string, why ChangeWord) {
	d.announceAll(at)
	i := d.editIncident(at)
	left := i.Members
	i.State, i.Ended, i.Members, i.Leads = IncidentResolved, i.Good, nil, nil
	var stay []SignalID
	for _, m := range left {
		r, k := d.editRow(m.Check), signalIndex(m.Signal)
		asked := d.asks(m.Check) && (why != "" || !d.seenFrom(m).Before(i.Good))
		if r.Incident[k] = ""; r.Signals[k].Phase == Open && r.Signals[k].Last == Fail && asked {
			stay = append(stay, m)
			continue
		}
		r.Signals[k] = r.Signals[k].CloseWith(d.now)
		d.settleRequests(m)
		d.plan(m.Check)
	}
	d.version(at, EventResolved, why)
	d.forgive(i)
	d.lookAnew()
	d.after = i.Good
	for _, m := range stay {
		d.place(m, d.attribute(m, i.Cause.Node()), d.row(m.Check).Signal(m.Signal).Since)
	}
	d.after = time.Time{}
}

// seenFrom is the beginning of the time that a signal's last evidence is of: a report tells of the minute before it,
// and of a token that was asked for earlier.
func (d *draft) seenFrom(m SignalID) time.Time {
	at := d.row(m.Check).Signal(m.Signal).LastAt
	c := d.watched.checks[m.Check]
	switch {
	case c == nil || !c.Reported:
		return at
	case c.Kind == KindConsent:
		return d.tokenAsked(m.Check)
	}
	return at.Add(-d.reportSpan(c))
}

// reportSpan is of how long a time a report tells.
func (d *draft) reportSpan(c *Check) time.Duration { return max(c.Every, d.reports().usual()) }

// asks says whether a check is still asked what its row tells of: a reload goes through the checks one by one.
func (d *draft) asks(id CheckID) bool {
	c := d.watched.checks[id]
	return c != nil && c.Asks == d.row(id).Asks
}
