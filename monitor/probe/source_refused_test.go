package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

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
