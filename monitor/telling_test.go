package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// aBook is a book with one open incident that receivers are owed.
func aBook(t *testing.T, receivers ...string) (*monitor.Book, time.Time) {
	t.Helper()
	now := day.Add(10 * time.Hour)
	i := &monitor.Incident{ID: "inc_1", Version: 3, State: monitor.IncidentOpen, Severity: monitor.Down, Title: "apaleo API is DOWN", Opened: now, Updated: now}
	saved := monitor.Saved{ID: "book", Incidents: []*monitor.Incident{i}}
	var all []monitor.Receiver
	for _, r := range receivers {
		all = append(all, monitor.Receiver{Name: r})
		id := monitor.DeliveryID{Receiver: r, Incident: i.ID}
		saved.Deliveries = append(saved.Deliveries, &monitor.Delivery{DeliveryID: id, Wants: true})
	}
	b := monitor.NewBook(saved, monitor.RealPace(), advise)
	apply(b, monitor.Reconfigure{At: now, Receivers: all})
	return b, now
}

func apply(b *monitor.Book, in ...monitor.Input) monitor.Change {
	c := b.Decide(in)
	b.Apply(c)
	return c
}

// try is one attempt at a message, and what came of it.
func try(b *monitor.Book, id monitor.DeliveryID, attempt int, r monitor.Receipt) monitor.Change {
	s := monitor.Sending{ID: "msg_1", Type: monitor.EventOpened, Version: 2, Severity: monitor.Degraded, First: r.At, Attempts: attempt}
	apply(b, monitor.Attempting{At: r.At, Delivery: id, Sending: s})
	r.Delivery, r.ID = id, s.ID
	return apply(b, r)
}

// TestEachReceiptIsWrittenDown ensures that the ledger gets one line for each attempt that came to something: when, to
// whom, which message about what, at which attempt, with which answer; and that it says which answers repeat the one
// before.
func TestEachReceiptIsWrittenDown(t *testing.T) {
	b, now := aBook(t, "ops")
	id := monitor.DeliveryID{Receiver: "ops", Incident: "inc_1"}
	var got []monitor.Telling
	for n, r := range []monitor.Receipt{
		{Result: monitor.Refused, Status: 503, Reason: "503 Service Unavailable"},
		{Result: monitor.Refused, Status: 503, Reason: "503 Service Unavailable"},
		{Result: monitor.Ambiguous, Reason: "no answer in time"},
		{Result: monitor.Accepted, Status: 200, Ref: "1763.42"},
	} {
		r.At = now.Add(time.Duration(n) * time.Second)
		c := try(b, id, n+1, r)
		if len(c.Tellings) != 1 || !c.Urgent {
			t.Fatalf("attempt %d: %d lines, durable at once: %v", n+1, len(c.Tellings), c.Urgent)
		}
		got = append(got, c.Tellings...)
	}
	whole := monitor.Telling{
		At: now.Add(3 * time.Second), DeliveryID: id, ID: "msg_1", Type: monitor.EventOpened, Version: 2, Severity: monitor.Degraded,
		Title: "apaleo API is DOWN", From: 4, Attempt: 4, Result: monitor.Accepted, Status: 200, Ref: "1763.42",
	}
	if got[3] != whole {
		t.Errorf("got %+v, want %+v", got[3], whole)
	}
	var from []int
	for _, x := range got {
		from = append(from, x.From)
	}
	if want := []int{1, 0, 3, 4}; !slices.Equal(from, want) {
		t.Errorf("the same answer since attempts %v, want %v (0: in place of the one before)", from, want)
	}
	stray := apply(b, monitor.Receipt{At: now.Add(time.Minute), Delivery: id, ID: "another", Result: monitor.Accepted})
	if len(stray.Tellings) > 0 {
		t.Errorf("a receipt for no message under way is a line: %v", stray.Tellings)
	}
}

// TestOneLineForManyIncidents ensures that a message about many incidents is one line that says how many, and that each
// of them can be asked for.
func TestOneLineForManyIncidents(t *testing.T) {
	now := day.Add(10 * time.Hour)
	saved := monitor.Saved{ID: "book"}
	in := []monitor.Input{monitor.Reconfigure{At: now, Receivers: []monitor.Receiver{{Name: "ops"}, {Name: "room"}}}}
	for _, r := range []string{"ops", "room"} {
		for _, i := range []string{"inc_1", "inc_2", "inc_3"} {
			id := monitor.DeliveryID{Receiver: r, Incident: i}
			saved.Incidents = append(saved.Incidents, &monitor.Incident{ID: i, Version: 1, State: monitor.IncidentOpen, Opened: now, Updated: now})
			saved.Deliveries = append(saved.Deliveries, &monitor.Delivery{DeliveryID: id, Wants: true})
			s := monitor.Sending{ID: "msg_" + r, First: now, Attempts: 1}
			in = append(in, monitor.Attempting{At: now, Delivery: id, Sending: s}, monitor.Receipt{At: now, Delivery: id, ID: s.ID, Result: monitor.Accepted})
		}
	}
	var got []string
	for _, x := range monitor.NewBook(saved, monitor.RealPace(), advise).Decide(in).Tellings {
		got = append(got, fmt.Sprintf("%s %s of %d, further %v", x.Receiver, x.Incident, x.Of, x.Further))
	}
	want := []string{
		"ops inc_1 of 3, further false", "ops inc_2 of 0, further true", "ops inc_3 of 0, further true",
		"room inc_1 of 3, further false", "room inc_2 of 0, further true", "room inc_3 of 0, further true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWhatWasTold ensures that a line says in words which message it was, and which attempts it is about.
func TestWhatWasTold(t *testing.T) {
	for want, x := range map[string]monitor.Telling{
		"opened as down, attempt 1":          {Type: monitor.EventOpened, Severity: monitor.Down, From: 1, Attempt: 1},
		"update: degraded, attempts 2 to 14": {Type: monitor.EventUpdated, Severity: monitor.Degraded, From: 2, Attempt: 14},
		"reopened as auth, attempt 3":        {Type: monitor.EventReopened, Severity: monitor.AuthLost, Attempt: 3},
		"reminder: still down, attempt 1":    {Type: monitor.EventReminder, Severity: monitor.Down, From: 1, Attempt: 1},
		"resolved, attempt 1":                {Type: monitor.EventResolved, Severity: monitor.Down, Attempt: 1},
		"recap, attempt 1":                   {Type: monitor.EventRecap, Attempt: 1},
		"notice, attempt 1":                  {Type: monitor.EventNotice, Version: 1, Attempt: 1},
		"notice: over, attempt 1":            {Type: monitor.EventNotice, Version: 2, Attempt: 1},
		"digest of 14, attempt 1":            {Type: monitor.EventDigest, Of: 14, Attempt: 1},
	} {
		if got := x.What() + ", " + x.Tries(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestLedgerOfAStory ensures that in an outage through which a receiver is dead the ledger has each message that people
// got, once, in their order.
func TestLedgerOfAStory(t *testing.T) {
	s := perform(t, outage+"10:02:01 stop")
	s.receivers["ops"] = "dead"
	var taken []string
	watched := s.watch
	s.watch = func(c monitor.Change) {
		watched(c)
		for _, x := range c.Tellings {
			if x.Result == monitor.Accepted {
				taken = append(taken, fmt.Sprintf("%s %s: %s", x.At.Format("02 15:04:05"), x.Receiver, x.Type))
			}
		}
	}
	s.until(s.now.Add(10 * time.Minute))
	s.receivers["ops"] = ""
	s.endAll()
	var heard []string
	for line := range strings.Lines(s.out.String()) {
		if who, _, found := strings.Cut(line, " #"); found && !strings.HasPrefix(line, " ") {
			heard = append(heard, who)
		}
	}
	if len(heard) < 6 || !slices.Equal(taken, heard) {
		t.Errorf("the ledger has\n%s\npeople heard\n%s", strings.Join(taken, "\n"), strings.Join(heard, "\n"))
	}
}
