package web

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// acted says what came of an act, from what was known before it and what is known after.
func (s *Site) acted(a monitor.Act, before, after *monitor.Snapshot) Acted {
	done := Acted{ID: a.ID, Silence: silenceOf(after, a.ID)}
	if id := a.Target.Incident; id != "" {
		done.Incident = incidentIn(after, id)
	}
	var receivers []monitor.Receiver
	if s.Receivers != nil {
		receivers = s.Receivers()
	}
	done.Text = next(a, before, after, receivers)
	return done
}

func silenceOf(s *monitor.Snapshot, id string) *monitor.Silence {
	for _, one := range s.Silences {
		if one.ID == id {
			return one
		}
	}
	return nil
}

func incidentIn(s *monitor.Snapshot, id string) *monitor.Incident {
	for _, i := range slices.Concat(s.Open, s.Recent) {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// next says what happens next, now that an act was done, in sentences for whoever did it.
func next(a monitor.Act, before, after *monitor.Snapshot, receivers []monitor.Receiver) string {
	now := after.At
	switch a.Kind {
	case monitor.ActAcknowledge:
		return a.By + " is on it. Reminders and mentions stop " + until(a.Until, now, "until it ends") +
			"; everything else is told as before, its end too." + backAt(a.Until, now)
	case monitor.ActUnacknowledge:
		return "Nobody is on it any more, as far as bellhop knows: reminders and mentions go on."
	case monitor.ActNote:
		return "Noted. It stands in the incident's timeline, and rings nobody."
	case monitor.ActPause:
		return paused(a, before, after)
	case monitor.ActResume:
		return resumed(a.Target, after)
	case monitor.ActLift:
		return lifted(silenceOf(before, a.Lifts), after)
	case monitor.ActSilence, monitor.ActMaintenance:
		if a.Target.Incident != "" {
			return hushed(a, incidentIn(after, a.Target.Incident), after, receivers)
		}
		return covering(a, after)
	}
	return "Done."
}

// backAt is what becomes of an acknowledgement at its end.
func backAt(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " If it is still open at " + clock(t, now) + ", that is told as an update, and somebody else is asked to take it."
}

// until is a time that something lasts to, or other words where it has none.
func until(t, now time.Time, without string) string {
	if t.IsZero() {
		return without
	}
	return "until " + clock(t, now)
}

// hushed says who hears what of an incident that is silenced: those who know of it are told its end whatever happens.
func hushed(a monitor.Act, i *monitor.Incident, s *monitor.Snapshot, receivers []monitor.Receiver) string {
	if i == nil {
		return "Nothing is told of it " + until(a.Until, s.At, "any more") + "; those who know of it are told its end all the same."
	}
	know, others := hearers(i, s, receivers)
	var all []string
	if len(know) > 0 {
		all = append(all, fmt.Sprintf("%s %s nothing more of it %s; its end is told all the same.", list(know), verb(know, "hears", "hear"), until(a.Until, s.At, "until it ends")))
	}
	switch {
	case len(others) > 0 && a.Until.IsZero():
		all = append(all, fmt.Sprintf("%s %s not been told, and will not be.", list(others), verb(others, "has", "have")))
	case len(others) > 0:
		all = append(all, fmt.Sprintf("%s %s not been told, and will be only if it is still open then.", list(others), verb(others, "has", "have")))
	case len(know) == 0:
		all = append(all, "Nobody has been told of it, and nobody will be "+until(a.Until, s.At, "until it ends")+".")
	}
	if len(know) > 0 && !a.Until.IsZero() {
		all = append(all, "If it goes on after that, it is told once, as it is then.")
	}
	return strings.Join(append(all, "If its cause proves to lie elsewhere, the silence ends. bellhop goes on watching."), " ")
}

// hearers are the receivers that know an incident as open, and those that would be told of it, by name.
func hearers(i *monitor.Incident, s *monitor.Snapshot, receivers []monitor.Receiver) (know, others []string) {
	told := map[string]bool{}
	for _, d := range s.Owed {
		if d.Incident == i.ID && d.Knows != monitor.NeverTried && d.State == monitor.IncidentOpen {
			told[d.Receiver] = true
		}
	}
	for _, r := range receivers {
		switch {
		case told[r.Name]:
			know = append(know, called(r))
		case r.When.Wants(i):
			others = append(others, called(r))
		}
	}
	return know, others
}

// called is what people call a receiver: Slack (ops), and pager.
func called(r monitor.Receiver) string {
	switch r.Kind {
	case "slack", "slack_bot":
		return "Slack (" + r.Name + ")"
	case "pagerduty":
		return "PagerDuty (" + r.Name + ")"
	case "alertmanager":
		return "Alertmanager (" + r.Name + ")"
	case monitor.LogReceiver:
		return "the log"
	}
	return r.Name
}

func verb(who []string, one, many string) string {
	if len(who) == 1 {
		return one
	}
	return many
}

// covering says what a silence or a maintenance of checks does.
func covering(a monitor.Act, s *monitor.Snapshot) string {
	what := "What begins to fail at " + targetText(a.Target, s) + " is not told before " + clock(a.Until, s.At) + ", and then only if it still does."
	if a.From.After(s.At) {
		what = "From " + clock(a.From, s.At) + " on, what begins to fail at " + targetText(a.Target, s) + " is not told before " + clock(a.Until, s.At) + ", and then only if it still does."
	}
	text := what + " Ends are told all the same, and bellhop goes on watching."
	var held []string
	for _, i := range s.Open {
		if i.Muted && !a.From.After(s.At) && slices.ContainsFunc(i.Members, func(m monitor.SignalID) bool { return coversCheck(a.Target, m.Check, s) }) {
			held = append(held, i.Title)
		}
	}
	if len(held) > 0 {
		text += " Silent from now on: " + list(held[:min(len(held), 3)]) + more(len(held)-3) + "."
	}
	return text
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

func coversCheck(t monitor.Target, id monitor.CheckID, s *monitor.Snapshot) bool {
	return slices.ContainsFunc(s.Checks, func(v monitor.CheckView) bool { return v.Check.ID() == id && t.Covers(t.Incident, v.Check) })
}

func paused(a monitor.Act, before, s *monitor.Snapshot) string {
	text := targetText(a.Target, s) + " is not asked " + until(a.Until, s.At, "until somebody resumes it") + "."
	if a.From.After(s.At) {
		text = "From " + clock(a.From, s.At) + " on, " + text
	}
	var ended []string
	for _, i := range before.Open {
		if now := incidentIn(s, i.ID); now != nil && now.Change == monitor.ChangePaused {
			ended = append(ended, i.Title)
		}
	}
	if len(ended) > 0 {
		text += " No longer followed, which is told to whoever knows of it: " + few(ended) + "."
	}
	return text + " How it fares meanwhile counts as unknown, neither up nor down."
}

func resumed(t monitor.Target, s *monitor.Snapshot) string {
	for _, v := range s.Checks {
		if t.Covers("", v.Check) && v.State == monitor.StatePaused {
			return targetText(t, s) + " is resumed, and " + string(v.Check.ID()) + " stays " + v.Silence.Words(s.At) + "."
		}
	}
	return targetText(t, s) + " is asked again, and begins anew: the time in between counts as unknown."
}

func lifted(one *monitor.Silence, s *monitor.Snapshot) string {
	switch {
	case one == nil:
		return "It is over."
	case one.Kind == monitor.ActPause:
		return "The pause is over. " + resumed(one.Target, s)
	}
	what := map[monitor.ActKind]string{monitor.ActSilence: "The silence", monitor.ActMaintenance: "The maintenance"}[one.Kind]
	if !one.InForce(s.At) && one.Ended.IsZero() && one.From.After(s.At) {
		return what + " is called off."
	}
	return what + " is over. What is open now, and was held back by it alone, is told now, once, as it is."
}

// targetText is what a target is about, for people: "inventory of alpine-hotels with team=web".
func targetText(t monitor.Target, s *monitor.Snapshot) string {
	var parts []string
	if i := incidentIn(s, t.Incident); i != nil && i.Title != "" {
		parts = append(parts, i.Title)
	} else if t.Incident != "" {
		parts = append(parts, t.Incident)
	}
	var checks []string
	for _, c := range t.Checks {
		checks = append(checks, string(c))
	}
	switch {
	case len(checks) > 0:
		parts = append(parts, few(checks))
	case len(parts) == 0:
		parts = append(parts, "all")
	}
	if len(t.Accounts) > 0 {
		parts = append(parts, "of "+few(t.Accounts))
	}
	var labels []string
	for _, k := range slices.Sorted(maps.Keys(t.Labels)) {
		labels = append(labels, k+"="+t.Labels[k])
	}
	if len(labels) > 0 {
		parts = append(parts, "with "+list(labels))
	}
	return strings.Join(parts, " ")
}

// few names at most four.
func few(names []string) string {
	if n := len(names); n > 4 {
		return list(append(slices.Clone(names[:4]), fmt.Sprintf("%d more", n-4)))
	}
	return list(names)
}
