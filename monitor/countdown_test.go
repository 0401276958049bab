package monitor

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestCountDownText ensures that a countdown says how many hotels lose access by when, and nothing that is not known.
func TestCountDownText(t *testing.T) {
	now := time.Date(2026, 11, 22, 2, 1, 20, 0, time.UTC)
	at := func(minutes ...int) []time.Time {
		var ends []time.Time
		for _, m := range minutes {
			ends = append(ends, now.Truncate(time.Minute).Add(time.Duration(m)*time.Minute-20*time.Second))
		}
		return ends
	}
	for name, test := range map[string]struct {
		ends []time.Time
		want string
	}{
		"nothing known": {append(at(), time.Time{}), ""},
		"one":           {at(9), "If it lasts, the hotel loses access by 02:10 UTC."},
		"one, lost":     {at(-3), "The hotel has lost access: its last token has ended."},
		"in an hour":    {at(5, 9, 31, 31, 40, 59), "If it lasts, 2 of 6 hotels lose access by 02:12, half by 02:32 and all by 03:00 UTC."},
		"none soon":     {at(31, 40, 59), "If it lasts, 1 of 3 hotels loses access by 02:32, half by 02:41 and all by 03:00 UTC."},
		"all soon":      {at(2, 3), "If it lasts, all 2 hotels lose access by 02:04 UTC."},
		"most soon":     {at(2, 3, 40), "If it lasts, 2 of 3 hotels lose access by 02:12 and all by 02:41 UTC."},
		"some lost":     {at(-8, -1, 9, 31, 40, 59), "2 of 6 hotels have lost access by now; if it lasts, 3 will have by 02:12 and all by 03:00 UTC."},
		"all lost":      {at(-8, -1), "All 2 hotels have lost access: their last tokens have ended."},
		"tomorrow":      {at(2, 24*60), "If it lasts, 1 of 2 hotels loses access by 02:12 and all by 2026-11-23 02:01 UTC."},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if c, ok := countDown(test.ends, now); ok {
				got = c.text(now)
			}
			if got != test.want {
				t.Errorf("says\n%q, want\n%q", got, test.want)
			}
		})
	}
}

// TestCountDownIsTrue ensures that by each mark at least as many tokens have ended as is said, and that before the
// minute of the last one not all have.
func TestCountDownIsTrue(t *testing.T) {
	start := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		var ends []time.Time
		for _, s := range rapid.SliceOfN(rapid.IntRange(0, 8000), 1, 40).Draw(t, "ends") {
			ends = append(ends, start.Add(time.Duration(s)*time.Second))
		}
		now := start.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "now")) * time.Second)
		ended := func(by time.Time) int {
			n := 0
			for _, e := range ends {
				if !e.After(by) {
					n++
				}
			}
			return n
		}
		c, ok := countDown(ends, now)
		if !ok || c.Of != len(ends) || c.Lost != ended(now) || ended(c.All) != c.Of || 2*ended(c.Half) < c.Of || ended(c.All.Add(-time.Minute)) == c.Of {
			t.Fatalf("%v of %v at %v", c, ends, now)
		}
		if c.Lost < c.Of && (c.Soon != ended(c.SoonBy) || c.Soon <= c.Lost || !c.SoonBy.After(now)) {
			t.Fatalf("%v of %v at %v", c, ends, now)
		}
	})
}
