package apaleo

import (
	"fmt"
	"slices"
	"strings"
)

// missing names what is wanted and in none of the subscriptions, or "".
func (w WebhookConfig) missing(ours []subscription) string {
	var events, properties []string
	for _, e := range w.Events {
		if !slices.ContainsFunc(ours, func(s subscription) bool { return s.has(e) }) {
			events = append(events, e)
		}
	}
	for _, p := range w.Properties {
		for _, e := range orAny(w.Events) {
			if slices.Contains(events, e) || slices.ContainsFunc(ours, func(s subscription) bool { return s.has(e) && s.of(p) }) {
				continue
			}
			properties = append(properties, p)
			break
		}
	}
	return bothOf(severalOf("event", events), severalOf("property", properties))
}

// orAny stands for whatever is subscribed where no event is named.
func orAny(events []string) []string {
	if len(events) == 0 {
		return []string{""}
	}
	return events
}

// has tells whether an event is subscribed: by itself, or with all of its topic. "" is any.
func (s subscription) has(event string) bool {
	event = strings.ToLower(event)
	topic, _, _ := strings.Cut(event, "/")
	return event == "" || slices.Contains(s.events, event) || slices.Contains(s.events, topic+"/*")
}

// of tells whether a property is subscribed: none named is all, those to come too.
func (s subscription) of(property string) bool {
	return len(s.properties) == 0 || slices.ContainsFunc(s.properties, func(p string) bool { return strings.EqualFold(p, property) })
}

// shownAtMost bounds a list in a sentence.
const shownAtMost = 3

// severalOf is a list in words: "event folio/created", "events a, b, c and 4 more".
func severalOf(what string, all []string) string {
	switch n := len(all) - shownAtMost; {
	case len(all) == 0:
		return ""
	case len(all) == 1:
		return what + " " + all[0]
	case n > 0:
		return fmt.Sprintf("%s %s and %d more", pluralOf(what), strings.Join(all[:shownAtMost], ", "), n)
	}
	return pluralOf(what) + " " + strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

func pluralOf(what string) string {
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		return stem + "ies"
	}
	return what + "s"
}

func bothOf(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", and " + b
}
