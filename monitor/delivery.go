package monitor

import "time"

// A Receiver is where alerts go, as far as deciding needs to know. Its identity is its name.
type Receiver struct {
	Name  string
	Kind  string // slack, webhook, log
	When  When
	After time.Duration // an incident must be open so long before it is told here
	// Place stands for where its messages go, and is no secret. Under another one the same name is somebody else, who
	// knows nothing yet. "" is that nobody can tell.
	Place string
	// EveryVersion sends all versions in order instead of the difference to what is true.
	EveryVersion bool
	// Posts is a receiver whose messages cannot be edited: of updates it gets only changes of severity, and once a day
	// which hotels a matter of their own concerns.
	Posts bool
	// Keyless is a receiver with neither a lookup nor an idempotency key: what may have arrived is re-sent
	// late, seldom, and marked as a repeat.
	Keyless bool
	// Lookup says that what may have arrived can be looked up there: it is tried again without a wait, and never
	// marked as a repeat.
	Lookup bool
	// Edits is how far apart two edits of one message are at least; more than 0 says that messages can be edited.
	// An end or a re-opening does not wait.
	Edits time.Duration
	// Digest is from how many open incidents on one message speaks for all the further ones; 0 is never.
	Digest int
	// Remind is after how long without an opening or a reminder an open incident is told of again; 0 is never.
	Remind time.Duration
	// NoRecap is a receiver that rings somebody's phone: what has ended before it was told is not told there at all.
	NoRecap bool
}

// LogReceiver is the name of the receiver that stands in where none is configured.
const LogReceiver = "log"

// When chooses the incidents that a receiver wants. Empty fields choose all.
type When struct {
	Severity []string // the severities, and "notice"
	Side     []Side
	Scope    []string // all, some, one
}

// Knowledge is what a receiver knows of an incident.
type Knowledge string

// What a receiver can know. Maybe counts as told when an end is owed.
const (
	NeverTried Knowledge = ""
	Maybe      Knowledge = "maybe"
	Told       Knowledge = "told"
)

// A DeliveryID names a delivery row.
type DeliveryID struct {
	Receiver string `json:"receiver"`
	Incident string `json:"incident"` // or a notice's id
}

// A Delivery is what one receiver knows of one incident or notice, and the attempt under way. Like a Row it
// is never changed once applied.
type Delivery struct {
	DeliveryID
	Wants      bool          `json:"wants"` // it matched When at some version
	Knows      Knowledge     `json:"knows,omitempty"`
	Version    int           `json:"version,omitempty"` // the highest version it knows, or may know
	State      IncidentState `json:"state,omitempty"`   // what that version said
	Severity   Severity      `json:"severity,omitempty"`
	Side       Side          `json:"side,omitempty"`
	Cause      Node          `json:"cause,omitzero"`
	ToldAt     time.Time     `json:"told_at,omitzero"`   // last receipt
	Rang       time.Time     `json:"rang,omitzero"`      // last opening or reminder that it heard
	Ref        string        `json:"ref,omitempty"`      // the receiver's own name for what it got
	RefKind    string        `json:"ref_kind,omitempty"` // the kind of receiver that gave this name
	Digest     string        `json:"digest,omitempty"`   // the digest that it was told in last; "" is by itself
	Sending    *Sending      `json:"sending,omitempty"`  // the message being tried, until its receipt
	LastErr    string        `json:"last_error,omitempty"`
	LastStatus int           `json:"last_status,omitempty"`
	Referred   bool          `json:"referred,omitempty"` // it was told of a part of the incident, and that its end is told here
	Repeats    int           `json:"repeats,omitempty"`  // re-sends after ambiguous outcomes
	Failing    time.Time     `json:"failing,omitzero"`   // first attempt that came to nothing since one was accepted
	Dead       string        `json:"dead,omitempty"`     // why nothing more will be sent, if something was owed
	Settled    bool          `json:"settled"`            // nothing is owed, nor ever will be
	Place      string        `json:"place,omitempty"`    // of the receiver when it was last sent something: Receiver.Place
}

// A Sending is a message from its first attempt to its receipt. Retries send the same bytes under the same id.
type Sending struct {
	ID       string    `json:"id"` // webhook-id: hash of book, receiver, incident, version
	Type     EventType `json:"type"`
	Kind     string    `json:"kind,omitempty"` // of the receiver that the body was made for
	Version  int       `json:"version"`
	Severity Severity  `json:"severity,omitempty"` // what this version says
	Side     Side      `json:"side,omitempty"`
	Cause    Node      `json:"cause,omitzero"`
	Body     []byte    `json:"body"`
	First    time.Time `json:"first"`
	Attempts int       `json:"attempts"`
	InFlight bool      `json:"in_flight"`          // persisted before the request leaves; found at start, its outcome is ambiguous
	Next     time.Time `json:"next,omitzero"`      // not before this
	Plain    bool      `json:"plain,omitempty"`    // rendered again as plain text after a content error
	Digest   string    `json:"digest,omitempty"`   // the digest whose letter it is; the body is there
	Over     bool      `json:"over,omitempty"`     // of a digest: all has ended
	Reminder bool      `json:"reminder,omitempty"` // of a digest: nothing is new
}
