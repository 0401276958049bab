package apaleotest

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
)

// A network is one without sockets: its connections are pipes, so that whoever waits on one waits as
// testing/synctest wants it.
type network struct {
	mu    sync.Mutex // protects all below
	ports int
	open  map[string]*listener // by address
}

// Dial reaches the hosts of a server in memory, as net/http's Transport.DialContext or anything that takes the like.
// What no host listens on refuses, as loopback does.
func (s *Server) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	if s.network == nil {
		return nil, errors.New("apaleotest: the hosts of this server are on sockets")
	}
	return s.network.dial(ctx, address)
}

// listen opens the address, or a new one if there is none.
func (n *network) listen(at *net.TCPAddr) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if at == nil {
		n.ports++
		at = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: n.ports}
	}
	l := &listener{network: n, at: at, conns: make(chan net.Conn), closed: make(chan struct{})}
	if n.open == nil {
		n.open = map[string]*listener{}
	}
	n.open[at.String()] = l
	return l, nil
}

func (n *network) dial(ctx context.Context, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.open[address]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	if l == nil {
		return nil, refused
	}
	refused.Addr = l.at
	ours, theirs := net.Pipe()
	select {
	case l.conns <- pipe{theirs, l.at}:
		return pipe{ours, l.at}, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: l.at, Err: ctx.Err()}
	}
}

// A pipe is a connection that says where it leads.
type pipe struct {
	net.Conn
	at net.Addr
}

func (p pipe) LocalAddr() net.Addr  { return p.at }
func (p pipe) RemoteAddr() net.Addr { return p.at }

// A listener is a host's while it is open.
type listener struct {
	network *network
	at      *net.TCPAddr
	conns   chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

// Accept waits for the next connection.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close has everybody refused from now on.
func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.network.mu.Lock()
		defer l.network.mu.Unlock()
		if l.network.open[l.at.String()] == l {
			delete(l.network.open, l.at.String())
		}
	})
	return nil
}

// Addr is where it listens.
func (l *listener) Addr() net.Addr { return l.at }
