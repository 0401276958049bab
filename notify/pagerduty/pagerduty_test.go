package pagerduty

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/notify"
)

var update = flag.Bool("update", false, "rewrite golden files")

var at = time.Date(2026, 11, 22, 10, 3, 26, 0, time.UTC)

const routing = "R0UTINGKEYS3CRET0123456789abcdef"

func samples() []notify.Sample {
	all := notify.Samples(at)
	plain := all[0]
	plain.Name, plain.Plain = "opened-plain", true
	return append(all, plain)
}

func rendered(t *testing.T, m notify.Message) (raw []byte, b body) {
	t.Helper()
	raw, err := Render(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	return raw, b
}

// limits says what is wrong with an event (Events API v2, "Send an event": fields and their bounds).
func limits(e event) []string {
	var wrong []string
	raw, err := json.Marshal(e)
	if err != nil || len(raw) > MaxEvent {
		wrong = append(wrong, fmt.Sprintf("%d bytes, %v", len(raw), err))
	}
	if e.Key == "" || len(e.Key) > maxKey {
		wrong = append(wrong, fmt.Sprintf("a key of %d characters", len(e.Key)))
	}
	if !slices.Contains([]string{"trigger", "acknowledge", "resolve"}, e.Action) {
		wrong = append(wrong, "action "+e.Action)
	}
	if (e.Payload != nil) != (e.Action == "trigger") {
		return append(wrong, "payload and action do not go together")
	}
	if p := e.Payload; p != nil {
		if n := utf8.RuneCountInString(p.Summary); n < 1 || n > maxSummary || p.Source == "" {
			wrong = append(wrong, fmt.Sprintf("a summary of %d characters, source %q", n, p.Source))
		}
		if !slices.Contains([]string{"critical", "warning", "error", "info"}, p.Severity) {
			wrong = append(wrong, "severity "+p.Severity)
		}
	}
	return wrong
}

// TestRenderGolden ensures that what PagerDuty is sent of every event stays, and keeps its limits. The text is
// what a person reads of it there.
func TestRenderGolden(t *testing.T) {
	var text, bodies strings.Builder
	for _, s := range samples() {
		raw, b := rendered(t, s.Message)
		var got bytes.Buffer
		if err := json.Indent(&got, raw, "", "  "); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&bodies, "%q: %s,\n", s.Name, got.String())
		fmt.Fprintf(&text, "--- %s\n", s.Name)
		for _, e := range b.Events {
			for _, wrong := range limits(e) {
				t.Errorf("%s: %s", s.Name, wrong)
			}
			text.WriteString(read(e))
		}
		if b.Why != "" {
			fmt.Fprintf(&text, "nothing: %s\n", b.Why)
		}
	}
	golden(t, "testdata/events.json", "{\n"+strings.TrimRight(bodies.String(), ",\n")+"\n}\n")
	golden(t, "testdata/events.txt", text.String())
}

func read(e event) string {
	text := e.Action + " " + e.Key + "\n"
	if p := e.Payload; p != nil {
		text += fmt.Sprintf("  %s, %s, %s: %s\n", p.Severity, p.Source, p.Group, p.Summary)
		if d := p.Details; d != nil {
			text += fmt.Sprintf("  since %s, %s; next: %s\n", d.Since, strings.Join(d.Affected, "; "), d.NextStep)
		}
	}
	return text
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

// TestRenderKeepsLimits ensures that nothing an incident can hold makes an event that PagerDuty refuses.
func TestRenderKeepsLimits(t *testing.T) {
	for _, text := range []string{"🏨", "\"\\", "\n", "x"} {
		m := samples()[0].Message
		i := *m.Incident
		long := strings.Repeat(text, 20_000)
		i.ID, i.Text, i.NextStep, i.Cause.ID, i.Acks = "inc_"+long, long, long, long, slices.Repeat([]string{long}, 50)
		i.Affected = slices.Repeat([]monitor.Affected{{Check: monitor.CheckID(long), TrackingID: long, Runbook: "https://example.com/" + long}}, 50)
		i.Ack = &monitor.Ack{By: long, Why: long}
		m.Incident = &i
		m.Links.Incident = "https://example.com/" + long
		_, b := rendered(t, m)
		for _, e := range b.Events {
			for _, wrong := range limits(e) {
				t.Errorf("%q: %s", text, wrong)
			}
		}
	}
}

// TestActions ensures that PagerDuty hears what it has a use for, and nothing else.
func TestActions(t *testing.T) {
	want := map[string]string{
		"opened": "trigger", "opened-auth": "trigger", "opened-late": "trigger", "reopened": "trigger", "opened-plain": "trigger",
		"resolved": "resolve", "resolved-unwatched": "resolve", "resolved-paused": "resolve", "resolved-merged": "resolve", "recap": "resolve",
		"updated-severity": "trigger", "updated-scope": "trigger", "updated-rerooted": "trigger", "updated-merged": "trigger",
		"updated-hotels": "trigger", "updated-acknowledged": "acknowledge", "updated-receiver_removed": "trigger",
		"test-opened": "trigger", "test-updated": "trigger", "test-resolved": "resolve",
	}
	for _, s := range samples() {
		_, b := rendered(t, s.Message)
		var got []string
		for _, e := range b.Events {
			got = append(got, e.Action)
		}
		if strings.Join(got, " ") != want[s.Name] {
			t.Errorf("%s: %v, want %q", s.Name, got, want[s.Name])
		}
	}
}

// TestSomebodyIsOnIt ensures that who is told of an incident late, when somebody is on it already, is told that,
// too: else PagerDuty goes on to wake people.
func TestSomebodyIsOnIt(t *testing.T) {
	m := samples()[0].Message
	i := *m.Incident
	i.Ack = &monitor.Ack{By: "Anna"}
	m.Incident = &i
	if _, b := rendered(t, m); len(b.Events) != 2 || b.Events[0].Action != "trigger" || b.Events[1].Action != "acknowledge" {
		t.Errorf("%+v", b.Events)
	}
}

// TestTakenInPart ensures that once PagerDuty has an alert, what becomes of the acknowledgement behind it does not make
// bellhop believe that it knows of nothing: it would then never hear the end.
func TestTakenInPart(t *testing.T) {
	m := samples()[0].Message
	i := *m.Incident
	i.Ack = &monitor.Ack{By: "Anna"}
	m.Incident = &i
	took := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }
	for _, code := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadRequest, http.StatusForbidden, http.StatusOK} {
		s := serve(t, took, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		_, err := send(t, lane(t, s.srv.URL), m)
		if r, ok := errors.AsType[*notify.Refusal](err); !ok || r.Result != monitor.Ambiguous || r.Status != code {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// TestOvertaken ensures that what PagerDuty may not have heard is said with the next version, which changes nothing
// itself: what happened, and that somebody is on it.
func TestOvertaken(t *testing.T) {
	m := samples()[0].Message
	i := *m.Incident
	i.Change, i.Ack = monitor.ChangeNote, &monitor.Ack{By: "Anna", At: at.Add(time.Minute)}
	m.Type, m.Incident = monitor.EventUpdated, &i
	for _, tt := range []struct {
		knows monitor.Knowledge
		told  time.Duration
		want  string
	}{{monitor.Told, 2 * time.Minute, "[]"}, {monitor.Told, 0, "[acknowledge]"}, {monitor.Maybe, 2 * time.Minute, "[trigger acknowledge]"}} {
		m.Before = &monitor.Delivery{Knows: tt.knows, ToldAt: at.Add(tt.told), Severity: i.Severity, Side: i.Side, Cause: i.Cause.Node()}
		if got := fmt.Sprint(actions(m)); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

type standIn struct {
	srv    *httptest.Server
	events []event
}

// serve is a PagerDuty that gives some answers of its own first.
func serve(t *testing.T, answers ...http.HandlerFunc) *standIn {
	t.Helper()
	s := &standIn{}
	s.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var e event
		raw, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(raw, &e) != nil || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s, %v", raw, err)
		}
		s.events = append(s.events, e)
		if n := len(s.events); n <= len(answers) {
			answers[n-1](w, r)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"status":"success","message":"Event processed"}`)
	}))
	t.Cleanup(s.srv.Close)
	return s
}

func lane(t *testing.T, url string) notify.Lane {
	t.Helper()
	l, err := NewLane(monitor.Receiver{Name: "on-call"}, Options{RoutingKey: routing, URL: url, Agent: "bellhop/test", Pace: monitor.RealPace()})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func send(t *testing.T, l notify.Lane, m notify.Message) (notify.Receipt, error) {
	t.Helper()
	raw, _ := rendered(t, m)
	if bytes.Contains(raw, []byte(routing)) {
		t.Error("the key is in what is stored")
	}
	return l.Notifier.Notify(t.Context(), notify.Letter{ID: m.ID, Type: m.Type, Body: raw, Attempt: 1, At: at})
}

// TestCourse ensures that an incident is one alert from its beginning to its end, and that nothing is sent of
// what PagerDuty has no use for.
func TestCourse(t *testing.T) {
	s := serve(t)
	l := lane(t, s.srv.URL)
	if r := l.Receiver; r.Kind != "pagerduty" || !r.NoRecap || r.When.WantsNotice() || r.Posts || r.Keyless {
		t.Errorf("receiver %+v", r)
	}
	for _, sample := range samples() {
		if sample.Test {
			continue
		}
		got, err := send(t, l, sample.Message)
		if err != nil || sample.Incident != nil && got.Ref == "" {
			t.Errorf("%s: %+v, %v", sample.Name, got, err)
		}
	}
	keys := map[string]bool{}
	for _, e := range s.events {
		keys[e.Key] = true
		if e.RoutingKey != routing {
			t.Errorf("key %q", e.RoutingKey)
		}
	}
	if len(keys) != 1 || !keys["bk_0193/inc_0193b2f0"] || len(s.events) != 17 {
		t.Errorf("%d events of %v", len(s.events), keys)
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
		after  time.Duration
	}{
		"failed":                     {status(http.StatusServiceUnavailable), monitor.Refused, 0},
		"failed, may have arrived":   {status(http.StatusInternalServerError), monitor.Ambiguous, 0},
		"took effect":                {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, monitor.Ambiguous, 0},
		"does not like it":           {status(http.StatusBadRequest), monitor.Content, 0},
		"too large":                  {status(http.StatusRequestEntityTooLarge), monitor.Content, 0},
		"something else answers":     {status(http.StatusOK), monitor.Unmended, 0},
		"the address is another's":   {status(http.StatusNotFound), monitor.Unmended, 0},
		"redirects to somewhere":     {status(http.StatusFound), monitor.Unmended, 0},
		"nonsense":                   {nonsense, monitor.Ambiguous, 0},
		"too many events at present": {limited, monitor.Refused, 90 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.answer, tt.answer)
			l := lane(t, s.srv.URL+"/PATH")
			for range 2 {
				_, err := send(t, l, samples()[0].Message)
				r, ok := errors.AsType[*notify.Refusal](err)
				if !ok || r.Result != tt.want || r.After != tt.after || strings.Contains(err.Error(), "PATH") || strings.Contains(err.Error(), routing) {
					t.Errorf("error %v, want %s", err, tt.want)
				}
			}
			if _, err := send(t, l, samples()[0].Message); err != nil || len(s.events) != 3 || s.events[0].Key != s.events[2].Key {
				t.Errorf("%v, %+v", err, s.events)
			}
		})
	}
}

func limited(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "90")
	w.WriteHeader(http.StatusTooManyRequests)
}

func nonsense(w http.ResponseWriter, _ *http.Request) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_, _ = c.Write([]byte("this is not HTTP\r\n\r\n"))
		_ = c.Close()
	}
}

// TestNewLaneRefuses ensures that what cannot be used is refused, and not repeated.
func TestNewLaneRefuses(t *testing.T) {
	for _, o := range []Options{{RoutingKey: "SECRET", URL: "example.com"}, {URL: "https://example.com/SECRET"}} {
		if _, err := NewLane(monitor.Receiver{}, o); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("error %v", err)
		}
	}
	if l, err := NewLane(monitor.Receiver{}, Options{RoutingKey: routing}); err != nil || l.Notifier.(*service).url != DefaultURL {
		t.Errorf("%v", err)
	}
}
