package monitor

import (
	"math"
	"time"
)

// What is usual for a check is learned from its own past. How often it fails is for words alone: no alarm depends on
// it. How long it takes to answer decides which answers are slow, within narrow bounds and a day at a time: what was
// learned until midnight UTC counts from then on, and nothing that happens today changes what is slow today. These are
// real durations at any pace, since there is one midnight a day.
const (
	usualDay = 24 * time.Hour
	// lasting is how long answers have to be slow, without an end, until that is learned as what is usual.
	lasting = 3 * usualDay

	keptDaily    = 0.9057 // of what was seen, each day: half of it is forgotten in a week
	enoughRuns   = 500    // attempts, before anything is said of how many usually fail
	enoughSpeeds = 100    // answers, before what they take is believed
)

// A Usual is what a check is usually like. Like a Row it is never changed once applied.
type Usual struct {
	Day    time.Time     `json:"day"`            // midnight UTC before the last attempt that it was learned from
	Good   float64       `json:"good,omitempty"` // attempts by evidence of availability; older ones count less
	Fails  float64       `json:"fails,omitempty"`
	Speeds Speeds        `json:"speeds,omitzero"`
	Median time.Duration `json:"median,omitempty"` // of what answers took until Day; 0 is too few to tell
	P95    time.Duration `json:"p95,omitempty"`
}

// Rate is how many of a check's attempts usually fail, from 0 to 1. Where none of them did, it is the rate that is not
// exceeded with 95 % confidence (the rule of three), and under is true; known is false where too few were seen.
func (u *Usual) Rate() (rate float64, under, known bool) {
	if u == nil {
		return 0, false, false
	}
	return usually(u.Good, u.Fails)
}

func usually(good, fails float64) (rate float64, under, known bool) {
	n := good + fails
	switch {
	case n < enoughRuns:
		return 0, false, false
	case fails < 1: // less than one, of long ago
		return 3 / n, true, true
	}
	return fails / n, false, true
}

// SlowOver is how long an answer of c may take before it is slow, given what is usual for it; 0 is that none is.
// Where the user gave no figure it is four times what nearly all answers take, within a third of c.Slow and c.Slow. Of
// apaleo's checks c.Slow counts until enough is known. Of the user's own nothing is known until then, and what takes
// long every day is not slow.
func (c *Check) SlowOver(u *Usual) time.Duration {
	known := u != nil && u.P95 > 0
	switch {
	case !c.Learns || c.Slow == 0 || !known && !c.Own:
		return c.Slow
	case !known:
		return 0
	}
	over := min(max(4*u.P95, c.Slow/3), c.Slow)
	if c.Own {
		over = min(max(over, 2*u.P95), max(c.Timeout-1, c.Slow))
	}
	return over
}

// A footing is how the availability of a check stood before an attempt.
type footing struct {
	phase                  Phase
	at                     time.Time // of its last evidence
	attempts, fails, blips int
}

func footingOf(s *Signal) footing { return footing{s.Phase, s.LastAt, s.Attempts, s.Fails, s.Blips} }

// learn is what is usual after one more attempt, that moved a row's signals on.
func (u *Usual) learn(o Outcome, before footing, r *Row) *Usual {
	next := new(Usual)
	if u != nil {
		*next = *u
	}
	if day := o.At.UTC().Truncate(usualDay); !day.Equal(next.Day) {
		*next = next.dawn(day)
	}
	next.count(before, &r.Signals[0])
	if slow := &r.Signals[1]; o.Fault == FaultNone && o.Took > 0 && (!slow.IsOpen() || o.At.Sub(slow.Since) >= lasting) {
		next.Speeds.add(o.Took)
	}
	return next
}

// dawn begins a day. What was once learned of speed stays until there is enough to learn it anew.
func (u Usual) dawn(day time.Time) Usual {
	if u.Speeds.count() >= enoughSpeeds {
		u.Median, u.P95 = u.Speeds.quantile(0.5), u.Speeds.quantile(0.95)
	}
	u.Good, u.Fails, u.Speeds = fade(u.Good), fade(u.Fails), u.Speeds.fade()
	u.Day = day
	return u
}

// fade is a count a day later, to two places: it is stored as text.
func fade(n float64) float64 { return math.Round(n*keptDaily*100) / 100 }

// count takes in a piece of evidence of availability that is no part of an outage: one in calm, or a suspicion that
// came to nothing.
func (u *Usual) count(before footing, is *Signal) {
	switch {
	case is.Phase != Clean || is.LastAt.Equal(before.at):
	case before.phase == Suspect && is.Blips > before.blips:
		u.Good += float64(before.attempts + 1 - before.fails)
		u.Fails += float64(before.fails)
	case before.phase == Clean || before.phase == "":
		u.Good++
	}
}

// Speeds count answers by how long they took: four classes for each doubling, from speedLeast on. What is faster is
// in the first, what is slower than eight seconds in the last.
type Speeds [speedClasses]uint16

const (
	speedClasses = 44
	speedLeast   = 4 * time.Millisecond
	perDoubling  = 4
)

// classOf is the class of a time.
func classOf(took time.Duration) int {
	if took <= speedLeast {
		return 0
	}
	return min(int(perDoubling*math.Log2(float64(took)/float64(speedLeast))), speedClasses-1)
}

// bound is where a class begins.
func bound(class float64) time.Duration {
	return time.Duration(float64(speedLeast) * math.Exp2(class/perDoubling))
}

// add counts an answer. A class that is full makes all of them count half.
func (s *Speeds) add(took time.Duration) {
	k := classOf(took)
	if s[k] == math.MaxUint16 {
		for i := range s {
			s[i] /= 2
		}
	}
	s[k]++
}

func (s Speeds) count() (n int) {
	for _, c := range s {
		n += int(c)
	}
	return n
}

// fade is what is left of the counts a day later.
func (s Speeds) fade() Speeds {
	for i, c := range s {
		s[i] = uint16(float64(c) * keptDaily)
	}
	return s
}

// quantile is the time that a share q of the answers did not exceed, to a tenth; 0 where there are none.
func (s Speeds) quantile(q float64) time.Duration {
	left := q * float64(s.count())
	for i, c := range s {
		n := float64(c)
		if c > 0 && left <= n {
			return bound(float64(i) + left/n)
		}
		left -= n
	}
	return 0
}
