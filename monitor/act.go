package monitor

import "time"

// An ActKind is what a person does about an incident or a check.
type ActKind string

// The kinds of act.
const (
	ActAcknowledge   ActKind = "acknowledge" // somebody is on it: stops reminders and mentions, nothing else
	ActUnacknowledge ActKind = "unacknowledge"
	ActSilence       ActKind = "silence"     // tell nothing of it
	ActMaintenance   ActKind = "maintenance" // the same of work that is planned
	ActPause         ActKind = "pause"       // do not ask
	ActResume        ActKind = "resume"      // ask again: ends the pauses of what is named
	ActNote          ActKind = "note"        // a line in the timeline of an incident
	ActLift          ActKind = "lift"        // ends a silence, a maintenance or a pause early
)

// A Target is what an act is about: what all the fields match that are given. An empty one is about nothing.
type Target struct {
	Incident string            `json:"incident,omitempty"` // an incident's id
	Checks   []CheckID         `json:"checks,omitempty"`   // any of these; a name without an account is that check of all accounts
	Accounts []string          `json:"accounts,omitempty"` // any of these
	Labels   map[string]string `json:"labels,omitempty"`   // all of these
}

// An Act is what a person did. It is taken once: a repeat of its id within a day changes nothing.
type Act struct {
	At     time.Time
	ID     string // made by who submits; a silence, maintenance or pause keeps it
	Kind   ActKind
	By     string // who
	Name   string // of maintenance: what people call it
	Why    string // or the text of a note
	Target Target
	From   time.Time // of a silence, maintenance or pause; zero is at once
	Until  time.Time // zero is until the incident ends, or, of a pause, until it is resumed
	Lifts  string    // the id of what a lift ends
}

func (a Act) at() time.Time { return a.At }

// An Ack says that somebody is on an incident. It ends with its time, or with the incident.
type Ack struct {
	By    string    `json:"by"`
	Why   string    `json:"why,omitempty"`
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"` // zero is until the incident ends
}

// A Remark is one line of what people did about an incident.
type Remark struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // "" is that time did it, or the configuration
	What ActKind   `json:"what"`
	Text string    `json:"text,omitempty"`
}
