package monitor_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// isDown is the rule of severity: at least 80 % of the attempts since the trouble began failed, but for the Goods that
// may be its end, or the last eight all did.
func isDown(since []bool) bool {
	run := 0
	for run < len(since) && !since[len(since)-1-run] {
		run++
	}
	fails, eight := 0, len(since) >= 8
	for n, failed := range since {
		if failed {
			fails++
		} else if n >= len(since)-8 {
			eight = false
		}
	}
	return eight || 5*fails >= 4*(len(since)-run)
}

// A trial is a book with one check that is asked every 15 seconds, and what was said of its severity.
type trial struct {
	*lesson
	since   []bool // what failed since the trouble began
	verdict []bool // what the rule made of it, at each attempt
	told    monitor.Severity
	toldAt  time.Time
}

// attempt folds one attempt and a tick, and checks what is told.
func (r *trial) attempt(t *rapid.T, failed bool) {
	r.at = r.at.Add(15 * time.Second)
	o := fine(r.c, r.at)
	if failed {
		o.Status, o.Fault = 500, monitor.FaultServer
	}
	if len(r.since) > 0 || failed {
		r.since = append(r.since, failed)
	}
	change := r.book.Decide([]monitor.Input{o, monitor.Tick{At: r.at}})
	r.book.Apply(change)
	if sig := r.row().Signal(monitor.Availability); sig.IsOpen() && sig.Attempts < len(r.since) {
		r.forget(sig, failed)
	}
	r.verdict = append(r.verdict, isDown(r.since))
	for _, e := range change.Events {
		r.check(t, e)
	}
	if p := r.row().Signal(monitor.Availability).Phase; p == monitor.Clean {
		r.since, r.verdict = nil, nil
	}
}

// forget leaves out what the signal found to be no part of the trouble: a blip before it, or a stray failure with the long
// calm that it fell into.
func (r *trial) forget(s monitor.Signal, failed bool) {
	if failed && s.Phase == monitor.Recovering {
		r.since = r.since[:s.Attempts]
		return
	}
	r.since = r.since[len(r.since)-s.Attempts:]
}

// goods is how many good attempts came last.
func (r *trial) goods() (n int) {
	for n < len(r.since) && !r.since[len(r.since)-1-n] {
		n++
	}
	return n
}

func (r *trial) check(t *rapid.T, e monitor.Event) {
	if e.Type == monitor.EventResolved {
		r.told = ""
		return
	}
	down := r.verdict[len(r.verdict)-1] || r.told == monitor.Down && r.verdict[len(r.verdict)-1-r.goods()]
	if (e.Incident.Severity == monitor.Down) != down {
		t.Fatalf("told %s, of %v", e.Incident.Severity, r.since)
	}
	if e.Type == monitor.EventUpdated {
		for _, before := range r.verdict[max(0, len(r.verdict)-3):] { // 30 seconds
			if before != down {
				t.Fatalf("%s was told before it was so for half a minute: %v", e.Incident.Severity, r.verdict)
			}
		}
		if apart := r.at.Sub(r.toldAt); apart < time.Minute {
			t.Fatalf("told again after %s", apart)
		}
	}
	r.told, r.toldAt = e.Incident.Severity, r.at
}

// settled fails if what is told differs from what has been so for two minutes.
func (r *trial) settled(t *rapid.T) {
	if r.told == "" || len(r.verdict) < 9 || r.row().Signal(monitor.Availability).Phase != monitor.Open {
		return
	}
	last := r.verdict[len(r.verdict)-9:]
	for _, v := range last {
		if v != last[0] {
			return
		}
	}
	if (r.told == monitor.Down) != last[0] {
		t.Fatalf("%s stays told, of %v", r.told, r.since)
	}
}

// TestSeverity ensures that how bad an incident is told to be follows the rule, both ways, once it is stable, and not
// from one attempt to the next.
func TestSeverity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &trial{lesson: learning(own("shop", "shop.example.com:443"))}
		for range 20 {
			r.attempt(t, false)
		}
		for range rapid.IntRange(1, 6).Draw(t, "stretches") {
			percent := rapid.SampledFrom([]int{0, 20, 50, 75, 80, 85, 100}).Draw(t, "percent")
			for range rapid.IntRange(1, 40).Draw(t, "attempts") {
				r.attempt(t, rapid.IntRange(0, 99).Draw(t, "chance") < percent)
				r.settled(t)
			}
		}
	})
}

// TestOutageIsNotLessAtItsEnd ensures that what was down to the last is not told to be merely degraded while its end is
// awaited.
func TestOutageIsNotLessAtItsEnd(t *testing.T) {
	r := &trial{lesson: learning(own("shop", "shop.example.com:443"))}
	var told []monitor.Severity
	brownOut := []bool{true, false, true, false, true, false, true, false, true, false, true}
	for _, failed := range append(append(brownOut, true, true, true, true, true, true, true, true, true, true), make([]bool, 30)...) {
		r.at = r.at.Add(15 * time.Second)
		o := fine(r.c, r.at)
		if failed {
			o.Status, o.Fault = 500, monitor.FaultServer
		}
		change := r.book.Decide([]monitor.Input{o, monitor.Tick{At: r.at}})
		r.book.Apply(change)
		for _, e := range change.Events {
			told = append(told, e.Incident.Severity)
		}
	}
	if want := []monitor.Severity{monitor.Degraded, monitor.Down, monitor.Down}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
