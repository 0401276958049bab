package template

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Fault is where a template is wrong.
type Fault struct {
	Line, Col int // in the body, from 1
	What, Fix string
}

// Error is the fault in one line.
func (f *Fault) Error() string {
	return fmt.Sprintf("template, line %d, column %d: %s: %s", f.Line, f.Col, f.What, f.Fix)
}

var (
	placed    = regexp.MustCompile(`^template: \w+:(\d+)(?::(\d+))?: (?:executing "[^"]*" at <(?:.|\n)*?>: )?`)
	noField   = regexp.MustCompile(`can't evaluate field (\w+) in type (\S+)`)
	noFunc    = regexp.MustCompile(`function "([^"]*)" not defined`)
	calling   = regexp.MustCompile(`^error calling (\w+): `)
	builtins  = []string{"and", "call", "html", "index", "slice", "js", "len", "not", "or", "print", "printf", "println", "urlquery", "eq", "ge", "gt", "le", "lt", "ne"}
	templates = "what templates can say is in docs/receivers.md"
)

// faultOf reads an error of text/template, or of what it made. The text is the template's, for the column of
// what has only a line.
func faultOf(err error, text string) *Fault {
	f := &Fault{Line: 1, Col: 1, Fix: templates}
	said := err.Error()
	if m := placed.FindStringSubmatch(said); m != nil {
		f.Line, _ = strconv.Atoi(m[1])
		said = said[len(m[0]):]
		if col, err := strconv.Atoi(m[2]); err == nil {
			f.Col = col + 1 // text/template counts from 0
		} else {
			f.Col = firstAction(text, f.Line)
		}
	}
	switch {
	case errors.Is(err, errLong):
		f.What, f.Fix = errLong.Error(), "shorten it: {{.Text | truncate 1000}}"
	case errors.Is(err, errNotJSON):
		f.What, f.Fix = said, "put texts in as {{.Text | json}}, or set content_type"
	default:
		f.name(said)
	}
	return f
}

// name says what is meant by words of text/template.
func (f *Fault) name(said string) {
	f.What = calling.ReplaceAllString(said, "$1: ")
	if m := noField.FindStringSubmatch(said); m != nil {
		f.What = "there is no ." + m[1]
		if f.Fix = hint(m[1], fields(), "."); m[2] != "template.Data" {
			f.What += " of " + m[2]
			f.Fix = "within range and with a dot is what they are about: write $." + m[1]
		}
	}
	if m := noFunc.FindStringSubmatch(said); m != nil {
		f.What = fmt.Sprintf("there is no function %q", m[1])
		f.Fix = hint(m[1], append(Functions(), builtins...), "")
	}
}

// firstAction is the column of the first {{ in a line, which counts from 1.
func firstAction(text string, line int) int {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return 1
	}
	return max(strings.Index(lines[line-1], "{{"), 0) + 1
}

// fields are the names that a template can say.
func fields() []string {
	var all []string
	for f := range reflect.TypeFor[Data]().Fields() {
		all = append(all, f.Name)
	}
	return all
}

func hint(word string, known []string, dot string) string {
	best := slices.MinFunc(known, func(a, b string) int { return cmp.Compare(distance(word, a), distance(word, b)) })
	if distance(word, best) <= (len(word)+1)/3 {
		return "did you mean " + dot + best + "?"
	}
	return templates
}

// distance is how many letters have to be changed, left out or put in (Levenshtein), whatever their case.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost = 1 + min(last, row[j], row[j+1])
			}
			last, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
