package notify

import (
	"context"
	"fmt"
	"time"

	"bellhop/monitor"
)

const (
	trialText = "TEST: this is how an alert from bellhop reaches this receiver. Nothing is wrong, and nothing is to be done."
	trialDone = "TEST: this is how the end of an alert reaches this receiver. Nothing was wrong."
)

// Trial is the course of an incident that is none: it opens, changes and ends. Every message is marked TEST, and
// looks otherwise as the real one would. Nothing of it is stored.
func (s Sender) Trial(at time.Time) [3]Message {
	id := "test_" + at.UTC().Format("20060102t150405.000000000z")
	open := trialIncident(id, at)
	changed := open
	changed.Version, changed.Change = 2, monitor.ChangeSeverity
	changed.Severity, changed.Worst = monitor.Degraded, monitor.Degraded
	changed.Title, changed.Text = "TEST: an alert that changes", "TEST: this is how a change of an alert reaches this receiver. Nothing is wrong."
	ended := changed
	ended.Version, ended.State, ended.Ended, ended.Change = 3, monitor.IncidentResolved, at, ""
	ended.Title, ended.Text = "TEST: the end of an alert", trialDone
	return [3]Message{
		s.trial(monitor.EventOpened, open), s.trial(monitor.EventUpdated, changed), s.trial(monitor.EventResolved, ended),
	}
}

func trialIncident(id string, at time.Time) monitor.Incident {
	return monitor.Incident{
		ID: id, Version: 1, State: monitor.IncidentOpen, Severity: monitor.Warning, Worst: monitor.Warning,
		Side: monitor.SideIntegration, Since: at, Opened: at, Updated: at,
		Cause: monitor.Cause{Kind: monitor.NodeCheck, ID: "test-alert", Confidence: monitor.Certain},
		Scope: monitor.Scope{Failing: 1, Evaluated: 1, Watched: 1},
		Title: "TEST: an alert that is none", Text: trialText, NextStep: "Nothing to do.",
	}
}

func (s Sender) trial(t monitor.EventType, i monitor.Incident) Message {
	id := monitor.MessageID(s.Instance, monitor.DeliveryID{Incident: i.ID}, i.Version, "test")
	m := s.about(id, monitor.Event{Type: t, Incident: i})
	m.Test, m.Links = true, Links{} // it is on no page
	return m
}

// Try renders a message and sends it once, outside of any outbox: for test-alert, and for what has to be said
// when nothing can be stored.
func Try(ctx context.Context, l Lane, m Message) (Receipt, error) {
	body, err := l.Render(m)
	if err != nil {
		return Receipt{}, fmt.Errorf("render: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	return l.Notifier.Notify(ctx, Letter{ID: m.ID, Type: m.Type, Body: body, Attempt: 1, At: m.At})
}
