package watchlist_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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

// accessToken is what the integration gets for a hotel.
func accessToken(t *testing.T, s *apaleotest.Server, code string) string {
	t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.Consent("STOR-AC-APP", code)}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Identity+"/connect/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("STOR-AC-APP", "s4cret")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	var got struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &got); err != nil || got.AccessToken == "" {
		t.Fatalf("status %d: %s", res.StatusCode, body)
	}
	return got.AccessToken
}

// TestKindsOfAccounts ensures that each kind of account asks with the tokens that it says, that the entries of
// accounts_file are as good as those of accounts, and that paths in that file start from it.
func TestKindsOfAccounts(t *testing.T) {
	s := storeApp(t)
	dir, lake := t.TempDir(), accessToken(t, s, "LAKE")
	keeper := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "k3y" || r.URL.Path != "/LAKE" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `{"access_token": %q, "expires_in": 3000}`, lake)
	}))
	defer keeper.Close()
	if err := os.Mkdir(filepath.Join(dir, "hotels"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "hotels", "seas"), accessToken(t, s, "SEAS")+"\n")
	write(t, filepath.Join(dir, "hotels", "hill"), s.Consent("STOR-AC-APP", "HILL"))
	write(t, filepath.Join(dir, "hotels", "list.yaml"), fmt.Sprintf(`
- {name: sea, kind: token, code: SEAS, token_file: seas}
- {name: lake, kind: token, code: LAKE, token_url: "%s/LAKE", token_header: "X-Key: ${KEY}"}
- {name: hill, kind: refresh, code: HILL, refresh_token_file: hill}
`, keeper.URL))
	config := fmt.Appendf(nil, `
apaleo: {api: %q, identity: %q, webhook: %q, status_page: ""}
accounts:
  - {name: alpine, code: ALPN, type: live, client_id: ALPN-SP-MON, client_secret: s3cret}
  - {name: app, kind: connect, client_id: STOR-AC-APP, client_secret: s4cret}
accounts_file: hotels/list.yaml
watchlist: {include: [apaleo]}
`, s.API, s.Identity, s.Webhook)
	o := watchlist.Options{Env: func(string) (string, bool) { return "k3y", true }, Sources: watchlist.NewSources(nil)}
	for range 2 { // the second is a reload: a refresh token that has served must not be used again
		w, err := watchlist.Parse(filepath.Join(dir, "config.yaml"), config, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, account := range []string{"alpine", "sea", "lake", "hill"} {
			c := find(t, w, monitor.CheckID("account@"+account))
			if o := ask(t, c); o.Fault != monitor.FaultNone {
				t.Errorf("%s: fault %s, status %d, %s", c.ID(), o.Fault, o.Status, o.Detail)
			}
			if want := map[bool]string{true: "ALPN-SP-MON", false: "STOR-AC-APP"}[account == "alpine"]; c.Client != want {
				t.Errorf("%s speaks for client %q, want %q", c.ID(), c.Client, want)
			}
		}
	}
	write(t, filepath.Join(dir, "hotels", "list.yaml"), "[]\n")
	w, err := watchlist.Parse(filepath.Join(dir, "config.yaml"), config, o)
	if err != nil {
		t.Fatal(err)
	}
	before, err := watchlist.Parse(filepath.Join(dir, "config.yaml"), config[:len(config)-1], o)
	if err != nil || w.Hash == before.Hash {
		t.Errorf("hash %s, error %v", w.Hash, err)
	}
	for _, c := range w.Checks {
		if c.Account == "sea" {
			t.Errorf("%s is still watched", c.ID())
		}
	}
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
report: {token: 0123456789abcdef}
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
