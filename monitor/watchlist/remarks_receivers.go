package watchlist

import (
	"fmt"
	"slices"
	"strings"
)

// receiverRemarks are what a kind of receiver cannot do, and what nobody would hear of as things are.
func receiverRemarks(w *Watchlist) []string {
	of := map[string][]string{}
	for _, r := range w.Receivers {
		of[r.Kind] = append(of[r.Kind], r.Name)
	}
	var all []string
	for _, k := range []struct{ kind, is, cannot string }{
		{"slack", "an incoming webhook of Slack", "Nothing that it posted can be edited, threaded or looked up: it posts beginnings, changes of how bad it is, and ends, and after an answer that was " +
			"lost a late repeat that says so. A bot (token and channel) does better."},
		{"template", "made by a template", "Nothing that it posted can be edited or looked up: it posts beginnings, changes of how bad it is, and ends, and after an answer that was lost a late repeat that says so."},
		{"alertmanager", "an Alertmanager", "An alert ends there three minutes after bellhop stops, as if all were well: let heartbeat tell you of that. Its severity label stays the one that it " +
			"began with; severity_now is an annotation."},
		{"pagerduty", "PagerDuty", "It is told no notices, and nothing of what is over before it could be told."},
	} {
		if names := of[k.kind]; len(names) > 0 {
			all = append(all, fmt.Sprintf("%s %s %s. %s", subject(names), areOf(names), k.is, k.cannot))
		}
	}
	return append(all, unheard(w)...)
}

// unheard is what would go wrong and reach nobody.
func unheard(w *Watchlist) []string {
	var all []string
	told := slices.ContainsFunc(w.Receivers, func(r Receiver) bool { return r.When.WantsNotice() })
	switch {
	case len(w.Receivers) == 0: // validate counts them, and the daemon says so at its start
		return nil
	case len(w.Receivers) == 1:
		all = append(all, "There is one receiver: nobody is told when it takes no alerts. Add another, or a heartbeat.")
	case !told:
		all = append(all, "No receiver takes notices, such as that another one takes no alerts: leave out when at one of them, or name notice in its severity.")
	}
	if w.Web.PublicURL == "" {
		all = append(all, "There is no web.public_url: alerts link to no page, so that nobody can acknowledge or silence from one.")
	}
	if !w.Heartbeat.IsSet() {
		all = append(all, "There is no heartbeat: nobody is told when bellhop itself stops.")
	}
	return all
}

func subject(names []string) string {
	if len(names) == 1 {
		return "Receiver " + names[0]
	}
	return "Receivers " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func areOf(names []string) string {
	if len(names) == 1 {
		return "is"
	}
	return "are each"
}
