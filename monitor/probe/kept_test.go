package probe

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"bellhop/monitor"
)

// jwtOf is a token with these claims.
func jwtOf(claims string) string {
	return "h." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".s"
}

// guarded is an API that takes one token.
type guarded struct {
	url   string
	takes atomic.Value // string
	asked atomic.Int64
}

func newGuarded(t *testing.T, takes string) *guarded {
	g := &guarded{}
	g.takes.Store(takes)
	g.url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		if r.Header.Get("Authorization") != "Bearer "+g.takes.Load().(string) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	return g
}

func keptFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token")
	write(t, path, text)
	return path
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func keptSource(t *testing.T, c KeptConfig) *Source {
	t.Helper()
	c.Pace = monitor.RealPace()
	c.Pace.TokenOverdue = 5 * time.Minute
	s, err := NewKeptSource(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestKeptFile follows a token file through its life: renewed, refused, ended, gone.
func TestKeptFile(t *testing.T) {
	g := newGuarded(t, "one")
	path := keptFile(t, "one\n")
	s := keptSource(t, KeptConfig{File: path})
	p := get(t, HTTPConfig{URL: g.url, Token: s})
	expect := func(step string, fault monitor.Fault, requests int64, detail string) {
		t.Helper()
		before := g.asked.Load()
		o := ask(t, p, 5*time.Second, false)
		if o.Fault != fault || !strings.Contains(o.Detail, detail) || g.asked.Load()-before != requests || o.Forced != 0 {
			t.Errorf("%s: %q (%s), %d requests, forced %d", step, o.Fault, o.Detail, g.asked.Load()-before, o.Forced)
		}
	}
	expect("good", "", 1, "")
	g.takes.Store("two")
	expect("refused", "unauthorized", 1, "HTTP 401: the integration's own token is refused, and it has no newer one")
	write(t, path, `{"access_token":"two","expires_in":3600}`)
	expect("renewed", "", 1, "")
	write(t, path, fmt.Sprintf(`{"access_token":"two","expires_at":%q}`, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)))
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	expect("ended", "no_token", 0, "the integration's token file has not been renewed since "+clockOf(old, time.Now())+"; its token ended at ")
	write(t, path, "")
	expect("empty", "no_token", 0, "the integration's token file holds no token since ")
	_ = os.Remove(path)
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	expect("a pipe that nobody writes to", "no_token", 0, "the integration's token file cannot be read: open "+path+": it is no file")
	_ = os.Remove(path)
	expect("gone", "no_token", 0, "the integration's token file cannot be read: open "+path+": no such file or directory")
}

// TestKeptTokenThatStaysAwayIsTold ensures that the check of a token tells of one that is not renewed, or cannot be
// read, once its grace is over and not before, and that a restart gives no new one.
func TestKeptTokenThatStaysAwayIsTold(t *testing.T) {
	path := keptFile(t, "")
	synctest.Test(t, func(t *testing.T) {
		began := time.Now() // at midnight
		s := keptSource(t, KeptConfig{File: path})
		check := TokenCheck(s, "")
		expect := func(after time.Duration, want monitor.Fault, detail string) {
			t.Helper()
			time.Sleep(time.Until(began.Add(after)))
			if o := ask(t, check, 5*time.Second, false); o.Fault != want || !strings.Contains(o.Detail, detail) {
				t.Errorf("after %s: %q (%s), want %q (%s)", after, o.Fault, o.Detail, want, detail)
			}
		}
		ends := func(after time.Duration) {
			write(t, path, fmt.Sprintf(`{"access_token":"one","expires_at":%d}`, began.Add(after).Unix()))
			if err := os.Chtimes(path, began, began.Add(after-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		expect(0, "no_token", "holds no token")
		expect(4*time.Minute, "no_token", "holds no token")
		expect(6*time.Minute, "overdue", "; there has been no token since 00:00:00 UTC")
		ends(10*time.Hour + 12*time.Minute)
		expect(7*time.Minute, "", "")
		expect(10*time.Hour+16*time.Minute, "no_token", "")
		late := "the integration's token file has not been renewed since 09:12:00 UTC; its token ended at 10:12:00 UTC"
		expect(10*time.Hour+18*time.Minute, "overdue", late)
		check = TokenCheck(keptSource(t, KeptConfig{File: path}), "")
		expect(10*time.Hour+19*time.Minute, "overdue", late)
		ends(12 * time.Hour)
		expect(10*time.Hour+20*time.Minute, "", "")
		_ = os.Remove(path)
		expect(10*time.Hour+21*time.Minute, "no_token", "cannot be read")
		expect(10*time.Hour+27*time.Minute, "overdue", "no such file or directory; there has been no token since 10:21:00 UTC")
	})
}

// TestKeptTokenIsRenewedInTime has the integration renew its token between our reading and the answer.
func TestKeptTokenIsRenewedInTime(t *testing.T) {
	path := keptFile(t, "one")
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer one" {
			write(t, path, "two")
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	if o := ask(t, get(t, HTTPConfig{URL: url, Token: keptSource(t, KeptConfig{File: path})}), 5*time.Second, false); o.Fault != "" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
}

// TestKeptAddress borrows from an address: as seldom as can be, and again when the token is refused.
func TestKeptAddress(t *testing.T) {
	g := newGuarded(t, "one")
	var asked atomic.Int64
	var body atomic.Value
	body.Store(`{"access_token":"one","expires_in":3600,"scope":"reservations.read"}`)
	secret := "s3cret"
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("X-Bellhop") != "s3cret" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = io.WriteString(w, body.Load().(string))
	})
	s := keptSource(t, KeptConfig{URL: url, Transport: transport(t, TransportConfig{}), Header: "X-Bellhop", Secret: func() (string, time.Time, error) { return secret, time.Time{}, nil }})
	p := get(t, HTTPConfig{URL: g.url, Token: s})
	for range 5 {
		if o := ask(t, p, 5*time.Second, false); o.Fault != "" || !slices.Equal(o.Token.Scopes, []string{"reservations.read"}) || o.Token.Life != time.Hour {
			t.Fatalf("%q (%s), token %+v", o.Fault, o.Detail, o.Token)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("the address was asked %d times for one token", asked.Load())
	}
	g.takes.Store("two")
	if o := ask(t, p, 5*time.Second, false); o.Fault != "unauthorized" || !strings.Contains(o.Detail, "the integration's own token is refused") || asked.Load() != 2 {
		t.Errorf("refused: %q (%s), asked %d times", o.Fault, o.Detail, asked.Load())
	}
	body.Store("two\n")
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" || asked.Load() != 3 {
		t.Errorf("renewed: %q (%s), asked %d times", o.Fault, o.Detail, asked.Load())
	}
	body.Store("<html>")
	check := TokenCheck(s, "")
	for what, want := range map[string][2]string{
		"<html> page":               {"no_token", "the address of the integration's token gave no token"},
		jwtOf(`{"exp":1700000000}`): {"overdue", "gave one that ended at 2023-11-14 22:13:20 UTC"},
	} {
		body.Store(what)
		if o := ask(t, check, 5*time.Second, false); o.Fault != monitor.Fault(want[0]) || !strings.Contains(o.Detail, want[1]) {
			t.Errorf("%q: %q (%s)", what, o.Fault, o.Detail)
		}
	}
	secret = "other"
	if o := ask(t, check, 5*time.Second, false); o.Fault != "no_token" || !strings.Contains(o.Detail, "answered HTTP 403") || strings.Contains(o.Detail, url) {
		t.Errorf("forbidden: %q (%s)", o.Fault, o.Detail)
	}
}

func TestKeptAddressThatIsSilent(t *testing.T) {
	s := keptSource(t, KeptConfig{URL: "http://" + raw(t, hang) + "/s3cret", Transport: transport(t, TransportConfig{})})
	if o := ask(t, TokenCheck(s, ""), 200*time.Millisecond, false); o.Fault != "no_token" || o.Detail != "the address of the integration's token: no answer from 127.0.0.1 in time" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
}

// TestKeptTokenIsChecked judges the token of a file as one of our own.
func TestKeptTokenIsChecked(t *testing.T) {
	good := jwtOf(fmt.Sprintf(`{"account_code":"ALPN","iat":%d,"exp":%d,"scope":["reservations.read"]}`, time.Now().Add(-time.Minute).Unix(), time.Now().Add(59*time.Minute).Unix()))
	s := keptSource(t, KeptConfig{ClientID: "ALPN-AC-APP", File: keptFile(t, good)})
	for want, o := range map[monitor.Fault]monitor.Outcome{
		"":              ask(t, TokenCheck(s, "ALPN", "reservations.read reservations.manage"), 5*time.Second, false),
		"wrong_account": ask(t, TokenCheck(s, "MUCH"), 5*time.Second, false),
		"scope_lost":    ask(t, TokenCheck(s, "ALPN", "folios.read"), 5*time.Second, false),
	} {
		if o.Fault != want || o.Token.Life != time.Hour || o.Token.Account != "ALPN" || o.Forced != 0 {
			t.Errorf("%q (%s), want %q; token %+v", o.Fault, o.Detail, want, o.Token)
		}
	}
	if _, err := Connect(s, "http://localhost/revoke"); err == nil {
		t.Error("a client without a secret is checked by its secret")
	}
	if s.ClientID() != "ALPN-AC-APP" || len(s.Forced()) != 0 {
		t.Errorf("client %q, forced %v", s.ClientID(), s.Forced())
	}
}

func TestKeptSettings(t *testing.T) {
	tr := transport(t, TransportConfig{})
	for _, c := range []KeptConfig{{}, {File: "a", URL: "http://localhost", Transport: tr}, {URL: "http://localhost"}, {URL: "localhost", Transport: tr}, {URL: "http://localhost", Transport: tr, Header: "a b"}} {
		c.Pace = monitor.RealPace()
		if _, err := NewKeptSource(c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}

// TestReadKept reads what integrations write.
func TestReadKept(t *testing.T) {
	written := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		text, value string
		ends        time.Time
	}{
		{"abc\r\n", "abc", time.Time{}},
		{`{"access_token":"abc"}`, "abc", time.Time{}},
		{`{"access_token":"abc","expires_in":3600}`, "abc", written.Add(time.Hour)},
		{`{"access_token":"abc","expires_in":-5}`, "abc", time.Time{}},
		{`{"access_token":"abc","expires_at":"2026-11-22T12:30:00+01:00"}`, "abc", written.Add(90 * time.Minute)},
		{`{"access_token":"abc","expires_at":1795345200}`, "abc", time.Unix(1795345200, 0)},
		{`{"access_token":"abc","expires_at":1795345200123}`, "abc", time.Unix(1795345200, 0)},
		{`{"access_token":"abc","expires_at":"1795345200"}`, "abc", time.Unix(1795345200, 0)},
		{`{"access_token":"abc","expires_at":"soon"}`, "abc", time.Time{}},
		{jwtOf(`{"exp":1795345200}`), jwtOf(`{"exp":1795345200}`), time.Unix(1795345200, 0)},
		{"", "", time.Time{}},
		{"a b", "", time.Time{}},
		{`{"access_token":""}`, "", time.Time{}},
		{`{"token":"abc"}`, "", time.Time{}},
		{"{", "", time.Time{}},
	} {
		tok, ok := readKept([]byte(tt.text), written)
		if ok != (tt.value != "") || tok.value != tt.value || !tok.facts.Expires.Equal(tt.ends) {
			t.Errorf("%q: %t, %q until %s, want %q until %s", tt.text, ok, tok.value, tok.facts.Expires, tt.value, tt.ends)
		}
	}
}
