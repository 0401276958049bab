package monitor

import "time"

// A HostUse is how often bellhop asks one host. Each attempt of a check counts as one, when it begins; token requests
// that a check needs besides are counted by client, in EngineStats.Tokens.
type HostUse struct {
	Total  uint64 // since start
	Minute int    // in the last minute (Pace.BudgetWindow)
}

// useParts is how many parts a minute is counted in: what is older than a minute is forgotten by the second.
const useParts = 60

// A use counts by parts of a window.
type use struct {
	total uint64
	part  time.Duration
	last  int64 // the newest part, since 1970
	parts [useParts]int
}

func newUse(window time.Duration) *use {
	return &use{part: max(window/useParts, time.Millisecond)}
}

// add counts one at a time.
func (u *use) add(at time.Time) {
	u.forget(at)
	u.total++
	u.parts[u.last%useParts]++
}

// read is what was counted until a time.
func (u *use) read(at time.Time) HostUse {
	u.forget(at)
	h := HostUse{Total: u.total}
	for _, n := range u.parts {
		h.Minute += n
	}
	return h
}

// forget clears the parts that a time has left behind. A clock that went back clears nothing.
func (u *use) forget(at time.Time) {
	now := at.UnixNano() / int64(u.part)
	for n := max(u.last+1, now-useParts+1); n <= now; n++ {
		u.parts[n%useParts] = 0
	}
	u.last = max(u.last, now)
}
