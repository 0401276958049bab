package watchlist

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"bellhop/monitor/apaleo"
)

// maxText keeps a sentence of the public page a sentence, in characters.
const maxText = 200

// insiders are words that a guest or a receptionist does not know.
var insiders = regexp.MustCompile(`(?i)\b(identity|tokens?|apis?|https?)\b`)

// texts are the operator's own public sentences. Which keys there are, apaleo.Adviser knows.
func (r *reader) texts(fields map[string]text) map[string]string {
	all := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		f := fields[key]
		word := insiders.FindString(f.V)
		_, err := apaleo.Adviser(map[string]string{key: f.V})
		switch {
		case strings.TrimSpace(f.V) == "":
			r.wrong(f.At, "texts."+shownKey(key)+" is empty", "write a sentence, or remove the key")
		case utf8.RuneCountInString(f.V) > maxText:
			r.wrong(f.At, fmt.Sprintf("texts.%s is longer than %d characters", shownKey(key), maxText), "one sentence is enough: people read it at a front desk")
		case word != "":
			r.wrong(f.At, fmt.Sprintf("texts.%s holds the word %s", shownKey(key), quote(strings.ToLower(word))), "guests and hotel staff read it: say what works and what does not")
		case err != nil && f.V != f.Raw:
			r.wrong(f.At, "texts."+shownKey(key)+" cannot be used", "look at its key and its words")
		case err != nil:
			r.wrong(f.At, "texts: "+err.Error(), "correct it, or remove it")
		default:
			all[key] = f.V
		}
	}
	return all
}

// shownKey is a key of the user's own as a message may show it.
func shownKey(key string) string { return strings.Trim(quoteKey(key), `"`) }
