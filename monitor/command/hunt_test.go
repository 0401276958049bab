package command

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"
)

// A hunt looks for words that must be nowhere, in whatever form.
type hunt struct {
	words map[string]string // by what they are
	forms map[string][]string
}

func newHunt(words map[string]string) *hunt {
	h := &hunt{words: words, forms: map[string][]string{}}
	for what, word := range words {
		h.forms[what] = disguises(word)
	}
	return h
}

// disguises are the forms that a word takes on its way: as it is, in addresses, in HTML, in JSON, as hex, and within
// a longer text in base64, where it begins at any of three places.
func disguises(word string) []string {
	quoted, err := json.Marshal(word)
	if err != nil {
		panic(err)
	}
	all := []string{
		word, url.QueryEscape(word), url.PathEscape(word), html.EscapeString(word), strings.Trim(string(quoted), `"`),
		hex.EncodeToString([]byte(word)), strings.ToUpper(hex.EncodeToString([]byte(word))), strings.ToUpper(word), strings.ToLower(word),
	}
	for shift := range 3 {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			inner := e.EncodeToString([]byte(strings.Repeat("x", shift) + word))
			all = append(all, inner[(shift*8+5)/6:len(inner)-2]) // its edges depend on what stands beside it
		}
	}
	return all
}

// in lists what of the words is in a text, with what stands around it.
func (h *hunt) in(text string) []string {
	var found []string
	for what, forms := range h.forms {
		for _, form := range forms {
			if at := strings.Index(text, form); at >= 0 {
				found = append(found, what+": …"+strings.ToValidUTF8(text[max(0, at-80):min(len(text), at+len(form)+40)], "?")+"…")
				break
			}
		}
	}
	return found
}

// TestHuntFinds ensures that the hunt finds a word in every form it may take, and nothing where it is not.
func TestHuntFinds(t *testing.T) {
	word := "planted&Wort+7Q/x"
	h := newHunt(map[string]string{"word": word})
	for _, text := range []string{
		word, "a?key=" + url.QueryEscape(word), "/a/" + url.PathEscape(word) + "/b", html.EscapeString("<b>" + word), `{"a":"planted\u0026Wort+7Q/x"}`,
		"x" + hex.EncodeToString([]byte("ab"+word+"c")), base64.StdEncoding.EncodeToString([]byte("id:" + word)),
		base64.StdEncoding.EncodeToString([]byte("user:" + word + "!")), base64.URLEncoding.EncodeToString([]byte("id1:" + word + "?")), strings.ToLower(word),
	} {
		if len(h.in("before "+text+" after")) != 1 {
			t.Errorf("not found in %s", text)
		}
	}
	if found := h.in("planted Wort, and base64 " + base64.StdEncoding.EncodeToString([]byte("another word of that length"))); len(found) != 0 {
		t.Errorf("found what is not there: %v", found)
	}
}
