package apaleotest

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// Host names one of the hosts; in a selection the empty Host is all of them.
type Host string

// The hosts of apaleo that the stand-in has (facts, section 1).
const (
	API          Host = "api"
	Identity     Host = "identity"
	Webhook      Host = "webhook"
	StatusPage   Host = "status page"
	Distribution Host = "distribution"
	Integration  Host = "integration"
)

// Config says which accounts and store apps exist, and how the hosts are reached.
type Config struct {
	Plain    bool // http instead of https; there are no TLS faults then
	Memory   bool // no sockets: the hosts are reached by Server.Dial alone, also within a testing/synctest bubble
	Accounts []Account
	Connect  []Client

	// Outbound carries what apaleo itself sends: webhooks and healthchecks. Nil is net/http's usual way.
	Outbound http.RoundTripper
}

// URLs are the base URLs of the hosts, without a slash at the end.
type URLs struct {
	API, Identity, Webhook, StatusPage string
	Distribution, Integration          string
}

// Server is a running stand-in. Its methods may be called from any goroutine.
type Server struct {
	URLs
	CAPEM []byte // the root that signed the hosts' certificates; nil when plain

	ca       *authority
	key      *signer
	hosts    []*host
	network  *network // nil is the machine's
	outbound *http.Client
	sending  sync.WaitGroup // what Deliver started
	done     chan struct{}  // closed by Close: what waits, stops

	settling sync.Mutex // one at a time opens and closes listeners

	mu       sync.Mutex // protects all below
	closed   bool
	accounts map[string]*Account // by code
	byClient map[string]*Account // the same, by client id
	connect  map[string]*Client
	grants   map[string]*grant // by refresh token
	serial   uint64            // of the last token
	quotas   map[quotaKey]quota
	limiting bool
	faults   []*Active // the newest last
	log      requestLog
	board    board
	post     post
}

// Start opens the hosts. An error is a configuration that contradicts itself or a listener that could not open.
func Start(c Config) (*Server, error) {
	s := &Server{done: make(chan struct{}), quotas: map[quotaKey]quota{}, grants: map[string]*grant{}, outbound: outbound(c.Outbound)}
	if c.Memory {
		s.network = &network{}
	}
	if err := s.register(c); err != nil {
		return nil, err
	}
	if err := s.makeKeys(c.Plain); err != nil {
		return nil, fmt.Errorf("make keys: %w", err)
	}
	if err := s.openHosts(c.Plain); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// CertPool holds the root of the hosts' certificates; it is empty when plain.
func (s *Server) CertPool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CAPEM)
	return pool
}

// Close ends every connection, those held by a fault too, and waits for everything the server started.
func (s *Server) Close() {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if first {
		close(s.done)
	}
	s.settling.Lock()
	defer s.settling.Unlock()
	for _, h := range s.hosts {
		h.shut()
	}
	for _, h := range s.hosts {
		h.wg.Wait()
	}
	s.sending.Wait()
}

func (s *Server) makeKeys(plain bool) (err error) {
	if s.key, err = newSigner(); err != nil || plain {
		return err
	}
	if s.ca, err = newAuthority(); err != nil {
		return err
	}
	s.CAPEM = s.ca.pem()
	return nil
}

func (s *Server) openHosts(plain bool) error {
	scheme := "https://"
	if plain {
		scheme = "http://"
	}
	for _, t := range []struct {
		name    Host
		url     *string
		handler handler
	}{
		{API, &s.API, s.serveReads(API)},
		{Identity, &s.Identity, s.serveIdentity},
		{Webhook, &s.Webhook, s.serveWebhook},
		{StatusPage, &s.StatusPage, s.serveStatusPage},
		{Distribution, &s.Distribution, s.serveReads(Distribution)},
		{Integration, &s.Integration, s.serveReads(Integration)},
	} {
		h := &host{name: t.name, network: s.network, conns: map[net.Conn]struct{}{}}
		h.handler = s.front(h, t.handler)
		if !plain {
			config, err := s.tlsConfig(t.name)
			if err != nil {
				return fmt.Errorf("certificate of the %s: %w", t.name, err)
			}
			h.tls = config
		}
		s.hosts = append(s.hosts, h)
		if err := h.open(); err != nil {
			return fmt.Errorf("open the %s: %w", t.name, err)
		}
		*t.url = scheme + h.addr.String()
	}
	return nil
}
