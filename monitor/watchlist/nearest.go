package watchlist

import "slices"

// nearest is the known word that somebody who wrote word most likely meant, or "".
func nearest(word string, known []string) string {
	best, least := "", 1+min(max(1, len(word)/3), 3)
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to insert, remove, replace or swap with their neighbour to make b of a.
func distance(a, b string) int {
	const far = 64
	if len(a) > far || len(b) > far {
		return far
	}
	before, above := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			swap := far
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				swap = before[j-1] + 1
			}
			replace := above[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = slices.Min([]int{above[j+1] + 1, row[j] + 1, replace, swap})
		}
		before, above = above, row
	}
	return above[len(b)]
}
