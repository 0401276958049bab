package traffic

import "sync/atomic"

// counts is what an Intake counts since start.
type counts struct{ taken, repeated, refused, putOff, beats atomic.Uint64 }

// Counts is what came since start.
type Counts struct {
	Taken    uint64 // reports that are in the book
	Repeated uint64 // reports whose id was taken before
	Refused  uint64 // reports that are wrong
	PutOff   uint64 // reports that were asked for again, since the book did not take them
	Beats    uint64 // signs of life
}

// Counts reads the counters.
func (i *Intake) Counts() Counts {
	c := &i.count
	return Counts{c.taken.Load(), c.repeated.Load(), c.refused.Load(), c.putOff.Load(), c.beats.Load()}
}
