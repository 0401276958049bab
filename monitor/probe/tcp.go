package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"bellhop/monitor"
)

const (
	maxTalk      = 64 << 10 // bytes that are read of a conversation
	maxTalkShown = 80
)

// TCPConfig is a conversation over one TCP connection. No proxy is used.
type TCPConfig struct {
	Transport *Transport // required: whom TLS trusts and what it shows
	Host      string     // host:port
	Send      string     // what is sent first; nothing if empty
	Expect    string     // what has to be within the first 64 KiB that come back; nothing is waited for if empty
	Hidden    bool       // Expect holds a secret: details do not repeat it
	TLS       bool       // shake hands first, and verify the certificate as for https
}

// TCP opens a connection, sends and expects what it is told. An error says what in the settings cannot be.
func TCP(c TCPConfig) (monitor.Probe, error) {
	if c.Transport == nil {
		return nil, errors.New("no transport")
	}
	host, port, err := net.SplitHostPort(c.Host)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || host == "" || n < 1 || n > 65535 {
		return nil, errors.New("host must be written like example.com:25")
	}
	if len(c.Expect) > maxTalk {
		return nil, errors.New("more is expected than is read")
	}
	p := &tcpProbe{c, host}
	return p.ask, nil
}

type tcpProbe struct {
	TCPConfig
	name string // of the host
}

func (p *tcpProbe) ask(ctx context.Context, a monitor.Attempt) monitor.Outcome {
	began := now(a)
	rec := &recorder{}
	var ans answer
	err := p.talk(rec.trace(ctx), rec, &ans)
	if err != nil && ctx.Err() != nil { // the connection only knows that its time is over
		err = ctx.Err()
	}
	got := rec.read()
	ans.Phases, ans.IP, ans.Addrs = got.phases, got.ip, addresses(got.addrs)
	if err != nil {
		ans.fail(err, got, p.name)
	}
	ans.see(nil, got)
	ans.Fresh = true
	a.Fresh = true
	return began.stamp(ans).Outcome
}

// talk holds the conversation. A verdict on what was said is in ans, an error is that it could not be held.
func (p *tcpProbe) talk(ctx context.Context, rec *recorder, ans *answer) error {
	bare, err := p.Transport.config.Dial(ctx, "tcp", p.Host)
	if err != nil {
		return err //nolint:wrapcheck // Classify reads it
	}
	defer bare.Close()
	stop := context.AfterFunc(ctx, func() { _ = bare.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	rec.reached(bare)
	conn := bare
	if p.TLS {
		if conn, err = p.shake(ctx, rec, conn); err != nil {
			return err
		}
	}
	rec.reach(StageConnected)
	if _, err := io.WriteString(conn, p.Send); err != nil {
		return err //nolint:wrapcheck // Classify reads it
	}
	if p.Expect == "" {
		return nil
	}
	return p.hear(conn, rec, ans)
}

func (p *tcpProbe) shake(ctx context.Context, rec *recorder, conn net.Conn) (net.Conn, error) {
	conf := p.Transport.tls.Clone()
	conf.ServerName = p.name
	secure := tls.Client(conn, conf)
	rec.shakes()
	err := secure.HandshakeContext(ctx)
	rec.shook(secure.ConnectionState(), err)
	return secure, err //nolint:wrapcheck // Classify reads it
}

// hear reads until what is expected has come.
func (p *tcpProbe) hear(conn net.Conn, rec *recorder, ans *answer) error {
	heard := make([]byte, 0, 4<<10)
	chunk := make([]byte, 4<<10)
	for {
		n, err := conn.Read(chunk)
		if n > 0 {
			rec.first()
		}
		fresh := max(len(heard)-len(p.Expect), 0) // where it can begin that has not been looked at
		heard = append(heard, chunk[:n]...)
		switch {
		case bytes.Contains(heard[fresh:], []byte(p.Expect)):
			return nil
		case err != nil && len(heard) == 0:
			return err //nolint:wrapcheck // Classify reads it
		case err != nil || len(heard) >= maxTalk:
			ans.Fault, ans.Detail = monitor.FaultBody, p.unheard()
			return nil
		}
	}
}

func (p *tcpProbe) unheard() string {
	if p.Hidden {
		return "what is expected is not in what " + p.name + " sent"
	}
	return fmt.Sprintf("%s is not in what %s sent", oneLine(strconv.Quote(p.Expect), maxTalkShown), p.name)
}

// reached notes whom a connection is with.
func (r *recorder) reached(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if host, _, err := net.SplitHostPort(c.RemoteAddr().String()); err == nil {
		r.ip = host
	}
}
