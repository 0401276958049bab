package apaleo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"bellhop/monitor"
)

// over is what the key of a public sentence has at its end for when the trouble is over.
const over = "_over"

// longestText is of an operator's own sentence, in characters.
const longestText = 300

// TextKeys are the keys of all public sentences: each has a twin that ends in _over, for when it is over.
func TextKeys() []string {
	var all []string
	for _, s := range sayings {
		all = append(all, s.key)
	}
	return all
}

// HotelTextKeys are the keys of what is said to those who have a hotel's own key, by how its link is. They are of states
// and have no _over.
func HotelTextKeys() []string {
	return []string{"hotel_connected", "hotel_ended", "hotel_lacks", "hotel_disturbed", "hotel_unknown"}
}

// Adviser is Advise with public sentences of the operator's own, by their key; {part} in those of a part of apaleo
// stands for which part. The error says which cannot be used, and names the keys there are if one is not known.
func Adviser(texts map[string]string) (monitor.Adviser, error) {
	keys := TextKeys()
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		switch text := texts[key]; {
		case !slices.Contains(keys, strings.TrimSuffix(key, over)) && !slices.Contains(HotelTextKeys(), key):
			return nil, fmt.Errorf("there is no text %s; there are %s, each also with %s at its end, and %s", key, strings.Join(keys, ", "), over, strings.Join(HotelTextKeys(), ", "))
		case strings.TrimSpace(text) == "":
			return nil, fmt.Errorf("text %s is empty", key)
		case utf8.RuneCountInString(text) > longestText:
			return nil, fmt.Errorf("text %s has more than %d characters", key, longestText)
		}
	}
	own := maps.Clone(texts)
	return func(t monitor.Trouble) monitor.Advice { return advise(t, own) }, nil
}
