package web

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// How many silences in force a page lists, and as many to come; the API lists all.
const (
	boardQuiets = 20
	pageQuiets  = 200
)

// A silencesView is the page of silences, maintenance and pauses.
type silencesView struct {
	At       moment
	State    monitor.State
	Now      []quietView
	Later    []quietView
	Forms    formsView
	Done     string // what was done just before
	More     int    // in force or to come, and not listed
	Checks   []string
	Accounts []string
	Labels   []string
	Written  map[string]string // what was written in the form for a new one
}

// Kind is which kind is chosen in the form for a new one.
func (v silencesView) Kind() string { return cmp.Or(v.Written["kind"], string(monitor.ActSilence)) }

// An endingView is one of a page with the form that ends it.
type endingView struct {
	One  quietView
	Page silencesView
}

// A quietView is a silence, a maintenance or a pause as pages show it.
type quietView struct {
	ID, Kind, What, Name, By, Why string
	State                         string // its shape
	From, Until                   moment
	Checks                        string
	Incident                      string
	Verb                          string // what ends it
	Later                         bool   // it is to come
	Config                        bool   // it can be ended in the configuration alone
}

var quietWords = map[monitor.ActKind]struct {
	word, verb string
}{
	monitor.ActSilence:     {"silenced", "Lift it"},
	monitor.ActMaintenance: {"maintenance", "End it"},
	monitor.ActPause:       {"paused", "Resume"},
}

// quiets are the silences of a snapshot: those in force, and those to come, at most so many of each.
func quiets(s *monitor.Snapshot, most int) (now, later []quietView) {
	for _, one := range s.Silences {
		switch inForce := one.InForce(s.At); {
		case inForce && len(now) < most:
			now = append(now, quietOf(one, s))
		case !inForce && len(later) < most:
			v := quietOf(one, s)
			v.Verb, v.Later = "Call it off", true
			later = append(later, v)
		}
	}
	return now, later
}

func quietOf(one *monitor.Silence, s *monitor.Snapshot) quietView {
	w := quietWords[one.Kind]
	v := quietView{
		ID: one.ID, Kind: w.word, What: targetText(one.Target, s), Name: one.Name, By: one.By, Why: one.Why, State: w.word, From: when(one.From, s.At),
		Until: when(one.Until, s.At), Incident: one.Target.Incident, Verb: w.verb, Config: one.ID == "",
	}
	if v.Incident == "" {
		v.Checks = count(covered(one.Target, s), "check", "checks")
	}
	return v
}

func (s *Site) silenceRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /silences", func(w http.ResponseWriter, r *http.Request) {
		v := silencesView{Forms: s.forms(r)}
		if done, ok := s.done.of(r.URL.Query().Get("done")); ok {
			v.Done = done.Text
		}
		s.showSilences(w, r, v, http.StatusOK)
	})
	mux.HandleFunc("POST /silences", s.serveSilenceForm)
}

// serveSilenceForm makes what a form describes, or ends what it names.
func (s *Site) serveSilenceForm(w http.ResponseWriter, r *http.Request) {
	snap := s.latest(r.Context())
	if snap == nil {
		starting(w)
		return
	}
	v, err := s.spoken(r)
	var done Acted
	if err == nil {
		done, err = s.actOnSilences(r, v, snap)
	}
	if err == nil {
		seeOther(w, "silences?done="+url.QueryEscape(done.ID))
		return
	}
	view := silencesView{Forms: s.again(r, v, err), Written: map[string]string{}}
	for _, k := range []string{"kind", "name", "from", "checks", "accounts", "labels", "id"} {
		view.Written[k] = v.Get(k)
	}
	s.showSilences(w, r, view, statusOfError(err))
}

func (s *Site) actOnSilences(r *http.Request, v url.Values, snap *monitor.Snapshot) (Acted, error) {
	key := key(r, v)
	if done, ok := s.done.of(digest(key)); ok {
		return done, nil
	}
	a, err := s.silenceAct(r, v, snap)
	if err != nil {
		return Acted{}, err
	}
	a.ID = actID(a.Kind, key)
	return s.do(r.Context(), a)
}

func (s *Site) silenceAct(r *http.Request, v url.Values, snap *monitor.Snapshot) (monitor.Act, error) {
	q := Asked{
		By: v.Get("by"), Why: v.Get("why"), For: v.Get("for"), Kind: monitor.ActKind(v.Get("kind")), Name: v.Get("name"),
		Target: monitor.Target{Accounts: words(v.Get("accounts"))},
	}
	if v.Get("act") == string(monitor.ActLift) {
		a, err := Asked{By: q.By, Why: q.Why}.act(monitor.ActLift, s.at(snap))
		if err != nil {
			return a, err
		}
		one, err := silenceNamed(snap, v.Get("id"))
		if err != nil {
			return a, err
		}
		a.Lifts = one.ID
		return a, nil
	}
	if err := q.written(v); err != nil {
		return monitor.Act{}, err
	}
	if q.Kind != monitor.ActMaintenance {
		q.Name = ""
	}
	return s.askSilence(r, q, snap)
}

// written adds what a form says in words: of what, and from when.
func (q *Asked) written(v url.Values) error {
	for _, c := range words(v.Get("checks")) {
		q.Checks = append(q.Checks, monitor.CheckID(c))
	}
	for _, l := range words(v.Get("labels")) {
		name, value, ok := strings.Cut(l, "=")
		if !ok {
			return refused(http.StatusBadRequest, "a label is written name=value, as team=web")
		}
		if q.Labels == nil {
			q.Labels = map[string]string{}
		}
		q.Labels[name] = value
	}
	if from := v.Get("from"); from != "" {
		t, err := time.Parse("2006-01-02T15:04", from[:min(len(from), len("2006-01-02T15:04"))])
		if err != nil {
			return refused(http.StatusBadRequest, "from is a day and a time in UTC, like 2026-11-28T22:00")
		}
		q.From = &t
	}
	return nil
}

// words are the parts of a text between commas and spaces.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
}

func (s *Site) showSilences(w http.ResponseWriter, r *http.Request, v silencesView, status int) {
	snap := s.latest(r.Context())
	if snap == nil {
		starting(w)
		return
	}
	v.At, v.State = when(snap.At, s.at(snap)), monitor.StateUnknown
	v.Now, v.Later = quiets(snap, pageQuiets)
	v.More = len(snap.Silences) - len(v.Now) - len(v.Later)
	v.Checks, v.Accounts, v.Labels = names(snap)
	page, err := s.render("silences.html", v)
	s.html(w, "no-store")
	if status != http.StatusOK && err == nil {
		w.WriteHeader(status)
		_, _ = w.Write(page.body)
		return
	}
	s.serveRendered(w, r, page, err)
}

// offered is how many names a form offers of each kind.
const offered = 200

// names are the names that a form offers: of checks, accounts and labels.
func names(s *monitor.Snapshot) (checks, accounts, labels []string) {
	c, a, l := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, v := range s.Checks {
		c[v.Check.Name] = true
		if !v.Check.Reported || len(c) < offered {
			c[string(v.Check.ID())] = true
		}
		if v.Check.Account != "" {
			a[v.Check.Account] = true
		}
		for k, value := range v.Check.Labels {
			l[k+"="+value] = true
		}
	}
	some := func(m map[string]bool) []string {
		all := slices.Sorted(maps.Keys(m))
		return all[:min(len(all), offered)]
	}
	return some(c), some(a), some(l)
}
