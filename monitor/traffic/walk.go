package traffic

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// keysMax is how many keys an object may have: more than any that is meant.
const keysMax = 128

// shownMax is how much of an unknown key is shown to who sent it, in bytes.
const shownMax = 32

// sharedMax is how many strings are remembered: a report full of others must not cost several times its size.
const sharedMax = 4096

// A walk goes once through a JSON text that is known to be one, and gathers what is wrong with what it says.
// Unlike encoding/json it knows where it is, goes on after a mistake, and takes no key twice.
type walk struct {
	data   []byte
	at     int
	now    time.Time
	totals bool // the requests are totals since the start of who counts
	path   []step
	wrong  Mistakes
	shared map[string]string // strings that were met: modules and scopes come again with each account
}

// A step of a path is a key, or a place in a list.
type step struct {
	key   string
	index int // -1 for a key
}

// mistake notes what is wrong with the value that the walk is at.
func (w *walk) mistake(problem, fix string) {
	w.wrong.add(Mistake{Path: w.where(), Problem: problem, Fix: fix})
}

func (w *walk) where() string {
	var b strings.Builder
	for i, s := range w.path {
		switch {
		case s.index >= 0:
			fmt.Fprintf(&b, "[%d]", s.index)
		case !plainKey(s.key):
			fmt.Fprintf(&b, "[%s]", strconv.Quote(cut(s.key, shownMax)))
		case i > 0:
			b.WriteString("." + s.key)
		default:
			b.WriteString(s.key)
		}
	}
	return b.String()
}

func plainKey(key string) bool {
	return len(key) <= shownMax && key != "" && strings.Trim(key, letters+upper+digits+"_-") == ""
}

// cut is at most n bytes of a text, and whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// kind is the first byte of the value that comes next.
func (w *walk) kind() byte {
	for w.data[w.at] == ' ' || w.data[w.at] == '\t' || w.data[w.at] == '\n' || w.data[w.at] == '\r' {
		w.at++
	}
	return w.data[w.at]
}

// skip goes past a value without looking at it.
func (w *walk) skip() {
	switch w.kind() {
	case '{', '[':
		for depth := 0; ; w.at++ {
			switch w.data[w.at] {
			case '"':
				w.raw()
				w.at--
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					w.at++
					return
				}
			}
		}
	case '"':
		w.raw()
	default:
		w.word()
	}
}

// raw goes past a string, and gives it with its quotes.
func (w *walk) raw() []byte {
	from := w.at
	for w.at++; w.data[w.at] != '"'; w.at++ {
		if w.data[w.at] == '\\' {
			w.at++
		}
	}
	w.at++
	return w.data[from:w.at]
}

// word goes past a number, or past true, false and null.
func (w *walk) word() []byte {
	from := w.at
	for ; w.at < len(w.data); w.at++ {
		switch w.data[w.at] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return w.data[from:w.at]
		}
	}
	return w.data[from:]
}

// text is a string as it is meant.
func (w *walk) text() string {
	raw := w.raw()
	if in := raw[1 : len(raw)-1]; !slices.Contains(in, '\\') && utf8.Valid(in) {
		return w.share(in)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "\uFFFD" // the text was checked before: there is no such string
	}
	return s
}

func (w *walk) share(b []byte) string {
	if s, ok := w.shared[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(w.shared) < sharedMax { // what comes again comes early
		w.shared[s] = s
	}
	return s
}

// null goes past a null, if there is one: what is null is not known, as if it were not there.
func (w *walk) null() bool {
	if w.kind() != 'n' {
		return false
	}
	w.word()
	return true
}

// given reads a value that is there.
func (w *walk) given(read func()) {
	if !w.null() {
		read()
	}
}

// object calls each for every key; it has to go past the value. An empty list is an empty object: PHP does not
// tell them apart.
func (w *walk) object(each func(key string)) {
	if w.nothing() {
		return
	}
	if w.kind() != '{' {
		w.mistake("is no object", "write it in braces, as docs/report.md shows")
		w.skip()
		return
	}
	var room [16]string
	seen := room[:0]
	for w.at++; w.kind() != '}'; {
		key := w.text()
		w.kind()
		w.at++ // the colon
		w.path = append(w.path, step{key, -1})
		switch {
		case len(seen) == keysMax:
			w.skip()
		case slices.Contains(seen, key):
			w.mistake("is given twice", "keep one of them")
			w.skip()
		default:
			seen = append(seen, key)
			each(key)
		}
		w.path = w.path[:len(w.path)-1]
		w.comma()
	}
	w.at++
	if len(seen) == keysMax {
		w.mistake(fmt.Sprintf("has %d keys or more", keysMax), "no object of a report needs as many")
	}
}

// nothing goes past an empty list, if there is one.
func (w *walk) nothing() bool {
	from := w.at
	if w.kind() == '[' {
		if w.at++; w.kind() == ']' {
			w.at++
			return true
		}
	}
	w.at = from
	return false
}

// list calls each for every item; it has to go past it.
func (w *walk) list(each func(i int)) {
	if w.kind() != '[' {
		w.mistake("is no list", "write it in brackets, as docs/report.md shows")
		w.skip()
		return
	}
	w.at++
	for i := 0; w.kind() != ']'; i++ {
		w.path = append(w.path, step{index: i})
		each(i)
		w.path = w.path[:len(w.path)-1]
		w.comma()
	}
	w.at++
}

func (w *walk) comma() {
	if w.kind() == ',' {
		w.at++
	}
}

// unknown refuses a key that has no meaning.
func (w *walk) unknown(known string) {
	w.mistake("is not known", "the keys here are "+known+"; a report has no room for others, so that no guest data comes with it")
	w.skip()
}
