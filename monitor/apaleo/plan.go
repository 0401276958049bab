package apaleo

import (
	"time"

	"bellhop/monitor"
)

// How much is asked while all is well (DESIGN: at most 60 requests a minute to each host, and twice that in
// doubt), and what a token costs: it is renewed five to ten minutes before its hour is over.
const (
	comfortable  = 45.0 // requests a minute to one host; the rest is for users' own checks and for chance
	tokenReserve = 10.0 // of them at the identity host, kept for new tokens that are forced
	tokenKept    = 50 * time.Minute
)

// A load is what all that is to be asked comes to. Its rates are requests a minute, at the real pace.
type load struct {
	fixed    [hosts]float64 // of what is asked once
	each     []demand       // of what is asked of each account
	accounts int            // that have tokens
	connect  int            // store apps' clients
	forced   time.Duration  // between two forced tokens of a client
}

// A demand is one entry asked of a number of accounts.
type demand struct {
	on      host
	every   time.Duration
	of      int
	rotates bool // one of them a minute can stand for all
	stays   bool // each of them is asked all the same
}

// A pacing is how a load is brought within the budgets.
type pacing struct {
	rotate  bool          // modules are asked in rotation, one account a minute
	stretch time.Duration // what is asked of each account is asked no more often than this
	forced  time.Duration // between two forced tokens of a client
}

// pace is as the table says if that fits, else the quickest that does. It is a pure function.
func (l load) pace() pacing {
	p := pacing{forced: l.forced}
	if l.fits(p) {
		return p
	}
	p.rotate = true
	for p.stretch = range readable {
		if l.fitsAPIs(p) && l.renewals(p)+l.fixed[onIdentity] <= comfortable-tokenReserve {
			break
		}
	}
	for p.forced = range readable {
		if p.forced >= l.forced && l.fits(p) {
			break
		}
	}
	return p
}

// readable are durations that people can say, in ascending order.
func readable(yield func(time.Duration) bool) {
	for _, d := range []time.Duration{1, 2, 3, 5, 10, 15, 20, 30, 60, 90, 120, 180, 240, 360, 480, 720} {
		if !yield(d * minute) {
			return
		}
	}
	for d := day; yield(d) && d < 1000*day; d += day {
	}
}

func (l load) fits(p pacing) bool {
	return l.fitsAPIs(p) && l.tokens(p)+l.fixed[onIdentity] <= comfortable
}

func (l load) fitsAPIs(p pacing) bool {
	for on := range hosts {
		if on != onIdentity && l.on(on, p) > max(comfortable, l.fixed[on]) {
			return false
		}
	}
	return true
}

// on is what one host is asked.
func (l load) on(on host, p pacing) float64 {
	sum := l.fixed[on]
	for _, d := range l.each {
		if d.on == on {
			sum += d.rate(p)
		}
	}
	return sum
}

// rate of a demand: of its rotation, and of what is asked of each account.
func (d demand) rate(p pacing) float64 {
	if d.of == 0 {
		return 0
	}
	rotation, single := 0.0, float64(d.of)*perMinute(max(d.every, p.stretch))
	if p.rotate && d.rotates {
		rotation = perMinute(rotationEvery(d.every))
		if !d.stays {
			single = 0
		}
	}
	return rotation + single
}

// rotationEvery is a minute, or longer if the operator set that.
func rotationEvery(every time.Duration) time.Duration {
	if every > 15*minute {
		return every
	}
	return minute
}

// tokens is how many the identity host is asked for.
func (l load) tokens(p pacing) float64 {
	if p.forced <= 0 {
		return l.renewals(p)
	}
	return l.renewals(p) + float64(l.accounts+l.connect)*perMinute(p.forced)
}

// renewals are the tokens that checks need: of each account one in fifty minutes, or one whenever it is asked.
func (l load) renewals(p pacing) float64 {
	var asked float64
	for _, d := range l.each {
		asked += d.rate(p)
	}
	return min(asked, float64(l.accounts)*perMinute(tokenKept))
}

func perMinute(every time.Duration) float64 { return float64(minute) / float64(every) }

// evenly asks every period, at a phase that is the place of an account among all: together they are asked at
// even distances. A hash would crowd some minutes.
type evenly struct{ period, phase time.Duration }

// evenSchedule is that of the account with this place among so many.
func evenSchedule(period time.Duration, place, among int) monitor.Schedule {
	return evenly{period, time.Duration(int64(period) / int64(max(among, 1)) * int64(place))}
}

// Next is the first time strictly after t that lies the phase after a multiple of the period.
func (e evenly) Next(t time.Time) time.Time {
	into := (time.Duration(t.UnixNano()) - e.phase) % e.period
	if into < 0 {
		into += e.period
	}
	return t.UTC().Round(0).Add(e.period - into)
}
