package apaleotest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// StatusIncident is an unresolved incident on the status page, in the words of Atlassian Statuspage.
// Which provider apaleo has is not known (facts, section 5): this shape is the one most pages serve.
type StatusIncident struct {
	Name       string
	Status     string    // investigating, identified or monitoring; empty is investigating
	Impact     string    // none, minor, major or critical; empty is minor
	Body       string    // of its one update
	Components []string  // which of API, Identity, Webhooks; empty is all
	Started    time.Time // as the page says; zero is the moment of posting
	Posted     time.Time // when the page acknowledged it, which may be much later; zero is Started
}

// StatusMaintenance is planned work on the status page.
type StatusMaintenance struct {
	Name     string
	From, To time.Time
	Status   string // scheduled, in_progress or verifying; empty is as the time has it
}

// A StatusFormat is a provider of status pages that the stand-in can be.
type StatusFormat string

// The formats, of which a page has one, beside its page for people (facts, section 5). The empty one is Statuspage.
const (
	Statuspage StatusFormat = "statuspage" // /api/v2/summary.json
	Instatus   StatusFormat = "instatus"   // /summary.json
	BetterUp   StatusFormat = "betterup"   // Better Stack: /index.json
	RSS        StatusFormat = "rss"        // /history.rss
	Atom       StatusFormat = "atom"       // /history.atom
	StatusIO   StatusFormat = "status.io"  // the page for people alone
)

// board is what the status page shows. The slices are replaced as a whole, never changed.
type board struct {
	format    StatusFormat
	incidents []StatusIncident
	planned   []StatusMaintenance
}

// PostIncidents replaces what the status page reports; with no argument all is well.
func (s *Server) PostIncidents(incidents ...StatusIncident) {
	posted := slices.Clone(incidents)
	for i := range posted {
		in := &posted[i]
		in.Status, in.Impact = or(in.Status, "investigating"), or(in.Impact, "minor")
		if in.Started.IsZero() {
			in.Started = time.Now()
		}
		if in.Posted.IsZero() {
			in.Posted = in.Started
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.board.incidents = posted
}

// PlanMaintenance replaces what the status page announces.
func (s *Server) PlanMaintenance(planned ...StatusMaintenance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.board.planned = slices.Clone(planned)
}

// SetStatusFormat makes the status page one of another provider.
func (s *Server) SetStatusFormat(f StatusFormat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.board.format = f
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (s *Server) serveStatusPage(w http.ResponseWriter, r *http.Request, _ caller) {
	s.mu.Lock()
	b := s.board
	s.mu.Unlock()
	answer, ok := b.answers(s.StatusPage)[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if !allowed(w, r, http.MethodGet) {
		return
	}
	kind, body := answer(time.Now())
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	_, _ = w.Write(body)
}

// answers are what a page of this format has, by path.
func (b board) answers(at string) map[string]func(time.Time) (kind string, body []byte) {
	people := func(now time.Time) (string, []byte) { return "text/html", []byte(b.page(now)) }
	all := map[string]func(time.Time) (string, []byte){"/": people}
	switch b.format {
	case Instatus:
		all["/summary.json"] = inJSON(func(now time.Time) object { return b.instatus(at, now) })
	case BetterUp:
		all["/index.json"] = inJSON(b.betterUp)
	case RSS:
		all["/history.rss"] = func(now time.Time) (string, []byte) { return "application/rss+xml", b.rss(at, now) }
	case Atom:
		all["/history.atom"] = func(now time.Time) (string, []byte) { return "application/atom+xml", b.atom(at, now) }
	case StatusIO:
	default:
		all["/api/v2/summary.json"] = inJSON(func(now time.Time) object { return b.summary(at, now) })
	}
	return all
}

func inJSON(of func(time.Time) object) func(time.Time) (string, []byte) {
	return func(now time.Time) (string, []byte) {
		body, err := json.Marshal(of(now))
		if err != nil {
			panic(err) // plain values
		}
		return "application/json", body
	}
}

type object = map[string]any

// stamp is the form of Statuspage's times.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// impacts, from bad to worse: what each says of the page and of a component.
var impacts = []struct{ impact, description, component string }{
	{"none", "All Systems Operational", "operational"},
	{"minor", "Partially Degraded Service", "degraded_performance"},
	{"major", "Partial System Outage", "partial_outage"},
	{"critical", "Major Service Outage", "major_outage"},
}

type verdict struct{ indicator, description, component string }

func overall(incidents []StatusIncident) verdict {
	worst := 0
	for _, in := range incidents {
		for i, row := range impacts {
			if row.impact == in.Impact {
				worst = max(worst, i)
			}
		}
	}
	row := impacts[worst]
	return verdict{row.impact, row.description, row.component}
}

func (b board) summary(at string, now time.Time) object {
	v := overall(b.incidents)
	incidents, planned, components := []object{}, []object{}, []object{}
	for i, in := range b.incidents {
		incidents = append(incidents, incidentJSON(fmt.Sprintf("i%d", i+1), in))
	}
	for i, m := range b.planned {
		planned = append(planned, m.json(fmt.Sprintf("m%d", i+1), now))
	}
	for i, name := range parts() {
		components = append(components, componentJSON(i, name, b.incidents, now))
	}
	return object{
		"page":                   object{"id": "apaleotest", "name": "apaleo", "url": at, "time_zone": "Etc/UTC", "updated_at": stamp(now)},
		"status":                 object{"indicator": v.indicator, "description": v.description},
		"components":             components,
		"incidents":              incidents,
		"scheduled_maintenances": planned,
	}
}

func parts() []string { return []string{"API", "Identity", "Webhooks"} }

// status is what a maintenance is called at a time.
func (m StatusMaintenance) status(now time.Time) string {
	if m.Status == "" && !now.Before(m.From) && now.Before(m.To) {
		return "in_progress"
	}
	return or(m.Status, "scheduled")
}

func (m StatusMaintenance) json(id string, now time.Time) object {
	return object{
		"id": id, "name": m.Name, "status": m.status(now), "impact": "maintenance", "page_id": "apaleotest",
		"created_at": stamp(m.From), "updated_at": stamp(m.From), "started_at": stamp(m.From), "monitoring_at": nil, "resolved_at": nil,
		"scheduled_for": stamp(m.From), "scheduled_until": stamp(m.To),
		"shortlink": "https://stspg.io/" + id, "incident_updates": []object{}, "components": []object{},
	}
}

func componentJSON(i int, name string, incidents []StatusIncident, now time.Time) object {
	var of []StatusIncident
	for _, in := range incidents {
		if len(in.Components) == 0 || slices.Contains(in.Components, name) {
			of = append(of, in)
		}
	}
	return object{
		"id": fmt.Sprintf("c%d", i+1), "name": name, "status": overall(of).component, "position": i + 1,
		"created_at": stamp(now), "updated_at": stamp(now), "description": nil, "showcase": true, "start_date": nil,
		"group_id": nil, "page_id": "apaleotest", "group": false, "only_show_if_degraded": false,
	}
}

func incidentJSON(id string, in StatusIncident) object {
	began, at := stamp(in.Started), stamp(in.Posted)
	update := object{
		"id": id + "u1", "status": in.Status, "body": in.Body, "incident_id": id, "created_at": at, "updated_at": at,
		"display_at": at, "affected_components": nil, "deliver_notifications": true, "custom_tweet": nil, "tweet_id": nil,
	}
	return object{
		"id": id, "name": in.Name, "status": in.Status, "impact": in.Impact, "page_id": "apaleotest",
		"created_at": at, "updated_at": at, "started_at": began, "monitoring_at": nil, "resolved_at": nil,
		"shortlink": "https://stspg.io/" + id, "incident_updates": []object{update}, "components": []object{},
	}
}
