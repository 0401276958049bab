package rehearse

import "bellhop/monitor"

// serveDigest sends the next letter of a digest; if it is owed later, the stage wakes then.
func (s *stage) serveDigest(g monitor.Gathering) (sent bool) {
	r, known := s.receiver(g.Row.Receiver)
	if known && s.later(g.At) {
		return false
	}
	l := monitor.Sending{
		ID:   monitor.MessageID(s.Saved.ID, g.Row.DeliveryID, g.Row.Version+1, ""),
		Type: monitor.EventDigest, Kind: r.Kind, Version: g.Row.Version + 1, First: s.now, Attempts: 1, Over: g.Over, Reminder: g.Reminder,
	}
	if len(g.Notices) > 0 {
		l.Type = monitor.EventNotice
	}
	if known {
		s.feed(monitor.Attempting{At: s.now, Delivery: g.Row.DeliveryID, Sending: l, Covers: g.Covers})
		s.feed(monitor.Receipt{At: s.now, Delivery: g.Row.DeliveryID, ID: l.ID, Result: monitor.Accepted})
	} else {
		s.feed(monitor.Receipt{At: s.now, Delivery: g.Row.DeliveryID, Result: monitor.Left})
	}
	if s.Hear != nil {
		s.Hear(Message{
			At: s.now, Receiver: g.Row.Receiver, Type: l.Type, Incident: g.Row.Incident, Version: l.Version, Digest: &g,
			Edit: known && !r.Posts && g.Row.Knows != monitor.NeverTried && !g.Over && !g.Reminder,
		})
	}
	return true
}

// tells are the incidents that a message says are open, as it tells them.
func (m Message) tells() []*monitor.Incident {
	switch {
	case m.Digest != nil:
		return m.Digest.Open
	case m.About != nil:
		return []*monitor.Incident{m.About}
	}
	return nil
}
