package template

import (
	"cmp"
	"strconv"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// Data is all that a template can say of a message. The names stay; others join them. Every message has a Word,
// a Title and a Text; what does not apply is empty.
type Data struct {
	ID   string // of the message, the same for every attempt
	Type string // incident.opened and so on, as in a webhook's body
	Word string // what it is, for people: DOWN, RESOLVED, NOTICE
	Icon string // the same as one emoji

	Title    string // a heading of at most 150 characters
	Text     string // the whole sentence
	NextStep string // what to do
	Link     string // to the incident in bellhop
	Doc      string // to what it means
	Runbook  string // to what somebody wrote for one of the affected checks
	Status   string // to apaleo's status page

	Incident   string // its id
	Version    int
	State      string // open, resolved
	Severity   string // down, degraded, auth, quota, warning
	Side       string // apaleo, credentials, permissions, request, hotel, network, integration, unclear
	Change     string // what an update changed
	Cause      string // such as api.apaleo.com
	Confidence string // certain, likely, unclear
	Failing    int    // of Evaluated checks
	Evaluated  int
	Accounts   string // all, some, one
	Reopened   int
	Flapping   bool
	Tracking   string   // an id that apaleo's support can look up
	Affected   []string // one line for each affected check, at most ten
	More       int      // how many more there are
	StatusPage []string // what apaleo's status page says
	OnIt       string   // who acknowledged it, until when and why
	Known      string   // the severity that this receiver was told before

	At    time.Time // when what it says was decided
	Since time.Time // the first failing attempt
	Ended time.Time // zero while it goes on
	Over  bool      // all that it speaks of has ended
	Well  bool      // and works again, as far as anybody knows

	Open, Closed []string // of a digest: the incidents, a line each

	Notice   bool // it is about bellhop itself
	Reminder bool // nothing is new
	Test     bool // nothing of it is true
	Late     bool // newer things have happened since
	Repeat   bool // it may have arrived before

	Instance string // which bellhop speaks
	Build    string // and its version
}

// repeated is put before the text of what may have arrived before.
const repeated = "REPEAT (this message was not confirmed; it may be above already): "

const (
	maxShown  = 10
	maxDigest = 20
)

// data is a message for a template.
func data(m notify.Message, repeat bool) Data {
	d := Data{
		ID: m.ID, Type: string(m.Type), Word: notify.Word(m), At: m.At.UTC(), Test: m.Test || m.Type == monitor.EventTest, Late: m.Late,
		Reminder: m.Reminder, Repeat: repeat, Link: m.Links.Incident, Doc: m.Links.Documentation, Status: m.Links.StatusPage,
		Instance: m.Instance, Build: m.Build,
	}
	switch {
	case m.Incident != nil:
		d.incident(m.Incident)
	case m.Digest != nil:
		d.digest(m.Digest)
	case m.Notice != nil:
		n := m.Notice
		d.Title, d.Text, d.NextStep, d.Over, d.Notice = "bellhop: "+firstOf(n.Text), n.Text, n.NextStep, n.Over, true
		d.Well = n.Over
	}
	if m.Before != nil {
		d.Known = string(m.Before.Severity)
	}
	d.Icon = icon(d)
	if repeat {
		d.Text = repeated + d.Text
	}
	return d
}

func (d *Data) incident(i *monitor.Incident) {
	d.Title, d.Text, d.NextStep, d.Runbook = i.Title, i.Text, i.NextStep, notify.Runbook(i)
	d.Incident, d.Version, d.State, d.Severity, d.Side = i.ID, i.Version, string(i.State), string(i.Severity), string(i.Side)
	d.Change, d.Cause, d.Confidence = string(i.Change), i.Cause.ID, string(i.Cause.Confidence)
	d.Failing, d.Evaluated, d.Accounts = i.Scope.Failing, i.Scope.Evaluated, i.Scope.Accounts
	d.Reopened, d.Flapping, d.StatusPage = i.Reopened, i.Flapping, i.Acks
	d.Since, d.Ended, d.Over, d.Well = i.Since.UTC(), i.Ended.UTC(), i.State != monitor.IncidentOpen, notify.Well(i)
	for _, a := range i.Affected[:min(len(i.Affected), maxShown)] {
		d.Affected = append(d.Affected, notify.Saw(a))
		d.Tracking = cmp.Or(d.Tracking, a.TrackingID)
	}
	if d.More = i.Count - len(d.Affected); len(d.Affected) == 0 || d.More < 0 {
		d.More = 0
	}
	if i.Ack != nil {
		d.OnIt = notify.OnIt(i.Ack)
	}
}

func (d *Data) digest(all *notify.Digest) {
	d.Since, d.Over, d.Well = all.Since.UTC(), all.Over, all.Over
	d.Title = strconv.Itoa(len(all.Open)) + " incidents are open"
	d.NextStep = "The next messages come when most of them are over."
	switch {
	case all.Left:
		d.Title, d.NextStep = "No longer told here", "Follow them on bellhop's status page, or on the receivers that remain."
	case all.Over:
		d.Title, d.NextStep = "All incidents are over", "Nothing to do."
	}
	d.Text = d.Title
	if len(all.Open) > 0 {
		d.Severity = string(all.Open[0].Severity)
		d.Text += ". The worst: " + all.Open[0].Title
	}
	d.Open, d.Closed = titles(all.Open), titles(all.Ended)
	d.More = max(len(all.Open)-len(d.Open), 0)
}

func titles(all []monitor.Incident) []string {
	var lines []string
	for _, i := range all[:min(len(all), maxDigest)] {
		lines = append(lines, i.Title)
	}
	return lines
}

func firstOf(text string) string { return notify.Cut(text, 120) }

// icon says in a picture what Word says: never colour alone.
func icon(d Data) string {
	switch {
	case d.Test:
		return "🧪"
	case d.Well:
		return "✅"
	case d.Over:
		return "⚪"
	case d.Notice:
		return "ℹ️"
	}
	return notify.Sign(monitor.Severity(d.Severity))
}
