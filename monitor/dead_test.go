package monitor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestNeverTold ensures that the other receivers are told, once, of what one was owed in vain until its deadline: its
// people may believe to this day that all is down. What somebody gave up, or what was told, is nobody's news.
func TestNeverTold(t *testing.T) {
	pace, now := monitor.RealPace(), day.Add(10*time.Hour)
	ended := func(id string) *monitor.Incident {
		return &monitor.Incident{
			ID: id, Version: 2, State: monitor.IncidentResolved, Title: "apaleo " + id + " was DOWN", Since: now.Add(-time.Hour), Opened: now.Add(-time.Hour),
			Ended: now, Updated: now,
		}
	}
	knew := func(id string, change func(*monitor.Delivery)) *monitor.Delivery {
		d := &monitor.Delivery{
			DeliveryID: monitor.DeliveryID{Receiver: "ops", Incident: id}, Wants: true, Knows: monitor.Told, Version: 1, State: monitor.IncidentOpen,
			Failing: now, LastErr: "404 Not Found",
		}
		change(d)
		return d
	}
	saved := monitor.Saved{ID: "book", Incidents: []*monitor.Incident{ended("a"), ended("b"), ended("c"), ended("d")}}
	saved.Deliveries = []*monitor.Delivery{
		knew("a", func(*monitor.Delivery) {}), knew("b", func(*monitor.Delivery) {}),
		knew("c", func(d *monitor.Delivery) { d.Dead = "dropped by the operator" }),
		knew("d", func(d *monitor.Delivery) { d.Version, d.State, d.Failing = 2, monitor.IncidentResolved, time.Time{} }),
	}
	b := monitor.NewBook(saved, pace, advise)
	apply(b, monitor.Reconfigure{At: now, Receivers: []monitor.Receiver{{Name: "ops"}, {Name: "wiki"}}})
	if c := apply(b, monitor.Tick{At: now.Add(pace.EndOwed - time.Second)}); len(c.Notices) > 0 {
		t.Fatalf("told before the deadline: %v", c.Notices)
	}
	c := apply(b, monitor.Tick{At: now.Add(pace.EndOwed)})
	if len(c.Notices) != 1 {
		t.Fatalf("%d notices, want 1", len(c.Notices))
	}
	n := c.Notices["never-told/ops"]
	if n == nil || !strings.Contains(n.Text, `Receiver "ops"`) || !strings.Contains(n.Text, `"apaleo a was DOWN"; "apaleo b was DOWN"`) || strings.Contains(n.Text, "apaleo c") {
		t.Fatalf("told %v", n)
	}
	var to []string
	for id := range c.Deliveries {
		if id.Incident == n.ID {
			to = append(to, id.Receiver)
		}
	}
	if slices.Sort(to); !slices.Equal(to, []string{"ops", "wiki"}) { // ops itself will hear it if it works again
		t.Errorf("told to %v", to)
	}
	if c := apply(b, monitor.Tick{At: now.Add(pace.EndOwed + time.Second)}); len(c.Notices) > 0 {
		t.Errorf("told again: %v", c.Notices)
	}
	apply(b, monitor.Note{At: now.Add(pace.EndOwed + time.Minute), Key: monitor.ReceiverKey("ops"), Over: true, Text: "Receiver \"ops\" takes alerts again."})
	if s := b.Snapshot(now.Add(pace.EndOwed + 2*time.Minute)); len(s.Notices) > 0 {
		t.Errorf("it works again, and still stands: %v", s.Notices[0].Text)
	}
}
