package slacktest

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of a span.
const (
	isText    = "text"
	isBold    = "bold"
	isItalic  = "italic"
	isStrike  = "strike"
	isCode    = "code"
	isPre     = "pre"
	isQuote   = "quote"
	isLink    = "link"
	isMention = "mention" // of a person, a group or everybody: it rings
	isChannel = "channel"
	isDate    = "date"
	isBullet  = "bullet"
	isBlock   = "block" // a paragraph of a rich text
)

// A span is a part of a text that is shown in one way: with a text, or with spans in it.
type span struct {
	Kind   string
	Text   string
	URL    string
	Unix   int64  // of a date
	Format string // of a date: with {date_short} and the like
	Kids   []span
}

// mrkdwn reads a text in Slack's markup (docs.slack.dev/messaging/formatting-message-text).
func mrkdwn(s string) []span {
	var out []span
	for {
		before, rest, opens := strings.Cut(s, "```")
		code, after, closes := strings.Cut(rest, "```")
		if !opens || !closes || code == "" {
			return append(out, lines(s)...)
		}
		out = append(out, lines(before)...)
		out = append(out, span{Kind: isPre, Text: flat(strings.Trim(code, "\n"))})
		s = strings.TrimPrefix(after, "\n")
	}
}

// lines reads text outside of preformatted blocks: quotes are whole lines.
func lines(s string) []span {
	var out []span
	var quote []string
	flush := func() {
		if len(quote) > 0 {
			out = append(out, span{Kind: isQuote, Kids: inline(strings.Join(quote, "\n"), "")})
		}
		quote = nil
	}
	var plain strings.Builder
	settle := func() {
		out = append(out, inline(plain.String(), "")...)
		plain.Reset()
	}
	for line := range strings.Lines(s) {
		if rest, ok := quoted(line); ok {
			settle()
			quote = append(quote, strings.TrimSuffix(rest, "\n"))
			continue
		}
		flush()
		plain.WriteString(line)
	}
	flush()
	settle()
	return out
}

func quoted(line string) (rest string, ok bool) {
	if rest, ok = strings.CutPrefix(line, "&gt;"); !ok {
		rest, ok = strings.CutPrefix(line, ">")
	}
	return strings.TrimPrefix(rest, " "), ok
}

var marks = map[byte]string{'*': isBold, '_': isItalic, '~': isStrike}

// inline reads marks, code and what stands in <>. The marks within are open already.
func inline(s, within string) []span {
	var out []span
	begin := 0 // of the text that is not yet in out
	text := func(end int) {
		if begin < end {
			out = append(out, span{Kind: isText, Text: emojis(unescaped(s[begin:end]))})
		}
	}
	never := map[byte]int{} // up to where a mark is not closed
	for i := 0; i < len(s); {
		sp, end, ok := spanAt(s, i, within, never)
		if !ok {
			i++
			continue
		}
		text(i)
		out = append(out, sp)
		i, begin = end, end
	}
	text(len(s))
	return out
}

func spanAt(s string, i int, within string, never map[byte]int) (sp span, end int, ok bool) {
	switch c := s[i]; c {
	case '<':
		if j := closing(s, i, '>'); j > i+1 {
			return special(s[i+1 : j]), j + 1, true
		}
	case '`':
		if j := closing(s, i, '`'); j > i+1 {
			return span{Kind: isCode, Text: flat(s[i+1 : j])}, j + 1, true
		}
	case '*', '_', '~':
		if i < never[c] || strings.IndexByte(within, c) >= 0 || !opens(s, i) {
			break
		}
		j := closer(s, i, c)
		if j < 0 {
			never[c] = lineEnd(s, i)
			break
		}
		return span{Kind: marks[c], Kids: inline(s[i+1:j], within+string(c))}, j + 1, true
	}
	return span{}, 0, false
}

// closing is where a character stands on the same line, or -1.
func closing(s string, i int, c byte) int {
	end := lineEnd(s, i)
	j := strings.IndexByte(s[i+1:end], c)
	if j < 0 {
		return -1
	}
	return i + 1 + j
}

func lineEnd(s string, i int) int {
	if j := strings.IndexByte(s[i:], '\n'); j >= 0 {
		return i + j
	}
	return len(s)
}

// opens tells whether a mark begins something: there is no word before it, and no space after it.
func opens(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(s[i+1:])
	return (i == 0 || !isWord(before)) && i+1 < len(s) && !unicode.IsSpace(after) && s[i+1] != s[i]
}

// closer is where a mark that opened ends, or -1; what is in <> or in code does not count.
func closer(s string, i int, c byte) int {
	end := lineEnd(s, i)
	for j := i + 1; j < end; j++ {
		switch s[j] {
		case '<', '`':
			if to := closing(s, j, map[byte]byte{'<': '>', '`': '`'}[s[j]]); to > 0 {
				j = to
			}
		case c:
			before, _ := utf8.DecodeLastRuneInString(s[:j])
			after, _ := utf8.DecodeRuneInString(s[j+1:])
			if j > i+1 && !unicode.IsSpace(before) && (j+1 == len(s) || !isWord(after)) {
				return j
			}
		}
	}
	return -1
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

var dateForm = regexp.MustCompile(`^!date\^(\d{1,12})\^([^^]*)(?:\^(.*))?$`)

// special reads what stands in <>.
func special(s string) span {
	what, label, labelled := strings.Cut(s, "|")
	label = emojis(unescaped(label))
	if d := dateForm.FindStringSubmatch(what); d != nil {
		at, err := strconv.ParseInt(d[1], 10, 64)
		if err == nil {
			return span{Kind: isDate, Text: label, Unix: at, Format: unescaped(d[2]), URL: webOnly(unescaped(d[3]))}
		}
	}
	name := func(of string) string {
		if labelled && label != "" {
			return strings.TrimLeft(label, "@#")
		}
		return of
	}
	switch id := strings.TrimLeft(what, "@#!"); {
	case strings.HasPrefix(what, "@"):
		return span{Kind: isMention, Text: "@" + name(id)}
	case strings.HasPrefix(what, "#"):
		return span{Kind: isChannel, Text: "#" + name(id)}
	case strings.HasPrefix(what, "!subteam^"):
		return span{Kind: isMention, Text: "@" + name(strings.TrimPrefix(what, "!subteam^"))}
	case strings.HasPrefix(what, "!"):
		return span{Kind: isMention, Text: "@" + name(id)}
	}
	to := unescaped(what)
	if !labelled || label == "" {
		label = strings.TrimPrefix(to, "mailto:")
	}
	return span{Kind: isLink, Text: label, URL: to}
}

func webOnly(to string) string {
	if strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://") {
		return to
	}
	return ""
}

var escapes = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

func unescaped(s string) string { return escapes.Replace(s) }

var bracketed = regexp.MustCompile(`<([^<>|\n]*)(?:\|([^<>\n]*))?>`)

// flat is a text in which marks mean nothing, as in code; what is in <> is shown by its label or its address.
func flat(s string) string {
	return unescaped(bracketed.ReplaceAllStringFunc(s, func(in string) string {
		what, label, ok := strings.Cut(in[1:len(in)-1], "|")
		if ok {
			return label
		}
		return what
	}))
}
