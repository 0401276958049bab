package monitor

import (
	"cmp"
	"maps"
	"slices"
)

func sorted[T cmp.Ordered](s []T) []T {
	slices.Sort(s)
	return s
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return sorted(slices.Collect(maps.Keys(m))) }
