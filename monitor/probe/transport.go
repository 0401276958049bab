package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	maxHeaderBytes = 64 << 10
	idleHosts      = 64 // idle connections in all: what is kept must not grow with the watchlist
	idlePerHost    = 8
	idleFor        = 90 * time.Second
	readBuffer     = 2 << 10 // of a connection, in bytes: questions and most answers are small
	writeBuffer    = 1 << 10
)

// TransportConfig is how the outside is reached. Its zero value is the system's roots and the proxy of the
// environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).
type TransportConfig struct {
	Roots     []byte // PEM certificates that are trusted besides the system's
	Cert, Key []byte // PEM client certificate and its key, or neither
	Version   string // of bellhop, for the User-Agent

	// Proxy chooses the proxy of a request; nil is the environment's choice.
	Proxy func(*http.Request) (*url.URL, error)
	// Dial opens connections; nil is the net package's way, which looks the name up each time.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// A Transport carries the requests of any number of probes. Probes with the same settings should share one:
// they then share its kept connections, and their expectations where these are the same.
type Transport struct {
	config TransportConfig
	tls    *tls.Config
	agent  string
	kept   *http.Transport

	mu       sync.Mutex // protects all below
	compiled map[expectationKey]*expectation
}

// NewTransport checks the certificates it is given; an error says which of them cannot be used.
func NewTransport(c TransportConfig) (*Transport, error) {
	conf, err := tlsConfig(c)
	if err != nil {
		return nil, err
	}
	if c.Proxy == nil {
		c.Proxy = http.ProxyFromEnvironment
	}
	if c.Dial == nil {
		c.Dial = (&net.Dialer{}).DialContext
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	t := &Transport{config: c, tls: conf, agent: "bellhop/" + c.Version + " (+status monitor)"}
	t.kept = t.open()
	return t, nil
}

func tlsConfig(c TransportConfig) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(c.Roots) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(c.Roots) {
			return nil, errors.New("extra roots: no certificate in PEM form")
		}
		conf.RootCAs = pool
	}
	if len(c.Cert) > 0 || len(c.Key) > 0 {
		pair, err := tls.X509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("client certificate: %w", err)
		}
		conf.Certificates = []tls.Certificate{pair}
	}
	return conf, nil
}

// open makes a pool of connections. Each is made from the settings, never cloned: a clone shares the
// HTTP/2 connections of its original.
func (t *Transport) open() *http.Transport {
	return &http.Transport{
		Proxy:                  t.config.Proxy,
		OnProxyConnectResponse: refusedByProxy,
		DialContext:            t.dial,
		TLSHandshakeTimeout:    time.Minute, // where dial's deadline does not reach: behind SOCKS
		TLSClientConfig:        t.tls.Clone(),
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           idleHosts,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleFor,
		ReadBufferSize:         readBuffer,
		WriteBufferSize:        writeBuffer,
		MaxResponseHeaderBytes: maxHeaderBytes,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// dial opens a connection by the deadline of the request it is for, which ends the handshake after it too:
// net/http goes on with both when the request is over, and a host that never shakes hands would cost one more
// connection each time it is asked. The deadline goes when the connection is used.
func (t *Transport) dial(ctx context.Context, network, address string) (net.Conn, error) {
	r, ok := ctx.Value(recorderKey{}).(*recorder)
	if !ok || r.end.IsZero() {
		return t.config.Dial(ctx, network, address)
	}
	ctx, cancel := context.WithDeadline(ctx, r.end)
	defer cancel()
	c, err := t.config.Dial(ctx, network, address)
	if err == nil {
		_ = c.SetDeadline(r.end)
	}
	return c, err
}

// pool returns the connections that an attempt uses, and what to do with them afterwards.
func (t *Transport) pool(fresh bool) (*http.Transport, func()) {
	if !fresh {
		return t.kept, func() {}
	}
	once := t.open()
	once.IdleConnTimeout = time.Second // an HTTP/2 stream that ran out of time leaves its connection after we looked
	return once, once.CloseIdleConnections
}

// Close closes the connections that are kept and not in use.
func (t *Transport) Close() { t.kept.CloseIdleConnections() }

// A proxyError is a proxy of ours that did not let us through.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return fmt.Sprintf("proxy answered CONNECT with %d", e.status) }

func refusedByProxy(ctx context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode != http.StatusOK {
		return &proxyError{status: res.StatusCode}
	}
	if r, ok := ctx.Value(recorderKey{}).(*recorder); ok {
		r.tunnelled()
	}
	return nil
}
