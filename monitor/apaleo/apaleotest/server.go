package apaleotest

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// Host names one of the four hosts; in a selection the empty Host is all of them.
type Host string

// The hosts of apaleo that the stand-in has (facts, section 1).
const (
	API        Host = "api"
	Identity   Host = "identity"
	Webhook    Host = "webhook"
	StatusPage Host = "status page"
)

// Config says which accounts and store apps exist, and whether the hosts speak TLS.
type Config struct {
	Plain    bool // http instead of https; there are no TLS faults then
	Accounts []Account
	Connect  []Client
}

// Account is a hotel company with the client credentials of its custom app.
// Empty Name, Type, Properties and TokenLifetime are filled in by Start.
type Account struct {
	Code          string // the account_code of its tokens, as in ALPN
	Name          string
	Type          string // Trial, Live, Suspended or Development; empty is Live
	Properties    int    // 0 is 1; Change can set a true 0
	ClientID      string
	ClientSecret  string // empty is revoked: no secret fits
	Scopes        []string
	TokenLifetime time.Duration // 0 is apaleo's hour; whole seconds
	AccessRevoked bool          // the API and the webhook API answer 403 with an empty body
	Subscriptions []Subscription

	revoked uint64 // tokens up to this serial are refused
}

// Client is the connect client of a store app. It has no account and gets no token here: what can be
// asked with it is the revocation of a token.
type Client struct {
	ID     string
	Secret string // empty is revoked: no secret fits
}

// Subscription is a webhook subscription as GET /v1/subscriptions lists it (facts, section 4).
type Subscription struct {
	ID          string    `json:"id"`
	EndpointURL string    `json:"endpointUrl"`
	Events      []string  `json:"events"`
	Created     time.Time `json:"created"`
	PropertyIDs []string  `json:"propertyIds"`
}

// URLs are the base URLs of the hosts, without a slash at the end.
type URLs struct {
	API, Identity, Webhook, StatusPage string
}

// Server is a running stand-in. Its methods may be called from any goroutine.
type Server struct {
	URLs
	CAPEM []byte // the root that signed the hosts' certificates; nil when plain

	ca    *authority
	key   *signer
	hosts []*host
	done  chan struct{} // closed by Close: what waits, stops

	settling sync.Mutex // one at a time opens and closes listeners

	mu        sync.Mutex // protects all below
	closed    bool
	accounts  map[string]*Account // by code
	byClient  map[string]*Account // the same, by client id
	connect   map[string]*Client
	serial    uint64 // of the last token
	quotas    map[quotaKey]quota
	faults    []*Active // the newest last
	log       requestLog
	incidents []StatusIncident
}

// Start opens the four hosts. An error is a configuration that contradicts itself or a listener that could not open.
func Start(c Config) (*Server, error) {
	s := &Server{done: make(chan struct{}), quotas: map[quotaKey]quota{}}
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

// Change edits an account while the server runs: another secret, another type, access revoked.
// Tokens already given keep the scopes they have. It panics if no account has this code: the script is wrong.
func (s *Server) Change(code string, edit func(*Account)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.mustHave(code)
	delete(s.byClient, a.ClientID)
	edit(a)
	a.Code = code
	s.byClient[a.ClientID] = a
}

// ChangeConnect edits a connect client's secret; it panics if no client has this id.
func (s *Server) ChangeConnect(id, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.connect[id]
	if !ok {
		panic("apaleotest: no connect client " + id)
	}
	c.Secret = secret
}

// RevokeTokens makes every token given so far to the account answer 401; the next token works.
func (s *Server) RevokeTokens(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustHave(code).revoked = s.serial
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
}

func (s *Server) register(c Config) error {
	s.accounts, s.byClient, s.connect = map[string]*Account{}, map[string]*Account{}, map[string]*Client{}
	for _, a := range c.Accounts {
		if a.Code == "" || a.ClientID == "" {
			return errors.New("an account needs a code and a client id")
		}
		if s.accounts[a.Code] != nil || s.byClient[a.ClientID] != nil {
			return fmt.Errorf("account %s: code or client id twice", a.Code)
		}
		a := withDefaults(a)
		s.accounts[a.Code], s.byClient[a.ClientID] = &a, &a
	}
	for _, k := range c.Connect {
		if k.ID == "" || s.connect[k.ID] != nil || s.byClient[k.ID] != nil {
			return fmt.Errorf("connect client %q: no id, or twice", k.ID)
		}
		s.connect[k.ID] = &k
	}
	return nil
}

func withDefaults(a Account) Account {
	if a.Name == "" {
		a.Name = a.Code
	}
	if a.Type == "" {
		a.Type = "Live"
	}
	if a.Properties == 0 {
		a.Properties = 1
	}
	if a.TokenLifetime == 0 {
		a.TokenLifetime = time.Hour
	}
	return a
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
		{API, &s.API, s.serveAPI},
		{Identity, &s.Identity, s.serveIdentity},
		{Webhook, &s.Webhook, s.serveWebhook},
		{StatusPage, &s.StatusPage, s.serveStatusPage},
	} {
		h := &host{name: t.name, conns: map[net.Conn]struct{}{}}
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

// mustHave needs mu.
func (s *Server) mustHave(code string) *Account {
	a, ok := s.accounts[code]
	if !ok {
		panic("apaleotest: no account " + strings.ToUpper(code))
	}
	return a
}
