package bench

import (
	"slices"
	"time"

	"bellhop/monitor"
)

// A World is what happens outside and to bellhop itself, and what is true of it.
type World struct {
	Seed       uint64
	Start, End time.Time

	Noise    float64   // share of attempts that fail by themselves, each on its own: 0.002
	Segments []Segment // by From
	Truth    []Trouble
	Acts     []Act // by At

	PerMinute int // requests of the integration's own that are reported of each hotel
	Hotels    int // that it reports

	until []time.Time // the latest end of the segments up to each
}

// A Segment is a stretch of time in which something is wrong with a target.
type Segment struct {
	From, To time.Time
	Target   Target
	Share    float64 // of attempts that meet it
	Fault    monitor.Fault
	Status   int
	Code     string                           // of OAuth
	Took     func(at time.Time) time.Duration // nil is at once
	Cut      bool                             // the control hosts cannot be reached either
}

// A Target is what a segment is about. What is zero does not narrow it down; the zero Target is every check.
type Target struct {
	Host    string
	Module  string
	Account string
	Check   string // its name
	Kind    string
	Token   bool // what asks for tokens, or asks the token endpoint
}

// A Trouble is one true incident: what a monitor should tell, once, and end.
type Trouble struct {
	From, To time.Time // To is zero for what goes on to the world's end
	Cause    monitor.NodeKind
	ID       string
	Severity monitor.Severity
}

// An Act is something that happens to bellhop, and not to what it watches.
type Act struct {
	At   time.Time
	What ActWord
	For  time.Duration // of a suspension; of a clock's jump, which may be negative
}

// ActWord is what happens to bellhop.
type ActWord string

// The acts.
const (
	Restart   ActWord = "restart"    // it is stopped and started again at once
	Suspend   ActWord = "suspend"    // the machine sleeps
	ClockStep ActWord = "clock step" // the wall clock jumps
	Reload    ActWord = "reload"     // the watchlist is read again, unchanged
)

// An Answer is what one attempt meets; the zero Fault is that all is well.
type Answer struct {
	Fault  monitor.Fault
	Status int
	Code   string
	Took   time.Duration
	Cut    bool
}

// usual is how long an answer takes when all is well.
const usual = 200 * time.Millisecond

// seal puts what was added in order. A world is not changed after.
func (w *World) seal() *World {
	slices.SortStableFunc(w.Segments, func(a, b Segment) int { return a.From.Compare(b.From) })
	slices.SortStableFunc(w.Acts, func(a, b Act) int { return a.At.Compare(b.At) })
	w.until = w.until[:0]
	var last time.Time
	for _, s := range w.Segments {
		if s.To.After(last) {
			last = s.To
		}
		w.until = append(w.until, last)
	}
	return w
}

// Ask is what a check meets that is asked at a time.
func (w *World) Ask(c *monitor.Check, at time.Time) Answer {
	return w.ask(c, key(c.ID()), at)
}

func (w *World) ask(c *monitor.Check, key uint64, at time.Time) Answer {
	lot := lot(w.Seed, key, at)
	if lot < w.Noise {
		return Answer{Fault: monitor.FaultServer, Status: 502, Took: usual}
	}
	good := Answer{Took: usual}
	for n := w.after(at) - 1; n >= 0 && w.until[n].After(at); n-- {
		s := &w.Segments[n]
		if !s.To.After(at) || lot >= s.Share || !s.Target.concerns(c) {
			continue
		}
		if s.Fault != monitor.FaultNone {
			return s.answer(at)
		}
		good.Took = max(good.Took, s.answer(at).Took)
	}
	return good
}

// after is the first segment that begins after a time.
func (w *World) after(at time.Time) int {
	n, _ := slices.BinarySearchFunc(w.Segments, at, func(s Segment, at time.Time) int {
		if s.From.After(at) {
			return 1
		}
		return -1
	})
	return n
}

func (s *Segment) answer(at time.Time) Answer {
	a := Answer{Fault: s.Fault, Status: s.Status, Code: s.Code, Took: usual, Cut: s.Cut}
	if s.Took != nil {
		a.Took = s.Took(at)
	}
	return a
}

// concerns says whether a check meets what happens to a target.
func (t Target) concerns(c *monitor.Check) bool {
	return (t.Host == "" || t.Host == c.Host) && (t.Module == "" || t.Module == c.Module) &&
		(t.Account == "" || t.Account == c.Account) && (t.Check == "" || t.Check == c.Name) &&
		(t.Kind == "" || t.Kind == c.Kind) && (!t.Token || c.Forced || c.Kind == "token-edge")
}
