package web

import (
	"testing"
	"time"

	"bellhop/monitor"
)

// TestNoRecovery ensures that an incident whose checks nobody asks any more does not look as if it works again.
func TestNoRecovery(t *testing.T) {
	now := at("10:20:00")
	for how, want := range map[monitor.ChangeWord]struct {
		state monitor.State
		label string
		good  bool
	}{
		"":                         {monitor.StateUp, "resolved", true},
		monitor.ChangePaused:       {monitor.StateUnknown, "not watched for now", false},
		monitor.ChangeUnwatched:    {monitor.StateUnknown, "not watched any more", false},
		monitor.ChangeReconfigured: {monitor.StateUnknown, "not watched any more", false},
	} {
		i := &monitor.Incident{ID: "inc_1", State: monitor.IncidentResolved, Change: how, Since: now.Add(-time.Minute), Ended: now}
		v := full(i, &monitor.Snapshot{At: now})
		if v.State != want.state || v.Label != want.label || v.Recovered != want.good {
			t.Errorf("%q: %s %q %v, want %+v", how, v.State, v.Label, v.Recovered, want)
		}
	}
}
