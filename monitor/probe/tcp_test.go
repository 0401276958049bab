package probe

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

func greets(text string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, text); hang(c) }
}

// echo repeats a line.
func echo(c net.Conn) {
	line, _ := bufio.NewReader(c).ReadString('\n')
	_, _ = io.WriteString(c, "you said "+line)
}

// drip sends one byte after the other, for ever.
func drip(c net.Conn) {
	for {
		if _, err := c.Write([]byte("x")); err != nil {
			return
		}
	}
}

func leaves(net.Conn) {}

// TestTCP holds conversations, and meets all who do not hold theirs.
func TestTCP(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server func(net.Conn)
		c      TCPConfig
		fault  monitor.Fault
		detail string
		slow   bool // ends with the time
	}{
		{"opens", hang, TCPConfig{}, "", "", false},
		{"greets", greets("220 mail.example.com ESMTP\r\n"), TCPConfig{Expect: "220 "}, "", "", false},
		{"answers", echo, TCPConfig{Send: "hello\r\n", Expect: "you said hello"}, "", "", false},
		{"greets otherwise", greets("554 ada@example.com\r\n"), TCPConfig{Expect: "220 "}, "wrong_body", `"220 " is not in what 127.0.0.1 sent`, true},
		{"greets otherwise, hidden", greets("554\r\n"), TCPConfig{Expect: "s3cret", Hidden: true}, "wrong_body", "what is expected is not in what 127.0.0.1 sent", true},
		{"says nothing", hang, TCPConfig{Expect: "220"}, "timeout", "no answer from 127.0.0.1 in time", true},
		{"closes", leaves, TCPConfig{Expect: "220"}, "reset", "127.0.0.1 closed the connection before it answered", false},
		{"resets", reset, TCPConfig{Send: "x", Expect: "220"}, "reset", "127.0.0.1 closed the connection before it answered", false},
		{"goes on for ever", drip, TCPConfig{Expect: "220"}, "wrong_body", `"220" is not in what 127.0.0.1 sent`, false},
		{"no tls", greets("220\r\n"), TCPConfig{TLS: true}, "tls", "no TLS handshake with 127.0.0.1", false},
		{"never shakes hands", hang, TCPConfig{TLS: true}, "timeout", "no answer from 127.0.0.1 in time", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Host, tt.c.Transport = raw(t, tt.server), transport(t, TransportConfig{})
			p, err := TCP(tt.c)
			if err != nil {
				t.Fatal(err)
			}
			within := 5 * time.Second
			if tt.slow {
				within = 300 * time.Millisecond
			}
			o := ask(t, p, within, false)
			if o.Fault != tt.fault || o.Detail != tt.detail {
				t.Errorf("%q (%s), want %q (%s)", o.Fault, o.Detail, tt.fault, tt.detail)
			}
			if o.IP != "127.0.0.1" || o.Phases.Connect <= 0 || o.Took <= 0 {
				t.Errorf("ip %q, phases %+v, took %s", o.IP, o.Phases, o.Took)
			}
		})
	}
}

// TestTCPOverTLS verifies as https does, and keeps what the handshake showed where it failed too.
func TestTCPOverTLS(t *testing.T) {
	a := newAuthority(t)
	tr := transport(t, TransportConfig{Roots: a.pem})
	for _, tt := range []struct {
		name string
		edit func(*x509.Certificate)
		tr   *Transport
		want monitor.Fault
	}{
		{"good", nil, tr, ""},
		{"ended", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, tr, "tls_expired"},
		{"another's", func(c *x509.Certificate) { c.DNSNames = []string{"b.example.com"} }, tr, "tls_name"},
		{"unknown authority", nil, transport(t, TransportConfig{}), "tls_authority"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conf := &tls.Config{Certificates: []tls.Certificate{a.issue(t, tt.edit)}}
			addr := raw(t, func(c net.Conn) {
				secure := tls.Server(c, conf)
				_, _ = io.WriteString(secure, "* OK ready\r\n")
				hang(secure)
			})
			_, port, _ := net.SplitHostPort(addr)
			p, err := TCP(TCPConfig{Transport: tt.tr, Host: "localhost:" + port, TLS: true, Expect: "* OK"})
			if err != nil {
				t.Fatal(err)
			}
			o := ask(t, p, 5*time.Second, false)
			if o.Fault != tt.want {
				t.Errorf("%q (%s), want %q", o.Fault, o.Detail, tt.want)
			}
			if o.TLS.Issuer != "test root" || len(o.TLS.Names) < 2 || o.CertUntil.IsZero() || tt.want == "" && o.TLS.Version != "TLS 1.3" {
				t.Errorf("handshake %+v, certificate until %s", o.TLS, o.CertUntil)
			}
			if !slices.Contains(o.Addrs, "127.0.0.1") {
				t.Errorf("addresses %q", o.Addrs)
			}
		})
	}
}

func TestTCPSettings(t *testing.T) {
	tr := transport(t, TransportConfig{})
	for _, c := range []TCPConfig{
		{Host: "a.test:25"},
		{Transport: tr},
		{Transport: tr, Host: "a.test"},
		{Transport: tr, Host: ":25"},
		{Transport: tr, Host: "a.test:0"},
		{Transport: tr, Host: "a.test:smtp"},
		{Transport: tr, Host: "a.test:25", Expect: strings.Repeat("x", maxTalk+1)},
	} {
		if _, err := TCP(c); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
}
