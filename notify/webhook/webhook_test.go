package webhook

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

var update = flag.Bool("update", false, "rewrite golden files")

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

var at = time.Date(2026, 11, 22, 10, 3, 26, 123, time.UTC)

func message(what monitor.EventType) notify.Message {
	i := &monitor.Incident{
		ID: "inc_0193", Version: 1, State: monitor.IncidentOpen, Severity: monitor.Down, Side: monitor.SideApaleo,
		Since: time.Date(2026, 11, 22, 10, 2, 11, 5e8, time.UTC),
		Cause: monitor.Cause{Kind: monitor.NodeEdge, ID: "api.apaleo.com", Confidence: monitor.Certain},
		Scope: monitor.Scope{Failing: 14, Evaluated: 14, Watched: 14, Accounts: "all"},
		Count: 14, NextStep: "Nothing to fix here. bellhop watches it and tells you when it is over.",
		Text: "apaleo API is DOWN: 14 of 14 API checks fail (HTTP 502) since 10:02:11 UTC. Identity & webhooks fine.",
	}
	for range 14 {
		i.Affected = append(i.Affected, monitor.Affected{
			Check: "booking@alpine-hotels", Signal: monitor.Availability, Status: 502, Fault: monitor.FaultServer,
			TrackingID: "a25f", Failed: 4, Of: 4,
		})
	}
	if what == monitor.EventResolved {
		i.Version, i.State, i.Ended, i.Affected = 2, monitor.IncidentResolved, at.Add(-time.Minute), nil
	}
	return notify.Message{
		ID: "msg_1", Type: what, At: at, Incident: i, Instance: "fra1", Build: "0.1.0",
		Links: notify.Links{Incident: "https://status.example.com/incidents/inc_0193", StatusPage: "https://status.apaleo.com"},
	}
}

// documented is the example of docs/webhooks.md: what a real outage sends, cut to two checks.
func documented() notify.Message {
	m := message(monitor.EventOpened)
	i := *m.Incident
	i.Text = "apaleo API is DOWN: 14 of 14 checks fail (HTTP 502) since 10:02:11 UTC. apaleo identity and apaleo webhook API answer."
	i.NextStep = "Nothing to fix here. Pause writes and keep them for later; reads may be repeated. bellhop tells you when it is over."
	i.Affected = i.Affected[:2]
	i.Affected[0].Check, i.Affected[0].TrackingID = "api-edge", ""
	i.Affected[1].Check, i.Affected[1].TrackingID = "inventory@alpine-hotels", "a25f065f-0029-4745-9c0a-1e3127e12490"
	m.Incident = &i
	return m
}

func aNotice(what monitor.EventType) notify.Message {
	return notify.Message{
		ID: "msg_2", Type: what, At: at, Instance: "fra1", Build: "0.1.0",
		Notice: &monitor.Notice{ID: "not_1", Key: "receiver/ops", Text: "Receiver \"ops\" has taken no alerts.", NextStep: "Check its address."},
	}
}

// TestRenderGolden ensures that the shape of the body, which others hold on to, stays.
func TestRenderGolden(t *testing.T) {
	for name, m := range map[string]notify.Message{
		"opened": message(monitor.EventOpened), "resolved": message(monitor.EventResolved),
		"documented": documented(), "notice": aNotice(monitor.EventNotice), "test": aNotice(monitor.EventTest),
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := Render(m)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			path := "testdata/" + name + ".json"
			if *update {
				if err := os.WriteFile(path, append(got.Bytes(), '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(path); err != nil || !bytes.Equal(bytes.TrimSpace(want), got.Bytes()) {
				t.Errorf("%s differs (%v), got:\n%s", path, err, got.Bytes())
			}
		})
	}
}

// TestDocumented ensures that the documentation shows the body as it is.
func TestDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/webhooks.md")
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile("testdata/documented.json")
	if err != nil || !bytes.Contains(doc, bytes.TrimSpace(body)) {
		t.Errorf("docs/webhooks.md does not show testdata/documented.json (%v)", err)
	}
}

// TestRenderStaysSmall ensures that no incident makes a body larger than receivers take, and that a plain one
// holds no more than it must.
func TestRenderStaysSmall(t *testing.T) {
	m := message(monitor.EventOpened)
	huge := *m.Incident
	huge.Text, huge.NextStep = strings.Repeat("ä<&", 30_000), strings.Repeat("x", 30_000)
	for n := range huge.Affected {
		huge.Affected[n].Check = monitor.CheckID(strings.Repeat("n", 5_000))
	}
	m.Incident = &huge
	for _, plain := range []bool{false, true} {
		m.Plain = plain
		raw, err := Render(m)
		if err != nil || len(raw) >= MaxBody || !json.Valid(raw) {
			t.Errorf("plain %v: %d bytes, %v", plain, len(raw), err)
		}
	}
}

// post sends one letter to a handler over loopback.
func post(t *testing.T, o Options, h http.HandlerFunc) (notify.Receipt, error) {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	o.Pace = monitor.RealPace()
	if o.URL == "" {
		o.URL = srv.URL + "/hooks/TOKEN"
	}
	if o.Secret == "" {
		o.Secret = secret
	}
	w, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w.Notify(t.Context(), notify.Letter{ID: "msg_1", Body: []byte(`{"a": 1}`), At: time.Now()})
}

// TestSignature ensures that the reference library takes what we send, with each key of a rotation, and
// nothing that was changed on the way.
func TestSignature(t *testing.T) {
	other := "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 64))
	var body []byte
	var header http.Header
	got, err := post(t, Options{Secret: secret + " " + other, Agent: "bellhop/test"}, func(_ http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		header = r.Header
	})
	if err != nil || got.Status != http.StatusOK {
		t.Fatalf("status %d, %v", got.Status, err)
	}
	if header.Get("Content-Type") != "application/json" || header.Get("User-Agent") != "bellhop/test" || header.Get("Webhook-Id") != "msg_1" {
		t.Errorf("headers %v", header)
	}
	for _, s := range []string{secret, other} {
		ref, err := standardwebhooks.NewWebhook(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := ref.Verify(body, header); err != nil {
			t.Errorf("the reference refuses it: %v", err)
		}
		if ref.Verify(append(body, ' '), header) == nil {
			t.Error("the reference takes another body")
		}
	}
}

// TestParseSecret ensures that keys are read as documented, and that a weak one is refused without being shown.
func TestParseSecret(t *testing.T) {
	plain := "correct horse battery staple"
	for text, want := range map[string]int{
		secret: 24, strings.TrimPrefix(secret, "whsec_"): 24, plain: len(plain),
		"": 0, "whsec_": 0, "whsec_short": 0, "whsec_c2hvcnQ=": 0, "short": 0, strings.Repeat("!", 65): 0,
		"whsec_" + strings.Repeat("!", 30): 0,
	} {
		key, err := ParseSecret(text)
		if len(key) != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d bytes, %v", text, len(key), err)
		}
	}
	if _, err := New(Options{URL: "https://example.com", Secret: "tooshort"}); err == nil || strings.Contains(err.Error(), "tooshort") {
		t.Errorf("error %v", err)
	}
}

// TestNewRefusesAddresses ensures that what is no address is refused, and not repeated.
func TestNewRefusesAddresses(t *testing.T) {
	for _, u := range []string{"", "example.com/SECRET", "ftp://example.com/SECRET", "https://", "://SECRET"} {
		if _, err := New(Options{URL: u, Secret: secret}); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

// TestAnswers ensures that what a receiver does is understood, over a real connection, and that no error
// holds the address.
func TestAnswers(t *testing.T) {
	var followed bool
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    monitor.SendResult
		after   time.Duration
	}{
		{"taken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }, "", 0},
		{"429", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		}, monitor.Refused, 7 * time.Second},
		{"unavailable", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, monitor.Refused, 0},
		{"failed behind its proxy", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusBadGateway)
		}, monitor.Ambiguous, 7 * time.Second},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			followed = followed || r.URL.Path == "/elsewhere"
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, monitor.Unmended, 0},
		{"gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, monitor.Gone, 0},
		{"too large", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) }, monitor.Content, 0},
		{"broken after it took effect", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, monitor.Ambiguous, 0},
		{"nonsense", func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = c.Write([]byte("this is not HTTP\r\n\r\n"))
				_ = c.Close()
			}
		}, monitor.Ambiguous, 0},
		{"endless answer", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := post(t, Options{}, tt.handler)
			var r *notify.Refusal
			if tt.want == "" {
				if err != nil {
					t.Errorf("error %v", err)
				}
				return
			}
			if !errors.As(err, &r) || r.Result != tt.want || r.After != tt.after {
				t.Fatalf("%v, want %s", err, tt.want)
			}
			if strings.Contains(err.Error(), "TOKEN") {
				t.Errorf("the error tells the address: %v", err)
			}
		})
	}
	if followed {
		t.Error("followed a redirect")
	}
}

// TestUnreachable ensures that a receiver that nobody listens for is one that refused.
func TestUnreachable(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	_, err := post(t, Options{URL: srv.URL + "/TOKEN"}, nil)
	var r *notify.Refusal
	if !errors.As(err, &r) || r.Result != monitor.Refused || strings.Contains(err.Error(), "TOKEN") {
		t.Errorf("error %v", err)
	}
}
