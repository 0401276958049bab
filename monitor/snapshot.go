package monitor

import "time"

// A Snapshot is the book as readers see it. Nothing in it changes.
type Snapshot struct {
	At         time.Time
	Checks     []CheckView // in the watchlist's order
	Open       []*Incident // newest first
	Recent     []*Incident // ended ones, newest first, at most 50
	Notices    []*Notice   // those that stand
	Hotels     []*Hotel    // reported accounts, by account
	LastReport time.Time   // zero is that nothing was ever reported

	Maintenance []Maintenance            // as apaleo's status page tells
	Silences    []*Silence               // those in force and to come, by From; of what the configuration plans, now or next, with no id
	Owed        []*Delivery              // deliveries not settled
	Waiting     map[DeliveryID]time.Time // those of them that wait for a message to be taken: since when
	Titles      map[string]string        // what the incidents and notices of Owed are called, by id
	Receivers   []Receiver
	Due         int       // how many those are
	OldestOwed  time.Time // since when there is news of an incident that no receiver has accepted; zero is none
	Blind       Blindness
	Engine      EngineStats
	StoreDown   time.Time // since when the store fails; zero is that it works
	Instance    string
}

// State is how a check is shown.
type State string

// The states.
const (
	StateUp          State = "up"
	StateDegraded    State = "degraded"
	StateDown        State = "down"
	StateUnknown     State = "unknown"
	StatePaused      State = "paused"
	StateMaintenance State = "maintenance"
)

// A CheckView is one check and what is known of it.
type CheckView struct {
	Check  *Check
	Row    *Row
	State  State
	Why    string   // why it is unknown, or what is wrong, in a few words
	Badges []string // auth, quota
	Next   time.Time

	Silence *Silence // the pause, maintenance or silence in force that covers it; nil is none

	Doubt  string  // id of the open incident that accounts for its being in doubt; "" is none
	Spared bool    // it keeps its own schedule in trouble, since others are asked for it
	Stream *Stream // of the requests that it is about; nil is none
}

// Blindness is whether bellhop can see out at all.
type Blindness struct {
	Since  time.Time  // zero is that it sees
	Never  bool       // nothing outside has answered since start
	Before []Interval // earlier blindness of this run, newest first, at most 10
}

// An Interval is a stretch of time.
type Interval struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// EngineStats is what the engine counts of itself since start.
type EngineStats struct {
	Started         time.Time
	Runs            uint64 // attempts begun
	Skipped         uint64 // ticks skipped because the check was still being asked, or nobody was free to ask
	SkippedBy       map[CheckID]uint64
	PutOff          uint64 // runs put off because the account's or the host's budget was spent
	Late            uint64 // attempts that began over a second after their time
	Overflow        uint64 // outcomes that found the inbox full
	Panics          uint64
	Commits         uint64
	CommitFailures  uint64
	Inbox, InboxCap int
	LastCommit      time.Time
	LastRun         time.Time // an attempt ended
	LastTick        time.Time // the scheduler ticked
	Lateness        Histogram // scheduled to true start, seconds
	CommitTook      Histogram
	Gaps            uint64
	GapTime         time.Duration
	Hosts           map[string]HostUse // requests by Check.Host
	Tokens          map[string]uint64  // token requests by OAuth client
}

// A Histogram counts durations by upper bound, in seconds, as Prometheus does.
type Histogram struct {
	Bounds []float64
	Counts []uint64 // one more than Bounds, not cumulative
	Sum    float64
}
