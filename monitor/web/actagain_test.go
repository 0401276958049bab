package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// forgetting has what was lifted gone from the next snapshot, and nothing else.
func (d *clerk) forgetting(ctx context.Context, a monitor.Act) error {
	standing := d.s.Silences
	err := d.act(ctx, a)
	if a.Kind == monitor.ActLift {
		d.s.Silences = slices.DeleteFunc(slices.Clone(standing), func(one *monitor.Silence) bool { return one.ID == a.Lifts })
	}
	return err
}

// TestLiftTwice ensures that who ends a silence twice, because the first answer was lost or a button was pressed twice, is
// told that it was done, and not that there is no such silence.
func TestLiftTwice(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	s := d.site(Options{})
	s.Act = d.forgetting
	h := s.Operator()
	const path, body = "/api/v1/silences/sil_star12345b", `{"by":"Anna"}`
	first, second := order(h, "DELETE", path, body, "Idempotency-Key", "k"), order(h, "DELETE", path, body, "Idempotency-Key", "k")
	if first.Code != 200 || first.Body.String() != second.Body.String() {
		t.Errorf("the API says\n%s, and when asked again\n%s", first.Body, second.Body)
	}
	form := url.Values{"act": {"lift"}, "id": {"pau_moon12345a"}, "by": {"Anna"}, "nonce": {"one"}}
	once, twice := fill(h, loopback, "/silences", form), fill(h, loopback, "/silences", form)
	if once.Code != 303 || twice.Code != 303 || once.Header().Get("Location") != twice.Header().Get("Location") {
		t.Errorf("the page answers %d, and when the button is pressed twice %d", once.Code, twice.Code)
	}
	form = url.Values{"act": {"lift mnt_rain12345c"}, "by": {"Anna"}, "nonce": {"two"}}
	if once, twice := fill(h, loopback, incidentPath, form), fill(h, loopback, incidentPath, form); once.Code != 303 || twice.Code != 303 {
		t.Errorf("the incident's page answers %d, and when the button is pressed twice %d", once.Code, twice.Code)
	}
	if len(d.acts) != 3 {
		t.Errorf("%d acts: %v", len(d.acts), d.acts)
	}
}

// TestOneKeyForTwo ensures that a key which stands before two different requests swallows neither, and that a form from
// no page of ours is done as often as it is sent.
func TestOneKeyForTwo(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	h := d.site(Options{}).Operator()
	for _, check := range []string{"api-edge", "token-edge"} {
		w := order(h, "POST", "/api/v1/silences", `{"by":"Anna","why":"known","checks":["`+check+`"]}`, "Idempotency-Key", "deploy")
		var done Acted
		if err := json.Unmarshal(w.Body.Bytes(), &done); err != nil || done.Silence == nil || done.Silence.Target.Checks[0] != monitor.CheckID(check) {
			t.Errorf("%s: %v, %s", check, err, w.Body)
		}
	}
	for range 2 {
		fill(h, loopback, incidentPath, url.Values{"act": {"acknowledge"}, "by": {"Anna"}})
	}
	if len(d.acts) != 4 {
		t.Errorf("%d acts: %v", len(d.acts), d.acts)
	}
}

// TestTooLateAfterAll ensures that nobody is told that something was done if the incident ended just before the book heard
// of it, or if that was one silence too many.
func TestTooLateAfterAll(t *testing.T) {
	for _, tt := range []struct {
		path, body string
		meanwhile  func(s *monitor.Snapshot)
		want       string
	}{
		{"/api/v1/incidents/inc_0193a/acknowledge", `{"by":"Anna"}`, endAll, "ended at"},
		{"/api/v1/incidents/inc_0193a/silence", `{"by":"Anna","why":"x"}`, endAll, "ended at"},
		{"/api/v1/silences", `{"by":"Anna","why":"x","checks":["api-edge"]}`, func(s *monitor.Snapshot) {
			s.Silences = slices.Repeat([]*monitor.Silence{{ID: "sil_x", Kind: monitor.ActSilence}}, 300)
		}, "no more than 300"},
	} {
		d := &clerk{s: worldQuiet()}
		s := d.site(Options{})
		s.Act = func(context.Context, monitor.Act) error {
			later := *d.s
			tt.meanwhile(&later)
			d.s = &later
			return nil
		}
		if w := order(s.Operator(), "POST", tt.path, tt.body); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: status %d, %s", tt.path, w.Code, w.Body)
		}
	}
}

func endAll(s *monitor.Snapshot) {
	for _, i := range s.Open {
		over := *i
		over.State, over.Ended = monitor.IncidentResolved, s.At
		s.Recent = append(slices.Clip(s.Recent), &over)
	}
	s.Open = nil
}

// TestTimesOfNothing ensures that a time is refused where it would mean nothing, or something else than it says.
func TestTimesOfNothing(t *testing.T) {
	for path, body := range map[string]string{
		"/api/v1/incidents/inc_0193a/acknowledge":   `{"by":"Anna","from":"2026-11-23T10:00:00Z","for":"1h"}`,
		"/api/v1/incidents/inc_0193a/note":          `{"by":"Anna","why":"x","for":"1h"}`,
		"/api/v1/incidents/inc_0193a/unacknowledge": `{"by":"Anna","until":"2026-11-22T11:00:00Z"}`,
		"/api/v1/checks/webhook-edge/resume":        `{"by":"Anna","for":"1h"}`,
	} {
		d := &clerk{s: worldQuiet()}
		if w := order(d.site(Options{}).Operator(), "POST", path, body); w.Code != http.StatusBadRequest || len(d.acts) > 0 {
			t.Errorf("%s: status %d, acts %v: %s", path, w.Code, d.acts, w.Body)
		}
	}
}

// TestFormsBeforeTheFirstSnapshot ensures that a form which comes while bellhop starts is told so.
func TestFormsBeforeTheFirstSnapshot(t *testing.T) {
	h := New(Options{Reader: fixed{nil}, Act: func(context.Context, monitor.Act) error { return nil }}).Operator()
	for path, act := range map[string]string{incidentPath: "acknowledge", "/silences": "lift"} {
		if w := fill(h, loopback, path, url.Values{"act": {act}, "by": {"Anna"}, "id": {"x"}}); w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

// TestEveryWayIn ensures that no page of another site, and no name of another's that leads here, makes a browser act, by any
// kind of body that a browser sends without asking first, in the address or beside it.
func TestEveryWayIn(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	h := d.site(Options{}).Operator()
	const said = "act=acknowledge&by=Anna&why=x&for=1h&kind=pause&checks=api-edge&id=sil_star12345b"
	bodies := map[string]string{
		"application/x-www-form-urlencoded": said, "text/plain": `{"by":"Anna","why":"x","checks":["api-edge"]}`,
		"multipart/form-data; boundary=b": "--b\r\nContent-Disposition: form-data; name=\"by\"\r\n\r\nAnna\r\n--b--\r\n", "": said, "application/json": `{"by":"Anna","why":"x"}`,
	}
	for kind, body := range bodies {
		for _, path := range []string{incidentPath, "/silences", "/api/v1/silences", "/api/v1/incidents/inc_0193a/acknowledge", "/api/v1/checks/api-edge/pause"} {
			for _, tt := range []struct{ host, header, value string }{
				{"localhost:8080", "Origin", "null"},
				{"localhost:8080", "Origin", "http://localhost:8081"},
				{"localhost:8080", "Origin", "http://evil.example.com"},
				{"localhost:8080", "Sec-Fetch-Site", "cross-site"},
				{"localhost:8080", "Sec-Fetch-Site", "same-site"},
				{"evil.example.com:8080", "Sec-Fetch-Site", "same-origin"},
				{"evil.example.com:8080", "Origin", "http://evil.example.com:8080"},
				{"localhost.evil.example.com", "Sec-Fetch-Site", "same-origin"},
				{"127.0.0.1.nip.io:8080", "Sec-Fetch-Site", "same-origin"},
			} {
				r := httptest.NewRequest(http.MethodPost, "http://"+tt.host+path+"?"+said+"&token="+token, strings.NewReader(body))
				r = r.WithContext(withListener(r.Context(), loopback))
				r.Header.Set("Content-Type", kind)
				r.Header.Set(tt.header, tt.value)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code != http.StatusForbidden && w.Code != http.StatusMisdirectedRequest || len(w.Result().Cookies()) > 0 {
					t.Errorf("%s as %q at %s, %s %s: status %d", path, kind, tt.host, tt.header, tt.value, w.Code)
				}
			}
		}
	}
	if len(d.acts) > 0 {
		t.Errorf("acts %v", d.acts)
	}
}

// TestAtOnce ensures that acts that come at the same time under one key are done once, and that each gets an answer.
func TestAtOnce(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	s, taken := d.site(Options{}), make(chan monitor.Act, 8)
	s.Act = func(_ context.Context, a monitor.Act) error {
		taken <- a
		return nil
	}
	h, answers := s.Operator(), make(chan *httptest.ResponseRecorder, cap(taken))
	for range cap(taken) {
		go func() {
			answers <- order(h, "POST", "/api/v1/incidents/last/acknowledge", `{"by":"Anna"}`, "Idempotency-Key", "k")
		}()
	}
	ids, limit := map[string]bool{}, time.After(10*time.Second)
	for range cap(taken) {
		select {
		case w := <-answers:
			var done Acted
			if err := json.Unmarshal(w.Body.Bytes(), &done); err != nil || w.Code != http.StatusOK {
				t.Errorf("status %d: %s", w.Code, w.Body)
			}
			ids[done.ID] = true
		case <-limit:
			t.Fatal("no answer")
		}
	}
	for range len(taken) {
		ids[(<-taken).ID] = true
	}
	if len(ids) != 1 { // the book takes each id once
		t.Errorf("ids %v", ids)
	}
}

// TestNearIsNotEnoughToAct ensures that where there is a token, who is near needs it to change anything by the API, as by a
// form: a proxy beside bellhop, or anybody else on this machine, is near too. Reading stays as it is, and so does the socket.
func TestNearIsNotEnoughToAct(t *testing.T) {
	d := &clerk{s: worldQuiet()}
	s := d.site(Options{
		Token: func() (string, error) { return token + "\n", nil },
		Order: func(context.Context, monitor.HotelOrder) error { t.Error("a hotel was forgotten"); return nil },
	})
	const silences, body = "/api/v1/silences", `{"by":"Eve","why":"x","accounts":["alpine-hotels"]}`
	for method, path := range map[string]string{"POST": silences, "DELETE": silences + "/sil_star12345b"} {
		for auth, want := range map[string]int{"": http.StatusUnauthorized, "Bearer nope": http.StatusForbidden} {
			if w := order(s.Operator(), method, path, body, "Authorization", auth); w.Code != want {
				t.Errorf("%s with %q: status %d, want %d", method, auth, w.Code, want)
			}
		}
	}
	if w := order(s.Operator(), "POST", "/api/v1/hotels/a/forget", `{}`); w.Code != http.StatusUnauthorized {
		t.Errorf("of a hotel: status %d", w.Code)
	}
	if w := knock(s.Operator(), loopback, "localhost", silences); w.Code != http.StatusOK || len(d.acts) > 0 {
		t.Errorf("who reads: status %d; acts %v", w.Code, d.acts)
	}
	if w := order(s.Operator(), "POST", silences, body, "Authorization", "Bearer "+token); w.Code != http.StatusOK {
		t.Errorf("with the token: status %d", w.Code)
	}
	if w := order(s.Trusted(), "POST", silences, strings.Replace(body, "Eve", "Anna", 1)); w.Code != http.StatusOK || len(d.acts) != 2 {
		t.Errorf("by the socket: status %d; acts %v", w.Code, d.acts)
	}
}
