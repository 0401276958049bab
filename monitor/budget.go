package monitor

import "time"

// A Budget is a sliding window: at most Max runs in any Window. It is a plain value; Spend returns another.
type Budget struct {
	Max    int
	Window time.Duration

	spent []time.Time // oldest first; some may lie ahead
}

// Fit is the earliest time, at or after the given one, at which another run is within the budget.
func (b Budget) Fit(at time.Time) time.Time {
	n := len(b.spent)
	if n == 0 {
		return at
	}
	at = later(at, b.spent[n-1])
	if n < b.Max {
		return at
	}
	return later(at, b.spent[n-b.Max].Add(b.Window))
}

// Spend is the budget with a run at a time that Fit gave, which may lie ahead: its place is then taken.
func (b Budget) Spend(at time.Time) Budget {
	spent := make([]time.Time, 0, min(len(b.spent)+1, b.Max))
	for _, t := range b.spent {
		if at.Sub(t) < b.Window {
			spent = append(spent, t)
		}
	}
	b.spent = append(spent, at)
	return b
}

// hostProbes is how much of HostMax is kept for those who can tell whether the host itself answers: without them a queue
// of hundreds of others could not be told from it.
const hostProbes = 12

// budget is the one that the run that is due is paid from, if any.
func (a *agenda) budget(e *entry) (budgets map[string]Budget, key string, limit int) {
	switch c := e.check; {
	case !e.own() && c.Anonymous && len(c.Direct) > 0:
		return a.hosts, "probes of " + c.Host, hostProbes
	case !e.own():
		return a.hosts, c.Host, HostMax - hostProbes
	case !c.Anonymous:
		return a.accounts, c.Account, AccountMax
	}
	return nil, "", 0
}
