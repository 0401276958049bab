package slack

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// Slack's limits, in characters, and ours below them. Slack adds up all blocks and refuses over 13,200.
const (
	maxHeader = 150
	maxLead   = 3000 // the sentence on top, escaped
	maxField  = 300
	maxBlock  = 2000
	maxShown  = 10 // affected checks
)

// Render is a message as the body of an incoming webhook. The sentence stands on top as text, because that is
// what a phone shows and a screen reader reads; the rest is an attachment, for its colour bar. What comes
// from outside is plain text, in which neither a name nor an error can mention anybody.
func Render(m notify.Message) ([]byte, error) {
	off := false
	text := strings.TrimSpace(emoji(m) + " *" + notify.Word(m) + "* " + escaped(sentence(m), maxLead))
	post := slack.WebhookMessage{Text: text, UnfurlLinks: &off, UnfurlMedia: &off}
	if m.Plain {
		post.Text = notify.Word(m) + ": " + escaped(sentence(m), maxLead)
	} else {
		post.Attachments = []slack.Attachment{{
			Color: colour(m), Fallback: clip(sentence(m), maxLead), Blocks: slack.Blocks{BlockSet: blocks(m)},
		}}
	}
	body, err := json.Marshal(post)
	if err != nil {
		return nil, fmt.Errorf("encode post: %w", err)
	}
	return body, nil
}

func sentence(m notify.Message) string {
	if m.Incident != nil {
		return m.Incident.Text
	}
	return m.Notice.Text
}

func blocks(m notify.Message) []slack.Block {
	if m.Incident == nil {
		return []slack.Block{section("Next: " + m.Notice.NextStep), smallPrint(m, m.Notice.ID)}
	}
	i := m.Incident
	all := []slack.Block{
		slack.NewHeaderBlock(plain(clip(i.Title, maxHeader))),
		slack.NewSectionBlock(nil, fields(i), nil),
	}
	if i.State == monitor.IncidentOpen && len(i.Affected) > 0 {
		all = append(all, section(affected(i)))
	}
	if len(i.Acks) > 0 {
		all = append(all, section("apaleo's status page says: "+strings.Join(i.Acks, "; ")))
	}
	if i.NextStep != "" {
		all = append(all, section("Next: "+i.NextStep))
	}
	if l := links(m); l != "" {
		all = append(all, slack.NewContextBlock("", mrkdwn(l)))
	}
	return append(all, smallPrint(m, i.ID))
}

// fields are the facts, at most ten of them.
func fields(i *monitor.Incident) []*slack.TextBlockObject {
	all := []*slack.TextBlockObject{mrkdwn("*Since*\n" + date(i.Since))}
	if !i.Ended.IsZero() {
		all = append(all, mrkdwn("*Ended*\n"+date(i.Ended)+", after "+lasted(i.Ended.Sub(i.Since))))
	} else if i.Scope.Evaluated > 0 {
		all = append(all, mrkdwn(fmt.Sprintf("*Affected*\n%d of %s", i.Scope.Failing, counted(i))))
	}
	all = append(all, mrkdwn("*Side*\n"+string(i.Side)))
	if id := tracking(i); id != "" {
		all = append(all, plain("Tracking id\n"+clip(id, maxField)))
	}
	if i.Reopened > 0 {
		all = append(all, mrkdwn("*Opened again*\n"+times(i.Reopened)))
	}
	return all
}

// tracking is an id that apaleo's support can look up.
func tracking(i *monitor.Incident) string {
	for _, a := range i.Affected {
		if a.TrackingID != "" {
			return a.TrackingID
		}
	}
	return ""
}

// affected lists the failing checks, one a line.
func affected(i *monitor.Incident) string {
	var b strings.Builder
	shown := min(len(i.Affected), maxShown)
	for _, a := range i.Affected[:shown] {
		b.WriteString("• " + clip(string(a.Check), 80) + ": " + saw(a) + fmt.Sprintf(", %d of %d %s\n", a.Failed, a.Of, ended(a)))
	}
	if more := i.Count - shown; more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	return strings.TrimRight(b.String(), "\n")
}

// counted is what an incident's numbers are of.
func counted(i *monitor.Incident) string {
	what := "check"
	if i.Cause.Kind == monitor.NodeHotels {
		what = "hotel"
	}
	if i.Scope.Evaluated != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", i.Scope.Evaluated, what)
}

func saw(a monitor.Affected) string {
	if a.Signal == monitor.Latency && a.Status == 0 {
		return "answers"
	}
	if a.Status != 0 && a.Status/100 != 2 || a.Fault == monitor.FaultNone {
		return fmt.Sprintf("HTTP %d", a.Status)
	}
	return strings.ReplaceAll(string(a.Fault), "_", " ")
}

// ended is what came of the attempts that count against a check.
func ended(a monitor.Affected) string {
	if a.Signal == monitor.Latency {
		return "slow"
	}
	return "failed"
}

// smallPrint is the small print: what ties posts that cannot be threaded.
func smallPrint(m notify.Message, id string) *slack.ContextBlock {
	words := []string{id}
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
	return slack.NewContextBlock("", plain(clip(strings.Join(words, " · "), maxBlock)))
}

func links(m notify.Message) string {
	var all []string
	add := func(address, name string) {
		if address != "" && !strings.ContainsAny(address, "<>| \n") {
			all = append(all, "<"+strings.ReplaceAll(address, "&", "&amp;")+"|"+name+">")
		}
	}
	add(m.Links.Incident, "Open in bellhop")
	add(m.Links.Documentation, "What this means")
	if m.Links.StatusPage != m.Links.Documentation {
		add(m.Links.StatusPage, "apaleo's status page")
	}
	for _, a := range m.Incident.Affected {
		if a.Runbook != "" {
			add(a.Runbook, "Runbook")
			break
		}
	}
	return strings.Join(all, "  ·  ")
}

func section(text string) *slack.SectionBlock {
	return slack.NewSectionBlock(plain(clip(text, maxBlock)), nil, nil)
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}
