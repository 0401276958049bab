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
		return Rule{Fail: 9, Alarm: 36, Cap: 45, Span: p.Of(40 * time.Second)}, true
	case "quiet":
		return Rule{Fail: 9, Alarm: 54, Cap: 63, Span: p.Of(70 * time.Second)}, true
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

// hold is how long the calm has to last after so many re-openings.
func (r SignalRule) hold(reopens int) time.Duration {
	hold := r.Hold
	for range reopens {
		if hold >= r.HoldMax {
			break
		}
		hold *= 2
	}
	return min(hold, max(r.Hold, r.HoldMax))
}

// goods is how many Goods in a row end the trouble that s is in.
func (r SignalRule) goods(s Signal) int {
	const chance = 0.005
	p := float64(s.Fails+1) / float64(s.Attempts-s.GoodRun+2)
	run := math.Ceil(math.Log(chance) / math.Log(1-p))
	return int(min(max(run, float64(r.MinGoods)), float64(r.MaxGoods)))
}

// Step takes one piece of evidence, of the attempt that was due at the given time, into account:
//
//	 1  clean       Good   clean
//	 2  clean       Fail   suspect     Suspected
//	    clean       Fail   open        Opened, where one is enough: a deadline has passed
//	 3  suspect     Good   suspect     the bucket leaks one
//	 4  suspect     Good   clean       Cleared, a blip: the bucket is empty
//	 5  suspect     Fail   suspect     below Alarm, or the failures do not span Span yet
//	 6  suspect     Fail   open        Opened
//	 7  open        Fail   open
//	 8  open        Good   recovering
//	 9  recovering  Fail   open        the run of Goods is over
//	10  recovering  Good   recovering  too few Goods, or for too short a time
//	11  recovering  Good   clean       Closed; the end is GoodSince
//	12  any         None   the same    nothing changes at all
//
// Gap has rows 13 and 14; 15 and 16, a check that asks something else or is gone, are the book's (unwatch). Evidence older than what was seen before is None.
func (s Signal) Step(at time.Time, e Evidence, r SignalRule) (Signal, Edge) {
	if (e != Good && e != Fail) || at.Before(s.LastAt) {
		return s, NoEdge
	}
	s = s.see(at, e)
	switch {
	case s.Phase == Suspect && e == Good:
		return s.doubtLess()
	case s.Phase == Suspect:
		return s.doubtMore(at, r)
	case s.IsOpen() && e == Good:
		return s.recover(at, r)
	case s.IsOpen():
		return s.fallBack(r), NoEdge
	case e == Fail && r.Fail >= r.Alarm && r.Span <= 0:
		return s.suspect(at, r).alarm(at, r), Opened
	case e == Fail:
		return s.suspect(at, r), Suspected
	default:
		s.Phase = Clean
		return s, NoEdge
	}
}

// see notes a piece of evidence, whatever the phase makes of it.
func (s Signal) see(at time.Time, e Evidence) Signal {
	s.Last, s.LastAt = e, at
	s.Recent = [3]Sighting{{At: at, What: e}, s.Recent[0], s.Recent[1]}
	if s.Phase != Clean && s.Phase != "" {
		s = s.count(e)
	}
	return s
}

// count adds a piece of evidence to what was seen since the trouble began.
func (s Signal) count(e Evidence) Signal {
	s.Attempts++
	s.Tailed = min(s.Tailed+1, 8)
	s.Tail <<= 1
	if e == Fail {
		s.Fails++
		s.Tail |= 1
	}
	return s
}

func (s Signal) suspect(at time.Time, r SignalRule) Signal {
	s = s.rest()
	s.Phase, s.Level, s.Since, s.GoodSince = Suspect, min(r.Fail, r.Cap), at, time.Time{}
	return s.count(Fail)
}

func (s Signal) doubtLess() (Signal, Edge) {
	s.Level--
	if s.Level > 0 {
		return s, NoEdge
	}
	s.Blips++
	return s.rest(), Cleared
}

func (s Signal) doubtMore(at time.Time, r SignalRule) (Signal, Edge) {
	alarm := s.Level+r.Fail >= r.Alarm && at.Sub(s.Since) >= r.Span
	s.Level = min(s.Level+r.Fail, r.Cap)
	if !alarm {
		return s, NoEdge
	}
	return s.alarm(at, r), Opened
}

// alarm opens the signal.
func (s Signal) alarm(at time.Time, r SignalRule) Signal {
	again := !s.Closed.IsZero() && at.Sub(s.Closed) < r.ReopenIn
	if again {
		s.Reopens++
	} else {
		s.Reopens = 0
	}
	s.Phase, s.Hold = Open, r.hold(s.Reopens)
	return s
}

// doubted is a signal that was about to open and is not to do so yet: it stays as much in doubt as it is.
func (s Signal) doubted(before Signal) Signal {
	s.Phase, s.Reopens, s.Hold = Suspect, before.Reopens, before.Hold
	return s
}

func (s Signal) recover(at time.Time, r SignalRule) (Signal, Edge) {
	if s.GoodRun == 0 {
		s.GoodSince = at
	}
	s.GoodRun++
	s.Level = max(s.Level-1, 0)
	s.Phase = Recovering
	if s.GoodRun < r.goods(s) || at.Sub(s.GoodSince) < s.Hold {
		return s, NoEdge
	}
	return s.CloseWith(at), Closed
}

func (s Signal) fallBack(r SignalRule) Signal {
	s.Phase, s.Level = Open, min(s.Level+r.Fail, r.Cap)
	s.GoodRun, s.GoodSince = 0, time.Time{}
	return s
}

// rest is the signal without its present trouble. GoodSince stays: of a trouble that was closed it is the end.
func (s Signal) rest() Signal {
	s.Phase, s.Level, s.Since, s.Hold = Clean, 0, time.Time{}, 0
	s.Attempts, s.Fails, s.GoodRun, s.GoodFails = 0, 0, 0, 0
	s.Tail, s.Tailed = 0, 0
	return s
}

// Gap says that nobody watched for a while (rows 13 and 14): a suspicion is forgotten, an opening stays, and
// what calm there was begins anew. It tells nobody anything. LastAt is zero until something is seen again, so
// that a clock that was set back does not make all that follows too old.
func (s Signal) Gap() Signal {
	s.LastAt = time.Time{}
	if !s.IsOpen() {
		return s.rest()
	}
	s.Phase, s.GoodRun, s.GoodSince = Open, 0, time.Time{}
	return s
}

// CloseWith closes an open signal together with the incident it belongs to. One that is not open stays as it is.
func (s Signal) CloseWith(at time.Time) Signal {
	if !s.IsOpen() {
		return s
	}
	s = s.rest()
	s.Closed = at
	return s
}

// Resize fits the signal to a rule that was changed on reload.
func (s Signal) Resize(r SignalRule) Signal {
	s.Level = min(s.Level, r.Cap)
	return s
}
