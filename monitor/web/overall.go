package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// An overall is what a page says first.
type overall struct {
	State    monitor.State
	Sentence string
	Since    time.Time // since when it is so; zero is not known
}

// badness orders states, worst highest.
func badness(s monitor.State) int {
	return slices.Index([]monitor.State{
		monitor.StateUp, monitor.StatePaused, monitor.StateMaintenance, monitor.StateUnknown, monitor.StateDegraded, monitor.StateDown,
	}, s)
}

// blind tells whether bellhop cannot see out. Before anything was asked there was nothing to see yet.
func blind(s *monitor.Snapshot) bool {
	return !s.Blind.Since.IsZero() || s.Blind.Never && probed(s)
}

// probed tells whether anything was asked yet. What is reported needs no way out.
func probed(s *monitor.Snapshot) bool {
	return slices.ContainsFunc(s.Checks, func(c monitor.CheckView) bool { return !c.Check.Reported && asked(c) })
}

// fresh tells whether nothing has been asked or reported yet.
func fresh(s *monitor.Snapshot) bool {
	return !slices.ContainsFunc(s.Checks, func(c monitor.CheckView) bool { return asked(c) })
}

func asked(c monitor.CheckView) bool { return !rowOf(c).Last.At.IsZero() }

// rowOf is a check's row; a check that has none yet has an empty one.
func rowOf(c monitor.CheckView) *monitor.Row {
	if c.Row == nil {
		return &monitor.Row{}
	}
	return c.Row
}

func blindText(s *monitor.Snapshot) string {
	if s.Blind.Never {
		return "has had no answer from anywhere outside since it started: our own network, as far as we know"
	}
	return "has had no way out since " + clock(s.Blind.Since, s.At) + ": our own network, as far as we know"
}

// summarize is the operator's overall sentence. What is open comes first, what is not known second.
func summarize(s *monitor.Snapshot, now time.Time) overall {
	switch {
	case s == nil:
		return overall{monitor.StateUnknown, "bellhop is starting.", time.Time{}}
	case stale(s, now):
		return overall{monitor.StateUnknown, "bellhop is stuck: it has decided nothing since " + clock(s.At, now) + ".", s.At}
	case blind(s):
		return overall{monitor.StateUnknown, "We cannot see out: bellhop's own network fails, as far as we know.", s.Blind.Since}
	}
	if worst, others := worstOpen(s.Open); worst != nil {
		return overall{colour(worst), incidentsSentence(worst, others), worst.Since}
	}
	return quiet(s)
}

// colours tells whether an incident changes the overall sentence. A hotel's own trouble is a matter of that
// hotel, and what will break soon works.
func colours(i *monitor.Incident) bool {
	return !hotels(i) && i.Severity != monitor.Warning
}

// hotels tells whether an incident is a matter of single hotels: what they have to see to, each for itself, or what
// the integration meets with at fewer than half of them.
func hotels(i *monitor.Incident) bool {
	others := []string{monitor.MatterToken, monitor.MatterRequests, monitor.MatterWebhooks, monitor.MatterQuota}
	return i.Side == monitor.SideHotel || i.Cause.Kind == monitor.NodeHotels && (!slices.Contains(others, i.Cause.ID) || !half(i))
}

// half tells whether a matter of hotels reaches at least half of those that are seen.
func half(i *monitor.Incident) bool {
	return i.Scope.Failing > 0 && 2*i.Scope.Failing >= i.Scope.Evaluated
}

// troubledHotels counts the hotels that have trouble of their own.
func troubledHotels(open []*monitor.Incident) int {
	accounts, n := map[string]bool{}, 0
	for _, i := range open {
		if !hotels(i) || i.Severity == monitor.Warning {
			continue
		}
		named := false
		for _, m := range i.Members {
			if _, account, ok := strings.Cut(string(m.Check), "@"); ok {
				accounts[account], named = true, true
			}
		}
		if !named {
			n++
		}
	}
	return n + len(accounts)
}

func colour(i *monitor.Incident) monitor.State {
	if i.Severity == monitor.Down {
		return monitor.StateDown
	}
	return monitor.StateDegraded
}

// worstOpen is the open incident to name first, the newest of the worst, and how many others there are.
func worstOpen(open []*monitor.Incident) (*monitor.Incident, int) {
	var worst *monitor.Incident
	n := 0
	for _, i := range open {
		if !colours(i) {
			continue
		}
		n++
		if worst == nil || graver(i.Severity, worst.Severity) {
			worst = i
		}
	}
	return worst, n - 1
}

func graver(a, b monitor.Severity) bool {
	order := []monitor.Severity{monitor.Warning, monitor.QuotaOut, monitor.AuthLost, monitor.Degraded, monitor.Down}
	return slices.Index(order, a) > slices.Index(order, b)
}

func incidentsSentence(worst *monitor.Incident, others int) string {
	if others == 0 {
		return worst.Title + "."
	}
	return fmt.Sprintf("%s, and %s.", worst.Title, count(others, "more incident", "more incidents"))
}

// quiet is the sentence when nothing is open that colours it.
func quiet(s *monitor.Snapshot) overall {
	n := tally(s.Checks)
	watched, waiting := len(s.Checks), n[monitor.StateUnknown]
	switch {
	case watched == 0:
		return overall{monitor.StateUnknown, "bellhop watches nothing: the watchlist is empty.", time.Time{}}
	case fresh(s):
		return overall{monitor.StateUnknown, "bellhop has just started and has no answers yet.", time.Time{}}
	case waiting == watched:
		return overall{monitor.StateUnknown, "No check has an answer that counts.", time.Time{}}
	}
	return overall{monitor.StateUp, quietSentence(s, n), lastEnd(s)}
}

func quietSentence(s *monitor.Snapshot, n map[monitor.State]int) string {
	var but []string
	if in := troubledHotels(s.Open); in > 0 {
		but = append(but, count(in, "hotel has trouble of its own", "hotels have trouble of their own"))
	}
	if w := warnings(s.Open); w > 0 {
		but = append(but, count(w, "thing will break soon", "things will break soon"))
	}
	for _, kind := range []monitor.State{monitor.StateUnknown, monitor.StatePaused, monitor.StateMaintenance} {
		if n[kind] > 0 {
			but = append(but, fmt.Sprintf("%s %s", count(n[kind], "check is", "checks are"), inState(kind)))
		}
	}
	if len(but) == 0 {
		return "Everything bellhop watches works."
	}
	if n[monitor.StateUnknown] > 0 {
		return "What bellhop can see works; " + list(but) + "."
	}
	return "Everything bellhop watches works, but " + list(but) + "."
}

func inState(s monitor.State) string {
	if s == monitor.StateMaintenance {
		return "in maintenance"
	}
	return string(s)
}

func warnings(open []*monitor.Incident) int {
	n := 0
	for _, i := range open {
		if i.Severity == monitor.Warning {
			n++
		}
	}
	return n
}

func tally(checks []monitor.CheckView) map[monitor.State]int {
	n := map[monitor.State]int{}
	for _, c := range checks {
		n[c.State]++
	}
	return n
}

// lastEnd is when the last incident that coloured the sentence ended.
func lastEnd(s *monitor.Snapshot) time.Time {
	var last time.Time
	for _, i := range s.Recent {
		if colours(i) && i.Ended.After(last) {
			last = i.Ended
		}
	}
	return last
}
