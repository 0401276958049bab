package monitor_test

import (
	"testing"
	"time"

	"bellhop/monitor"
)

// TestUnheard ensures that news counts as unheard, and the heartbeat stops five minutes later, only while nobody at all
// who is to hear it has.
func TestUnheard(t *testing.T) {
	began := day.Add(10 * time.Hour)
	now := began.Add(6 * time.Minute)
	failing := monitor.Delivery{Wants: true, Failing: began.Add(time.Second), Sending: &monitor.Sending{Version: 2, First: began, Next: now.Add(time.Minute)}}
	lately := monitor.Delivery{Wants: true, Failing: began.Add(4 * time.Minute), Sending: &monitor.Sending{Version: 2, First: began.Add(4 * time.Minute), Next: now}}
	told := monitor.Delivery{Wants: true, Knows: monitor.Told, Version: 2, State: monitor.IncidentOpen}
	for name, tt := range map[string]struct {
		muted bool
		rows  map[string]monitor.Delivery // by receiver
		when  map[string]monitor.When     // what those want who do not want all
		after time.Duration
		want  time.Time // zero: heard
	}{
		"nobody is there":                         {},
		"the only one fails":                      {rows: map[string]monitor.Delivery{"a": failing}, want: failing.Failing},
		"all fail: since the last one does":       {rows: map[string]monitor.Delivery{"a": failing, "b": lately}, want: lately.Failing},
		"one of two is fine":                      {rows: map[string]monitor.Delivery{"a": failing, "b": told}},
		"one of two wants nothing":                {rows: map[string]monitor.Delivery{"a": failing}, when: map[string]monitor.When{"b": {Severity: []string{"auth"}}}, want: failing.Failing},
		"nobody wants it":                         {when: map[string]monitor.When{"a": {Severity: []string{"auth"}}}},
		"the other is to be told in an hour":      {rows: map[string]monitor.Delivery{"a": failing, "b": {Wants: true}}, after: time.Hour, want: failing.Failing},
		"the only one is to be told in an hour":   {rows: map[string]monitor.Delivery{"b": {Wants: true}}, after: time.Hour},
		"it is not sent yet":                      {rows: map[string]monitor.Delivery{"a": {Wants: true}}, want: began},
		"in flight":                               {rows: map[string]monitor.Delivery{"a": {Wants: true, Sending: &monitor.Sending{Version: 2, First: began.Add(time.Minute), InFlight: true}}}, want: began.Add(time.Minute)},
		"it knows an older version":               {rows: map[string]monitor.Delivery{"a": {Wants: true, Knows: monitor.Told, Version: 1, State: monitor.IncidentOpen}}, want: began},
		"silenced before anybody knew":            {muted: true, rows: map[string]monitor.Delivery{"a": {Wants: true}, "b": {Wants: true}}},
		"silenced, and one knew":                  {muted: true, rows: map[string]monitor.Delivery{"a": told, "b": {Wants: true}}},
		"it wants no messages any more (410)":     {rows: map[string]monitor.Delivery{"a": {Wants: true, Dead: "410 Gone", Failing: began}}, want: began},
		"given up by the operator":                {rows: map[string]monitor.Delivery{"a": {Wants: true, Dead: "dropped by the operator"}}},
		"the log stands in where there is nobody": {rows: map[string]monitor.Delivery{"log": told}},
	} {
		i := &monitor.Incident{ID: "inc_1", Version: 2, State: monitor.IncidentOpen, Severity: monitor.Down, Opened: began, Updated: began, Muted: tt.muted}
		var to []monitor.Receiver
		for _, n := range []string{"a", "b", "log"} {
			_, has := tt.rows[n]
			if w, wants := tt.when[n]; has || wants {
				r := monitor.Receiver{Name: n, When: w}
				if n == "b" {
					r.After = tt.after
				}
				to = append(to, r)
			}
		}
		rows := func(id monitor.DeliveryID) *monitor.Delivery {
			if d, ok := tt.rows[id.Receiver]; ok {
				return &d
			}
			return nil
		}
		since, unheard := monitor.Unheard(i, to, rows, monitor.RealPace(), now)
		if unheard == tt.want.IsZero() || !since.Equal(tt.want) {
			t.Errorf("%s: unheard %v since %v, want %v", name, unheard, since, tt.want)
		}
	}
}
