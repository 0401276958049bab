package bench

import (
	"time"

	"bellhop/monitor"
)

// Consecutive is the rule of most monitors: so many failures in a row are an outage, so many good answers in a row
// its end. Whatever is not good is a failure.
//
// Gatus (failure-threshold 3, success-threshold 2): Every 60 s, Fails 3, Goods 2. Uptime Kuma: its maxretries is
// Fails less one and 0 by default, its retry interval is Retry, and one good answer is the end. Nagios and Icinga:
// soft states are asked at retry_interval until max_check_attempts of them are a hard one.
type Consecutive struct {
	Every, Retry time.Duration // Retry is the interval in doubt; 0 is Every
	Fails, Goods int

	fails, goods int
	down         bool
}

// Step is the rule.
func (p *Consecutive) Step(at time.Time, a Answer) (time.Time, []Message) {
	if a.Fault == monitor.FaultNone {
		p.goods, p.fails = p.goods+1, 0
	} else {
		p.fails, p.goods = p.fails+1, 0
	}
	next := at.Add(p.Every)
	switch {
	case !p.down && p.fails >= p.Fails:
		p.down = true
		return next, []Message{{At: at.Add(a.Took), What: Began}}
	case p.down && p.goods >= p.Goods:
		p.down = false
		return next, []Message{{At: at.Add(a.Took), What: Ended}}
	case !p.down && p.fails > 0 && p.Retry > 0:
		next = at.Add(p.Retry)
	}
	return next, nil
}
