package probe

import (
	"slices"
	"time"

	"bellhop/monitor"
)

// mayForce is whether a client may ask for a token out of turn now, given its forced requests so far, oldest
// first: TokenDoubt apart, and at most TokenMax in any TokenWindow. A tenth is forgiven, so that a schedule
// of the same interval is not refused for being a little late the time before.
func mayForce(history []time.Time, now time.Time, pace monitor.Pace) bool {
	if n := len(history); n > 0 && now.Sub(history[n-1]) < pace.TokenDoubt*9/10 {
		return false
	}
	return recent(history, now, pace) < monitor.TokenMax
}

func recent(history []time.Time, now time.Time, pace monitor.Pace) int {
	n := 0
	for _, at := range history {
		if now.Sub(at) < pace.TokenWindow {
			n++
		}
	}
	return n
}

// known are the forced requests from before the start. A clock that was ahead then must not close the budget
// until it is so late again: what lies in the future happened now, at the latest.
func known(forced []time.Time, now time.Time) []time.Time {
	history := slices.Clone(forced)
	for i, at := range history {
		if at.After(now) {
			history[i] = now
		}
	}
	return history
}

// newFor is how long a token counts as new, so that a 401 needs no other one to be believed, when one has
// been forced after the other since run began: the longer the trouble, the rarer the requests.
func newFor(run, now time.Time, pace monitor.Pace) time.Duration {
	switch {
	case run.IsZero() || now.Sub(run) < pace.TokenOpen:
		return pace.TokenDoubt
	case now.Sub(run) < pace.TokenLongAfter:
		return pace.TokenOpen
	}
	return pace.TokenLong
}

// spend adds a forced request to a history, which keeps the newest TokenMax.
func spend(history []time.Time, now time.Time) []time.Time {
	history = append(slices.Clone(history), now)
	return history[max(len(history)-monitor.TokenMax, 0):]
}

// runSince is when the present run of forced requests began: those on the clean schedule, 15 minutes apart,
// are no run.
func runSince(run time.Time, history []time.Time, now time.Time, pace monitor.Pace) time.Time {
	n := len(history)
	if run.IsZero() || n == 0 || now.Sub(history[n-1]) > 2*pace.TokenLong {
		return now
	}
	return run
}
