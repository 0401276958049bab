package webhook

import (
	"fmt"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// MaxBody is the size of a body, in bytes, that Standard Webhooks asks to stay below.
const MaxBody = 20_000

const (
	maxAffected = 10
	maxText     = 3000 // characters of a text in a plain body
	maxNote     = 1000 // characters of what somebody wrote by hand
)

type body struct {
	Type      monitor.EventType `json:"type"`
	Timestamp time.Time         `json:"timestamp"`
	Data      data              `json:"data"`
}

type data struct {
	Incident *incident          `json:"incident,omitempty"`
	Notice   *notice            `json:"notice,omitempty"`
	Affected []monitor.Affected `json:"affected,omitzero"`
	Count    *int               `json:"affected_count,omitempty"`
	NextStep string             `json:"next_step"`
	Text     string             `json:"text"`
	Late     bool               `json:"late,omitempty"` // newer things have happened since
	Links    links              `json:"links,omitzero"`
	Monitor  instance           `json:"monitor"`
}

// incident is what others hold on to of a monitor.Incident; it is spelled out so that the book can change.
type incident struct {
	ID       string                `json:"id"`
	Version  int                   `json:"version"`
	State    monitor.IncidentState `json:"state"`
	Severity monitor.Severity      `json:"severity"`
	Side     monitor.Side          `json:"side"`
	Change   monitor.ChangeWord    `json:"change"`
	Since    time.Time             `json:"since"`
	Ended    *time.Time            `json:"ended"`
	Reopened int                   `json:"reopened"`
	Flapping bool                  `json:"flapping"`
	Cause    monitor.Cause         `json:"cause"`
	Scope    monitor.Scope         `json:"scope"`
	Into     string                `json:"into,omitempty"`
	Recorded *bool                 `json:"recorded,omitempty"` // false where our store failed
	Ack      *monitor.Ack          `json:"acknowledged,omitempty"`
	Note     *note                 `json:"note,omitempty"` // where that is what changed
}

type note struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

type notice struct {
	ID   string `json:"id"`
	Key  string `json:"key"`
	Over bool   `json:"over"`
}

type links struct {
	Incident      string `json:"incident,omitempty"`
	Documentation string `json:"documentation,omitempty"`
	StatusPage    string `json:"status_page,omitempty"`
}

type instance struct {
	Instance string `json:"instance"`
	Version  string `json:"version"`
}

// Render is a message as a body of less than MaxBody bytes: what is too long is left out from the end of the
// affected checks, and then from the text.
func Render(m notify.Message) ([]byte, error) {
	b := body{Type: m.Type, Timestamp: second(m.At), Data: data{
		Late: m.Late, Links: links(m.Links), Monitor: instance{m.Instance, m.Build},
	}}
	if m.Test {
		b.Type = monitor.EventTest // programs that read it must not take it for an incident
	}
	switch {
	case m.Incident != nil:
		b.Data.about(m.Incident)
	case m.Notice != nil:
		b.Data.NextStep, b.Data.Text = m.Notice.NextStep, m.Notice.Text
		if m.Type == monitor.EventNotice {
			b.Data.Notice = &notice{ID: m.Notice.ID, Key: m.Notice.Key, Over: m.Notice.Over}
		}
	}
	if m.Plain {
		b.Data.Affected = nil
		b.Data.Text = notify.Cut(b.Data.Text, maxText)
	}
	return fit(b)
}

func (d *data) about(i *monitor.Incident) {
	d.Incident = &incident{
		ID: i.ID, Version: i.Version, State: i.State, Severity: i.Severity, Side: i.Side, Change: i.Change,
		Since: second(i.Since), Reopened: i.Reopened, Flapping: i.Flapping, Cause: i.Cause, Scope: i.Scope, Into: i.Into,
	}
	if ended := second(i.Ended); !ended.IsZero() {
		d.Incident.Ended = &ended
	}
	if i.NotRecorded {
		d.Incident.Recorded = new(bool)
	}
	if a := i.Ack; a != nil {
		d.Incident.Ack = &monitor.Ack{By: a.By, Why: notify.Cut(a.Why, maxNote), At: second(a.At), Until: second(a.Until)}
	}
	if n := len(i.Remarks); n > 0 && i.Change == monitor.ChangeNote {
		r := i.Remarks[n-1]
		d.Incident.Note = &note{By: r.By, At: second(r.At), Text: notify.Cut(r.Text, maxNote)}
	}
	// Never null: who reads it may always range over it.
	d.Affected = append([]monitor.Affected{}, i.Affected[:min(len(i.Affected), maxAffected)]...)
	d.Count, d.NextStep, d.Text = &i.Count, i.NextStep, i.Text
}

// second is a time as bodies show it: UTC, whole seconds.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// fit encodes a body, and shortens it until it is small enough.
func fit(b body) ([]byte, error) {
	for {
		raw, err := notify.Encode(b)
		if err != nil || len(raw) < MaxBody {
			return raw, err
		}
		switch d := &b.Data; {
		case len(d.Affected) > 0:
			d.Affected = d.Affected[:len(d.Affected)-1]
		case len(d.Text) > maxText:
			d.Text = notify.Cut(d.Text, len(d.Text)/8)
		case len(d.NextStep) > maxText:
			d.NextStep = notify.Cut(d.NextStep, len(d.NextStep)/8)
		default:
			return nil, fmt.Errorf("body of %d bytes cannot be shortened", len(raw))
		}
	}
}
