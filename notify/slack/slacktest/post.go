package slacktest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// What follows is the part of Slack's message format that alerts use, read as Slack reads it: it does not
// share a type with the code that writes it.
type (
	post struct {
		Text        string       `json:"text"`
		Blocks      []block      `json:"blocks"`
		Attachments []attachment `json:"attachments"`
	}
	attachment struct {
		Color    string  `json:"color"`
		Fallback string  `json:"fallback"`
		Blocks   []block `json:"blocks"`
	}
	block struct {
		Type     string `json:"type"`
		Text     *text  `json:"text"`
		Fields   []text `json:"fields"`
		Elements []text `json:"elements"`
	}
	text struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
)

// Slack's limits, in characters (docs.slack.dev, Block Kit reference); the last is undocumented and seen in
// practice.
const (
	maxText   = 40_000
	maxBlocks = 50
	maxHeader = 150
	maxBody   = 3000
	maxFields = 10
	maxField  = 2000
	maxParts  = 10
	maxAll    = 13_200
)

// read is a body as Slack reads it; wrong is Slack's word for what it does not take, "" if nothing.
func read(raw []byte) (p post, wrong string) {
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, "invalid_payload"
	}
	blocks := p.Blocks
	for _, a := range p.Attachments {
		blocks = append(blocks, a.Blocks...)
	}
	switch {
	case p.Text == "" && len(blocks) == 0:
		return p, "no_text"
	case utf8.RuneCountInString(p.Text) > maxText:
		return p, "msg_too_long"
	case len(blocks) > maxBlocks:
		return p, "invalid_blocks"
	}
	all := 0
	for _, b := range blocks {
		n, ok := b.size()
		if !ok {
			return p, "invalid_blocks"
		}
		all += n
	}
	if all > maxAll {
		return p, "msg_blocks_too_long"
	}
	return p, ""
}

// size counts the characters of a block; false is that one of its texts is empty or too long, or that it is
// of no type known here.
func (b block) size() (n int, ok bool) {
	limit, texts := maxBody, append(append([]text(nil), b.Fields...), b.Elements...)
	if b.Text != nil {
		texts = append(texts, *b.Text)
	}
	switch {
	case b.Type == "header":
		limit = maxHeader
	case b.Type == "section" && len(b.Fields) > 0 && b.Text == nil:
		limit = maxField
	case b.Type == "section" && b.Text != nil, b.Type == "context" && len(b.Elements) > 0:
	default:
		return 0, false
	}
	for _, t := range texts {
		count := utf8.RuneCountInString(t.Text)
		if count == 0 || count > limit || t.Type != "mrkdwn" && t.Type != "plain_text" || b.Type == "header" && t.Type != "plain_text" {
			return 0, false
		}
		n += count
	}
	return n, len(texts) > 0 && len(b.Fields) <= maxFields && len(b.Elements) <= maxParts
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

func (p post) lead() string { return shown(text{"mrkdwn", p.Text}) }

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
func shown(t text) string {
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
