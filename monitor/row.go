package monitor

import "time"

// A Row is all that the book knows of one check. A row is never changed once applied: a new one takes its place.
type Row struct {
	Check    CheckID     `json:"check"` // "" in a row that several checks share: those of Change.Light
	Asks     string      `json:"asks"`  // Check.Asks at the time; another value starts afresh
	Signals  [4]Signal   `json:"signals"`
	Incident [4]string   `json:"incident"` // the open incident that each open signal belongs to
	Failures [4]*Failure `json:"failures"` // the last failing attempt of each signal
	EverGood bool        `json:"ever_good"`
	LastRun  time.Time   `json:"last_run,omitzero"`  // scheduled start of the last attempt
	LastGood time.Time   `json:"last_good,omitzero"` // of availability
	SetUp    string      `json:"set_up,omitempty"`   // the fault of the set-up notice that stands
	Last     Outcome     `json:"last"`
	Usual    *Usual      `json:"usual,omitempty"`  // nil is nothing learned yet; of what is reported nothing is
	Paused   bool        `json:"paused,omitempty"` // a person does not want it to be asked: nothing is heard of it
	Resumed  time.Time   `json:"resumed,omitzero"` // of what has to be heard of in time: the end of the last pause
	Plan     Plan        `json:"-"`
}

// Signal is the state of one signal.
func (r *Row) Signal(k SignalKind) Signal { return r.Signals[signalIndex(k)] }

// usual is what is usual for a check; nil is not known.
func (r *Row) usual() *Usual {
	if r == nil {
		return nil
	}
	return r.Usual
}

// mute says whether the last attempt came to nothing, and that told nothing of the check: there was no way
// out, or no token.
func (r *Row) mute() bool {
	return r.Last.Fault != FaultNone && r.SetUp == "" && r.LastRun.After(latest(r.Signal(Availability).LastAt, r.Signal(Auth).LastAt))
}

// signalIndex is k's place in SignalKinds.
func signalIndex(k SignalKind) int {
	for i, s := range SignalKinds {
		if s == k {
			return i
		}
	}
	return 0
}

// A Plan is how the book wants a check asked from now on.
type Plan struct {
	Every     time.Duration // instead of the check's schedule; 0 is the schedule
	Fresh     bool          // attempts are confirmations
	NotBefore time.Time     // a server's Retry-After
	Paused    bool          // not at all
	Once      time.Time     // one attempt at this time besides, as part of a sweep; zero is none
}

// A Client is what is known of one OAuth client across restarts.
type Client struct {
	ID     string      `json:"id"`
	Forced []time.Time `json:"forced"` // forced token requests, oldest first, at most TokenMax

	Life    time.Duration `json:"life,omitempty"`   // how long its tokens usually live
	Expires time.Time     `json:"expires,omitzero"` // of the last token of its that was seen
	Quota   []Allowance   `json:"quota,omitempty"`  // one for each account it speaks for
}

// An Allowance is what is known of one request quota: apaleo counts by client and account. Its header names no
// limit, only what remains, so the most that remained of late stands for it.
type Allowance struct {
	Account string    `json:"account"`
	Day     time.Time `json:"day"`          // the last day on which it was seen, at midnight UTC
	Today   int       `json:"today"`        // the most that remained on it
	Before  int       `json:"before"`       // and on the day before
	Low     time.Time `json:"low,omitzero"` // when it was last seen nearly used up
}

// A Sample is one outcome as history keeps it.
type Sample struct {
	Check    CheckID
	At       time.Time
	Took     time.Duration
	Status   int
	Fault    Fault
	Evidence [4]Evidence
}
