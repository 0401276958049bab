package monitor

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestUseIsASlidingMinute ensures, for any sequence of requests, that those of the last minute are counted, to the
// second, and all of them in total.
func TestUseIsASlidingMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, now := newUse(time.Minute), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		var all []time.Time
		for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 200), 0, 60).Draw(t, "tenths") {
			now = now.Add(time.Duration(gap) * time.Second / 10)
			u.add(now)
			all = append(all, now)
		}
		now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "later")) * time.Second / 10)
		least, most := 0, 0
		for _, at := range all {
			if now.Sub(at) <= 59*time.Second {
				least++
			}
			if now.Sub(at) < time.Minute {
				most++
			}
		}
		if got := u.read(now); got.Total != uint64(len(all)) || got.Minute < least || got.Minute > most {
			t.Fatalf("counted %+v of %d, want %d to %d in the last minute", got, len(all), least, most)
		}
	})
}

// TestUseIsCountedWhereItIsSent ensures that each attempt counts at its host when it begins, and that the tokens it
// asked for count for its client.
func TestUseIsCountedWhereItIsSent(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s, c := newStats(now), &Check{Name: "inventory", Host: "api.apaleo.com", Client: "ALPN-SP-MON"}
	for range 3 {
		s.began(c, now, 0)
	}
	s.ended(c, Outcome{Forced: 2}, now)
	if got := s.read(); got.Hosts["api.apaleo.com"] != (HostUse{3, 3}) || got.Tokens["ALPN-SP-MON"] != 2 {
		t.Errorf("counted %+v and %v", got.Hosts, got.Tokens)
	}
	s.change(func(e *EngineStats) { e.LastTick = now.Add(2 * time.Minute) })
	if got := s.read(); got.Hosts["api.apaleo.com"] != (HostUse{3, 0}) {
		t.Errorf("two minutes later %+v", got.Hosts)
	}
}
