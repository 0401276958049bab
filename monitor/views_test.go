package monitor_test

import (
	"strings"
	"testing"

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
