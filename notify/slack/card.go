package slack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// Slack's limits, in characters, and ours below them: chat.update refuses a text over 4,000, and all blocks together
// over 13,200 are refused though no page says so.
const (
	maxHeader = 150
	maxLead   = 2400 // the sentence on top, escaped
	maxNext   = 700
	maxField  = 300
	maxName   = 80
	maxSmall  = 600
	maxLink   = 300
	maxShown  = 10 // checks, incidents
)

// card is what stands behind the colour bar: the facts, at a glance and in the same place each time.
func card(m notify.Message) []slack.Block {
	i := m.Incident
	all := []slack.Block{
		slack.NewHeaderBlock(plain(notify.Cut(glance(m), maxHeader))),
		slack.NewSectionBlock(nil, fields(m), nil),
	}
	if d := details(i); d != nil {
		all = append(all, d)
	}
	if l := links(m); l != "" {
		all = append(all, slack.NewSectionBlock(mrkdwn(l), nil, nil))
	}
	return append(all, smallPrint(m, i.ID))
}

// glance is the heading of the card: how bad, whose matter, how many.
func glance(m notify.Message) string {
	i := m.Incident
	words := []string{emoji(m) + " " + severity(i.Severity), whose(i.Side)}
	switch {
	case over(m.Type):
		words = []string{emoji(m) + " " + strings.ToUpper(ending(i)), "after " + lasted(i.Ended.Sub(i.Since))}
	case i.Change == monitor.ChangeReceiverRemoved:
		words = []string{"⏹️ NO LONGER TOLD HERE"}
	case i.Scope.Evaluated > 0:
		words = append(words, fmt.Sprintf("%d of %s", i.Scope.Failing, counted(i)))
	}
	if i.Ack != nil && i.State == monitor.IncidentOpen {
		words = append(words, "acknowledged")
	}
	if m.Test {
		words[0] = "🧪 TEST, " + words[0]
	}
	return strings.Join(words, " · ")
}

// fields are the facts that are ours, at most ten of them; each is a word of our own or a number.
func fields(m notify.Message) []*slack.TextBlockObject {
	i := m.Incident
	all := []*slack.TextBlockObject{field("Since", date(i.Since))}
	if !i.Ended.IsZero() {
		all = append(all, field("Ended", date(i.Ended)))
	}
	if over(m.Type) || i.Change == monitor.ChangeReceiverRemoved { // else the heading says it
		all = append(all, field("Side", whose(i.Side)))
	}
	if i.State == monitor.IncidentOpen && i.Scope.Evaluated > 0 {
		all = append(all, field("How many", fmt.Sprintf("%d of %s", i.Scope.Failing, counted(i))+reach(i)))
	}
	if i.State == monitor.IncidentOpen && len(i.Affected) > 0 {
		all = append(all, field("Answer", notify.Answered(i.Affected[0])))
		all = append(all, requests(i)...)
	}
	if i.Reopened > 0 {
		all = append(all, field("Opened again", times(i.Reopened)))
	}
	return all
}

func field(name, value string) *slack.TextBlockObject {
	return mrkdwn("*" + name + "*\n" + value)
}

func sure(c monitor.Confidence) string {
	if c == "" {
		return ""
	}
	return ", " + string(c)
}

func reach(i *monitor.Incident) string {
	if i.Cause.Kind == monitor.NodeHotels {
		return "" // the numbers are of hotels
	}
	switch i.Scope.Accounts {
	case "all":
		return ", all hotels"
	case "some":
		return ", some hotels"
	case "one":
		return ", one hotel"
	default:
		return ""
	}
}

// requests is how the integration's own requests fare, where they are part of it.
func requests(i *monitor.Incident) []*slack.TextBlockObject {
	at := slices.IndexFunc(i.Affected, func(a monitor.Affected) bool { return traffic(a) && a.Of > 0 })
	if at < 0 {
		return nil
	}
	a := i.Affected[at]
	return []*slack.TextBlockObject{field("Requests", fmt.Sprintf("%.3g %% of %d %s", 100*float64(a.Failed)/float64(a.Of), a.Of, notify.Came(a)))}
}

// traffic says whether a check is of the integration's own requests, which are reported.
func traffic(a monitor.Affected) bool {
	name, _, _ := strings.Cut(string(a.Check), "@")
	return name == "traffic" || strings.HasPrefix(name, "traffic-")
}

// details are the facts with words from outside in them, as text that Slack reads no marks in.
func details(i *monitor.Incident) *slack.RichTextBlock {
	var all []slack.RichTextElement
	if lines := sayings(i); len(lines) > 0 {
		all = append(all, slack.NewRichTextSection(lines...))
	}
	if i.State == monitor.IncidentOpen {
		all = append(all, affected(i)...)
	}
	if len(all) == 0 {
		return nil
	}
	return slack.NewRichTextBlock("", all...)
}

// sayings are lines of a name and a text: parts of one section, as sections of their own would stand side by side.
func sayings(i *monitor.Incident) (all []slack.RichTextSectionElement) {
	say := func(name, text string, style *slack.RichTextSectionTextStyle) {
		if text == "" {
			return
		}
		if len(all) > 0 {
			name = "\n" + name
		}
		all = append(all, words(name, bold), words(notify.Cut(text, maxField), style))
	}
	if i.Cause.Kind != monitor.NodeHotels && i.Cause.ID != "" {
		say("Cause: ", notify.Cut(i.Cause.ID, maxName)+sure(i.Cause.Confidence), nil)
	}
	if i.State != monitor.IncidentOpen {
		return all
	}
	say("Tracking id: ", tracking(i), code)
	return all
}

// affected lists the failing checks.
func affected(i *monitor.Incident) []slack.RichTextElement {
	shown := i.Affected[:min(len(i.Affected), maxShown)]
	var lines []slack.RichTextElement
	for _, a := range shown {
		a.Check = monitor.CheckID(notify.Cut(string(a.Check), maxName))
		lines = append(lines, slack.NewRichTextSection(words(notify.Saw(a), nil)))
	}
	if more := i.Count - len(shown); more > 0 && len(shown) > 0 {
		lines = append(lines, slack.NewRichTextSection(words(fmt.Sprintf("and %d more", more), nil)))
	}
	if len(lines) == 0 {
		return nil
	}
	return []slack.RichTextElement{slack.NewRichTextList(slack.RTEListBullet, 0, lines...)}
}

var (
	bold = &slack.RichTextSectionTextStyle{Bold: true}
	code = &slack.RichTextSectionTextStyle{Code: true}
)

func words(text string, style *slack.RichTextSectionTextStyle) *slack.RichTextSectionTextElement {
	return slack.NewRichTextSectionTextElement(text, style)
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
