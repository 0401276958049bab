package monitor_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// A round is what the checks of a host answer one after the other, and what befalls bellhop before that.
type round struct {
	before string // a gap, a restart, a restart after a gap, a reload that changes nothing; "" is nothing
	pause  time.Duration
	bad    [3]bool
}

// A hostBook watches checks of one host, and is told by hand what they answer.
type hostBook struct {
	*simulation
	checks []*monitor.Check
	told   int // events
}

// newHostBook watches shop, till and desk on one host; needed has shop depend on till.
func newHostBook(t *testing.T, needed bool) *hostBook {
	var needs []string
	if needed {
		needs = []string{"till"}
	}
	const host = "shop.example.com:443"
	checks := []*monitor.Check{own("shop", host, needs...), own("till", host), own("desk", host)}
	h := &hostBook{checks: checks, simulation: newSimulation(t, monitor.Reconfigure{
		Checks: checks, Controls: 3, Receivers: []monitor.Receiver{{Name: "ops"}},
	}, day)}
	h.watch = func(c monitor.Change) { h.told += len(c.Events) }
	return h
}

// answers has a check answer, and says whether it is held to be in trouble by then.
func (h *hostBook) answers(n int, bad bool) bool {
	o := fine(h.checks[n], h.now)
	if bad {
		o.Status, o.Fault = 503, monitor.FaultServer
	}
	h.feed(o)
	return h.open(n)
}

// open says whether a check's own signal is open.
func (h *hostBook) open(n int) bool {
	for _, v := range h.book.Snapshot(h.now).Checks {
		if v.Check.ID() == h.checks[n].ID() && v.Row != nil {
			return v.Row.Signal(monitor.Availability).IsOpen()
		}
	}
	return false
}

// befalls has something happen that changes neither what is asked nor what is watched.
func (h *hostBook) befalls(what string) {
	from := h.now
	switch what {
	case "gap", "restart after a gap":
		h.now = h.now.Add(time.Hour)
	case "restart", "reload":
	default:
		return
	}
	told := h.told
	if what == "restart" || what == "restart after a gap" {
		h.book = monitor.NewBook(h.kept.saved(h.t), h.pace, advise)
	}
	if what != "gap" {
		h.config.At = h.now
		h.feed(h.config)
	}
	if h.now.After(from) {
		h.feed(monitor.Gap{At: h.now, From: from, To: h.now})
	}
	if h.told > told {
		h.t.Errorf("a %s opens or ends something", what)
	}
}

// opensAt is in which of the rounds the first check's signal opens; if in none, how many there are.
func opensAt(t *testing.T, needed, last bool, rounds []round) int {
	h := newHostBook(t, needed)
	for n, r := range rounds {
		h.now = h.now.Add(r.pause)
		h.befalls(r.before)
		for k := range r.bad {
			if last {
				k = len(r.bad) - 1 - k
			}
			h.now = h.now.Add(time.Second)
			if h.answers(k, r.bad[k]) && k == 0 {
				return n
			}
		}
	}
	return len(rounds)
}

// drawRounds draws what befalls a host's checks: mostly failures, as nothing else comes near an alarm.
func drawRounds(t *rapid.T) []round {
	before := rapid.SampledFrom([]string{"", "", "", "", "", "", "gap", "restart", "restart after a gap", "reload"})
	pause := rapid.SampledFrom([]time.Duration{12 * time.Second, 12 * time.Second, 27 * time.Second, 57 * time.Second})
	bad := rapid.SampledFrom([]bool{true, true, false})
	rounds := make([]round, rapid.IntRange(4, 24).Draw(t, "rounds"))
	for n := range rounds {
		rounds[n] = round{before: before.Draw(t, "before"), pause: pause.Draw(t, "pause")}
		for k := range rounds[n].bad {
			rounds[n].bad[k] = bad.Draw(t, fmt.Sprint("check ", k))
		}
	}
	return rounds
}

// TestASuccessNeverTellsACheckSooner ensures that a check which answers well once where it failed is told of no sooner,
// whatever the others of its host answer and whatever befalls bellhop meanwhile. The others answer the same both times: an
// opening that waits for witnesses waits for what they answer, and a success of theirs may end that a round earlier.
func TestASuccessNeverTellsACheckSooner(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rounds, needed, last := drawRounds(r), rapid.Bool().Draw(r, "needed"), rapid.Bool().Draw(r, "last")
		opens := opensAt(t, needed, last, rounds)
		for n := range min(opens, len(rounds)) {
			if !rounds[n].bad[0] {
				continue
			}
			turned := slices.Clone(rounds)
			turned[n].bad[0] = false
			if sooner := opensAt(t, needed, last, turned); sooner < opens {
				r.Fatalf("%+v: without the failure of round %d it opens in round %d, and not %d", rounds, n, sooner, opens)
			}
		}
	})
}
