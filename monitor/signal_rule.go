package monitor

import (
	"math"
	"time"
)

// A SignalRule is all that a signal is judged by: the bucket that opens it, and the calm that closes it.
type SignalRule struct {
	Rule

	// Goods in a row that an end needs, at least and at most: so many that fewer than one in 200 such runs
	// would be seen if the trouble went on at its own rate.
	MinGoods, MaxGoods int

	Hold     time.Duration // the run of Goods lasts at least this long; doubles with each re-opening,
	HoldMax  time.Duration // up to this
	ReopenIn time.Duration // an opening this soon after an end is a re-opening
}

// Preset is the rule of availability that goes by that name, at pace p: fast, balanced or quiet.
func Preset(name string, p Pace) (Rule, bool) {
	switch name {
	case "fast":
		return Rule{Fail: 9, Alarm: 27, Cap: 36, Span: p.Of(25 * time.Second)}, true
	case "balanced":
		return Rule{Fail: 14, Alarm: 56, Cap: 70, Span: p.Of(40 * time.Second)}, true
	case "quiet":
		return Rule{Fail: 14, Alarm: 84, Cap: 98, Span: p.Of(70 * time.Second)}, true
	default:
		return Rule{}, false
	}
}

// Rules are the rules of c's signals, in the order of SignalKinds. A check without a rule is balanced.
func Rules(p Pace, c *Check) [4]SignalRule {
	availability := c.Rule
	if availability == (Rule{}) {
		availability, _ = Preset("balanced", p)
	}
	common := SignalRule{MinGoods: 4, MaxGoods: 40, Hold: p.Hold, HoldMax: p.HoldMax, ReopenIn: p.ReopenIn}
	rules := [4]SignalRule{common, common, common, common}
	rules[0].Rule = availability
	rules[1].Rule = Rule{Fail: 6, Alarm: 36, Cap: 45, Span: p.LatencySpan}
	rules[2].Rule = Rule{Fail: 18, Alarm: 36, Cap: 45, Span: p.AuthApart}
	// A quota is exceeded when most answers say so, for long: the bucket leaks fast, so that an earlier burst is
	// no part of a later one.
	rules[3].Rule = Rule{Fail: 2, Alarm: 20, Cap: 24, Span: p.QuotaSpan}

	// What the other side says of our credentials is no matter of chance: two words are enough.
	rules[2].MinGoods, rules[2].MaxGoods, rules[2].Hold = 2, 2, p.AuthApart
	if c.Reported {
		rules[0] = rules[0].reported(c)
	}
	return rules
}

// reported is the rule of availability for what is not asked but told. A deadline that has passed is no matter of
// chance, nor is a sign of life. Each report stands for a minute: two bad ones are an outage, two good ones its end.
func (r SignalRule) reported(c *Check) SignalRule {
	if c.timed() {
		return SignalRule{Rule: Rule{Fail: 1, Alarm: 1, Cap: 1}, MinGoods: 1, MaxGoods: 1, ReopenIn: r.ReopenIn}
	}
	r.Fail = max(r.Fail, (r.Alarm+1)/2)
	r.MinGoods, r.MaxGoods = 2, 10
	return r
}

// A calm of at most so many holds before a re-opening was none: the trouble had only paused.
const briefly = 6

// again is how long the calm has to last after a re-opening: twice as long as before, and half as long again as the
// calm that proved to be none, if that was short.
func (r SignalRule) again(before, calm time.Duration) time.Duration {
	hold := max(r.Hold, 2*before)
	if calm <= briefly*r.Hold {
		hold = max(hold, calm+calm/2)
	}
	return min(hold, max(r.Hold, r.HoldMax))
}

// goods is how many Goods in a row end the trouble that s is in. Its rate of failures is taken to be as low as it may
// well be: a trouble is seen to begin where it happens to fail most.
func (r SignalRule) goods(s Signal) int {
	const chance = 0.005
	run := math.Ceil(math.Log(chance) / math.Log(1-leastRate(s.Fails, s.Attempts-s.GoodRun)))
	return int(min(max(run, float64(r.MinGoods)), float64(r.MaxGoods)))
}

// leastRate is the lower end of the rate of failures where so many of so many failed: Wilson's bound, which it lies
// above in nine cases of ten. Where nothing but failures was seen, there is nothing to doubt.
func leastRate(fails, of int) float64 {
	const z, zz = 1.28, 1.28 * 1.28
	f, n := float64(fails), float64(of)
	if fails >= of {
		return (f + 1) / (f + 2)
	}
	p := f / n
	return (p + zz/(2*n) - z*math.Sqrt(p*(1-p)/n+zz/(4*n*n))) / (1 + zz/n)
}
