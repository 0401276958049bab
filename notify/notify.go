package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bellhop/monitor"
)

// A Notifier sends one letter, once, before the deadline of ctx. It never retries: the outbox does, with the
// same bytes. An error that is a *Refusal says what is to be done; any other leaves open whether the letter
// arrived. No error carries a secret, and the address of a Slack webhook is one.
type Notifier interface {
	Notify(ctx context.Context, l Letter) (Receipt, error)
}

// A Letter is a message as it leaves.
type Letter struct {
	ID      string // the same for every attempt
	Type    monitor.EventType
	Body    []byte // as Render made it
	Attempt int    // 1 is the first
	Repeat  bool   // it may have arrived before, and the receiver cannot tell: mark it
	At      time.Time
	Ref     string    // the receiver's own name for the message that it has about this incident or digest; "" if it has none
	First   time.Time // when the first attempt of this letter was made
	Maybe   bool      // an earlier attempt may have arrived: where that can be looked up, it has to be, by ID
	Stale   bool      // with Maybe: it says what is true no more. If it is not found it is not to be sent, and is Missing
}

// A Receipt is the answer of a receiver that took a letter.
type Receipt struct {
	Status int    // HTTP status, or 0
	Ref    string // the receiver's own name for the message, if it has one; it takes the place of the one before
}

// A Refusal is why a letter was not taken, as far as that is known.
type Refusal struct {
	Result monitor.SendResult
	Status int           // HTTP status, or 0
	Reason string        // for people, without secrets
	After  time.Duration // the receiver asked for a pause so long; 0 is that it did not
}

// Error is the result and its reason, without secrets.
func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Result, r.Reason) }

// A Render turns a message into the bytes that are stored and sent. It is a pure function.
type Render func(Message) ([]byte, error)

// A Message is all that can be said to a receiver at once: about an incident, or a notice.
type Message struct {
	ID       string
	Type     monitor.EventType
	At       time.Time         // when what it says was decided
	Incident *monitor.Incident // nil for notices, digests and tests
	Notice   *monitor.Notice   // of notices and tests
	Digest   *Digest           // of digests
	Before   *monitor.Delivery // what this receiver knew of the incident before; nil is nothing
	Reminder bool              // nothing is new: it is open still
	Late     bool              // newer things have happened since
	Plain    bool              // the receiver did not take the full form: text alone
	Test     bool              // of an incident that is none: it says so, mentions and pages nobody
	Links    Links
	Instance string // which bellhop speaks
	Build    string // and its version
	Book     string // the id of its book, made once; "" of what is on no record
}

// A Digest is what one message says of many incidents. It is edited in place where messages can be edited.
type Digest struct {
	Open, Ended []monitor.Incident // worst first; what ended, the last one first
	Over        bool               // all of them have ended
	Since       time.Time          // the first failing attempt of all of them
	Left        bool               // the last word to a receiver that was removed
}

// Links are addresses that a message points to; "" is none.
type Links struct {
	Incident      string // on the operator's page of this bellhop
	Documentation string // of the trouble
	StatusPage    string // of apaleo
}

// A Lane is how one receiver is reached.
type Lane struct {
	Receiver monitor.Receiver
	Render   Render
	Notifier Notifier
	Timeout  time.Duration // of one attempt

	// Keep tells the receiver again of all incidents that it knows as open, each KeepEvery, at once; nil is never.
	// It is not stored. An error is counted, and the next beat tries again.
	Keep      func(ctx context.Context, open []Message) error
	KeepEvery time.Duration
	// Check says what can be known of the receiver without a message that people see; nil is nothing.
	Check func(ctx context.Context) []Step
}

// A Step is one thing that was checked of a receiver, and what came of it, without secrets.
type Step struct {
	Name    string
	OK      bool
	Detail  string // what was found
	Missing string // the permission that is missing; "" is none, or not known
}

// A Sender is what every message says of the bellhop that sends it.
type Sender struct {
	Instance   string
	Version    string
	PublicURL  string // of the web side; "" gives no link to it
	StatusPage string // of apaleo; "" gives none
	Book       string // the id of the book; "" where nothing is on record
}

func (s Sender) message(id string, t monitor.EventType) Message {
	return Message{ID: id, Type: t, Instance: s.Instance, Build: s.Version, Book: s.Book, Links: Links{StatusPage: s.StatusPage}}
}

func (s Sender) about(id string, e monitor.Event) Message {
	m := s.message(id, e.Type)
	m.At, m.Incident = e.Incident.Updated, &e.Incident
	m.Links.Documentation = e.Incident.Doc
	if s.PublicURL != "" {
		m.Links.Incident = strings.TrimRight(s.PublicURL, "/") + "/incidents/" + e.Incident.ID
	}
	return m
}

func (s Sender) noting(id string, n *monitor.Notice) Message {
	m := s.message(id, monitor.EventNotice)
	m.At, m.Notice, m.Links.StatusPage = n.At, n, ""
	return m
}

// Test is a message that says that it is a test.
func (s Sender) Test(at time.Time) Message {
	id := monitor.MessageID(s.Instance, monitor.DeliveryID{Incident: at.UTC().Format(time.RFC3339Nano)}, 1, "test")
	m := s.noting(id, &monitor.Notice{
		ID: id, At: at,
		Text:     "TEST: this is how an alert from bellhop reaches this receiver. Nothing is wrong.",
		NextStep: "Nothing to do.",
	})
	m.Type = monitor.EventTest
	return m
}
