package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// order asks a handler to do something, in JSON, as if by a listener on loopback.
func order(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:8080"+path, strings.NewReader(body))
	r = r.WithContext(withListener(r.Context(), loopback))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestActs ensures what each request makes of itself, and that the answer says what happens next.
func TestActs(t *testing.T) {
	for _, tt := range []struct {
		method, path, body string
		want               monitor.Act // but for its id
		text               string
	}{
		{
			"POST", "/api/v1/incidents/inc_0193a/acknowledge", `{"by":"Anna","why":"on it","for":"1h"}`,
			monitor.Act{Kind: monitor.ActAcknowledge, By: "Anna", Why: "on it", Until: at("11:05:00")},
			"Anna is on it. Reminders and mentions stop until 11:05:00 UTC;",
		},
		{"POST", "/api/v1/incidents/last/acknowledge", `{"by":"Anna"}`, monitor.Act{Kind: monitor.ActAcknowledge, By: "Anna"}, "Anna is on it. Reminders and mentions stop until it ends;"},
		{"POST", "/api/v1/incidents/0193/unacknowledge", `{"by":"Anna"}`, monitor.Act{Kind: monitor.ActUnacknowledge, By: "Anna"}, "Nobody is on it any more"},
		{"POST", "/api/v1/incidents/inc_0193a/note", `{"by":"Anna","why":"ticket 4711"}`, monitor.Act{Kind: monitor.ActNote, By: "Anna", Why: "ticket 4711"}, "Noted."},
		{
			"POST", "/api/v1/incidents/inc_0193a/silence", `{"by":"Anna","why":"known","until":"2026-11-22T18:00:00+01:00"}`,
			monitor.Act{Kind: monitor.ActSilence, By: "Anna", Why: "known", Until: at("17:00:00")},
			"Slack (ops) hears nothing more of it until 17:00:00 UTC; its end is told all the same. pager has not been told, and will be only if it is still open then.",
		},
		{
			"POST", "/api/v1/silences", `{"by":"Anna","why":"known","checks":["api-edge"]}`,
			monitor.Act{Kind: monitor.ActSilence, By: "Anna", Why: "known", Until: at("11:05:00"), Target: monitor.Target{Checks: []monitor.CheckID{"api-edge"}}},
			"What begins to fail at api-edge is not told before 11:05:00 UTC, and then only if it still does. Ends are told all the same",
		},
		{
			"POST", "/api/v1/silences", `{"by":"Anna","kind":"maintenance","name":"Upgrade","accounts":["alpine-hotels"],"from":"2026-11-22T22:00:00Z","for":"90m"}`,
			monitor.Act{Kind: monitor.ActMaintenance, By: "Anna", Name: "Upgrade", From: at("22:00:00"), Until: at("23:30:00"), Target: monitor.Target{Accounts: []string{"alpine-hotels"}}},
			"From 22:00:00 UTC on, what begins to fail at all of alpine-hotels is not told before 23:30:00 UTC",
		},
		{
			"POST", "/api/v1/checks/webhook-edge/pause", `{"by":"Anna","for":"2d"}`,
			monitor.Act{Kind: monitor.ActPause, By: "Anna", Until: now.Add(48 * time.Hour), Target: monitor.Target{Checks: []monitor.CheckID{"webhook-edge"}}},
			"webhook-edge is not asked until 24 Nov 10:05 UTC.",
		},
		{
			"POST", "/api/v1/checks/webhook-edge/pause", `{"by":"Anna"}`,
			monitor.Act{Kind: monitor.ActPause, By: "Anna", Target: monitor.Target{Checks: []monitor.CheckID{"webhook-edge"}}},
			"webhook-edge is not asked until somebody resumes it.",
		},
		{
			"POST", "/api/v1/checks/webhook-edge/resume", `{"by":"Anna"}`,
			monitor.Act{Kind: monitor.ActResume, By: "Anna", Target: monitor.Target{Checks: []monitor.CheckID{"webhook-edge"}}},
			"webhook-edge is resumed, and webhook-edge stays paused by Carla",
		},
		{"DELETE", "/api/v1/silences/sil_star", `{"by":"Anna"}`, monitor.Act{Kind: monitor.ActLift, By: "Anna", Lifts: "sil_star12345b"}, "The silence is over. What is open now"},
		{"DELETE", "/api/v1/silences/rain?by=Anna&why=rained+off", ``, monitor.Act{Kind: monitor.ActLift, By: "Anna", Why: "rained off", Lifts: "mnt_rain12345c"}, "The maintenance is called off."},
	} {
		d := &clerk{s: worldQuiet()}
		d.s.Owed = []*monitor.Delivery{{DeliveryID: monitor.DeliveryID{Receiver: "ops", Incident: "inc_0193a"}, Knows: monitor.Told, State: monitor.IncidentOpen}}
		w := order(d.site(Options{}).Operator(), tt.method, tt.path, tt.body)
		var done Acted
		if err := json.Unmarshal(w.Body.Bytes(), &done); err != nil || w.Code != http.StatusOK || len(d.acts) != 1 {
			t.Errorf("%s: status %d, %v, %s", tt.path, w.Code, d.acts, w.Body)
			continue
		}
		got := d.acts[0]
		if strings.Contains(tt.path, "/incidents/") {
			tt.want.Target.Incident = "inc_0193a"
		}
		if tt.want.From.IsZero() {
			tt.want.From = now
		}
		tt.want.At, tt.want.ID = now, done.ID
		if a, b := mustJSON(t, got), mustJSON(t, tt.want); a != b || done.ID == "" {
			t.Errorf("%s: the book gets\n%s, want\n%s", tt.path, a, b)
		}
		if !strings.HasPrefix(done.Text, tt.text) {
			t.Errorf("%s: it says %q, want %q", tt.path, done.Text, tt.text)
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestActsRefused ensures that nothing is done that was not asked for rightly, and that the answer says in JSON why.
func TestActsRefused(t *testing.T) {
	const ack, silences = "/api/v1/incidents/inc_0193a/acknowledge", "/api/v1/silences"
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		want                     string
		headers                  []string
	}{
		{"nobody", "POST", ack, `{}`, 400, "say who you are", nil},
		{"nobody but spaces", "POST", ack, `{"by":" \t"}`, 400, "say who you are", nil},
		{"nothing", "POST", ack, ``, 400, "empty", nil},
		{"no JSON", "POST", ack, `by=Anna`, 400, "not understood", nil},
		{"two values", "POST", ack, `{"by":"a"}{"by":"b"}`, 400, "more than one value", nil},
		{"unknown key", "POST", ack, `{"by":"a","reason":"x"}`, 400, "unknown field", nil},
		{"a form", "POST", ack, `{"by":"a"}`, 415, "application/json", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"huge", "POST", ack, `{"by":"` + strings.Repeat("a", 70<<10) + `"}`, 413, "too long", nil},
		{"long name", "POST", ack, `{"by":"` + strings.Repeat("a", 81) + `"}`, 400, "by is too long", nil},
		{"no such incident", "POST", "/api/v1/incidents/inc_9/acknowledge", `{"by":"a"}`, 404, "there is no incident", nil},
		{"no such thing to do", "POST", "/api/v1/incidents/inc_0193a/close", `{"by":"a"}`, 404, "acknowledge, unacknowledge", nil},
		{"ambiguous", "POST", "/api/v1/incidents/inc_01/acknowledge", `{"by":"a"}`, 404, "3 incidents begin", nil},
		{"bad time", "POST", ack, `{"by":"a","for":"soon"}`, 400, "no duration", nil},
		{"negative", "POST", ack, `{"by":"a","for":"-1h"}`, 400, "no duration", nil},
		{"overflow", "POST", ack, `{"by":"a","for":"99999999d"}`, 400, "no duration", nil},
		{"too long", "POST", ack, `{"by":"a","for":"32d"}`, 400, "31d", nil},
		{"for and until", "POST", ack, `{"by":"a","for":"1h","until":"2026-11-23T10:00:00Z"}`, 400, "both given", nil},
		{"silence without why", "POST", "/api/v1/incidents/inc_0193a/silence", `{"by":"a"}`, 400, "say why", nil},
		{"note without text", "POST", "/api/v1/incidents/inc_0193a/note", `{"by":"a"}`, 400, "needs a text", nil},
		{"what is for others", "POST", ack, `{"by":"a","checks":["x"]}`, 400, "the path names an incident", nil},
		{"silence of nothing", "POST", silences, `{"by":"a","why":"b"}`, 400, "say of what", nil},
		{"unknown kind", "POST", silences, `{"by":"a","kind":"note","checks":["x"]}`, 400, "kind is silence", nil},
		{"maintenance without a name", "POST", silences, `{"by":"a","kind":"maintenance","checks":["x"],"for":"1h"}`, 400, "needs a name", nil},
		{"maintenance without an end", "POST", silences, `{"by":"a","kind":"maintenance","name":"x","checks":["x"]}`, 400, "say when maintenance ends", nil},
		{"unknown silence", "DELETE", silences + "/sil_x", `{"by":"a"}`, 404, "there is no silence", nil},
		{"lift by nobody", "DELETE", silences + "/sil_star", ``, 400, "say who you are", nil},
		{"another site", "POST", ack, `{"by":"a"}`, 403, "", []string{"Sec-Fetch-Site", "cross-site"}},
		{"another origin", "POST", ack, `{"by":"a"}`, 403, "", []string{"Origin", "https://evil.example.com"}},
		{"no origin to speak of", "POST", ack, `{"by":"a"}`, 403, "", []string{"Origin", "null"}},
		{"by reading", "GET", ack, ``, 405, "", nil},
	} {
		d := &clerk{s: worldQuiet()}
		twin := *d.s.Open[0]
		twin.ID = "inc_0194b"
		d.s.Recent = append(d.s.Recent, &twin)
		w := order(d.site(Options{}).Operator(), tt.method, tt.path, tt.body, tt.headers...)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) || len(d.acts) > 0 {
			t.Errorf("%s: status %d, want %d, acts %v: %s", tt.name, w.Code, tt.status, d.acts, w.Body)
		}
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); tt.want != "" && (err != nil || p.Error == "") {
			t.Errorf("%s: no error in JSON: %s", tt.name, w.Body)
		}
	}
}

// TestActsNeedTheToken ensures that off loopback nobody acts without the token, and that the public side knows none of it.
func TestActsNeedTheToken(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	s := d.site(Options{Token: func() (string, error) { return token, nil }, PublicURL: "https://status.example.com"})
	for _, path := range []string{
		"/api/v1/incidents/inc_0193a/acknowledge", "/api/v1/incidents/inc_0193a/note", "/api/v1/silences", "/api/v1/checks/api-edge/pause", "/incidents/inc_0193a", "/silences",
	} {
		for _, tt := range []struct {
			auth string
			want int
		}{{"", 401}, {"Bearer nope", 403}} {
			r := httptest.NewRequest(http.MethodPost, "http://192.0.2.1"+path, strings.NewReader(`{"by":"Anna","why":"x","kind":"pause","checks":["api-edge"]}`))
			r = r.WithContext(withListener(r.Context(), lan))
			r.Header.Set("Content-Type", "application/json")
			if tt.auth != "" {
				r.Header.Set("Authorization", tt.auth)
			}
			w := httptest.NewRecorder()
			s.Operator().ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("%s with %q: status %d, want %d", path, tt.auth, w.Code, tt.want)
			}
		}
		if w := order(s.Public(), http.MethodPost, path, `{"by":"Anna","why":"x"}`); w.Code != 404 && w.Code != 405 {
			t.Errorf("public %s: status %d", path, w.Code)
		}
	}
	if len(d.acts) != 0 {
		t.Errorf("acts %v", d.acts)
	}
	if w := order(s.Operator(), http.MethodPost, "/api/v1/incidents/last/note", `{"by":"Anna","why":"x"}`, "Origin", "https://status.example.com", "Authorization", "Bearer "+token); w.Code != 200 {
		t.Errorf("from our own public address: status %d", w.Code)
	}
}

// TestActTwice ensures that what is sent twice under one key is done once and answered alike, and that what is sent
// without is done each time.
func TestActTwice(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	h := d.site(Options{}).Operator()
	const path, body = "/api/v1/silences", `{"by":"Anna","why":"known","checks":["api-edge"]}`
	first, second := order(h, "POST", path, body, "Idempotency-Key", "k1"), order(h, "POST", path, body, "Idempotency-Key", "k1")
	if first.Body.String() != second.Body.String() || len(d.acts) != 1 {
		t.Errorf("%d acts; answers\n%s\n%s", len(d.acts), first.Body, second.Body)
	}
	for range 2 {
		order(h, "POST", path, body)
	}
	order(h, "POST", path, body, "Idempotency-Key", "k2")
	if len(d.acts) != 4 || d.acts[1].ID == d.acts[2].ID {
		t.Errorf("%d acts: %v", len(d.acts), d.acts)
	}
	for i := range 2 * keptActs {
		var d doneActs
		d.keep(time.Duration(i).String(), Acted{})
		if len(d.by) > keptActs || len(d.order) != len(d.by) {
			t.Fatalf("%d answers are kept", len(d.by))
		}
	}
}

// TestActNotWritten ensures that an act which the book could not take is no success, and is done when it is asked for again.
func TestActNotWritten(t *testing.T) {
	d := &clerk{s: worldQuiet(), err: errors.New("disk full at /secret/path")}
	h := d.site(Options{}).Operator()
	w := order(h, "POST", "/api/v1/incidents/last/note", `{"by":"Anna","why":"x"}`, "Idempotency-Key", "k")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	d.err = nil
	if w := order(h, "POST", "/api/v1/incidents/last/note", `{"by":"Anna","why":"x"}`, "Idempotency-Key", "k"); w.Code != 200 || len(d.acts) != 1 {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

// TestHostileWords ensures that what a person writes is one line of text, whatever was in it.
func TestHostileWords(t *testing.T) {
	for in, want := range map[string]string{
		"Anna":                             "Anna",
		" An\r\nna\tB ":                    "An na B",
		"\u202eevil\u2066x\u200b":          "evilx",
		"\x00\x1b[31mred":                  "[31mred",
		"a\xffb":                           "ab",
		"👩\u200d🚒 <!here> *b*":             "👩\u200d🚒 <!here> *b*",
		"<script>alert(1)</script>":        "<script>alert(1)</script>",
		"\u2028line\u2029separators\u0085": "line separators",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestLengths ensures how long what is written lasts.
func TestLengths(t *testing.T) {
	for in, want := range map[string]time.Duration{"": 0, "90m": 90 * time.Minute, "2d": 48 * time.Hour, "1d12h": 36 * time.Hour, "8h": 8 * time.Hour} {
		if got, err := lengthOf(in); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"d", "0h", "1", "1w", "-1d", "400d", "1d-2h", "٣h", "1e9h"} {
		if got, err := lengthOf(in); err == nil {
			t.Errorf("%q is %v, want an error", in, got)
		}
	}
}

// TestSilencesAPI ensures that those in force and to come are listed, by kind where that is asked.
func TestSilencesAPI(t *testing.T) {
	h := own(worldQuiet())
	golden(t, "silences.json", get(h, "/api/v1/silences").Body.Bytes())
	var list Silences
	if err := json.Unmarshal(get(h, "/api/v1/silences?kind=maintenance").Body.Bytes(), &list); err != nil || len(list.Silences) != 2 ||
		slices.ContainsFunc(list.Silences, func(q Quieted) bool { return q.Kind != monitor.ActMaintenance }) {
		t.Errorf("%v %+v", err, list)
	}
	if w := get(h, "/api/v1/silences?kind=nope"); w.Code != 400 {
		t.Errorf("status %d", w.Code)
	}
}
