package monitor

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Each of a thousand checks is asked once within its interval of the start, at its own time.
func TestAllAreAskedWithinTheirInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var checks []*Check
		for i := range 1000 {
			checks = append(checks, testCheck(fmt.Sprint("c", i), 10*time.Second, nil))
		}
		r := begin(t, Options{}, checks...)
		after(10 * time.Second)
		asked := map[CheckID]int{}
		for _, o := range seen[Outcome](r.book) {
			asked[o.Check]++
			if late := o.Started.Sub(o.At); late < 0 || late > time.Millisecond {
				t.Errorf("%s began %v late", o.Check, late)
			}
		}
		if len(asked) != 1000 {
			t.Errorf("%d of 1000 were asked", len(asked))
		}
		after(time.Second)
		if s := r.Snapshot().Engine; s.Runs < 1000 || s.Skipped+s.Late+s.Overflow != 0 || s.Lateness.Counts[0] != s.Runs {
			t.Errorf("counted %+v", s)
		}
		r.end(t)
	})
}

// A hundred checks that hang for 8 s of each 10 s hold up none of the others.
func TestHangingProbesDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context, _ Attempt) Outcome {
			<-ctx.Done()
			return Outcome{Fault: FaultTimeout}
		}
		var checks []*Check
		for i := range 1000 {
			ask := hang
			if i%10 > 0 {
				ask = nil
			}
			checks = append(checks, testCheck(fmt.Sprint("c", i), 10*time.Second, ask))
		}
		r := begin(t, Options{}, checks...)
		after(60 * time.Second)
		r.end(t)
		s := r.stats.read()
		if s.Skipped+s.Late+s.Overflow > 0 || s.Runs < 6000 {
			t.Errorf("counted %+v", s)
		}
	})
}

// A probe that panics is our own fault, every time, and takes nothing else down.
func TestPanicIsOurOwnFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := begin(t, Options{}, testCheck("bug", time.Second, func(context.Context, Attempt) Outcome { panic("oh") }), testCheck("fine", time.Second, nil))
		after(3 * time.Second)
		r.end(t)
		n := map[CheckID]map[Fault]int{"bug": {}, "fine": {}}
		for _, o := range seen[Outcome](r.book) {
			n[o.Check][o.Fault]++
		}
		if n["bug"][FaultPanic] != 3 || n["fine"][FaultNone] != 3 || r.stats.read().Panics != 3 {
			t.Errorf("got %v and %d panics, want 3 of each", n, r.stats.read().Panics)
		}
	})
}

// Outcomes that the inbox has no room for are dropped and counted, and the probe waits for nobody.
func TestInboxOverflowIsCounted(t *testing.T) {
	m := newMonitor(Options{Pace: RealPace()}, &scribe{})
	c := testCheck("a", time.Second, nil)
	for range minInbox + 3 {
		m.post(c, Outcome{})
	}
	if s := m.stats.read(); s.Overflow != 3 {
		t.Errorf("counted %d, want 3", s.Overflow)
	}
	m.inbox.fit(1000)
	if _, limit := m.inbox.size(); limit != 2000 {
		t.Errorf("room for %d with 1000 checks, want 2000", limit)
	}
}

// The time between two runs is told once it is known what is watched, and before anything is asked; a last
// commit in the future is a gap of unknown length.
func TestGapAtStart(t *testing.T) {
	for _, tt := range []struct {
		name      string
		committed time.Duration
		from      bool
	}{{"down for an hour", -time.Hour, true}, {"clock was wrong", time.Hour, false}} {
		synctest.Test(t, func(t *testing.T) {
			now := time.Now().UTC()
			r := begin(t, Options{Saved: Saved{Committed: now.Add(tt.committed)}}, testCheck("a", time.Second, nil))
			after(time.Second)
			r.end(t)
			g, ok := r.book.applied[1].(Gap)
			if _, first := r.book.applied[0].(Reconfigure); !ok || !first {
				t.Fatalf("%s: the book was first told %T, %T", tt.name, r.book.applied[0], r.book.applied[1])
			}
			if tt.from != g.From.Equal(now.Add(-time.Hour)) || tt.from == g.From.IsZero() || !g.To.Equal(now) {
				t.Errorf("%s: got %+v", tt.name, g)
			}
		})
	}
}

// A restart asks what is due by its phase, not everything at once, and not what was asked lately and told something.
func TestStoredRunsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		young, other, mute := testCheck("young", time.Hour, nil), testCheck("other", time.Hour, nil), testCheck("mute", time.Hour, nil)
		last := time.Now().Add(-time.Minute)
		r := begin(t, Options{Saved: Saved{Rows: []*Row{
			{Check: "young", Asks: young.Asks, LastRun: last},
			{Check: "other", Asks: "something else", LastRun: last},
			{Check: "mute", Asks: mute.Asks, LastRun: last, Last: Outcome{Fault: FaultDNS}},
		}}}, young, other, mute)
		after(time.Minute)
		r.end(t)
		if got := seen[Outcome](r.book); len(got) != 2 || got[0].Check == "young" || got[1].Check == "young" {
			t.Errorf("asked %v, want other and mute once", got)
		}
	})
}

// When time jumps, the attempt under way says nothing, the book is told, and asking goes on.
func TestClockJump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var jump atomic.Int64
		slow := func(ctx context.Context, _ Attempt) Outcome {
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Second):
			}
			return Outcome{Fault: FaultTimeout}
		}
		c := testCheck("a", 10*time.Second, slow)
		m := &rig{book: &scribe{}, done: make(chan error, 1)}
		m.Monitor = newMonitor(Options{Pace: RealPace(), Store: &shelf{}, First: Reconfigure{Checks: []*Check{c}}}, m.book)
		read := m.clock.read
		m.clock.read = func() reading {
			r := read()
			r.wall = r.wall.Add(time.Duration(jump.Load()))
			return r
		}
		ctx, cancel := context.WithCancel(t.Context())
		m.stop = cancel
		go func() { m.done <- m.Run(ctx) }()
		after(c.Schedule.Next(m.Now()).Sub(m.Now()) + time.Second) // it is being asked
		before := m.Now()
		jump.Store(int64(8 * time.Hour))
		after(2 * time.Second)
		gaps, cut := seen[Gap](m.book), seen[Outcome](m.book)
		if len(gaps) != 1 || gaps[0].To.Sub(gaps[0].From) < 8*time.Hour || gaps[0].To.Before(before.Add(8*time.Hour)) {
			t.Errorf("gaps: %+v, want one of 8 h", gaps)
		}
		if len(cut) != 1 || cut[0].Fault != FaultCanceled {
			t.Errorf("outcomes: %+v, want one canceled", cut)
		}
		after(20 * time.Second)
		if n := len(seen[Outcome](m.book)); n < 2 {
			t.Error("nothing was asked after the jump")
		}
		m.end(t)
		if s := m.stats.read(); s.Gaps != 1 || s.Skipped != 0 {
			t.Errorf("counted %+v", s)
		}
	})
}

// Reload: what is removed or asks something else now is cut short, and leaves no outcome behind.
func TestReloadDropsVoidOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(ctx context.Context, _ Attempt) Outcome {
			<-ctx.Done()
			return Outcome{Fault: FaultTimeout}
		}
		c := testCheck("a", 10*time.Second, hang)
		r := begin(t, Options{}, c)
		after(c.Schedule.Next(r.Now()).Sub(r.Now()) + time.Second)
		anew := testCheck("a", 10*time.Second, nil)
		anew.Asks = "2"
		if err := r.Submit(t.Context(), Reconfigure{At: r.Now(), Checks: []*Check{anew}}); err != nil {
			t.Fatal(err)
		}
		after(11 * time.Second)
		r.end(t)
		for _, o := range seen[Outcome](r.book) {
			if o.Fault != FaultNone {
				t.Errorf("the old check left %+v", o)
			}
		}
		if len(seen[Outcome](r.book)) == 0 {
			t.Error("the new check was not asked")
		}
	})
}

// The book's plans reach the scheduler: doubt is followed at the quick pace, with fresh connections.
func TestPlansReachTheScheduler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fresh atomic.Int32
		r := begin(t, Options{}, testCheck("a", time.Minute, func(_ context.Context, a Attempt) Outcome {
			if a.Fresh {
				fresh.Add(1)
			}
			return Outcome{Fault: FaultServer}
		}))
		r.book.mu.Lock()
		r.book.plans = func(o Outcome) []CheckPlan { return []CheckPlan{{o.Check, Plan{Every: 15 * time.Second, Fresh: true}}} }
		r.book.mu.Unlock()
		after(2 * time.Minute)
		r.end(t)
		got := seen[Outcome](r.book)
		for i := 1; i < len(got); i++ {
			if d := got[i].At.Sub(got[i-1].At); d != 15*time.Second {
				t.Errorf("asked again after %v, want 15s", d)
			}
		}
		if int(fresh.Load()) != len(got)-1 || len(got) < 5 {
			t.Errorf("%d of %d were fresh, want all but the first", fresh.Load(), len(got))
		}
	})
}

// Shutdown waits for all it began, and what it cut short is no outage.
func TestShutdownWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asking atomic.Int32
		r := begin(t, Options{}, testCheck("a", 10*time.Second, func(ctx context.Context, _ Attempt) Outcome {
			asking.Add(1)
			<-ctx.Done()
			time.Sleep(time.Second) // takes its time to give up
			asking.Add(-1)
			return Outcome{Fault: FaultTimeout}
		}))
		for asking.Load() == 0 {
			time.Sleep(time.Second)
		}
		r.end(t)
		if asking.Load() != 0 {
			t.Error("an attempt was left behind")
		}
		if err := r.Submit(t.Context(), Tick{}); !errors.Is(err, ErrStopped) {
			t.Errorf("submit after the end: %v, want ErrStopped", err)
		}
		for _, o := range seen[Outcome](r.book) {
			t.Errorf("an attempt that was cut short left %+v", o)
		}
	})
}

// Snapshots are made on demand, at most four a second, and reading one never waits.
func TestSnapshotsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := begin(t, Options{Instance: "fra1"})
		after(10 * time.Millisecond)
		distinct := map[*Snapshot]bool{}
		for range 200 {
			distinct[r.Snapshot()] = true
			after(10 * time.Millisecond)
		}
		if n := len(distinct); n < 7 || n > 11 {
			t.Errorf("%d snapshots in 2 s, want about 8", n)
		}
		s := r.Snapshot()
		if age := r.Now().Sub(s.At); age > 300*time.Millisecond || s.Instance != "fra1" || s.Engine.InboxCap == 0 {
			t.Errorf("got %+v, %v old", s, age)
		}
		r.end(t)
	})
}
