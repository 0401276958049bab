package apaleotest_test

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

const all = "reservations.read folios.read rateplans.read availability.read settings.read"

func alpine() apaleotest.Account {
	return apaleotest.Account{
		Code: "ALPN", Name: "Alpine Hotels", Properties: 3,
		ClientID: "ALPN-SP-MON", ClientSecret: "s3cret+/=", Scopes: strings.Fields(all),
	}
}

func baltic() apaleotest.Account {
	return apaleotest.Account{Code: "BLTC", Type: "Trial", ClientID: "BLTC-SP-MON", ClientSecret: "other"}
}

// start runs a stand-in with two hotels and a store app, over TLS, and closes it with the test.
func start(t *testing.T) *apaleotest.Server {
	t.Helper()
	return startWith(t, apaleotest.Config{
		Accounts: []apaleotest.Account{alpine(), baltic()},
		Connect:  []apaleotest.Client{{ID: "XXXX-AC-STORE", Secret: "store"}},
	})
}

func startWith(t *testing.T, c apaleotest.Config) *apaleotest.Server {
	t.Helper()
	s, err := apaleotest.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// clientFor trusts the stand-in and nobody else, and gives up after two seconds.
func clientFor(t *testing.T, s *apaleotest.Server) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.CertPool(), ClientSessionCache: tls.NewLRUClientSessionCache(0)}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 2 * time.Second}
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

func do(t *testing.T, c *http.Client, r *http.Request) answer {
	t.Helper()
	a, err := try(c, r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	return a
}

func try(c *http.Client, r *http.Request) (answer, error) {
	resp, err := c.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return answer{resp.StatusCode, resp.Header, string(body)}, err
}

func request(t *testing.T, method, at, token string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func get(t *testing.T, c *http.Client, at, token string) answer {
	t.Helper()
	return do(t, c, request(t, http.MethodGet, at, token))
}

// post sends a form, with Basic authorization if id is not empty.
func post(t *testing.T, c *http.Client, at, id, secret string, form url.Values) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if id != "" {
		r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	}
	return do(t, c, r)
}

func clientCredentials(scope ...string) url.Values {
	form := url.Values{"grant_type": {"client_credentials"}}
	if len(scope) > 0 {
		form.Set("scope", strings.Join(scope, " "))
	}
	return form
}

func token(t *testing.T, s *apaleotest.Server, c *http.Client, of apaleotest.Account) string {
	t.Helper()
	a := post(t, c, s.Identity+"/connect/token", of.ClientID, of.ClientSecret, clientCredentials())
	if a.status != 200 {
		t.Fatalf("token: got %d %s, want 200", a.status, a.body)
	}
	return decode(t, a.body)["access_token"].(string)
}

func decode(t *testing.T, body string) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("body %q: %v", body, err)
	}
	return v
}

func fixture(t *testing.T, name string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, string(b))
}

func wantStatus(t *testing.T, what string, got answer, want int) {
	t.Helper()
	if got.status != want {
		t.Errorf("%s: got %d %q, want %d", what, got.status, got.body, want)
	}
}

// eventually waits up to five seconds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline, tick := time.After(5*time.Second), time.NewTicker(2*time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within 5 s: %s", what)
		}
	}
}

// sameShape reports what of want's keys and kinds got lacks, for all objects and the first of each list.
func sameShape(t *testing.T, at string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			t.Errorf("%s: got %T, want an object", at, got)
			return
		}
		for k, v := range w {
			if _, ok := g[k]; !ok {
				t.Errorf("%s: no %q", at, k)
				continue
			}
			if v != nil && g[k] != nil {
				sameShape(t, at+"."+k, g[k], v)
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok || (len(w) > 0 && len(g) == 0) {
			t.Errorf("%s: got %v, want a list like %v", at, got, w)
		} else if len(w) > 0 {
			sameShape(t, at+"[0]", g[0], w[0])
		}
	case string:
		if _, ok := got.(string); !ok {
			t.Errorf("%s: got %T, want a string", at, got)
		}
	case float64:
		if _, ok := got.(float64); !ok {
			t.Errorf("%s: got %T, want a number", at, got)
		}
	case bool:
		if _, ok := got.(bool); !ok {
			t.Errorf("%s: got %T, want a boolean", at, got)
		}
	}
}
