package probe

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestFactsForATicket keeps what the resolver and the handshake said, on failures too.
func TestFactsForATicket(t *testing.T) {
	a := newAuthority(t)
	tr := transport(t, TransportConfig{Roots: a.pem})
	broken := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
	with := func(edit func(*x509.Certificate)) string {
		conf := &tls.Config{Certificates: []tls.Certificate{a.issue(t, edit)}}
		_, port, _ := net.SplitHostPort(strings.TrimPrefix(secure(t, conf, broken), "https://"))
		return "https://localhost:" + port
	}
	closed := raw(t, func(net.Conn) {})
	_, closedPort, _ := net.SplitHostPort(closed)
	for _, tt := range []struct {
		name, url string
		tr        *Transport
		want      monitor.Fault
		version   string
		names     []string
	}{
		{"500", with(nil), tr, "http_5xx", "TLS 1.3", []string{"localhost", "127.0.0.1"}},
		{"ended", with(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) }), tr, "tls_expired", "", []string{"localhost", "127.0.0.1"}},
		{"unknown authority", with(nil), transport(t, TransportConfig{}), "tls_authority", "", []string{"localhost", "127.0.0.1"}},
		{"many names", with(func(c *x509.Certificate) { c.DNSNames = strings.Fields("a.test b.test c.test d.test e.test f.test") }), tr, "tls_name", "", strings.Fields("a.test b.test c.test d.test")},
		{"hostile names", with(func(c *x509.Certificate) {
			c.DNSNames = []string{"<b>x</b>.test", strings.Repeat("y", 3000)}
			c.IPAddresses = nil
		}), tr, "tls_name", "", []string{"x .test", strings.Repeat("y", maxNameText-3) + "…"}},
		{"closes", "http://localhost:" + closedPort, tr, "reset", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := ask(t, get(t, HTTPConfig{Transport: tt.tr, URL: tt.url}), 5*time.Second, true)
			if o.Fault != tt.want || o.TLS.Version != tt.version || !slices.Equal(o.TLS.Names, tt.names) || tt.names != nil && o.TLS.Issuer != "test root" {
				t.Errorf("%q (%s), handshake %+v", o.Fault, o.Detail, o.TLS)
			}
			if !slices.Contains(o.Addrs, "127.0.0.1") {
				t.Errorf("addresses %q", o.Addrs)
			}
		})
	}
}

// TestAddressesOfAProxyAreNotTheHosts leaves out what the resolver said of a proxy of ours.
func TestAddressesOfAProxyAreNotTheHosts(t *testing.T) {
	via, err := url.Parse(strings.Replace(serve(t, ok), "127.0.0.1", "localhost", 1))
	if err != nil {
		t.Fatal(err)
	}
	o := ask(t, get(t, HTTPConfig{Transport: transport(t, TransportConfig{Proxy: http.ProxyURL(via)}), URL: "http://a.test/"}), 5*time.Second, true)
	if o.Fault != "" || len(o.Addrs) != 0 {
		t.Errorf("%q (%s), addresses %q", o.Fault, o.Detail, o.Addrs)
	}
}
