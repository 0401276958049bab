package watchlist

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A field is a single value with its place.
type field[T any] struct {
	At  place
	Set bool
	Raw string // as it stands in the file, before ${…}: all that messages may quote; "" for a secret
	V   T
}

type (
	text = field[string]
	span = field[time.Duration]
	flag = field[bool]
	// A sealed field is a secret written into the file, or brought by a variable.
	sealed = field[Secret]
	// A limit is a duration, or the word off for none.
	limit = field[most]
	// A number is a count.
	number = field[int]
)

// most is how long something may take; 0 is as long as it likes.
type most time.Duration

func (f *field[T]) read(r *reader, key string, n *node) {
	value, p := r.expand(n)
	f.At, f.Set, f.Raw = p, true, n.Value
	switch v := any(&f.V).(type) {
	case *string:
		*v = value
	case *Secret:
		*v, f.Raw = NewSecret(value), ""
	case *time.Duration:
		d, err := parseDuration(value)
		if err != nil {
			r.wrong(p, fmt.Sprintf("%s %s is no duration (%s)", key, quote(f.Raw), err), "write it like 30s, 5m, 1h30m or 14d")
		}
		f.Set, *v = err == nil, d
	case *most:
		d, err := parseDuration(value)
		if off := value == "off"; err != nil && !off {
			r.wrong(p, fmt.Sprintf("%s %s is no duration (%s)", key, quote(f.Raw), err), "write it like 30s, 5m, 1h30m or 14d, or off")
			f.Set = false
		}
		*v = most(d)
	case *int:
		n, err := strconv.ParseUint(value, 10, 16)
		if err != nil {
			r.wrong(p, fmt.Sprintf("%s %s is no number", key, quote(f.Raw)), "write a whole number, like 5, or 0")
		}
		f.Set, *v = err == nil, int(n)
	case *bool:
		*v = value == "true"
		if value != "true" && value != "false" {
			r.wrong(p, fmt.Sprintf("%s is %s", key, quote(f.Raw)), "write true or false")
		}
	}
}

// spoil leaves a zero value that nobody complains about.
func (f *field[T]) spoil(p place) { f.At, f.Set = p.spoiled(), true }

// or is the value, or what stands for one that is not there.
func (f field[T]) or(d T) T {
	if f.Set {
		return f.V
	}
	return d
}

// asked is what tells one question from another: what a variable brought may be a secret, and a hash of a short
// one can be guessed.
func asked(f text) string {
	if f.V != f.Raw {
		return f.Raw
	}
	return f.V
}

// placeholder stands for what only the real environment has.
const placeholder = "placeholder"

var reference = regexp.MustCompile(`\$\$|\$\{([^}]*)(\}?)`)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand puts the environment's values in the place of each ${NAME}; $$ is one $.
func (r *reader) expand(n *node) (string, place) {
	p := r.at(n)
	value := reference.ReplaceAllStringFunc(n.Value, func(ref string) string {
		if ref == "$$" {
			return "$"
		}
		name, closed := strings.CutSuffix(ref[2:], "}")
		if !closed || !variable.MatchString(name) {
			r.wrong(r.at(n), "${ is not followed by a variable's name and }", "write ${NAME}, or $${ for the characters ${")
			return ""
		}
		return r.lookup(name, n, &p)
	})
	return value, p
}

func (r *reader) lookup(name string, n *node, p *place) string {
	if r.o.Env != nil {
		if v, ok := r.o.Env(name); ok {
			return v
		}
	}
	if !r.o.WithoutSecrets {
		r.wrong(r.at(n), "${"+name+"} is not defined", "set it in bellhop's environment")
	}
	p.guessed = true
	return placeholder + "-" + name // what is in two variables is two things
}

var days = regexp.MustCompile(`^(\d{1,6}(?:\.\d{1,6})?)d`)

// parseDuration is time.ParseDuration with d, for days of 24 hours, before the other units. Nothing is negative.
func parseDuration(s string) (time.Duration, error) {
	var whole time.Duration
	rest := s
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || n > 36500 {
			return 0, errors.New("too long")
		}
		whole, rest = time.Duration(math.Round(n*float64(24*time.Hour))), s[len(m[0]):]
		if rest == "" {
			return whole, nil
		}
	}
	d, err := time.ParseDuration(rest)
	switch {
	case err != nil && rest != "" && strings.Trim(rest, "0123456789.") == "":
		return 0, errors.New("it has no unit")
	case err != nil:
		return 0, errors.New("not understood")
	case d < 0:
		return 0, errors.New("it is negative")
	case d > 36500*24*time.Hour:
		return 0, errors.New("too long")
	}
	return whole + d, nil
}

// quote shows what somebody wrote, within bounds.
func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:59]) + "…"
	}
	return strconv.Quote(s)
}
