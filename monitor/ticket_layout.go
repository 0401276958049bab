package monitor

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	ticketWidth = 80
	ticketLabel = 13 // columns
	ticketTime  = "2006-01-02 15:04:05"
)

// firstOnly is a label on the first line of several, and none on the others.
func firstOnly(i int, label string) string {
	if i == 0 {
		return label
	}
	return " "
}

func prefixed(with, text string) string {
	if text == "" {
		return ""
	}
	return with + text
}

func stamp(t time.Time) string { return t.UTC().Format(ticketTime + " UTC") }

// factLine writes one fact; none without a text.
func factLine(b *strings.Builder, label, text string) {
	if text != "" {
		fmt.Fprintf(b, "   %-*s%s\n", ticketLabel, label, hang(strings.Repeat(" ", 3+ticketLabel), text))
	}
}

func datedLine(b *strings.Builder, at time.Time, text string) {
	fmt.Fprintf(b, "   %s  %s\n", at.UTC().Format(ticketTime), hang(strings.Repeat(" ", 3+len(ticketTime)+2), text))
}

// hang breaks a text into lines that begin under its first one, which starts where the indent ends. What does not
// print is left out: some of it came from outside.
func hang(indent, text string) string {
	var b strings.Builder
	at := len(indent)
	for i, word := range strings.Fields(printable(text)) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > ticketWidth:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}
