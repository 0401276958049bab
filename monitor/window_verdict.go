package monitor

import (
	"math"
	"slices"
	"time"
)

// How often requests may fail before that is news, and how unlikely it has to be that they fail so often by chance.
const (
	requestsOK = 0.02 // of the integration's requests
	hotelsOK   = 0.01 // of the hotels that have requests, those for which most of a report's fail

	alarmChance   = 1e-6 / 4 // for each of the four windows
	suspectChance = 1e-3
	restChance    = 0.05
)

// A Verdict is what a window comes to.
type Verdict string

// The verdicts.
const (
	Calm       Verdict = ""
	Suspicious Verdict = "suspicious" // fewer than one in a thousand such windows are chance
	Alarming   Verdict = "alarming"
)

// A sight is how a trouble may show: over a long while, and still over a short one. In units of time.
type windowPair struct {
	long, short int64
	least       float64 // the share of failures below which it may be one burst at the border of two reports
	bursts      int     // so many bursts are not enough,
	left        float64 // and this is the share of the requests that are not in them
}

// windowPairs are from quick to patient. Reports come once a minute: of two of them one burst can touch both.
var windowPairs = [4]windowPair{
	{long: 2 * unitsMinute, short: unitsMinute, least: 1. / 5, bursts: 1, left: 0.5},
	{long: unitsFive, short: unitsMinute, bursts: 2, left: 0.6},
	{long: 3 * unitsFive, short: unitsFive, bursts: 1, left: 1},
	{long: unitsHour, short: unitsFive, bursts: 2, left: 1},
}

// Verdict judges a window by the exact binomial test of alerting.md 1.4 b: whether the failures of a long while are
// too many for requests of which a share of ok may fail, those of a short while are still at least twice as many as
// may be, and those that remain without the worst burst, or two, are too many for chance, too.
func (w Window) Verdict(now time.Time, ok float64, p Pace) Verdict {
	var room [2 * unitsFive]bucket
	_, all := w.read(room[:0])
	v := Calm
	for _, pair := range windowPairs {
		switch pair.judge(all, unit(now, p), ok) {
		case Alarming:
			return Alarming
		case Suspicious:
			v = Suspicious
		case Calm:
		}
	}
	return v
}

func (r windowPair) judge(all []bucket, now int64, ok float64) Verdict {
	long, short := sum(all, now-r.long), sum(all, now-r.short)
	chance := tail(long, ok)
	switch {
	case short.Bad == 0 || float64(short.Bad) < 2*ok*float64(short.N) || chance > suspectChance:
		return Calm
	case chance > alarmChance || float64(long.Bad) < r.least*float64(long.N) || !r.spread(all, long, now-r.long, ok):
		return Suspicious
	}
	return Alarming
}

// spread says whether the failures are no matter of a burst or two: those that are left without them are still too
// many for chance.
func (r windowPair) spread(all []bucket, long Tally, after int64, ok float64) bool {
	left := Tally{int(float64(long.N) * r.left), long.Bad - worst(all, after, r.bursts)}
	return tail(left, ok) <= restChance
}

// burst is how long a trouble may last that is no news, as of a check that is asked, in units of time.
const burst = 3

// worst is how many failures so many bursts can account for at most.
func worst(all []bucket, after int64, bursts int) int {
	var most [3][2*unitsFive + 1]int // by how many bursts, and up to which bucket
	for i, b := range all {
		from, failed := i, 0
		for ; from >= 0 && all[from].at > b.at-burst && all[from].at > after; from-- {
			failed += int(all[from].bad)
		}
		for k := 1; k <= bursts; k++ {
			most[k][i+1] = max(most[k][i], most[k-1][from+1]+failed)
		}
	}
	return most[bursts][len(all)]
}

// exactUpTo is how many requests are judged exactly; beyond, the normal distribution is as good.
const exactUpTo = 2000

// tail is how likely it is that of n requests, each of which fails with probability p, at least so many fail.
func tail(t Tally, p float64) float64 {
	n, f := float64(t.N), float64(t.Bad)
	switch {
	case t.Bad <= 0:
		return 1
	case t.Bad > t.N:
		return 0
	case t.N > exactUpTo:
		z := (f - 0.5 - n*p) / math.Sqrt(n*p*(1-p))
		return math.Erfc(z/math.Sqrt2) / 2
	}
	term := math.Exp(logChoose(n, f) + f*math.Log(p) + (n-f)*math.Log1p(-p))
	total := term
	for k := f; k < n && term > total*1e-12; k++ {
		term *= (n - k) / (k + 1) * p / (1 - p)
		total += term
	}
	return min(total, 1)
}

// logChoose is the logarithm of how many ways there are to choose k of n.
func logChoose(n, k float64) float64 {
	all, _ := math.Lgamma(n + 1)
	in, _ := math.Lgamma(k + 1)
	out, _ := math.Lgamma(n - k + 1)
	return all - in - out
}

// An onset is when a trouble seems to have begun, and what was counted since then.
type onset struct {
	at time.Time
	Tally
}

// onset finds since when more requests fail than may: the end of the bucket from which on the failures exceed twice
// what may be by the most.
func (w Window) onset(ok float64, p Pace) onset {
	var room [2 * unitsFive]bucket
	now, all := w.read(room[:0])
	var best, since Tally
	most, at := 0.0, now
	excess := 0.0
	for _, b := range slices.Backward(all) {
		since.N, since.Bad = since.N+int(b.n), since.Bad+int(b.bad)
		if excess += float64(b.bad) - 2*ok*float64(b.n); excess > most {
			most, at, best = excess, b.at, since
		}
	}
	return onset{time.Unix(0, (at+1)*int64(p.Of(windowUnit))).UTC(), best}
}

// mostly says whether most requests of the last quarter of an hour failed, and not in one burst: where many hotels fail
// at once that is enough for each of them.
func (w Window) mostly(now time.Time, p Pace) bool {
	const lately = 3 * unitsFive
	var room [2 * unitsFive]bucket
	_, all := w.read(room[:0])
	t := sum(all, unit(now, p)-lately)
	return 2*t.Bad >= t.N && t.Bad > worst(all, unit(now, p)-lately, 1)
}
