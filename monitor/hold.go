package monitor

import "time"

// An Ending is what the end of an open signal still waits for.
type Ending struct {
	Goods    int           // in a row that it needs; 0 is as many as come in Calm
	Calm     time.Duration // that it lasts at least
	Earliest time.Time     // the first moment at which it can be told, if all goes well from now on; zero while it fails
}

// Ending is what the end of s waits for under r, where c is asked so often; ok is false where it is not open.
func (s Signal) Ending(c *Check, r SignalRule, every time.Duration) (e Ending, ok bool) {
	if !s.IsOpen() {
		return Ending{}, false
	}
	e = Ending{Calm: s.Hold}
	if c.Kind != KindTraffic { // a report is of many requests
		e.Goods = r.goods(s)
	}
	if s.Phase == Recovering {
		left := time.Duration(max(e.Goods-s.GoodRun, 0)) * every
		e.Earliest = latest(latest(s.GoodSince.Add(s.Hold), latest(s.Run, s.GoodSince).Add(r.Hold)), s.LastAt.Add(left))
	}
	return e, true
}
