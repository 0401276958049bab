package slacktest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// What follows is the part of Slack's message format that alerts use, read as Slack reads it: it does not
// share a type with the code that writes it.
type (
	post struct {
		Text        string       `json:"text"`
		Blocks      []block      `json:"blocks"`
		Attachments []attachment `json:"attachments"`
		Metadata    *event       `json:"metadata"`
	}
	event struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	}
	attachment struct {
		Color    string  `json:"color"`
		Fallback string  `json:"fallback"`
		Blocks   []block `json:"blocks"`
	}
	block struct {
		Type     string       `json:"type"`
		Text     *textObject  `json:"text"`
		Fields   []textObject `json:"fields"`
		Elements []textObject `json:"elements"`
	}
	textObject struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
)

// parsed is a content as it is read.
func (c content) parsed() post {
	var p post
	raw, err := json.Marshal(c)
	if err == nil {
		_ = json.Unmarshal(raw, &p) // what is not as documented is not shown
	}
	return p
}

// rich says whether a message is made of rich text alone.
func (c content) rich() bool {
	all := c.parsed().Blocks
	for _, b := range all {
		if b.Type != "rich_text" {
			return false
		}
	}
	return len(all) > 0
}

// String is the post as a person reads it, line by line. The bar of an attachment is drawn with its colour.
func (p post) String() string {
	lines := []string{p.lead()}
	for _, a := range p.Attachments {
		for _, line := range a.lines() {
			lines = append(lines, "| "+line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func (p post) lead() string { return shown(textObject{"mrkdwn", p.Text}) }

func (a attachment) lines() []string {
	var all []string
	for _, b := range a.Blocks {
		for _, t := range b.Fields {
			all = append(all, strings.Replace(shown(t), "\n", ": ", 1))
		}
		for _, t := range b.Elements {
			all = append(all, shown(t))
		}
		if b.Text != nil {
			all = append(all, strings.Split(shown(*b.Text), "\n")...)
		}
	}
	return all
}

var (
	dates  = regexp.MustCompile(`<!date\^\d+\^[^|>]*\|([^>]*)>`)
	links  = regexp.MustCompile(`<(https?://[^|>]*)\|([^>]*)>`)
	strong = regexp.MustCompile(`(^|\s)\*([^*\n]+)\*(\s|$)`)
)

// shown is a text without its marks. Special mentions stay visible: a test would want to see them.
func shown(t textObject) string {
	if t.Type != "mrkdwn" {
		return t.Text
	}
	s := dates.ReplaceAllString(t.Text, "$1")
	s = links.ReplaceAllString(s, "$2 ($1)")
	s = strong.ReplaceAllString(s, "$1$2$3")
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// Lead is the line on top of the post: what a phone shows.
func (p Post) Lead() string { return p.post.lead() }

// Colour is the colour of the bar, as #RRGGBB, or "".
func (p Post) Colour() string {
	for _, a := range p.post.Attachments {
		return a.Color
	}
	return ""
}

// String is the post with its time, for people who watch.
func (p Post) String() string { return fmt.Sprintf("%s %s", p.At.UTC().Format("15:04:05"), p.Text) }
