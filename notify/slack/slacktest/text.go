package slacktest

import (
	"fmt"
	"strconv"
	"strings"
)

// A notification shows about so many characters on a locked phone.
const maxPreview = 150

// Text is the channel as text, as it is now, without the times at which things arrived, so that it can be compared:
// each message with whom it rang, what a phone showed, and what it was before it was edited; its thread below it. The
// bar of an attachment has its colour as a word.
func (c *Channel) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "#%s\n", c.title())
	for _, m := range c.messages {
		switch {
		case m.thread == "":
			b.WriteString("\n")
			c.writeRoot(&b, m)
		case m.broadcast:
			fmt.Fprintf(&b, "\n%s · replied to a thread: %s\n", m.by, c.snippet(m.thread))
			write(&b, m, "  ")
		}
	}
	return b.String()
}

func (c *Channel) title() string {
	if c.name == "" {
		return "channel"
	}
	return c.name
}

func (c *Channel) writeRoot(b *strings.Builder, m *message) {
	b.WriteString(m.by + editedMark(m) + "\n")
	write(b, m, "  ")
	thread := c.thread(m.ts)
	if len(thread) == 0 {
		return
	}
	fmt.Fprintf(b, "  %s\n", counted(len(thread)))
	for _, r := range thread {
		also := ""
		if r.broadcast {
			also = " · also sent to the channel"
		}
		fmt.Fprintf(b, "  > %s%s%s\n", r.by, editedMark(r), also)
		for _, line := range colourLines(r.post) {
			fmt.Fprintf(b, "  >   %s\n", line)
		}
	}
}

func counted(replies int) string {
	if replies == 1 {
		return "1 reply"
	}
	return strconv.Itoa(replies) + " replies"
}

func editedMark(m *message) string {
	switch m.edits {
	case 0:
		return ""
	case 1:
		return " (edited)"
	default:
		return fmt.Sprintf(" (edited %d times)", m.edits)
	}
}

// write writes a message that people were shown as new, and what it was before.
func write(b *strings.Builder, m *message, indent string) {
	first := m.post
	if len(m.before) > 0 {
		first = m.before[0].parsed()
	}
	fmt.Fprintf(b, "%snotified: %s\n", indent, clipped(first.preview()))
	if rang := first.rings(); len(rang) > 0 {
		fmt.Fprintf(b, "%srang: %s\n", indent, strings.Join(rang, ", "))
	}
	for _, was := range m.before {
		p := was.parsed()
		fmt.Fprintf(b, "%swas: %s%s\n", indent, colourBefore(p), clipped(p.preview()))
	}
	for _, line := range colourLines(m.post) {
		fmt.Fprintf(b, "%s%s\n", indent, line)
	}
}

func clipped(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxPreview {
		return string(r[:maxPreview-1]) + "…"
	}
	return s
}

// colourLines is a message line by line; the colour of an attachment is named on its first line.
func colourLines(p post) []string {
	out := partLines(p.parts())
	for _, a := range p.Attachments {
		word := colourWord(a.Color)
		for _, line := range partLines(a.parts()) {
			out = append(out, fmt.Sprintf("%-*s| %s", len(word), word, line))
			word = strings.Repeat(" ", len(word))
		}
	}
	return out
}

func colourBefore(p post) string {
	for _, a := range p.Attachments {
		return colourWord(a.Color) + "| "
	}
	return ""
}

// colourWord names a colour: the bar alone would tell it only to those who see it.
func colourWord(hex string) string {
	if word, ok := map[string]string{"": "", "good": "green ", "warning": "amber ", "danger": "red "}[hex]; ok {
		return word
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return ""
	}
	r, g, b := int(n>>16&255), int(n>>8&255), int(n&255)
	switch {
	case max(r, g, b)-min(r, g, b) < 40:
		return "grey "
	case r >= g && r >= b && g > 2*b && 2*g > r:
		return "amber "
	case r >= g && r >= b:
		return "red "
	case g >= b:
		return "green "
	}
	return "blue "
}

// snippet is the beginning of a message, as the link to its thread shows it.
func (c *Channel) snippet(ts string) string {
	m := c.find(ts)
	if m == nil {
		return "a message that is gone"
	}
	if r := []rune(clipped(m.post.preview())); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return clipped(m.post.preview())
}

// thread lists the replies to a message.
func (c *Channel) thread(ts string) []*message {
	var all []*message
	for _, m := range c.messages {
		if m.thread == ts {
			all = append(all, m)
		}
	}
	return all
}
