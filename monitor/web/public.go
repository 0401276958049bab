package web

import (
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// A publicView is all that the public side ever shows. What is not copied here cannot leak.
type publicView struct {
	State      monitor.State     `json:"state"` // up, degraded, down or unknown
	Sentence   string            `json:"sentence"`
	Since      *time.Time        `json:"since"` // since when it is so; null is not known
	Components []publicComponent `json:"components"`
	Incidents  []publicIncident  `json:"incidents"` // open ones first, then those that ended
	At         *time.Time        `json:"at"`        // when bellhop last looked

	some bool // the sentence is of what some hotels feel, and others do not
}

type publicComponent struct {
	Name  string        `json:"name"`
	State monitor.State `json:"state"`
	Since *time.Time    `json:"since"`
}

type publicIncident struct {
	State    monitor.IncidentState `json:"state"` // open or resolved
	Severity monitor.Severity      `json:"severity"`
	Sentence string                `json:"sentence"`
	Since    *time.Time            `json:"since"`
	Ended    *time.Time            `json:"ended"`

	some bool // not all hotels feel it
}

const cannotSee = "We cannot see at present how apaleo is."

// publish is the public view of a snapshot: of components, and of those troubles that are nobody's private
// matter. An old snapshot proves nothing.
func publish(s *monitor.Snapshot, now time.Time) publicView {
	if s == nil {
		return publicView{State: monitor.StateUnknown, Sentence: cannotSee, Components: []publicComponent{}, Incidents: []publicIncident{}}
	}
	unseen := stale(s, now) || blind(s)
	v := publicView{Components: components(s), Incidents: publicIncidents(s), At: instant(s.At)}
	if unseen {
		for i := range v.Components {
			v.Components[i].State, v.Components[i].Since = monitor.StateUnknown, instant(s.Blind.Since)
		}
		v.State, v.Sentence, v.Since = monitor.StateUnknown, cannotSee, instant(s.Blind.Since)
		return v
	}
	v.State, v.Sentence, v.Since = publicOverall(v)
	i := v.speaking()
	v.some = i != nil && i.some
	return v
}

// publicOverall is the worst of the components in a sentence: an incident's own, where there is one.
func publicOverall(v publicView) (monitor.State, string, *time.Time) {
	if i := v.speaking(); i != nil {
		return severityState(i.Severity), i.Sentence, i.Since
	}
	switch worst := worstComponent(v.Components); {
	case worst == nil:
		return monitor.StateUnknown, "Nothing is watched for this page.", nil
	case worst.State == monitor.StateDown, worst.State == monitor.StateDegraded:
		return worst.State, troubled(v.Components, worst.State), worst.Since
	case worst.State == monitor.StateUnknown:
		return unknownOverall(v.Components)
	case worst.State == monitor.StateMaintenance, worst.State == monitor.StatePaused:
		return monitor.StateUp, "Everything works that is being watched; " + named(v.Components, worst.State) + " " + inState(worst.State) + ".", nil
	default:
		return monitor.StateUp, "Everything we watch works.", worst.Since
	}
}

// speaking is the open incident that is told first: one that is as bad as the worst component; nil is none.
func (v publicView) speaking() *publicIncident {
	worst := worstComponent(v.Components)
	for k, i := range v.Incidents {
		if i.State == monitor.IncidentOpen && (worst == nil || badness(severityState(i.Severity)) >= badness(worst.State)) {
			return &v.Incidents[k]
		}
	}
	return nil
}

func unknownOverall(all []publicComponent) (monitor.State, string, *time.Time) {
	if !slices.ContainsFunc(all, func(c publicComponent) bool { return c.State == monitor.StateUp }) {
		return monitor.StateUnknown, cannotSee, nil
	}
	return monitor.StateUnknown, "What we can see works; we cannot see at present how " + named(all, monitor.StateUnknown) + ".", nil
}

func troubled(all []publicComponent, s monitor.State) string {
	if s == monitor.StateDown {
		return named(all, s) + " down."
	}
	return named(all, s) + " not working as usual."
}

// named names the components in a state, with the verb that goes with them.
func named(all []publicComponent, s monitor.State) string {
	var names []string
	for _, c := range all {
		if c.State == s {
			names = append(names, c.Name)
		}
	}
	if len(names) == 1 {
		return names[0] + " is"
	}
	return list(names) + " are"
}

// worstComponent is the worst one, and of several the one that became so last.
func worstComponent(all []publicComponent) *publicComponent {
	var worst *publicComponent
	for i := range all {
		c := &all[i]
		if worst == nil || badness(c.State) > badness(worst.State) || c.State == worst.State && later(c.Since, worst.Since) {
			worst = c
		}
	}
	return worst
}

func later(a, b *time.Time) bool { return a != nil && (b == nil || a.After(*b)) }

// components lists the components in the watchlist's order. Of a component's checks the worst one speaks,
// but for those that are not known: one that works proves that the component does.
func components(s *monitor.Snapshot) []publicComponent {
	open := map[string]*monitor.Incident{}
	for _, i := range s.Open {
		open[i.ID] = i
	}
	out, place := []publicComponent{}, map[string]int{}
	for _, c := range s.Checks {
		if c.Check.Public == "" || c.Check.Info || c.Check.Warning {
			continue
		}
		state, since := publicState(c, open)
		next := publicComponent{c.Check.Public, state, instant(since)}
		at, ok := place[next.Name]
		if !ok {
			place[next.Name] = len(out)
			out = append(out, next)
		} else {
			out[at] = speaker(out[at], next)
		}
	}
	return out
}

// speaker is which of two checks of a component speaks for it.
func speaker(a, b publicComponent) publicComponent {
	voice := []monitor.State{
		monitor.StatePaused, monitor.StateMaintenance, monitor.StateUnknown, monitor.StateUp, monitor.StateDegraded, monitor.StateDown,
	}
	if x, y := slices.Index(voice, a.State), slices.Index(voice, b.State); y > x || y == x && later(b.Since, a.Since) {
		return b
	}
	return a
}

// publicState is a check's state as far as it is everybody's matter. Lost credentials are not: the other
// side answers. Where it is in trouble that is somebody's own, nothing is known of the component.
func publicState(c monitor.CheckView, open map[string]*monitor.Incident) (monitor.State, time.Time) {
	row := rowOf(c)
	if c.State == monitor.StateUnknown || c.State == monitor.StatePaused || c.State == monitor.StateMaintenance {
		return c.State, time.Time{}
	}
	trouble := false
	for k, kind := range monitor.SignalKinds {
		if kind != monitor.Availability && kind != monitor.Latency || !row.Signals[k].IsOpen() {
			continue
		}
		trouble = true
		if i := open[row.Incident[k]]; i != nil && everybodys(i) {
			return severityState(i.Severity), i.Since
		}
	}
	if trouble {
		return monitor.StateUnknown, time.Time{}
	}
	return monitor.StateUp, row.Signal(monitor.Availability).Closed
}

// everybodys tells whether an incident is for the public: others can feel it, and it is not about our own
// credentials, network or single hotels. What half of all hotels feel is no matter of single ones.
func everybodys(i *monitor.Incident) bool {
	c := i.Cause
	if c.Kind == monitor.NodeHotels && hotels(i) || c.Kind == monitor.NodeAccount || c.Kind == monitor.NodeCheck && strings.Contains(c.ID, "@") {
		return false
	}
	side := i.Side == monitor.SideApaleo || i.Side == monitor.SideIntegration || i.Side == monitor.SideUnclear
	return side && (i.Severity == monitor.Down || i.Severity == monitor.Degraded)
}

func severityState(s monitor.Severity) monitor.State {
	if s == monitor.Down {
		return monitor.StateDown
	}
	return monitor.StateDegraded
}

// publicIncidents lists what there is a public sentence for, the worst of the open ones first.
func publicIncidents(s *monitor.Snapshot) []publicIncident {
	out, unshown := []publicIncident{}, unshownChecks(s)
	for _, i := range slices.Concat(s.Open, s.Recent) {
		if everybodys(i) && !ofThese(i, unshown) && !planned(i, s) && strings.TrimSpace(i.Public) != "" && i.Into == "" {
			out = append(out, publicIncident{i.State, i.Severity, i.Public, instant(i.Since), instant(i.Ended), i.Cause.Kind == monitor.NodeHotels})
		}
	}
	slices.SortStableFunc(out, func(a, b publicIncident) int { return rank(b) - rank(a) })
	return out
}

// unshownChecks are the operator's own that belong to no component: config.yaml says that the public does not see them.
func unshownChecks(s *monitor.Snapshot) map[monitor.CheckID]bool {
	all := map[monitor.CheckID]bool{}
	for _, c := range s.Checks {
		if c.Check.Own && c.Check.Public == "" {
			all[c.Check.ID()] = true
		}
	}
	return all
}

// planned tells whether an incident is of nothing but what is in maintenance of the operator's: the public reads of the
// maintenance alone. A silence is about messages, and hides nothing from the public.
func planned(i *monitor.Incident, s *monitor.Snapshot) bool {
	if i.State != monitor.IncidentOpen {
		return i.Muted && strings.HasPrefix(i.MutedBy, "in maintenance")
	}
	working := func(m monitor.SignalID) bool {
		return !slices.ContainsFunc(s.Checks, func(v monitor.CheckView) bool {
			return v.Check.ID() == m.Check && v.State == monitor.StateMaintenance
		})
	}
	return i.Muted && len(i.Members) > 0 && !slices.ContainsFunc(i.Members, working)
}

// ofThese tells whether an incident is about some checks and no others.
func ofThese(i *monitor.Incident, checks map[monitor.CheckID]bool) bool {
	others := func(a monitor.Affected) bool { return !checks[a.Check] }
	return len(i.Affected) > 0 && !slices.ContainsFunc(i.Affected, others)
}

func rank(i publicIncident) int {
	if i.State != monitor.IncidentOpen {
		return 0
	}
	return badness(severityState(i.Severity))
}

// instant is a time for JSON; zero is null.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}
