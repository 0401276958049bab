package monitor

import (
	"slices"
	"time"
)

// A report tells of thousands of checks at one moment. All their signals move on first; only then is it asked, once
// for all of them, what explains those that opened or closed. So the order of accounts in a report does not
// matter, and what is found of a node need not be found again for each of its members.

// A turn is an edge that has not been acted on yet.
type turn struct {
	check *Check
	id    SignalID
	edge  Edge
}

// leaving is a member that leaves its incident, and since when it is good.
type leaving struct {
	id  SignalID
	end time.Time
}

// A question is asked of a node, and an answer is what was found.
type question struct {
	about  string
	node   Node
	signal SignalKind
	since  time.Time
}

type answer struct {
	failing, evaluated int
	said               word
}

// A part is an open incident that might be part of what a cause does to a signal, and counted is for how many of
// its members that is so: of the first so many, as members only come while edges are acted on together.
type part struct {
	cause  Node
	signal SignalKind
	at     string
}
type counted struct{ named, of int }

// together runs f, and acts on the edges that come of it only after it.
func (d *draft) together(f func()) {
	turns := []turn{}
	d.turns = &turns
	f()
	d.turns = nil
	d.found, d.nearby, d.parts = map[question]answer{}, map[Node][]string{}, map[part]counted{}
	d.actAll(turns)
	d.found, d.nearby, d.parts = nil, nil, nil
}

// lookAnew forgets what was found while edges are acted on together, as it may be so no longer.
func (d *draft) lookAnew() {
	clear(d.found)
	clear(d.nearby)
	clear(d.parts)
}

// actAll acts on edges that came at one moment. What ends comes first: it may be that something else goes on.
func (d *draft) actAll(turns []turn) {
	var left []leaving
	for _, t := range turns {
		switch t.edge {
		case Suspected:
			d.act(t)
		case Closed:
			left = append(left, leaving{t.id, d.row(t.id.Check).Signal(t.id.Signal).GoodSince})
		default: // openings have to wait
		}
	}
	d.leaveAll(left, "")
	for _, t := range turns {
		if r := d.row(t.id.Check); t.edge == Opened && r.Signal(t.id.Signal).IsOpen() && r.Incident[signalIndex(t.id.Signal)] == "" {
			d.act(t)
		}
	}
}

// closed takes a signal that has come to its end out of its incident.
func (d *draft) closed(id SignalID, end time.Time) { d.leave(id, end, "") }

// leave takes a member out, and ends the incident if its cause's own checks are good.
func (d *draft) leave(id SignalID, end time.Time, why ChangeWord) {
	d.leaveAll([]leaving{{id, end}}, why)
}

// leaveAll takes members out of their incidents, and ends those whose cause's own checks are good.
func (d *draft) leaveAll(all []leaving, why ChangeWord) {
	gone := map[string]map[SignalID]bool{}
	var from []string
	for _, l := range all {
		in := &d.editRow(l.id.Check).Incident[signalIndex(l.id.Signal)]
		at := *in
		*in = ""
		if at == "" || d.incident(at) == nil {
			continue
		}
		if gone[at] == nil {
			gone[at] = map[SignalID]bool{}
			from = append(from, at)
		}
		gone[at][l.id] = true
		i := d.editIncident(at)
		i.Good = latest(i.Good, l.end)
	}
	for _, at := range from {
		left := func(id SignalID) bool { return gone[at][id] }
		i := d.editIncident(at)
		i.Members = slices.DeleteFunc(slices.Clone(i.Members), left)
		i.Leads = slices.DeleteFunc(slices.Clone(i.Leads), left)
	}
	for _, at := range from {
		if i := d.incident(at); i.State == IncidentOpen && d.over(i) {
			d.end(at, why)
		}
	}
}

// once answers a question once for all edges that are acted on together, as none of them changes the answer.
func (d *draft) once(q question, find func() answer) answer {
	if a, ok := d.found[q]; ok {
		return a
	}
	a := find()
	if d.found != nil {
		d.found[q] = a
	}
	return a
}

// onceSo is once for a question that is answered with yes or no.
func (d *draft) onceSo(q question, so func() bool) bool {
	return d.once(q, func() answer {
		if so() {
			return answer{failing: 1}
		}
		return answer{}
	}).failing > 0
}

// downstream lists the open incidents, oldest first, that checks which depend on a node are members of.
func (d *draft) downstream(n Node) []string {
	if ids, ok := d.nearby[n]; ok {
		return ids
	}
	seen := map[string]bool{"": true}
	var ids []string
	for _, id := range d.watched.members[n] {
		r := d.row(id)
		for k := range SignalKinds {
			if r != nil && !seen[r.Incident[k]] {
				seen[r.Incident[k]] = true
				ids = append(ids, r.Incident[k])
			}
		}
	}
	ids = d.oldest(slices.DeleteFunc(ids, func(at string) bool { return d.incident(at) == nil || d.incident(at).State != IncidentOpen }))
	if d.nearby != nil {
		d.nearby[n] = ids
	}
	return ids
}

// moved makes what was found to lie downstream of nodes true again after a member came to an incident.
func (d *draft) moved(id SignalID, i *Incident) {
	c := d.watched.checks[id.Check]
	for n, ids := range d.nearby {
		if n != i.Cause.Node() && c != nil && c.dependsOn(n) && !slices.Contains(ids, i.ID) {
			delete(d.nearby, n)
		}
	}
}

// named counts the members of a part that speak for its cause.
func (d *draft) named(p part, speaks func(SignalID) bool) int {
	c, members := d.parts[p], d.incident(p.at).Members
	for _, m := range members[c.of:] {
		if speaks(m) {
			c.named++
		}
	}
	if c.of = len(members); d.parts != nil {
		d.parts[p] = c
	}
	return c.named
}
