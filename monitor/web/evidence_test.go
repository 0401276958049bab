package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"bellhop/monitor"
)

// TestEvidence ensures that the text for apaleo's support is had as text or as JSON, for an incident that there
// is, by those who may see the operator's side.
func TestEvidence(t *testing.T) {
	s := site(worldDown())
	var failing error
	s.Evidence = func(_ context.Context, i *monitor.Incident) (monitor.Ticket, error) {
		return monitor.Case{Now: now, Incident: i, Monitor: "bellhop 0.1.0"}.Ticket(), failing
	}
	all, path := protect(s.operatorRoutes()), "/api/v1/incidents/inc_0193a/evidence"
	text := get(all, path, "Accept", "text/html, */*")
	if text.Code != http.StatusOK || text.Header().Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(text.Body.String(), "TIMELINE (UTC)") {
		t.Errorf("text: %d %v\n%s", text.Code, text.Header(), text.Body)
	}
	var ticket monitor.Ticket
	body := get(all, path, "Accept", "application/json").Body.Bytes()
	if err := json.Unmarshal(body, &ticket); err != nil || ticket.Incident != "inc_0193a" {
		t.Errorf("JSON: %v\n%s", err, body)
	}
	if page := get(all, "/incidents/inc_0193a").Body.String(); !strings.Contains(page, `href="..`+path+`"`) {
		t.Error("the incident's page does not lead to it")
	}
	if code := get(all, "/api/v1/incidents/inc_none/evidence").Code; code != http.StatusNotFound {
		t.Errorf("of no incident: %d", code)
	}
	for _, h := range []http.Handler{s.Public(), s.Operator()} {
		if w := knock(h, lan, "192.0.2.1", path); w.Code == http.StatusOK || strings.Contains(w.Body.String(), "TIMELINE") {
			t.Errorf("without the right: %d", w.Code)
		}
	}
	failing = errors.New("disk on fire")
	if w := get(all, path); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "fire") {
		t.Errorf("while the store fails: %d %s", w.Code, w.Body)
	}
}
