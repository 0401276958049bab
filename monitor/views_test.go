package monitor_test

import (
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestDoubtIsShown ensures that a check that fails is not shown as if nothing were the matter until its
// incident opens: one that has never been good is unknown, one that was good is up, in doubt.
func TestDoubtIsShown(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		state        monitor.State
		why          string
	}{
		{"never good", "own shop shop.example.com:443\n10:00:00 start\n10:00:00 begin check:shop refused\n10:00:35 stop", monitor.StateUnknown, "not good yet: no connection"},
		{"was good", "own shop shop.example.com:443\n10:00:00 start\n10:05:00 begin check:shop 500\n10:05:40 stop", monitor.StateUp, "in doubt: HTTP 500; "},
		{"is good", "own shop shop.example.com:443\n10:00:00 start\n10:06:15 stop", monitor.StateUp, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := perform(t, tt.script)
			snap := s.book.Snapshot(s.now)
			if len(snap.Open) != 0 {
				t.Fatalf("%d incidents are open already", len(snap.Open))
			}
			for _, v := range snap.Checks {
				if v.Check.Name == "shop" && (v.State != tt.state || !strings.HasPrefix(v.Why, tt.why) || tt.why == "" && v.Why != "") {
					t.Errorf("shown as %s (%s), want %s (%s)", v.State, v.Why, tt.state, tt.why)
				}
			}
		})
	}
}

// TestDailyChecksAreNotUnknownForADay ensures that a check that is asked once a day is asked again soon where
// its one attempt told nothing, and at its own schedule once it has.
func TestDailyChecksAreNotUnknownForADay(t *testing.T) {
	for _, script := range []string{
		"10:00:00 begin net cut\n10:10:00 end net", "10:00:00 begin tls refused\n10:10:00 end tls",
	} {
		s, daily := perform(t, "accounts a-hotel\n10:00:00 start\n"+script+"\n10:29:00 stop"), 0
		for _, v := range s.book.Snapshot(s.now).Checks {
			if v.Check.Every < time.Hour {
				continue
			}
			daily++
			if v.State != monitor.StateUp || v.Row.Plan.Every != 0 {
				t.Errorf("%q: %s is %s (%s), asked every %s", script, v.Check.ID(), v.State, v.Why, v.Row.Plan.Every)
			}
		}
		if daily == 0 {
			t.Error("no check is asked once a day")
		}
	}
}
