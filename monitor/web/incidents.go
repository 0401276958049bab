package web

import (
	"cmp"
	"fmt"
	"time"

	"bellhop/monitor"
)

// An incidentView is one incident as pages show it.
type incidentView struct {
	ID                    string
	State                 monitor.State // its shape: down or degraded while open, up when over
	Label                 string        // the word beside the shape
	Title, Text, NextStep string
	Side                  string
	Since, Ended, Opened  moment
	Lasted                string
	Tags                  []string
	Acks                  []string

	// Of the page of its own.
	Version      int
	Updated      moment
	Cause, Scope string
	Affected     []affectedView
	More         int // affected that are not listed
	Doc, Into    string
	Owed         []owedView
	Told         []toldView
	Members      int
	At           moment
	Said         []saidView
	Forms        formsView
	Open         bool
	Recovered    bool // good answers ended it, and nothing else
	Ack          *ackView
	Silences     []quietView // of this incident, in force
	Muted        string      // what holds it back, for people
}

type affectedView struct {
	Check, Signal, Saw, TrackingID, Failed, Runbook string
}

type owedView struct{ Receiver, Text string }

func incidentViews(all []*monitor.Incident, now time.Time) []incidentView {
	var out []incidentView
	for _, i := range all {
		out = append(out, brief(i, now))
	}
	return out
}

// brief is an incident as the board lists it.
func brief(i *monitor.Incident, now time.Time) incidentView {
	v := incidentView{
		ID: i.ID, State: monitor.StateUp, Label: "resolved", Title: i.Title, Text: i.Text, NextStep: i.NextStep,
		Side: cmp.Or(sideWords[i.Side], string(i.Side)), Since: when(i.Since, now), Ended: when(i.Ended, now), Opened: when(i.Opened, now),
		Acks: i.Acks, Tags: tags(i),
	}
	end := i.Ended
	switch {
	case i.State == monitor.IncidentOpen:
		v.State, v.Label, end = colour(i), string(i.Severity), now
	case i.Change == monitor.ChangePaused:
		v.State, v.Label = monitor.StateUnknown, "not watched for now"
	case i.Change.Unwatched():
		v.State, v.Label = monitor.StateUnknown, "not watched any more"
	}
	if !i.Since.IsZero() && !end.IsZero() {
		v.Lasted = span(end.Sub(i.Since))
	}
	return v
}

func tags(i *monitor.Incident) []string {
	var out []string
	if i.Flapping {
		out = append(out, "flapping")
	}
	if i.Reopened > 0 {
		out = append(out, "reopened "+count(i.Reopened, "time", "times"))
	}
	if i.NotRecorded {
		out = append(out, "not recorded")
	}
	if i.Into != "" {
		out = append(out, "part of another")
	}
	if i.State != monitor.IncidentOpen {
		return out
	}
	if i.Ack != nil {
		out = append(out, i.Ack.By+" is on it")
	}
	if i.Muted {
		out = append(out, "not told")
	}
	return out
}

// full is an incident as its own page shows it.
func full(i *monitor.Incident, s *monitor.Snapshot) incidentView {
	v := brief(i, s.At)
	v.Version, v.Updated, v.At = i.Version, when(i.Updated, s.At), when(s.At, s.At)
	v.Cause = fmt.Sprintf("%s %s (%s)", i.Cause.Kind, i.Cause.ID, i.Cause.Confidence)
	v.Scope = scopeText(i.Scope, i.State != monitor.IncidentOpen)
	if i.Cause.Kind == monitor.NodeHotels {
		v.Scope = hotelsText(i.Scope)
	}
	for _, a := range i.Affected {
		v.Affected = append(v.Affected, affectedView{
			Check: string(a.Check), Signal: string(a.Signal), TrackingID: a.TrackingID, Runbook: webAddress(a.Runbook),
			Saw: faultText(monitor.Outcome{Status: a.Status, Fault: a.Fault}), Failed: fmt.Sprintf("%d of %d", a.Failed, a.Of),
		})
	}
	v.More = max(i.Count-len(i.Affected), 0)
	v.Doc, v.Into, v.Members = webAddress(i.Doc), i.Into, len(i.Members)
	v.Recovered = i.Into == "" && !i.Change.Unwatched()
	v.attend(i, s)
	for _, d := range s.Owed {
		if d.Incident == i.ID {
			v.Owed = append(v.Owed, owedView{d.Receiver, owedText(d)})
		}
	}
	return v
}

// An ackView is who is on an incident.
type ackView struct {
	By, Why   string
	At, Until moment
}

// attend adds what people did about it.
func (v *incidentView) attend(i *monitor.Incident, s *monitor.Snapshot) {
	v.Said, v.Open = said(i, s.At), i.State == monitor.IncidentOpen
	if !v.Open {
		return
	}
	if a := i.Ack; a != nil {
		v.Ack = &ackView{a.By, a.Why, when(a.At, s.At), when(a.Until, s.At)}
	}
	if i.Muted {
		v.Muted = i.MutedBy
	}
	for _, one := range s.Silences {
		if one.Target.Incident == i.ID && one.InForce(s.At) {
			v.Silences = append(v.Silences, quietOf(one, s))
		}
	}
}

// hotelsText is how far a matter of hotels reaches.
func hotelsText(s monitor.Scope) string {
	return fmt.Sprintf("%d of %s", s.Failing, count(s.Watched, "hotel", "hotels"))
}

func scopeText(s monitor.Scope, over bool) string {
	text := fmt.Sprintf("%d of %s with an answer", s.Failing, count(s.Evaluated, "check", "checks"))
	switch {
	case over:
		text += " failed"
	case s.Failing == 1:
		text += " fails"
	default:
		text += " fail"
	}
	text += fmt.Sprintf("; %d watched", s.Watched)
	if s.Blocked > 0 {
		text += fmt.Sprintf(", %d cannot be asked because of it", s.Blocked)
	}
	if s.Accounts != "" {
		text += "; accounts: " + s.Accounts
	}
	return text
}

// owedText is what a receiver knows, and why it does not know more.
func owedText(d *monitor.Delivery) string {
	text := "was not told yet"
	switch d.Knows {
	case monitor.Told:
		text = fmt.Sprintf("was told version %d", d.Version)
	case monitor.Maybe:
		text = fmt.Sprintf("was perhaps told version %d", d.Version)
	case monitor.NeverTried:
	}
	if d.LastErr != "" {
		text += "; last error: " + d.LastErr
	}
	if d.Dead != "" {
		text += "; given up: " + d.Dead
	}
	return text
}
