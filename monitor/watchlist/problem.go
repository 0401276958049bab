package watchlist

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxProblems bounds what one broken file can say.
const maxProblems = 200

// A Problem is one mistake in a configuration file. It never holds the value of a secret or of an
// environment variable.
type Problem struct {
	File      string
	Line, Col int    // both count from 1
	What      string // what is wrong
	Fix       string // what to do about it
}

// Error is the problem in one line: config.yaml:12:5: what is wrong: what to do.
func (p Problem) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Col, p.What, p.Fix)
}

// Problems are all mistakes of a file, in the order of its lines. They are the error of Load and Parse for a
// file that was read but cannot be used.
type Problems []Problem

// Error is one line per problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, each := range p {
		lines[i] = each.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each problem to errors.As.
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i, each := range p {
		errs[i] = each
	}
	return errs
}

// sorted puts problems in the order of the lines, those of the file name first, and leaves out what would drown
// the rest.
func (p Problems) sorted(name string) Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(other(a.File, name)-other(b.File, name), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	p = slices.Compact(p)
	if len(p) <= maxProblems {
		return p
	}
	last := p[maxProblems-1]
	last.What, last.Fix = fmt.Sprintf("%d more problems from here on", len(p)-maxProblems+1), "mend those above first"
	return append(p[:maxProblems-1:maxProblems-1], last)
}

func other(file, name string) int {
	if file == name {
		return 0
	}
	return 1
}
