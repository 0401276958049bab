package rehearse

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// deliver sends what is owed by now, and finds when it has to look again. Sending changes what is owed.
func (s *stage) deliver() {
	for sent := true; sent; {
		sent, s.wake = false, time.Time{}
		own, digests := s.gather()
		for _, o := range own {
			sent = s.serve(o.Row) || sent
		}
		for _, g := range digests {
			sent = s.serveDigest(g) || sent
		}
	}
}

// gather shares out what all receivers are owed, in a fixed order: what has a message of its own, and digests.
func (s *stage) gather() (own []monitor.Owing, digests []monitor.Gathering) {
	lists := map[string][]monitor.Owing{}
	for _, d := range s.shelf.deliveries {
		o := monitor.Owing{Row: d, Incident: s.shelf.incidents[d.Incident], Notice: s.shelf.notice(d.Incident)}
		lists[d.Receiver] = append(lists[d.Receiver], o)
	}
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		var mine []monitor.Owing
		var together []monitor.Gathering
		if r, known := s.receiver(name); known {
			mine, together = monitor.Gather(lists[name], r, s.Pace, s.now)
		} else {
			together, mine = monitor.Farewell(lists[name])
		}
		own, digests = append(own, mine...), append(digests, together...)
	}
	slices.SortFunc(own, func(a, b monitor.Owing) int {
		return cmp.Or(strings.Compare(a.Row.Incident, b.Row.Incident), strings.Compare(a.Row.Receiver, b.Row.Receiver))
	})
	return own, digests
}

// serve sends what is owed on one delivery; if it is owed later, the stage wakes then.
func (s *stage) serve(d *monitor.Delivery) (sent bool) {
	r, known := s.receiver(d.Receiver)
	if !known {
		s.part(d)
		return true
	}
	e, at, owed := s.owed(d, r)
	if !owed || e == nil || s.later(at) {
		return false
	}
	s.send(d, r, e)
	return true
}

// later says whether a time is to come, and has the stage wake then.
func (s *stage) later(at time.Time) bool {
	is := at.After(s.now)
	if is && (s.wake.IsZero() || at.Before(s.wake)) {
		s.wake = at
	}
	return is
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
	n := s.shelf.notice(d.Incident)
	if n == nil {
		return nil, time.Time{}, false
	}
	at, ok := monitor.OwedNotice(*d, n, r, s.Pace, s.now)
	return &letter{monitor.EventNotice, n.Version(), n.Text, n.NextStep, nil}, at, ok
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
