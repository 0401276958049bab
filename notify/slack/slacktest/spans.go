package slacktest

import (
	"regexp"
	"strings"
)

var emojiForm = regexp.MustCompile(`:[a-z0-9_+-]{2,40}:`)

// pictures are the emoji that alerts use, by name; others stay as they are written.
var pictures = map[string]string{
	":red_circle:": "🔴", ":large_orange_circle:": "🟠", ":large_yellow_circle:": "🟡", ":large_green_circle:": "🟢",
	":white_check_mark:": "✅", ":warning:": "⚠️", ":rotating_light:": "🚨", ":key:": "🔑", ":bell:": "🔔", ":no_bell:": "🔕",
	":information_source:": "ℹ️", ":test_tube:": "🧪", ":vertical_traffic_light:": "🚦", ":eyes:": "👀", ":x:": "❌",
	":hourglass:": "⌛", ":wrench:": "🔧", ":memo:": "📝", ":speech_balloon:": "💬", ":repeat:": "🔁", ":arrows_counterclockwise:": "🔄",
}

func emojis(s string) string {
	return emojiForm.ReplaceAllStringFunc(s, func(name string) string {
		if p, ok := pictures[name]; ok {
			return p
		}
		return name
	})
}

// words are spans as plain text.
func words(all []span) string {
	var b strings.Builder
	for _, s := range all {
		switch s.Kind {
		case isBold, isItalic, isStrike:
			b.WriteString(words(s.Kids))
		case isQuote:
			b.WriteString("> " + strings.ReplaceAll(words(s.Kids), "\n", "\n> ") + "\n")
		case isBlock:
			b.WriteString(words(s.Kids) + "\n")
		case isBullet:
			b.WriteString("• " + words(s.Kids) + "\n")
		case isCode:
			b.WriteString("`" + s.Text + "`")
		case isPre:
			b.WriteString("\n" + s.Text + "\n")
		case isLink:
			b.WriteString(linked(s))
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func linked(s span) string {
	if s.Text == s.URL || "mailto:"+s.Text == s.URL {
		return s.Text
	}
	return s.Text + " (" + s.URL + ")"
}

// mentions lists whom spans ring.
func mentions(all []span) []string {
	var out []string
	for _, s := range all {
		if s.Kind == isMention {
			out = append(out, s.Text)
		}
		out = append(out, mentions(s.Kids)...)
	}
	return out
}
