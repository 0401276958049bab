package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"bellhop/monitor"
)

// A trouble is a server, or a way to it, that fails in one manner.
type trouble struct {
	name   string
	url    func(t *testing.T) string
	config func(t *testing.T) TransportConfig
	want   monitor.Fault
	detail string                                       // a part of it
	both   func(t *testing.T) (string, TransportConfig) // instead of url and config
}

func (tr trouble) set(t *testing.T) (string, TransportConfig) {
	if tr.both != nil {
		return tr.both(t)
	}
	if tr.config != nil {
		return tr.url(t), tr.config(t)
	}
	return tr.url(t), TransportConfig{}
}

func at(talk func(net.Conn)) func(*testing.T) string {
	return func(t *testing.T) string { return "http://" + raw(t, talk) }
}

func over(h http.HandlerFunc) func(*testing.T) string {
	return func(t *testing.T) string { return serve(t, h) }
}

func nowhere(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	return "http://" + ln.Addr().String()
}

func resolver(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(*testing.T) TransportConfig {
	return func(*testing.T) TransportConfig {
		return TransportConfig{Dial: (&net.Dialer{Resolver: &net.Resolver{PreferGo: true, Dial: dial}}).DialContext}
	}
}

func network() []trouble {
	named := func(*testing.T) string { return "http://apaleo.invalid.example./" }
	chunked := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	return []trouble{
		{name: "no resolver", url: named, config: resolver(func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED }), want: "dns", detail: "could not look up"},
		{name: "resolver hangs", url: named, config: resolver(func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}), want: "dns", detail: "did not answer in time"},
		{name: "refused", url: nowhere, want: "connect", detail: "connection refused"},
		{name: "dial hangs", url: at(hang), config: func(*testing.T) TransportConfig {
			return TransportConfig{Dial: (&net.Dialer{ControlContext: func(ctx context.Context, _, _ string, _ syscall.RawConn) error {
				<-ctx.Done()
				return ctx.Err()
			}}).DialContext}
		}, want: "connect", detail: "in time"},
		{name: "reset", url: at(reset), want: "reset", detail: "closed the connection"},
		{name: "closed without a word", url: at(says("")), want: "reset", detail: ""},
		{name: "hangs", url: at(hang), want: "timeout", detail: "no answer"},
		{name: "garbage", url: at(says("\x00\x01\x02 what?\r\n\r\n")), want: "malformed", detail: ""},
		{name: "half a head", url: at(says("HTTP/1.1 200 OK\r\nA: ")), want: "cut", detail: ""},
		{name: "status of letters", url: at(says("HTTP/1.1 abc OK\r\n\r\n")), want: "malformed", detail: ""},
		{name: "two lengths", url: at(says("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")), want: "malformed", detail: ""},
		{name: "negative length", url: at(says("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabcd")), want: "malformed", detail: ""},
		{name: "short body", url: at(says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")), want: "cut", detail: "broke off"},
		{name: "broken chunk", url: at(says(chunked + "5\r\nab")), want: "cut", detail: ""},
		{name: "no chunk", url: at(says(chunked + "zz\r\nab")), want: "malformed", detail: ""},
		{name: "endless headers", url: at(func(c net.Conn) {
			request(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for line := "X-More: " + strings.Repeat("a", 4000) + "\r\n"; ; {
				if _, err := io.WriteString(c, line); err != nil {
					return
				}
			}
		}), want: "too_large", detail: "headers"},
		{name: "endless hints", url: at(func(c net.Conn) {
			request(c)
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"); err != nil {
					return
				}
			}
		}), want: "too_large", detail: ""},
		{name: "drip", url: over(func(w http.ResponseWriter, r *http.Request) {
			for tick := time.NewTicker(5 * time.Millisecond); ; {
				select {
				case <-r.Context().Done():
					return
				case <-tick.C:
					_, _ = io.WriteString(w, "a")
					_ = http.NewResponseController(w).Flush()
				}
			}
		}), want: "cut", detail: "in time"},
		{name: "redirect", url: over(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }), want: "http_unexpected", detail: "HTTP 302"},
		{name: "redirect to nonsense", url: at(says("HTTP/1.1 302 Found\r\nLocation: http://%%%\r\nContent-Length: 0\r\n\r\n")), want: "http_unexpected", detail: "HTTP 302"},
	}
}

func certificates() []trouble {
	var all []trouble
	for _, tt := range []struct {
		name    string
		edit    func(*x509.Certificate)
		conf    func(*tls.Config)
		trusted bool
		want    monitor.Fault
		detail  string
	}{
		{"good", nil, nil, true, "", ""},
		{"authority", nil, nil, false, "tls_authority", "nobody we trust"},
		{"expired", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, nil, true, "tls_expired", "ended 20"},
		{"not yet", func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }, nil, true, "tls_expired", "begins 20"},
		{"name", func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"secret.example"} }, nil, true, "tls_name", "not for 127.0.0.1"},
		{"usage", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} }, nil, true, "tls", ""},
		{"wants ours", nil, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }, true, "tls", ""},
		{"wants ours, TLS 1.2", nil, func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12 }, true, "tls", ""},
		{"TLS 1.1", nil, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }, true, "tls", "no TLS handshake"},
	} {
		all = append(all, trouble{name: "tls " + tt.name, want: tt.want, detail: tt.detail, both: func(t *testing.T) (string, TransportConfig) {
			a, conf := newAuthority(t), &tls.Config{}
			conf.Certificates = []tls.Certificate{a.issue(t, tt.edit)}
			if tt.conf != nil {
				tt.conf(conf)
			}
			if !tt.trusted {
				return secure(t, conf, ok), TransportConfig{}
			}
			return secure(t, conf, ok), TransportConfig{Roots: a.pem}
		}})
	}
	secured := func(talk func(net.Conn)) func(*testing.T) string {
		return func(t *testing.T) string { return "https://" + raw(t, talk) }
	}
	return append(all,
		trouble{name: "tls by plain http", url: func(t *testing.T) string { return "https://" + strings.TrimPrefix(serve(t, ok), "http://") }, want: "tls"},
		trouble{name: "tls by nonsense", url: secured(says("nonsense, and more of it")), want: "tls"},
		trouble{name: "tls hangs", url: secured(hang), want: "timeout"},
		trouble{name: "tls reset", url: secured(reset), want: "reset"},
	)
}

func TestFaultsOfTheNetwork(t *testing.T) {
	for _, tt := range append(network(), certificates()...) {
		for _, fresh := range []bool{false, true} {
			name := tt.name
			if fresh {
				name += ", fresh"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				target, c := tt.set(t)
				o := ask(t, get(t, HTTPConfig{Transport: transport(t, c), URL: target}), 300*time.Millisecond, fresh)
				if o.Fault != tt.want || !strings.Contains(o.Detail, tt.detail) {
					t.Errorf("%q (%s), want %q (…%s…)", o.Fault, o.Detail, tt.want, tt.detail)
				}
				shown(t, o)
			})
		}
	}
}

// shown checks what must hold of every outcome.
func shown(t testing.TB, o monitor.Outcome) {
	t.Helper()
	if o.Fault != "" && o.Detail == "" {
		t.Errorf("%s without a detail", o.Fault)
	}
	if len(o.Detail) > 500 || strings.ContainsFunc(o.Detail, unicode.IsControl) || strings.Contains(o.Detail, "://") {
		t.Errorf("detail %q", o.Detail)
	}
	if o.At.IsZero() || o.Started.IsZero() || o.Took <= 0 {
		t.Errorf("times missing: %+v", o)
	}
}

// TestEndlessBody ensures that a body without an end is too large only for those who want to read it.
func TestEndlessBody(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for line := []byte(strings.Repeat("a", 4096)); ; {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	})
	for expect, want := range map[string]monitor.Fault{"": "", "status == 200": "", `body contains "b"`: "too_large", "status == 200 && json.a == 1": "too_large", `status == 404 && body != ""`: "http_unexpected"} {
		if o := ask(t, get(t, HTTPConfig{URL: url, Expect: expect}), 5*time.Second, false); o.Fault != want {
			t.Errorf("%q: %q (%s), want %q", expect, o.Fault, o.Detail, want)
		}
	}
}

// TestSwitchOfProtocolsIsBounded holds on to a connection that net/http has let go of.
func TestSwitchOfProtocolsIsBounded(t *testing.T) {
	url := "http://" + raw(t, func(c net.Conn) {
		request(c)
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		hang(c)
	})
	p, answered := get(t, HTTPConfig{URL: url}), make(chan monitor.Outcome, 1)
	go func() { answered <- ask(t, p, 200*time.Millisecond, false) }()
	select {
	case o := <-answered:
		if o.Fault != "http_unexpected" || o.Status != 101 {
			t.Errorf("%d %q (%s)", o.Status, o.Fault, o.Detail)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("still reads, long after its deadline")
	}
}

func TestHTTP2StreamsThatBreak(t *testing.T) {
	a := newAuthority(t)
	url := secure(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, nil)}, NextProtos: []string{"h2"}}, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Error("this is not HTTP/2")
		}
		if r.URL.Path == "/late" {
			_, _ = io.WriteString(w, "a")
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	})
	tr := transport(t, TransportConfig{Roots: a.pem})
	for path, want := range map[string]monitor.Fault{"/early": "reset", "/late": "cut"} {
		if o := ask(t, get(t, HTTPConfig{Transport: tr, URL: url + path}), time.Second, true); o.Fault != want {
			t.Errorf("%s: %q (%s), want %q", path, o.Fault, o.Detail, want)
		}
	}
}

func TestClassifyKnowsWhoEndedIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := get(t, HTTPConfig{URL: "http://" + raw(t, func(c net.Conn) { request(c); cancel(); hang(c) })})
	if o := p(ctx, monitor.Attempt{At: time.Now()}); o.Fault != monitor.FaultCanceled {
		t.Errorf("%q (%s), want canceled", o.Fault, o.Detail)
	}
	if f := Classify(nil, StageStart); f != monitor.FaultNone {
		t.Errorf("no error is %q", f)
	}
	if f := Classify(errors.New("something new"), StageConnected); f != monitor.FaultReset {
		t.Errorf("an error without a name is %q", f)
	}
}

func TestProxies(t *testing.T) {
	a := newAuthority(t)
	secured := secure(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, nil)}}, ok)
	broken := secure(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) })}}, ok)
	answer := func(status string) func(net.Conn) {
		return says("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n")
	}
	for _, tt := range []struct {
		name, target string
		proxy        func(net.Conn)
		want         monitor.Fault
		detail       string
	}{
		{"login", secured, answer("407 Proxy Authentication Required"), "proxy", "407"},
		{"login, http", "http://apaleo.example/", answer("407 Proxy Authentication Required"), "proxy", "407"},
		{"forbidden", secured, answer("403 Forbidden"), "proxy", "403"},
		{"bad gateway", secured, answer("502 Bad Gateway"), "proxy", "502"},
		{"hangs", secured, hang, "proxy", ""},
		{"reset", secured, reset, "proxy", ""},
		{"nonsense", secured, says("nonsense\r\n\r\n"), "proxy", ""},
		{"tunnel", secured, tunnel, "", ""},
		{"tunnel to a bad certificate", broken, tunnel, "tls_expired", ""},
		{"server error, http", "http://apaleo.example/", answer("500 Oh"), "http_5xx", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			via := &url.URL{Scheme: "http", Host: raw(t, tt.proxy), User: url.UserPassword("me", "pr0xypass")}
			tr := transport(t, TransportConfig{Roots: a.pem, Proxy: http.ProxyURL(via)})
			o := ask(t, get(t, HTTPConfig{Transport: tr, URL: tt.target}), 400*time.Millisecond, true)
			if o.Fault != tt.want || !strings.Contains(o.Detail, tt.detail) || strings.Contains(o.Detail, "pr0xypass") {
				t.Errorf("%q (%s), want %q", o.Fault, o.Detail, tt.want)
			}
			shown(t, o)
		})
	}
	t.Run("not there", func(t *testing.T) {
		via, _ := url.Parse(nowhere(t))
		tr := transport(t, TransportConfig{Proxy: http.ProxyURL(via)})
		for _, target := range []string{secured, "http://apaleo.example/"} {
			if o := ask(t, get(t, HTTPConfig{Transport: tr, URL: target}), time.Second, true); o.Fault != "proxy" {
				t.Errorf("%s: %q (%s), want proxy", target, o.Fault, o.Detail)
			}
		}
	})
}

// tunnel is a proxy that does what it is asked.
func tunnel(c net.Conn) {
	buf := make([]byte, 4096)
	n, _ := c.Read(buf)
	far, err := net.Dial("tcp", strings.Fields(string(buf[:n]) + " - -")[1])
	if err != nil {
		return
	}
	defer far.Close()
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(far, c)
		_ = far.Close()
	}()
	_, _ = io.Copy(c, far)
}
