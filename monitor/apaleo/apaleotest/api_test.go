package apaleotest_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

func TestReadsHaveTheirShapes(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, alpine())
	for path, want := range map[string]string{
		"/account/v1/accounts/current":                                              `"code":"ALPN","defaultLanguage":"en","name":"Alpine Hotels","type":"Live"`,
		"/inventory/v1/properties/$count":                                           `"count":3`,
		"/booking/v1/reservations/$count?status=InHouse":                            `"count":120`,
		"/finance/v1/types/currencies":                                              `"EUR"`,
		"/finance/v1/folios/$count":                                                 `"count":270`,
		"/rateplan/v1/rate-plans/$count":                                            `"count":18`,
		"/availability/v1/unit-groups?propertyId=MUC&from=2026-11-22&to=2026-11-23": `"count":1`,
		"/settings/v1/languages":                                                    `"en"`,
	} {
		a := get(t, c, s.API+path, bearer)
		wantStatus(t, path, a, 200)
		decode(t, a.body)
		if !strings.Contains(a.body, want) {
			t.Errorf("%s: got %s, want %s in it", path, a.body, want)
		}
		wantRefusal(t, path+" without token", get(t, c, s.API+path, ""), 401)
		wantStatus(t, "HEAD "+path, do(t, c, request(t, http.MethodHead, s.API+path, bearer)), 405)
	}
	wantStatus(t, "health", get(t, c, s.API+"/health", ""), 200)
	wantStatus(t, "unknown path", get(t, c, s.API+"/booking/v2/reservations", bearer), 404)
	a := get(t, c, s.API+"/availability/v1/unit-groups", bearer)
	wantStatus(t, "no propertyId", a, 422)
	sameShape(t, "422", decode(t, a.body), fixture(t, "422-messages-docs-channel.json"))
	s.Change("ALPN", func(a *apaleotest.Account) { a.Properties = 0 })
	wantRefusal(t, "no unit groups", get(t, c, s.API+"/availability/v1/unit-groups?propertyId=M&from=a&to=b", bearer), 204)
}

// wantRefusal wants the status with nothing in the body.
func wantRefusal(t *testing.T, what string, a answer, want int) {
	t.Helper()
	if a.status != want || a.body != "" {
		t.Errorf("%s: got %d %q, want %d with an empty body", what, a.status, a.body, want)
	}
}

func TestForbiddenLooksAsRecorded(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, baltic()) // it has no scope
	wantStatus(t, "needs no scope", get(t, c, s.API+"/account/v1/accounts/current", bearer), 200)
	a := get(t, c, s.API+"/booking/v1/reservations/$count", bearer)
	wantRefusal(t, "scope missing", a, 403)
	for name := range fixture(t, "403-headers-real-2021.json")["headers"].(map[string]any) {
		if name != "connection" && a.header.Get(name) == "" {
			t.Errorf("403 without the recorded header %s: %v", name, a.header)
		}
	}
	if id := a.header.Get("Apaleo-Tracking-Id"); !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("tracking id: got %q, want a UUID", id)
	}
}

func TestRateLimitHeadersCountDown(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, baltic())
	for _, want := range []string{"199", "198"} { // a trial account has 200 a minute
		h := get(t, c, s.API+"/account/v1/accounts/current", bearer).header
		if h.Get("X-Rate-Limit-Limit") != "1m" || h.Get("X-Rate-Limit-Remaining") != want {
			t.Errorf("got %v, want 1m and %s", h, want)
		}
		reset, err := time.Parse(time.RFC3339Nano, h.Get("X-Rate-Limit-Reset"))
		if left := time.Until(reset); err != nil || left <= 0 || left > time.Minute {
			t.Errorf("reset: got %v %v, want within a minute", reset, err)
		}
	}
	if h := get(t, c, s.API+"/health", "").header; h.Get("X-Rate-Limit-Limit") != "" {
		t.Errorf("an anonymous request has a quota: %v", h)
	}
}

func TestBadTokensAreChallenged(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	good, foreign := token(t, s, c, alpine()), start(t)
	stranger := token(t, foreign, clientFor(t, foreign), alpine())
	part := strings.Split(good, ".")
	swapped := strings.Split(token(t, s, c, baltic()), ".")
	for what, bad := range map[string]string{
		"junk": "junk", "dots": "..", "another server's": stranger,
		"another payload": part[0] + "." + swapped[1] + "." + part[2], "no signature": part[0] + "." + part[1] + ".",
	} {
		a := get(t, c, s.API+"/account/v1/accounts/current", bad)
		wantRefusal(t, what, a, 401)
		if got := a.header.Get("WWW-Authenticate"); got != `Bearer error="invalid_token"` {
			t.Errorf("%s: got challenge %q", what, got)
		}
	}
	s.RevokeTokens("ALPN")
	wantRefusal(t, "revoked", get(t, c, s.API+"/account/v1/accounts/current", good), 401)
	wantStatus(t, "a new one", get(t, c, s.API+"/account/v1/accounts/current", token(t, s, c, alpine())), 200)
}

func TestTokensExpire(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	s.Change("ALPN", func(a *apaleotest.Account) { a.TokenLifetime = time.Second })
	bearer := token(t, s, c, alpine())
	wantStatus(t, "fresh", get(t, c, s.API+"/account/v1/accounts/current", bearer), 200)
	eventually(t, "the token expires", func() bool {
		return get(t, c, s.API+"/account/v1/accounts/current", bearer).status == 401
	})
}

func TestAccountCanBeSuspendedAndRevoked(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, alpine())
	s.Change("ALPN", func(a *apaleotest.Account) { a.Type = "Suspended" })
	if got := decode(t, get(t, c, s.API+"/account/v1/accounts/current", bearer).body)["type"]; got != "Suspended" {
		t.Errorf("type: got %v, want Suspended", got)
	}
	s.Change("ALPN", func(a *apaleotest.Account) { a.AccessRevoked = true })
	wantRefusal(t, "api", get(t, c, s.API+"/inventory/v1/properties/$count", bearer), 403)
	wantRefusal(t, "webhook", get(t, c, s.Webhook+"/v1/subscriptions", bearer), 403)
	wantStatus(t, "the other hotel", get(t, c, s.API+"/inventory/v1/properties/$count", token(t, s, c, baltic())), 200)
	s.Change("ALPN", func(a *apaleotest.Account) { a.AccessRevoked = false })
	wantStatus(t, "restored", get(t, c, s.API+"/inventory/v1/properties/$count", bearer), 200)
}

func TestSubscriptionsAreListed(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, alpine())
	wantRefusal(t, "without token", get(t, c, s.Webhook+"/v1/subscriptions", ""), 401)
	wantRefusal(t, "none", get(t, c, s.Webhook+"/v1/subscriptions", bearer), 204)
	s.Change("ALPN", func(a *apaleotest.Account) {
		a.Subscriptions = []apaleotest.Subscription{{ID: "1", EndpointURL: "https://example.com/h", Events: []string{"reservation/*"}}}
	})
	a := get(t, c, s.Webhook+"/v1/subscriptions", bearer)
	if a.status != 200 || !strings.HasPrefix(a.body, `[{"id":"1","endpointUrl":"https://example.com/h"`) {
		t.Errorf("got %d %s, want a list of one", a.status, a.body)
	}
}

func TestStatusPageShowsAnIncident(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	read := func() map[string]any { return decode(t, get(t, c, s.StatusPage+"/api/v2/summary.json", "").body) }
	indicator := func() any { return read()["status"].(map[string]any)["indicator"] }
	if got := indicator(); got != "none" {
		t.Errorf("indicator: got %v, want none", got)
	}
	s.PostIncidents(apaleotest.StatusIncident{Name: "Elevated <errors>", Impact: "major", Components: []string{"API"}})
	sameShape(t, "summary", read(), fixture(t, "statuspage-summary-CONSTRUCTED.json"))
	components := read()["components"].([]any)
	if got := components[0].(map[string]any)["status"]; indicator() != "major" || got != "partial_outage" {
		t.Errorf("got %v with the API %v, want major with a partial_outage", indicator(), got)
	}
	if got := components[1].(map[string]any)["status"]; got != "operational" {
		t.Errorf("identity: got %v, want operational", got)
	}
	if a := get(t, c, s.StatusPage+"/", ""); a.status != 200 || !strings.Contains(a.body, "Elevated &lt;errors&gt;") {
		t.Errorf("page: got %d %s, want the incident, escaped", a.status, a.body)
	}
	s.PostIncidents()
	if got := indicator(); got != "none" {
		t.Errorf("after all is clear: got %v, want none", got)
	}
}
