package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/slack"
	"bellhop/notify/slack/slacktest"

	goslack "github.com/slack-go/slack"
)

var (
	update = flag.Bool("update", false, "rewrite golden files")
	since  = time.Date(2026, 11, 22, 10, 2, 11, 0, time.UTC)
)

func message(what monitor.EventType, severity monitor.Severity, change func(*monitor.Incident)) notify.Message {
	i := &monitor.Incident{
		ID: "inc_0193", Version: 1, State: monitor.IncidentOpen, Severity: severity, Side: monitor.SideApaleo,
		Since: since, Scope: monitor.Scope{Failing: 14, Evaluated: 14, Watched: 14, Accounts: "all"}, Count: 14,
		Title: "apaleo API is DOWN", NextStep: "Nothing to fix here. bellhop watches it and tells you when it is over.",
		Text: "apaleo API is DOWN: 14 of 14 API checks fail (HTTP 502) since 10:02:11 UTC. Identity and webhooks fine.",
		Doc:  "https://docs.example.com/apaleo",
	}
	for _, check := range []monitor.CheckID{"booking@alpine-hotels", "inventory@<!here>", "rate_plan@alpine & sons"} {
		i.Affected = append(i.Affected, monitor.Affected{
			Check: check, Status: 502, Fault: monitor.FaultServer, TrackingID: "a25f", Failed: 4, Of: 4,
			Runbook: "https://wiki.example.com/apaleo?a=1&b=2",
		})
	}
	if change != nil {
		change(i)
	}
	return notify.Message{
		ID: "msg_1", Type: what, At: since, Incident: i, Instance: "fra1", Build: "0.1.0",
		Late: what == monitor.EventRecap,
		Links: notify.Links{
			Incident: "https://status.example.com/incidents/inc_0193", Documentation: i.Doc, StatusPage: "https://status.apaleo.com",
		},
	}
}

func ended(i *monitor.Incident) {
	i.Version, i.State, i.Ended = 2, monitor.IncidentResolved, since.Add(17*time.Minute)
	i.Title, i.NextStep = "apaleo API is up again", "Nothing to do."
	i.Text = "apaleo API is up again since 10:19:11 UTC, after 17 min."
}

func text(title, sentence string, side monitor.Side) func(*monitor.Incident) {
	return func(i *monitor.Incident) {
		i.Title, i.Text, i.Side, i.Affected[0].Status, i.Affected[0].Fault = title, sentence, side, 0, monitor.FaultClient
	}
}

// slow is what answers, and takes its time.
func slow(i *monitor.Incident) {
	i.Title = "apaleo API is SLOW"
	i.Text = "apaleo API is SLOW: 9 of 12 answers took over 1.2 s since 10:02:11 UTC (last 4.1 s, usually 0.21 s)."
	i.Affected, i.Count = []monitor.Affected{{Check: "api-edge", Signal: monitor.Latency, Status: 401, Failed: 9, Of: 12}}, 1
}

// hotels is a matter of hotels: its numbers are of these, and what their tokens were answered with is no failure.
func hotels(i *monitor.Incident) {
	text("1 hotel still has to consent", "1 hotel still has to consent to scope folios.read: Alpenrose (H007).", monitor.SideHotel)(i)
	i.Cause = monitor.Cause{Kind: monitor.NodeHotels, ID: monitor.MatterConsent, Confidence: monitor.Certain}
	i.Scope = monitor.Scope{Failing: 1, Evaluated: 300, Watched: 300, Accounts: "one"}
	i.Affected, i.Count = []monitor.Affected{{Check: "consent@H007", Signal: monitor.Auth, Status: 200, Fault: monitor.FaultScopeLost, Failed: 2, Of: 2}}, 1
}

func notice(what monitor.EventType) notify.Message {
	return notify.Message{
		Type: what, At: since, Instance: "fra1", Build: "0.1.0",
		Notice: &monitor.Notice{ID: "not_1", Text: "Receiver \"pager\" has taken no alerts since 10:04:00 UTC: 404 Not Found.", NextStep: "Check its address."},
	}
}

func messages() map[string]notify.Message {
	return map[string]notify.Message{
		"opened-down":      message(monitor.EventOpened, monitor.Down, nil),
		"opened-degraded":  message(monitor.EventOpened, monitor.Degraded, text("apaleo API is degraded", "apaleo API is degraded: 18 of 58 attempts failed (31 %, HTTP 502) since 10:02:11 UTC, usually 0.1 %.", monitor.SideApaleo)),
		"opened-slow":      message(monitor.EventOpened, monitor.Degraded, slow),
		"opened-auth":      message(monitor.EventOpened, monitor.AuthLost, text("Our credentials are rejected", "Our apaleo credentials are rejected (400 invalid_client) since 10:02:11 UTC. apaleo itself is up.", monitor.SideCredentials)),
		"opened-quota":     message(monitor.EventOpened, monitor.QuotaOut, text("Rate limit", "apaleo answers 429 since 10:02:11 UTC.", monitor.SideIntegration)),
		"opened-warning":   message(monitor.EventOpened, monitor.Warning, text("Certificate ends soon", "The certificate of example.com ends on 2026-11-30.", monitor.SideIntegration)),
		"opened-hotels":    message(monitor.EventOpened, monitor.Warning, hotels),
		"updated":          message(monitor.EventUpdated, monitor.Degraded, func(i *monitor.Incident) { i.Version, i.Acks = 2, []string{"Elevated errors on the API"} }),
		"reopened":         message(monitor.EventReopened, monitor.Down, func(i *monitor.Incident) { i.Version, i.Reopened, i.Flapping = 3, 1, true }),
		"resolved":         message(monitor.EventResolved, monitor.Down, ended),
		"recap":            message(monitor.EventRecap, monitor.Down, ended),
		"updated-severity": version(monitor.EventUpdated, 2, milder),
		"reminder":         letters()["reminder"],
		"left":             version(monitor.EventUpdated, 2, leaving),
		"digest":           digest(1000, 12),
		"digest-over":      digest(0, 1000),
		"notice":           notice(monitor.EventNotice),
		"test":             notice(monitor.EventTest),
	}
}

// channel is a stand-in for Slack, and a webhook that posts to it.
func channel(t *testing.T) (*slacktest.Channel, notify.Lane) {
	t.Helper()
	c := &slacktest.Channel{}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	l, err := slack.NewLane(monitor.Receiver{Name: "ops"}, slack.Options{URL: srv.URL + "/services/SECRET", Pace: monitor.RealPace(), Agent: "bellhop/test"})
	if err != nil {
		t.Fatal(err)
	}
	return c, l
}

// TestGolden ensures that each kind of message looks as it did when it was last read, as Slack's JSON and as
// a person sees it, and that Slack takes it.
func TestGolden(t *testing.T) {
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			c, l := channel(t)
			if _, err := notify.Try(t.Context(), l, m); err != nil {
				t.Fatal(err)
			}
			got := c.Posts()[0]
			var indented bytes.Buffer
			if err := json.Indent(&indented, got.Raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/"+name+".json", indented.String())
			golden(t, "testdata/"+name+".txt", got.Text)
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("%s differs (-update rewrites it), got:\n%s", path, got)
	}
}

// TestStoredBytesAreSent ensures that what is stored is what leaves, though the library encodes it anew.
func TestStoredBytesAreSent(t *testing.T) {
	for name, m := range messages() {
		c, l := channel(t)
		body, err := slack.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Notifier.Notify(t.Context(), notify.Letter{Body: body}); err != nil {
			t.Fatal(err)
		}
		if got := c.Posts()[0].Raw; !bytes.Equal(got, body) {
			t.Errorf("%s: sent\n%s\nstored\n%s", name, got, body)
		}
	}
}

// TestRepeatIsMarked ensures that a person can tell a repeat.
func TestRepeatIsMarked(t *testing.T) {
	c, l := channel(t)
	body, err := slack.Render(messages()["opened-down"])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Notifier.Notify(t.Context(), notify.Letter{Body: body, Repeat: true}); err != nil {
		t.Fatal(err)
	}
	if got := c.Posts()[0].Lead(); !strings.HasPrefix(got, "REPEAT") {
		t.Errorf("lead %q", got)
	}
}

// TestHugeStaysWithinLimits ensures that no incident is too much for Slack, in characters that all must be
// escaped, and that the escapes stay whole.
func TestHugeStaysWithinLimits(t *testing.T) {
	long := strings.Repeat("&<!channel>ä😀", 2000)
	m := message(monitor.EventOpened, monitor.Down, func(i *monitor.Incident) {
		i.Title, i.Text, i.NextStep, i.Count, i.Acks = long, long, long, 400, []string{long}
		i.ID = long
		for range 30 {
			i.Affected = append(i.Affected, monitor.Affected{Check: monitor.CheckID(long), Fault: monitor.FaultReset, TrackingID: long})
		}
		i.Affected[0].TrackingID = long
	})
	for _, plain := range []bool{false, true} {
		c, l := channel(t)
		m.Plain = plain
		if _, err := notify.Try(t.Context(), l, m); err != nil {
			t.Fatal(err)
		}
		lead := c.Posts()[0].Raw
		var post goslack.WebhookMessage
		if err := json.Unmarshal(lead, &post); err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(post.Text)); n > 4000 || strings.Contains(post.Text, "<!") {
			t.Errorf("plain %v: lead of %d characters: %.60s", plain, n, post.Text)
		}
		if rest := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(post.Text); strings.ContainsAny(rest, "&<>") {
			t.Errorf("plain %v: half an escape", plain)
		}
	}
}

// TestAnswers ensures that Slack's answers are understood, that the reason is kept, and that no error tells
// the address, which is the secret.
func TestAnswers(t *testing.T) {
	type fault = slacktest.Fault
	for _, tt := range []struct {
		name   string
		fault  fault
		want   monitor.SendResult
		reason string
		after  time.Duration
	}{
		{"429", fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}}, monitor.Refused, "429", 7 * time.Second},
		{"429 without a time", fault{Status: 429, Body: "rate_limited"}, monitor.Refused, "rate_limited", 30 * time.Second},
		{"503", fault{Status: 503, Body: "<html>SECRET</html>"}, monitor.Refused, "503", 0},
		{"500", fault{Status: 500, Body: "rollup_error"}, monitor.Refused, "rollup_error", 0},
		{"504", fault{Status: 504, Takes: true}, monitor.Ambiguous, "504", 0},
		{"bad blocks", fault{Status: 400, Body: "invalid_blocks"}, monitor.Content, "invalid_blocks", 0},
		{"bad payload", fault{Status: 400, Body: "invalid_payload"}, monitor.Content, "invalid_payload", 0},
		{"prohibited", fault{Status: 403, Body: "action_prohibited"}, monitor.Unmended, "action_prohibited", 0},
		{"no service", fault{Status: 404, Body: "no_service"}, monitor.Unmended, "no_service", 0},
		{"archived", fault{Status: 410, Body: "channel_is_archived"}, monitor.Unmended, "channel_is_archived", 0},
		{"200, not ok", fault{Body: "<html>sign in</html>"}, monitor.Unmended, "something else", 0},
		{"redirect", fault{Status: 302, Header: http.Header{"Location": {"/login"}}}, monitor.Unmended, "302", 0},
		{"took effect, connection broke", fault{Break: true, Takes: true}, monitor.Ambiguous, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, l := channel(t)
			c.Fail(tt.fault)
			_, err := notify.Try(t.Context(), l, messages()["opened-down"])
			var r *notify.Refusal
			if !errors.As(err, &r) || r.Result != tt.want || r.After != tt.after || !strings.Contains(r.Reason, tt.reason) {
				t.Fatalf("%v (pause %v), want %s %q", err, r.After, tt.want, tt.reason)
			}
			if strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the error tells the address: %v", err)
			}
			if c.Tries() != 1 {
				t.Errorf("asked %d times", c.Tries())
			}
			if (len(c.Posts()) == 1) != tt.fault.Takes {
				t.Errorf("%d posts", len(c.Posts()))
			}
		})
	}
}

// TestHang ensures that a Slack that never answers ends with the deadline, and may have taken the post.
func TestHang(t *testing.T) {
	c, l := channel(t)
	c.Always(slacktest.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := notify.Try(ctx, l, messages()["opened-down"])
	var r *notify.Refusal
	if !errors.As(err, &r) || r.Result != monitor.Ambiguous || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("error %v", err)
	}
}

// TestUnreachableTellsNoSecret ensures that a Slack that cannot be reached refused, and that neither that nor
// a wrong address is told with the secret in it.
func TestUnreachableTellsNoSecret(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	w, err := slack.New(slack.Options{URL: srv.URL + "/services/SECRET", Pace: monitor.RealPace()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Notify(t.Context(), notify.Letter{Body: []byte(`{"text": "x"}`)})
	var r *notify.Refusal
	if !errors.As(err, &r) || r.Result != monitor.Refused || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("error %v", err)
	}
	for _, u := range []string{"", "hooks.slack.com/SECRET", "ftp://x/SECRET", "https://%zz/SECRET"} {
		if _, err := slack.New(slack.Options{URL: u}); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", u, err)
		}
	}
}
