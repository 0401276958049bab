package probe

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/monitor"
)

func TestStatusesHaveTheirFaults(t *testing.T) {
	for _, tt := range []struct {
		status int
		expect string
		want   monitor.Fault
	}{
		{200, "", ""},
		{204, "", ""},
		{200, "status == 401", "http_unexpected"},
		{401, "status == 401", ""},
		{301, "", "http_unexpected"},
		{400, "", "http_4xx"},
		{401, "", "http_4xx"},
		{403, "", "forbidden"},
		{404, "", "not_found"},
		{405, "", "not_found"},
		{415, "", "not_found"},
		{407, "", "http_4xx"},
		{410, "", "http_4xx"},
		{422, "", "invalid"},
		{429, "", "rate_limited"},
		{500, "", "http_5xx"},
		{502, "json.count == 1", "http_5xx"},
		{503, "status == 200 && json.count == 1", "http_5xx"},
		{599, "", "http_5xx"},
		{200, "json.count == 1", "wrong_body"},
		{200, `status == 200 && headers["x"] == "1"`, "wrong_body"},
		{401, `status == 401 && headers["x"] == "1"`, "wrong_body"},
		{999, "", "http_5xx"},
		{200, `status == 200 || body == "a"`, ""},
		{404, `status == 200 || body == "a"`, "not_found"},
	} {
		t.Run(fmt.Sprint(tt.status, " ", tt.expect), func(t *testing.T) {
			url := "http://" + raw(t, says(fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: 4\r\n\r\nbody", tt.status)))
			o := ask(t, get(t, HTTPConfig{URL: url, Expect: tt.expect}), 5*time.Second, false)
			if o.Fault != tt.want || o.Status != tt.status {
				t.Errorf("%d %q (%s), want %q", o.Status, o.Fault, o.Detail, tt.want)
			}
			kept := o.Body != monitor.BodyFacts{}
			if want := tt.want != "" && tt.status != 204; kept != want {
				t.Errorf("body facts kept: %v, want %v", kept, want)
			}
			shown(t, o)
		})
	}
}

func TestAnswerIsReadForWhatItTells(t *testing.T) {
	reset := time.Now().Add(time.Minute).UTC().Truncate(time.Second)
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Apaleo-Tracking-Id", "a25f065f-0029-4745-9c0a-1e3127e12490")
		h.Set("X-Rate-Limit-Limit", "10m")
		h.Set("X-Rate-Limit-Remaining", "299")
		h.Set("X-Rate-Limit-Reset", reset.Format(time.RFC3339Nano))
		h.Set("Retry-After", "7")
		h.Set("Content-Type", "application/json; charset=utf-8")
		h.Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		w.WriteHeader(422)
		_, _ = io.WriteString(w, `{"messages":["Guest \"Ada Lovelace\" <ada@example.com>, room 10432, is not there.","second"]}`)
	})
	o := ask(t, get(t, HTTPConfig{URL: url}), 5*time.Second, false)
	want := monitor.RateLimit{Limit: -1, Remaining: 299, Reset: reset}
	switch {
	case o.TrackingID != "a25f065f-0029-4745-9c0a-1e3127e12490", o.RetryAfter != 7*time.Second, o.Limit != want:
		t.Errorf("headers: %+v", o)
	case o.Body.Type != "application/json" || len(o.Body.Hash) != 12 || o.Body.Length == 0:
		t.Errorf("body: %+v", o.Body)
	case o.Skew > -time.Hour+2*time.Second || o.Skew < -time.Hour-2*time.Second:
		t.Errorf("skew %s, want -1h", o.Skew)
	case len(o.Messages) != 2 || o.Messages[0] != `Guest "…" …@… room …, is not there.`:
		t.Errorf("messages %q", o.Messages)
	case o.IP != "127.0.0.1" || o.Phases.Connect == 0 || o.Phases.FirstByte == 0:
		t.Errorf("way: %s %+v", o.IP, o.Phases)
	}
}

func TestHeadersOfNoShapeAreLeftOut(t *testing.T) {
	url := "http://" + raw(t, says("HTTP/1.1 500 X\r\nApaleo-Tracking-Id: <b>ada@example.com</b>\r\nX-Rate-Limit-Limit: -4\r\nX-Rate-Limit-Remaining: many\r\n"+
		"Retry-After: 99999999999999999999\r\nContent-Type: ../../etc\r\nDate: soon\r\nContent-Length: 1\r\n\r\na"))
	o := ask(t, get(t, HTTPConfig{URL: url}), 5*time.Second, false)
	if o.TrackingID != "" || o.Limit != (monitor.RateLimit{}) || o.Body.Type != "" || o.Skew != 0 || o.RetryAfter != 0 {
		t.Errorf("%+v", o)
	}
}

func TestRetryAfterHasTwoForms(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "0": 0, "-3": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "999999999": 24 * time.Hour, "soon": 0, "1.5": 0,
		"Sun, 22 Nov 2026 10:01:00 GMT": time.Minute, "Sun, 22 Nov 2026 09:00:00 GMT": 0, "Sun, 22 Nov 2099 09:00:00 GMT": 24 * time.Hour,
	} {
		if got := retryAfter(v, now); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
}

// TestConfirmationsAreFresh ensures that a kept connection serves the next attempt, and no confirmation.
func TestConfirmationsAreFresh(t *testing.T) {
	a := newAuthority(t)
	for name, conf := range map[string]*tls.Config{"http/1.1": {}, "h2": {NextProtos: []string{"h2"}}} {
		t.Run(name, func(t *testing.T) {
			var conns atomic.Int64
			conf.Certificates = []tls.Certificate{a.issue(t, nil)}
			srv := httptest.NewUnstartedServer(http.HandlerFunc(ok))
			srv.TLS, srv.EnableHTTP2 = conf, name == "h2"
			srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
				if s == http.StateNew {
					conns.Add(1)
				}
			}
			srv.StartTLS()
			t.Cleanup(srv.Close)
			p := get(t, HTTPConfig{Transport: transport(t, TransportConfig{Roots: a.pem}), URL: srv.URL})
			for k, fresh := range []bool{false, false, true, true, false} {
				o := ask(t, p, 5*time.Second, fresh)
				if reused := k == 1 || k == 4; o.Fault != "" || o.Reused != reused || o.Fresh != fresh || (o.Phases.TLS == 0) != reused {
					t.Errorf("attempt %d: %q (%s), reused %v, phases %+v", k, o.Fault, o.Detail, o.Reused, o.Phases)
				}
				if left := time.Until(o.CertUntil); left < 900*time.Hour || left > 1001*time.Hour {
					t.Errorf("attempt %d: certificate until %s", k, o.CertUntil)
				}
			}
			if n := conns.Load(); n != 3 {
				t.Errorf("%d connections, want 3", n)
			}
		})
	}
}

// TestFreshConnectionsAreClosed ensures that confirmations leave nothing behind.
func TestFreshConnectionsAreClosed(t *testing.T) {
	var open atomic.Int64
	closed := make(chan struct{}, 100)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(ok))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			open.Add(-1)
			closed <- struct{}{}
		default:
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	p := get(t, HTTPConfig{URL: srv.URL})
	for range 10 {
		ask(t, p, 5*time.Second, true)
	}
	for range 10 {
		select {
		case <-closed:
		case <-time.After(5 * time.Second):
			t.Fatalf("%d connections still open", open.Load())
		}
	}
}

func TestRequestIsSentAsConfigured(t *testing.T) {
	var got *http.Request
	var body []byte
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		got, body = r, nil
		body, _ = io.ReadAll(r.Body)
	})
	p := get(t, HTTPConfig{
		Transport: transport(t, TransportConfig{Version: "1.2.3"}), URL: url + "/a?b=c", Method: "PUT", Body: "hello",
		Headers: map[string]string{"host": "other.example", "X-Key": "k"},
	})
	for range 2 {
		if o := ask(t, p, 5*time.Second, false); o.Fault != "" {
			t.Fatalf("%q (%s)", o.Fault, o.Detail)
		}
		if got.Method != "PUT" || string(body) != "hello" || got.Host != "other.example" || got.Header.Get("X-Key") != "k" || got.URL.RawQuery != "b=c" {
			t.Errorf("%s %s, host %s, %v, body %q", got.Method, got.URL, got.Host, got.Header, body)
		}
		if ua := got.UserAgent(); ua != "bellhop/1.2.3 (+status monitor)" {
			t.Errorf("User-Agent %q", ua)
		}
	}
}

func TestRedirectsAreFollowedOnlyIfWanted(t *testing.T) {
	var far atomic.Value
	elsewhere := serve(t, func(_ http.ResponseWriter, r *http.Request) { far.Store(r.Header.Clone()) })
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{"/near": "/", "/far": elsewhere, "/loop": "/loop"}[r.URL.Path]
		if to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	for path, want := range map[string]monitor.Fault{"/near": "", "/far": "", "/loop": "http_unexpected"} {
		c := HTTPConfig{URL: url + path, FollowRedirects: true, Headers: map[string]string{"X-Key": "k3y", "Authorization": "Basic abc"}}
		if o := ask(t, get(t, c), 5*time.Second, false); o.Fault != want {
			t.Errorf("%s: %q (%s), want %q", path, o.Fault, o.Detail, want)
		}
	}
	if h := far.Load().(http.Header); h.Get("X-Key") != "" || h.Get("Authorization") != "" || h.Get("User-Agent") == "" {
		t.Errorf("another host was told %v", h)
	}
}

func TestBodyIsNotRedirectedElsewhere(t *testing.T) {
	var told atomic.Value
	hear := func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told.Store(string(body))
	}
	elsewhere := serve(t, hear)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if to := map[string]string{"/near": "/", "/far": elsewhere}[r.URL.Path]; to != "" {
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
			return
		}
		hear(w, r)
	})
	for path, want := range map[string]monitor.Fault{"/near": "", "/far": "http_unexpected"} {
		told.Store("")
		o := ask(t, get(t, HTTPConfig{Method: "POST", URL: url + path, Body: "key=k3y", FollowRedirects: true}), 5*time.Second, false)
		if near := told.Load() == "key=k3y"; o.Fault != want || near != (path == "/near") {
			t.Errorf("%s: %q (%s), want %q; told %q", path, o.Fault, o.Detail, want, told.Load())
		}
	}
}

func TestClientCertificateIsShown(t *testing.T) {
	a := newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	url := secure(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, nil)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}, ok)
	mine := a.issue(t, nil)
	key, err := x509.MarshalPKCS8PrivateKey(mine.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	c := TransportConfig{
		Roots: a.pem,
		Cert:  pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: mine.Certificate[0]}),
		Key:   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
	}
	if o := ask(t, get(t, HTTPConfig{Transport: transport(t, c), URL: url}), 5*time.Second, false); o.Fault != "" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
	c.Key = []byte("nonsense")
	if _, err := NewTransport(c); err == nil {
		t.Error("a key that is none was taken")
	}
	if _, err := NewTransport(TransportConfig{Roots: []byte("nonsense")}); err == nil {
		t.Error("roots that are none were taken")
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	tr := transport(t, TransportConfig{})
	for name, c := range map[string]HTTPConfig{
		"no transport": {URL: "http://a"}, "no url": {Transport: tr}, "scheme": {Transport: tr, URL: "ftp://a"}, "no host": {Transport: tr, URL: "http:///a"},
		"user": {Transport: tr, URL: "http://me:s3cret@a/"}, "control": {Transport: tr, URL: "http://a/\x00s3cret"}, "method": {Transport: tr, URL: "http://a", Method: "G T"},
		"header": {Transport: tr, URL: "http://a", Headers: map[string]string{"a b": ""}}, "value": {Transport: tr, URL: "http://a", Headers: map[string]string{"a": "s3cret\r\nb: c"}},
		"expect": {Transport: tr, URL: "http://a", Expect: "status =="},
	} {
		if _, err := HTTP(c); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestSecretsStayInside ensures that nothing an operator keeps to himself can be read in an outcome.
func TestSecretsStayInside(t *testing.T) {
	secrets := []string{"s3cret", "hunter2", "t1."}
	i := newIssuer(t)
	s := i.source(t, nil)
	for _, talk := range []func(net.Conn){says("HTTP/1.1 500 X\r\nContent-Length: 7\r\n\r\nhunter2"), says("hunter2\r\n\r\n"), reset, says("HTTP/1.1 302 X\r\nLocation: /hunter2\r\n\r\n")} {
		p := get(t, HTTPConfig{URL: "http://" + raw(t, talk) + "/s3cret?key=s3cret", Headers: map[string]string{"X-Key": "s3cret"}, Token: s})
		text := fmt.Sprintf("%+v", ask(t, p, time.Second, true))
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q in %s", secret, text)
			}
		}
	}
}

func TestCertificatesAreWatched(t *testing.T) {
	a := newAuthority(t)
	for _, tt := range []struct {
		name   string
		left   time.Duration
		roots  []byte
		want   monitor.Fault
		detail string
	}{
		{"long", 1000 * time.Hour, a.pem, "", ""},
		{"soon", 9*24*time.Hour + time.Hour, a.pem, "expiring", ", in 9 days"},
		{"today", 5*time.Hour + time.Minute, a.pem, "expiring", ", in 5 hours"},
		{"ended", -time.Hour, a.pem, "tls_expired", "ended"},
		{"unknown", 1000 * time.Hour, nil, "tls_authority", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ends := time.Now().Add(tt.left)
			cert := a.issue(t, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), ends })
			url := secure(t, &tls.Config{Certificates: []tls.Certificate{cert}}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
			p, err := TLS(TLSConfig{Transport: transport(t, TransportConfig{Roots: tt.roots}), Host: strings.TrimPrefix(url, "https://")})
			if err != nil {
				t.Fatal(err)
			}
			o := ask(t, p, 5*time.Second, false)
			if o.Fault != tt.want || !strings.Contains(o.Detail, tt.detail) || o.Status != 0 {
				t.Errorf("%q (%s), want %q", o.Fault, o.Detail, tt.want)
			}
			if off := o.CertUntil.Sub(ends).Abs(); off > 2*time.Second {
				t.Errorf("certificate until %s, want %s", o.CertUntil, ends)
			}
		})
	}
}

func TestControlsAnswerForTheWayOut(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok/generate_204":
			w.WriteHeader(204)
		case "/ok/success.txt":
			_, _ = io.WriteString(w, "success\n")
		case "/error":
			w.WriteHeader(500)
		default:
			_, _ = io.WriteString(w, "please pay for the hotel's wifi")
		}
	})
	for target, want := range map[string]bool{
		url + "/ok/generate_204": true, url + "/portal/generate_204": false, url + "/ok/success.txt": true, url + "/portal/success.txt": false,
		url + "/error": true, nowhere(t): false,
	} {
		c, err := Control(target, transport(t, TransportConfig{}))
		if err != nil {
			t.Fatal(err)
		}
		if got := c(t.Context()); got != want {
			t.Errorf("%s: %v, want %v", target, got, want)
		}
	}
}

func TestKeysAreFoundThroughDiscovery(t *testing.T) {
	var keys, uri atomic.Value
	keys.Store(`{"keys":[{"kty":"EC"}]}`)
	url := ""
	url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/discovery" {
			_, _ = fmt.Fprintf(w, `{"jwks_uri":%q}`, uri.Load())
			return
		}
		_, _ = io.WriteString(w, keys.Load().(string))
	})
	p, err := JWKS(url+"/discovery", transport(t, TransportConfig{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		uri, keys string
		want      monitor.Fault
	}{
		{url + "/keys", `{"keys":[{"kty":"EC"}]}`, ""},
		{url + "/other", `{"keys":[]}`, "wrong_body"},
		{url + "/keys", `nonsense`, "wrong_body"},
		{"file:///etc/passwd", `{"keys":[1]}`, "wrong_body"},
		{"", `{"keys":[1]}`, "wrong_body"},
	} {
		uri.Store(tt.uri)
		keys.Store(tt.keys)
		if o := ask(t, p, 5*time.Second, false); o.Fault != tt.want {
			t.Errorf("%s %s: %q (%s), want %q", tt.uri, tt.keys, o.Fault, o.Detail, tt.want)
		}
	}
}
