package monitor

import (
	"iter"
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
	mapped  bool             // the maps of sight are the draft's own, too
	gone    map[CheckID]bool // rows that were removed: what the book has of them counts no more
	news    []news           // of matters of hotels, told when all of a report is read

	byCause   map[Node][]string   // incidents of this draft by the causes that they had in it
	turns     *[]turn             // where edges wait while a report is read; nil is that they are acted on at once
	found     map[question]answer // what was found of nodes while edges are acted on together; else nil
	parts     map[part]counted
	nearby    map[Node][]string  // and the open incidents that lie downstream of them
	glanced   map[glance]*Row    // rows after good news that many checks bring at once
	likes     map[likeness]*Row  // those of them that differ
	carriers  map[string]carrier // who carries a scope; under "", of how many hotels that is known
	judgement *judgement         // of the requests that a report tells of, while its outcome is folded
	manyFail  bool               // of the hotels that a report tells of more fail than may
	scopes    []string           // of the last token that was read: most hotels' are the same
	hushing   *hushing           // what is in force of silences and the like
	after     time.Time          // what was seen up to then was of an incident that has just ended
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
	d.neverTold()
	d.sumUp()
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
	r, edited := d.c.Rows[id]
	if edited && !d.c.Light[id] {
		return r
	}
	if old := d.row(id); old != nil {
		r = old.of(id)
	} else if r = (&Row{Check: id}); d.watched.checks[id] != nil {
		r.Asks = d.watched.checks[id].Asks
	}
	delete(d.c.Light, id)
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
	i.Members, i.Leads = slices.Clip(i.Members), slices.Clip(i.Leads) // what is appended is the draft's own
	set(&d.c.Incidents, id, &i)
	d.caused(&i)
	d.c.Urgent = true
	return &i
}

// caused notes what an incident's cause is, for those who look for incidents by their cause.
func (d *draft) caused(i *Incident) {
	n := i.Cause.Node()
	if !slices.Contains(d.byCause[n], i.ID) {
		set(&d.byCause, n, append(d.byCause[n], i.ID))
	}
}

// openOnes are the open incidents, in no order.
func (d *draft) openOnes() iter.Seq[*Incident] {
	return func(yield func(*Incident) bool) {
		for _, id := range d.b.open {
			if i := d.incident(id); i.State == IncidentOpen && !yield(i) {
				return
			}
		}
		for id, i := range d.c.Incidents {
			old := d.b.incidents[id]
			if was := old != nil && d.b.open[old.Cause.Node()] == id; !was && i.State == IncidentOpen && !yield(i) {
				return
			}
		}
	}
}

// openIncidents lists the ids of the open incidents, oldest first.
func (d *draft) openIncidents() []string {
	var ids []string
	for i := range d.openOnes() {
		ids = append(ids, i.ID)
	}
	return d.oldest(ids)
}

// oldest sorts incidents, oldest first.
func (d *draft) oldest(ids []string) []string {
	slices.SortFunc(ids, func(a, b string) int {
		x, y := d.incident(a), d.incident(b)
		if c := x.Opened.Compare(y.Opened); c != 0 {
			return c
		}
		return compare(a, b)
	})
	return ids
}

// openAt is the open incident whose cause is n, or "".
func (d *draft) openAt(n Node) string {
	for _, id := range d.byCause[n] {
		if i := d.c.Incidents[id]; i.State == IncidentOpen && i.Cause.Node() == n {
			return id
		}
	}
	id := d.b.open[n]
	if i := d.incident(id); id == "" || i.State != IncidentOpen || i.Cause.Node() != n {
		return ""
	}
	return id
}

// editSight is what the draft may write: all of it.
func (d *draft) editSight() *sight {
	s := d.editTimes()
	if !d.mapped {
		d.mapped = true
		s.ever, s.swept, s.called = maps.Clone(s.ever), maps.Clone(s.swept), maps.Clone(s.called)
		s.lost, s.got, s.held = maps.Clone(s.lost), maps.Clone(s.got), maps.Clone(s.held)
	}
	return s
}

// editTimes is a sight of the draft's own, whose maps are not to be written: nearly every outcome moves a time on.
func (d *draft) editTimes() *sight {
	if d.sight == d.b.sight {
		s := *d.b.sight
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
