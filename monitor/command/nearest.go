package command

import (
	"fmt"
	"slices"
	"strings"
)

// unknownName is a name that stands for nothing, with those it could have been.
func unknownName(what, name string, known []string) error {
	if meant := nearest(name, known); meant != "" {
		return misused("there is no %s %q\n\nDid you mean this?\n\t%s\n", what, name, meant)
	}
	switch len(known) {
	case 0:
		return misused("there is no %s %q: there is none at all", what, name)
	case 1:
		return misused("there is no %s %q; there is only %s", what, name, known[0])
	}
	list := known[:min(len(known), 12)]
	more := ""
	if len(known) > len(list) {
		more = fmt.Sprintf(" and %d more", len(known)-len(list))
	}
	return misused("there is no %s %q; there are %s%s", what, name, strings.Join(list, ", "), more)
}

// nearest is the name that is most like another, or "" where none is like it.
func nearest(name string, known []string) string {
	best, at := "", len(name)/3+2
	for _, k := range known {
		if d := distance(name, k); d < at || strings.HasPrefix(k, name) && name != "" && best == "" {
			best, at = k, min(d, at)
		}
	}
	return best
}

// distance is how many letters must be changed, added or taken away to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := slices.Clone(row)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
