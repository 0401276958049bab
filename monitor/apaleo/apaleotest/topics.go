package apaleotest

import (
	"iter"
	"maps"
	"slices"
	"strings"
)

// types of the topics that are commonly subscribed; any other topic is taken to have "changed" (facts, section 4).
func types(topic string) []string {
	switch topic {
	case "reservation":
		return []string{"created", "amended", "changed", "checked-in", "checked-out", "canceled"}
	case "folio":
		return []string{"created", "balance-changed", "charge-posted", "payment-posted", "closed"}
	case "nightaudit":
		return []string{"started", "succeeded"}
	case "invoice":
		return []string{"created", "paid"}
	case "account":
		return []string{"set-to-live"}
	default:
		return []string{"changed"}
	}
}

// nextLocked is the event that a subscription is sent next, in turn, and of which property; "" if it has none.
func (s *Server) nextLocked(sub Subscription, a *Account) (name, property string) {
	if len(sub.Events) == 0 {
		return "", ""
	}
	n := s.post.count
	topic, kind, _ := strings.Cut(strings.ToLower(sub.Events[n%len(sub.Events)]), "/")
	if kind == "*" || kind == "" {
		all := types(topic)
		kind = all[n/len(sub.Events)%len(all)]
	}
	return topic + "/" + kind, first(sub.PropertyIDs, a.PropertyIDs())
}

// isFor tells whether a subscription is for an event.
func (sub Subscription) isFor(name string) bool {
	topic, _, _ := strings.Cut(name, "/")
	return slices.ContainsFunc(sub.Events, func(e string) bool {
		return strings.EqualFold(e, name) || strings.EqualFold(e, topic+"/*") || strings.EqualFold(e, topic)
	})
}

func first(lists ...[]string) string {
	for _, l := range lists {
		if len(l) > 0 {
			return l[0]
		}
	}
	return ""
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
