package slack

import (
	"encoding/json"
	"fmt"

	"bellhop/monitor"
	"bellhop/notify"
)

// A script is what a bot does with one letter: what the incident's message becomes, what is said in its thread, and
// whether the channel hears that. It is stored and sent again as it is, under the same id.
type script struct {
	Root    post   `json:"root"`
	Line    string `json:"line,omitempty"`    // in the thread; "" is nothing
	Loud    bool   `json:"loud,omitempty"`    // the line is told in the channel as well
	Call    string `json:"call,omitempty"`    // the mentions in what is heard, outside quiet hours
	Subject string `json:"subject,omitempty"` // the incident, for people who read metadata
	Bare    bool   `json:"bare,omitempty"`    // text alone
}

// render is a message as a script.
func (b *Bot) render(m notify.Message) ([]byte, error) {
	s := compose(m)
	if b.mentions.calls(m) {
		s.ring(m, b.mentions.text())
	}
	body, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode script: %w", err)
	}
	return body, nil
}

func compose(m notify.Message) script {
	s := script{Root: whole(m, standing(m)), Bare: m.Plain}
	switch {
	case m.Digest != nil:
		s.Line = digestLine(m)
		s.Loud = s.Line != ""
	case m.Incident != nil:
		s.Subject = m.Incident.ID
		s.Line, s.Loud = line(m)
	}
	return s
}

// ring calls people by name. An edit rings nobody, so that what is no message of its own is said in the channel.
func (s *script) ring(m notify.Message, who string) {
	s.Call = who
	switch {
	case m.Digest != nil && m.Before != nil, m.Type == monitor.EventUpdated && s.Line == "":
		s.Line, s.Loud = standing(m), true
	case m.Type == monitor.EventUpdated:
		s.Line, s.Loud = s.Line+next(m.Incident.NextStep), true
	}
}

// line is what the thread gets, and whether the channel is to hear it.
func line(m notify.Message) (text string, loud bool) {
	switch m.Type {
	case monitor.EventOpened, monitor.EventRecap:
		return "", false
	case monitor.EventUpdated:
		return heard(m), m.Incident.Change == monitor.ChangeReceiverRemoved
	case monitor.EventResolved:
		return recovered(m.Incident), true
	default:
		return heard(m), true
	}
}

// fresh is the post that stands in where there is no message to edit: it is heard, so it says what is to be heard.
func (s script) fresh() post {
	p := s.Root
	if s.Loud && s.Line != "" {
		p.Text = s.Line
	}
	return p
}
