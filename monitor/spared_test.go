package monitor_test

import (
	"fmt"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestAnOutageIsNotAskedToDeath ensures that while something that many hotels depend on is down, their checks keep
// their own schedule: only the cause's own probes are asked more often, or one check of the host where it has none.
func TestAnOutageIsNotAskedToDeath(t *testing.T) {
	accounts := "accounts"
	for n := range 40 {
		accounts += fmt.Sprintf(" hotel-%d", n)
	}
	for _, what := range []string{"api 502", "identity 503", "api-only 500", "api slow"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := perform(t, accounts+"\nreceiver ops\n10:00:00 start\n10:30:00 stop")
			rate := func(minutes int) int {
				before := s.asked
				s.until(s.now.Add(time.Duration(minutes) * time.Minute))
				return (s.asked - before) / minutes
			}
			calm := rate(20)
			s.happen(append([]string{"begin"}, splitTwo(what)...))
			s.until(s.now.Add(15 * time.Minute))
			if len(s.book.Snapshot(s.now).Open) == 0 {
				t.Fatal("nothing is open")
			}
			if during := rate(20); during > calm+40 {
				t.Errorf("%d attempts a minute, and %d while all is well", during, calm)
			}
		})
	}
}

func splitTwo(what string) []string {
	var a, b string
	_, _ = fmt.Sscan(what, &a, &b)
	return []string{a, b}
}

// TestMutedIsOwedNothing ensures that an incident that began in a maintenance is owed to nobody who has not heard of
// it as open, neither its beginning nor its end, and that who has is owed its end all the same.
func TestMutedIsOwedNothing(t *testing.T) {
	p := monitor.RealPace()
	open := monitor.Incident{ID: "i", Version: 3, State: monitor.IncidentOpen, Severity: monitor.Down, Opened: day, Updated: day, Since: day, Muted: true}
	ended := open
	ended.State, ended.Ended, ended.Updated = monitor.IncidentResolved, day.Add(time.Hour), day.Add(time.Hour)
	for _, r := range []monitor.Receiver{{Name: "ops"}, {Name: "room", Posts: true}, {Name: "all", EveryVersion: true}, {Name: "late", After: time.Minute}} {
		for name, test := range map[string]struct {
			d    monitor.Delivery
			i    monitor.Incident
			owed bool
		}{
			"never tried, open":        {monitor.Delivery{Wants: true}, open, false},
			"never tried, ended":       {monitor.Delivery{Wants: true}, ended, false},
			"told of its last end":     {monitor.Delivery{Wants: true, Knows: monitor.Told, Version: 2, State: monitor.IncidentResolved}, open, false},
			"told of that, and ended":  {monitor.Delivery{Wants: true, Knows: monitor.Told, Version: 2, State: monitor.IncidentResolved}, ended, false},
			"told that it is open":     {monitor.Delivery{Wants: true, Knows: monitor.Told, Version: 2, State: monitor.IncidentOpen}, ended, true},
			"perhaps told that it was": {monitor.Delivery{Wants: true, Knows: monitor.Maybe, Version: 2, State: monitor.IncidentOpen}, ended, true},
		} {
			if _, _, owed := monitor.Owed(test.d, &test.i, r, p, day.Add(2*time.Hour)); owed != test.owed {
				t.Errorf("%s, %s: owed is %v", r.Name, name, owed)
			}
		}
		loose := open
		loose.Muted = false
		if _, at, owed := monitor.Owed(monitor.Delivery{Wants: true}, &loose, r, p, day.Add(2*time.Hour)); !owed || at.After(day.Add(2*time.Hour)) {
			t.Errorf("%s is not owed what outlasted the maintenance", r.Name)
		}
	}
}
