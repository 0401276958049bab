package monitor

import (
	"math"
	"time"
)

// A judgement is what a report tells of a stream of requests, and what its window comes to by then.
type judgement struct {
	Tally
	verdict Verdict
	onset   onset
	outcome Outcome // the most frequent failure
}

// evidence is what the report itself says: whether most of its requests failed.
func (t Tally) evidence() Evidence {
	switch {
	case t.N == 0:
		return None
	case 2*t.Bad >= t.N:
		return Fail
	}
	return Good
}

// fails says whether more of a report's requests failed than may.
func (t Tally) fails(ok float64) bool { return t.Bad > 0 && float64(t.Bad) >= 2*ok*float64(t.N) }

// judge takes what a report tells of requests into account, in the rows of Step: the window's verdict takes the place
// of the bucket, Attempts and Fails are requests. Only a report that tells of failures opens anything, so that nothing
// opens by time alone.
func (s Signal) judge(at time.Time, j judgement, r SignalRule) (Signal, Edge) {
	if j.N == 0 || at.Before(s.LastAt) {
		return s, NoEdge
	}
	e := j.evidence()
	s.Last, s.LastAt = e, at
	s.Recent = [3]Sighting{{At: at, What: e}, s.Recent[0], s.Recent[1]}
	before := s.Phase
	switch {
	case s.IsOpen() && j.fails(requestsOK):
		return s.relapsed().tallied(j.Tally), NoEdge
	case s.IsOpen():
		return s.calmer(at, j.Tally, r)
	case j.verdict == Alarming && j.Bad > 0:
		return s.doubtful(at, j).alarm(at, r), Opened
	case j.verdict == Calm && before == Suspect:
		s.Blips++
		return s.rest(), Cleared
	case j.verdict == Calm || j.Bad == 0 && before != Suspect:
		s.Phase = Clean
		return s, NoEdge
	case before == Suspect:
		return s.doubtful(at, j), NoEdge
	}
	return s.doubtful(at, j), Suspected
}

// doubtful is the signal with a report that adds to its window's suspicion. What the window shows to have begun before
// the suspicion is counted from there.
func (s Signal) doubtful(at time.Time, j judgement) Signal {
	if s.Phase != Suspect {
		s = s.rest()
		s.Phase, s.Since, s.GoodSince = Suspect, at, time.Time{}
	}
	s = s.tallied(j.Tally)
	if j.onset.N > s.Attempts && j.onset.at.Before(s.Since) && j.onset.at.After(s.Closed) {
		s.Since, s.Attempts, s.Fails = j.onset.at, j.onset.N, j.onset.Bad
	}
	return s
}

// tallied adds a report to what was seen since the trouble began. Tail has those of which nearly all failed.
func (s Signal) tallied(t Tally) Signal {
	s.Attempts, s.Fails = s.Attempts+t.N, s.Fails+t.Bad
	s.Tailed = min(s.Tailed+1, 8)
	if s.Tail <<= 1; 5*t.Bad >= 4*t.N {
		s.Tail |= 1
	}
	return s
}

// relapsed is an open signal whose calm is over: what stray failures there were in it count.
func (s Signal) relapsed() Signal {
	s.Phase, s.Fails = Open, s.Fails+s.GoodFails
	s.GoodRun, s.GoodFails, s.GoodClean, s.GoodSince = 0, 0, 0, time.Time{}
	return s
}

// calmer is an open signal after a report that is good: the end is believed once it has lasted for Hold, and what
// failed in it is no more than may (alerting.md 1.4 b).
func (s Signal) calmer(at time.Time, t Tally, r SignalRule) (Signal, Edge) {
	if s.GoodRun == 0 {
		s.GoodSince, s.GoodFails, s.GoodClean = at, 0, 0
	}
	s = s.tallied(Tally{N: t.N})
	s.GoodRun, s.GoodFails, s.GoodClean = s.GoodRun+t.N, s.GoodFails+t.Bad, s.GoodClean+t.N
	if t.Bad > 0 {
		s.GoodClean = 0
	}
	s.Phase = Recovering
	if at.Sub(s.GoodSince) < s.Hold || !r.settled(s) {
		return s, NoEdge
	}
	return s.CloseWith(at), Closed
}

// settled says whether the calm that a signal is in proves that its trouble is over: none of the last so many requests
// failed as would be seen to fail if it went on at its own rate, or of thirty or more surely less than twice as many as may.
func (r SignalRule) settled(s Signal) bool {
	const enough, most = 30, 300
	r.MaxGoods = max(r.MaxGoods, most)
	if s.GoodClean >= r.goods(s) {
		return true
	}
	return s.GoodRun >= enough && atMost(Tally{s.GoodRun, s.GoodFails}) < 2*requestsOK
}

// atMost is Wilson's upper bound of the share that fails, at 95 %.
func atMost(t Tally) float64 {
	const z = 1.64
	n := float64(t.N)
	p := float64(t.Bad) / n
	return (p + z*z/(2*n) + z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))) / (1 + z*z/n)
}
