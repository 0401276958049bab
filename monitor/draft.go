package monitor

import (
	"maps"
	"slices"
	"time"
)

// A draft is a change in the making: the book as it stands, seen through what has been decided so far.
type draft struct {
	b       *Book
	c       Change
	now     time.Time
	watched *watched
	sight   *sight
	gone    map[CheckID]bool // rows that were removed: what the book has of them counts no more
	news    []news           // of matters of hotels, told when all of a report is read
}

// at moves the draft's time on. Time does not run backwards within a change.
func (d *draft) at(t time.Time) {
	if t.After(d.now) {
		d.now = t
	}
}

func (d *draft) finish() Change {
	d.announceAll("")
	d.settle()
	d.c.At = d.now
	if d.watched != d.b.watched {
		d.c.config = d.watched
	}
	if d.sight != d.b.sight {
		d.c.sight = d.sight
	}
	return d.c
}

// row is a check's row, or nil.
func (d *draft) row(id CheckID) *Row {
	if r, ok := d.c.Rows[id]; ok || d.gone[id] {
		return r
	}
	return d.b.rows[id]
}

// editRow is a row of the draft's own, that may be written.
func (d *draft) editRow(id CheckID) *Row {
	if r, ok := d.c.Rows[id]; ok {
		return r
	}
	r := &Row{Check: id}
	if old := d.row(id); old != nil {
		*r = *old
	} else if c := d.watched.checks[id]; c != nil {
		r.Asks = c.Asks
	}
	set(&d.c.Rows, id, r)
	return r
}

func (d *draft) removeRow(id CheckID) {
	delete(d.c.Rows, id)
	set(&d.gone, id, true)
	d.c.Removed = append(d.c.Removed, id)
}

func (d *draft) incident(id string) *Incident {
	if i, ok := d.c.Incidents[id]; ok {
		return i
	}
	return d.b.incidents[id]
}

// editIncident is an incident of the draft's own. Its slices are replaced, not written into.
func (d *draft) editIncident(id string) *Incident {
	if i, ok := d.c.Incidents[id]; ok {
		return i
	}
	i := *d.b.incidents[id]
	set(&d.c.Incidents, id, &i)
	d.c.Urgent = true
	return &i
}

// openIncidents lists the ids of the open incidents, oldest first.
func (d *draft) openIncidents() []string {
	ids := map[string]bool{}
	for _, id := range d.b.open {
		ids[id] = true
	}
	for id := range d.c.Incidents {
		ids[id] = true
	}
	maps.DeleteFunc(ids, func(id string, _ bool) bool { return d.incident(id).State != IncidentOpen })
	return slices.SortedFunc(maps.Keys(ids), func(a, b string) int {
		x, y := d.incident(a), d.incident(b)
		if c := x.Opened.Compare(y.Opened); c != 0 {
			return c
		}
		return compare(a, b)
	})
}

// openAt is the open incident whose cause is n, or "".
func (d *draft) openAt(n Node) string {
	for id, i := range d.c.Incidents {
		if i.State == IncidentOpen && i.Cause.Node() == n {
			return id
		}
	}
	id := d.b.open[n]
	if i := d.incident(id); id == "" || i.State != IncidentOpen || i.Cause.Node() != n {
		return ""
	}
	return id
}

func (d *draft) editSight() *sight {
	if d.sight == d.b.sight {
		s := *d.b.sight
		s.ever = maps.Clone(s.ever)
		s.swept = maps.Clone(s.swept)
		d.sight = &s
	}
	return d.sight
}

// set writes into a map that may not be made yet.
func set[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
