package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// A ledgerView is the page of what is owed and what was told.
type ledgerView struct {
	overallView
	Receivers []receiverChip
	Receiver  string // chosen
	Incident  string
	Asked     bool // something is chosen
	Past      bool // it begins before now
	Owed      []dueView
	Known     string // who will hear of an end
	Told      []toldView
	Unread    bool   // the ledger could not be read
	Older     string // address of the next page
	JSON      string // address of the same for machines
}

// A receiverChip chooses a receiver.
type receiverChip struct {
	Name, Address string
	State         monitor.State
	Owed          int
	Chosen        bool
}

// A dueView is a message that is owed.
type dueView struct {
	State           monitor.State
	Label           string
	Receiver, Title string
	Incident, Link  string // Link is the address of the incident's page; "" is that it has none
	Knows, Why      string
	Since, Next     moment
	Lasted, Tries   string
}

// A toldView is a line of the ledger.
type toldView struct {
	State           monitor.State
	Label           string
	Receiver, Title string
	What            string
	Incident, Link  string
	Why, Tries      string
	Status          int
	At              moment
}

func (s *Site) serveLedger(w http.ResponseWriter, r *http.Request) {
	snap := s.Reader.Snapshot()
	if snap == nil {
		http.Error(w, "bellhop is starting.", http.StatusServiceUnavailable)
		return
	}
	q, wrong := askedOfLedger(r.URL.Query(), ledgerPage)
	if wrong != "" {
		http.Error(w, wrong+".", http.StatusBadRequest)
		return
	}
	all, ok := s.told(r.Context(), q.filter())
	v := ledger(snap, q, all)
	v.Unread = !ok
	s.html(w, "no-store")
	page, err := s.render("ledger.html", v)
	s.serveRendered(w, r, page, err)
}

// ledger is the page that answers a question.
func ledger(s *monitor.Snapshot, q ledgerQuery, told []monitor.Telling) ledgerView {
	v := ledgerView{
		overallView: deliveryState(s), Receivers: chips(s, q), Receiver: q.receiver, Incident: q.incident,
		Asked: q.receiver+q.incident != "", Past: !q.before.IsZero(), Known: known(s, q), JSON: q.address("api/v1/deliveries", q.before),
	}
	for _, d := range due(s, q.means) {
		v.Owed = append(v.Owed, dueOf(s, d, "incidents/"))
	}
	v.Told = toldViews(told, s.At, "incidents/")
	if next := older(told, q.limit); !next.IsZero() {
		v.Older = q.address("ledger", next)
	}
	return v
}

// deliveryState is how the receivers do, in one sentence.
func deliveryState(s *monitor.Snapshot) overallView {
	v := overallView{State: monitor.StateUp, Sentence: "Every receiver knows what is true.", At: when(s.At, s.At)}
	var failing []string
	for _, d := range due(s, everything) { // what was tried in vain, and is owed no more, is not lacking
		if !d.Failing.IsZero() && !slices.Contains(failing, d.Receiver) {
			failing = append(failing, d.Receiver)
		}
	}
	slices.Sort(failing)
	deaf := deaf(s)
	switch {
	case !s.OldestOwed.IsZero() && s.At.Sub(s.OldestOwed) > owedLong:
		v.State, v.Sentence = monitor.StateDown, "No receiver has taken the latest news."
		v.Since = when(s.OldestOwed, s.At)
	case len(failing) > 0:
		v.State, v.Sentence = monitor.StateDegraded, list(failing)+" "+oneOrMany(len(failing), "does", "do")+" not take what is owed."
	case len(deaf) > 0:
		v.State, v.Sentence = monitor.StateDegraded, list(deaf)+" took nothing when last tried."
	case s.Due > 0:
		v.Sentence = count(s.Due, "message is", "messages are") + " on the way."
	case noReceivers(s):
		v.State, v.Sentence = monitor.StateUnknown, "Alerts go to the log alone: no receiver is configured."
	}
	return v
}

func oneOrMany(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func noReceivers(s *monitor.Snapshot) bool {
	return !slices.ContainsFunc(s.Receivers, func(r monitor.Receiver) bool { return r.Kind != monitor.LogReceiver })
}

// chips are the receivers to choose from: those there are, and those that are still owed something.
func chips(s *monitor.Snapshot, q ledgerQuery) []receiverChip {
	var all []receiverChip
	at := func(name string) *receiverChip {
		i := slices.IndexFunc(all, func(c receiverChip) bool { return c.Name == name })
		if i < 0 {
			to := ledgerQuery{receiver: name, incident: q.incident}
			if name == q.receiver {
				to.receiver = "" // chosen once more is no longer chosen
			}
			all = append(all, receiverChip{Name: name, State: monitor.StateUp, Chosen: name == q.receiver, Address: to.address("ledger", time.Time{})})
			i = len(all) - 1
		}
		return &all[i]
	}
	for _, r := range s.Receivers {
		at(r.Name)
	}
	for _, name := range deaf(s) {
		at(name).State = monitor.StateDegraded
	}
	for _, d := range due(s, everything) {
		c, state := at(d.Receiver), dueState(d)
		c.Owed++
		if badness(state) > badness(c.State) {
			c.State = state
		}
	}
	if q.receiver != "" {
		at(q.receiver)
	}
	return all
}

// dueState is the shape of what is owed: of what only waits its turn nothing is wrong.
func dueState(d *monitor.Delivery) monitor.State {
	switch {
	case !d.Failing.IsZero():
		return monitor.StateDown
	case d.Knows == monitor.Maybe:
		return monitor.StateDegraded
	default:
		return monitor.StateUnknown
	}
}

func dueOf(s *monitor.Snapshot, d *monitor.Delivery, incidents string) dueView {
	since := s.Waiting[d.DeliveryID]
	if since.IsZero() {
		since = d.Failing
	}
	v := dueView{
		State: dueState(d), Label: "waits", Receiver: d.Receiver, Title: s.Titles[d.Incident], Incident: d.Incident,
		Link: link(d.Incident, incidents), Knows: knows(d), Since: when(since, s.At),
	}
	switch {
	case d.Dead != "":
		v.Label, v.Why = "given up", d.Dead
	case !d.Failing.IsZero():
		v.Label, v.Why = "not taken", d.LastErr
	}
	if !since.IsZero() {
		v.Lasted = span(s.At.Sub(since))
	}
	if m := d.Sending; m != nil {
		v.Tries, v.Next = count(m.Attempts, "attempt", "attempts"), when(m.Next, s.At)
	}
	return v
}

// knows is what a receiver knows so far.
func knows(d *monitor.Delivery) string {
	switch d.Knows {
	case monitor.Told:
		return fmt.Sprintf("knows version %d", d.Version)
	case monitor.Maybe:
		return fmt.Sprintf("may know version %d", d.Version)
	default:
		return "knows nothing of it yet"
	}
}

// known names those who know of an open incident, and wait for nothing but its end.
func known(s *monitor.Snapshot, q ledgerQuery) string {
	var who []string
	n := 0
	for _, d := range s.Owed {
		_, waits := s.Waiting[d.DeliveryID]
		if waits || d.Dead != "" || d.State != monitor.IncidentOpen || !q.means(d.DeliveryID) {
			continue
		}
		n++
		if !slices.Contains(who, d.Receiver) {
			who = append(who, d.Receiver)
		}
	}
	if n == 0 {
		return ""
	}
	slices.Sort(who)
	return fmt.Sprintf("%s %s told that something is wrong, and will be told when it is over (%s).",
		list(who), oneOrMany(len(who), "was", "were"), count(n, "end", "ends"))
}

// link is where an incident's own page is; notices and digests have none.
func link(id, incidents string) string {
	if strings.HasPrefix(id, "inc_") {
		return incidents + id
	}
	return ""
}

func toldViews(all []monitor.Telling, now time.Time, incidents string) []toldView {
	var out []toldView
	for _, t := range all {
		out = append(out, toldView{
			State: sendShapes[t.Result], Label: t.Result.Words(), Receiver: t.Receiver, Title: t.Title, What: t.What(), Incident: t.Incident,
			Link: link(t.Incident, incidents), Why: t.Reason, Tries: t.Tries(), Status: t.Status, At: when(t.At, now),
		})
	}
	return out
}

// sendShapes are the shapes of what came of attempts.
var sendShapes = map[monitor.SendResult]monitor.State{
	monitor.Accepted:  monitor.StateUp,
	monitor.Ambiguous: monitor.StateDegraded,
	monitor.Refused:   monitor.StateDown,
	monitor.Unmended:  monitor.StateDown,
	monitor.Content:   monitor.StateDegraded,
	monitor.Gone:      monitor.StateDown,
	monitor.Missing:   monitor.StateUnknown,
	monitor.Left:      monitor.StateUnknown,
}
