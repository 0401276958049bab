package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
	"bellhop/notify"
)

// A Rehearsal is what would have been told.
type Rehearsal struct {
	Scenario  string          `json:"scenario"`
	About     string          `json:"about,omitempty"`
	Config    string          `json:"config"`
	Checks    int             `json:"checks"`
	MadeUp    int             `json:"made_up_hotels,omitempty"`
	From      time.Time       `json:"from"`
	To        time.Time       `json:"to"`
	Messages  []Rehearsed     `json:"messages"`
	Troubles  []Fated         `json:"troubles"`
	Receivers []Heard         `json:"receivers"`
	Asked     int             `json:"asked"`
	Open      []string        `json:"open_at_end"`
	Remarks   []string        `json:"remarks,omitempty"`
	Findings  []string        `json:"findings"` // what --max-messages and --told-within want and is not so
	happens   []rehearse.Line // what the scenario says
	first     time.Time       // when the first trouble began
	clock     func(time.Time) string
	margin    int // the column that messages begin in
}

// A Rehearsed is one message.
type Rehearsed struct {
	At        time.Time         `json:"at"`
	After     float64           `json:"after_seconds"` // since the scenario began
	Receivers []string          `json:"receivers"`
	Type      monitor.EventType `json:"type"`
	Incident  int               `json:"incident"` // counted from 1; a notice has a number too
	Version   int               `json:"version"`
	Edit      bool              `json:"edit,omitempty"` // a message that is there is changed: nobody sees a new one
	Severity  monitor.Severity  `json:"severity,omitempty"`
	Side      monitor.Side      `json:"side,omitempty"`
	Cause     string            `json:"cause,omitempty"`
	Text      string            `json:"text"`
	NextStep  string            `json:"next_step,omitempty"`
}

// A Fated is one trouble, and what was told of it.
type Fated struct {
	Target    string   `json:"target"`
	Faults    []string `json:"faults"`
	From      float64  `json:"from_seconds"`
	To        float64  `json:"to_seconds"`
	Unseen    bool     `json:"unseen,omitempty"` // no check can see it
	Told      *float64 `json:"told_after_seconds"`
	Receivers []string `json:"receivers,omitempty"`
	Notice    bool     `json:"notice,omitempty"` // it was told as a notice, not as an incident
}

// A Heard is how much one receiver got.
type Heard struct {
	Receiver string `json:"receiver"`
	Messages int    `json:"messages"`
	Edits    int    `json:"edits,omitempty"`
}

// newRehearsal is what a performance comes to.
func newRehearsal(config string, s rehearse.Scenario, c rehearse.Cast, p rehearse.Performance) Rehearsal {
	r := Rehearsal{
		Scenario: s.Name, About: s.About, Config: config, Checks: len(c.Config.Checks), From: p.Zero, To: p.End,
		MadeUp: c.MadeUp(), Troubles: []Fated{}, Asked: p.Tally.Asked, Open: []string{}, Findings: []string{}, happens: s.Lines, margin: 11,
		clock: func(t time.Time) string { return offset(t.Sub(p.Zero)) },
	}
	r.hear(c.Config.Receivers, p.Messages)
	for _, f := range p.Fates {
		r.Troubles = append(r.Troubles, fated(f, p.Zero))
		if r.first.IsZero() || f.From.Before(r.first) {
			r.first = f.From
		}
	}
	for _, i := range p.Open {
		r.Open = append(r.Open, i.Title)
	}
	return r
}

// hear takes in the messages. What several receivers are sent at one time in the same words is one entry.
func (r *Rehearsal) hear(receivers []monitor.Receiver, messages []rehearse.Message) {
	r.Messages = []Rehearsed{}
	of := map[string]*Heard{}
	for _, to := range receivers {
		r.Receivers = append(r.Receivers, Heard{Receiver: to.Name})
	}
	for i := range r.Receivers {
		of[r.Receivers[i].Receiver] = &r.Receivers[i]
	}
	numbers := map[string]int{}
	for _, m := range messages {
		if numbers[m.Incident] == 0 {
			numbers[m.Incident] = len(numbers) + 1
		}
		if m.Edit {
			of[m.Receiver].Edits++
		} else {
			of[m.Receiver].Messages++
		}
		one := rehearsed(m, numbers[m.Incident], r.From)
		if !r.shares(one) {
			r.Messages = append(r.Messages, one)
		}
	}
}

// shares adds a message to one of the same time in the same words, if there is one.
func (r *Rehearsal) shares(m Rehearsed) bool {
	for i := len(r.Messages) - 1; i >= 0 && r.Messages[i].At.Equal(m.At); i-- {
		if before := &r.Messages[i]; before.same(m) {
			before.Receivers = append(before.Receivers, m.Receivers...)
			return true
		}
	}
	return false
}

func rehearsed(m rehearse.Message, number int, zero time.Time) Rehearsed {
	one := Rehearsed{
		At: m.At.Truncate(time.Millisecond), After: inSeconds(m.At.Sub(zero)), Receivers: []string{m.Receiver}, Type: m.Type, Incident: number, Version: m.Version,
		Edit: m.Edit, Text: m.Text, NextStep: m.Next,
	}
	if m.Digest != nil {
		one.Text = notify.Gathered(m.Digest)
	}
	if i := m.About; i != nil {
		one.Severity, one.Side, one.Cause = i.Severity, i.Side, string(i.Cause.Kind)+" "+i.Cause.ID
	}
	return one
}

func (m Rehearsed) same(o Rehearsed) bool {
	return m.At.Equal(o.At) && m.Type == o.Type && m.Incident == o.Incident && m.Version == o.Version && m.Edit == o.Edit && m.Text == o.Text
}

func fated(f rehearse.Fate, zero time.Time) Fated {
	t := Fated{Target: f.On.String(), From: inSeconds(f.From.Sub(zero)), To: inSeconds(f.To.Sub(zero)), Unseen: f.Unseen, Receivers: f.First, Notice: f.Notice}
	for _, l := range f.Lines {
		word := l.Fault
		if l.Share < 1 {
			word += fmt.Sprintf(" %g%%", l.Share*100)
		}
		if len(t.Faults) == 0 || !slices.Contains(t.Faults, word) {
			t.Faults = append(t.Faults, word)
		}
	}
	if !f.Told.IsZero() {
		after := inSeconds(f.Told.Sub(f.From))
		t.Told = &after
	}
	return t
}

// offset is a time since the scenario began.
func offset(d time.Duration) string {
	if d < 0 {
		return "-" + rehearse.Clock(-d)
	}
	return "+" + rehearse.Clock(d)
}

// String is what people read.
func (r Rehearsal) String() string {
	var b strings.Builder
	b.WriteString(r.heading())
	next := 0
	for _, m := range r.Messages {
		next = r.happen(&b, next, m.At)
		b.WriteString(r.message(m))
	}
	if r.happen(&b, next, r.To) > next || len(r.Messages) == 0 {
		b.WriteString("\n")
	}
	if len(r.Messages) == 0 {
		b.WriteString("Nobody is told anything.\n\n")
	}
	b.WriteString(r.summary())
	return b.String()
}

func (r Rehearsal) heading() string {
	what := r.Scenario
	if r.About != "" {
		what += ": " + r.About
	}
	with := fmt.Sprintf("Played with %s: %s, %s", r.Config, count(r.Checks, "check"), count(len(r.Receivers), "receiver"))
	if r.MadeUp > 0 {
		with += fmt.Sprintf(", and %s made up for your integration to report", count(r.MadeUp, "hotel"))
	}
	return wrap(what, "") + "\n" + wrap(with+". Nothing was asked, nobody was told.", "") + "\n\n"
}

// happen prints the lines of the scenario up to a time, with an empty line after them, and returns the next one.
func (r Rehearsal) happen(b *strings.Builder, next int, before time.Time) int {
	first := next
	for ; next < len(r.happens) && !r.From.Add(r.happens[next].At).After(before); next++ {
		l := r.happens[next]
		fmt.Fprintf(b, "%-*s-- %s\n", r.margin, r.clock(r.From.Add(l.At)), saidOf(l))
	}
	if next > first && before.Before(r.To) {
		b.WriteString("\n")
	}
	return next
}

// saidOf is a line of a scenario as people read it.
func saidOf(l rehearse.Line) string {
	switch l.Do {
	case rehearse.Begin:
		text := l.On.String() + ": " + l.Fault
		if l.Share < 1 {
			text += fmt.Sprintf(", %g%% of the attempts", l.Share*100)
		}
		return text
	case rehearse.End:
		return l.On.String() + " works again"
	case rehearse.Suspend:
		return "bellhop's machine sleeps for " + rehearse.Clock(l.For)
	case rehearse.Restart:
		if l.For > 0 {
			return "bellhop is off for " + rehearse.Clock(l.For)
		}
		return "bellhop is restarted"
	case rehearse.Stop:
	}
	return "nothing is looked at any more"
}

func (r Rehearsal) message(m Rehearsed) string {
	what := strings.TrimPrefix(strings.TrimPrefix(string(m.Type), "incident."), "monitor.")
	if m.Edit {
		what += ", in place of what was there"
	}
	indent := strings.Repeat(" ", r.margin)
	head := wrap(fmt.Sprintf("%s: %s (%d)", strings.Join(m.Receivers, ", "), what, m.Incident), indent)
	text := fmt.Sprintf("%-*s%s\n%s\n", r.margin, r.clock(m.At), head[r.margin:], wrap(m.Text, indent))
	if m.NextStep != "" {
		text += wrap("> "+m.NextStep, indent) + "\n"
	}
	return text + "\n"
}

// summary is what it comes to.
func (r Rehearsal) summary() string {
	var b strings.Builder
	if len(r.Troubles) > 0 {
		t := table{{"TROUBLE", "FROM", "TOLD AFTER", "FIRST TO"}}
		for _, f := range r.Troubles {
			t = append(t, []string{f.Target + " " + strings.Join(f.Faults, ", "), offset(seconds(f.From)), f.fate(), strings.Join(f.Receivers, ", ")})
		}
		fmt.Fprintf(&b, "%s\n", t)
	}
	for _, h := range r.Receivers {
		text := fmt.Sprintf("%s gets %s", h.Receiver, count(h.Messages, "message"))
		if h.Edits > 0 {
			text += fmt.Sprintf(", and %s in place", count(h.Edits, "change"))
		}
		fmt.Fprintf(&b, "%s\n", wrap(text+".", ""))
	}
	fmt.Fprintf(&b, "%s\n", wrap(fmt.Sprintf("%s would be asked in %s.", count(r.Asked, "probe"), rehearse.Clock(r.To.Sub(r.From))), ""))
	for _, title := range r.Open {
		fmt.Fprintf(&b, "%s\n", wrap("Still open at the end: "+title, ""))
	}
	for _, remark := range r.Remarks {
		fmt.Fprintf(&b, "%s\n", wrap(remark, ""))
	}
	return b.String()
}

func (f Fated) fate() string {
	switch {
	case f.Notice:
		return rehearse.Clock(seconds(*f.Told)) + ", as a notice"
	case f.Told != nil:
		return rehearse.Clock(seconds(*f.Told))
	case f.Unseen:
		return "no check sees it"
	}
	return "nobody is told"
}

func inSeconds(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
