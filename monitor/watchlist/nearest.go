package watchlist

import "slices"

// elsewhere are words of other monitors, of other places of this file or of OAuth, and what they are called here.
var elsewhere = map[string][]string{
	"interval": {"schedule", "every"}, "schedule": {"every"}, "every": {"schedule"}, "cron": {"schedule"},
	"disabled": {"off"}, "enabled": {"off"}, "port": {"host"}, "address": {"host", "url", "endpoint"}, "url": {"endpoint", "host"}, "endpoint": {"url"},
	"token": {"token_file"}, "refresh_token": {"refresh_token_file"}, "headers": {"token_header"}, "header": {"token_header", "headers"},
	"id": {"client_id"}, "secret": {"client_secret", "key"}, "password": {"client_secret", "key"}, "record": {"type"}, "property": {"properties"},
	"component": {"public"}, "description": {"title"},
}

// nearest is the known word that somebody who wrote word most likely meant, or "".
func nearest(word string, known []string) string {
	for _, w := range elsewhere[word] {
		if slices.Contains(known, w) {
			return w
		}
	}
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
