package pagerduty

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// The bounds of an event (Events API v2, "Send an event"): characters of a summary and of a key, bytes in all.
const (
	maxSummary = 1024
	maxKey     = 255
	MaxEvent   = 512 << 10
	maxDetail  = 2000
	maxShown   = 10 // affected checks
)

// A body is what is stored of a message: the events it comes to, without the key of the service.
type body struct {
	Alert  string  `json:"alert"` // the dedup_key
	Events []event `json:"events"`
	Why    string  `json:"why,omitempty"` // there are none
}

type event struct {
	RoutingKey string   `json:"routing_key,omitempty"`
	Action     string   `json:"event_action"`
	Key        string   `json:"dedup_key"`
	Payload    *payload `json:"payload,omitempty"`
	Client     string   `json:"client,omitempty"`
	ClientURL  string   `json:"client_url,omitempty"`
	Links      []link   `json:"links,omitempty"`
}

type payload struct {
	Summary   string    `json:"summary"`
	Source    string    `json:"source"`
	Severity  string    `json:"severity"`
	Timestamp time.Time `json:"timestamp"`
	Component string    `json:"component,omitempty"`
	Group     string    `json:"group,omitempty"`
	Class     string    `json:"class,omitempty"`
	Details   *details  `json:"custom_details,omitempty"`
}

type details struct {
	Severity   string   `json:"severity"`
	Side       string   `json:"side"`
	Since      string   `json:"since"`
	Scope      string   `json:"scope,omitempty"`
	Affected   []string `json:"affected,omitempty"`
	More       int      `json:"more_affected,omitempty"`
	Tracking   string   `json:"tracking_id,omitempty"`
	NextStep   string   `json:"next_step,omitempty"`
	StatusPage []string `json:"status_page,omitempty"`
	Ack        string   `json:"acknowledged,omitempty"`
	Reopened   int      `json:"reopened,omitempty"`
	Flapping   bool     `json:"flapping,omitempty"`
	Late       bool     `json:"told_late,omitempty"`
	Incident   string   `json:"incident"`
	Version    int      `json:"version"`
	Monitor    string   `json:"monitor"`
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// Render is a message as events: a trigger where something is new, an acknowledgement where somebody is on it, a
// resolve at the end, and nothing at all where PagerDuty has no use for it.
func Render(m notify.Message) ([]byte, error) {
	b := body{Events: []event{}}
	if m.Incident == nil {
		b.Why = "it is no incident"
		return notify.Encode(b)
	}
	b.Alert = key(m)
	for _, action := range actions(m) {
		e := event{Action: action, Key: b.Alert}
		if action == "trigger" {
			e.fill(m)
		}
		b.Events = append(b.Events, e)
	}
	if len(b.Events) == 0 {
		b.Why = "neither how bad it is nor what is said of it has changed"
	}
	return notify.Encode(b)
}

// key names the alert for as long as there is one. After an end it stands for a new alert.
func key(m notify.Message) string {
	k := strings.TrimPrefix(m.Book+"/"+m.Incident.ID, "/")
	if len(k) > maxKey {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(k)))
	}
	return k
}

// actions are what a message asks of PagerDuty, in order. Who is told late of an incident that somebody is on
// hears both.
func actions(m notify.Message) []string {
	var all []string
	switch {
	case m.Type == monitor.EventResolved, m.Type == monitor.EventRecap:
		return []string{"resolve"}
	case m.Type == monitor.EventReminder:
		return nil // PagerDuty's own escalation reminds
	case m.Type == monitor.EventOpened, m.Type == monitor.EventReopened, news(m):
		all = append(all, "trigger")
	}
	if m.Incident.Ack != nil && (len(all) > 0 || m.Incident.Change == monitor.ChangeAcknowledged || since(m.Incident.Ack, m.Before)) {
		all = append(all, "acknowledge")
	}
	return all
}

// since says whether somebody took an incident on after PagerDuty was told last: that version may have been overtaken.
func since(a *monitor.Ack, b *monitor.Delivery) bool { return b != nil && a.At.After(b.ToldAt) }

// news says whether an update says something else of the trouble than PagerDuty knows for certain.
func news(m notify.Message) bool {
	i, b := m.Incident, m.Before
	if b != nil && (b.Knows == monitor.Maybe || b.Severity != i.Severity || b.Side != i.Side || b.Cause != i.Cause.Node()) {
		return true
	}
	switch i.Change {
	case monitor.ChangeSeverity, monitor.ChangeScope, monitor.ChangeRerooted, monitor.ChangeMerged, monitor.ChangeHotels,
		monitor.ChangeMaintenanceOver, monitor.ChangeReceiverRemoved:
		return true
	default:
		return false
	}
}

func (e *event) fill(m notify.Message) {
	i := m.Incident
	e.Payload = &payload{
		Summary: notify.Cut(i.Text, maxSummary), Source: cmp.Or(notify.Cut(i.Cause.ID, maxSummary), "apaleo"), Severity: severity(m),
		Timestamp: m.At.UTC(),
	}
	if m.Plain {
		return
	}
	e.Payload.Component, e.Payload.Group, e.Payload.Class = notify.Cut(i.Cause.ID, maxSummary), string(i.Side), string(i.Cause.Kind)
	e.Payload.Details = describe(m)
	e.Client = notify.Cut(strings.TrimSpace("bellhop "+m.Instance), maxSummary)
	e.ClientURL = address(m.Links.Incident)
	e.Links = links(m)
}

// severity is one of PagerDuty's four. A test wakes nobody where urgency follows severity.
func severity(m notify.Message) string {
	if m.Test {
		return "info"
	}
	switch m.Incident.Severity {
	case monitor.Down:
		return "critical"
	case monitor.AuthLost:
		return "error"
	case monitor.Degraded, monitor.QuotaOut:
		return "warning"
	default:
		return "info"
	}
}

func describe(m notify.Message) *details {
	i := m.Incident
	d := &details{
		Severity: string(i.Severity), Side: string(i.Side), Since: clock(i.Since), NextStep: notify.Cut(i.NextStep, maxDetail),
		Reopened: i.Reopened, Flapping: i.Flapping, Late: m.Late, Incident: i.ID, Version: i.Version,
		Monitor: strings.TrimSpace("bellhop " + m.Instance + " " + m.Build),
	}
	if s := i.Scope; s.Evaluated > 0 {
		d.Scope = fmt.Sprintf("%d of %d", s.Failing, s.Evaluated)
	}
	for _, a := range i.Affected[:min(len(i.Affected), maxShown)] {
		d.Affected = append(d.Affected, notify.Cut(notify.Saw(a), maxDetail))
		d.Tracking = cmp.Or(d.Tracking, notify.Cut(a.TrackingID, maxDetail))
	}
	d.More = max(i.Count-len(d.Affected), 0)
	for _, said := range i.Acks[:min(len(i.Acks), maxShown)] {
		d.StatusPage = append(d.StatusPage, notify.Cut(said, maxDetail))
	}
	if a := i.Ack; a != nil {
		d.Ack = notify.Cut(notify.OnIt(a), maxDetail)
	}
	return d
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func links(m notify.Message) []link {
	var all []link
	add := func(href, text string) {
		if href = address(href); href != "" {
			all = append(all, link{href, text})
		}
	}
	add(m.Links.Incident, "Open in bellhop")
	add(m.Links.Documentation, "What this means")
	if m.Links.StatusPage != m.Links.Documentation {
		add(m.Links.StatusPage, "apaleo's status page")
	}
	add(notify.Runbook(m.Incident), "Runbook")
	return all
}

// address is a link that PagerDuty takes, or "".
func address(s string) string {
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || len(s) > 2000 {
		return ""
	}
	return s
}
