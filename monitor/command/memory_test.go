package command

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
)

// TestThriftGivesWayToNews ensures that the collector leaves time to those who tell of something, and goes back to work when
// that is over; and that what is no news changes nothing.
func TestThriftGivesWayToNews(t *testing.T) {
	was := debug.SetGCPercent(100)
	defer debug.SetGCPercent(was)
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		th := newThrift(World{Collects: true})
		go func() { _ = th.run(ctx) }()
		percent := func() int {
			synctest.Wait()
			p := debug.SetGCPercent(-1)
			debug.SetGCPercent(p)
			return p
		}
		expect := func(when string, want int) {
			t.Helper()
			if got := percent(); got != want {
				t.Errorf("%s: %d %%, want %d %%", when, got, want)
			}
		}
		expect("at start", collectCalm)
		th.saw(monitor.Change{Rows: map[monitor.CheckID]*monitor.Row{"a": nil}})
		expect("after what nobody is told", collectCalm)
		th.saw(monitor.Change{Events: make([]monitor.Event, 1)})
		th.saw(monitor.Change{Events: make([]monitor.Event, 1)})
		expect("after news", collectNews)
		time.Sleep(newsLasts - time.Second)
		expect("soon after", collectNews)
		time.Sleep(memoryEvery + time.Second)
		expect("later", collectCalm)
	})
}

// TestMemoryLimit ensures that a small bellhop stays small, and a large one is left room to work.
func TestMemoryLimit(t *testing.T) {
	for live, want := range map[uint64]int64{0: 90 << 20, 20 << 20: 90 << 20, 50 << 20: 90 << 20, 100 << 20: 150 << 20} {
		if got := memoryLimit(live); got != want {
			t.Errorf("%d MiB in use: limit of %d MiB, want %d", live>>20, got>>20, want>>20)
		}
	}
	if runtime.GC(); inUse() == 0 {
		t.Error("nothing is in use right after a collection")
	}
}
