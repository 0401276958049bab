package rehearse

import (
	"context"
	"time"

	"bellhop/monitor"
)

// A World answers for everything outside. The same check and attempt get the same answer. The outcome arrives when
// Took has passed; Check, At and Started are filled in. So are Controls of a connection-class fault that has none: from
// the world's own, if it is a Cutter, else all of them answer.
type World interface {
	Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome
}

// A Cutter is a World in which the control hosts can be out of reach.
type Cutter interface {
	// Controls is what they say when they are all asked at that time.
	Controls(at time.Time) []monitor.ControlAnswer
}

// A Script tells what else happens: reports, beats, notes, reloads, restarts. Its times never go back; what happens at
// a time happens before anything is asked, or arrives, at that time.
type Script interface {
	Next() (at time.Time, s Step, ok bool)
}

// A Step is what happens at one time.
type Step struct {
	// Off is how long nobody watches from then on: a suspend, or with Restart the time between two runs. What was
	// under way is lost.
	Off time.Duration
	// Restart ends the run and begins another one on what a store would have kept, in its stored form.
	Restart bool
	// Inputs come after that, together. Their times are theirs: a report that comes late says so itself. Reload with a
	// monitor.Reconfigure. What Off and Restart need (a Gap, the first Reconfigure) is not among them.
	Inputs []monitor.Input
}

// A Play is a book in a world, from Start until End.
type Play struct {
	Pace   monitor.Pace
	Config monitor.Reconfigure // what is watched at first; At may be left zero
	World  World
	Script Script // may be nil
	Start  time.Time
	End    time.Time
	Saved  monitor.Saved // what the book opens on; may be left zero

	// Hear is told each message in order, Watch each change once it is applied; both may be nil. The book is to be read
	// only, and only until Watch returns.
	Hear  func(Message)
	Watch func(at time.Time, c monitor.Change, b *monitor.Book)
}

// A Message is what a receiver was sent, as all receivers take everything at once.
type Message struct {
	At       time.Time
	Receiver string
	Type     monitor.EventType
	Incident string // or the notice's id
	Version  int
	Text     string
	Next     string             // what to do, or ""
	About    *monitor.Incident  // as it was told; nil for a notice or a digest
	Digest   *monitor.Gathering // of a digest: what it speaks for; it has no Text, as receivers word it
	Edit     bool               // a message that is there is changed: people see nothing new
}

// A Tally is what a play came to.
type Tally struct {
	Asked   int // attempts begun
	Skipped int // ticks that were skipped because the check was still being asked
	PutOff  int // runs put off because a budget was spent
	Inputs  int // that the book decided on
}

// Run plays until End, or until ctx ends.
func (p Play) Run(ctx context.Context) Tally {
	s := newStage(p)
	s.open(p.Start, s.Saved, time.Time{})
	for n := 1; s.step(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			break
		}
	}
	s.count()
	return s.tally
}
