package watchlist_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/watchlist"
)

// storeApp is a stand-in with a store app that four hotels have consented to.
func storeApp(t *testing.T) *apaleotest.Server {
	t.Helper()
	var hotels []apaleotest.Account
	for _, code := range []string{"ALPN", "SEAS", "LAKE", "HILL"} {
		hotels = append(hotels, apaleotest.Account{Code: code, ClientID: code + "-SP-MON", ClientSecret: "s3cret"})
	}
	s, err := apaleotest.Start(apaleotest.Config{
		Plain: true, Accounts: hotels, Connect: []apaleotest.Client{{ID: "STOR-AC-APP", Secret: "s4cret", Rotates: true, Strict: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// TestLiveAccounts ensures that type: live is asked for.
func TestLiveAccounts(t *testing.T) {
	s := storeApp(t)
	s.Change("ALPN", func(a *apaleotest.Account) { a.Type = "Development" })
	for kind, want := range map[string]monitor.Fault{"": monitor.FaultNone, ", type: live": monitor.FaultDevelopment} {
		w := parse(t, fmt.Sprintf(`
apaleo: {api: %q, identity: %q, webhook: %q, status_page: ""}
accounts: [{name: alpine, client_id: ALPN-SP-MON, client_secret: s3cret%s}]
watchlist: {include: [apaleo]}
`, s.API, s.Identity, s.Webhook, kind), watchlist.Options{})
		if o := ask(t, find(t, w, "account@alpine")); o.Fault != want {
			t.Errorf("with %q: fault %q, want %q", kind, o.Fault, want)
		}
	}
}

// TestManyAccounts ensures that hundreds of hotels of one store app load, each with a token of its own.
func TestManyAccounts(t *testing.T) {
	dir := t.TempDir()
	var list strings.Builder
	for i := range 500 {
		fmt.Fprintf(&list, "- {name: h%d, kind: token, code: H%d, token_file: t%d}\n", i, i, i)
	}
	write(t, filepath.Join(dir, "hotels.yaml"), list.String())
	w, err := watchlist.Parse(filepath.Join(dir, "config.yaml"), []byte(`
accounts: [{name: app, kind: connect, client_id: APP, client_secret: x}]
accounts_file: hotels.yaml
watchlist: {include: [apaleo]}
`), watchlist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range w.Checks {
		seen[c.Account] = true
	}
	if len(seen) != 502 || len(w.Reported.Accounts) != 500 || w.Reported.Accounts["H7"] != "h7" {
		t.Errorf("%d accounts in checks, %d by code", len(seen), len(w.Reported.Accounts))
	}
}
