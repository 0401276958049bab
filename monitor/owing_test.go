package monitor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestPutBackReceiverHearsTheEnd ensures that a receiver that was removed in an outage and is put back before
// its end hears of that end, whether or not it was told goodbye in between; and is told nothing twice.
func TestPutBackReceiverHearsTheEnd(t *testing.T) {
	for name, parted := range map[string]time.Duration{"after a goodbye": time.Minute, "at once": 0, "after a restart": 2 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			s := perform(t, outage+"10:10:00 stop")
			all := s.config.Receivers
			s.config.Receivers = all[1:]
			s.feed(reconfigured(s))
			s.until(s.now.Add(parted))
			if name == "after a restart" {
				s.start()
				s.until(s.now.Add(parted))
			}
			s.config.Receivers = all
			s.feed(reconfigured(s))
			if parted == 0 { // its lane says goodbye while it is put back
				for id, d := range s.kept.deliveries {
					if id.Receiver == "ops" && !d.Settled {
						bye := monitor.Sending{ID: "bye " + id.Incident, Type: monitor.EventUpdated, Version: d.Version, First: s.now}
						s.feed(monitor.Attempting{At: s.now, Delivery: id, Sending: bye})
						s.feed(monitor.Receipt{At: s.now, Delivery: id, Result: monitor.Left})
					}
				}
			}
			s.until(s.now.Add(10 * time.Minute))
			s.endAll()
			said := s.out.String()
			opened, ended := strings.Count(said, " ops: incident.opened"), strings.Count(said, " ops: incident.resolved")
			if opened != 2 || ended != 2 {
				t.Errorf("ops was told %d openings and %d ends, want 2 of each:\n%s", opened, ended, said)
			}
		})
	}
}

func reconfigured(s *simulation) monitor.Reconfigure {
	r := s.config
	r.At = s.now
	return r
}

// TestForgetsWhatNobodyIsOwed ensures that an end which was found long after the fact, because bellhop was
// stopped in between, is kept for as long as it is owed.
func TestForgetsWhatNobodyIsOwed(t *testing.T) {
	pace, now := monitor.RealPace(), day
	late := &monitor.Incident{ID: "late", State: monitor.IncidentResolved, Ended: now.AddDate(0, 0, -8), Updated: now}
	old := &monitor.Incident{ID: "old", State: monitor.IncidentResolved, Ended: now.AddDate(0, 0, -8), Updated: now.AddDate(0, 0, -8)}
	b := monitor.NewBook(monitor.Saved{Incidents: []*monitor.Incident{late, old}}, pace, advise)
	if n := b.Forget(now); n != 1 {
		t.Errorf("forgot %d, want the old one alone", n)
	}
}

// TestNothingIsDueOnceAllIsTold ensures that what everybody has heard does not count as owed, although its rows
// are kept for a while: somebody looks at that number at night.
func TestNothingIsDueOnceAllIsTold(t *testing.T) {
	s := perform(t, "accounts a-hotel\nreceiver ops\n10:00:00 start\n10:02:00 begin api 502\n10:10:00 stop")
	if snap := s.book.Snapshot(s.now); snap.Due != 0 || len(snap.Owed) != 1 {
		t.Errorf("told of the opening: %d due, %d rows", snap.Due, len(snap.Owed))
	}
	s.until(s.now.Add(20 * time.Minute))
	delete(s.troubles, "api")
	s.until(s.now.Add(20 * time.Minute))
	if snap := s.book.Snapshot(s.now); snap.Due != 0 || len(snap.Owed) != 1 || len(snap.Open) != 0 {
		t.Errorf("told of the end: %d due, %d rows, %d open", snap.Due, len(snap.Owed), len(snap.Open))
	}
}

// TestReceiverNoticesEnd ensures that what is said of a receiver that is gone does not stand for ever, and is
// said again when it happens again.
func TestReceiverNoticesEnd(t *testing.T) {
	s := perform(t, outage+"10:10:00 stop")
	s.feed(monitor.Note{At: s.now, Key: monitor.ReceiverKey("ops"), Text: "Receiver \"ops\" has taken no alerts."})
	all := s.config.Receivers
	standing := func(when string, want ...string) {
		t.Helper()
		var keys []string
		for _, n := range s.book.Snapshot(s.now).Notices {
			keys = append(keys, n.Key)
		}
		if !slices.Equal(keys, want) {
			t.Errorf("%s: %v stand, want %v", when, keys, want)
		}
	}
	again := func(receivers []monitor.Receiver) {
		s.until(s.now.Add(time.Minute))
		s.config.Receivers = receivers
		s.start()
		s.until(s.now.Add(time.Minute))
	}
	again(all[1:])
	standing("removed while stopped", "receiver-gone/ops")
	again(all[1:])
	standing("at the next start, when somebody may still be owed it", "receiver-gone/ops")
	s.now = s.now.Add(25 * time.Hour) // stopped
	again(all[1:])
	standing("a day later")
	again(all)
	again(all[1:])
	standing("removed again", "receiver-gone/ops")
	s.config.Receivers = all
	s.feed(reconfigured(s))
	standing("put back")
}

// TestOldestOwedIsNobodysNews ensures that news counts as accepted by nobody only while no receiver is up to
// date: one that gets no updates but of the severity is, although it was not told the newest version.
func TestOldestOwedIsNobodysNews(t *testing.T) {
	i := &monitor.Incident{ID: "i", Version: 2, State: monitor.IncidentOpen, Severity: monitor.Down, Since: day, Opened: day, Updated: day.Add(time.Minute)}
	dead := &monitor.Delivery{DeliveryID: monitor.DeliveryID{Receiver: "pager", Incident: "i"}, Wants: true, Failing: day}
	told := &monitor.Delivery{
		DeliveryID: monitor.DeliveryID{Receiver: "room", Incident: "i"}, Wants: true,
		Knows: monitor.Told, Version: 1, State: i.State, Severity: i.Severity, ToldAt: day,
	}
	for name, tt := range map[string]struct {
		rows []*monitor.Delivery
		news bool
	}{"one is dead": {[]*monitor.Delivery{dead, told}, false}, "nobody else wants it": {[]*monitor.Delivery{dead}, true}} {
		b := monitor.NewBook(monitor.Saved{Incidents: []*monitor.Incident{i}, Deliveries: tt.rows}, monitor.RealPace(), advise)
		b.Apply(b.Decide([]monitor.Input{monitor.Reconfigure{At: day, Receivers: []monitor.Receiver{
			{Name: "pager"}, {Name: "room", Posts: true, When: monitor.When{Side: []monitor.Side{"none"}}},
		}}}))
		if snap := b.Snapshot(day.Add(time.Hour)); snap.OldestOwed.IsZero() == tt.news || snap.Due != 1 {
			t.Errorf("%s: oldest owed %v, %d due", name, snap.OldestOwed, snap.Due)
		}
	}
}

// TestElsewhereHearsOfIt ensures that the next one at another place is told what is open, though those at the old one
// wanted nothing any more.
func TestElsewhereHearsOfIt(t *testing.T) {
	s := perform(t, outage+"10:10:00 stop")
	s.config.Receivers[0].Place = "the old one"
	s.feed(reconfigured(s))
	var rows []monitor.DeliveryID
	for id := range s.kept.deliveries {
		if id.Receiver == "ops" {
			rows = append(rows, id)
			gone := monitor.Delivery{DeliveryID: id, Wants: true, Dead: "410 Gone", Place: "the old one"}
			s.book.Apply(monitor.Change{Deliveries: map[monitor.DeliveryID]*monitor.Delivery{id: &gone}})
		}
	}
	s.config.Receivers[0].Place = "the new one"
	s.feed(reconfigured(s))
	for _, id := range rows {
		s.feed(monitor.Receipt{At: s.now, Delivery: id, Result: monitor.Left, Moved: true})
	}
	before := s.out.Len()
	s.until(s.now.Add(time.Minute))
	if said := s.out.String()[before:]; strings.Count(said, " ops: incident.opened") != len(rows) || len(rows) == 0 {
		t.Errorf("at the new place it hears %q", said)
	}
}

// TestPutBackElsewhereHearsOfIt ensures that who is put back at another place is told what is open, though nothing could
// be told at the old one before it was removed.
func TestPutBackElsewhereHearsOfIt(t *testing.T) {
	for _, worked := range []bool{true, false} {
		s := perform(t, "own shop shop.example.com:443\nreceiver ops\nreceiver others\n10:00:00 start\n10:01:00 stop")
		s.config.Receivers[0].Place = "the old one"
		s.feed(reconfigured(s))
		if !worked {
			s.receivers["ops"] = "dead"
		}
		s.troubles["check:shop"] = trouble{what: "500", share: 1, since: s.now}
		s.until(s.now.Add(10 * time.Minute))
		all := slices.Clone(s.config.Receivers)
		s.config.Receivers = all[1:]
		s.feed(reconfigured(s))
		s.until(s.now.Add(time.Minute))
		all[0].Place = "the new one"
		s.config.Receivers = all
		s.feed(reconfigured(s))
		delete(s.receivers, "ops")
		before := s.out.Len()
		s.until(s.now.Add(5 * time.Minute))
		if said := s.out.String()[before:]; strings.Count(said, " ops: incident.opened") != 1 {
			t.Errorf("it worked before: %v; at the new place it hears %q", worked, said)
		}
	}
}
