package apaleotest

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// host is one listener with its web server. It can be shut and opened again on the same port.
type host struct {
	name    Host
	network *network    // nil is the machine's
	tls     *tls.Config // nil when plain
	handler http.Handler
	wg      sync.WaitGroup // the accept loop and every connection

	mu    sync.Mutex // protects all below
	addr  *net.TCPAddr
	ln    net.Listener
	srv   *http.Server // nil while shut
	conns map[net.Conn]struct{}
}

// open listens on the port of the last time, at first on a free one. An open host stays as it is.
func (h *host) open() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.srv != nil {
		return nil
	}
	ln, err := h.listen(h.addr)
	if err != nil {
		return err
	}
	h.addr = ln.Addr().(*net.TCPAddr)
	h.serveLocked(ln)
	return nil
}

func (h *host) listen(at *net.TCPAddr) (net.Listener, error) {
	if h.network != nil {
		return h.network.listen(at)
	}
	if at == nil {
		at = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}
	}
	return net.ListenTCP("tcp", at)
}

func (h *host) serveLocked(ln net.Listener) {
	srv := &http.Server{
		Handler:           h.handler,
		ReadHeaderTimeout: 10 * time.Second,
		// Failed handshakes and aborted answers are what the faults are for.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	srv.ConnState = func(c net.Conn, state http.ConnState) { h.track(srv, c, state) }
	if h.tls != nil {
		ln = tls.NewListener(ln, h.tls)
	}
	h.ln, h.srv = ln, srv
	h.wg.Go(func() { _ = srv.Serve(ln) }) // it only ever ends by shut
}

// shut closes the listener and every connection; it does not wait for what ran on them.
func (h *host) shut() {
	h.mu.Lock()
	srv, ln := h.srv, h.ln
	h.srv = nil
	h.mu.Unlock()
	if srv == nil {
		return
	}
	_ = ln.Close()
	h.drop()
	_ = srv.Close()
}

// drop ends every open connection, so that the next request has to make a new one.
func (h *host) drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.conns {
		_ = below(c).Close()
	}
}

func (h *host) track(srv *http.Server, c net.Conn, state http.ConnState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch state {
	case http.StateNew:
		h.wg.Add(1)
		h.conns[c] = struct{}{}
		if h.srv != srv { // accepted while shut was at work, which did not see it
			_ = below(c).Close()
		}
	case http.StateClosed:
		delete(h.conns, c)
		h.wg.Done()
	case http.StateHijacked: // take ends it
		delete(h.conns, c)
	default:
	}
}

// take hands the connection under the request to use and closes it with a reset if abort is set.
func (h *host) take(w http.ResponseWriter, abort bool, use func(net.Conn)) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // the connection is gone already
		return
	}
	defer h.wg.Done()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	use(c)
	if abort {
		if t, ok := below(c).(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = below(c).Close()
		return
	}
	_ = c.Close()
}

// below is the connection below TLS. Closing it there never waits, as the farewell of TLS may.
func below(c net.Conn) net.Conn {
	if t, ok := c.(*tls.Conn); ok {
		return t.NetConn()
	}
	return c
}
