package monitor_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// TestEndingIsKept ensures that what is said of an end comes true: if all goes well from then on, it is not told before
// the earliest moment that was named, and at the next attempt after it.
func TestEndingIsKept(t *testing.T) {
	const every = 15 * time.Second
	c := own("shop", "shop.example.com:443")
	rule := monitor.Rules(monitor.RealPace(), c)[0]
	rapid.Check(t, func(t *rapid.T) {
		var s monitor.Signal
		at := day
		for range rapid.IntRange(1, 120).Draw(t, "attempts") {
			what := monitor.Good
			if rapid.IntRange(0, 9).Draw(t, "fails") < 5 {
				what = monitor.Fail
			}
			s, _ = s.Step(at, what, rule)
			at = at.Add(every)
		}
		if !s.IsOpen() {
			t.Skip("it is not open")
		}
		edge, earliest := monitor.NoEdge, time.Time{}
		for edge != monitor.Closed {
			before, _ := s.Ending(c, rule, every)
			if earliest.IsZero() {
				earliest = before.Earliest
			}
			s, edge = s.Step(at, monitor.Good, rule)
			at = at.Add(every)
		}
		if told := at.Add(-every); !earliest.IsZero() && (told.Before(earliest) || told.Sub(earliest) >= every) {
			t.Fatalf("told at %s, and at %s at the earliest", told, earliest)
		}
	})
}
