package watchlist_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/watchlist"
)

// ask runs a check once, in good time.
func ask(t *testing.T, c *monitor.Check) monitor.Outcome {
	t.Helper()
	return c.Ask(t.Context(), monitor.Attempt{At: time.Now()})
}

// find is a check by its identity.
func find(t *testing.T, w *watchlist.Watchlist, id monitor.CheckID) *monitor.Check {
	t.Helper()
	for _, c := range w.Checks {
		if c.ID() == id {
			return c
		}
	}
	t.Fatalf("no check %s", id)
	return nil
}

// TestChecksAsk ensures that what is loaded asks what is written: every check of the built-in watchlist, for
// an account and a store app too, and the user's own, is good against a stand-in that is well.
func TestChecksAsk(t *testing.T) {
	s, err := apaleotest.Start(apaleotest.Config{
		Accounts: []apaleotest.Account{{Code: "ALPN", ClientID: "ALPN-SP-MON", ClientSecret: "s3cret"}},
		Connect:  []apaleotest.Client{{ID: "STOR-AC-APP", Secret: "s4cret"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	own := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("X-Key") != "k3y" || !strings.HasPrefix(r.Header.Get("User-Agent"), "bellhop/1.2.3 ") {
			rw.WriteHeader(http.StatusTeapot)
		}
		fmt.Fprint(rw, `{"open": true}`)
	}))
	defer own.Close()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "ca.pem"), string(s.CAPEM))
	write(t, filepath.Join(dir, "secret"), "s3cret\n")
	w, err := watchlist.Parse(filepath.Join(dir, "c.yaml"), fmt.Appendf(nil, `
apaleo: {api: %q, identity: %q, webhook: "%s/", status_page: %q, ca_file: ca.pem}
accounts:
  - {name: alpine, code: ALPN, client_id: ALPN-SP-MON, client_secret_file: secret}
  - {name: app, kind: connect, client_id: STOR-AC-APP, client_secret: s4cret}
watchlist:
  include: [apaleo]
  checks:
    - {name: own, http: {url: %q, method: POST, headers: {X-Key: "${KEY}"}, expect: "status == 200 && json.open"}}
    - {name: booking, account: alpine, http: {url: "%s/inventory/v1/properties/$count", ca_file: ca.pem}}
`, s.API, s.Identity, s.Webhook, s.StatusPage, own.URL, s.API), watchlist.Options{
		Version: "1.2.3", Env: func(string) (string, bool) { return "k3y", true },
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range w.Checks {
		if o := ask(t, c); o.Fault != monitor.FaultNone {
			t.Errorf("%s: fault %s, status %d, %s", c.ID(), o.Fault, o.Status, o.Detail)
		}
	}
	if len(w.Checks) < 16 {
		t.Errorf("%d checks", len(w.Checks))
	}
}

// TestSecretsOfExpectationsStayInside ensures that what a variable brought into an expectation is in no detail.
func TestSecretsOfExpectationsStayInside(t *testing.T) {
	own := httptest.NewServer(http.NotFoundHandler())
	defer own.Close()
	for expect, want := range map[string]string{
		`body == \"${KEY}\"`: "HTTP 404",
		`status == 404 && headers[\"x-key\"] == \"${KEY}\"`: "what is expected is not so",
		`status == 404 && json.key == \"k\"`:                `json.key == "k" is not so`,
	} {
		c := only(t, fmt.Sprintf(`watchlist: {checks: [{name: a, http: {url: %q, expect: "%s"}}]}`, own.URL, expect), watchlist.Options{
			Env: func(string) (string, bool) { return "S3CR3T", true },
		})
		if o := ask(t, c); o.Detail != want || strings.Contains(fmt.Sprintf("%+v", o), "S3CR3T") {
			t.Errorf("%s: %+v, want the detail %q", expect, o, want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReloadKeepsTokens ensures that a client keeps its token and its history through a reload, takes a
// new secret up, and that a broken file changes nothing.
func TestReloadKeepsTokens(t *testing.T) {
	s, err := apaleotest.Start(apaleotest.Config{
		Plain: true, Accounts: []apaleotest.Account{{Code: "ALPN", ClientID: "ALPN-SP-MON", ClientSecret: "one"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var secret atomic.Value
	secret.Store("one")
	o := watchlist.Options{
		Env:     func(string) (string, bool) { return secret.Load().(string), true },
		Sources: watchlist.NewSources(nil),
	}
	data := fmt.Sprintf(`
apaleo: {api: %q, identity: %q, webhook: %q, status_page: ""}
accounts: [{name: alpine, client_id: ALPN-SP-MON, client_secret: "${S}"}]
watchlist: {include: [apaleo]}
`, s.API, s.Identity, s.Webhook)
	inventory := func(w *watchlist.Watchlist) monitor.Fault { return ask(t, find(t, w, "inventory@alpine")).Fault }

	first := parse(t, data, o)
	if f := inventory(first); f != monitor.FaultNone {
		t.Fatalf("fault %s", f)
	}
	if f := inventory(parse(t, data+"web: {listen: 127.0.0.1:9}\n", o)); f != monitor.FaultNone || s.TokenRequests("ALPN-SP-MON") != 1 {
		t.Errorf("after a reload: fault %s, %d token requests, want one in all", f, s.TokenRequests("ALPN-SP-MON"))
	}

	s.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = "two" })
	secret.Store("two")
	if _, err := watchlist.Parse("config.yaml", []byte(data+"wbe: {}\n"), o); err == nil {
		t.Fatal("a broken file is taken")
	}
	token := func() monitor.Fault { return ask(t, find(t, first, "auth-token@alpine")).Fault }
	if f := token(); f != monitor.FaultClient {
		t.Errorf("after a broken reload: fault %q, want that the old secret is not accepted", f)
	}
	parse(t, data, o)
	if f := ask(t, find(t, parse(t, data, o), "auth-token@alpine")).Fault; f == monitor.FaultSecret {
		t.Errorf("fault %s", f)
	}
}

// TestDiff ensures that a reload can say what it changes.
// TestReloadKeepsTheBudget ensures that neither another root nor a while without the account gives a client a
// new budget of forced requests.
func TestReloadKeepsTheBudget(t *testing.T) {
	s, err := apaleotest.Start(apaleotest.Config{
		Plain: true, Accounts: []apaleotest.Account{{Code: "ALPN", ClientID: "ALPN-SP-MON", ClientSecret: "one"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	other, err := apaleotest.Start(apaleotest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	dir, o := t.TempDir(), watchlist.Options{Sources: watchlist.NewSources(nil)}
	write(t, filepath.Join(dir, "ca.pem"), string(other.CAPEM))
	load := func(ca, accounts string) *watchlist.Watchlist {
		w, err := watchlist.Parse(filepath.Join(dir, "c.yaml"), fmt.Appendf(nil, `
apaleo: {api: %q, identity: %q, webhook: %q, status_page: "", ca_file: %q}
accounts: [%s]
watchlist: {include: [apaleo]}
`, s.API, s.Identity, s.Webhook, ca, accounts), o)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	const account = "{name: alpine, client_id: ALPN-SP-MON, client_secret: one}"
	if o := ask(t, find(t, load("", account), "auth-token@alpine")); o.Fault != "" || o.Forced != 1 {
		t.Fatalf("%+v", o)
	}
	for _, ca := range []string{"ca.pem", ""} {
		if o := ask(t, find(t, load(ca, account), "auth-token@alpine")); o.Forced != 0 {
			t.Errorf("with roots %q: %d forced requests, one right after the other", ca, o.Forced)
		}
		load(ca, "")
	}
}

func TestDiff(t *testing.T) {
	const before = `
watchlist:
  checks:
    - {name: stays, http: {url: "https://example.com"}}
    - {name: slower, http: {url: "https://example.com"}}
    - {name: spread, schedule: "0 9 * * *", http: {url: "https://example.com"}}
    - {name: goes, http: {url: "https://example.com"}}
receivers:
  - {name: ops, slack: {webhook_url: "https://hooks.slack.com/services/T/B/x"}}
  - {name: pager, after: 5m, slack: {webhook_url: "https://hooks.slack.com/services/T/B/x"}}
  - {name: stays, slack: {webhook_url: "https://hooks.slack.com/services/T/B/x"}}
`
	after := strings.NewReplacer(
		"slower", "slower, timeout: 5s", `"0 9 * * *"`, `"0 9 * * *", spread: 0s`, "goes", "comes",
		"T/B/x\"}}\n  - {name: pager, after: 5m", "T/B/y\"}}\n  - {name: pager, after: 6m",
	).Replace(before) + "control: []\nheartbeat: {url: \"https://example.com/ping\"}\n"
	a, b := parse(t, before, watchlist.Options{}), parse(t, after, watchlist.Options{})
	got := watchlist.Diff(a, b)
	want := watchlist.Difference{
		Checks:    watchlist.Delta{Added: []string{"comes"}, Removed: []string{"goes"}, Changed: []string{"slower", "spread"}},
		Receivers: watchlist.Delta{Changed: []string{"ops", "pager"}},
		Settings:  []string{"control", "heartbeat"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("difference %+v, want %+v", got, want)
	}
	if d := watchlist.Diff(a, parse(t, before, watchlist.Options{})); !d.Empty() {
		t.Errorf("the same file differs: %+v", d)
	}
	if d := watchlist.Diff(nil, a); len(d.Checks.Added) != 4 || len(d.Receivers.Added) != 3 || d.Empty() {
		t.Errorf("from nothing: %+v", d)
	}
}

// TestDiffOfDependencies ensures that a reload tells which checks depend on something else now.
func TestDiffOfDependencies(t *testing.T) {
	const before = `watchlist:
  checks:
    - {name: db, tcp: {host: "db.example.com:5432"}}
    - {name: shop, http: {url: "https://shop.example.com"}}
`
	after := strings.Replace(before, "name: shop,", "name: shop, depends_on: [db],", 1)
	d := watchlist.Diff(parse(t, before, watchlist.Options{}), parse(t, after, watchlist.Options{}))
	if want := (watchlist.Difference{Checks: watchlist.Delta{Changed: []string{"shop"}}}); !reflect.DeepEqual(d, want) {
		t.Errorf("difference %+v, want %+v", d, want)
	}
}

// many is a file of n checks; one in so many is of kind http, whose expectations are what takes the time.
func many(n, http int) []byte {
	var b strings.Builder
	b.WriteString("watchlist:\n  checks:\n")
	for i := range n {
		ask := fmt.Sprintf("tls: {host: \"h%d.example:443\"}", i)
		if i%http == 0 {
			ask = fmt.Sprintf("http: {url: \"https://h%d.example/%d\"}", i%100, i)
		}
		fmt.Fprintf(&b, "    - {name: c%05d, schedule: \"@every 60s\", %s}\n", i, ask)
	}
	return []byte(b.String())
}

// TestManyChecks ensures that a large watchlist loads while nobody waits for it. The bound is far above what
// it takes (see BenchmarkParse), to be true on a busy machine with -race.
func TestManyChecks(t *testing.T) {
	t.Parallel()
	const n = 10_000
	data, began := many(n, 5), time.Now()
	w, err := watchlist.Parse("config.yaml", data, watchlist.Options{})
	if err != nil || len(w.Checks) != n {
		t.Fatalf("error %v", err)
	}
	took := time.Since(began)
	t.Logf("%d checks, %d KiB: %s", n, len(data)>>10, took)
	if took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

func BenchmarkParse(b *testing.B) {
	data := many(10_000, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := watchlist.Parse("config.yaml", data, watchlist.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
