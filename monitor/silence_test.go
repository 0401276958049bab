package monitor_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"bellhop/monitor"
)

// wallClock fires each day at a time of a zone's clock, and where that day lacks the time, as much later as the clock
// was put forward.
type wallClock struct {
	zone *time.Location
	hour int
}

func (w wallClock) Next(t time.Time) time.Time {
	local := t.In(w.zone)
	for n := range 3 {
		at := time.Date(local.Year(), local.Month(), local.Day()+n, w.hour, 30, 0, 0, w.zone)
		if at.After(t) {
			return at.UTC()
		}
	}
	return time.Time{}
}

// TestMaintenanceOverAClockChange ensures that a window lasts as long as it says, also in the nights in which the clocks
// of its zone are changed.
func TestMaintenanceOverAClockChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	w := monitor.MaintenanceWindow{Name: "backup", Target: monitor.Target{Accounts: []string{"a"}}, Schedule: wallClock{berlin, 1}, For: 2 * time.Hour}
	for _, night := range []struct{ day, from string }{
		{"2026-03-28", "2026-03-28T00:30:00Z"}, {"2026-03-29", "2026-03-29T00:30:00Z"}, // forward at 02:00
		{"2026-10-24", "2026-10-23T23:30:00Z"}, {"2026-10-25", "2026-10-24T23:30:00Z"}, // back at 03:00
		{"2026-10-26", "2026-10-26T00:30:00Z"},
	} {
		from, _ := time.Parse(time.RFC3339, night.from)
		for _, at := range []struct {
			when time.Duration
			in   bool
		}{{-time.Second, false}, {0, true}, {time.Hour, true}, {2*time.Hour - time.Second, true}, {2 * time.Hour, false}} {
			s, ok := w.At(from.Add(at.when))
			if !ok || s.InForce(from.Add(at.when)) != at.in {
				t.Errorf("%s: %v after its beginning it is in force: %v (%v to %v)", night.day, at.when, !at.in, s.From, s.Until)
			}
		}
		if s, _ := w.At(from); !s.From.Equal(from) || !s.Until.Equal(from.Add(2*time.Hour)) {
			t.Errorf("%s: from %v until %v", night.day, s.From, s.Until)
		}
	}
}

// TestMaintenanceOnce ensures that what is planned once is over after it.
func TestMaintenanceOnce(t *testing.T) {
	w := monitor.MaintenanceWindow{From: day.Add(time.Hour), Until: day.Add(2 * time.Hour)}
	for at, want := range map[time.Duration][2]bool{0: {true, false}, time.Hour: {true, true}, 2 * time.Hour: {false, false}} {
		s, ok := w.At(day.Add(at))
		if got := [2]bool{ok, ok && s.InForce(day.Add(at))}; got != want {
			t.Errorf("after %v there is one, and it is in force: %v, want %v", at, got, want)
		}
	}
	if _, ok := (monitor.MaintenanceWindow{Schedule: wallClock{time.UTC, 99}, For: time.Hour}).At(day.AddDate(0, 0, 9)); !ok {
		t.Error("a window of tomorrow is not known today")
	}
}

// TestSilenceUnderAWrongClock ensures that a silence that began at once counts though the clock is set back, and ends by
// the clock, wherever that jumps.
func TestSilenceUnderAWrongClock(t *testing.T) {
	at := day.Add(12 * time.Hour)
	s := monitor.Silence{Kind: monitor.ActSilence, Made: at, From: at, Until: at.Add(time.Hour)}
	ahead := monitor.Silence{Kind: monitor.ActSilence, Made: at, From: at.Add(10 * time.Minute), Until: at.Add(time.Hour)}
	for _, tt := range []struct {
		now        time.Duration
		one, other bool
	}{{-2 * time.Hour, true, false}, {0, true, false}, {10 * time.Minute, true, true}, {time.Hour, false, false}, {240 * time.Hour, false, false}} {
		if one, other := s.InForce(at.Add(tt.now)), ahead.InForce(at.Add(tt.now)); one != tt.one || other != tt.other {
			t.Errorf("%v after it was made: %v, and the one that was planned %v", tt.now, one, other)
		}
	}
}

// TestTarget ensures that all that is named has to match, and that nothing is named by nothing.
func TestTarget(t *testing.T) {
	c := &monitor.Check{Name: "booking", Account: "alpine", Labels: map[string]string{"team": "web", "tier": ""}}
	for _, tt := range []struct {
		target   monitor.Target
		incident string
		want     bool
	}{
		{monitor.Target{}, "", false},
		{monitor.Target{Checks: []monitor.CheckID{"booking"}}, "", true},
		{monitor.Target{Checks: []monitor.CheckID{"x", "booking@alpine"}}, "inc_1", true},
		{monitor.Target{Checks: []monitor.CheckID{"booking@berg"}}, "", false},
		{monitor.Target{Accounts: []string{"berg", "alpine"}}, "", true},
		{monitor.Target{Accounts: []string{"berg"}, Checks: []monitor.CheckID{"booking"}}, "", false},
		{monitor.Target{Labels: map[string]string{"team": "web", "tier": ""}}, "", true},
		{monitor.Target{Labels: map[string]string{"team": "web", "zone": ""}}, "", false},
		{monitor.Target{Incident: "inc_1"}, "inc_1", true},
		{monitor.Target{Incident: "inc_1"}, "", false},
		{monitor.Target{Incident: "inc_1", Accounts: []string{"berg"}}, "inc_1", false},
	} {
		if got := tt.target.Covers(tt.incident, c); got != tt.want {
			t.Errorf("%+v covers the check in incident %q: %v", tt.target, tt.incident, got)
		}
	}
	if (monitor.Target{Checks: []monitor.CheckID{"booking"}}).Covers("", nil) {
		t.Error("a check that is gone is covered")
	}
}

// TestRefused ensures that who asks for what is not there is told so, apart from who asks too late or for too much.
func TestRefused(t *testing.T) {
	shop := &monitor.Check{Name: "shop", Account: "a"}
	s := &monitor.Snapshot{
		At: day, Checks: []monitor.CheckView{{Check: shop}}, Open: []*monitor.Incident{{ID: "inc_open"}},
		Recent:   []*monitor.Incident{{ID: "inc_over", Ended: day.Add(-time.Hour)}, {ID: "inc_part", Into: "inc_open"}},
		Silences: []*monitor.Silence{{ID: "one", Kind: monitor.ActSilence}},
	}
	of := func(k monitor.ActKind, t monitor.Target) monitor.Act {
		return monitor.Act{ID: "x", By: "Anna", Why: "so", Kind: k, Target: t, Until: day.Add(time.Hour)}
	}
	inc := func(id string) monitor.Target { return monitor.Target{Incident: id} }
	check := func(id monitor.CheckID) monitor.Target { return monitor.Target{Checks: []monitor.CheckID{id}} }
	lift := of(monitor.ActLift, monitor.Target{})
	lift.Lifts = "one"
	gone := lift
	gone.Lifts = "two"
	long := of(monitor.ActPause, check("shop"))
	long.Until = day.AddDate(2, 0, 0)
	endless := of(monitor.ActPause, check("shop"))
	endless.Until = time.Time{}
	late := of(monitor.ActSilence, check("shop"))
	late.From = day.Add(2 * time.Hour)
	for n, tt := range []struct {
		act  monitor.Act
		want string // "", "unknown" or "refused"
	}{
		{of(monitor.ActSilence, inc("inc_open")), ""},
		{of(monitor.ActSilence, inc("inc_over")), "refused"},
		{of(monitor.ActSilence, inc("inc_part")), "refused"},
		{of(monitor.ActSilence, inc("inc_none")), "unknown"},
		{of(monitor.ActNote, inc("inc_over")), ""},
		{of(monitor.ActNote, inc("inc_none")), "unknown"},
		{of(monitor.ActUnacknowledge, inc("inc_open")), "refused"},
		{of(monitor.ActAcknowledge, check("shop")), "refused"},
		{of(monitor.ActMaintenance, inc("inc_open")), "refused"},
		{of(monitor.ActMaintenance, check("shop@a")), ""},
		{of(monitor.ActPause, check("shop@b")), "unknown"},
		{of(monitor.ActPause, monitor.Target{Labels: map[string]string{"no": "such"}}), "unknown"},
		{of(monitor.ActPause, monitor.Target{Accounts: []string{"b"}}), "unknown"},
		{of(monitor.ActResume, check("shop")), "refused"},
		{of("dance", check("shop")), "refused"},
		{lift, ""},
		{gone, "unknown"},
		{long, "refused"},
		{endless, ""},
		{late, "refused"},
		{monitor.Act{ID: "x", Kind: monitor.ActPause, Target: check("shop")}, "refused"},
		{monitor.Act{By: "Anna", Kind: monitor.ActPause, Target: check("shop")}, "refused"},
	} {
		got := ""
		if err := tt.act.Refused(s); errors.Is(err, monitor.ErrUnknown) {
			got = "unknown"
		} else if err != nil {
			got = "refused"
		}
		if got != tt.want {
			t.Errorf("%d: %s of %+v is %q (%v), want %q", n, tt.act.Kind, tt.act.Target, got, tt.act.Refused(s), tt.want)
		}
	}
}

// TestActsAreForgotten ensures that acts cost no memory without bound: ids are forgotten after a day, silences a month
// after their end, and no more of either are kept than a number.
func TestActsAreForgotten(t *testing.T) {
	s := newSimulation(t, monitor.Reconfigure{Checks: []*monitor.Check{own("shop", "shop.example.com:443"), own("till", "till.example.com:443")}}, day)
	for n := range 5000 {
		s.now = s.now.Add(time.Second)
		s.feed(monitor.Act{
			At: s.now, ID: fmt.Sprint("act-", n), Kind: monitor.ActSilence, By: "Anna", Until: s.now.Add(time.Duration(1+n%3) * time.Second),
			Target: monitor.Target{Checks: []monitor.CheckID{"shop"}, Labels: map[string]string{"n": fmt.Sprint(n)}},
		})
		if n%100 == 0 {
			s.feed(monitor.Tick{At: s.now})
		}
	}
	s.feed(monitor.Tick{At: s.now.Add(time.Minute)})
	if n := len(s.kept.silences); n > 500 || n < 400 {
		t.Errorf("%d silences are kept", n)
	}
	if kept := monitor.Kept(s.book); kept["silences"] > 500 || kept["acts"] > 4000 {
		t.Errorf("the book keeps %d silences and the ids of %d acts", kept["silences"], kept["acts"])
	}
	s.now = s.now.Add(31 * 24 * time.Hour)
	s.feed(monitor.Tick{At: s.now})
	s.book.Forget(s.now)
	if kept := monitor.Kept(s.book); kept["silences"]+kept["acts"]+len(s.kept.silences) > 0 {
		t.Errorf("a month later the book keeps %d silences and the ids of %d acts", kept["silences"], kept["acts"])
	}
}

// TestTooManySilences ensures that a client gone wild cannot silence without end.
func TestTooManySilences(t *testing.T) {
	s := newSimulation(t, monitor.Reconfigure{Checks: []*monitor.Check{own("shop", "shop.example.com:443")}}, day)
	var last error
	for n := range 400 {
		a := monitor.Act{
			At: s.now, ID: fmt.Sprint(n), Kind: monitor.ActSilence, By: "Anna", Until: s.now.Add(time.Duration(n+1) * time.Hour / 100),
			Target: monitor.Target{Checks: []monitor.CheckID{"shop"}, Accounts: []string{""}, Labels: map[string]string{}},
		}
		a.Target.Labels[fmt.Sprint(n)] = ""
		s.feed(a)
	}
	last = monitor.Act{ID: "x", Kind: monitor.ActSilence, By: "Anna", Until: s.now.Add(time.Hour), Target: monitor.Target{Checks: []monitor.CheckID{"shop"}}}.Refused(s.book.Snapshot(s.now))
	if silences := monitor.Kept(s.book)["silences"]; silences != 300 || last == nil {
		t.Errorf("%d silences are in force, and one more is refused: %v", silences, last)
	}
}

// TestMutedByAnOlderBellhop ensures that what a bellhop held back that knew of no silences, and kept no word on why, is
// told by this one when the maintenance is over.
func TestMutedByAnOlderBellhop(t *testing.T) {
	script := "accounts a-hotel\nmuting\nreceiver ops\n" +
		"01:00:00 start\n01:00:00 page maintenance 02:00:00 04:00:00 Upgrade\n02:10:00 begin api 503\n03:00:00 kill\n03:00:00 older\n03:10:00 restart\n03:20:00 look incidents\n04:30:00 stop"
	got := play(t, script)
	want := []string{`apaleo API is DOWN (in apaleo's maintenance "Upgrade")`, "incident.opened #1", "maintenance_over"}
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("people saw\n%s\nwant %s", got, w)
		}
	}
	if n := strings.Count(got, "ops: "); n != 1 {
		t.Errorf("people saw %d messages:\n%s", n, got)
	}
}
