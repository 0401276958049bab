package transport

import (
	"encoding/json"
	"strconv"
)

// What is picked from an answer of the token endpoint, and how much of it at most.
const (
	keyMax   = 16   // bytes of a key: the longest that is looked for has ten
	valueMax = 8192 // of a value: a list of scopes may be long
	sniffMax = 1 << 20
)

// An answer is what the token endpoint said of a token, and never the token.
type answer struct {
	code  string // OAuth's "error"
	scope string
	lives int64 // seconds: "expires_in"
}

// A sniffer picks an answer from JSON that streams past in pieces of any size. Of all values but the three it holds
// nothing, not even a byte: the token goes past it. What is no JSON object, or is too large, says nothing.
type sniffer struct {
	answer

	step  step
	depth int // of braces and brackets
	seen  int // bytes

	text    bool // within a string
	escaped bool // its last byte was a backslash
	key     []byte
	value   []byte
	wanted  bool // the value is one of the three
	long    bool // the key or the value is longer than what is kept
}

type step byte

const (
	beforeObject step = iota
	beforeKey         // of the outermost object
	afterKey
	inValue
	over
)

// write lets a piece go past.
func (s *sniffer) write(p []byte) {
	for _, c := range p {
		if s.step == over {
			return
		}
		if s.seen++; s.seen > sniffMax {
			s.step = over
			return
		}
		s.next(c)
	}
}

func (s *sniffer) next(c byte) {
	switch s.step {
	case beforeObject:
		s.open(c)
	case beforeKey:
		s.inKey(c)
	case afterKey:
		if c == ':' {
			s.step, s.depth, s.value, s.long = inValue, 0, s.value[:0], false
		} else if !blank(c) {
			s.step = over
		}
	case inValue:
		s.inValue(c)
	case over:
	}
}

func (s *sniffer) open(c byte) {
	switch {
	case c == '{':
		s.step = beforeKey
	case !blank(c) && c != 0xEF && c != 0xBB && c != 0xBF: // of a byte order mark
		s.step = over
	}
}

func (s *sniffer) inKey(c byte) {
	switch {
	case s.text && c == '"' && !s.escaped:
		s.text, s.step = false, afterKey
		s.wanted = !s.long && wantedKey(string(s.key))
	case s.text:
		s.escaped = c == '\\' && !s.escaped
		s.key = s.keep(s.key, c, keyMax)
	case c == '"':
		s.text, s.escaped, s.long, s.key = true, false, false, s.key[:0]
	case c != ',' && !blank(c):
		s.step = over // the end of the object, or no JSON
	}
}

func (s *sniffer) inValue(c byte) {
	if s.text {
		if c == '"' && !s.escaped {
			s.text = false
		}
		s.escaped = c == '\\' && !s.escaped
		s.hold(c)
		return
	}
	switch c {
	case '"':
		s.text, s.escaped = true, false
	case '{', '[':
		s.depth++
	case '}', ']':
		if s.depth--; s.depth < 0 {
			s.take()
			s.step = over
			return
		}
	case ',':
		if s.depth == 0 {
			s.take()
			s.step = beforeKey
			return
		}
	}
	s.hold(c)
}

// hold keeps a byte of a value that is wanted.
func (s *sniffer) hold(c byte) {
	if s.wanted {
		s.value = s.keep(s.value, c, valueMax)
	}
}

func (s *sniffer) keep(in []byte, c byte, most int) []byte {
	if len(in) == most {
		s.long = true
		return in
	}
	return append(in, c)
}

// take reads the value that has ended, if it is wanted and whole.
func (s *sniffer) take() {
	if !s.wanted || s.long {
		return
	}
	switch string(s.key) {
	case "error":
		s.code = word(s.value)
	case "scope":
		s.scope = word(s.value)
	case "expires_in":
		s.lives = seconds(s.value)
	}
}

// word is a string, or "" for what is none.
func word(value []byte) (s string) {
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

// seconds is a number, which some write as a string; 0 is what is none.
func seconds(value []byte) int64 {
	var n json.Number
	if json.Unmarshal(value, &n) != nil {
		return 0
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || f < 0 || f > 1e12 {
		return 0
	}
	return int64(f)
}

func wantedKey(key string) bool { return key == "error" || key == "scope" || key == "expires_in" }

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
