package rehearse

import (
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// deliver sends what is owed by now, and finds when it has to look again. Sending changes what is owed.
func (s *stage) deliver() {
	for sent := true; sent; {
		sent, s.wake = false, time.Time{}
		for _, d := range s.unsettled() {
			sent = s.serve(d) || sent
		}
	}
}

// unsettled are the deliveries that something may be owed on, in a fixed order.
func (s *stage) unsettled() []*monitor.Delivery {
	list := make([]*monitor.Delivery, 0, len(s.shelf.deliveries))
	for _, d := range s.shelf.deliveries {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b *monitor.Delivery) int {
		if c := strings.Compare(a.Incident, b.Incident); c != 0 {
			return c
		}
		return strings.Compare(a.Receiver, b.Receiver)
	})
	return list
}

// serve sends what is owed on one delivery; if it is owed later, the stage wakes then.
func (s *stage) serve(d *monitor.Delivery) (sent bool) {
	r, known := s.receiver(d.Receiver)
	if !known {
		s.part(d)
		return true
	}
	e, at, owed := s.owed(d, r)
	if !owed || e == nil {
		return false
	}
	if at.After(s.now) {
		if s.wake.IsZero() || at.Before(s.wake) {
			s.wake = at
		}
		return false
	}
	s.send(d, r, e)
	return true
}

// A letter is what is to be said.
type letter struct {
	kind       monitor.EventType
	version    int
	text, next string
	about      *monitor.Incident
}

// owed is what a delivery is owed, and from when on.
func (s *stage) owed(d *monitor.Delivery, r monitor.Receiver) (*letter, time.Time, bool) {
	i := s.shelf.incidents[d.Incident]
	if i == nil {
		return s.owedNotice(d, r)
	}
	t, at, ok := monitor.Owed(*d, i, r, s.Pace, s.now)
	if ok && t == "" {
		e, newer := monitor.NextVersion(*d, s.shelf.events[d.Incident])
		if !newer {
			return nil, at, false
		}
		t, i = e.Type, &e.Incident
	}
	return &letter{t, i.Version, i.Text, i.NextStep, i}, at, ok
}

func (s *stage) owedNotice(d *monitor.Delivery, r monitor.Receiver) (*letter, time.Time, bool) {
	for _, n := range s.shelf.notices {
		if n.ID == d.Incident {
			at, ok := monitor.OwedNotice(*d, n, r, s.Pace, s.now)
			return &letter{monitor.EventNotice, n.Version(), n.Text, n.NextStep, nil}, at, ok
		}
	}
	return nil, time.Time{}, false
}

// send sends it, and it is taken at once.
func (s *stage) send(d *monitor.Delivery, r monitor.Receiver, l *letter) {
	sending := monitor.Sending{
		ID:   monitor.MessageID(s.Saved.ID, d.DeliveryID, l.version, ""),
		Type: l.kind, Kind: r.Kind, Version: l.version, First: s.now, Attempts: 1,
	}
	if l.about != nil {
		sending.Severity, sending.Side, sending.Cause = l.about.Severity, l.about.Side, l.about.Cause.Node()
	}
	s.feed(monitor.Attempting{At: s.now, Delivery: d.DeliveryID, Sending: sending})
	s.feed(monitor.Receipt{At: s.now, Delivery: d.DeliveryID, ID: sending.ID, Result: monitor.Accepted})
	s.hear(d, l, l.kind == monitor.EventUpdated && !r.Posts)
}

// part ends what was owed to a receiver that is gone; of what it knows as open it is told that it hears no more.
func (s *stage) part(d *monitor.Delivery) {
	s.feed(monitor.Receipt{At: s.now, Delivery: d.DeliveryID, Result: monitor.Left})
	if i := s.shelf.incidents[d.Incident]; i != nil && d.Knows != monitor.NeverTried && d.State == monitor.IncidentOpen {
		s.hear(d, &letter{monitor.EventUpdated, i.Version, "No longer told here. " + i.Text, "", i}, false)
	}
}

func (s *stage) hear(d *monitor.Delivery, l *letter, edit bool) {
	if s.Hear != nil {
		s.Hear(Message{
			At: s.now, Receiver: d.Receiver, Type: l.kind, Incident: d.Incident, Version: l.version,
			Text: l.text, Next: l.next, About: l.about, Edit: edit,
		})
	}
}

func (s *stage) receiver(name string) (monitor.Receiver, bool) {
	i := slices.IndexFunc(s.Config.Receivers, func(r monitor.Receiver) bool { return r.Name == name })
	if i < 0 {
		return monitor.Receiver{}, false
	}
	return s.Config.Receivers[i], true
}
