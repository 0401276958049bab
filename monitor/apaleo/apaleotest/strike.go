package apaleotest

import (
	"bytes"
	"crypto/tls"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// dripLength is the least a dripping body has: at a byte each 100 ms it takes longer than any probe waits.
const dripLength = 1 << 10

const nonsense = "\x00\xff\x15\x03\x01 220 this is not what you asked for\r\n\r\n"

// Active is a fault that was given to a server.
type Active struct {
	fault       Fault
	server      *Server
	certificate *tls.Certificate
	asked, hits uint64 // protected by the server's mu
}

// Fault begins a fault, until Clear. Of several that fit a request the newest has it, unless its share leaves
// the request to the others. It panics for a fault of TLS on a plain server: the script is wrong.
func (s *Server) Fault(f Fault) *Active {
	a := &Active{fault: f, server: s}
	if f.ofTLS() {
		a.certificate = s.badCertificate(f)
	}
	s.mu.Lock()
	s.faults = append(s.faults, a)
	s.mu.Unlock()
	s.settle()
	for _, h := range s.hosts {
		if f.ofTLS() && f.hits(h.name) {
			h.drop()
		}
	}
	return a
}

// Clear ends the fault. Clearing Refuse returns when the host listens again.
func (a *Active) Clear() { a.server.clear(func(b *Active) bool { return a == b }) }

// Hits is how many requests, or handshakes, the fault has had so far.
func (a *Active) Hits() int {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return int(a.hits)
}

// ClearFaults ends every fault.
func (s *Server) ClearFaults() { s.clear(func(*Active) bool { return true }) }

func (s *Server) clear(over func(*Active) bool) {
	s.mu.Lock()
	s.faults = slices.DeleteFunc(s.faults, over)
	s.mu.Unlock()
	s.settle()
}

func (s *Server) badCertificate(f Fault) *tls.Certificate {
	if s.ca == nil {
		panic("apaleotest: a fault of TLS on a plain server")
	}
	if f.kind == handshake {
		return nil
	}
	c, err := s.ca.issue(f.leaf)
	if err != nil {
		panic(err) // Start has made others the same way
	}
	return c
}

// settle opens and shuts the hosts as the faults of the moment want it.
func (s *Server) settle() {
	s.settling.Lock()
	defer s.settling.Unlock()
	for _, h := range s.hosts {
		s.mu.Lock()
		closed := s.closed
		refused := slices.ContainsFunc(s.faults, func(a *Active) bool { return a.fault.kind == refuse && a.fault.hits(h.name) })
		s.mu.Unlock()
		if closed {
			return
		}
		if refused {
			h.shut()
			continue
		}
		s.reopen(h)
	}
}

// reopen gives whoever got the port in the meantime two seconds to leave it.
func (s *Server) reopen(h *host) {
	deadline, tick := time.After(2*time.Second), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for {
		err := h.open()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-s.done:
			return
		case <-deadline:
			panic("apaleotest: the port of the " + string(h.name) + " was taken while it was refused: " + err.Error())
		}
	}
}

func (s *Server) handshakeFault(on Host) *Active {
	return s.pick(func(f Fault) bool { return f.ofTLS() && f.hits(on) })
}

func (s *Server) requestFault(on Host, path string, who caller) *Active {
	return s.pick(func(f Fault) bool { return !f.ofTLS() && f.kind != refuse && f.matches(on, path, who) })
}

func (s *Server) pick(fits func(Fault) bool) *Active {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range slices.Backward(s.faults) {
		if !fits(a.fault) {
			continue
		}
		n := a.asked
		a.asked++
		if strikes(n, a.fault.share) {
			a.hits++
			return a
		}
	}
	return nil
}

// strike does to a request what the fault says; usual gives the answer there would have been.
func (s *Server) strike(h *host, a *Active, w http.ResponseWriter, r *http.Request, usual func(http.ResponseWriter)) {
	f := a.fault
	if !s.wait(r, f.delay) {
		panic(http.ErrAbortHandler) // as net/http wants it: the connection ends without an answer
	}
	if f.gateway {
		for _, name := range []string{"Apaleo-Tracking-Id", "X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"} {
			w.Header().Del(name)
		}
	}
	switch f.kind {
	case answer:
		maps.Copy(w.Header(), f.header)
		w.WriteHeader(f.status)
		_, _ = w.Write([]byte(f.body))
	case reset:
		h.take(w, true, func(net.Conn) {})
	case garbage:
		h.take(w, false, func(c net.Conn) { _, _ = io.WriteString(c, nonsense) })
	case endless:
		s.pour(w)
	case drip:
		s.drip(w, r, f, usual)
	default:
		held := hold(w, f, usual)
		w.WriteHeader(held.status)
		_, _ = w.Write(held.body.Bytes())
	}
}

// wait returns false if the client or the server went before d was over.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	case <-s.done:
		return false
	}
}

// pour writes until the connection ends, which Close sees to.
func (s *Server) pour(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err := w.Write([]byte(`{"count":1,"padding":"`))
	chunk := bytes.Repeat([]byte("x"), 32<<10)
	for err == nil {
		_, err = w.Write(chunk)
	}
}

func (s *Server) drip(w http.ResponseWriter, r *http.Request, f Fault, usual func(http.ResponseWriter)) {
	held := hold(w, f, usual)
	body := held.body.String()
	if held.status != http.StatusNoContent {
		body += strings.Repeat(" ", max(0, dripLength-len(body)))
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(held.status)
	out := http.NewResponseController(w)
	for i := range len(body) {
		_ = out.Flush()
		if !s.wait(r, f.every) {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write([]byte{body[i]}); err != nil {
			return
		}
	}
}

// hold takes the usual answer and gives it the fault's headers.
func hold(w http.ResponseWriter, f Fault, usual func(http.ResponseWriter)) *buffered {
	held := &buffered{header: w.Header(), status: http.StatusOK}
	usual(held)
	maps.Copy(held.header, f.header)
	return held
}

// buffered keeps an answer instead of sending it.
type buffered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (b *buffered) Header() http.Header         { return b.header }
func (b *buffered) WriteHeader(status int)      { b.status = status }
func (b *buffered) Write(p []byte) (int, error) { return b.body.Write(p) }
