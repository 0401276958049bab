package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// deliver does what the lanes do, and writes down what people see. A dead receiver refuses all and is tried
// once a minute.
func (s *simulation) deliver() {
	for len(s.late) > 0 && !s.late[0].At.After(s.now) {
		s.feed(s.late[0])
		s.late = s.late[1:]
	}
	var owed []*monitor.Delivery
	for _, w := range s.kept.deliveries {
		if !w.Settled {
			owed = append(owed, w)
		}
	}
	slices.SortFunc(owed, func(a, b *monitor.Delivery) int {
		return strings.Compare(a.Receiver+a.Incident, b.Receiver+b.Incident)
	})
	for _, w := range owed {
		r, known := s.receiver(w.Receiver)
		t, at, owed := s.owed(w, r)
		switch {
		case !known:
			s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, Result: monitor.Left})
			if s.incident(w.Incident) != nil && w.Knows != monitor.NeverTried && w.State == monitor.IncidentOpen {
				s.tell(w, monitor.EventUpdated, "not told here any more")
			}
		case owed && !at.After(s.now):
			s.send(w, t)
		}
	}
}

func (s *simulation) owed(w *monitor.Delivery, r monitor.Receiver) (monitor.EventType, time.Time, bool) {
	if i := s.incident(w.Incident); i != nil {
		return monitor.Owed(*w, i, r, s.pace, s.now)
	}
	at, ok := monitor.OwedNotice(*w, s.notice(w.Incident), r, s.pace, s.now)
	return monitor.EventNotice, at, ok
}

func (s *simulation) send(w *monitor.Delivery, t monitor.EventType) {
	sending := monitor.Sending{ID: fmt.Sprint(w.Receiver, w.Incident, s.version(w)), Type: t, Version: s.version(w), First: s.now, Attempts: 1}
	if i := s.incident(w.Incident); i != nil {
		sending.Severity, sending.Side, sending.Cause = i.Severity, i.Side, i.Cause.Node()
	}
	r, _ := s.receiver(w.Receiver)
	s.feed(monitor.Attempting{At: s.now, Delivery: w.DeliveryID, Sending: sending, Place: r.Place})
	if _, cut := s.troubles["net"]; cut && s.receivers[w.Receiver] != "near" {
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Refused, Next: s.now.Add(time.Minute)})
		return
	}
	switch s.receivers[w.Receiver] {
	case "dead":
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Refused, Next: s.now.Add(time.Minute)})
	case "lying": // it takes the message and says that it did not
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Ambiguous})
		s.tell(w, t, "ambiguous")
	case "slow": // it takes the message at once, and says so 20 seconds later
		s.late = append(s.late, monitor.Receipt{At: s.now.Add(20 * time.Second), Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Accepted})
		s.tell(w, t, "")
	default:
		s.feed(monitor.Receipt{At: s.now, Delivery: w.DeliveryID, ID: sending.ID, Result: monitor.Accepted})
		s.tell(w, t, "")
	}
}

func (s *simulation) version(w *monitor.Delivery) int {
	if i := s.incident(w.Incident); i != nil {
		return i.Version
	}
	return s.notice(w.Incident).Version()
}

func (s *simulation) receiver(name string) (monitor.Receiver, bool) {
	i := slices.IndexFunc(s.config.Receivers, func(r monitor.Receiver) bool { return r.Name == name })
	if i < 0 {
		return monitor.Receiver{}, false
	}
	return s.config.Receivers[i], true
}

func (s *simulation) incident(id string) *monitor.Incident { return s.kept.incidents[id] }

func (s *simulation) notice(id string) *monitor.Notice {
	for _, n := range s.kept.notices {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// tell writes down a message as a person reads it.
func (s *simulation) tell(w *monitor.Delivery, t monitor.EventType, remark string) {
	if i := s.incident(w.Incident); s.heard != nil && i != nil && remark == "" {
		s.heard(w.Receiver, t, i)
	}
	if s.numbers[w.Incident] == 0 {
		s.numbers[w.Incident] = len(s.numbers) + 1
	}
	if remark != "" {
		remark = " (" + remark + ")"
	}
	fmt.Fprintf(&s.out, "%s %s: %s #%d%s\n", s.now.Format("02 15:04:05"), w.Receiver, t, s.numbers[w.Incident], remark)
	text, next := "", ""
	if i := s.incident(w.Incident); i != nil {
		text, next = i.Text, i.NextStep
		fmt.Fprintf(&s.out, "    v%d %s, %s, %s/%s (%s)%s, scope %d/%d/%d/%d %s\n", i.Version, i.Severity, i.Side, i.Cause.Kind, i.Cause.ID,
			i.Cause.Confidence, change(i), i.Scope.Failing, i.Scope.Evaluated, i.Scope.Blocked, i.Scope.Watched, i.Scope.Accounts)
		if i.State == monitor.IncidentOpen {
			fmt.Fprintf(&s.out, "    %d:%s\n", i.Count, affected(i))
		}
	} else {
		n := s.notice(w.Incident)
		text, next = n.Text, n.NextStep
	}
	fmt.Fprintf(&s.out, "    %s\n", text)
	if next != "" {
		fmt.Fprintf(&s.out, "    → %s\n", next)
	}
}

func affected(i *monitor.Incident) string {
	list := ""
	for _, a := range i.Affected {
		list += fmt.Sprintf(" %s %s %d/%d", a.Check, a.Fault, a.Failed, a.Of)
	}
	return list
}

func change(i *monitor.Incident) string {
	if i.Change == "" {
		return ""
	}
	return ", " + string(i.Change)
}
