package probe

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync"
	"time"

	"bellhop/monitor"
)

// A Stage is how far a request came.
type Stage int

// The stages, in their order.
const (
	StageStart     Stage = iota // nothing was tried yet
	StageDNS                    // the name is being looked up
	StageDial                   // a connection is being opened
	StageTunnel                 // a proxy of ours is being asked to let us through
	StageTLS                    // a handshake is under way
	StageConnected              // a connection is there, nothing has come back on it
	StageAnswer                 // the first byte has come
)

type recorderKey struct{}

// A recorder times one request. Its hooks run on goroutines of net/http and may run after the request has
// returned, hence the lock.
type recorder struct {
	end time.Time // the request's deadline, zero if there is none

	mu      sync.Mutex
	stage   Stage
	proxied bool                       // a proxy of ours stands between,
	veiled  bool                       // is itself spoken to over TLS,
	through bool                       // and has let us through
	began   [StageAnswer + 1]time.Time // of each stage
	phases  monitor.Phases
	ip      string
	addrs   []net.IPAddr
	reused  bool
	tls     *tls.ConnectionState
}

// trace returns ctx with r's hooks in it.
func (r *recorder) trace(ctx context.Context) context.Context {
	r.end, _ = ctx.Deadline()
	ctx = context.WithValue(ctx, recorderKey{}, r)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:              func(string) { r.restart() },
		DNSStart:             func(httptrace.DNSStartInfo) { r.reach(StageDNS) },
		DNSDone:              r.resolved,
		ConnectStart:         func(string, string) { r.reach(StageDial) },
		ConnectDone:          func(_, _ string, err error) { r.dialled(err) },
		TLSHandshakeStart:    r.shakes,
		TLSHandshakeDone:     func(s tls.ConnectionState, err error) { r.shook(s, err) },
		GotConn:              r.got,
		GotFirstResponseByte: func() { r.first() },
	})
}

// restart forgets what came before: a redirect, or a kept connection that turned out to be closed.
func (r *recorder) restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage, r.began, r.phases = StageStart, [StageAnswer + 1]time.Time{}, monitor.Phases{}
	r.ip, r.addrs, r.reused, r.through, r.tls = "", nil, false, false, nil
}

func (r *recorder) reach(s Stage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reachLocked(s)
}

func (r *recorder) reachLocked(s Stage) {
	if r.began[s].IsZero() {
		r.began[s] = time.Now()
	}
	r.stage = max(r.stage, s)
}

func (r *recorder) resolved(info httptrace.DNSDoneInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spanLocked(&r.phases.DNS, StageDNS)
	r.addrs = info.Addrs
}

func (r *recorder) spanLocked(d *time.Duration, since Stage) {
	if *d == 0 && !r.began[since].IsZero() {
		*d = time.Since(r.began[since])
	}
}

func (r *recorder) dialled(err error) {
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spanLocked(&r.phases.Connect, StageDial)
	r.reachLocked(StageTunnel)
}

// tunnelled notes that a proxy let us through: what fails from here on is not the proxy's.
func (r *recorder) tunnelled() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.through = true
}

// shakes begins a handshake. One that is not the proxy's own is with the other side: a SOCKS proxy has let us
// through by then, without a word that net/http passes on.
func (r *recorder) shakes() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.veiled && !r.through {
		return
	}
	r.through = true
	r.reachLocked(StageTLS)
}

func (r *recorder) shook(s tls.ConnectionState, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil || r.veiled && !r.through {
		return
	}
	r.spanLocked(&r.phases.TLS, StageTLS)
	r.tls = &s
}

func (r *recorder) got(info httptrace.GotConnInfo) {
	_ = info.Conn.SetDeadline(time.Time{}) // of dial
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.reused = info.Reused; r.reused {
		r.phases = monitor.Phases{}
	}
	if host, _, err := net.SplitHostPort(info.Conn.RemoteAddr().String()); err == nil {
		r.ip = host
	}
	r.reachLocked(StageConnected)
}

func (r *recorder) first() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spanLocked(&r.phases.FirstByte, StageConnected)
	r.reachLocked(StageAnswer)
}

// A passage is what a recorder knows at one moment.
type passage struct {
	stage   Stage
	proxied bool // in the hands of a proxy of ours
	phases  monitor.Phases
	ip      string
	addrs   []net.IPAddr
	reused  bool
	tls     *tls.ConnectionState
	firstAt time.Time
}

func (r *recorder) read() passage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return passage{r.stage, r.proxied && !r.through && r.stage < StageConnected, r.phases, r.ip, r.addrs, r.reused, r.tls, r.began[StageAnswer]}
}
