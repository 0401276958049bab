package apaleotest

import (
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
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
	Started    time.Time // zero is the moment of posting
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
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.incidents = posted
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (s *Server) serveStatusPage(w http.ResponseWriter, r *http.Request, _ caller) {
	if r.URL.Path != "/" && r.URL.Path != "/api/v2/summary.json" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if !allowed(w, r, http.MethodGet) {
		return
	}
	s.mu.Lock()
	incidents := s.incidents // replaced as a whole, never changed
	s.mu.Unlock()
	if r.URL.Path != "/" {
		writeJSON(w, http.StatusOK, summary(s.StatusPage, incidents, time.Now()))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprint(w, page(incidents))
}

func page(incidents []StatusIncident) string {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=\"en\"><title>Status</title><h1>" + html.EscapeString(overall(incidents).description) + "</h1>")
	for _, in := range incidents {
		b.WriteString("<h2>" + html.EscapeString(in.Name) + "</h2><p>" + html.EscapeString(in.Status+": "+in.Body) + "</p>")
	}
	return b.String()
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

func summary(at string, incidents []StatusIncident, now time.Time) object {
	v := overall(incidents)
	list := []object{}
	for i, in := range incidents {
		list = append(list, incidentJSON(fmt.Sprintf("i%d", i+1), in))
	}
	components := []object{}
	for i, name := range []string{"API", "Identity", "Webhooks"} {
		components = append(components, componentJSON(i, name, incidents, now))
	}
	return object{
		"page":                   object{"id": "apaleotest", "name": "apaleo", "url": at, "time_zone": "Etc/UTC", "updated_at": stamp(now)},
		"status":                 object{"indicator": v.indicator, "description": v.description},
		"components":             components,
		"incidents":              list,
		"scheduled_maintenances": []object{},
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
	at := stamp(in.Started)
	update := object{
		"id": id + "u1", "status": in.Status, "body": in.Body, "incident_id": id, "created_at": at, "updated_at": at,
		"display_at": at, "affected_components": nil, "deliver_notifications": true, "custom_tweet": nil, "tweet_id": nil,
	}
	return object{
		"id": id, "name": in.Name, "status": in.Status, "impact": in.Impact, "page_id": "apaleotest",
		"created_at": at, "updated_at": at, "started_at": at, "monitoring_at": nil, "resolved_at": nil,
		"shortlink": "https://stspg.io/" + id, "incident_updates": []object{update}, "components": []object{},
	}
}
