package apaleo_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/apaleo/apaleotest"
)

const secretPath = "/hooks/do-not-show-this"

// hooked is the world with a webhook of ALPN, whose checks take the place of the watchlist's.
func hooked(t *testing.T, c apaleo.WebhookConfig) *world {
	t.Helper()
	w := open(t, true)
	if c.Endpoint == "" {
		c.Endpoint = "https://hotel.example.com" + secretPath
	}
	c.Account, c.Ping = &w.config.Accounts[0], true
	checks, err := w.config.Webhook(c)
	if err != nil {
		t.Fatal(err)
	}
	w.checks = checks
	return w
}

func (w *world) subscribed(subs ...apaleotest.Subscription) {
	w.Change("ALPN", func(a *apaleotest.Account) { a.Subscriptions = subs })
}

// TestSubscriptionSaysWhatIsMissing lets apaleo list what it may, and looks at the fault and its one line.
func TestSubscriptionSaysWhatIsMissing(t *testing.T) {
	ours := "https://hotel.example.com" + secretPath
	sub := func(at string, events, properties []string) apaleotest.Subscription {
		return apaleotest.Subscription{ID: "1", EndpointURL: at, Events: events, PropertyIDs: properties}
	}
	everything := []string{"Reservation/*", "folio/created"}
	for _, tt := range []struct {
		name string
		list []apaleotest.Subscription
		want string // "" is good
	}{
		{"none", nil, "apaleo lists no subscription of this client for this account"},
		{"as it should be", []apaleotest.Subscription{sub(ours, everything, nil)}, ""},
		{"host in capitals, with its port", []apaleotest.Subscription{sub("https://HOTEL.example.com:443"+secretPath, everything, nil)}, ""},
		{
			"another endpoint",
			[]apaleotest.Subscription{sub(ours+"/old", everything, nil), sub("https://old.example.com", everything, nil)},
			"apaleo lists 2 of this client for this account, none of them with our endpoint",
		},
		{
			"over http",
			[]apaleotest.Subscription{sub("http://hotel.example.com"+secretPath, everything, nil)},
			"apaleo lists 1 of this client for this account, none of them with our endpoint",
		},
		{"an event", []apaleotest.Subscription{sub(ours, []string{"reservation/*"}, nil)}, "the subscription lacks event folio/created"},
		{"a part of a topic", []apaleotest.Subscription{sub(ours, []string{"reservation/created", "folio/*"}, nil)}, "the subscription lacks event reservation/*"},
		{"a property", []apaleotest.Subscription{sub(ours, everything, []string{"ALPN-1"})}, "the subscription lacks property ALPN-2"},
		{"all of it", []apaleotest.Subscription{sub(ours, []string{"unit/*"}, []string{"ALPN-9"})}, "the subscription lacks events reservation/* and folio/created"},
		{"spread over two", []apaleotest.Subscription{sub(ours, everything, []string{"ALPN-1"}), sub(ours, everything, []string{"ALPN-2"})}, ""},
		{"the form before", []apaleotest.Subscription{sub(ours, []string{"Reservation", "Folio"}, nil)}, ""},
		{
			"of another client",
			[]apaleotest.Subscription{{EndpointURL: ours, Events: everything, Client: "XXXX-AC-APP"}},
			"apaleo lists no subscription of this client for this account",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := hooked(t, apaleo.WebhookConfig{Events: []string{"reservation/*", "folio/created"}, Properties: []string{"ALPN-1", "ALPN-2"}})
			w.subscribed(tt.list...)
			o := w.ask(t, "webhook-subscription@alpine")
			if want := map[bool]monitor.Fault{true: monitor.FaultUnsubscribed}[tt.want != ""]; o.Fault != want || o.Detail != tt.want {
				t.Errorf("got %q %q, want %q %q", o.Fault, o.Detail, want, tt.want)
			}
			hidesEndpoint(t, w, o)
		})
	}
}

// hidesEndpoint wants the secret part of the endpoint nowhere that anybody sees.
func hidesEndpoint(t *testing.T, w *world, o monitor.Outcome) {
	t.Helper()
	shown := fmt.Sprintf("%+v", o)
	for _, c := range w.checks {
		d := *c
		d.Ask, d.Schedule = nil, nil
		shown += fmt.Sprintf("%+v", d)
	}
	if strings.Contains(shown, "do-not-show-this") {
		t.Errorf("the endpoint is shown: %s", shown)
	}
}

// What is no list of subscriptions says nothing of ours; an empty body is no empty list.
func TestSubscriptionReadsOnlyLists(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault apaleotest.Fault
		want  monitor.Fault
	}{
		{"404, which has been seen for none", apaleotest.Status(404), monitor.FaultUnsubscribed},
		{"500 without a body", apaleotest.Status(500), monitor.FaultServer},
		{"200 without a body", apaleotest.Status(200), monitor.FaultBody},
		{"200 with a page", apaleotest.Status(200).WithBody("text/html", "<html>"), monitor.FaultBody},
		{"200 with an object", apaleotest.Status(200).WithBody("application/json", "{}"), monitor.FaultBody},
		{"an empty list", apaleotest.Status(200).WithBody("application/json", "[]"), monitor.FaultUnsubscribed},
		{"a list of nonsense", apaleotest.Status(200).WithBody("application/json", `[1,{"endpointUrl":[2]},null]`), monitor.FaultUnsubscribed},
		{"may not manage webhooks", apaleotest.Status(403), monitor.FaultForbidden},
	} {
		w := hooked(t, apaleo.WebhookConfig{})
		w.Fault(tt.fault.On(apaleotest.Webhook))
		if o := w.ask(t, "webhook-subscription@alpine"); o.Fault != tt.want {
			t.Errorf("%s: got %q (%s), want %q", tt.name, o.Fault, o.Detail, tt.want)
		}
	}
}

// TestSubscriptionWarns ensures that a missing subscription is a warning, and that of its host's own trouble it says nothing.
func TestSubscriptionWarns(t *testing.T) {
	w := hooked(t, apaleo.WebhookConfig{})
	k := w.checks[0]
	for fault, want := range map[monitor.Fault]monitor.Evidence{
		monitor.FaultUnsubscribed: monitor.Fail, monitor.FaultNone: monitor.Good, monitor.FaultServer: monitor.None, monitor.FaultForbidden: monitor.None,
	} {
		if got := monitor.Classify(k, monitor.Outcome{Fault: fault, Status: 200}, monitor.WayNotAsked, w.config.Pace)[0]; got != want {
			t.Errorf("%q: got %q, want %q", fault, got, want)
		}
	}
}

// TestReceiverIsAskedAsApaleoDoes ensures that what the endpoint is sent has the recorded form, is nobody's healthcheck, and
// that only 2xx is good.
func TestReceiverIsAskedAsApaleoDoes(t *testing.T) {
	var bodies []map[string]any
	status := 200
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		var body map[string]any
		_ = json.Unmarshal(raw, &body)
		if bodies = append(bodies, body); r.Method != http.MethodPost || r.URL.Path != secretPath {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		rw.Header().Set("Location", "/elsewhere")
		rw.WriteHeader(status)
	}))
	defer srv.Close()
	w := hooked(t, apaleo.WebhookConfig{Endpoint: srv.URL + secretPath})
	own := w.checks[1]
	for _, tt := range []struct {
		status int
		want   monitor.Evidence
	}{
		{200, monitor.Good},
		{202, monitor.Good},
		{204, monitor.Good},
		{301, monitor.Fail},
		{308, monitor.Fail},
		{401, monitor.Fail},
		{403, monitor.Fail},
		{404, monitor.Fail},
		{405, monitor.Fail},
		{422, monitor.Fail},
		{500, monitor.Fail},
		{503, monitor.Fail},
	} {
		status = tt.status
		o := w.ask(t, "webhook-receiver")
		if got := monitor.Classify(own, o, monitor.WaySeen, w.config.Pace)[0]; got != tt.want || o.Status != tt.status {
			t.Errorf("%d: got %q (%+v), want %q", tt.status, got, o, tt.want)
		}
		hidesEndpoint(t, w, o)
	}
	first, second := bodies[0], bodies[1]
	if keys := slices.Sorted(maps.Keys(first)); strings.Join(keys, " ") != "accountId id propertyIds timestamp topic type" {
		t.Errorf("it has %v", keys)
	}
	if first["topic"] != "system" || first["type"] != "healthcheck" || first["accountId"] != "BELLHOP" || first["id"] == second["id"] {
		t.Errorf("got %v, then %v", first, second)
	}
	if own.Direct[0] != apaleo.ReceiverNode() || own.Request != "POST "+srv.URL+"/…" {
		t.Errorf("stands at %v, shown as %s", own.Direct, own.Request)
	}
}

// TestReceiverVerifiesTLS ensures that a certificate that apaleo would not accept is a failure.
func TestReceiverVerifiesTLS(t *testing.T) {
	srv := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	w := hooked(t, apaleo.WebhookConfig{Endpoint: srv.URL + secretPath})
	if o := w.ask(t, "webhook-receiver"); o.Fault != monitor.FaultTLSAuthority {
		t.Errorf("got %q (%s)", o.Fault, o.Detail)
	}
}

func TestWebhookRefusesWhatCannotBe(t *testing.T) {
	w := open(t, true)
	good := apaleo.WebhookConfig{Endpoint: "https://hotel.example.com" + secretPath, Account: &w.config.Accounts[0]}
	for want, edit := range map[string]func(*apaleo.WebhookConfig){
		"must begin with": func(c *apaleo.WebhookConfig) { c.Endpoint = "hotel.example.com" + secretPath },
		"name a host":     func(c *apaleo.WebhookConfig) { c.Endpoint = "https:///do-not-show-this" },
		"no token":        func(c *apaleo.WebhookConfig) { c.Account = &w.config.Accounts[2] },
		"not of the form": func(c *apaleo.WebhookConfig) { c.Events = []string{"reservation"} },
		"is never sent to": func(c *apaleo.WebhookConfig) {
			c.Events, c.Properties = []string{"account/suspended"}, []string{"ALPN-1"}
		},
	} {
		c := good
		edit(&c)
		_, err := w.config.Webhook(c)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "do-not-show-this") {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
	if checks, err := w.config.Webhook(good); err != nil || len(checks) != 1 {
		t.Errorf("got %d checks, %v", len(checks), err)
	}
	if _, err := (apaleo.Config{}).Webhook(good); err == nil {
		t.Error("no transport is taken")
	}
}

// What is asked of the subscription stays the same while nothing but the secret in the endpoint changes.
func TestWebhookKeepsItsIdentity(t *testing.T) {
	w := open(t, true)
	asks := func(c apaleo.WebhookConfig) (all []string) {
		c.Account, c.Ping = &w.config.Accounts[0], true
		checks, err := w.config.Webhook(c)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range checks {
			all = append(all, k.Asks)
			if k.Every <= 0 || k.Timeout > 10*time.Second || k.Timeout >= k.Every || k.Schedule == nil {
				t.Errorf("%s: every %v, timeout %v", k.ID(), k.Every, k.Timeout)
			}
		}
		return all
	}
	a := asks(apaleo.WebhookConfig{Endpoint: "https://a.example.com/1"})
	if b := asks(apaleo.WebhookConfig{Endpoint: "https://a.example.com/2"}); !slices.Equal(a, b) {
		t.Errorf("got %v, then %v", a, b)
	}
	if b := asks(apaleo.WebhookConfig{Endpoint: "https://b.example.com/1"}); slices.Equal(a, b) {
		t.Error("another host is asked the same")
	}
}
