package probe

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestConnectionsEndWithTheirRequest asks hosts that take a connection and never shake hands.
func TestConnectionsEndWithTheirRequest(t *testing.T) {
	const asks = 10
	closed := make(chan struct{}, 2*asks)
	url := "https://" + raw(t, func(c net.Conn) { hang(c); closed <- struct{}{} })
	p := get(t, HTTPConfig{URL: url})
	for k := range asks {
		if o := ask(t, p, 30*time.Millisecond, k%2 == 0); o.Fault != "timeout" {
			t.Errorf("%q (%s), want timeout", o.Fault, o.Detail)
		}
	}
	late := time.After(3 * time.Second)
	for k := range asks {
		select {
		case <-closed:
		case <-late:
			t.Fatalf("%d of %d connections are still open", asks-k, asks)
		}
	}
}

// TestFreshHTTP2ConnectionsEnd asks a host that answers too late.
func TestFreshHTTP2ConnectionsEnd(t *testing.T) {
	const asks = 20
	a, closed := newAuthority(t), make(chan struct{}, asks)
	url := secure(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, nil)}, NextProtos: []string{"h2"}}, func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	})
	relay := raw(t, func(c net.Conn) {
		far, err := net.Dial("tcp", strings.TrimPrefix(url, "https://"))
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(c, far); _ = c.Close() }()
		_, _ = io.Copy(far, c)
		_ = far.Close()
		closed <- struct{}{}
	})
	p := get(t, HTTPConfig{Transport: transport(t, TransportConfig{Roots: a.pem}), URL: "https://" + relay})
	for range asks {
		if o := ask(t, p, 60*time.Millisecond, true); o.Fault != "timeout" {
			t.Errorf("%q (%s), want timeout", o.Fault, o.Detail)
		}
	}
	late := time.After(5 * time.Second)
	for k := range asks {
		select {
		case <-closed:
		case <-late:
			t.Fatalf("%d of %d connections are still open", asks-k, asks)
		}
	}
}

// TestKeptConnectionOutlivesItsRequest waits until the deadline of the request that made a connection is over.
func TestKeptConnectionOutlivesItsRequest(t *testing.T) {
	a := newAuthority(t)
	for _, protocol := range []string{"http/1.1", "h2"} {
		url := secure(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, nil)}, NextProtos: []string{protocol}}, ok)
		p := get(t, HTTPConfig{Transport: transport(t, TransportConfig{Roots: a.pem}), URL: url})
		over, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		defer cancel()
		if o := ask(t, p, 300*time.Millisecond, false); o.Fault != "" {
			t.Fatalf("%q (%s)", o.Fault, o.Detail)
		}
		<-over.Done()
		if o := ask(t, p, 5*time.Second, false); o.Fault != "" || !o.Reused {
			t.Errorf("%s: %q (%s), reused %v", protocol, o.Fault, o.Detail, o.Reused)
		}
	}
}
