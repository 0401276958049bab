package apaleotest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

func TestStatusFaultKeepsToItsPlace(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	alp, blt := token(t, s, c, alpine()), token(t, s, c, baltic())
	f := s.Fault(apaleotest.Status(500).On(apaleotest.API).At("/inventory").For("ALPN"))
	a := get(t, c, s.API+"/inventory/v1/properties/$count", alp)
	wantRefusal(t, "the hotel", a, 500)
	if a.header.Get("Apaleo-Tracking-Id") == "" {
		t.Error("500 without a tracking id, though the application gave it")
	}
	wantStatus(t, "another path", get(t, c, s.API+"/account/v1/accounts/current", alp), 200)
	wantStatus(t, "another hotel", get(t, c, s.API+"/inventory/v1/properties/$count", blt), 200)
	wantStatus(t, "nobody", get(t, c, s.API+"/inventory/v1/properties/$count", ""), 401)
	if got := f.Hits(); got != 1 {
		t.Errorf("hits: got %d, want 1", got)
	}
	f.Clear()
	f.Clear() // twice does no harm
	wantStatus(t, "cleared", get(t, c, s.API+"/inventory/v1/properties/$count", alp), 200)
}

func TestFaultAtIdentityKnowsWhoAsks(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	s.Fault(apaleotest.Status(503).On(apaleotest.Identity).For("ALPN"))
	at := s.Identity + "/connect/token"
	wantStatus(t, "the hotel", post(t, c, at, "ALPN-SP-MON", "s3cret+/=", clientCredentials()), 503)
	wantStatus(t, "the other", post(t, c, at, "BLTC-SP-MON", "other", clientCredentials()), 200)
	s.Fault(apaleotest.Status(500).For("XXXX-AC-STORE"))
	wantStatus(t, "the store app", post(t, c, s.Identity+"/connect/revocation", "XXXX-AC-STORE", "store", nil), 500)
	s.ClearFaults()
	wantStatus(t, "cleared", post(t, c, at, "ALPN-SP-MON", "s3cret+/=", clientCredentials()), 200)
}

func TestGatewayPageIsTheProxys(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, alpine())
	s.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	a := get(t, c, s.API+"/account/v1/accounts/current", bearer)
	if a.status != 502 || a.header.Get("Content-Type") != "text/html" || !strings.Contains(a.body, "<center>nginx</center>") {
		t.Errorf("got %d %v %q, want nginx's page", a.status, a.header, a.body)
	}
	for _, name := range []string{"Apaleo-Tracking-Id", "X-Rate-Limit-Remaining"} {
		if got := a.header.Get(name); got != "" {
			t.Errorf("%s: got %q from a proxy", name, got)
		}
	}
}

func TestTooManySaysWhenToComeBack(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, alpine())
	s.Fault(apaleotest.TooMany(1500 * time.Millisecond).On(apaleotest.API))
	a := get(t, c, s.API+"/account/v1/accounts/current", bearer)
	if a.status != 429 || a.header.Get("Retry-After") != "2" || a.header.Get("X-Rate-Limit-Remaining") != "0" {
		t.Errorf("got %d %v, want 429, Retry-After 2 and nothing remaining", a.status, a.header)
	}
}

func TestSlowIsLateAndRight(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	s.Fault(apaleotest.Slow(80*time.Millisecond).On(apaleotest.API).WithHeader("X-Rate-Limit-Remaining", "3"))
	began := time.Now()
	a := get(t, c, s.API+"/health", "")
	if took := time.Since(began); a.status != 200 || took < 80*time.Millisecond {
		t.Errorf("got %d after %v, want 200 after 80ms", a.status, took)
	}
	if got := a.header.Get("X-Rate-Limit-Remaining"); got != "3" {
		t.Errorf("header of the fault: got %q, want 3", got)
	}
	s.Fault(apaleotest.Gateway(504).On(apaleotest.API).After(80 * time.Millisecond)) // the newest has the request
	began = time.Now()
	wantStatus(t, "late 504", get(t, c, s.API+"/health", ""), 504)
	if took := time.Since(began); took < 80*time.Millisecond {
		t.Errorf("504 after %v, want 80ms", took)
	}
}

// fails asks once, over a connection of its own, and returns the error there must be.
func fails(t *testing.T, s *apaleotest.Server, at string) error {
	t.Helper()
	c := clientFor(t, s)
	c.Timeout = 300 * time.Millisecond
	a, err := try(c, request(t, http.MethodGet, at, ""))
	if err == nil {
		t.Fatalf("%s: got %d %q, want an error", at, a.status, a.body)
	}
	return err
}

func TestResetResets(t *testing.T) {
	for _, plain := range []bool{false, true} {
		s := startWith(t, apaleotest.Config{Plain: plain})
		s.Fault(apaleotest.Reset().On(apaleotest.API))
		if err := fails(t, s, s.API+"/health"); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("plain %v: got %v, want a connection reset", plain, err)
		}
	}
}

func TestGarbageIsNoHTTP(t *testing.T) {
	s := start(t)
	s.Fault(apaleotest.Garbage().On(apaleotest.API))
	if err := fails(t, s, s.API+"/health"); !strings.Contains(err.Error(), "malformed HTTP") {
		t.Errorf("got %v, want malformed HTTP", err)
	}
}

// The headers come at once, the body too slowly for the client's patience.
func TestDripOutlastsTheClient(t *testing.T) {
	s := start(t)
	s.Fault(apaleotest.Drip(20 * time.Millisecond).On(apaleotest.StatusPage))
	err := fails(t, s, s.StatusPage+"/api/v2/summary.json")
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "reading body") {
		t.Errorf("got %v, want a timeout while reading the body", err)
	}
	s.ClearFaults()
	s.Fault(apaleotest.Drip(time.Microsecond).On(apaleotest.StatusPage))
	a := get(t, clientFor(t, s), s.StatusPage+"/api/v2/summary.json", "")
	wantStatus(t, "patient client", a, 200)
	decode(t, a.body)
}

// There is always more to read, and the server stops when the client goes.
func TestEndlessEndsWithTheClient(t *testing.T) {
	s := start(t)
	s.Fault(apaleotest.Endless().On(apaleotest.API))
	resp, err := clientFor(t, s).Do(request(t, http.MethodGet, s.API+"/health", ""))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, resp.Body, 8<<20); err != nil {
		t.Errorf("read %d bytes: %v, want there to be more", n, err)
	}
	resp.Body.Close()
	eventually(t, "the server stops writing", func() bool { return goroutinesIn("apaleotest.(*Server).pour") == 0 })
}

func TestTLSFaultsFailVerification(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	wantStatus(t, "before", get(t, c, s.API+"/health", ""), 200) // and the connection is kept
	failing := func(f apaleotest.Fault) error {
		t.Helper()
		active := s.Fault(f.On(apaleotest.API))
		defer active.Clear()
		_, err := try(c, request(t, http.MethodGet, s.API+"/health", ""))
		wantStatus(t, "the other hosts", get(t, clientFor(t, s), s.StatusPage+"/", ""), 200)
		if err == nil || active.Hits() == 0 {
			t.Fatalf("got %v with %d hits, want an error and a hit", err, active.Hits())
		}
		return err
	}
	var invalid x509.CertificateInvalidError
	if err := failing(apaleotest.ExpiredCertificate()); !errors.As(err, &invalid) || invalid.Reason != x509.Expired {
		t.Errorf("expired: got %v", err)
	}
	if err := failing(apaleotest.WrongName()); !errors.As(err, new(x509.HostnameError)) {
		t.Errorf("wrong name: got %v", err)
	}
	if err := failing(apaleotest.UnknownAuthority()); !errors.As(err, new(x509.UnknownAuthorityError)) {
		t.Errorf("unknown authority: got %v", err)
	}
	if err := failing(apaleotest.HandshakeFailure()); !errors.As(err, new(tls.AlertError)) && !strings.Contains(err.Error(), "remote error: tls") {
		t.Errorf("handshake: got %v, want an alert", err)
	}
	wantStatus(t, "after", get(t, c, s.API+"/health", ""), 200)
}

func TestCertificateEndsWhenToldTo(t *testing.T) {
	s := start(t)
	ends := func() time.Duration {
		resp, err := clientFor(t, s).Do(request(t, http.MethodGet, s.Webhook+"/", ""))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return time.Until(resp.TLS.PeerCertificates[0].NotAfter)
	}
	if got := ends(); got < 30*24*time.Hour {
		t.Errorf("usual certificate ends in %v, want a month at least", got)
	}
	s.Fault(apaleotest.CertificateEndsIn(96 * time.Hour).On(apaleotest.Webhook))
	if got := ends(); got < 95*time.Hour || got > 96*time.Hour {
		t.Errorf("ends in %v, want 96h", got)
	}
}

func TestRefuseAndComeBackOnTheSamePort(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	wantStatus(t, "before", get(t, c, s.API+"/health", ""), 200)
	one, two := s.Fault(apaleotest.Refuse().On(apaleotest.API)), s.Fault(apaleotest.Refuse())
	for range 2 {
		if _, err := try(c, request(t, http.MethodGet, s.API+"/health", "")); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, want connection refused", err)
		}
		two.Clear() // the other fault still refuses
	}
	wantStatus(t, "another host", get(t, c, s.StatusPage+"/", ""), 200)
	one.Clear()
	wantStatus(t, "after", get(t, c, s.API+"/health", ""), 200)
}

func TestShareIsTheSameInEveryRun(t *testing.T) {
	run := func() (pattern string) {
		s := startWith(t, apaleotest.Config{Plain: true})
		c := clientFor(t, s)
		s.Fault(apaleotest.Status(500).Share(0.3))
		for range 40 {
			pattern += map[int]string{200: ".", 500: "x"}[get(t, c, s.API+"/health", "").status]
		}
		return pattern
	}
	one, two := run(), run()
	if one != two || one[0] != 'x' {
		t.Errorf("got %s and %s, want the same twice, beginning with a failure", one, two)
	}
	if n := strings.Count(one, "x"); n < 10 || n > 14 {
		t.Errorf("got %s: %d of 40, want about 12", one, n)
	}
}

func TestFaultOfTLSOnPlainServerPanics(t *testing.T) {
	s := startWith(t, apaleotest.Config{Plain: true})
	defer func() {
		if recover() == nil {
			t.Error("no panic, though nothing would have happened")
		}
	}()
	s.Fault(apaleotest.WrongName())
}

func TestPlainSpeaksHTTP(t *testing.T) {
	s := startWith(t, apaleotest.Config{Plain: true, Accounts: []apaleotest.Account{alpine()}})
	if !strings.HasPrefix(s.API, "http://127.0.0.1:") || s.CAPEM != nil {
		t.Errorf("got %s with a root %q, want http without one", s.API, s.CAPEM)
	}
	c := clientFor(t, s)
	wantStatus(t, "account", get(t, c, s.API+"/account/v1/accounts/current", token(t, s, c, alpine())), 200)
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(s.Webhook, "http://"), time.Second); err != nil {
		t.Error(err)
	}
}
