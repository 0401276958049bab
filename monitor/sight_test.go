package monitor_test

import (
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// setBack sets the clock back, as the engine tells of it.
func (s *simulation) setBack(by time.Duration) {
	s.now = s.now.Add(-by)
	for id, c := range s.checks {
		s.ran[id], s.next[id] = time.Time{}, c.Schedule.Next(s.now)
	}
	s.feed(monitor.Gap{At: s.now, From: s.now.Add(-by), To: s.now})
}

// TestCutOffAfterClockSetBack ensures that what answered later, as the clock then said, does not prove a way out
// now: a dead uplink rings nobody, and is told as blindness.
func TestCutOffAfterClockSetBack(t *testing.T) {
	s := perform(t, "accounts a-hotel\nreceiver ops\n10:00:00 start\n12:00:00 stop")
	s.setBack(time.Hour)
	s.until(s.now.Add(2 * time.Minute))
	s.troubles["net"] = trouble{what: "cut", share: 1, since: s.now}
	s.until(s.now.Add(20 * time.Minute))
	now := s.book.Snapshot(s.now)
	for _, i := range now.Open {
		t.Errorf("blamed: %s", i.Text)
	}
	if now.Blind.Since.IsZero() {
		t.Error("nobody knows that bellhop is blind")
	}
}

// TestEvidenceAfterClockSetBack ensures that an outage after a clock was set back a little, too little for a gap,
// is found as fast as any.
func TestEvidenceAfterClockSetBack(t *testing.T) {
	s := perform(t, "accounts a-hotel\nreceiver ops\n10:00:00 start\n12:00:00 stop")
	s.setBack(110 * time.Second)
	s.troubles["api"] = trouble{what: "502", share: 1, since: s.now}
	s.until(s.now.Add(105 * time.Second))
	if !strings.Contains(s.out.String(), string(monitor.EventOpened)) {
		t.Errorf("people saw\n%s", s.out.String())
	}
}
