package monitor

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// testCheck is asked every so often; a nil probe is always good.
func testCheck(name string, every time.Duration, ask Probe) *Check {
	if ask == nil {
		ask = func(context.Context, Attempt) Outcome { return Outcome{Status: 200} }
	}
	return &Check{
		Name: name, Kind: "http", Host: "api", Anonymous: true, Asks: "1",
		Schedule: EverySchedule(CheckID(name), every), Spec: every.String(), Every: every,
		Timeout: min(10*time.Second, every*4/5), Ask: ask,
	}
}

// play runs an agenda for a while, each attempt taking so long, and returns when each check was asked. Nothing
// is asked late.
func play(t *testing.T, a *agenda, from time.Time, d, takes time.Duration, at func(now time.Time)) map[CheckID][]time.Time {
	asked := map[CheckID][]time.Time{}
	ends := map[*entry]time.Time{}
	for now := from; now.Before(from.Add(d)); now = now.Add(10 * time.Millisecond) {
		for e, end := range ends {
			if !end.After(now) {
				a.ended(e)
				delete(ends, e)
			}
		}
		if at != nil {
			at(now)
		}
		for _, s := range a.due(now) {
			asked[s.Check.ID()] = append(asked[s.Check.ID()], s.Attempt.At)
			ends[s.entry] = now.Add(takes)
			if d := now.Sub(s.Attempt.At); d > 10*time.Millisecond {
				t.Errorf("%s was asked %v late", s.Check.ID(), d)
			}
		}
	}
	return asked
}

func newTestAgenda(from time.Time, checks ...*Check) *agenda {
	a := newAgenda(RealPace(), defaultRunning)
	a.set(checks, nil, from)
	return a
}

// A check whose attempts outlast its interval is asked again at the next tick after, and each tick between
// is counted.
func TestNoOverlapAndSkipsCounted(t *testing.T) {
	c := testCheck("slow", 10*time.Second, nil)
	a := newTestAgenda(noon, c)
	asked := play(t, a, noon, 100*time.Second, 12*time.Second, nil)["slow"]
	if len(asked) != 5 || len(a.skipped) != 5 {
		t.Fatalf("asked %d times, skipped %d; want 5 and 5", len(asked), len(a.skipped))
	}
	for i := 1; i < len(asked); i++ {
		if d := asked[i].Sub(asked[i-1]); d != 20*time.Second {
			t.Errorf("asked again after %v, want 20s", d)
		}
	}
}

// A quick plan counts from the last scheduled start, and the schedule's phase is back when the plan is over.
func TestPlanTakesOverAndGivesBack(t *testing.T) {
	c, other := testCheck("a", time.Minute, nil), testCheck("other", time.Minute, nil)
	other.Schedule = scheduleFunc(func(t time.Time) time.Time { return c.Schedule.Next(t.Add(-50 * time.Second)).Add(50 * time.Second) })
	first := c.Schedule.Next(noon)
	from := first.Add(-time.Second)
	a := newTestAgenda(from, c, other)
	asked := play(t, a, from, 5*time.Minute, time.Second, func(now time.Time) {
		at := now.Sub(first)
		if at == time.Second || at == 40*time.Second { // the second time nothing changes
			a.replan([]CheckPlan{{"a", Plan{Every: 15 * time.Second, Fresh: true}}}, now)
		}
		if at == 100*time.Second {
			a.replan([]CheckPlan{{"a", Plan{}}}, now)
		}
	})["a"]
	want := []int{0, 15, 30, 45, 60, 75, 90, 120, 180, 240}
	if len(asked) != len(want) {
		t.Fatalf("asked %d times, want %d", len(asked), len(want))
	}
	for i, s := range want {
		if got := asked[i].Sub(first); got != time.Duration(s)*time.Second {
			t.Errorf("run %d is after %v, want %d s", i, got, s)
		}
	}
}

// A sweep asks once besides the schedule, and not who is being asked or was asked since.
func TestSweep(t *testing.T) {
	c := testCheck("a", time.Minute, nil)
	first := c.Schedule.Next(noon)
	from := first.Add(-time.Second)
	sweep := func(at, once time.Duration) []time.Time {
		a := newTestAgenda(from, c)
		return play(t, a, from, time.Minute, 2*time.Second, func(now time.Time) {
			if now.Sub(first) == at {
				a.replan([]CheckPlan{{"a", Plan{Once: first.Add(once)}}}, now)
			}
		})["a"]
	}
	for _, tt := range []struct {
		name     string
		at, once time.Duration
		runs     int
	}{
		{"idle", 10 * time.Second, 10 * time.Second, 2},
		{"later", 10 * time.Second, 20 * time.Second, 2},
		{"being asked", time.Second, time.Second, 1},
		{"asked since", 10 * time.Second, -time.Second, 1},
	} {
		asked := sweep(tt.at, tt.once)
		if len(asked) != tt.runs {
			t.Errorf("%s: asked %d times, want %d", tt.name, len(asked), tt.runs)
		}
		if tt.runs == 2 && len(asked) == 2 && !asked[1].Equal(first.Add(tt.once)) {
			t.Errorf("%s: swept at %v, want %v", tt.name, asked[1], first.Add(tt.once))
		}
	}
}

// A reload touches only what changed: the others keep their plan, their phase and the attempt under way.
func TestReloadTouchesOnlyWhatChanged(t *testing.T) {
	same, changed, gone := testCheck("same", 10*time.Second, nil), testCheck("changed", 10*time.Second, nil), testCheck("gone", 10*time.Second, nil)
	a := newTestAgenda(noon, same, changed, gone)
	play(t, a, noon, 11*time.Second, time.Hour, nil)
	next := a.entries["same"].next
	anew, other := testCheck("same", 10*time.Second, nil), testCheck("changed", 10*time.Second, nil)
	other.Asks = "2"
	void := a.set([]*Check{anew, other}, nil, noon.Add(11*time.Second))
	if len(void) != 2 || void[0].check != other || void[1].check != gone {
		t.Errorf("void are %v, want changed and gone", void)
	}
	e := a.entries["same"]
	if e.check != anew || !e.running || !e.next.Equal(next) {
		t.Error("what stayed the same was touched")
	}
	if len(a.queue) != 2 || a.entries["gone"] != nil {
		t.Error("what is gone is still on the agenda")
	}
}

// Scheduled checks of one account keep to its budget; anonymous ones are not held up by it. What does not
// fit runs later, every check in its turn.
func TestAccountBudget(t *testing.T) {
	var checks []*Check
	for i := range 40 {
		c := testCheck(fmt.Sprint("c", i), 30*time.Second, nil)
		c.Anonymous = i%2 == 0
		c.Account = "alpine"
		checks = append(checks, c)
	}
	a := newTestAgenda(noon, checks...)
	asked := play(t, a, noon, 4*time.Minute, 0, nil)
	spent := 0
	for _, c := range checks {
		n := len(asked[c.ID()])
		if c.Anonymous && n != 8 {
			t.Errorf("%s, anonymous, was asked %d times, want 8", c.ID(), n)
		}
		if !c.Anonymous {
			spent += n
			if n < 1 || n > 3 {
				t.Errorf("%s was asked %d times, want about 2", c.ID(), n)
			}
		}
	}
	if spent > 4*AccountMax || spent < 4*AccountMax-1 {
		t.Errorf("the account was asked %d times in 4 min, want %d", spent, 4*AccountMax)
	}
	if a.putOff == 0 {
		t.Error("nothing was counted as put off")
	}
}

// Re-probes keep to the host's budget, and no check is asked less often for it than its schedule says.
func TestHostBudget(t *testing.T) {
	var checks []*Check
	var plans []CheckPlan
	for i := range 100 {
		c := testCheck(fmt.Sprint("c", i), time.Minute, nil)
		checks = append(checks, c)
		plans = append(plans, CheckPlan{c.ID(), Plan{Every: 15 * time.Second}})
	}
	a := newTestAgenda(noon, checks...)
	play(t, a, noon, time.Minute, 0, nil)
	a.replan(plans, noon.Add(time.Minute))
	asked := play(t, a, noon.Add(time.Minute), 4*time.Minute, 0, nil)
	total := 0
	for id, at := range asked {
		total += len(at)
		for i := 1; i < len(at); i++ {
			if d := at[i].Sub(at[i-1]); d > time.Minute {
				t.Errorf("%s was not asked for %v", id, d)
			}
		}
	}
	if most := 4 * (100 + HostMax); total > most || total < 4*100 {
		t.Errorf("asked %d times in 4 min, want at most %d", total, most)
	}
}

// With nobody free to ask, checks wait in the order in which they are due.
func TestBoundedAttempts(t *testing.T) {
	a := newAgenda(RealPace(), 2)
	var checks []*Check
	for i := range 6 {
		checks = append(checks, testCheck(fmt.Sprint("c", i), 10*time.Second, nil))
	}
	a.set(checks, nil, noon)
	under := a.due(noon.Add(10 * time.Second))
	if len(under) != 2 {
		t.Fatalf("%d begun, want 2", len(under))
	}
	var last time.Time
	for range 6 {
		if at := under[0].Attempt.At; at.Before(last) {
			t.Errorf("asked what was due at %v after what was due at %v", at, last)
		}
		last = under[0].Attempt.At
		a.ended(under[0].entry)
		under = append(under[1:], a.due(noon.Add(10*time.Second))...)
		if len(under) == 0 {
			break
		}
	}
}

// After a jump nothing is made up for, nothing waits for a time that lies behind, and all is asked soon.
func TestResync(t *testing.T) {
	for _, jump := range []time.Duration{8 * time.Hour, -8 * time.Hour} {
		quick, slow := testCheck("quick", 10*time.Second, nil), testCheck("slow", 24*time.Hour, nil)
		quick.Account, quick.Anonymous = "alpine", false
		doubt := testCheck("doubt", 10*time.Second, nil)
		doubt.Schedule = quick.Schedule
		a := newTestAgenda(noon, quick, slow, doubt)
		a.replan([]CheckPlan{{"doubt", Plan{Every: 10 * time.Second}}}, noon)
		play(t, a, noon, time.Minute+time.Second, 0, nil)
		a.due(noon.Add(70 * time.Second))
		now := noon.Add(70 * time.Second).Add(jump)
		if void := a.resync(now); len(void) != 2 {
			t.Errorf("%v: void are %v, want the two under way", jump, void)
		}
		a.ended(a.entries["quick@alpine"])
		a.ended(a.entries["doubt"])
		a.skipped = nil
		asked := play(t, a, now, time.Minute+time.Second, 0, nil)
		for _, id := range []CheckID{"quick@alpine", "doubt"} {
			if n := len(asked[id]); n < 6 || n > 7 || len(a.skipped) > 0 {
				t.Errorf("%v: %s was asked %d times in a minute, skipped %d, want 6 and 0", jump, id, n, len(a.skipped))
			}
		}
		if n := len(asked["slow"]); jump < 0 && n != 1 {
			t.Errorf("%v: the slow one was asked %d times, want once", jump, n)
		}
	}
}

// TestPausedIsNotAsked ensures that what is paused is not asked: not by its schedule, not in a sweep, not after a jump of
// time or a reload, and from its start where the configuration says so; and that it is asked again when it is resumed.
func TestPausedIsNotAsked(t *testing.T) {
	c, other := testCheck("paused", 10*time.Second, nil), testCheck("configured", 10*time.Second, nil)
	other.Paused = true
	a := newTestAgenda(noon, c, other)
	pause := func(p Plan, now time.Time) { a.replan([]CheckPlan{{"paused", p}}, now) }
	pause(Plan{Paused: true}, noon)
	now := noon
	for _, upset := range []func(){
		func() {},
		func() { pause(Plan{Paused: true, Once: now}, now) },
		func() { a.resync(now) },
		func() {
			k := *c
			k.Spec, k.Every, k.Schedule = "5s", 5*time.Second, EverySchedule("paused", 5*time.Second)
			a.set([]*Check{&k, other}, nil, now)
		},
	} {
		upset()
		if asked := play(t, a, now, time.Minute, time.Second, nil); len(asked) != 0 {
			t.Fatalf("asked %v", asked)
		}
		now = now.Add(time.Minute)
	}
	pause(Plan{}, now)
	if asked := play(t, a, now, time.Minute, time.Second, nil); len(asked["paused"]) < 10 || len(asked) != 1 {
		t.Errorf("resumed, it was asked at %v", asked)
	}
}
