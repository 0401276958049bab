package command

import (
	"fmt"
	"slices"
	"strings"

	"bellhop/monitor/rehearse"
)

// rehearsed prints a rehearsal and judges it.
func (s *shell) rehearsed(r rehearsing, done Rehearsal) error {
	done.Findings = done.judge(r)
	var diff string
	if r.expect != "" {
		want, err := readScenario(r.expect)
		if err != nil {
			return misuse{err.Error()}
		}
		if diff = unlike(want, done.String()); diff != "" {
			done.Findings = append(done.Findings, fmt.Sprintf("it is not as %s has it", r.expect))
		}
	}
	switch {
	case s.json:
		if err := printJSON(s.Stdout, done); err != nil {
			return err
		}
	case diff != "":
		fmt.Fprintf(s.Stdout, "--- %s\n+++ now\n%s", r.expect, diff)
	case r.expect == "":
		fmt.Fprint(s.Stdout, done)
	}
	if len(done.Findings) == 0 {
		return nil
	}
	for _, f := range done.Findings {
		fmt.Fprintf(s.Stderr, "bellhop: %s\n", f)
	}
	return errFinding
}

// judge finds what is not as it is wanted.
func (r Rehearsal) judge(want rehearsing) []string {
	findings := []string{}
	for _, h := range r.Receivers {
		if want.most >= 0 && h.Messages > want.most {
			findings = append(findings, fmt.Sprintf("%s gets %s, and at most %d are wanted", h.Receiver, count(h.Messages, "message"), want.most))
		}
	}
	if want.within <= 0 {
		return findings
	}
	for _, m := range r.Messages {
		if m.Edit || m.At.Before(r.first) {
			continue
		}
		if after := m.At.Sub(r.first); after > want.within {
			findings = append(findings, fmt.Sprintf("the first message comes after %s, and %s is wanted", rehearse.Clock(after), rehearse.Clock(want.within)))
		}
		return findings
	}
	return append(findings, fmt.Sprintf("nobody is told, and within %s is wanted", rehearse.Clock(want.within)))
}

// unlike lists the lines that only one of two texts has, with the one before each run of them; "" is that they are the
// same.
func unlike(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	common := longest(a, b)
	var out strings.Builder
	i, j := 0, 0
	for _, c := range append(common, [2]int{len(a), len(b)}) {
		if (i < c[0] || j < c[1]) && i > 0 {
			fmt.Fprintf(&out, "  %s\n", a[i-1])
		}
		for ; i < c[0]; i++ {
			fmt.Fprintf(&out, "- %s\n", a[i])
		}
		for ; j < c[1]; j++ {
			fmt.Fprintf(&out, "+ %s\n", b[j])
		}
		i, j = c[0]+1, c[1]+1
	}
	return out.String()
}

// maxCompared bounds what finding the longest common sequence costs.
const maxCompared = 4_000_000

// longest pairs the lines of the longest sequence that both have. Of texts too long for that nothing is paired.
func longest(a, b []string) [][2]int {
	if len(a)*len(b) > maxCompared {
		return nil
	}
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if length[i][j] = max(length[i+1][j], length[i][j+1]); x == y {
				length[i][j] = length[i+1][j+1] + 1
			}
		}
	}
	var pairs [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			pairs = append(pairs, [2]int{i, j})
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}
