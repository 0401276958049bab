package watchlist

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"bellhop/monitor/apaleo"
)

// maxText keeps a sentence of the public page a sentence, in characters.
const maxText = 200

// insiders are words that a guest or a receptionist does not know.
var insiders = regexp.MustCompile(`(?i)\b(identity|tokens?|apis?|https?)\b`)

// blank is a place that something is to be filled in.
var blank = regexp.MustCompile(`\{[^{}]*\}?`)

// texts are the operator's own public sentences.
func (r *reader) texts(fields map[string]text) map[string]string {
	all := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		f := fields[key]
		word := insiders.FindString(f.V)
		switch {
		case !slices.Contains(textKeys(), key):
			r.notAText(key, f.At)
		case strings.TrimSpace(f.V) == "":
			r.wrong(f.At, "texts."+key+" is empty", "write a sentence, or remove the key")
		case utf8.RuneCountInString(f.V) > maxText || strings.ContainsFunc(f.V, unicode.IsControl):
			r.wrong(f.At, fmt.Sprintf("texts.%s is not one line of at most %d characters", key, maxText), "one sentence is enough: people read it at a front desk")
		case word != "":
			r.wrong(f.At, fmt.Sprintf("texts.%s holds the word %s", key, quote(strings.ToLower(word))), "guests and hotel staff read it: say what works and what does not")
		case foreignBlank(f.V) != "":
			r.wrong(f.At, fmt.Sprintf("texts.%s holds %s, which stands for nothing", key, quote(foreignBlank(f.V))), "only {part} is filled in")
		default:
			all[key] = f.V
		}
	}
	return all
}

// foreignBlank is the first place in a sentence that stands for nothing known.
func foreignBlank(sentence string) string {
	return blank.FindString(strings.ReplaceAll(sentence, "{part}", ""))
}

// textKeys are those of sentences for now, and for when the trouble is over.
func textKeys() []string {
	var all []string
	for _, key := range apaleo.TextKeys() {
		all = append(all, key, key+"_over")
	}
	return append(all, apaleo.HotelTextKeys()...)
}

func (r *reader) notAText(key string, p place) {
	fix := "they are " + strings.Join(apaleo.TextKeys(), ", ") + ", each also with _over at its end, and " + strings.Join(apaleo.HotelTextKeys(), ", ")
	if k := nearest(key, textKeys()); k != "" {
		fix = "did you mean " + k + "?"
	}
	r.wrong(p, "texts: there is no sentence "+quoteKey(key), fix)
}

// shownKey is a key of the user's own as a message may show it.
func shownKey(key string) string { return strings.Trim(quoteKey(key), `"`) }
