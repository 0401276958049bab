package probe

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"

	"bellhop/monitor"
)

// exchanged is what passed between us and one name server. The net package tells of its resolver's troubles in
// words alone; this sees what lies under them.
type exchanged struct {
	server string // host:port; "" is the system's resolver, which is not looked into

	mu  sync.Mutex // protects all below
	saw passed
}

// passed is what is known at one moment.
type passed struct {
	dials, bytes int // connections that were opened, bytes that came back
	ip           string
	failed       error // the newest one of a connection
}

func (e *exchanged) resolver() *net.Resolver {
	if e.server == "" {
		return &net.Resolver{}
	}
	return &net.Resolver{PreferGo: true, Dial: e.dial}
}

func (e *exchanged) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, e.server)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.saw.dials++
	if err != nil {
		e.saw.failed = err
		return nil, err //nolint:wrapcheck // the resolver's own
	}
	e.saw.ip, _, _ = net.SplitHostPort(c.RemoteAddr().String())
	if udp, ok := c.(*net.UDPConn); ok { // by its type the resolver knows that messages are not framed
		return &heardUDP{udp, e}, nil
	}
	return &heardTCP{c, e}, nil
}

func (e *exchanged) heard(n int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.saw.bytes += n
	if err != nil {
		e.saw.failed = err
	}
}

func (e *exchanged) read() passed {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.saw
}

func (e *exchanged) spoken() string { return e.read().ip }

type heardUDP struct {
	*net.UDPConn
	e *exchanged
}

// Read fills net.Conn.
func (h *heardUDP) Read(b []byte) (int, error) {
	n, err := h.UDPConn.Read(b)
	h.e.heard(n, err)
	return n, err //nolint:wrapcheck // the resolver's own
}

type heardTCP struct {
	net.Conn
	e *exchanged
}

// Read fills net.Conn.
func (h *heardTCP) Read(b []byte) (int, error) {
	n, err := h.Conn.Read(b)
	h.e.heard(n, err)
	return n, err //nolint:wrapcheck // the resolver's own
}

// explain names the fault behind a lookup that failed.
func (l *lookup) explain(ctx context.Context, err error, saw passed) (monitor.Fault, string) {
	var dns *net.DNSError
	var errno syscall.Errno
	who := l.host
	if who == "" {
		who = "the system's resolver"
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return monitor.FaultCanceled, "cut short by bellhop itself"
	case errors.As(err, &dns) && dns.IsNotFound:
		return monitor.FaultBody, fmt.Sprintf("%s has no %s record, or does not exist", l.name, l.kind)
	case errors.As(err, &dns) && isVerdict(dns.Err):
		return monitor.FaultDNS, fmt.Sprintf("%s cannot say (server failure, or it refuses)", who)
	case errors.As(saw.failed, &errno):
		return monitor.FaultConnect, "no connection to " + who + reason(saw.failed)
	case saw.bytes > 0:
		return monitor.FaultMalformed, who + " sent something that is no answer"
	case isTimeout(err):
		return monitor.FaultTimeout, "no answer from " + who + " in time"
	}
	return monitor.FaultDNS, who + " could not look it up"
}

// isVerdict goes by the words of the net package, which has no type for a server that answers with a failure.
func isVerdict(text string) bool {
	return strings.Contains(text, "server misbehaving") || strings.Contains(text, "lame referral")
}
