package slacktest

import (
	"encoding/json"
	"slices"
	"strings"
)

// The kinds of a part.
const (
	asHeader  = "header"
	asText    = "text"
	asFields  = "fields"
	asContext = "context"
	asActions = "actions"
	asDivider = "divider"
	asImage   = "image"
)

// A part is what one block shows.
type part struct {
	Kind    string
	Spans   []span
	Columns [][]span // fields, or the elements of a context
	Buttons []button
	Alt     string
}

type button struct{ Label, URL, Style string }

// parts are a message's own: its blocks, or its text if it has none.
func (p post) parts() []part {
	if len(p.Blocks) > 0 {
		return partsOf(p.Blocks)
	}
	if p.Text == "" {
		return nil
	}
	return []part{{Kind: asText, Spans: mrkdwn(p.Text)}}
}

func (a attachment) parts() []part {
	if len(a.Blocks) > 0 {
		return partsOf(a.Blocks)
	}
	var all []part
	add := func(kind, text string) {
		if text != "" {
			all = append(all, part{Kind: kind, Spans: mrkdwn(text)})
		}
	}
	add(asText, a.Pretext)
	add(asHeader, a.Title)
	add(asText, a.Text)
	var columns [][]span
	for _, f := range a.Fields {
		columns = append(columns, []span{{Kind: isBold, Kids: mrkdwn(f.Title)}, {Kind: isText, Text: "\n"}, {Kind: isText, Text: f.Value}})
	}
	if len(columns) > 0 {
		all = append(all, part{Kind: asFields, Columns: columns})
	}
	if a.Footer != "" {
		all = append(all, part{Kind: asContext, Columns: [][]span{mrkdwn(a.Footer)}})
	}
	return all
}

func partsOf(blocks []block) []part {
	var all []part
	for _, b := range blocks {
		all = append(all, b.parts()...)
	}
	return all
}

func (b block) parts() []part {
	switch b.Type {
	case "header":
		return []part{{Kind: asHeader, Spans: b.spans()}}
	case "section":
		return b.section()
	case "context":
		return []part{{Kind: asContext, Columns: each(b.Elements, element.spans)}}
	case "actions":
		return []part{{Kind: asActions, Buttons: buttons(b.Elements)}}
	case "divider":
		return []part{{Kind: asDivider}}
	case "image":
		return []part{{Kind: asImage, Alt: b.AltText}}
	case "rich_text":
		return []part{{Kind: asText, Spans: slices.Concat(each(b.Elements, element.spans)...)}}
	default: // markdown is shown as it is written
		return []part{{Kind: asText, Spans: b.spans()}}
	}
}

func (b block) spans() []span {
	if b.Text == nil {
		return nil
	}
	return b.Text.spans()
}

func (b block) section() []part {
	var all []part
	if b.Text != nil {
		all = append(all, part{Kind: asText, Spans: b.spans()})
	}
	if len(b.Fields) > 0 {
		all = append(all, part{Kind: asFields, Columns: each(b.Fields, textObject.spans)})
	}
	if b.Accessory != nil {
		all = append(all, part{Kind: asActions, Buttons: buttons([]element{*b.Accessory})})
	}
	return all
}

func each[E any](all []E, f func(E) []span) [][]span {
	var out [][]span
	for _, e := range all {
		out = append(out, f(e))
	}
	return out
}

func buttons(all []element) []button {
	var out []button
	for _, e := range all {
		var style string
		_ = json.Unmarshal(e.Style, &style) // most have none
		out = append(out, button{Label: words(e.Text.spans()), URL: e.URL, Style: style})
	}
	return out
}

// spans are those of an element of a context or of a rich text.
func (e element) spans() []span {
	switch e.Type {
	case "mrkdwn", "plain_text":
		return textObject{Type: e.Type, Text: e.Text.Text}.spans()
	case "image":
		return []span{{Kind: isText, Text: "[" + e.AltText + "]"}}
	case "rich_text_list":
		var out []span
		for _, item := range e.Elements {
			out = append(out, span{Kind: isBullet, Kids: item.kids()})
		}
		return out
	case "rich_text_preformatted":
		return []span{{Kind: isPre, Text: words(e.kids())}}
	case "rich_text_quote":
		return []span{{Kind: isQuote, Kids: e.kids()}}
	case "rich_text_section":
		return []span{{Kind: isBlock, Kids: e.kids()}}
	default:
		return e.styled(e.inline())
	}
}

func (e element) kids() []span { return slices.Concat(each(e.Elements, element.spans)...) }

// inline is an element of a rich text.
func (e element) inline() span {
	switch e.Type {
	case "link":
		label := e.Text.Text
		if label == "" {
			label = e.URL
		}
		return span{Kind: isLink, Text: label, URL: e.URL}
	case "emoji":
		return span{Kind: isText, Text: emojis(":" + e.Name + ":")}
	case "user", "usergroup", "broadcast":
		return span{Kind: isMention, Text: "@" + e.User + e.Group + e.Range}
	case "channel":
		return span{Kind: isChannel, Text: "#" + e.Channel}
	case "date":
		return span{Kind: isDate, Text: e.Fallback, Unix: e.Timestamp, Format: e.Format, URL: webOnly(e.URL)}
	default:
		return span{Kind: isText, Text: e.Text.Text}
	}
}

// styled is a span as its element's style has it.
func (e element) styled(s span) []span {
	var style struct{ Bold, Italic, Strike, Code bool }
	_ = json.Unmarshal(e.Style, &style) // most have none
	if style.Code {
		s = span{Kind: isCode, Text: words([]span{s})}
	}
	wrap := func(on bool, kind string) {
		if on {
			s = span{Kind: kind, Kids: []span{s}}
		}
	}
	wrap(style.Strike, isStrike)
	wrap(style.Italic, isItalic)
	wrap(style.Bold, isBold)
	return []span{s}
}

// partLines are parts as text.
func partLines(all []part) []string {
	var out []string
	for _, p := range all {
		switch p.Kind {
		case asFields:
			for _, c := range p.Columns {
				out = append(out, strings.ReplaceAll(strings.Replace(words(c), "\n", ": ", 1), "\n", " "))
			}
		case asContext:
			for _, c := range p.Columns {
				out = append(out, words(c))
			}
		case asActions:
			for _, b := range p.Buttons {
				out = append(out, strings.TrimSpace("["+b.Label+"] "+b.URL))
			}
		case asDivider:
			out = append(out, "———")
		case asImage:
			out = append(out, "["+p.Alt+"]")
		default:
			out = append(out, strings.Split(strings.Trim(words(p.Spans), "\n"), "\n")...)
		}
	}
	return out
}

func partMentions(all []part) []string {
	var out []string
	for _, p := range all {
		out = append(out, mentions(p.Spans)...)
		for _, c := range p.Columns {
			out = append(out, mentions(c)...)
		}
	}
	return out
}
