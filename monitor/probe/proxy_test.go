package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// overTLS is a proxy that is itself spoken to over TLS.
func overTLS(conf *tls.Config, talk func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) { talk(tls.Server(c, conf)) }
}

// socks is a SOCKS5 proxy that connects to an IPv4 address (RFC 1928).
func socks(c net.Conn) {
	buf := make([]byte, 262)
	if _, err := c.Read(buf); err != nil {
		return
	}
	_, _ = c.Write([]byte{5, 0})
	if _, err := io.ReadFull(c, buf[:10]); err != nil {
		return
	}
	far, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: buf[4:8], Port: int(buf[8])<<8 | int(buf[9])})
	if err != nil {
		return
	}
	defer far.Close()
	_, _ = c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	go func() { _, _ = io.Copy(far, c); _ = far.Close() }()
	_, _ = io.Copy(c, far)
}

// TestProxiesOfOtherKinds tells what is the proxy's own TLS from what lies behind it.
func TestProxiesOfOtherKinds(t *testing.T) {
	a := newAuthority(t)
	ends := time.Now().Add(500 * time.Hour)
	until := func(at time.Time) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{a.issue(t, func(c *x509.Certificate) { c.NotBefore, c.NotAfter = at.Add(-5000*time.Hour), at })}}
	}
	good, ended := secure(t, until(ends), ok), secure(t, until(time.Now().Add(-time.Hour)), ok)
	own := until(time.Now().Add(2000 * time.Hour))
	refuse := func(c net.Conn) { says("HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n")(c); _ = c.Close() }
	for _, tt := range []struct {
		name, scheme, target string
		proxy                func(net.Conn)
		want                 monitor.Fault
	}{
		{"https", "https", good, overTLS(own, tunnel), ""},
		{"https, ended behind it", "https", ended, overTLS(own, tunnel), "tls_expired"},
		{"https, refuses", "https", good, overTLS(own, refuse), "proxy"},
		{"https, ended itself", "https", good, overTLS(until(time.Now().Add(-time.Hour)), tunnel), "proxy"},
		{"socks", "socks5", good, socks, ""},
		{"socks, ended behind it", "socks5", ended, socks, "tls_expired"},
		{"socks, closes", "socks5", good, reset, "proxy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			via := &url.URL{Scheme: tt.scheme, Host: raw(t, tt.proxy)}
			tr := transport(t, TransportConfig{Roots: a.pem, Proxy: http.ProxyURL(via)})
			watch, err := TLS(TLSConfig{Transport: tr, Host: strings.TrimPrefix(tt.target, "https://")})
			if err != nil {
				t.Fatal(err)
			}
			for kind, p := range map[string]monitor.Probe{"http": get(t, HTTPConfig{Transport: tr, URL: tt.target}), "tls": watch} {
				o := ask(t, p, 2*time.Second, true)
				if o.Fault != tt.want {
					t.Errorf("%s: %q (%s), want %q", kind, o.Fault, o.Detail, tt.want)
				}
				if tt.want == "" && o.CertUntil.Sub(ends).Abs() > time.Minute || tt.want == "tls_expired" && o.CertUntil.After(time.Now()) {
					t.Errorf("%s: certificate until %s", kind, o.CertUntil)
				}
			}
		})
	}
}

func TestProxyThatCannotBeChosenIsOurs(t *testing.T) {
	tr := transport(t, TransportConfig{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New("invalid proxy address") }})
	if o := ask(t, get(t, HTTPConfig{Transport: tr, URL: "https://localhost:1/"}), time.Second, false); o.Fault != "proxy" {
		t.Errorf("%q (%s)", o.Fault, o.Detail)
	}
}
