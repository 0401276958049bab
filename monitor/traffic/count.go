package traffic

import (
	"sync/atomic"
	"time"

	"bellhop/monitor"
)

// counts is what an Intake counts since start.
type counts struct {
	taken, repeated, refused, putOff, beats atomic.Uint64
	late, stale, resets, apart, forgotten   atomic.Uint64
}

// Counts is what came since start.
type Counts struct {
	Taken    uint64 // reports that are in the book
	Repeated uint64 // reports whose id was taken before
	Refused  uint64 // reports that are wrong
	PutOff   uint64 // reports that were asked for again, since the book did not take them
	Beats    uint64 // signs of life

	Late uint64 // requests that count for nothing, since their report is of more than an hour ago

	// Of totals, each for an account and a source.
	Resets    uint64 // that began again
	Stale     uint64 // that were older than others that had come
	Apart     uint64 // that came more than an hour after the ones before, so that nothing was made of them
	Forgotten uint64 // that were forgotten for want of room
}

// Counts reads the counters.
func (i *Intake) Counts() Counts {
	c := &i.count
	return Counts{
		Taken: c.taken.Load(), Repeated: c.repeated.Load(), Refused: c.refused.Load(), PutOff: c.putOff.Load(), Beats: c.beats.Load(),
		Late: c.late.Load(), Resets: c.resets.Load(), Stale: c.stale.Load(), Apart: c.apart.Load(), Forgotten: c.forgotten.Load(),
	}
}

// lateMax is how old counts may be: the longest window holds an hour.
const lateMax = time.Hour

// recent is a report without requests that are too old to tell anything, and how many these were. All else of it
// stays: a token's result has a time of its own.
func recent(r monitor.Report) (monitor.Report, uint64) {
	if r.Until.IsZero() || r.At.Sub(r.Until) <= lateMax {
		return r, 0
	}
	n, accounts := uint64(0), make([]monitor.AccountReport, len(r.Accounts))
	for k, a := range r.Accounts {
		for _, c := range a.Requests {
			n += uint64(max(c.N, 0)) //nolint:gosec // it is not negative
		}
		a.Requests = nil
		accounts[k] = a
	}
	r.Accounts = accounts
	return r, n
}
