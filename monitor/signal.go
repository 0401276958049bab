package monitor

import "time"

// SignalKind names one of the four signals of a check.
type SignalKind string

// The signals.
const (
	Availability SignalKind = "availability"
	Latency      SignalKind = "latency"
	Auth         SignalKind = "auth"
	Quota        SignalKind = "quota"
)

// SignalKinds lists the signals in the order in which Row.Signals holds them.
var SignalKinds = [4]SignalKind{Availability, Latency, Auth, Quota}

// Evidence is an outcome read for one signal.
type Evidence string

// What evidence can be. None says nothing and changes nothing.
const (
	None Evidence = ""
	Good Evidence = "good"
	Fail Evidence = "fail"
)

// A Phase is where a signal stands in its table (alerting.md 1.4 a).
type Phase string

// The phases.
const (
	Clean      Phase = "clean"
	Suspect    Phase = "suspect"
	Open       Phase = "open"
	Recovering Phase = "recovering"
)

// A Signal is the state of one signal. Its zero value but for Phase "" (read as Clean) is a signal that has
// seen nothing. It is a plain value: a copy is a snapshot.
type Signal struct {
	Phase     Phase         `json:"phase,omitempty"`
	Level     int           `json:"level,omitempty"`    // of the bucket
	Since     time.Time     `json:"since,omitzero"`     // first failure of the present trouble
	Attempts  int           `json:"attempts,omitempty"` // since then, None not counted
	Fails     int           `json:"fails,omitempty"`
	GoodRun   int           `json:"good_run,omitempty"`   // Goods in a row while recovering
	GoodFails int           `json:"good_fails,omitempty"` // of requests: stray failures in that run, not in Fails
	GoodClean int           `json:"good_clean,omitempty"` // of requests: those since the last of these
	GoodSince time.Time     `json:"good_since,omitzero"`  // while recovering; when it is over, the end
	Run       time.Time     `json:"run,omitzero"`         // in trouble: since when all evidence is the same; zero is not known
	Hold      time.Duration `json:"hold,omitempty"`       // calm that the end needs, or needed
	Closed    time.Time     `json:"closed,omitzero"`      // last end
	Reopens   int           `json:"reopens,omitempty"`
	Blips     int           `json:"blips,omitempty"` // suspicions that came to nothing

	Last   Evidence    `json:"last,omitempty"`
	LastAt time.Time   `json:"last_at,omitzero"`
	Recent [3]Sighting `json:"recent,omitzero"`  // the last three pieces of evidence, newest first
	Tail   uint8       `json:"tail,omitempty"`   // the last eight evidences as bits, newest lowest, 1 is Fail
	Tailed int         `json:"tailed,omitempty"` // how many of them there are since Since, at most 8
}

// A Sighting is a piece of evidence with its time.
type Sighting struct {
	At   time.Time `json:"at,omitzero"`
	What Evidence  `json:"what,omitempty"`
}

// An Edge is what a step of a signal tells the rest.
type Edge string

// The edges.
const (
	NoEdge    Edge = ""
	Suspected Edge = "suspected" // clean to suspect: worth a sweep
	Opened    Edge = "opened"
	Closed    Edge = "closed"
	Cleared   Edge = "cleared" // suspect to clean: a blip
)

// IsOpen tells whether the signal is open: it may be recovering, but its end is not believed yet.
func (s Signal) IsOpen() bool { return s.Phase == Open || s.Phase == Recovering }

// Hard tells whether the trouble is an outage rather than a brown-out: of the attempts since it began, but
// for those Goods that may be its end, at least 80 % failed, or the last eight all did.
func (s Signal) Hard() bool {
	if s.Tailed == 8 && s.Tail == 0xff {
		return true
	}
	of := s.Attempts - s.GoodRun
	return of > 0 && 5*s.Fails >= 4*of
}

// Failing tells whether most of the last three pieces of evidence are Fail. Only those within window of now
// count; known is false where there is none.
func (s Signal) Failing(now time.Time, window time.Duration) (failing, known bool) {
	fails, of := 0, 0
	for _, r := range s.Recent {
		if r.What == None || now.Sub(r.At).Abs() > window {
			continue
		}
		of++
		if r.What == Fail {
			fails++
		}
	}
	return 2*fails > of, of > 0
}
