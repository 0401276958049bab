package bench

import (
	"math"
	"time"

	"bellhop/monitor"
)

// Bucket is a signal of ours by itself, with any rule: the detector without the book around it.
type Bucket struct {
	Rule  monitor.SignalRule
	Quick time.Duration // the interval in doubt and in trouble
	Check *monitor.Check

	signal monitor.Signal
}

// Own is the availability of one check as the product judges it, with this bucket; the zero one is its default.
func Own(rule monitor.Rule) *Bucket {
	c, pace := solo(), monitor.RealPace()
	c.Rule = rule
	return &Bucket{Rule: monitor.Rules(pace, c)[0], Quick: pace.Quick, Check: c}
}

// Step is the signal's.
func (p *Bucket) Step(at time.Time, a Answer) (time.Time, []Message) {
	e, known := monitor.Good, at.Add(a.Took)
	switch {
	case a.Fault == monitor.FaultQuota || a.Cut:
		return p.Check.Schedule.Next(known), nil
	case a.Fault != monitor.FaultNone:
		e = monitor.Fail
	}
	next, edge := p.signal.Step(at, e, p.Rule)
	p.signal = next
	again := p.Check.Schedule.Next(known)
	if next.Phase != monitor.Clean && next.Phase != "" {
		again = at.Add(p.Quick)
	}
	return again, edges(edge, known)
}

// edges is what people hear of an edge, where nothing else is in trouble.
func edges(e monitor.Edge, at time.Time) []Message {
	switch e {
	case monitor.Opened:
		return []Message{{At: at, What: Began}}
	case monitor.Closed:
		return []Message{{At: at, What: Ended}}
	default:
		return nil
	}
}

// Cusum is a Bernoulli CUSUM with real-valued steps, and an end by the likelihood ratio between the trouble's own
// rate of failures and P0.
type Cusum struct {
	P0, P1 float64       // shares of failures when all is well, and in the least trouble worth telling
	Alarm  float64       // in nats
	Over   float64       // how far above Alarm the level goes
	Span   time.Duration // from the first failure to the one that alarms, at least
	Quick  time.Duration
	Calm   float64 // nats for P0 that end the trouble: 5.3 is 1 in 200
	Hold   time.Duration
	Check  *monitor.Check

	level, calm     float64
	open            bool
	since, good     time.Time
	closed          time.Time
	attempts, fails int
	reopens         int
}

// NewCusum is one with the durations of the product.
func NewCusum(p0, p1, alarm float64, span time.Duration) *Cusum {
	pace := monitor.RealPace()
	return &Cusum{P0: p0, P1: p1, Alarm: alarm, Over: 2.5, Span: span, Quick: pace.Quick, Calm: math.Log(200), Hold: pace.Hold, Check: solo()}
}

// Step is one observation.
func (p *Cusum) Step(at time.Time, a Answer) (time.Time, []Message) {
	known := at.Add(a.Took)
	if a.Fault == monitor.FaultQuota || a.Cut {
		return p.Check.Schedule.Next(known), nil
	}
	learn := p.doubt
	if p.open {
		learn = p.recover
	}
	edge := learn(at, a.Fault != monitor.FaultNone)
	next := p.Check.Schedule.Next(known)
	if p.open || p.level > 0 {
		next = at.Add(p.Quick)
	}
	return next, edges(edge, known)
}

// weigh is the logarithm of how much likelier an answer is at p than at q.
func weigh(fail bool, p, q float64) float64 {
	if fail {
		return math.Log(p / q)
	}
	return math.Log((1 - p) / (1 - q))
}

func (p *Cusum) doubt(at time.Time, fail bool) monitor.Edge {
	if p.level <= 0 && fail {
		p.since, p.attempts, p.fails = at, 0, 0
	}
	p.count(fail)
	p.level = min(max(p.level+weigh(fail, p.P1, p.P0), 0), p.Alarm+p.Over)
	if !fail || p.level < p.Alarm || at.Sub(p.since) < p.Span {
		return monitor.NoEdge
	}
	if p.reopens++; p.closed.IsZero() || at.Sub(p.closed) > 2*time.Hour {
		p.reopens = 0
	}
	p.open, p.calm, p.good = true, 0, time.Time{}
	return monitor.Opened
}

func (p *Cusum) count(fail bool) {
	if p.attempts++; fail {
		p.fails++
	}
}

func (p *Cusum) recover(at time.Time, fail bool) monitor.Edge {
	if p.calm <= 0 {
		p.good = at
	}
	if fail {
		p.good = time.Time{}
	} else if p.good.IsZero() {
		p.good = at
	}
	own := float64(p.fails+1) / float64(p.attempts+2)
	p.calm = max(p.calm+weigh(fail, p.P0, own), 0)
	if fail || p.calm == 0 {
		p.count(fail)
	}
	hold := min(p.Hold<<min(p.reopens, 6), 30*time.Minute)
	if fail || p.calm < p.Calm || at.Sub(p.good) < hold {
		return monitor.NoEdge
	}
	p.open, p.level, p.closed = false, 0, at
	return monitor.Closed
}
