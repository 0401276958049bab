package apaleo_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/probe"
)

// world is a stand-in and the watchlist that is made for it.
type world struct {
	*apaleotest.Server
	config apaleo.Config
	checks []*monitor.Check
	secret string // of ALPN, as bellhop knows it
}

func open(t testing.TB, plain bool) *world {
	t.Helper()
	srv, err := apaleotest.Start(apaleotest.Config{
		Plain: plain,
		Accounts: []apaleotest.Account{
			{Code: "ALPN", ClientID: "ALPN-SP-MON", ClientSecret: "s3cret"},
			{Code: "LAKE", ClientID: "LAKE-SP-MON", ClientSecret: "s3cret"},
		},
		Connect: []apaleotest.Client{{ID: "XXXX-AC-APP", Secret: "s3cret"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	tr, err := probe.NewTransport(probe.TransportConfig{Roots: srv.CAPEM})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Close)
	w := &world{Server: srv, secret: "s3cret"}
	w.config = apaleo.Config{
		Hosts: apaleo.Hosts{
			API: srv.API, Identity: srv.Identity, Webhook: srv.Webhook, StatusPage: srv.StatusPage,
			Distribution: srv.Distribution, Integration: srv.Integration,
		},
		Pace: monitor.RealPace(), Transport: tr,
	}
	w.config.Accounts = []apaleo.Account{
		{Name: "alpine", Code: "ALPN", Source: w.source(t, "ALPN-SP-MON")},
		{Name: "lake", Code: "LAKE", Source: w.source(t, "LAKE-SP-MON")},
		{Name: "app", Connect: true, Source: w.source(t, "XXXX-AC-APP")},
	}
	w.load(t)
	return w
}

func (w *world) source(t testing.TB, client string) *probe.Source {
	t.Helper()
	s, err := probe.NewSource(probe.SourceConfig{
		Transport: w.config.Transport, ClientID: client, TokenURL: w.config.Hosts.TokenURL(), Pace: w.config.Pace,
		Secret: func() (string, time.Time, error) { return w.secret, time.Time{}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) load(t testing.TB) {
	t.Helper()
	checks, err := apaleo.Watchlist(w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.checks = checks
}

func (w *world) ask(t testing.TB, id monitor.CheckID) monitor.Outcome {
	t.Helper()
	i := slices.IndexFunc(w.checks, func(c *monitor.Check) bool { return c.ID() == id })
	if i < 0 {
		t.Fatalf("no check %s", id)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	return w.checks[i].Ask(ctx, monitor.Attempt{At: time.Now()})
}

func TestWatchlistIsGoodWhileApaleoIs(t *testing.T) {
	for name, plain := range map[string]bool{"tls": false, "plain": true} {
		t.Run(name, func(t *testing.T) {
			w := open(t, plain)
			for _, c := range w.checks {
				o := w.ask(t, c.ID())
				if o.Fault != "" {
					t.Errorf("%s: %s (%s)", c.ID(), o.Fault, o.Detail)
				}
				if plain && c.Kind == "tls" {
					t.Errorf("%s: certificates are watched over http", c.ID())
				}
			}
		})
	}
}

// TestFaultsOfTheWatchlist lets one thing go wrong at a time, and says which checks see it as what.
func TestFaultsOfTheWatchlist(t *testing.T) {
	for _, tt := range []struct {
		name string
		hurt func(w *world)
		want map[monitor.CheckID]monitor.Fault
	}{
		{"api 502", func(w *world) { w.Fault(apaleotest.Gateway(502).On(apaleotest.API)) }, map[monitor.CheckID]monitor.Fault{
			"apaleo-health": "http_5xx", "api-edge": "http_5xx", "account@alpine": "http_5xx", "identity-discovery": "", "webhook-api-edge": "",
		}},
		{"api lets everybody in", func(w *world) { w.Fault(apaleotest.Status(200).On(apaleotest.API).At("/inventory")) }, map[monitor.CheckID]monitor.Fault{
			"api-edge": "http_unexpected", "apaleo-health": "",
		}},
		{"identity down", func(w *world) { w.Fault(apaleotest.Status(500).On(apaleotest.Identity)) }, map[monitor.CheckID]monitor.Fault{
			"identity-discovery": "http_5xx", "identity-jwks": "http_5xx", "token-edge": "http_5xx", "auth-token@alpine": "http_5xx",
			"inventory@lake": "no_token", "connect-client@app": "http_5xx", "apaleo-health": "",
		}},
		{"429", func(w *world) { w.Fault(apaleotest.TooMany(7 * time.Second).On(apaleotest.API).For("ALPN")) }, map[monitor.CheckID]monitor.Fault{
			"account@alpine": "rate_limited", "account@lake": "", "api-edge": "",
		}},
		{"secret revoked", func(w *world) { w.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = "" }) }, map[monitor.CheckID]monitor.Fault{
			"auth-token@alpine": "invalid_client", "account@alpine": "no_token", "auth-token@lake": "", "account@lake": "",
		}},
		{"app secret revoked", func(w *world) { w.ChangeConnect("XXXX-AC-APP", "") }, map[monitor.CheckID]monitor.Fault{"connect-client@app": "invalid_client"}},
		{"hotel revoked", func(w *world) { w.Change("ALPN", func(a *apaleotest.Account) { a.AccessRevoked = true }) }, map[monitor.CheckID]monitor.Fault{
			"auth-token@alpine": "", "account@alpine": "forbidden", "inventory@alpine": "forbidden", "inventory@lake": "",
		}},
		{"suspended", func(w *world) { w.Change("ALPN", func(a *apaleotest.Account) { a.Type = "Suspended" }) }, map[monitor.CheckID]monitor.Fault{"account@alpine": "suspended"}},
		{"another issuer", func(w *world) {
			w.Fault(apaleotest.Status(200).On(apaleotest.Identity).At("/.well-known").
				WithBody("application/json", `{"issuer":"https://identity.example","token_endpoint":"https://identity.example/connect/token"}`))
		}, map[monitor.CheckID]monitor.Fault{"identity-discovery": "wrong_body", "identity-jwks": "wrong_body"}},
		{"no property", func(w *world) { w.Change("ALPN", func(a *apaleotest.Account) { a.Properties = 0 }) }, map[monitor.CheckID]monitor.Fault{"inventory@alpine": "wrong_body"}},
		{"certificate of another", func(w *world) { w.Fault(apaleotest.WrongName().On(apaleotest.Webhook)) }, map[monitor.CheckID]monitor.Fault{
			"webhook-api-edge": "tls_name", "tls-webhook": "tls_name", "tls-api": "",
		}},
		{"certificate ends", func(w *world) { w.Fault(apaleotest.CertificateEndsIn(9 * 24 * time.Hour).On(apaleotest.API)) }, map[monitor.CheckID]monitor.Fault{
			"tls-api": "expiring", "apaleo-health": "", "tls-identity": "",
		}},
		{"garbage", func(w *world) { w.Fault(apaleotest.Garbage().On(apaleotest.API)) }, map[monitor.CheckID]monitor.Fault{"apaleo-health": "malformed"}},
		{"endless", func(w *world) { w.Fault(apaleotest.Endless().On(apaleotest.Identity)) }, map[monitor.CheckID]monitor.Fault{"identity-discovery": "too_large"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t, !strings.HasPrefix(tt.name, "certificate"))
			tt.hurt(w)
			for id, want := range tt.want {
				if o := w.ask(t, id); o.Fault != want {
					t.Errorf("%s: %q (%s), want %q", id, o.Fault, o.Detail, want)
				}
			}
		})
	}
}

func TestTokenOfAnotherAccountIsSeen(t *testing.T) {
	w := open(t, true)
	w.config.Accounts[0].Code = "OTHR"
	w.load(t)
	for _, id := range []monitor.CheckID{"auth-token@alpine", "account@alpine"} {
		if o := w.ask(t, id); o.Fault != monitor.FaultWrongAccount {
			t.Errorf("%s: %q (%s), want wrong_account", id, o.Fault, o.Detail)
		}
	}
}

// TestAsksFollowsWhatIsAsked ensures that state survives a change of pace or name, and not one of the question.
func TestAsksFollowsWhatIsAsked(t *testing.T) {
	w := open(t, true)
	asks := func(edit func(*apaleo.Config)) map[monitor.CheckID]string {
		c := w.config
		c.Accounts = slices.Clone(c.Accounts)
		edit(&c)
		checks, err := apaleo.Watchlist(c)
		if err != nil {
			t.Fatal(err)
		}
		by := map[monitor.CheckID]string{}
		for _, check := range checks {
			by[check.ID()] = check.Asks
		}
		return by
	}
	was := asks(func(*apaleo.Config) {})
	same := asks(func(c *apaleo.Config) { c.Pace = c.Pace.Divide(60); c.Rule.Alarm = 9 })
	other := asks(func(c *apaleo.Config) { c.Accounts[0].Code = "OTHR"; c.Hosts.Webhook += "1" })
	for id, before := range was {
		if same[id] != before {
			t.Errorf("%s: asks changed with the pace", id)
		}
		changed := strings.HasSuffix(string(id), "@alpine") || id == "webhook-api-edge"
		if (other[id] != before) != changed {
			t.Errorf("%s: asks changed: %v, want %v", id, other[id] != before, changed)
		}
	}
}

func TestChecksKeepTheirBounds(t *testing.T) {
	w := open(t, false)
	names := map[monitor.CheckID]bool{}
	for _, c := range w.checks {
		if names[c.ID()] {
			t.Errorf("%s: twice", c.ID())
		}
		names[c.ID()] = true
		if c.Timeout > c.Every*8/10 || c.Slow >= c.Timeout || c.Asks == "" || c.Title == "" || strings.Contains(c.Title, "%") {
			t.Errorf("%s: timeout %s, slow %s, title %q", c.ID(), c.Timeout, c.Slow, c.Title)
		}
		if c.Anonymous == (c.Client != "") {
			t.Errorf("%s: anonymous %v with client %q", c.ID(), c.Anonymous, c.Client)
		}
		for _, n := range c.Direct {
			if !slices.Contains(c.Path, n) {
				t.Errorf("%s: own probe of %v, which is not on its path", c.ID(), n)
			}
		}
	}
	if slowest := w.checks[0]; slowest.Slow != 3*time.Second || slowest.Every != time.Minute {
		t.Errorf("%s: slow %s every %s, want 3s every 1m", slowest.Name, slowest.Slow, slowest.Every)
	}
}

// TestKeptTokensCostNothing ensures that the tokens which an integration keeps are read each minute, however many, and
// are no requests at apaleo that others would have to make room for.
func TestKeptTokensCostNothing(t *testing.T) {
	w := open(t, true)
	w.config.Accounts = w.config.Accounts[:1]
	before := find(t, w, "auth-token@alpine")
	for n := range 400 {
		source, err := probe.NewKeptSource(probe.KeptConfig{ClientID: "XXXX-AC-APP", Pace: w.config.Pace, File: "token"})
		if err != nil {
			t.Fatal(err)
		}
		w.config.Accounts = append(w.config.Accounts, apaleo.Account{Name: fmt.Sprintf("kept-%d", n), Kept: true, Source: source})
	}
	w.load(t)
	kept := find(t, w, "auth-token@kept-7")
	if kept.Every != time.Minute || kept.Forced || kept.Host != "" || kept.Slow != 0 || kept.Request == before.Request {
		t.Errorf("%+v", kept)
	}
	if after := find(t, w, "auth-token@alpine"); after.Every != before.Every {
		t.Errorf("beside kept tokens one of our own is asked for every %s, want %s", after.Every, before.Every)
	}
}

func find(t *testing.T, w *world, id monitor.CheckID) *monitor.Check {
	t.Helper()
	at := slices.IndexFunc(w.checks, func(c *monitor.Check) bool { return c.ID() == id })
	if at < 0 {
		t.Fatalf("no check %s", id)
	}
	return w.checks[at]
}

// TestPublicNamesArePlain ensures that guests and hotel staff read no jargon, and nothing of single hotels.
func TestPublicNamesArePlain(t *testing.T) {
	for _, c := range open(t, true).checks {
		if c.Account != "" && c.Public != "" {
			t.Errorf("%s: public name %q", c.ID(), c.Public)
		}
	}
	for _, e := range apaleo.Entries() {
		if jargon.MatchString(e.Public) {
			t.Errorf("%s: public name %q", e.Name, e.Public)
		}
		if e.Doc == "" || e.Expect == "" || e.Ask == "" {
			t.Errorf("%s: not documented", e.Name)
		}
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with UPDATE=1, and read the difference aloud", path)
	}
}

// TestSpecIsReadable ensures that schedules are shown as people write them.
func TestSpecIsReadable(t *testing.T) {
	for _, c := range open(t, false).checks {
		if !slices.Contains([]string{"@every 1m", "@every 5m", "@every 15m", "@every 24h"}, c.Spec) {
			t.Errorf("%s is asked %q", c.ID(), c.Spec)
		}
	}
}
