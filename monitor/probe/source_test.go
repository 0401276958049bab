package probe

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// issuer is an identity server and an API behind it, scripted by its fields.
type issuer struct {
	url    string
	tokens atomic.Int64 // requests for a token
	mu     sync.Mutex
	secret string // that is accepted
	life   int
	status int           // of the token endpoint; 0 is as it should be
	first  int64         // serial of the first token that the API takes
	seen   http.Header   // of the last request to the API
	hold   chan struct{} // if not nil, the token endpoint waits for it
	slow   time.Duration // how long the API takes
}

func newIssuer(t testing.TB) *issuer {
	i := &issuer{secret: "s3cret&+:%", life: 3600}
	i.url = serve(t, i.serve)
	return i
}

func (i *issuer) set(edit func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	edit()
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	hold := i.hold
	i.mu.Unlock()
	if r.URL.Path != "/api" && hold != nil {
		<-hold
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	switch r.URL.Path {
	case "/token":
		i.grant(w, r)
	case "/revoke":
		i.revoke(w, r)
	default:
		<-time.After(i.slow)
		i.seen = r.Header
		var serial int64
		if _, err := fmt.Sscanf(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), "t%d.", &serial); err != nil || serial < i.first {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
}

func (i *issuer) grant(w http.ResponseWriter, r *http.Request) {
	n := i.tokens.Add(1)
	if i.status != 0 {
		w.WriteHeader(i.status)
		return
	}
	if !i.fits(r) || r.PostFormValue("grant_type") != "client_credentials" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
		return
	}
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"account_code":"ALPN","scope":["a.read","b.read"]}`))
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": fmt.Sprintf("t%d.%s.sig", n, claims), "expires_in": i.life, "token_type": "Bearer"})
}

func (i *issuer) revoke(w http.ResponseWriter, r *http.Request) {
	i.tokens.Add(1)
	if !i.fits(r) || r.PostFormValue("token") == "" {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
	}
}

func (i *issuer) fits(r *http.Request) bool {
	id, secret, _ := r.BasicAuth()
	return id == "ALPN-SP-MON" && secret == "s3cret%26%2B%3A%25" && i.secret == "s3cret&+:%" || secret == i.secret
}

// source is a client of i whose secret is in a file.
func (i *issuer) source(t testing.TB, edit func(*SourceConfig)) *Source {
	t.Helper()
	c := SourceConfig{
		Transport: transport(t, TransportConfig{}), ClientID: "ALPN-SP-MON", TokenURL: i.url + "/token", Pace: monitor.RealPace(),
		Secret: func() (string, time.Time, error) { return "s3cret&+:%", time.Time{}, nil },
	}
	if edit != nil {
		edit(&c)
	}
	s, err := NewSource(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (i *issuer) api(t testing.TB, s *Source) monitor.Probe {
	return get(t, HTTPConfig{Transport: s.config.Transport, URL: i.url + "/api", Token: s})
}

func TestOneTokenServesAllProbes(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	var all sync.WaitGroup
	for range 20 {
		p := i.api(t, s)
		all.Go(func() {
			if o := ask(t, p, 5*time.Second, false); o.Fault != "" || o.Token.Account != "ALPN" || len(o.Token.Scopes) != 2 || o.Forced != 0 {
				t.Errorf("%q (%s), token %+v, forced %d", o.Fault, o.Detail, o.Token, o.Forced)
			}
		})
	}
	all.Wait()
	if n := i.tokens.Load(); n != 1 {
		t.Errorf("%d token requests for 20 probes, want 1", n)
	}
}

func TestExpiredTokenIsReplaced(t *testing.T) {
	i := newIssuer(t)
	i.life = 1
	s := i.source(t, nil)
	p := i.api(t, s)
	ask(t, p, 5*time.Second, false)
	s.mu.Lock()
	s.current.facts.Expires = time.Now().Add(-time.Second)
	s.mu.Unlock()
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" || i.tokens.Load() != 2 || o.Forced != 0 {
		t.Errorf("%q, %d token requests, forced %d; want 2 and 0", o.Fault, i.tokens.Load(), o.Forced)
	}
}

// TestTokenThatIsStillGoodIsUsed ensures that identity being down is not felt before the token ends.
func TestTokenThatIsStillGoodIsUsed(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	p := i.api(t, s)
	ask(t, p, 5*time.Second, false)
	i.set(func() { i.status = 503 })
	s.mu.Lock()
	s.current.facts.Expires = time.Now().Add(time.Minute) // within the margin: it is time for another
	s.mu.Unlock()
	for range 3 {
		if o := ask(t, p, 5*time.Second, false); o.Fault != "" {
			t.Fatalf("%q (%s), want good", o.Fault, o.Detail)
		}
	}
	if n := i.tokens.Load(); n != 2 {
		t.Errorf("%d token requests, want 2: the failed one is not repeated at once", n)
	}
}

// aged makes the present token old enough to be doubted.
func aged(s *Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.issued = s.current.issued.Add(-10 * time.Minute)
	for k := range s.history {
		s.history[k] = s.history[k].Add(-10 * time.Minute)
	}
}

func TestRefusedTokenIsConfirmedByAnother(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	p := i.api(t, s)
	ask(t, p, 5*time.Second, false)
	aged(s)
	i.set(func() { i.first = 2 })
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" || o.Forced != 1 {
		t.Errorf("the old token refused: %q (%s), forced %d; want good, 1", o.Fault, o.Detail, o.Forced)
	}
	i.set(func() { i.first = 100 })
	if o := ask(t, p, 5*time.Second, false); o.Fault != monitor.FaultUnauthorized || o.Forced != 0 {
		t.Errorf("a new token refused: %q (%s), forced %d; want unauthorized, 0", o.Fault, o.Detail, o.Forced)
	}
	aged(s)
	if o := ask(t, p, 5*time.Second, false); o.Fault != monitor.FaultUnauthorized || o.Forced != 1 || o.Status != 401 {
		t.Errorf("every token refused: %q (%s), forced %d; want unauthorized, 1", o.Fault, o.Detail, o.Forced)
	}
}

// TestRefusedClientConfirmsARefusedToken ensures that a secret that was revoked together with its tokens is seen
// for what it is by the next probe that is refused, not only when the client's own check is due, and that the
// probes after it share what was learned.
func TestRefusedClientConfirmsARefusedToken(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	p := i.api(t, s)
	ask(t, p, 5*time.Second, false)
	aged(s)
	i.set(func() { i.first, i.secret = 100, "another" })
	for _, forced := range []int{1, 0} {
		o := ask(t, p, 5*time.Second, false)
		if o.Fault != monitor.FaultClient || o.Code != "invalid_client" || o.Status != 401 || o.Forced != forced {
			t.Errorf("%q %q (%s), HTTP %d, forced %d; want invalid_client, 401, %d", o.Fault, o.Code, o.Detail, o.Status, o.Forced, forced)
		}
	}
	aged(s)
	s.lastAt, s.history = time.Now().Add(-time.Hour), nil
	i.set(func() { i.status = 503 })
	if o := ask(t, p, 5*time.Second, false); o.Fault != monitor.FaultUnconfirmed {
		t.Errorf("identity down: %q (%s), want unconfirmed", o.Fault, o.Detail)
	}
}

// TestOneConfirmationServesAllProbes ensures that probes which are refused together ask for one token together.
func TestOneConfirmationServesAllProbes(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	ask(t, i.api(t, s), 5*time.Second, false)
	aged(s)
	i.set(func() { i.first = 2 })
	old, _, _ := s.cached(time.Now())
	var all sync.WaitGroup
	var forced atomic.Int64
	for range 10 {
		all.Go(func() {
			tok, spent, err := s.renew(t.Context(), monitor.Attempt{At: time.Now()}, old)
			if forced.Add(int64(spent)); err != nil || tok.value == old.value {
				t.Errorf("no new token: %v", err)
			}
		})
	}
	all.Wait()
	if n := i.tokens.Load(); n != 2 || forced.Load() != 1 {
		t.Errorf("%d token requests, %d forced; want 2 and 1", n, forced.Load())
	}
}

func TestBudgetIsKeptAcrossRestarts(t *testing.T) {
	i := newIssuer(t)
	var spent []time.Time
	for k := range monitor.TokenMax {
		spent = append(spent, time.Now().Add(-time.Duration(monitor.TokenMax-k)*50*time.Second))
	}
	s := i.source(t, func(c *SourceConfig) { c.Forced = spent })
	p := i.api(t, s)
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" {
		t.Fatalf("the first token is not forced: %q (%s)", o.Fault, o.Detail)
	}
	s.mu.Lock()
	s.current.issued = time.Now().Add(-10 * time.Minute)
	s.lastAt = s.current.issued
	s.mu.Unlock()
	i.set(func() { i.first = 100 })
	if o := ask(t, p, 5*time.Second, false); o.Fault != monitor.FaultUnconfirmed || o.Forced != 0 {
		t.Errorf("%q (%s), want unconfirmed", o.Fault, o.Detail)
	}
	if o := ask(t, TokenCheck(s, ""), 5*time.Second, false); o.Fault != monitor.FaultNoToken || o.Detail == "" {
		t.Errorf("token check: %q (%s), want no_token", o.Fault, o.Detail)
	}
	if n := i.tokens.Load(); n != 1 {
		t.Errorf("%d token requests, want 1", n)
	}
}

func TestTokenCheckForces(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, nil)
	p := TokenCheck(s, "ALPN")
	first := ask(t, p, 5*time.Second, false)
	if first.Fault != "" || first.Forced != 1 || first.Token.Life != time.Hour || first.Status != 200 || first.Phases.FirstByte == 0 {
		t.Errorf("%q (%s): %+v", first.Fault, first.Detail, first)
	}
	if again := ask(t, p, 5*time.Second, false); again.Fault != "" || again.Forced != 0 || i.tokens.Load() != 1 {
		t.Errorf("at once again: %q (%s), forced %d, %d requests; want the same answer shared", again.Fault, again.Detail, again.Forced, i.tokens.Load())
	}
	aged(s)
	if other := ask(t, TokenCheck(s, "LAKE"), 5*time.Second, false); other.Fault != monitor.FaultWrongAccount || other.Forced != 1 {
		t.Errorf("%q (%s), forced %d; want wrong_account, 1", other.Fault, other.Detail, other.Forced)
	}
}

// TestFailedTokenRequestIsShared ensures that many probes of a refused client do not ask one by one.
func TestFailedTokenRequestIsShared(t *testing.T) {
	i := newIssuer(t)
	i.secret = "another"
	s := i.source(t, nil)
	for range 10 {
		o := ask(t, i.api(t, s), 5*time.Second, false)
		if o.Fault != monitor.FaultNoToken || !strings.Contains(o.Detail, "invalid_client") || o.Code != "invalid_client" {
			t.Fatalf("%q %q (%s), want no_token, and why the client was refused", o.Fault, o.Code, o.Detail)
		}
	}
	if n := i.tokens.Load(); n != 1 {
		t.Errorf("%d token requests, want 1", n)
	}
}

func TestFaultsOfTheTokenEndpoint(t *testing.T) {
	for _, tt := range []struct {
		status int
		body   string
		want   monitor.Fault
		code   string
	}{
		{400, `{"error":"invalid_client"}`, "invalid_client", "invalid_client"},
		{401, `{"error":"invalid_client"}`, "invalid_client", "invalid_client"},
		{400, `{"error":"invalid_grant"}`, "invalid_grant", "invalid_grant"},
		{400, `{"error":"invalid_scope"}`, "invalid_scope", "invalid_scope"},
		{400, `{"error":"unauthorized_client"}`, "invalid_scope", "unauthorized_client"},
		{400, `{"error":"invalid_request"}`, "invalid_request", "invalid_request"},
		{400, `{"error":"bob@example.com 12345"}`, "http_4xx", ""},
		{400, `<html>`, "http_4xx", ""},
		{401, ``, "http_4xx", ""},
		{403, ``, "forbidden", ""},
		{429, ``, "rate_limited", ""},
		{502, `<html>`, "http_5xx", ""},
		{200, `<html>`, "wrong_body", ""},
		{200, `{}`, "wrong_body", ""},
		{200, `{"access_token":"a.b.c"}`, "wrong_body", ""},
		{200, `{"access_token":"a.b.c","expires_in":-5}`, "wrong_body", ""},
		{200, "{\"access_token\":\"a\\r\\nb\",\"expires_in\":5}", "wrong_body", ""},
		{200, `{"access_token":"opaque","expires_in":1e300}`, "", ""},
		{200, `{"access_token":"opaque","expires_in":60}`, "", ""},
	} {
		t.Run(fmt.Sprint(tt.status, tt.body), func(t *testing.T) {
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			i := &issuer{url: url}
			o := ask(t, TokenCheck(i.source(t, nil), ""), 5*time.Second, false)
			if o.Fault != tt.want || o.Code != tt.code {
				t.Errorf("%q %q (%s), want %q %q", o.Fault, o.Code, o.Detail, tt.want, tt.code)
			}
			shown(t, o)
		})
	}
}

// TestSecretIsReadAgain ensures that a file replaced while we ask is not taken for a refused client.
func TestSecretIsReadAgain(t *testing.T) {
	i := newIssuer(t)
	i.secret = "new"
	path := filepath.Join(t.TempDir(), "secret")
	write := func(secret string) {
		if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("old")
	reads := 0
	s := i.source(t, func(c *SourceConfig) {
		c.Secret = func() (string, time.Time, error) {
			b, err := os.ReadFile(path)
			if reads++; reads == 1 {
				write("new")
			}
			return string(b), time.Now().Add(-time.Minute), err
		}
	})
	if o := ask(t, TokenCheck(s, ""), 5*time.Second, false); o.Fault != "" || o.Forced != 2 {
		t.Errorf("%q (%s), forced %d; want good after two requests", o.Fault, o.Detail, o.Forced)
	}
	write("wrong")
	aged(s)
	o := ask(t, TokenCheck(s, ""), 5*time.Second, false)
	if o.Fault != monitor.FaultClient || o.Forced != 1 || o.SecretAge < time.Minute {
		t.Errorf("%q (%s), forced %d, secret age %s; want invalid_client once", o.Fault, o.Detail, o.Forced, o.SecretAge)
	}
	_ = os.Remove(path)
	aged(s)
	if o := ask(t, TokenCheck(s, ""), 5*time.Second, false); o.Fault != monitor.FaultSecret || !strings.Contains(o.Detail, "no such file") {
		t.Errorf("%q (%s), want secret", o.Fault, o.Detail)
	}
}

func TestSecretErrorIsNotRepeated(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, func(c *SourceConfig) {
		c.Secret = func() (string, time.Time, error) { return "", time.Time{}, errors.New("parse: hunter2") }
	})
	if o := ask(t, i.api(t, s), 5*time.Second, false); o.Fault != monitor.FaultSecret || strings.Contains(o.Detail, "hunter2") {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
}

func TestWaitingForATokenEnds(t *testing.T) {
	i := newIssuer(t)
	i.hold = make(chan struct{})
	defer close(i.hold)
	s := i.source(t, nil)
	p := i.api(t, s)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if o := ask(t, p, 200*time.Millisecond, false); o.Fault != monitor.FaultNoToken {
				t.Errorf("%q (%s), want no_token", o.Fault, o.Detail)
			}
		})
	}
	all.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := p(ctx, monitor.Attempt{At: time.Now()}); o.Fault != monitor.FaultCanceled && o.Fault != monitor.FaultNoToken {
		t.Errorf("%q (%s), want canceled", o.Fault, o.Detail)
	}
}

func TestConnectChecksTheClient(t *testing.T) {
	i := newIssuer(t)
	s := i.source(t, func(c *SourceConfig) { c.TokenURL = "" })
	p, err := Connect(s, i.url+"/revoke")
	if err != nil {
		t.Fatal(err)
	}
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" || o.Forced != 1 {
		t.Errorf("%q (%s), forced %d; want good, 1", o.Fault, o.Detail, o.Forced)
	}
	i.set(func() { i.secret = "another" })
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" || o.Forced != 0 {
		t.Errorf("at once again: %q (%s), forced %d; want the answer shared", o.Fault, o.Detail, o.Forced)
	}
	aged(s)
	if o := ask(t, p, 5*time.Second, false); o.Fault != monitor.FaultClient || o.Code != "invalid_client" {
		t.Errorf("%q (%s), want invalid_client", o.Fault, o.Detail)
	}
}

// TestBudgetHoldsWhateverHappens walks through any sequence of wishes.
func TestBudgetHoldsWhateverHappens(t *testing.T) {
	pace := monitor.RealPace()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
		var history, all []time.Time
		var run time.Time
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, 120_000), 1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(step) * time.Millisecond)
			if !mayForce(history, now, pace) {
				continue
			}
			run = runSince(run, history, now, pace)
			history, all = spend(history, now), append(all, now)
			if n := len(all); n > 1 && all[n-1].Sub(all[n-2]) < 27*time.Second {
				t.Fatalf("%s apart", all[n-1].Sub(all[n-2]))
			}
			if n := len(all); n > monitor.TokenMax && all[n-1].Sub(all[n-1-monitor.TokenMax]) < pace.TokenWindow {
				t.Fatalf("%d within %s", monitor.TokenMax+1, pace.TokenWindow)
			}
			if len(history) > monitor.TokenMax || run.After(now) {
				t.Fatalf("history of %d, run since %s at %s", len(history), run, now)
			}
		}
	})
}

func TestTokenIsNewForLongerTheLongerItLasts(t *testing.T) {
	pace, now := monitor.RealPace(), time.Now()
	for since, want := range map[time.Duration]time.Duration{0: pace.TokenDoubt, 2 * time.Minute: pace.TokenOpen, 2 * time.Hour: pace.TokenLong} {
		if got := newFor(now.Add(-since), now, pace); got != want {
			t.Errorf("after %s: %s, want %s", since, got, want)
		}
	}
	clean := []time.Time{now.Add(-15 * time.Minute)}
	if got := runSince(now.Add(-5*time.Hour), clean, now, pace); !got.Equal(now) {
		t.Error("the clean schedule is taken for a run")
	}
}
