package probe

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/monitor"
)

// onePerConnection answers the first request of each connection, and closes it when the second one comes: what
// a server does whose patience with idle connections ends at that moment.
func onePerConnection(requests *atomic.Int64) func(net.Conn) {
	return func(c net.Conn) {
		r := bufio.NewReader(c)
		for _, answer := range []string{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", ""} {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			requests.Add(1)
			_, _ = io.WriteString(c, answer)
		}
	}
}

func TestKeptConnectionThatWasClosedIsNoFailure(t *testing.T) {
	for method, want := range map[string]int64{"GET": 3, "PUT": 3, "DELETE": 3, "POST": 2, "PATCH": 2} { // those are not sent twice
		var requests atomic.Int64
		p := get(t, HTTPConfig{URL: "http://" + raw(t, onePerConnection(&requests)), Method: method, Body: "a=b"})
		for k := range 2 {
			if o := ask(t, p, 5*time.Second, false); o.Fault != "" || o.Reused {
				t.Errorf("%s %d: %q (%s), reused %v", method, k, o.Fault, o.Detail, o.Reused)
			}
		}
		if n := requests.Load(); n != want {
			t.Errorf("%s: %d requests, want %d", method, n, want)
		}
	}
}

func TestServerThatAlwaysClosesIsAFailure(t *testing.T) {
	var connections atomic.Int64
	p := get(t, HTTPConfig{Method: "PUT", Body: "a=b", URL: "http://" + raw(t, func(c net.Conn) {
		if connections.Add(1) == 1 {
			onePerConnection(new(atomic.Int64))(c)
		} else {
			request(c)
		}
	})})
	for k, want := range []monitor.Fault{"", "reset"} {
		if o := ask(t, p, 5*time.Second, false); o.Fault != want {
			t.Errorf("%d: %q (%s), want %q", k, o.Fault, o.Detail, want)
		}
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// TestHTTP2ConnectionThatWasClosedIsNoFailure cuts the connection that is kept when the second request comes.
// A stream that a living server resets is one.
func TestHTTP2ConnectionThatWasClosedIsNoFailure(t *testing.T) {
	a := newAuthority(t)
	var near sync.Map
	var requests atomic.Int64
	url := secure(t, &tls.Config{Certificates: []tls.Certificate{a.issue(t, nil)}, NextProtos: []string{"h2"}}, func(w http.ResponseWriter, r *http.Request) {
		switch requests.Add(1) {
		case 2:
			c, _ := near.Load(r.RemoteAddr)
			_ = c.(net.Conn).Close()
		case 5:
			panic(http.ErrAbortHandler)
		}
	})
	relay := raw(t, func(c net.Conn) {
		far, err := net.Dial("tcp", strings.TrimPrefix(url, "https://"))
		if err != nil {
			return
		}
		near.Store(far.LocalAddr().String(), c)
		go func() { _, _ = io.Copy(far, c); _ = far.Close() }()
		_, _ = io.Copy(c, far)
		_ = far.Close()
	})
	p := get(t, HTTPConfig{Transport: transport(t, TransportConfig{Roots: a.pem}), URL: "https://" + relay})
	for k, want := range []monitor.Fault{"", "", "", "reset"} {
		if o := ask(t, p, 5*time.Second, false); o.Fault != want {
			t.Errorf("%d: %q (%s), want %q", k, o.Fault, o.Detail, want)
		}
	}
	if n := requests.Load(); n != 5 {
		t.Errorf("%d requests, want 5: a reset stream is asked once", n)
	}
}
