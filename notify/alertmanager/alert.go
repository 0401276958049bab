package alertmanager

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// Alertmanager bounds neither; what shows alerts does.
const (
	maxLabel = 256  // characters
	maxNote  = 3000 // of an annotation
	maxShown = 10   // affected checks
)

// An alert as POST /api/v2/alerts takes it (postableAlert).
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      *time.Time        `json:"endsAt,omitempty"`
	From        string            `json:"generatorURL,omitempty"`
}

// errMany is that one alert cannot speak of many incidents: Alertmanager groups them itself.
var errMany = errors.New("an alert is about one incident")

// Render is a message as an alert, with labels of the operator's own. While it is open it has no end: that is
// set when it is sent.
func Render(labels map[string]string) notify.Render {
	return func(m notify.Message) ([]byte, error) {
		switch {
		case m.Incident != nil:
			return notify.Encode(about(m, labels))
		case m.Notice != nil:
			return notify.Encode(noting(m, labels))
		default:
			return nil, errMany
		}
	}
}

func about(m notify.Message, own map[string]string) alert {
	i := m.Incident
	a := alert{Labels: labels(m, own), Annotations: annotations(m), StartsAt: i.Since.UTC(), From: address(m.Links.Incident)}
	if i.State != monitor.IncidentOpen {
		ends := i.Ended
		if ends.Before(i.Since) {
			ends = i.Since // an alert that ends before it starts is refused
		}
		ends = ends.UTC()
		a.EndsAt = &ends
	}
	return a
}

// labels are what makes an alert the same one. What may have arrived without our knowing had those of then.
func labels(m notify.Message, own map[string]string) map[string]string {
	i := m.Incident
	severity, side, cause := string(i.Severity), string(i.Side), i.Cause.ID
	if b := m.Before; b != nil && b.Knows != monitor.NeverTried && b.Cause != (monitor.Node{}) {
		severity, side, cause = string(b.Severity), string(b.Side), b.Cause.ID
	}
	name := "BellhopIncident"
	if m.Test {
		name, severity = "BellhopTest", "info"
	}
	return with(own, map[string]string{
		"alertname": name, "severity": severity, "side": side, "cause": notify.Cut(cause, maxLabel),
		"incident": i.ID, "instance": notify.Cut(m.Instance, maxLabel),
	})
}

// with is own labels and ours: an alertname of the operator's own stays, all others of ours do.
func with(own, ours map[string]string) map[string]string {
	all := maps.Clone(ours)
	for name, value := range own {
		if _, taken := ours[name]; !taken || name == "alertname" {
			all[name] = value
		}
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" }) // as Alertmanager does
	return all
}

func annotations(m notify.Message) map[string]string {
	i := m.Incident
	all := map[string]string{"summary": notify.Cut(heading(m), maxNote), "description": notify.Cut(i.Text, maxNote)}
	if m.Plain {
		return all
	}
	var seen []string
	for _, a := range i.Affected[:min(len(i.Affected), maxShown)] {
		seen = append(seen, notify.Saw(a))
	}
	if more := i.Count - len(seen); more > 0 && len(seen) > 0 {
		seen = append(seen, fmt.Sprintf("and %d more", more))
	}
	for name, value := range map[string]string{
		"next_step": i.NextStep, "severity_now": string(i.Severity), "side_now": string(i.Side), "cause_now": i.Cause.ID,
		"change": string(i.Change), "version": strconv.Itoa(i.Version), "affected": strings.Join(seen, "\n"),
		"runbook_url": address(cmp.Or(notify.Runbook(i), m.Links.Documentation)), "status_page": strings.Join(i.Acks, "; "),
	} {
		if value != "" {
			all[name] = notify.Cut(value, maxNote)
		}
	}
	if i.Ack != nil {
		all["acknowledged"] = notify.Cut(notify.OnIt(i.Ack), maxNote)
	}
	return all
}

// heading is what an incident is called, and what became of it where that is not the same.
func heading(m notify.Message) string {
	plain := m.Type == monitor.EventOpened || m.Type == monitor.EventUpdated && m.Incident.Change != monitor.ChangeReceiverRemoved
	if plain && !m.Test {
		return m.Incident.Title
	}
	return notify.Word(m) + ": " + m.Incident.Title
}

// noting is a notice as an alert. Nobody posts it again, so that it says itself when it is forgotten.
func noting(m notify.Message, own map[string]string) alert {
	n := m.Notice
	a := alert{
		Labels: with(own, map[string]string{
			"alertname": "BellhopNotice", "severity": "notice", "incident": n.ID, "instance": notify.Cut(m.Instance, maxLabel),
		}),
		Annotations: map[string]string{"summary": notify.Cut(n.Text, maxNote), "description": notify.Cut(strings.TrimSpace(n.Text+" "+n.NextStep), maxNote)},
		StartsAt:    n.At.UTC(),
	}
	ends := a.StartsAt
	if !n.Over {
		ends = ends.Add(24 * time.Hour)
	}
	a.EndsAt = &ends
	return a
}

// ref is what names the alert there: its labels.
func (a alert) ref() string {
	q := url.Values{}
	for name, value := range a.Labels {
		q.Set(name, value)
	}
	return q.Encode()
}

// known gives the alert the labels that it was first posted with.
func (a *alert) known(ref string) {
	q, err := url.ParseQuery(ref)
	if err != nil || q.Get("incident") != a.Labels["incident"] {
		return // it names something else: another kind of receiver had this name before
	}
	a.Labels = map[string]string{}
	for name := range q {
		a.Labels[name] = q.Get(name)
	}
}

// address is a link that Alertmanager takes, or "".
func address(s string) string {
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return s
}
