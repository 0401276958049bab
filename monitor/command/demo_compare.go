package command

import (
	"slices"
	"strings"
)

// How a line of a comparison stands.
const (
	lineSame    = ' '
	lineMissing = '-'
	lineTooMuch = '+'
)

// A difference is one line of a comparison.
type difference struct {
	how  rune
	line string
}

// A comparison is what was expected and what was seen, in the order of both.
type comparison []difference

func (c comparison) differ() bool {
	for _, d := range c {
		if d.how != lineSame {
			return true
		}
	}
	return false
}

// lines are how all tales for a receiver begin there.
func lines(all []tale, receiver string) []string {
	var list []string
	for _, t := range all {
		if t.isFor(receiver) {
			list = append(list, t.line(receiver))
		}
	}
	return list
}

// differences compares what was expected with what was seen. What is seen may go on after what is expected of it.
func differences(expected, seen []string) comparison {
	long := common(expected, seen)
	var c comparison
	i, j := 0, 0
	for i < len(expected) || j < len(seen) {
		switch {
		case i < len(expected) && j < len(seen) && strings.HasPrefix(seen[j], expected[i]):
			c = append(c, difference{lineSame, expected[i]})
			i, j = i+1, j+1
		case j == len(seen) || i < len(expected) && long[i+1][j] >= long[i][j+1]:
			c = append(c, difference{lineMissing, expected[i]})
			i++
		default:
			c = append(c, difference{lineTooMuch, seen[j]})
			j++
		}
	}
	return c
}

// common is, for each pair of places, how many lines the rests from there on have in common, in order.
func common(expected, seen []string) [][]int {
	long := make([][]int, len(expected)+1)
	for i := range long {
		long[i] = make([]int, len(seen)+1)
	}
	for i, line := range slices.Backward(expected) {
		for j := len(seen) - 1; j >= 0; j-- {
			if long[i][j] = max(long[i+1][j], long[i][j+1]); strings.HasPrefix(seen[j], line) {
				long[i][j] = long[i+1][j+1] + 1
			}
		}
	}
	return long
}
