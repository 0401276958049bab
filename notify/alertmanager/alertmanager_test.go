package alertmanager

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/notify"
)

var update = flag.Bool("update", false, "rewrite golden files")

var (
	at  = time.Date(2026, 11, 22, 10, 3, 26, 0, time.UTC)
	own = map[string]string{"team": "web"}
)

func samples() []notify.Sample {
	all := notify.Samples(at)
	plain := all[0]
	plain.Name, plain.Plain = "opened-plain", true
	return append(all, plain)
}

func rendered(t *testing.T, m notify.Message) (raw []byte, a alert) {
	t.Helper()
	raw, err := Render(own)(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		t.Fatal(err)
	}
	return raw, a
}

var name = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// limits says what is wrong with an alert: Alertmanager asks for a label at least, names as Prometheus knows
// them, no empty label, a start that is no later than the end (alert.Validate), and an address in generatorURL.
func limits(a alert) []string {
	var wrong []string
	if a.Labels["alertname"] == "" || a.StartsAt.IsZero() || a.EndsAt != nil && a.EndsAt.Before(a.StartsAt) {
		wrong = append(wrong, fmt.Sprintf("alertname %q from %v to %v", a.Labels["alertname"], a.StartsAt, a.EndsAt))
	}
	for what, fields := range map[string]map[string]string{"label": a.Labels, "annotation": a.Annotations} {
		for key, value := range fields {
			if n := utf8.RuneCountInString(value); !name.MatchString(key) || n == 0 || n > maxNote || !utf8.ValidString(value) {
				wrong = append(wrong, fmt.Sprintf("%s %s of %d characters", what, key, n))
			}
		}
	}
	return wrong
}

// TestRenderGolden ensures that what an Alertmanager is sent of every event stays. The text is what a person
// reads of it there.
func TestRenderGolden(t *testing.T) {
	var text, bodies strings.Builder
	for _, s := range samples() {
		if s.Digest != nil {
			continue // Alertmanager groups alerts itself: it is never sent one
		}
		raw, a := rendered(t, s.Message)
		for _, wrong := range limits(a) {
			t.Errorf("%s: %s", s.Name, wrong)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, raw, "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&bodies, "%q: %s,\n", s.Name, got.String())
		fmt.Fprintf(&text, "--- %s\n", s.Name)
		for _, fields := range []map[string]string{a.Labels, a.Annotations} {
			for _, key := range slices.Sorted(maps.Keys(fields)) {
				fmt.Fprintf(&text, "  %s: %s\n", key, strings.ReplaceAll(fields[key], "\n", "; "))
			}
		}
		ends := "while it is posted again"
		if a.EndsAt != nil {
			ends = "to " + a.EndsAt.Format(time.RFC3339)
		}
		fmt.Fprintf(&text, "  from %s %s\n", a.StartsAt.Format(time.RFC3339), ends)
	}
	golden(t, "testdata/alerts.json", "{\n"+strings.TrimRight(bodies.String(), ",\n")+"\n}\n")
	golden(t, "testdata/alerts.txt", text.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != got {
		t.Errorf("%s differs (%v; -update rewrites), got:\n%s", path, err, got)
	}
}

// TestRenderKeepsLimits ensures that nothing an incident can hold makes an alert that is refused.
func TestRenderKeepsLimits(t *testing.T) {
	for _, text := range []string{"🏨", "\"\\", "\n"} {
		m := samples()[0].Message
		i := *m.Incident
		long := strings.Repeat(text, 20_000)
		i.Title, i.Text, i.NextStep, i.Cause.ID, i.Acks = long, long, long, long, []string{long}
		i.Affected = slices.Repeat([]monitor.Affected{{Check: monitor.CheckID(long), Runbook: long}}, 50)
		i.Ack, i.Count = &monitor.Ack{By: long}, 5000
		i.State, i.Ended = monitor.IncidentResolved, i.Since.Add(-time.Hour) // the clock was set back
		m.Incident, m.Instance, m.Links.Incident = &i, long, "not an address"
		_, a := rendered(t, m)
		for _, wrong := range limits(a) {
			t.Errorf("%q: %s", text, wrong)
		}
		if a.From != "" || a.Annotations["runbook_url"] != "" {
			t.Errorf("%q: linked to %q", text, a.From)
		}
	}
}

type standIn struct {
	srv   *httptest.Server
	posts [][]alert
	auth  string
}

// serve is an Alertmanager that gives some answers of its own first.
func serve(t *testing.T, answers ...http.HandlerFunc) *standIn {
	t.Helper()
	s := &standIn{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /am/api/v2/status", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"versionInfo": {"version": "0.34.0"}}`)
	})
	mux.HandleFunc("POST /am/api/v2/alerts", func(w http.ResponseWriter, r *http.Request) {
		var all []alert
		if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
			t.Error(err)
		}
		s.auth = r.Header.Get("Authorization")
		if s.posts = append(s.posts, all); len(s.posts) <= len(answers) {
			answers[len(s.posts)-1](w, r)
		}
	})
	s.srv = httptest.NewServer(mux)
	t.Cleanup(s.srv.Close)
	return s
}

func lane(t *testing.T, url string) notify.Lane {
	t.Helper()
	l, err := NewLane(monitor.Receiver{Name: "prometheus"}, Options{
		URL: url, Labels: own, Headers: map[string]string{"Authorization": "Bearer s3cret"}, Pace: monitor.RealPace(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func send(t *testing.T, l notify.Lane, m notify.Message, ref string) (notify.Receipt, error) {
	t.Helper()
	raw, _ := rendered(t, m)
	return l.Notifier.Notify(t.Context(), notify.Letter{ID: m.ID, Type: m.Type, Body: raw, Attempt: 1, Ref: ref, At: time.Now()})
}

func sample(t *testing.T, name string) notify.Message {
	t.Helper()
	for _, s := range samples() {
		if s.Name == name {
			return s.Message
		}
	}
	t.Fatalf("no sample %s", name)
	return notify.Message{}
}

// TestCourse ensures that an incident is one alert, whatever becomes of it: its labels never change, while it is
// open it ends in three minutes from each post, and at its end it ends when it did.
func TestCourse(t *testing.T) {
	s := serve(t)
	l := lane(t, s.srv.URL+"/am/")
	if r := l.Receiver; r.Kind != "alertmanager" || !r.NoRecap || r.When.WantsNotice() || l.KeepEvery != time.Minute {
		t.Errorf("receiver %+v", r)
	}
	ref := ""
	for _, name := range []string{"opened", "updated-severity", "updated-rerooted", "updated-receiver_removed", "resolved", "reopened"} {
		got, err := send(t, l, sample(t, name), ref)
		if err != nil || ref != "" && got.Ref != ref {
			t.Fatalf("%s: %+v, %v", name, got, err)
		}
		ref = got.Ref
	}
	for n, all := range s.posts {
		if len(all) != 1 || !maps.Equal(all[0].Labels, s.posts[0][0].Labels) {
			t.Fatalf("post %d: %+v, want the labels %v", n, all, s.posts[0][0].Labels)
		}
		left := time.Until(*all[0].EndsAt)
		if n == 4 && !all[0].EndsAt.Equal(at.Add(16*time.Minute)) || n != 4 && (left < 2*time.Minute || left > 3*time.Minute) {
			t.Errorf("post %d ends in %v", n, left)
		}
	}
	if labels := s.posts[0][0].Labels; labels["severity"] != "down" || labels["cause"] != "api.apaleo.com" || labels["team"] != "web" || s.auth != "Bearer s3cret" {
		t.Errorf("labels %v, authorization %q", labels, s.auth)
	}
	if now := s.posts[1][0].Annotations; now["severity_now"] != "degraded" {
		t.Errorf("annotations %v", now)
	}
}

// TestLabelsOfWhatMayHaveArrived ensures that an update after an answer that was lost is about the same alert.
func TestLabelsOfWhatMayHaveArrived(t *testing.T) {
	_, first := rendered(t, sample(t, "opened"))
	m := sample(t, "updated-severity")
	before := *m.Before
	before.Knows, before.Severity, before.Ref = monitor.Maybe, monitor.Down, ""
	m.Before = &before
	if _, then := rendered(t, m); !maps.Equal(first.Labels, then.Labels) {
		t.Errorf("labels %v, were %v", then.Labels, first.Labels)
	}
}

// TestOtherRef ensures that what another kind of receiver of this name left behind changes no labels.
func TestOtherRef(t *testing.T) {
	s := serve(t)
	for _, ref := range []string{"1700000000.000100", "bk_0193/inc_0193b2f0", "incident=inc_other", "%zz"} {
		if _, err := send(t, lane(t, s.srv.URL+"/am"), sample(t, "opened"), ref); err != nil {
			t.Fatal(err)
		}
		if l := s.posts[len(s.posts)-1][0].Labels; l["incident"] != "inc_0193b2f0" || l["alertname"] != "BellhopIncident" {
			t.Errorf("%s: labels %v", ref, l)
		}
	}
}

// TestKeep ensures that all open alerts are posted again in one request, under the labels that they have there.
func TestKeep(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	l := lane(t, s.srv.URL+"/am")
	_, first := rendered(t, sample(t, "opened"))
	open := sample(t, "updated-severity")
	before := *open.Before
	before.Ref = first.ref()
	open.Before = &before
	other := sample(t, "opened-auth")
	i := *other.Incident
	i.ID, other.Incident = "inc_other", &i
	all := []notify.Message{open, other, sample(t, "resolved"), sample(t, "notice")}
	r, ok := errors.AsType[*notify.Refusal](l.Keep(t.Context(), all))
	if !ok || r.Status != http.StatusBadGateway {
		t.Errorf("error %v", r)
	}
	if err := l.Keep(t.Context(), all); err != nil {
		t.Error(err)
	}
	kept := s.posts[1]
	if len(kept) != 2 || !maps.Equal(kept[0].Labels, first.Labels) || kept[1].Labels["incident"] != "inc_other" {
		t.Fatalf("kept %+v", kept)
	}
	for _, a := range kept {
		if left := time.Until(*a.EndsAt); left < 2*time.Minute || left > 3*time.Minute {
			t.Errorf("ends in %v", left)
		}
	}
	if err := l.Keep(t.Context(), all[2:]); err != nil || len(s.posts) != 2 {
		t.Errorf("with nothing open: %v, %d posts", err, len(s.posts))
	}
}

// TestCheck ensures that what answers is known before anything is posted.
func TestCheck(t *testing.T) {
	s := serve(t)
	if steps := lane(t, s.srv.URL+"/am").Check(t.Context()); len(steps) != 1 || !steps[0].OK || !strings.Contains(steps[0].Detail, "0.34.0") {
		t.Errorf("steps %+v", steps)
	}
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	defer html.Close()
	for _, url := range []string{s.srv.URL + "/SECRET", html.URL, "http://127.0.0.1:1/SECRET"} {
		if steps := lane(t, url).Check(t.Context()); len(steps) != 1 || steps[0].OK || strings.Contains(steps[0].Detail, "SECRET") {
			t.Errorf("%s: %+v", url, steps)
		}
	}
}

// TestFailures ensures that what goes wrong is understood, the first time and the second, and that the alert
// stays one.
func TestFailures(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   monitor.SendResult
	}{
		"failed":           {status(http.StatusServiceUnavailable), monitor.Refused},
		"may have arrived": {status(http.StatusInternalServerError), monitor.Ambiguous},
		"took effect":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, monitor.Ambiguous},
		"does not like it": {status(http.StatusBadRequest), monitor.Content},
		"wants a password": {status(http.StatusUnauthorized), monitor.Unmended},
		"has moved":        {status(http.StatusMovedPermanently), monitor.Unmended},
		"limited":          {status(http.StatusTooManyRequests), monitor.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.answer, tt.answer)
			l := lane(t, strings.Replace(s.srv.URL, "//", "//user:PASSWORD@", 1)+"/am")
			for range 2 {
				got, err := send(t, l, sample(t, "opened"), "")
				r, ok := errors.AsType[*notify.Refusal](err)
				if !ok || r.Result != tt.want || strings.Contains(fmt.Sprint(err, got), "PASSWORD") {
					t.Errorf("error %v, want %s", err, tt.want)
				}
			}
			if _, err := send(t, l, sample(t, "opened"), ""); err != nil || len(s.posts) != 3 || !maps.Equal(s.posts[0][0].Labels, s.posts[2][0].Labels) {
				t.Errorf("%v, %+v", err, s.posts)
			}
		})
	}
}

// TestNotices ensures that a notice that is over ends its alert.
func TestNotices(t *testing.T) {
	_, begun := rendered(t, sample(t, "notice"))
	_, over := rendered(t, sample(t, "notice-over"))
	if !maps.Equal(begun.Labels, over.Labels) || begun.Labels["severity"] != "notice" || begun.EndsAt.Sub(begun.StartsAt) != 24*time.Hour || over.EndsAt.After(at) {
		t.Errorf("%+v, then %+v", begun, over)
	}
	if _, err := Render(nil)(sample(t, "digest")); err == nil {
		t.Error("rendered a digest")
	}
}

// TestNewLaneRefuses ensures that what cannot be used is refused, and not repeated.
func TestNewLaneRefuses(t *testing.T) {
	for _, u := range []string{"", "example.com/SECRET", "ftp://example.com/SECRET"} {
		if _, err := NewLane(monitor.Receiver{}, Options{URL: u}); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", u, err)
		}
	}
}
