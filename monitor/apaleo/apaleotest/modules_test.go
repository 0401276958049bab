package apaleotest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

// Each module answers a token with its scope, and 403 with nothing in it to one without.
func TestModulesWantTheirScopes(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	without := token(t, s, c, baltic())
	for _, tt := range []struct {
		host  func(apaleotest.URLs) string
		path  string
		scope string
		want  int
	}{
		{api, "/booking/v1/reservations/$count?status=InHouse", "reservations.read", 200},
		{api, "/booking/v1/offers?propertyId=ALPN-1&arrival=2026-11-22&departure=2026-11-23&adults=1&channelCode=Ibe", "offers.read", 200},
		{api, "/finance/v1/folios/$count", "folios.read", 200},
		{api, "/finance/v1/accounts/schema?propertyId=ALPN-1", "accounting.read", 200},
		{api, "/rateplan/v1/rate-plans/$count", "rateplans.read", 200},
		{api, "/rateplan/v1/services/$count", "services.read", 200},
		{api, "/availability/v1/unit-groups?propertyId=ALPN-1&from=2026-11-22&to=2026-11-23", "availability.read", 200},
		{api, "/settings/v1/languages", "setup.read", 200},
		{api, "/settings/v1/market-segments/$count", "setup.read", 200},
		{api, "/operations/v1/maintenances/$count", "maintenances.read", 200},
		{api, "/reports/v1/reports/property-performance?propertyId=ALPN-1&from=2026-11-22&to=2026-11-23", "reports.read", 200},
		{api, "/logs/v1/finance/night-audit?pageSize=1", "logs.read", 200},
		{identity, "/api/v1/users", "identity:account-users.read", 200},
		{distribution, "/v1/subscriptions", "distribution:subscriptions.manage", 204},
		{integration, "/integration/v1/ui-integrations", "integration:ui-integrations.manage", 204},
	} {
		s.Change("ALPN", func(a *apaleotest.Account) { a.Scopes = []string{tt.scope} })
		at := tt.host(s.URLs) + tt.path
		wantStatus(t, tt.path, get(t, c, at, token(t, s, c, alpine())), tt.want)
		wantRefusal(t, tt.path+" without its scope", get(t, c, at, without), 403)
		wantRefusal(t, tt.path+" without token", get(t, c, at, ""), 401)
	}
}

func api(u apaleotest.URLs) string          { return u.API }
func identity(u apaleotest.URLs) string     { return u.Identity }
func distribution(u apaleotest.URLs) string { return u.Distribution }
func integration(u apaleotest.URLs) string  { return u.Integration }

// An archived property is not counted, says so itself, and cannot be asked about.
func TestPropertiesAreArchived(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, alpine())
	one := s.API + "/inventory/v1/properties/ALPN-3"
	ask := func() (count, archived any) {
		count = decode(t, get(t, c, s.API+"/inventory/v1/properties/$count", bearer).body)["count"]
		return count, decode(t, get(t, c, one, bearer).body)["isArchived"]
	}
	if n, archived := ask(); n != 3.0 || archived != false {
		t.Errorf("%v properties, archived %v; want 3, false", n, archived)
	}
	wantStatus(t, "HEAD", do(t, c, request(t, http.MethodHead, one, bearer)), 200)
	s.Change("ALPN", func(a *apaleotest.Account) { a.Properties, a.Archived = 2, 1 })
	if n, archived := ask(); n != 2.0 || archived != true {
		t.Errorf("%v properties, archived %v; want 2, true", n, archived)
	}
	wantStatus(t, "none", get(t, c, s.API+"/inventory/v1/properties/BER", bearer), 404)
	a := get(t, c, s.API+"/availability/v1/unit-groups?propertyId=ALPN-3&from=a&to=b", bearer)
	wantStatus(t, "asked about", a, 422)
	if !strings.Contains(a.body, "do not exist") {
		t.Errorf("got %s", a.body)
	}
}

// Limits are counted for client and account together, are enforced only on demand, and end with their minute.
func TestLimitsAreEnforced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := apaleotest.Start(apaleotest.Config{Plain: true, Memory: true, Accounts: []apaleotest.Account{alpine(), baltic()}})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		transport := &http.Transport{DialContext: s.Dial}
		defer transport.CloseIdleConnections()
		c := &http.Client{Transport: transport}
		bearer, other := token(t, s, c, baltic()), token(t, s, c, alpine())
		ask := func(token string) answer { return get(t, c, s.API+"/account/v1/accounts/current", token) }
		s.Change("BLTC", func(a *apaleotest.Account) { a.Limit = 3 })
		for range 5 {
			wantStatus(t, "not enforced", ask(bearer), 200)
		}
		s.EnforceLimits(true)
		time.Sleep(20 * time.Second)
		a := ask(bearer)
		wantStatus(t, "over the limit", a, 429)
		if got := a.header.Get("Retry-After"); got != "40" || a.header.Get("X-Rate-Limit-Remaining") != "0" {
			t.Errorf("got %v", a.header)
		}
		wantStatus(t, "another account", ask(other), 200)
		time.Sleep(40 * time.Second)
		wantStatus(t, "the next minute", ask(bearer), 200)
		if n := s.Requests().On(apaleotest.API).For("BLTC").Busiest(time.Minute); n != 6 {
			t.Errorf("%d requests in a minute, want 6", n)
		}
	})
}

func TestStatusPageHasManyForms(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	began := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	s.PostIncidents(apaleotest.StatusIncident{Name: "Login <fails>", Impact: "critical", Started: began, Posted: began.Add(40 * time.Minute)})
	s.PlanMaintenance(apaleotest.StatusMaintenance{Name: "Database work", From: time.Now().Add(-time.Minute), To: time.Now().Add(time.Hour)})
	for format, want := range map[apaleotest.StatusFormat]struct {
		path  string
		words []string
	}{
		apaleotest.Statuspage: {"/api/v2/summary.json", []string{`"started_at":"2026-11-22T01:00:00.000Z"`, `"created_at":"2026-11-22T01:40:00.000Z"`, `"status":"in_progress"`, `"scheduled_until"`}},
		apaleotest.Instatus:   {"/summary.json", []string{`"status":"HASISSUES"`, `"impact":"MAJOROUTAGE"`, `"status":"INPROGRESS"`}},
		apaleotest.BetterUp:   {"/index.json", []string{`"aggregate_state":"downtime"`, `"report_type":"maintenance"`}},
		apaleotest.RSS:        {"/history.rss", []string{"<title>Login &lt;fails&gt;</title>", "Sun, 22 Nov 2026 01:40:00"}},
		apaleotest.Atom:       {"/history.atom", []string{"<updated>2026-11-22T01:40:00Z</updated>"}},
		apaleotest.StatusIO:   {"/", []string{"status.io", "Service Disruption", "Database work"}},
	} {
		s.SetStatusFormat(format)
		a := get(t, c, s.StatusPage+want.path, "")
		wantStatus(t, string(format), a, 200)
		for _, w := range want.words {
			if !strings.Contains(a.body, w) && !strings.Contains(a.body, strings.ReplaceAll(w, "<fails>", `\u003cfails\u003e`)) {
				t.Errorf("%s: no %s in %s", format, w, a.body)
			}
		}
		if format != apaleotest.Statuspage {
			wantStatus(t, string(format)+" at another's path", get(t, c, s.StatusPage+"/api/v2/summary.json", ""), 404)
		}
	}
}
