package interop

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/alertmanager"
	"bellhop/notify/pagerduty"
	"bellhop/notify/webhook"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/api/v2/models"
	"github.com/prometheus/common/model"
	"github.com/santhosh-tekuri/jsonschema/v6"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

var at = time.Date(2026, 11, 22, 10, 3, 26, 0, time.UTC)

// A request as it arrived.
type request struct {
	path   string
	header http.Header
	body   []byte
}

// listen keeps all requests, and answers each with a status.
func listen(t *testing.T, status int) (address string, got func() []request) {
	t.Helper()
	arrived := make(chan request, 1000)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		arrived <- request{r.URL.Path, r.Header, body}
		w.WriteHeader(status)
	}))
	t.Cleanup(srv.Close)
	return srv.URL, func() (all []request) {
		for {
			select {
			case r := <-arrived:
				all = append(all, r)
			default:
				return all
			}
		}
	}
}

func send(t *testing.T, l notify.Lane, m notify.Message, ref string) notify.Receipt {
	t.Helper()
	body, err := l.Render(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.Notifier.Notify(t.Context(), notify.Letter{ID: m.ID, Type: m.Type, Body: body, Attempt: 1, Ref: ref, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestStandardWebhooks ensures that the reference library takes every message, with each key of a rotation, and
// none that was changed on its way.
func TestStandardWebhooks(t *testing.T) {
	const first, second = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	address, got := listen(t, http.StatusNoContent)
	l, err := webhook.NewLane(monitor.Receiver{Name: "pager"}, webhook.Options{URL: address, Secret: first + " " + second, Pace: monitor.RealPace()})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range notify.Samples(at) {
		if s.Digest == nil { // a webhook gets no digests
			send(t, l, s.Message, "")
		}
	}
	all := got()
	if len(all) < 25 {
		t.Fatalf("%d messages", len(all))
	}
	for _, r := range all {
		for _, secret := range []string{first, second} {
			ref, err := standardwebhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			if err := ref.Verify(r.body, r.header); err != nil {
				t.Errorf("refused: %v\n%s", err, r.body)
			}
			if ref.Verify(append([]byte(" "), r.body...), r.header) == nil {
				t.Error("another body is taken")
			}
		}
	}
}

// alerts reads a request as Alertmanager does: its generated types, then the check of what they became.
func alerts(t *testing.T, r request) []*alert.Alert {
	t.Helper()
	var posted models.PostableAlerts
	if err := json.Unmarshal(r.body, &posted); err != nil {
		t.Fatalf("%v\n%s", err, r.body)
	}
	if err := posted.Validate(strfmt.Default); err != nil || r.path != "/api/v2/alerts" || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("refused at %s: %v\n%s", r.path, err, r.body)
	}
	var all []*alert.Alert
	for _, p := range posted {
		a := &alert.Alert{Alert: model.Alert{
			Labels: labels(p.Labels), Annotations: labels(p.Annotations), StartsAt: time.Time(p.StartsAt), EndsAt: time.Time(p.EndsAt),
			GeneratorURL: string(p.GeneratorURL),
		}, UpdatedAt: time.Now()}
		if err := a.Validate(); err != nil {
			t.Errorf("invalid: %v\n%s", err, r.body)
		}
		all = append(all, a)
	}
	return all
}

func labels(set models.LabelSet) model.LabelSet {
	all := model.LabelSet{}
	for name, value := range set {
		all[model.LabelName(name)] = model.LabelValue(value)
	}
	return all
}

// TestAlertmanager ensures that Alertmanager's own types take every message, and that it sees one alert from an
// incident's beginning to its end, by its fingerprint and by how it merges what is posted.
func TestAlertmanager(t *testing.T) {
	address, got := listen(t, http.StatusOK)
	l, err := alertmanager.NewLane(monitor.Receiver{Name: "prometheus"}, alertmanager.Options{
		URL: address, Labels: map[string]string{"team": "web"}, Pace: monitor.RealPace(),
	})
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]notify.Message{}
	for _, s := range notify.Samples(time.Now().Add(-20 * time.Minute)) {
		if byName[s.Name] = s.Message; s.Digest == nil {
			send(t, l, s.Message, "")
		}
	}
	for _, r := range got() {
		alerts(t, r)
	}
	ref := send(t, l, byName["opened"], "").Ref
	send(t, l, byName["updated-rerooted"], ref)
	kept := byName["updated-severity"]
	kept.Before.Ref = ref
	if err := l.Keep(t.Context(), []notify.Message{kept}); err != nil {
		t.Fatal(err)
	}
	firing := course(t, got())
	if len(firing) != 3 || firing[2].Resolved() || time.Until(firing[2].EndsAt) > 3*time.Minute {
		t.Fatalf("while it is open: %v", firing)
	}
	send(t, l, byName["resolved"], ref)
	ended := firing[2].Merge(course(t, got())[0])
	if ended.Fingerprint() != firing[0].Fingerprint() || !ended.Resolved() || !ended.EndsAt.Equal(byName["resolved"].Incident.Ended) {
		t.Errorf("at its end: %v until %v", ended, ended.EndsAt)
	}
}

func course(t *testing.T, requests []request) []*alert.Alert {
	t.Helper()
	var all []*alert.Alert
	for _, r := range requests {
		all = append(all, alerts(t, r)...)
	}
	for _, a := range all {
		if a.Fingerprint() != all[0].Fingerprint() {
			t.Errorf("two alerts: %v and %v", all[0].Labels, a.Labels)
		}
	}
	return all
}

// TestPagerDuty ensures that every event has what PagerDuty's published schema asks for.
func TestPagerDuty(t *testing.T) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("testdata/pagerduty-events-v2.json")
	if err != nil {
		t.Fatal(err)
	}
	address, got := listen(t, http.StatusAccepted)
	l, err := pagerduty.NewLane(monitor.Receiver{Name: "on-call"}, pagerduty.Options{
		RoutingKey: "0123456789abcdef0123456789abcdef", URL: address + "/v2/enqueue", Pace: monitor.RealPace(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range notify.Samples(at) {
		send(t, l, s.Message, "")
		s.Plain = true
		send(t, l, s.Message, "")
	}
	all := got()
	if len(all) < 30 {
		t.Fatalf("%d events", len(all))
	}
	for _, r := range all {
		var event any
		if err := json.Unmarshal(r.body, &event); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(event); err != nil {
			t.Errorf("%v\n%s", err, r.body)
		}
	}
	if err := schema.Validate(map[string]any{"routing_key": "x", "event_action": "resolve"}); err == nil {
		t.Error("the schema takes anything")
	}
}
