package monitor

import "time"

// Severity is how bad an incident is for those who use the integration.
type Severity string

// The severities, worst first.
const (
	Down     Severity = "down"
	Degraded Severity = "degraded"
	AuthLost Severity = "auth"
	QuotaOut Severity = "quota"
	Warning  Severity = "warning" // will break soon; never counted against uptime
)

// Side is whose matter it is.
type Side string

// The sides.
const (
	SideApaleo      Side = "apaleo"
	SideCredentials Side = "credentials"
	SidePermissions Side = "permissions"
	SideRequest     Side = "request"
	SideHotel       Side = "hotel"
	SideNetwork     Side = "network"
	SideIntegration Side = "integration"
	SideUnclear     Side = "unclear"
)

// IncidentState is open or resolved.
type IncidentState string

// The states of an incident.
const (
	IncidentOpen     IncidentState = "open"
	IncidentResolved IncidentState = "resolved"
)

// A ChangeWord says what a version changed, where it is not plain from the event's type.
type ChangeWord string

// The change words.
const (
	ChangeSeverity        ChangeWord = "severity"
	ChangeScope           ChangeWord = "scope"
	ChangeRerooted        ChangeWord = "rerooted" // the cause was found to lie further up
	ChangeMerged          ChangeWord = "merged"   // another incident became part of this one, or this one of another
	ChangeReopened        ChangeWord = "reopened"
	ChangeUnwatched       ChangeWord = "unwatched"        // ended because its checks were removed
	ChangeGone            ChangeWord = "gone"             // ended because the hotel is served no longer
	ChangeReconfigured    ChangeWord = "reconfigured"     // ended because its checks now ask something else
	ChangeReceiverRemoved ChangeWord = "receiver_removed" // not told here any more
	ChangeHotels          ChangeWord = "hotels"           // of a NodeHotels cause: other hotels are concerned; told at most once in Pace.HotelsEvery
	ChangeStatusPage      ChangeWord = "status_page"      // apaleo's own status page speaks of it now
	ChangeAcknowledged    ChangeWord = "acknowledged"     // somebody is on it
	ChangeUnacknowledged  ChangeWord = "unacknowledged"   // nobody is any more: the time of the acknowledgement is over, or it was taken back
	ChangeNote            ChangeWord = "note"             // a person added a line
	ChangeSilenced        ChangeWord = "silenced"         // nothing but its end is told from now on, because a person said so
	ChangeUnsilenced      ChangeWord = "unsilenced"       // the silence is over, and it goes on
	ChangePaused          ChangeWord = "paused"           // ended because a person wants its checks to be asked no more for now
	ChangeQuiet           ChangeWord = "quiet"            // no requests are reported any more that could tell whether it goes on, or there are some again
	ChangeUnasked         ChangeWord = "unasked"          // ended because no requests were reported for a day
	ChangeMaintenanceOver ChangeWord = "maintenance_over" // it was held back as maintenance, which has ended
)

// Confidence is how sure a cause is.
type Confidence string

// The confidences.
const (
	Certain Confidence = "certain" // its own probe fails
	Likely  Confidence = "likely"  // nearly all that depends on it fails
	Unclear Confidence = "unclear"
)

// A Cause is the node that explains the failing signals.
type Cause struct {
	Kind       NodeKind   `json:"kind"`
	ID         string     `json:"id"`
	Confidence Confidence `json:"confidence"`
}

// Node is the cause's place in the graph.
func (c Cause) Node() Node { return Node{Kind: c.Kind, ID: c.ID} }

// Scope is how far an incident reaches, in checks.
type Scope struct {
	Failing   int    `json:"failing"`
	Evaluated int    `json:"evaluated"` // with fresh evidence
	Blocked   int    `json:"blocked"`   // could not be asked because of it
	Watched   int    `json:"watched"`   // all that depend on the cause
	Accounts  string `json:"accounts"`  // all, some or one; "" if no account is concerned
}

// Affected is one failing check as alerts show it.
type Affected struct {
	Check      CheckID    `json:"check"`
	Signal     SignalKind `json:"signal"`
	Status     int        `json:"status,omitempty"`
	Fault      Fault      `json:"fault,omitempty"`
	TrackingID string     `json:"tracking_id,omitempty"`
	Failed     int        `json:"failed"`
	Of         int        `json:"of"`
	Runbook    string     `json:"runbook,omitempty"`
}

// A SignalID names one signal of one check.
type SignalID struct {
	Check  CheckID    `json:"check"`
	Signal SignalKind `json:"signal"`
}

// An Incident is one cause, from its first failing attempt to its last. Like a Row it is never changed once
// applied; every version is kept as an Event.
type Incident struct {
	ID          string        `json:"id"`
	Version     int           `json:"version"`
	State       IncidentState `json:"state"`
	Severity    Severity      `json:"severity"`
	Side        Side          `json:"side"`
	Change      ChangeWord    `json:"change"`
	Since       time.Time     `json:"since"`          // first failing attempt
	Opened      time.Time     `json:"opened"`         // when it was decided
	Updated     time.Time     `json:"updated"`        // this version
	Ended       time.Time     `json:"ended,omitzero"` // first good attempt of the run that ended it
	Reopened    int           `json:"reopened"`
	Flapping    bool          `json:"flapping"`
	Cause       Cause         `json:"cause"`
	Scope       Scope         `json:"scope"`
	Affected    []Affected    `json:"affected"` // at most ten
	Count       int           `json:"affected_count"`
	Title       string        `json:"title"` // at most 150 characters, for headings
	Text        string        `json:"text"`  // the whole sentence: side, what, since, how many
	NextStep    string        `json:"next_step"`
	Doc         string        `json:"documentation,omitempty"` // address of the page that explains it
	Ticket      bool          `json:"ticket,omitempty"`        // apaleo's support has to be asked
	Public      string        `json:"public,omitempty"`        // the sentence for the public page
	Past        string        `json:"past,omitempty"`          // the same once it is over
	Worst       Severity      `json:"worst,omitempty"`         // of all versions since it opened
	Into        string        `json:"into,omitempty"`          // the incident that this one became part of
	Acks        []string      `json:"acks,omitempty"`          // what apaleo's status page says
	Members     []SignalID    `json:"members"`                 // open signals that belong to it
	Leads       []SignalID    `json:"leads"`                   // the members it was opened for: the cause's own checks
	NotRecorded bool          `json:"not_recorded,omitempty"`  // decided while the store failed

	Good    time.Time     `json:"good,omitzero"`    // the latest end of a member so far
	Unseen  time.Duration `json:"unseen,omitempty"` // how much of it nobody watched
	Hold    time.Duration `json:"hold,omitempty"`   // calm that its end takes; longer after each re-opening
	Pending Pending       `json:"pending,omitzero"`

	// Quiet is since when no requests are reported any more that could tell whether it goes on; zero is that there are.
	Quiet time.Time `json:"quiet,omitzero"`

	// Muted holds it back from those who have not heard of it, and what is new in it from all: a silence or a
	// maintenance covers all its members. Its end is never held back from those who know that it is open.
	Muted   bool   `json:"muted,omitempty"`
	MutedBy string `json:"muted_by,omitempty"` // what does that, for people

	Ack     *Ack     `json:"ack,omitempty"`     // who is on it; nil is that nobody said so
	Remarks []Remark `json:"remarks,omitempty"` // what people did about it, oldest first, the last 20

	// Set is a hash of the hotels that the last version spoke of, where the cause is NodeHotels.
	Set string `json:"set,omitempty"`
}

// A Pending is a view of an incident that differs from what its last version said, until it proves stable.
type Pending struct {
	Severity Severity  `json:"severity"`
	Accounts string    `json:"accounts"`
	Since    time.Time `json:"since"`
}

// EventType is what an event is called in a webhook's body.
type EventType string

// The event types.
const (
	EventOpened   EventType = "incident.opened"
	EventUpdated  EventType = "incident.updated"
	EventReopened EventType = "incident.reopened"
	EventResolved EventType = "incident.resolved"
	EventRecap    EventType = "incident.recap"
	EventReminder EventType = "incident.reminder" // it is open still
	EventDigest   EventType = "incident.digest"   // one message for many incidents
	EventNotice   EventType = "monitor.notice"
	EventTest     EventType = "monitor.test"
)

// An Event is one version of one incident.
type Event struct {
	Type     EventType `json:"type"`
	At       time.Time `json:"at"`
	Incident Incident  `json:"incident"`
}

// A Notice is something the operator should know that is no incident. It never pages.
type Notice struct {
	ID       string    `json:"id"`
	Key      string    `json:"key"` // what it is about; one stands per key
	At       time.Time `json:"at"`
	Text     string    `json:"text"`
	NextStep string    `json:"next_step"`
	Over     bool      `json:"over,omitempty"` // says that what an earlier notice told has ended
}
