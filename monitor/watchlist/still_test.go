package watchlist_test

import (
	"slices"
	"testing"
	"time"

	"bellhop/monitor/watchlist"
)

// TestStillWatching ensures that the line is off unless it is asked for, and due when it says.
func TestStillWatching(t *testing.T) {
	off := parse(t, "watchlist: {include: [apaleo]}\n", watchlist.Options{})
	if off.StillWatching.Schedule != nil || off.StillWatching.Spec != "" {
		t.Errorf("nobody asked for it, and it is due %v", off.StillWatching)
	}
	w := parse(t, "watchlist: {include: [apaleo]}\nstill_watching: {schedule: \"CRON_TZ=Europe/Berlin 0 9 * * MON\"}\n", watchlist.Options{})
	from := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // a Sunday
	if got, want := w.StillWatching.Schedule.Next(from).UTC(), time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("due %v, want %v", got, want)
	}
	if d := watchlist.Diff(off, w); !slices.Contains(d.Settings, "still_watching") {
		t.Errorf("a reload that asks for it changed %v", d.Settings)
	}
}
