package traffic

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	letters = "abcdefghijklmnopqrstuvwxyz"
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// countMax is more than any integration does in the time of a report, totalMax more than it does while it runs.
const (
	countMax = 1_000_000_000
	totalMax = 1_000_000_000_000_000
)

// Bounds of times. Clocks are a little off; what is further off is a mistake, and would be believed for long.
const (
	skewMax   = 5 * time.Minute
	aheadMax  = 400 * 24 * time.Hour // of what is to come: no token lives longer
	milliFrom = 100_000_000_000      // a number from here on is in milliseconds: as seconds it is the year 5138
)

// epoch is before apaleo was: an older time is a field that nobody has filled.
var epoch = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)

const writeTime = `write it like "2026-11-22T10:02:11Z", or leave it out if it is not known`

// plain is a string of at most n of the characters allowed.
func (w *walk) plain(n int, allowed, fix string) (string, bool) {
	if w.kind() != '"' {
		w.mistake("is no string", fix)
		w.skip()
		return "", false
	}
	s := w.text()
	if s == "" || len(s) > n || strings.Trim(s, allowed) != "" {
		w.mistake("cannot be used", fix)
		return "", false
	}
	return s, true
}

// name is what people call a hotel. It is cut rather than refused, and can neither break a line nor turn the
// direction of the text around it.
func (w *walk) name() string {
	if w.kind() != '"' {
		w.mistake("is no string", "write the name that people know the hotel by")
		w.skip()
		return ""
	}
	return tidy(w.text())
}

func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r) || r == '\uFEFF':
			return -1
		}
		return r
	}, s)
	return cut(strings.Join(strings.Fields(s), " "), nameMax)
}

// number is a count of most at most.
func (w *walk) number(most int64) (int, bool) {
	n, ok := w.whole()
	if !ok || n < 0 || n > min(most, math.MaxInt) {
		w.mistake("is no count", "write a whole number from 0 on")
		return 0, false
	}
	return int(n), true
}

// whole is a whole number. What is none is gone past.
func (w *walk) whole() (int64, bool) {
	if k := w.kind(); k != '-' && (k < '0' || k > '9') {
		w.skip()
		return 0, false
	}
	n, err := strconv.ParseInt(string(w.word()), 10, 64)
	return n, err == nil
}

// yes is true or false.
func (w *walk) yes() bool {
	if k := w.kind(); k != 't' && k != 'f' {
		w.mistake("is neither true nor false", "write one of them, without quotes")
		w.skip()
		return false
	}
	return string(w.word()) == "true"
}

// seen is a time at which something was, by the integration's clock.
func (w *walk) seen() time.Time {
	t, _ := w.stood()
	return t
}

// stood is such a time, never after now, and the same as that clock has it.
func (w *walk) stood() (seen, theirs time.Time) {
	t := w.time()
	switch ahead := t.Sub(w.now); {
	case ahead > skewMax:
		w.mistake("has not come yet: it is now "+w.now.UTC().Format(time.RFC3339), "set the clock right, or write the time's zone")
		return time.Time{}, time.Time{}
	case ahead > 0:
		return w.now, t
	}
	return t, t
}

// due is a time that may be to come.
func (w *walk) due() time.Time {
	t := w.time()
	if t.Sub(w.now) > aheadMax {
		w.mistake("is more than a year ahead", "write when the token in use ends")
		return time.Time{}
	}
	return t
}

// time is RFC 3339 or seconds since 1970, in UTC. It is zero for null and for a mistake.
func (w *walk) time() time.Time {
	if w.null() {
		return time.Time{}
	}
	t, ok := w.anyTime()
	switch {
	case !ok:
		w.mistake("is no time with its zone", writeTime)
		return time.Time{}
	case t.Before(epoch):
		w.mistake(fmt.Sprintf("is before %d", epoch.Year()), "leave it out if it is not known")
		return time.Time{}
	}
	return t.UTC()
}

// anyTime takes an offset without a colon too, as PHP writes it.
func (w *walk) anyTime() (time.Time, bool) {
	if w.kind() != '"' {
		n, ok := w.whole()
		if n >= milliFrom {
			return time.UnixMilli(n), ok && n < 100*milliFrom
		}
		return time.Unix(n, 0), ok && n >= 0
	}
	s := w.text()
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// span is a duration as Go writes it, or seconds.
func (w *walk) span() time.Duration {
	if w.null() {
		return 0
	}
	d, ok := w.anySpan()
	if !ok || d < 0 || d > coversMax {
		w.mistake("is no time span that a report can cover", `write it like "60s", or as seconds; at most a day`)
		return 0
	}
	return d
}

func (w *walk) anySpan() (time.Duration, bool) {
	if w.kind() != '"' {
		n, ok := w.whole()
		return time.Duration(n) * time.Second, ok && n >= 0 && n <= int64(coversMax/time.Second)
	}
	d, err := time.ParseDuration(w.text())
	return d, err == nil
}
