package monitor

import (
	"context"
	"time"
)

// An Input is something the book decides on. It carries its time.
type Input interface {
	at() time.Time
}

// A Tick is the time, when nothing else brings it: one a second.
type Tick struct{ At time.Time }

// A Gap is time in which nobody watched: a suspend, a stall, or the time between two runs.
type Gap struct {
	At       time.Time // when it was noticed
	From, To time.Time
}

// A Reconfigure brings what is watched, and who is told. The first one of a run carries what was loaded.
type Reconfigure struct {
	At        time.Time
	Checks    []*Check
	Receivers []Receiver
	Names     map[Node]string // what people call the nodes; the id where there is nothing better
	Controls  int             // control hosts configured
	Reported  Reported        // how what the integration reports is watched
	Advise    Adviser         // nil leaves the one there is
	// Mute holds back what is apaleo's side while apaleo's status page says that maintenance is under way.
	Mute bool
	// Maintenance is what the configuration plans.
	Maintenance []MaintenanceWindow
	// StillWatching is when to say that bellhop watches.
	StillWatching StillWatching
}

// An Attempting says that a message is about to leave; it is durable before it does.
type Attempting struct {
	At       time.Time
	Delivery DeliveryID
	Sending  Sending
	Covers   []Cover // of a digest: what its letter says of each of its incidents or notices
	Place    string  // Receiver.Place, of the receiver that it is sent to
}

// A Receipt says what came of an attempt.
type Receipt struct {
	At       time.Time
	Delivery DeliveryID
	ID       string // of the Sending
	Result   SendResult
	Status   int       // HTTP status, or 0
	Reason   string    // for people, without secrets
	Next     time.Time // when to try again; zero leaves it to Pace
	Ref      string
	Blind    bool // we could not see out: a failure does not count
	Moved    bool // of Left: the receiver is at another place now, and knows nothing there
}

// SendResult is what came of an attempt to send.
type SendResult string

// The results.
const (
	Accepted  SendResult = "accepted"
	Refused   SendResult = "refused"   // it did not arrive; worth another try
	Ambiguous SendResult = "ambiguous" // it may have arrived
	Unmended  SendResult = "unmended"  // a person must mend something first; tried again now and then
	Content   SendResult = "content"   // this text is not taken: render it plainer
	Gone      SendResult = "gone"      // the receiver wants nothing any more (410)
	Missing   SendResult = "missing"   // it was looked up and had not arrived; it says what is true no more, and was not sent
	Left      SendResult = "left"      // the receiver was removed or moved, and has been told so if that was possible
)

// A Note asks for a notice, from a part that has something to tell the operator. The same key is told once
// until it is over.
type Note struct {
	At             time.Time
	Key            string
	Text, NextStep string
	Over           bool
}

// An Order is what an operator asks of a delivery.
type Order struct {
	At       time.Time
	Delivery DeliveryID
	Drop     bool // else retry now
}

func (o Outcome) at() time.Time     { return o.Started.Add(o.Took) }
func (t Tick) at() time.Time        { return t.At }
func (g Gap) at() time.Time         { return g.At }
func (r Reconfigure) at() time.Time { return r.At }
func (a Attempting) at() time.Time  { return a.At }
func (r Receipt) at() time.Time     { return r.At }
func (n Note) at() time.Time        { return n.At }
func (o Order) at() time.Time       { return o.At }

// A Change is what Decide found: whole rows that take the place of others. It is stored in one commit and
// applied after.
type Change struct {
	At         time.Time
	Rows       map[CheckID]*Row
	Removed    []CheckID
	Incidents  map[string]*Incident
	Events     []Event
	Deliveries map[DeliveryID]*Delivery
	Notices    map[string]*Notice // by key
	Clients    map[string]*Client
	Hotels     map[string]*Hotel    // by account; nil is removed
	Reports    map[string]time.Time // ids of reports taken, with when
	Tellings   []Telling            // one for each receipt; stored, and kept nowhere else
	Stint      *Stint
	Silences   map[string]*Silence  // by id; nil is removed
	Acts       map[string]time.Time // ids of acts done, with when
	Samples    []Sample
	// Light are rows of Rows that need not be stored: nothing but the time of a good report is new in them.
	Light map[CheckID]bool
	Plans []CheckPlan // for the scheduler; not stored

	// Urgent changes are durable before anyone sees them; others may ride a batch.
	Urgent bool

	config *watched
	sight  *sight
	heard  time.Time // the last report

	mustered map[string]muster // what matters of hotels come to, by incident
}

// A CheckPlan is a new plan for a check.
type CheckPlan struct {
	Check CheckID
	Plan  Plan
}

// A Saved book is what a store gives back at start.
type Saved struct {
	ID         string    // the book's own id, made once
	Epoch      int64     // to be given with every Save
	Committed  time.Time // the last commit of any kind; zero for a new book
	Rows       []*Row
	Incidents  []*Incident // open ones, and those that ended within Pace.EndOwed
	Deliveries []*Delivery // not settled, of those incidents and of notices; and all of open incidents: who is a receiver again goes on from what it knew
	Events     []Event     // versions that an EveryVersion receiver may still be owed
	Notices    []*Notice   // the last one of each key
	Clients    []*Client
	Hotels     []*Hotel
	Reports    map[string]time.Time // ids of the reports taken lately
	Silences   []*Silence
	Acts       map[string]time.Time // ids of acts done within a day
	Stint      *Stint               // nil in a book that has none yet
	Samples    int                  // how many are kept
}

// A Store keeps the book. Load is called once. Save stores all of the changes in one commit, or none, and
// fails with ErrEpoch when another instance has taken the book over.
type Store interface {
	Load(ctx context.Context) (Saved, error)
	Save(ctx context.Context, epoch int64, c Change) error
}
