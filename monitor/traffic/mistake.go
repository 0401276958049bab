package traffic

import (
	"fmt"
	"strings"
)

// mistakesMax is how many mistakes are told at once.
const mistakesMax = 10

// A Mistake is one thing that is wrong with a report. It never shows a value of the report, which might be
// a secret: only where it stands.
type Mistake struct {
	Path    string `json:"path"`    // accounts[3].token.expires, or "" for the whole
	Problem string `json:"problem"` // what is wrong there
	Fix     string `json:"fix"`     // what to do about it
}

// String is the mistake on one line.
func (m Mistake) String() string {
	if m.Path == "" {
		return "the report " + m.Problem + ": " + m.Fix
	}
	return m.Path + ": " + m.Problem + ": " + m.Fix
}

// Mistakes are what is wrong with a report, in the order in which they stand in it. None of it was taken.
type Mistakes struct {
	First []Mistake // at most ten
	More  int       // those that are not listed
}

// Error lists the mistakes, a line each.
func (m *Mistakes) Error() string {
	var lines []string
	for _, one := range m.First {
		lines = append(lines, one.String())
	}
	if m.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", m.More))
	}
	return strings.Join(lines, "\n")
}

func (m *Mistakes) add(one Mistake) {
	if len(m.First) == mistakesMax {
		m.More++
		return
	}
	m.First = append(m.First, one)
}

// whole is a mistake of the report as such.
func whole(problem, fix string) *Mistakes {
	return &Mistakes{First: []Mistake{{Problem: problem, Fix: fix}}}
}
