package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Telling is one attempt to tell a receiver something, and what came of it: a line of the ledger. It is written with
// the receipt, stored, and kept by no book.
type Telling struct {
	At time.Time `json:"at"` // of the receipt
	DeliveryID
	ID       string     `json:"id"` // of the message
	Type     EventType  `json:"type"`
	Version  int        `json:"version"`            // of the incident or notice, as the message told it
	Severity Severity   `json:"severity,omitempty"` // in that version
	Title    string     `json:"title,omitempty"`    // what the incident or notice was called then
	From     int        `json:"from,omitempty"`     // the first of the attempts up to Attempt that got this same answer
	Attempt  int        `json:"attempt"`            // 1 is the first
	Result   SendResult `json:"result"`
	Status   int        `json:"status,omitempty"`  // HTTP status, or 0
	Reason   string     `json:"reason,omitempty"`  // why it was not taken, without secrets
	Ref      string     `json:"ref,omitempty"`     // the receiver's own name for the message
	Of       int        `json:"of,omitempty"`      // how many incidents the message spoke of, if it was a digest
	Further  bool       `json:"further,omitempty"` // another telling stands for the message: this one is about one more of its incidents
}

// A TellingFilter chooses tellings. Empty fields choose all.
type TellingFilter struct {
	Receiver string
	Incident string // or a notice's id
	Before   time.Time
	Limit    int // 0 is 50; a few more are given where they were told in the same millisecond
}

// What says in a few words which message it was: "opened as down", "update: degraded", "resolved".
func (t Telling) What() string {
	switch t.Type {
	case EventOpened:
		return "opened as " + string(t.Severity)
	case EventUpdated:
		return "update: " + string(t.Severity)
	case EventReopened:
		return "reopened as " + string(t.Severity)
	case EventReminder:
		return "reminder: still " + string(t.Severity)
	case EventNotice:
		return map[bool]string{true: "notice: over", false: "notice"}[t.Version > 1]
	case EventResolved, EventRecap, EventDigest, EventTest:
	}
	word := strings.TrimPrefix(string(t.Type), "incident.")
	if t.Of > 1 {
		word += fmt.Sprintf(" of %d", t.Of)
	}
	return word
}

// Tries says which attempts got this answer: "attempt 1", "attempts 2 to 14".
func (t Telling) Tries() string {
	if t.From > 0 && t.From < t.Attempt {
		return fmt.Sprintf("attempts %d to %d", t.From, t.Attempt)
	}
	return fmt.Sprintf("attempt %d", t.Attempt)
}

// titleMost is how much of a notice stands for it in the ledger, in characters: as much as an incident's title has.
const titleMost = 150

// record writes down what came of an attempt, for one row that its receipt is about, as it was before. A receipt for
// another message than the one under way tells nothing.
func (d *draft) record(r Receipt, w *Delivery) {
	s := w.Sending
	if s == nil || s.ID != r.ID {
		return
	}
	t := Telling{
		At: r.At, DeliveryID: w.DeliveryID, ID: s.ID, Type: s.Type, Version: s.Version, Severity: s.Severity, Title: d.called(w.Incident),
		From: sameSince(w, r), Attempt: s.Attempts, Result: r.Result, Status: r.Status, Reason: r.Reason, Ref: r.Ref,
	}
	if at := slices.IndexFunc(d.c.Tellings, t.sameMessage); at >= 0 {
		t.Further = true
		d.c.Tellings[at].add()
	}
	d.c.Tellings = append(d.c.Tellings, t)
	d.c.Urgent = true
}

// add counts one more incident that the message speaks of. A digest is told of under a name of its own, which is none.
func (t *Telling) add() {
	if t.Of == 0 && !IsDigest(t.Incident) {
		t.Of = 1
	}
	t.Of++
}

// sameMessage says whether another telling is of the same attempt, and stands for it.
func (t Telling) sameMessage(o Telling) bool {
	return !o.Further && o.ID == t.ID && o.Receiver == t.Receiver && o.Attempt == t.Attempt && o.At.Equal(t.At)
}

// sameSince is the attempt from which on the answer was the same; 0 says that this telling takes the place of the one
// before, whose first attempt is kept.
func sameSince(w *Delivery, r Receipt) int {
	if w.Sending.Attempts > 1 && r.Result != Accepted && w.LastErr == r.Reason && w.LastStatus == r.Status {
		return 0
	}
	return w.Sending.Attempts
}

// called is what an incident or notice is called.
func (d *draft) called(id string) string {
	if i := d.incident(id); i != nil {
		return i.Title
	}
	if n := d.noticeByID(id); n != nil {
		return shorten(n.Text, titleMost)
	}
	if IsDigest(id) {
		return "one message for several incidents"
	}
	return ""
}

// Words is what came of an attempt in a word or two, for people.
func (r SendResult) Words() string {
	switch r {
	case Accepted:
		return "told"
	case Ambiguous:
		return "perhaps told"
	case Refused, Unmended:
		return "not taken"
	case Content:
		return "not as such"
	case Gone:
		return "unsubscribed"
	case Missing:
		return "not sent"
	case Left:
		return "goodbye"
	default:
		return string(r)
	}
}
