package monitor

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// noon is when the tests of this package that need a time of day begin.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// scheduleFunc is a schedule made of a function.
type scheduleFunc func(t time.Time) time.Time

func (f scheduleFunc) Next(t time.Time) time.Time { return f(t) }

// A check is asked once in each interval, always at the same place in it, whenever the program was started.
func TestEveryKeepsItsPhase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(40*24*time.Hour)).Draw(t, "period"))
		s := EverySchedule(CheckID(rapid.String().Draw(t, "id")), period)
		from := noon.Add(time.Duration(rapid.Int64Range(-1e18, 1e18).Draw(t, "from")))
		next := s.Next(from)
		if d := next.Sub(from); d <= 0 || d > period {
			t.Fatalf("next is %v after, want within (0, %v]", d, period)
		}
		if got := s.Next(next).Sub(next); got != period {
			t.Fatalf("the one after is %v later, want %v", got, period)
		}
		if between := from.Add(next.Sub(from) / 2); !s.Next(between).Equal(next) {
			t.Fatalf("from %v the next is %v, from %v it is %v", between, s.Next(between), from, next)
		}
	})
}

// A thousand checks made alike are spread over the interval: no tenth of it has twice its share.
func TestEverySpreadsAlikeNames(t *testing.T) {
	var tenths [10]int
	for i := range 1000 {
		s := EverySchedule(CheckID(fmt.Sprintf("booking@hotel-%d", i)), 10*time.Second)
		tenths[s.Next(noon).Sub(noon)%(10*time.Second)/time.Second]++
	}
	for i, n := range tenths {
		if n < 50 || n > 200 {
			t.Errorf("tenth %d has %d of 1000", i, n)
		}
	}
}

func TestSpreadMovesAWholeSchedule(t *testing.T) {
	hourly := scheduleFunc(func(t time.Time) time.Time { return t.Truncate(time.Hour).Add(time.Hour) })
	if got, want := SpreadSchedule("a", hourly, 0).Next(noon), noon.Add(time.Hour); !got.Equal(want) {
		t.Errorf("exact: got %v, want %v", got, want)
	}
	s := SpreadSchedule("a", hourly, time.Minute)
	first := s.Next(noon.Add(-time.Second))
	by := first.Sub(first.Truncate(time.Hour))
	if by <= 0 || by >= time.Minute {
		t.Fatalf("moved by %v, want less than a minute", by)
	}
	if got, want := s.Next(first), first.Add(time.Hour); !got.Equal(want) {
		t.Errorf("second: got %v, want %v", got, want)
	}
	if got := s.Next(first.Add(-1)); !got.Equal(first) {
		t.Errorf("just before it: got %v, want %v", got, first)
	}
	none := SpreadSchedule("a", scheduleFunc(func(time.Time) time.Time { return time.Time{} }), time.Minute)
	if got := none.Next(noon); !got.IsZero() {
		t.Errorf("a schedule that never fires: got %v, want none", got)
	}
}

// Everything is asked within min(T, 60 s) of the start, but for what was asked within T before it.
func TestFirstRun(t *testing.T) {
	for _, tt := range []struct {
		name   string
		every  time.Duration
		last   time.Duration // before the start; 0 is never
		within time.Duration
	}{
		{"quick", 10 * time.Second, 0, 10 * time.Second},
		{"quick, long ago", 10 * time.Second, time.Hour, 10 * time.Second},
		{"slow", time.Hour, 0, time.Minute},
		{"slow, over an hour ago", time.Hour, 61 * time.Minute, time.Minute},
		{"daily", 24 * time.Hour, 0, time.Minute},
	} {
		for i := range 50 {
			c := testCheck(fmt.Sprint(tt.name, i), tt.every, nil)
			var last time.Time
			if tt.last > 0 {
				last = noon.Add(-tt.last)
			}
			if d := firstRun(c, last, noon, time.Minute).Sub(noon); d <= 0 || d > tt.within {
				t.Errorf("%s: first run after %v, want within %v", tt.name, d, tt.within)
			}
		}
	}
	c := testCheck("young", time.Hour, nil)
	if got, want := firstRun(c, noon.Add(-50*time.Minute), noon, time.Minute), c.Schedule.Next(noon); !got.Equal(want) {
		t.Errorf("asked 50 min ago: got %v, want the schedule's %v", got, want)
	}
	if got := firstRun(c, noon.Add(time.Hour), noon, time.Minute).Sub(noon); got > time.Minute {
		t.Errorf("asked in the future: first run after %v, want within a minute", got)
	}
}

func TestNextRunUnderAPlan(t *testing.T) {
	c := testCheck("a", time.Minute, nil)
	last := noon.Add(-10 * time.Second)
	for _, tt := range []struct {
		name string
		plan Plan
		want time.Time
	}{
		{"its schedule", Plan{}, c.Schedule.Next(noon)},
		{"quick", Plan{Every: 15 * time.Second}, noon.Add(5 * time.Second)},
		{"overdue", Plan{Every: 5 * time.Second}, noon},
		{"told to wait", Plan{Every: 15 * time.Second, NotBefore: noon.Add(2 * time.Minute)}, noon.Add(2 * time.Minute)},
		{"told to wait, by schedule", Plan{NotBefore: noon.Add(2 * time.Minute)}, noon.Add(2 * time.Minute)},
	} {
		if got := nextRun(c, tt.plan, last, noon); !got.Equal(tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// After a restart in the middle of an outage the quick pace begins without a burst.
func TestOverduePlansAreSpread(t *testing.T) {
	var tenths [10]int
	for i := range 1000 {
		c := testCheck(fmt.Sprint("c", i), 10*time.Second, nil)
		d := nextRun(c, Plan{Every: 10 * time.Second}, noon.Add(-time.Minute), noon).Sub(noon)
		if d <= 0 || d > 10*time.Second {
			t.Fatalf("next after %v, want within 10s", d)
		}
		tenths[(d-1)/time.Second]++
	}
	for i, n := range tenths {
		if n > 200 {
			t.Errorf("%d of 1000 in tenth %d", n, i)
		}
	}
}

// A crowd is asked by its schedules, and no host more often than it can bear; few are asked within a minute.
func TestCrowdsStartCalmly(t *testing.T) {
	pace := RealPace()
	for _, tt := range []struct {
		n      int
		within time.Duration // that all are asked in
		most   int           // in any minute
	}{{20, time.Minute, 20}, {300, 15 * time.Minute, 45}, {5000, 250 * time.Minute, 60}} {
		a := newAgenda(pace, 512)
		var checks []*Check
		for i := range tt.n {
			c := testCheck(fmt.Sprint("c", i), 24*time.Hour, nil)
			c.Account, c.Host = fmt.Sprint("a", i), "api"
			checks = append(checks, c)
		}
		platform := testCheck("platform", 24*time.Hour, nil)
		platform.Host = "api"
		a.set(append(checks, platform), nil, noon)
		var at []time.Time
		for _, c := range checks {
			at = append(at, a.entries[c.ID()].next)
		}
		slices.SortFunc(at, time.Time.Compare)
		if last := at[len(at)-1].Sub(noon); last > tt.within {
			t.Errorf("%d: the last is asked after %v, want %v", tt.n, last, tt.within)
		}
		if got := a.entries[platform.ID()].next.Sub(noon); got > time.Minute {
			t.Errorf("%d: what is no hotel's is asked after %v", tt.n, got)
		}
		first := 0
		for i := range at {
			for at[i].Sub(at[first]) >= time.Minute {
				first++
			}
			if i-first+1 > tt.most {
				t.Fatalf("%d: %d within a minute of %v", tt.n, i-first+1, at[i])
			}
		}
	}
}
