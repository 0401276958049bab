package monitor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// failing is a check whose outcomes are urgent.
func failing(name string) *Check {
	return testCheck(name, 10*time.Second, func(context.Context, Attempt) Outcome { return Outcome{Fault: FaultServer} })
}

// A thousand urgent outcomes at once share a few commits.
func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var checks []*Check
		for i := range 1000 {
			c := failing(fmt.Sprint("c", i))
			c.Schedule = EverySchedule("the same for all", 10*time.Second)
			checks = append(checks, c)
		}
		store := &shelf{takes: 5 * time.Millisecond}
		r := begin(t, Options{Store: store, MaxRunning: 1000}, checks...)
		after(10 * time.Second)
		saves, all := store.state()
		if len(all.Samples) != 1000 || saves > 5 {
			t.Errorf("%d outcomes in %d commits, want 1000 in at most 5", len(all.Samples), saves)
		}
		r.end(t)
	})
}

// Clean outcomes ride along: they are seen at once and saved within a second, in one commit each second.
func TestCleanOutcomesRideABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var checks []*Check
		for i := range 100 {
			checks = append(checks, testCheck(fmt.Sprint("c", i), time.Second, nil))
		}
		store := &shelf{takes: time.Millisecond}
		r := begin(t, Options{Store: store}, checks...)
		after(10*time.Second + 500*time.Millisecond)
		saves, all := store.state()
		if n := len(seen[Outcome](r.book)); n < 900 || len(all.Samples) < n-150 {
			t.Errorf("%d seen, %d saved", n, len(all.Samples))
		}
		if saves < 9 || saves > 11 {
			t.Errorf("%d commits in 10 s, want 10", saves)
		}
		n := len(seen[Outcome](r.book))
		r.end(t)
		if _, all := store.state(); len(all.Samples) < n {
			t.Errorf("an orderly end saved %d of %d", len(all.Samples), n)
		}
	})
}

// Urgent outcomes are durable before anyone sees them.
func TestDurableBeforeSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{takes: 100 * time.Millisecond}
		r := begin(t, Options{Store: store, Watch: func(c Change) {
			_, all := store.state()
			if c.Urgent && len(all.Samples) < len(c.Samples) {
				t.Error("an urgent change was seen before it was saved")
			}
		}}, failing("a"))
		after(30 * time.Second)
		if _, all := store.state(); len(all.Samples) < 3 {
			t.Errorf("%d saved, want 3", len(all.Samples))
		}
		r.end(t)
	})
}

// A Save that failed, and one that failed but took effect: the book stays as it was, the inputs are decided
// again with what arrived since, and each is applied once and in order.
func TestFailedSave(t *testing.T) {
	for _, took := range []bool{false, true} {
		t.Run(fmt.Sprint("took effect ", took), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &shelf{fault: func(n int) (bool, error) {
					if n%5 < 4 {
						return took, errDisk
					}
					return true, nil
				}}
				r := begin(t, Options{Store: store}, failing("a"), failing("b"), failing("c"))
				after(5 * time.Second)
				if err := r.Submit(t.Context(), Note{At: r.Now(), Key: "x"}); err != nil {
					t.Error(err)
				}
				if _, all := store.state(); all.Notices["x"] == nil {
					t.Error("submit returned before the input was durable")
				}
				after(30 * time.Second)
				r.end(t)
				checkOrder(t, r.book, 9)
				if r.book.alone || r.stats.read().CommitFailures == 0 {
					t.Error("gave the store up, or never failed")
				}
			})
		})
	}
}

// checkOrder is that at least so many outcomes were applied, each once, in the order in which they ended.
func checkOrder(t *testing.T, b *scribe, least int) {
	t.Helper()
	type attempt struct {
		check CheckID
		at    time.Time
	}
	once := map[attempt]bool{}
	var last time.Time
	for _, o := range seen[Outcome](b) {
		k := attempt{o.Check, o.At}
		if once[k] {
			t.Errorf("%v was applied twice", k)
		}
		once[k] = true
		if o.at().Before(last) {
			t.Errorf("%v was applied out of order", k)
		}
		last = o.at()
	}
	if len(once) < least {
		t.Errorf("%d outcomes applied, want %d", len(once), least)
	}
}

// A store that fails for longer than patience is worked without: detection goes on, one notice says so and
// one that it is over, and the first Save that works holds all that was missed.
func TestPatience(t *testing.T) {
	for _, hangs := range []bool{false, true} {
		t.Run(fmt.Sprint("hangs ", hangs), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { patience(t, hangs) })
		})
	}
}

func patience(t *testing.T, hangs bool) {
	begun := time.Now()
	broken := func() bool {
		d := time.Since(begun)
		return d > 20*time.Second && d < 80*time.Second
	}
	store := &shelf{fault: func(int) (bool, error) {
		if broken() {
			if hangs {
				time.Sleep(4 * time.Second)
			}
			return false, errDisk
		}
		return true, nil
	}}
	r := begin(t, Options{Store: store}, failing("a"), failing("b"), testCheck("c", time.Second, nil))
	after(60 * time.Second)
	if n := len(seen[Outcome](r.book)); n < 60 {
		t.Errorf("%d outcomes seen while the store fails, want 70", n)
	}
	if s := r.Snapshot(); s.StoreDown.IsZero() || !r.book.alone {
		t.Error("nobody can see that the store fails")
	}
	if err := r.Submit(t.Context(), Note{At: r.Now(), Key: "x"}); err != nil {
		t.Errorf("submit without the store: %v", err)
	}
	after(35 * time.Second)
	if s := r.Snapshot(); !s.StoreDown.IsZero() || r.book.alone {
		t.Error("the store works again and is not used")
	}
	r.end(t)
	told(t, r.book)
	checkOrder(t, r.book, 100)
	applied := len(seen[Outcome](r.book))
	if _, all := store.state(); len(all.Samples) < applied || all.Notices["x"] == nil || all.Notices["store"] == nil {
		t.Errorf("%d of %d samples saved, notices %v", len(all.Samples), applied, all.Notices)
	}
}

// told is that the operator was told once that the store fails, and once that it works.
func told(t *testing.T, b *scribe) {
	t.Helper()
	var about []Note
	for _, n := range seen[Note](b) {
		if n.Key == storeKey {
			about = append(about, n)
		}
	}
	if len(about) != 2 || about[0].Over || !about[1].Over || !strings.Contains(about[0].Text, "not recorded") {
		t.Errorf("told %+v, want one notice and its end", about)
	}
}

// When another instance has taken the book over, Run ends and says so.
func TestEpochEndsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{fault: func(int) (bool, error) { return false, fmt.Errorf("save: %w", ErrEpoch) }}
		m := newMonitor(Options{Store: store, Pace: RealPace(), Saved: Saved{Epoch: 7}, First: Reconfigure{Checks: []*Check{failing("a")}}}, &scribe{})
		if err := m.Run(t.Context()); !errors.Is(err, ErrEpoch) {
			t.Errorf("run ended with %v, want ErrEpoch", err)
		}
		if store.tries != 1 {
			t.Errorf("tried to save %d times, want once", store.tries)
		}
		if store.epoch != 7 {
			t.Errorf("saved with epoch %d, want 7", store.epoch)
		}
	})
}

// Submit returns when its input is durable, urgent or not.
func TestSubmitIsDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &shelf{takes: time.Millisecond}
		r := begin(t, Options{Store: store})
		after(100 * time.Millisecond)
		id := DeliveryID{Receiver: "ops", Incident: "i"}
		if err := r.Submit(t.Context(), Attempting{At: r.Now(), Delivery: id}); err != nil {
			t.Error(err)
		}
		if _, all := store.state(); all.Deliveries[id] == nil {
			t.Error("submit returned before the input was saved")
		}
		if len(seen[Attempting](r.book)) != 1 {
			t.Error("submit returned before the input was applied")
		}
		r.end(t)
	})
}

// Submit gives up with its context.
func TestSubmitGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := begin(t, Options{Store: &shelf{takes: time.Minute}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.Submit(ctx, Note{At: r.Now(), Key: "x"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want a deadline exceeded", err)
		}
		r.end(t)
	})
}

// Of two changes as one commit, the later row wins, what was removed is not stored, and neither is written to.
func TestMerge(t *testing.T) {
	a := Change{
		Rows:    map[CheckID]*Row{"a": {SetUp: "1"}, "b": {}},
		Removed: []CheckID{"c", "d"}, Events: []Event{{Type: EventOpened}}, Urgent: true,
	}
	b := Change{
		At: noon, Rows: map[CheckID]*Row{"a": {SetUp: "2"}, "c": {}},
		Removed: []CheckID{"b"}, Events: []Event{{Type: EventResolved}},
		Incidents: map[string]*Incident{"i": {}},
	}
	c := a.Merge(b)
	if c.Rows["a"].SetUp != "2" || c.Rows["b"] != nil || c.Rows["c"] == nil || c.Incidents["i"] == nil {
		t.Errorf("rows %v, incidents %v", c.Rows, c.Incidents)
	}
	if fmt.Sprint(c.Removed) != "[d b]" || !c.Urgent || !c.At.Equal(noon) {
		t.Errorf("removed %v, urgent %v, at %v", c.Removed, c.Urgent, c.At)
	}
	if len(c.Events) != 2 || c.Events[1].Type != EventResolved {
		t.Errorf("events %v", c.Events)
	}
	for range 100 {
		c.absorb(Change{Plans: []CheckPlan{{Check: "a"}}})
	}
	if len(c.Plans) > 0 {
		t.Errorf("%d plans wait for a store that keeps none: memory grows while it fails", len(c.Plans))
	}
	if len(a.Rows) != 2 || a.Rows["a"].SetUp != "1" || fmt.Sprint(a.Removed) != "[c d]" || len(b.Rows) != 2 {
		t.Error("Merge wrote to what it merged")
	}
}
