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

// TestStatus ensures that the shapes others hold on to stay.
func TestStatus(t *testing.T) {
	golden(t, "status-down.json", get(own(worldDown()), "/api/v1/status").Body.Bytes())
	golden(t, "status-fresh.json", get(own(worldFresh()), "/api/v1/status").Body.Bytes())
	golden(t, "incidents-down.json", get(own(worldDown()), "/api/v1/incidents").Body.Bytes())
	golden(t, "deliveries-down.json", get(own(worldDown()), "/api/v1/deliveries").Body.Bytes())
	golden(t, "readyz-blind.json", get(own(worldBlind()), "/readyz?verbose").Body.Bytes())
}

// TestDeliveriesHoldNoMessage ensures that what is owed is listed without what it says.
func TestDeliveriesHoldNoMessage(t *testing.T) {
	body := get(own(worldDown()), "/api/v1/deliveries").Body.String()
	if strings.Contains(body, "body-of-the-message") || strings.Contains(body, `"body"`) {
		t.Error(body)
	}
}

// TestIncidents ensures which incidents are listed.
func TestIncidents(t *testing.T) {
	older := &monitor.Incident{ID: "inc_old", State: monitor.IncidentResolved}
	ledger := func(_ context.Context, limit int) ([]*monitor.Incident, error) {
		return []*monitor.Incident{new(apiDown()), last(), older}[:min(limit, 3)], nil // open ones too, as the store has them
	}
	broken := func(context.Context, int) ([]*monitor.Incident, error) { return nil, errors.New("disk on fire") }
	for _, tt := range []struct {
		query  string
		ledger func(context.Context, int) ([]*monitor.Incident, error)
		status int
		want   string
	}{
		{"", nil, 200, "inc_0193a inc_0191c"},
		{"?state=open", ledger, 200, "inc_0193a"},
		{"?state=resolved", nil, 200, "inc_0191c"},
		{"?state=resolved", ledger, 200, "inc_0191c inc_old"},
		{"?state=resolved&limit=1", ledger, 200, "inc_0191c"},
		{"?state=resolved", broken, 200, "inc_0191c"},
		{"?state=bad", nil, 400, ""},
		{"?limit=0", nil, 400, ""},
		{"?limit=1000000", nil, 400, ""},
		{"?limit=x", nil, 400, ""},
		{"/inc_0193a", nil, 200, ""},
		{"/inc_old", ledger, 200, ""},
		{"/inc_old", nil, 404, ""},
		{"/inc_old", broken, 404, ""},
	} {
		s := New(Options{Reader: fixed{worldDown()}, Ledger: tt.ledger})
		w := get(s.operatorRoutes(), "/api/v1/incidents"+tt.query)
		if w.Code != tt.status || strings.Contains(w.Body.String(), "fire") {
			t.Errorf("%s: status %d, want %d: %s", tt.query, w.Code, tt.status, w.Body.String())
		}
		if tt.want == "" {
			continue
		}
		var body struct{ Incidents []struct{ ID string } }
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, i := range body.Incidents {
			ids = append(ids, i.ID)
		}
		if got := strings.Join(ids, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.query, got, tt.want)
		}
	}
}

// TestStarting ensures that everything answers before anything is loaded.
func TestStarting(t *testing.T) {
	h := own(nil)
	for path, want := range map[string]int{
		"/": 200, "/public.json": 200, "/livez": 200, "/readyz": 503, "/metrics": 200,
		"/api/v1/status": 503, "/api/v1/incidents": 503, "/api/v1/incidents/x": 503, "/api/v1/deliveries": 503, "/incidents/x": 503, "/ledger": 503,
	} {
		if w := get(h, path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
}

// TestGzip ensures that a packed page is the same page.
func TestGzip(t *testing.T) {
	w := get(own(world()), "/", "Accept-Encoding", "gzip, br")
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("not packed")
	}
	if got, want := unzip(t, w.Body), get(own(world()), "/").Body.String(); got != want {
		t.Error(firstDifference([]byte(got), []byte(want)))
	}
	if w := get(own(world()), "/", "Accept-Encoding", "gzip;q=0"); w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("packed for one who does not want it")
	}
}
