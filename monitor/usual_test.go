package monitor_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// learner is a check of apaleo's, or of the user's own, whose answers decide what is slow.
func learner(isOwn bool) *monitor.Check {
	c := own("shop", "shop.example.com:443")
	c.Own, c.Slow, c.Timeout, c.Learns = isOwn, 3*time.Second, 10*time.Second, true
	return c
}

// A lesson is a book with one check, and what comes of its answers.
type lesson struct {
	c    *monitor.Check
	book *monitor.Book
	at   time.Time
}

func learning(c *monitor.Check) *lesson {
	l := &lesson{c, monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise), day}
	l.book.Apply(l.book.Decide([]monitor.Input{monitor.Reconfigure{At: day, Checks: []*monitor.Check{c}, Controls: 3}}))
	return l
}

// answer folds an answer, a minute after the one before.
func (l *lesson) answer(took time.Duration, fault monitor.Fault) {
	l.at = l.at.Add(time.Minute)
	o := monitor.Outcome{Check: l.c.ID(), At: l.at, Started: l.at, Took: took, Status: 200, Fault: fault}
	if fault == monitor.FaultServer {
		o.Status = 500
	}
	l.book.Apply(l.book.Decide([]monitor.Input{o}))
}

func (l *lesson) days(n int, took time.Duration) *lesson {
	for range n * 24 * 60 {
		l.answer(took, monitor.FaultNone)
	}
	return l
}

func (l *lesson) row() *monitor.Row { return l.book.Snapshot(l.at).Checks[0].Row }

func (l *lesson) slowOver() time.Duration { return l.c.SlowOver(l.row().Usual) }

// TestSlowAgainstTheUsual ensures that what is slow follows what a check usually takes, within bounds, and never before
// a day of it is known.
func TestSlowAgainstTheUsual(t *testing.T) {
	for _, tt := range []struct {
		own        bool
		took       time.Duration
		before     time.Duration // in the first day
		least, max time.Duration // after it
	}{
		{false, 200 * time.Millisecond, 3 * time.Second, time.Second, time.Second},
		{false, 400 * time.Millisecond, 3 * time.Second, 1500 * time.Millisecond, 1900 * time.Millisecond},
		{false, 2 * time.Second, 3 * time.Second, 3 * time.Second, 3 * time.Second},
		{true, 200 * time.Millisecond, 0, time.Second, time.Second},
		{true, 4 * time.Second, 0, 7 * time.Second, 9 * time.Second}, // what takes long each day is not slow
		{true, 9 * time.Second, 0, 9999 * time.Millisecond, 10 * time.Second},
	} {
		l := learning(learner(tt.own))
		for range 23 * 60 {
			l.answer(tt.took, monitor.FaultNone)
		}
		if got := l.slowOver(); got != tt.before {
			t.Errorf("own %t, %s: slow over %s on the first day, want %s", tt.own, tt.took, got, tt.before)
		}
		if got := l.days(1, tt.took).slowOver(); got < tt.least || got > tt.max {
			t.Errorf("own %t, %s: slow over %s, want %s to %s", tt.own, tt.took, got, tt.least, tt.max)
		}
	}
}

// TestSlowOutageIsNotLearned ensures that an outage of slow answers does not become what is usual, and that a level that
// lasts for days does, so that it ends.
func TestSlowOutageIsNotLearned(t *testing.T) {
	l := learning(learner(false)).days(7, 200*time.Millisecond)
	l.days(2, 2*time.Second)
	if got := l.slowOver(); got != time.Second || !l.row().Signal(monitor.Latency).IsOpen() {
		t.Errorf("after two days of slow answers slow is over %s, the signal is %s", got, l.row().Signal(monitor.Latency).Phase)
	}
	l.days(4, 2*time.Second)
	if got := l.slowOver(); got <= 2*time.Second || l.row().Signal(monitor.Latency).IsOpen() {
		t.Errorf("after six days of slow answers slow is over %s, the signal is %s", got, l.row().Signal(monitor.Latency).Phase)
	}
}

// TestLearningStaysWithinBounds ensures that no answers at all, in any order and of any length, drive what is slow to
// nonsense: neither below a third of the figure that counts where nothing is known, nor above it; for a check of the
// user's own never to its deadline. And that it changes at midnight only.
func TestLearningStaysWithinBounds(t *testing.T) {
	faults := rapid.SampledFrom([]monitor.Fault{"", "", "", monitor.FaultServer, monitor.FaultTimeout, monitor.FaultQuota, monitor.FaultUnauthorized})
	rapid.Check(t, func(t *rapid.T) {
		l := learning(learner(rapid.Bool().Draw(t, "own")))
		var before time.Duration
		for range rapid.IntRange(1, 12).Draw(t, "stretches") {
			took := time.Duration(rapid.Int64Range(-1, int64(time.Minute)).Draw(t, "took"))
			fault := faults.Draw(t, "fault")
			l.at = l.at.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(t, "jump")) * time.Minute)
			for range rapid.IntRange(1, 400).Draw(t, "attempts") {
				today := l.at.Truncate(24 * time.Hour)
				l.answer(took, fault)
				got := l.slowOver()
				most := 3 * time.Second
				if l.c.Own {
					most = l.c.Timeout - 1
				}
				if got != 0 && got < time.Second || got > most || got == 0 && !l.c.Own {
					t.Fatalf("slow is over %s", got)
				}
				if got != before && before != 0 && l.at.Truncate(24*time.Hour).Equal(today) {
					t.Fatalf("slow was over %s and is over %s on the same day", before, got)
				}
				before = got
			}
			before = 0
		}
	})
}

// TestFastAnswersNeverAlarmEarlier ensures the law of latency: for what is slow today, turning a slow answer into a fast
// one never makes an alarm earlier.
func TestFastAnswersNeverAlarmEarlier(t *testing.T) {
	opens := func(l *lesson, slow []bool) int {
		for n, s := range slow {
			took := 200 * time.Millisecond
			if s {
				took = 2 * time.Second
			}
			l.answer(took, monitor.FaultNone)
			if l.row().Signal(monitor.Latency).IsOpen() {
				return n
			}
		}
		return len(slow)
	}
	taught := func() *lesson { return learning(learner(false)).days(1, 200*time.Millisecond) }
	rapid.Check(t, func(t *rapid.T) {
		slow := rapid.SliceOfN(rapid.Bool(), 1, 60).Draw(t, "slow")
		n := rapid.IntRange(0, len(slow)-1).Draw(t, "which")
		before := opens(taught(), slow)
		slow[n] = false
		if after := opens(taught(), slow); after < before {
			t.Fatalf("a fast answer at %d makes the alarm come at %d instead of %d", n, after, before)
		}
	})
}

// TestFasterAnswersTeachNoLess ensures that a check whose answers were faster is never allowed to be slower.
func TestFasterAnswersTeachNoLess(t *testing.T) {
	taught := func(took []int) time.Duration {
		l := learning(learner(false))
		for n := range 24 * 60 {
			l.answer(time.Duration(took[n%len(took)])*time.Millisecond, monitor.FaultNone)
		}
		return l.slowOver()
	}
	rapid.Check(t, func(t *rapid.T) {
		took := rapid.SliceOfN(rapid.IntRange(1, 2500), 1, 40).Draw(t, "took")
		n := rapid.IntRange(0, len(took)-1).Draw(t, "which")
		before := taught(took)
		took[n] = rapid.IntRange(1, took[n]).Draw(t, "faster")
		if after := taught(took); after > before {
			t.Fatalf("with a faster answer slow is over %s instead of %s", after, before)
		}
	})
}

// TestUsualRate ensures that what usually fails is said only where enough was seen, is right within what a week forgets,
// and has nothing of outages in it.
func TestUsualRate(t *testing.T) {
	l := learning(learner(false))
	rate := func() string {
		r, under, known := l.row().Usual.Rate()
		return fmt.Sprintf("%.2f%% %t %t", 100*r, under, known)
	}
	for range 400 {
		l.answer(time.Second/5, monitor.FaultNone)
	}
	if got := rate(); got != "0.00% false false" {
		t.Errorf("after 400 attempts: %s", got)
	}
	for range 600 {
		l.answer(time.Second/5, monitor.FaultNone)
	}
	if got := rate(); got != "0.30% true true" {
		t.Errorf("after 1000 good attempts: %s", got)
	}
	for n := range 3 * 24 * 60 {
		fault := monitor.FaultNone
		if n%100 == 0 {
			fault = monitor.FaultServer
		}
		l.answer(time.Second/5, fault)
	}
	usual, _, _ := l.row().Usual.Rate()
	if usual < 0.005 || usual > 0.012 {
		t.Errorf("one in a hundred failed for three days: %s", rate())
	}
	for range 24 * 60 {
		l.answer(time.Second/5, monitor.FaultServer)
	}
	after, _, _ := l.row().Usual.Rate()
	if !l.row().Signal(monitor.Availability).IsOpen() || after < usual*0.9 || after > usual*1.1 {
		t.Errorf("an outage of a day changed what is usual from %.4f to %.4f", usual, after)
	}
}

// TestUsualSurvivesReload ensures that a reload which changes no question forgets nothing, that another question is
// learned anew, and that what is timed no longer is slow no longer.
func TestUsualSurvivesReload(t *testing.T) {
	l := learning(learner(false)).days(1, 200*time.Millisecond)
	reload := func(change func(*monitor.Check)) {
		c := *l.c
		change(&c)
		l.c = &c
		l.book.Apply(l.book.Decide([]monitor.Input{monitor.Reconfigure{At: l.at, Checks: []*monitor.Check{&c}, Controls: 3}}))
	}
	reload(func(c *monitor.Check) { c.Timeout = 9 * time.Second })
	if got := l.slowOver(); got != time.Second {
		t.Errorf("after a reload slow is over %s", got)
	}
	for range 20 {
		l.answer(2*time.Second, monitor.FaultNone)
	}
	if open := l.book.Snapshot(l.at).Open; len(open) != 1 {
		t.Fatalf("%d incidents of slow answers", len(open))
	}
	reload(func(c *monitor.Check) { c.Slow, c.Learns = 0, false })
	if open := l.book.Snapshot(l.at).Open; len(open) != 0 {
		t.Errorf("what is timed no longer is %q still", open[0].Title)
	}
	reload(func(c *monitor.Check) { c.Slow, c.Learns, c.Asks = 3*time.Second, true, "another" })
	if got := l.slowOver(); got != 3*time.Second {
		t.Errorf("another question is slow over %s", got)
	}
}
