package monitor

import "time"

// calmStart is how many checks of accounts a host is asked for the first time in a minute, all together. Each may
// need a token besides, and what was asked once is asked again by its schedule meanwhile.
const calmStart = 20

// A rush is how soon the checks of each host are asked that were not asked lately, at the real pace a minute where
// they are few. Hotels by the hundred would else all be asked at once when bellhop starts, or after a suspend.
type rush map[string]time.Duration

// rushOf looks at the checks that are to be asked for the first time.
func rushOf(fresh []*Check, p Pace) rush {
	n := map[string]int{}
	for _, c := range fresh {
		if c.Account != "" {
			n[c.Host]++
		}
	}
	r := rush{}
	for host, n := range n {
		r[host] = max(p.Of(soonest), p.BudgetWindow*time.Duration(n)/calmStart)
	}
	return r
}

// first is when a check is asked next that was asked last then, if ever. Where a crowd is to be asked anyway no
// sooner than by its schedule, that has it: it keeps the distances even.
func (r rush) first(c *Check, last, now time.Time, p Pace) time.Time {
	within := p.Of(soonest)
	if c.Account != "" {
		within = max(within, r[c.Host])
	}
	return firstRun(c, last, now, within)
}

// askedLately tells whether a check was asked within its interval.
func askedLately(c *Check, last, now time.Time) bool {
	asked := now.Sub(last)
	return !last.IsZero() && asked >= 0 && asked < c.Every
}

// rushAt is the rush of what the agenda is to ask from now on: those that are new to it, or ask something else.
func (a *agenda) rushAt(checks []*Check, last map[CheckID]time.Time, now time.Time) rush {
	var fresh []*Check
	for _, c := range checks {
		e := a.entries[c.ID()]
		if e == nil && !askedLately(c, last[c.ID()], now) || e != nil && e.check.Asks != c.Asks {
			fresh = append(fresh, c)
		}
	}
	return rushOf(fresh, a.pace)
}

// rushAgain is the rush after a jump of time.
func (a *agenda) rushAgain(now time.Time) rush {
	var fresh []*Check
	for _, e := range a.entries {
		if !askedLately(e.check, e.last, now) {
			fresh = append(fresh, e.check)
		}
	}
	return rushOf(fresh, a.pace)
}
