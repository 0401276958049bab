package probe

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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
