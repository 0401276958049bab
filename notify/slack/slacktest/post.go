package slacktest

import (
	"encoding/json"
	"fmt"
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
		Pretext  string  `json:"pretext"`
		Title    string  `json:"title"`
		Text     string  `json:"text"`
		Footer   string  `json:"footer"`
		Fields   []struct {
			Title, Value string
		} `json:"fields"`
	}
	block struct {
		Type      string       `json:"type"`
		Text      *textObject  `json:"text"`
		Fields    []textObject `json:"fields"`
		Elements  []element    `json:"elements"`
		Accessory *element     `json:"accessory"`
		ImageURL  string       `json:"image_url"`
		AltText   string       `json:"alt_text"`
	}
	// An element is a part of a block: a text, a picture, a button, or a part of a rich text.
	element struct {
		Type      string          `json:"type"`
		Text      textObject      `json:"text"`
		Elements  []element       `json:"elements"`
		Style     json.RawMessage `json:"style"`
		URL       string          `json:"url"`
		AltText   string          `json:"alt_text"`
		Name      string          `json:"name"`
		User      string          `json:"user_id"`
		Group     string          `json:"usergroup_id"`
		Channel   string          `json:"channel_id"`
		Range     string          `json:"range"`
		Timestamp int64           `json:"timestamp"`
		Format    string          `json:"format"`
		Fallback  string          `json:"fallback"`
	}
	textObject struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Emoji bool   `json:"emoji"`
	}
)

// UnmarshalJSON takes a text alone, too: rich texts and markdown blocks have it so.
func (t *textObject) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &t.Text) == nil {
		return nil
	}
	type object textObject
	return json.Unmarshal(raw, (*object)(t))
}

func (t textObject) spans() []span {
	switch {
	case t.Type == "mrkdwn":
		return mrkdwn(t.Text)
	case t.Emoji:
		return []span{{Kind: isText, Text: emojis(t.Text)}}
	}
	return []span{{Kind: isText, Text: t.Text}}
}

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

// lead is the text of a message. Where there are blocks, it is in notifications only.
func (p post) lead() string { return strings.TrimSpace(words(mrkdwn(p.Text))) }

// preview is the text of a notification: the message's, or else what can be made of the rest.
func (p post) preview() string {
	if p.Text != "" {
		return p.lead()
	}
	for _, a := range p.Attachments {
		if a.Fallback != "" {
			return a.Fallback
		}
	}
	return strings.Join(partLines(p.parts()), " ")
}

// String is the post as a person reads it, line by line. The bar of an attachment is drawn with its colour.
func (p post) String() string {
	lines := partLines(p.parts())
	for _, a := range p.Attachments {
		for _, line := range partLines(a.parts()) {
			lines = append(lines, "| "+line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// rings lists whom a message mentions, anywhere.
func (p post) rings() []string {
	all := partMentions(p.parts())
	for _, a := range p.Attachments {
		all = append(all, partMentions(a.parts())...)
	}
	return all
}

// Lead is the line on top of the post: what a phone shows.
func (p Post) Lead() string { return p.post.lead() }

// Preview is what a notification of the post says.
func (p Post) Preview() string { return p.post.preview() }

// Rings lists whom the post mentions: "@here", "@U0123", "@S0123".
func (p Post) Rings() []string { return p.post.rings() }

// Colour is the colour of the bar, as #RRGGBB, or "".
func (p Post) Colour() string {
	for _, a := range p.post.Attachments {
		return a.Color
	}
	return ""
}

// String is the post with its time, for people who watch.
func (p Post) String() string { return fmt.Sprintf("%s %s", p.At.UTC().Format("15:04:05"), p.Text) }
