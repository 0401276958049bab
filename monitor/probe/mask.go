package probe

import (
	"regexp"
	"strings"
	"unicode"
)

const (
	maxMessages     = 5
	maxMessage      = 200     // bytes, as shown
	maxMessageInput = 4 << 10 // bytes, as read
	masked          = "…"
)

var (
	mailAddress = regexp.MustCompile(`[^\s@]*@[^\s@]*`)
	longNumber  = regexp.MustCompile(`\p{Nd}{4,}`)
)

// Mask makes the messages of a 422 fit to be kept: quoted text, e-mail addresses and runs of more than three
// digits are left out, since guests' data stands in them. At most five messages of 200 bytes remain.
func Mask(messages []string) []string {
	var out []string
	for _, m := range messages {
		if len(out) == maxMessages {
			break
		}
		if m = mask(m); m != "" {
			out = append(out, m)
		}
	}
	return out
}

func mask(s string) string {
	s = maskQuoted(plain(s))
	s = mailAddress.ReplaceAllString(s, masked+"@"+masked)
	s = longNumber.ReplaceAllString(s, masked)
	return clip(strings.TrimSpace(s), maxMessage)
}

var tag = regexp.MustCompile(`<[^<>]*>`)

// foreign makes text that somebody else wrote fit to be shown: one line, at most n bytes, no control or
// invisible characters, no markup.
func foreign(s string, n int) string {
	s = tag.ReplaceAllString(plain(s), " ")
	s = strings.Map(func(r rune) rune {
		if r == '<' || r == '>' {
			return -1
		}
		return r
	}, s)
	return clip(strings.Join(strings.Fields(s), " "), n)
}

// plain is s without control and invisible characters, cut between words: half an address would not be
// known for one.
func plain(s string) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) > maxMessageInput {
		s = clip(s, maxMessageInput)
		s = s[:max(strings.LastIndexByte(s, ' '), 0)]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
}

// maskQuoted leaves out what stands between quotation marks; a quotation that is not closed goes on to the
// end. An apostrophe within a word opens nothing.
func maskQuoted(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		closers := closing(runes, i)
		b.WriteRune(runes[i])
		if closers == "" {
			continue
		}
		b.WriteString(masked)
		for i++; i < len(runes) && !closes(runes, i, closers); i++ {
		}
		if i < len(runes) {
			b.WriteRune(runes[i])
		}
	}
	return b.String()
}

// closing is what closes the quotation that opens at i, or "" if none does.
func closing(runes []rune, i int) string {
	switch runes[i] {
	case '"', '“', '”', '„':
		return `"“”`
	case '«':
		return "»"
	case '»':
		return "«"
	case '‹':
		return "›"
	case '`':
		return "`'"
	case '\'', '‘', '’', '‚':
		if i > 0 && isWord(runes[i-1]) {
			return ""
		}
		return "'‘’"
	}
	return ""
}

func closes(runes []rune, i int, closers string) bool {
	r := runes[i]
	if !strings.ContainsRune(closers, r) {
		return false
	}
	apostrophe := r == '\'' || r == '‘' || r == '’'
	return !apostrophe || i+1 == len(runes) || !isWord(runes[i+1])
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
