package web

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// A boardView is the operator's page.
type boardView struct {
	overallView
	Alarms  []string // what is wrong with bellhop itself
	Open    []incidentView
	Notices []noticeView
	Now     []quietView // silences, maintenance and pauses in force
	Later   []quietView // and the next ones
	Hotels  *hotelsView // nil is that none is reported
	Groups  []groupView
	Recent  []incidentView
	Foot    footView
}

// An overallView is what every page begins with.
type overallView struct {
	State    monitor.State
	Sentence string
	Since    moment
	At       moment
}

type noticeView struct {
	Text, NextStep string
	At             moment
}

// A groupView is the checks of one host.
type groupView struct {
	Host, Components, Summary string
	State                     monitor.State
	Rows                      []rowView
}

// A rowView is one check, or those of one name for several accounts.
type rowView struct {
	State      monitor.State
	Title, ID  string
	Summary    string // of several accounts
	Why        string
	Answer     string
	At, Next   moment
	Schedule   string
	Badges     []string
	Skipped    uint64
	Runbook    string
	Incident   string // id of an open incident
	Accounts   []rowView
	UpUnlisted int // accounts that are up and not listed
}

// nextListed is how many silences to come the board lists; the page of them lists all.
const nextListed = 5

// accountsListed is how many accounts a check lists. Those in trouble come first.
const accountsListed = 50

func board(hotels *hotelViews, now time.Time, o Options) boardView {
	s := hotels.lean
	sum := summarize(s, now)
	if s == nil {
		return boardView{overallView: overallView{State: sum.State, Sentence: sum.Sentence}, Foot: footView{Instance: o.Instance, Version: o.Version}}
	}
	inForce, toCome := quiets(s, boardQuiets)
	return boardView{
		overallView: overallView{sum.State, sum.Sentence, when(sum.Since, now), when(s.At, now)}, Now: inForce, Later: toCome[:min(len(toCome), nextListed)],
		Alarms: alarms(s, now), Notices: notices(s), Groups: groups(s), Hotels: boardOfHotels(s, hotels),
		Open: incidentViews(s.Open, s.At), Recent: incidentViews(s.Recent, s.At), Foot: foot(s, o),
	}
}

// alarms is what is wrong with the watcher, as /readyz finds it.
func alarms(s *monitor.Snapshot, now time.Time) []string {
	heads := map[string]string{
		"book": "The book", "scheduler": "The scheduler", "store": "The store", "sight": "bellhop", "deliveries": "Alerts",
	}
	var out []string
	for _, f := range examine(s, now) {
		if f.Grade != pass {
			out = append(out, heads[f.Name]+" "+f.Output+".")
		}
	}
	return out
}

func notices(s *monitor.Snapshot) []noticeView {
	var out []noticeView
	for _, n := range s.Notices {
		out = append(out, noticeView{n.Text, n.NextStep, when(n.At, s.At)})
	}
	return out
}

// groups puts checks of one host together, in the watchlist's order.
func groups(s *monitor.Snapshot) []groupView {
	var hosts []string
	byHost := map[string][]monitor.CheckView{}
	for _, c := range s.Checks {
		host := cmp.Or(c.Check.Host, groupless(c.Check))
		if byHost[host] == nil {
			hosts = append(hosts, host)
		}
		byHost[host] = append(byHost[host], c)
	}
	out := make([]groupView, 0, len(hosts))
	for _, host := range hosts {
		out = append(out, group(s, host, byHost[host]))
	}
	return out
}

// groupless is the group of a check that asks no host.
func groupless(c *monitor.Check) string {
	if c.Reported && c.Kind != monitor.KindBeat {
		return "Reported by the integration"
	}
	return "Other"
}

func group(s *monitor.Snapshot, host string, checks []monitor.CheckView) groupView {
	g := groupView{Host: host, State: monitor.StatePaused, Summary: summary(checks, "check", "checks")}
	var names, components []string
	byName := map[string][]monitor.CheckView{}
	for _, c := range checks {
		if byName[c.Check.Name] == nil {
			names = append(names, c.Check.Name)
		}
		byName[c.Check.Name] = append(byName[c.Check.Name], c)
		if p := c.Check.Public; p != "" && !slices.Contains(components, p) {
			components = append(components, p)
		}
	}
	g.Components, g.State = strings.Join(components, " · "), worstState(checks)
	for _, n := range names {
		g.Rows = append(g.Rows, row(s, byName[n]))
	}
	return g
}

func worstState(checks []monitor.CheckView) monitor.State {
	worst := checks[0].State
	for _, c := range checks {
		if badness(c.State) > badness(worst) {
			worst = c.State
		}
	}
	return worst
}

// summary is how many there are, in which states.
func summary(checks []monitor.CheckView, one, many string) string {
	n, parts := tally(checks), []string(nil)
	for _, st := range []monitor.State{
		monitor.StateDown, monitor.StateDegraded, monitor.StateUnknown, monitor.StateMaintenance, monitor.StatePaused, monitor.StateUp,
	} {
		if n[st] == len(checks) {
			return fmt.Sprintf("%s, %s", count(len(checks), one, many), map[bool]string{true: string(st), false: "all " + string(st)}[len(checks) == 1])
		}
		if n[st] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[st], st))
		}
	}
	return fmt.Sprintf("%s: %s", count(len(checks), one, many), strings.Join(parts, ", "))
}

// row is one check as it is, or a line that stands for all its accounts.
func row(s *monitor.Snapshot, checks []monitor.CheckView) rowView {
	if len(checks) == 1 {
		return single(s, checks[0])
	}
	c := checks[0].Check
	r := rowView{
		State: worstState(checks), Title: cmp.Or(sharedTitle(checks), c.Name), ID: c.Name, Schedule: c.Spec,
		Summary: summary(checks, "account", "accounts"),
	}
	w := slices.MinFunc(checks, func(a, b monitor.CheckView) int {
		if worse(a, b) {
			return -1
		}
		return 1
	})
	r.Answer, r.At = answer(rowOf(w).Last), when(rowOf(w).Last.At, s.At)
	sorted := slices.Clone(checks)
	slices.SortStableFunc(sorted, func(a, b monitor.CheckView) int { return badness(b.State) - badness(a.State) })
	for i, a := range sorted {
		if i >= accountsListed && a.State == monitor.StateUp {
			r.UpUnlisted = len(sorted) - i
			break
		}
		for _, b := range a.Badges {
			if !slices.Contains(r.Badges, b) {
				r.Badges = append(r.Badges, b)
			}
		}
		line := single(s, a)
		line.Title, line.Schedule = a.Check.Account, ""
		r.Accounts = append(r.Accounts, line)
	}
	return r
}

// sharedTitle is what the titles of several accounts' checks begin with: "Inventory API" of "Inventory API for
// alpine-hotels". Empty is that they have nothing in common.
func sharedTitle(checks []monitor.CheckView) string {
	shared := strings.Fields(checks[0].Check.Title)
	for _, v := range checks[1:] {
		words, n := strings.Fields(v.Check.Title), 0
		for n < min(len(words), len(shared)) && words[n] == shared[n] {
			n++
		}
		shared = shared[:n]
	}
	if n := len(shared); n > 0 && (shared[n-1] == "for" || shared[n-1] == "of") {
		shared = shared[:n-1]
	}
	return strings.Join(shared, " ")
}

func single(s *monitor.Snapshot, v monitor.CheckView) rowView {
	c, last := v.Check, rowOf(v).Last
	r := rowView{
		State: v.State, Title: cmp.Or(c.Title, c.Name), ID: string(c.ID()), Why: v.Why, Answer: answer(last),
		At: when(last.At, s.At), Next: when(v.Next, s.At), Schedule: c.Spec, Badges: v.Badges,
		Skipped: s.Engine.SkippedBy[c.ID()], Runbook: webAddress(c.Runbook),
	}
	if v.Silence != nil && v.Silence.Kind == monitor.ActSilence {
		r.Badges = append(slices.Clone(r.Badges), "silenced")
	}
	for _, id := range rowOf(v).Incident {
		r.Incident = cmp.Or(r.Incident, id)
	}
	return r
}

// webAddress is an address that may be linked to, or "".
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return s
}
