package slack

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// Render is a message as the body of an incoming webhook. The sentence stands on top as text, because that is
// what a phone shows and a screen reader reads; the rest is an attachment, for its colour bar. What comes
// from outside is escaped or plain text, in which neither a name nor an error can mention anybody.
func Render(m notify.Message) ([]byte, error) {
	off := false
	p := whole(m, orElse(heard(m), standing(m)))
	body, err := json.Marshal(slack.WebhookMessage{Text: p.Text, Attachments: p.Attachments, UnfurlLinks: &off, UnfurlMedia: &off})
	if err != nil {
		return nil, fmt.Errorf("encode post: %w", err)
	}
	return body, nil
}

// A post is one message in a channel.
type post struct {
	Text        string             `json:"text"`
	Attachments []slack.Attachment `json:"attachments,omitempty"`
}

// whole is a message with all that is known, under a text; plain, it is the text alone.
func whole(m notify.Message, text string) post {
	p := post{Text: text}
	if m.Plain {
		return p
	}
	a := slack.Attachment{Color: colour(m), Fallback: "bellhop"} // without one, Slack says that it has no preview
	switch {
	case m.Digest != nil:
		a.Color, a.Blocks.BlockSet = digestColour(m.Digest), digestCard(m)
	case m.Incident != nil:
		a.Fallback, a.Blocks.BlockSet = safe(glance(m), maxHeader), card(m)
	default:
		a.Blocks.BlockSet = []slack.Block{smallPrint(m, m.Notice.ID)}
	}
	p.Attachments = []slack.Attachment{a}
	return p
}

// standing is the text of a message as it is to stand in the channel.
func standing(m notify.Message) string {
	switch {
	case m.Digest != nil:
		return digestLead(m.Digest)
	case m.Incident != nil:
		return lead(m)
	case m.Type == monitor.EventTest:
		return "🧪 " + safe(m.Notice.Text, maxLead) + next(m.Notice.NextStep)
	default:
		return "ℹ️ *Notice:* " + safe(m.Notice.Text, maxLead) + next(m.Notice.NextStep)
	}
}

// heard is what is said once, when it happens; "" is that nothing of it has to be heard.
func heard(m notify.Message) string {
	switch {
	case m.Digest != nil:
		return digestLine(m)
	case m.Incident == nil:
		return standing(m)
	case m.Incident.Change == monitor.ChangeReceiverRemoved && m.Incident.State == monitor.IncidentOpen:
		return lead(m)
	case m.Type == monitor.EventReminder || m.Reminder:
		return reminding(m)
	case m.Type == monitor.EventUpdated:
		return news(m)
	case m.Type == monitor.EventReopened:
		return emoji(m) + " *Again:* " + claim(m.Incident) + next(m.Incident.NextStep)
	case m.Type == monitor.EventResolved:
		return recoveredFully(m.Incident)
	default:
		return lead(m)
	}
}

// smallPrint is the small print: what ties posts that cannot be threaded.
func smallPrint(m notify.Message, id string) *slack.ContextBlock {
	var words []string
	if id != "" {
		words = append(words, id)
	}
	if i := m.Incident; i != nil {
		words = append(words, fmt.Sprintf("version %d", i.Version))
		if i.Flapping {
			words = append(words, "flapping")
		}
		if i.NotRecorded {
			words = append(words, "not recorded: bellhop's store fails")
		}
	}
	if m.Late {
		words = append(words, "told late: this receiver could not be reached before")
	}
	words = append(words, "bellhop "+strings.TrimSpace(m.Instance+" "+m.Build))
	all := []slack.MixedElement{plain(notify.Cut(strings.Join(words, " · "), maxSmall))}
	if l := link(m.Links.StatusPage, "apaleo's status page"); l != "" && m.Incident == nil {
		all = append(all, mrkdwn(l))
	}
	return slack.NewContextBlock("", all...)
}

// links are what can be done and read about an incident. What acts on it is on a page that asks for a token first.
func links(m notify.Message) string {
	var all []string
	add := func(l string) {
		if l != "" {
			all = append(all, l)
		}
	}
	if page := m.Links.Incident; page != "" && m.Incident.State == monitor.IncidentOpen {
		if m.Incident.Ack == nil {
			add(link(page+"#act", "Acknowledge"))
		}
		add(link(page+"#act", "Silence"))
	}
	add(link(m.Links.Incident, "Incident"))
	if m.Links.Documentation != m.Links.StatusPage {
		add(link(m.Links.Documentation, "What this means"))
	}
	for _, a := range m.Incident.Affected {
		if a.Runbook != "" {
			add(link(a.Runbook, "Runbook"))
			break
		}
	}
	add(link(m.Links.StatusPage, "apaleo's status page"))
	return strings.Join(all, " · ")
}

// link is an address under a name of ours; "" is that there is none, or one that Slack would misread.
func link(address, name string) string {
	if address == "" || len(address) > maxLink || strings.ContainsAny(address, "<>| \n\r\t") {
		return ""
	}
	return "<" + strings.ReplaceAll(address, "&", "&amp;") + "|" + name + ">"
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}
