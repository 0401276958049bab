package monitor

import (
	"math"
	"math/bits"
	"time"
)

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
//	    recovering  Fail   recovering  a stray one, in a run of Goods that waits for nothing but its time
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
	case s.Phase == Recovering && s.GoodRun >= steady && s.GoodRun >= r.goods(s):
		return s.stray(), NoEdge
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
	if s.Phase != Clean && s.Phase != "" {
		s = s.count(at, e)
	}
	s.Last, s.LastAt = e, at
	s.Recent = [3]Sighting{{At: at, What: e}, s.Recent[0], s.Recent[1]}
	return s
}

// count adds a piece of evidence to what was seen since the trouble began.
func (s Signal) count(at time.Time, e Evidence) Signal {
	if e != s.Last {
		s.Run = at
	}
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
	s.Phase, s.Level, s.Since = Suspect, min(r.Fail, r.Cap), at
	s = s.count(at, Fail)
	s.Run = at
	return s
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
	return s.begun().alarm(at, r), Opened
}

// begun is a signal in doubt that counts from where its trouble most likely began: with the first failure since it was
// clean, or with the first of the failures in a row that it ends in, and then what came before was a blip.
func (s Signal) begun() Signal {
	run := min(bits.TrailingZeros8(^s.Tail), s.Tailed)
	whole := likelihood(s.Fails, s.Attempts)
	if s.Run.IsZero() || run == 8 || likelihood(run, run) <= whole {
		return s
	}
	s.Since, s.Attempts, s.Fails, s.Tailed, s.Tail = s.Run, run, run, run, 1<<run-1
	return s
}

// likelihood is how much likelier it is, in nats, that so many of so many fail in trouble than by chance.
func likelihood(fails, of int) float64 {
	const chance = 0.01
	f, n := float64(fails), float64(of)
	nats := f * math.Log(f/n/chance)
	if fails < of {
		nats += (n - f) * math.Log((1-f/n)/(1-chance))
	}
	return nats
}

// alarm opens the signal.
func (s Signal) alarm(at time.Time, r SignalRule) Signal {
	if s.Closed.IsZero() || at.Sub(s.Closed) >= r.ReopenIn {
		s.Reopens, s.Hold = 0, r.Hold
	} else {
		s.Reopens++
		s.Hold = r.again(s.Hold, s.Since.Sub(s.calmSince()))
	}
	s.Phase, s.GoodSince = Open, time.Time{}
	return s
}

// calmSince is the end of the last trouble.
func (s Signal) calmSince() time.Time {
	if s.GoodSince.IsZero() {
		return s.Closed
	}
	return s.GoodSince
}

// doubted is a signal that was about to open and is not to do so yet: it stays as much in doubt as it is.
func (s Signal) doubted(before Signal) Signal {
	s.Phase, s.Reopens, s.Hold, s.GoodSince = Suspect, before.Reopens, before.Hold, before.GoodSince
	return s
}

func (s Signal) recover(at time.Time, r SignalRule) (Signal, Edge) {
	if s.GoodSince.IsZero() {
		s.GoodSince = at
	}
	s.GoodRun++
	s.Level = max(s.Level-1, 0)
	s.Phase = Recovering
	stray := at.Sub(latest(s.Run, s.GoodSince)) < r.Hold
	if s.GoodRun < r.goods(s) || at.Sub(s.GoodSince) < s.Hold || stray {
		return s, NoEdge
	}
	return s.CloseWith(at), Closed
}

// steady is how many Goods in a row one failure does not undo.
const steady = 20

// stray passes over a failure in a long run of Goods: neither is part of the trouble. The next run has to be as long.
func (s Signal) stray() Signal {
	s.Attempts -= s.GoodRun + 1
	s.Fails--
	s.GoodRun, s.Tail, s.Tailed = 0, 0, 0
	return s
}

func (s Signal) fallBack(r SignalRule) Signal {
	s.Phase, s.Level = Open, min(s.Level+r.Fail, r.Cap)
	s.GoodRun, s.GoodSince = 0, time.Time{}
	return s
}

// rest is the signal without its present trouble. GoodSince and Hold stay: of a trouble that was closed they are the
// end, and the calm that it took.
func (s Signal) rest() Signal {
	s.Phase, s.Level, s.Since, s.Run = Clean, 0, time.Time{}, time.Time{}
	s.Attempts, s.Fails, s.GoodRun, s.GoodFails, s.GoodClean = 0, 0, 0, 0, 0
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
	s.Phase, s.GoodRun, s.GoodSince, s.Run = Open, 0, time.Time{}, time.Time{}
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
