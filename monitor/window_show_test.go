package monitor

import (
	"testing"
	"time"
)

// TestLooks ensures that what is shown of a window is what it is judged by: at the number that is shown an alarm is
// possible, one below it is none.
func TestLooks(t *testing.T) {
	p, now := RealPace(), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var s Stream
	for n := range 60 {
		at := now.Add(time.Duration(n-59) * time.Minute)
		s.Window, _ = s.Window.Add(at, at, time.Minute, Tally{N: 30, Bad: n % 2}, p)
		s.Asked = at
	}
	looks := s.Looks(p)
	if len(looks) != len(windowPairs) {
		t.Fatalf("%d looks", len(looks))
	}
	for _, l := range looks {
		over := int(l.Over / time.Minute)
		if l.Seen.N > 30*over || l.Seen.N < 20*over || l.Seen.Bad > l.Seen.N/30 {
			t.Errorf("%s: %d of %d failed", l.Over, l.Seen.Bad, l.Seen.N)
		}
		if tail(Tally{l.Seen.N, l.Alarm}, requestsOK) > alarmChance {
			t.Errorf("%s: %d of %d are no alarm", l.Over, l.Alarm, l.Seen.N)
		}
	}
	if five := looks[1]; five.Over != 5*time.Minute || five.Alarm < 13 || five.Alarm > 18 {
		t.Errorf("%d of %d requests in %s are an alarm", five.Alarm, five.Seen.N, five.Over)
	}
}
