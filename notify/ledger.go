package notify

import (
	"maps"
	"slices"
	"time"

	"bellhop/monitor"
)

// A ledger is the part of the book that the outbox needs, as far as the commits it has seen: rows that are
// not settled, and what they are about. Nothing it points to changes.
type ledger struct {
	book      string
	rows      map[monitor.DeliveryID]*monitor.Delivery
	lists     map[string]map[string]*monitor.Delivery // the same by receiver
	about     map[string]int                          // how many rows there are about an incident or notice
	incidents map[string]*monitor.Incident
	events    map[string][]monitor.Event
	notices   map[string]*monitor.Notice // by id
	standing  map[string]bool            // keys of notices that stand
}

func newLedger(s monitor.Saved) *ledger {
	l := &ledger{
		book:      s.ID,
		rows:      map[monitor.DeliveryID]*monitor.Delivery{},
		lists:     map[string]map[string]*monitor.Delivery{},
		about:     map[string]int{},
		incidents: map[string]*monitor.Incident{},
		events:    map[string][]monitor.Event{},
		notices:   map[string]*monitor.Notice{},
		standing:  map[string]bool{},
	}
	l.tell(s.Incidents, s.Events, s.Notices)
	for _, d := range s.Deliveries {
		if d.Settled {
			continue
		}
		restarted := d.Restarted()
		l.row(&restarted)
	}
	return l
}

// enter takes over what a commit changed.
func (l *ledger) enter(c monitor.Change) {
	l.tell(slices.Collect(maps.Values(c.Incidents)), c.Events, slices.Collect(maps.Values(c.Notices)))
	for _, d := range c.Deliveries {
		l.row(d)
	}
	for id, i := range c.Incidents {
		if i.State != monitor.IncidentOpen {
			l.forget(id)
		}
	}
	for _, n := range c.Notices {
		l.forget(n.ID)
	}
}

func (l *ledger) tell(incidents []*monitor.Incident, events []monitor.Event, notices []*monitor.Notice) {
	for _, i := range incidents {
		l.incidents[i.ID] = i
	}
	for _, e := range events {
		l.events[e.Incident.ID] = append(l.events[e.Incident.ID], e)
	}
	for _, n := range notices {
		l.notices[n.ID] = n
		l.standing[n.Key] = !n.Over
	}
}

func (l *ledger) row(d *monitor.Delivery) {
	_, had := l.rows[d.DeliveryID]
	switch {
	case d.Settled:
		if had {
			l.about[d.Incident]--
		}
		delete(l.rows, d.DeliveryID)
		delete(l.lists[d.Receiver], d.Incident)
		l.forget(d.Incident)
		return
	case !had:
		l.about[d.Incident]++
	}
	if l.lists[d.Receiver] == nil {
		l.lists[d.Receiver] = map[string]*monitor.Delivery{}
	}
	l.rows[d.DeliveryID], l.lists[d.Receiver][d.Incident] = d, d
}

// forget drops what no row is about any more.
func (l *ledger) forget(id string) {
	if l.about[id] > 0 {
		return
	}
	delete(l.about, id)
	delete(l.events, id)
	delete(l.notices, id)
	if i := l.incidents[id]; i != nil && i.State != monitor.IncidentOpen {
		delete(l.incidents, id)
	}
}

// owings lists a receiver's rows with what they are about.
func (l *ledger) owings(receiver string) []monitor.Owing {
	all := make([]monitor.Owing, 0, len(l.lists[receiver]))
	for id, d := range l.lists[receiver] {
		all = append(all, monitor.Owing{Row: d, Incident: l.incidents[id], Notice: l.notices[id]})
	}
	return all
}

// A job is one message that is owed.
type job struct {
	row     monitor.Delivery
	at      time.Time // from when on
	resumes bool      // it is the message under way
	event   monitor.Event
	notice  *monitor.Notice    // instead of an event
	digest  *monitor.Gathering // instead of both
	stale   bool               // it is the message under way, and says what is true no more
	late    bool
	leaving bool // the last message to a receiver that was removed
	moving  bool // it is told elsewhere from now on
}

// job finds what a row is owed. False is that it is nothing.
func (l *ledger) job(o monitor.Owing, r monitor.Receiver, p monitor.Pace, now time.Time) (job, bool) {
	d, i := o.Row, o.Incident
	if n := o.Notice; n != nil {
		at, ok := monitor.OwedNotice(*d, n, r, p, now)
		return job{row: *d, at: at, resumes: monitor.ResumesNotice(*d, n), notice: n}, ok
	}
	what, at, ok := monitor.Owed(*d, i, r, p, now)
	if !ok {
		return job{}, false
	}
	j := job{row: *d, at: at, resumes: monitor.Resumes(*d, i, r, p), event: monitor.Event{Type: what, Incident: *i}}
	switch {
	case j.resumes:
		j.event.Incident = l.version(i, d.Sending.Version)
	case what == "":
		j.event = l.following(*d, i)
	}
	j.late = j.event.Type == monitor.EventRecap || j.event.Incident.Version < i.Version
	j.stale = j.resumes && r.Lookup && d.Ref == "" && j.event.Incident.Version < i.Version
	return j, true
}

// version is an incident as it was, or as it is if that version is not kept.
func (l *ledger) version(i *monitor.Incident, version int) monitor.Incident {
	for _, e := range l.events[i.ID] {
		if e.Incident.Version == version {
			return e.Incident
		}
	}
	return *i
}

// following is the version that an EveryVersion receiver is to hear next; where it is not kept, the newest.
func (l *ledger) following(d monitor.Delivery, i *monitor.Incident) monitor.Event {
	if e, ok := monitor.NextVersion(d, l.events[i.ID]); ok {
		return e
	}
	e := monitor.Event{Type: monitor.EventUpdated, Incident: *i}
	switch {
	case i.State != monitor.IncidentOpen && d.Knows == monitor.NeverTried:
		e.Type = monitor.EventRecap
	case i.State != monitor.IncidentOpen:
		e.Type = monitor.EventResolved
	case d.Knows == monitor.NeverTried:
		e.Type = monitor.EventOpened
	}
	return e
}
