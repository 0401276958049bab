package apaleotest

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Account is a hotel company with the client credentials of its custom app.
// Empty Name, Type, Properties and TokenLifetime are filled in.
type Account struct {
	Code          string // the account_code of its tokens, as in ALPN
	Name          string
	Type          string // Trial, Live, Suspended or Development; empty is Live
	Properties    int    // that are in use; 0 is 1; Change can set a true 0
	Archived      int    // properties that are archived: numbered after those in use
	ClientID      string
	ClientSecret  string // empty is revoked: no secret fits
	Scopes        []string
	TokenLifetime time.Duration // 0 is apaleo's hour; whole seconds
	AccessRevoked bool          // the API and the webhook API answer 403 with an empty body
	Limit         int           // requests a minute of each client; 0 is apaleo's for the type
	Subscriptions []Subscription

	revoked uint64 // tokens up to this serial are refused
}

// PropertyIDs are the ids of all its properties, as in ALPN-1; the archived ones are the last of them.
func (a Account) PropertyIDs() []string {
	var ids []string
	for i := range a.Properties + a.Archived {
		ids = append(ids, fmt.Sprintf("%s-%d", a.Code, i+1))
	}
	return ids
}

// Client is the connect client of a store app. It has no token of its own: each hotel's administrator consents
// for the hotel's account, which Server.Consent does.
type Client struct {
	ID            string
	Secret        string   // empty is revoked: no secret fits
	Scopes        []string // that a hotel consents to, beside offline_access
	TokenLifetime time.Duration
	Rotates       bool // a refresh token serves once; those that were recorded served for months
	Strict        bool // with Rotates: a spent one that comes again ends the consent (RFC 9700, section 4.14.2)
}

// Subscription is a webhook subscription as GET /v1/subscriptions lists it (facts, section 4).
type Subscription struct {
	ID          string    `json:"id"`
	EndpointURL string    `json:"endpointUrl"`
	Events      []string  `json:"events"`
	Created     time.Time `json:"created"`
	PropertyIDs []string  `json:"propertyIds"`

	Client string `json:"-"` // that made it, and alone sees it; "" is the account's own
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

// Account is how an account stands; it panics if no account has this code.
func (s *Server) Account(code string) Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mustHave(code).copied()
}

// AddAccounts makes n more accounts of type Live, with credentials of their own and these scopes, and returns them.
func (s *Server) AddAccounts(n int, scopes ...string) ([]Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var added []Account
	for i := len(s.accounts); len(added) < n; i++ {
		code := numbered(i)
		if s.accounts[code] != nil {
			continue
		}
		a := Account{Code: code, Name: "Hotel " + code, ClientID: code + "-SP-MON", ClientSecret: "secret-of-" + code, Scopes: scopes}
		if err := s.addLocked(a); err != nil {
			return added, err
		}
		added = append(added, s.accounts[code].copied())
	}
	return added, nil
}

// numbered is the ith code of four letters that begins with H; there are 17,576.
func numbered(i int) string {
	letter := func(n int) byte { return byte('A' + n%26) }
	return string([]byte{'H', letter(i / 676), letter(i / 26), letter(i)})
}

// ChangeConnect edits a connect client's secret; it panics if no client has this id.
func (s *Server) ChangeConnect(id, secret string) {
	s.ChangeClient(id, func(c *Client) { c.Secret = secret })
}

// ChangeClient edits a connect client; it panics if no client has this id. A scope that it gains has every hotel
// to consent once more.
func (s *Server) ChangeClient(id string, edit func(*Client)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.mustKnow(id)
	edit(c)
	c.ID = id
}

// RevokeTokens makes every token given so far to the account answer 401; the next token works.
func (s *Server) RevokeTokens(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustHave(code).revoked = s.serial
}

func (s *Server) register(c Config) error {
	s.accounts, s.byClient, s.connect = map[string]*Account{}, map[string]*Account{}, map[string]*Client{}
	for _, a := range c.Accounts {
		if err := s.addLocked(a); err != nil {
			return err
		}
	}
	for _, k := range c.Connect {
		if k.ID == "" || s.connect[k.ID] != nil || s.byClient[k.ID] != nil {
			return fmt.Errorf("connect client %q: no id, or twice", k.ID)
		}
		if k.TokenLifetime == 0 {
			k.TokenLifetime = time.Hour
		}
		s.connect[k.ID] = &k
	}
	return nil
}

func (s *Server) addLocked(a Account) error {
	if a.Code == "" || a.ClientID == "" {
		return errors.New("an account needs a code and a client id")
	}
	if s.accounts[a.Code] != nil || s.byClient[a.ClientID] != nil || s.connect[a.ClientID] != nil {
		return fmt.Errorf("account %s: code or client id twice", a.Code)
	}
	a = withDefaults(a)
	s.accounts[a.Code], s.byClient[a.ClientID] = &a, &a
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

// mustHave needs mu.
func (s *Server) mustHave(code string) *Account {
	a, ok := s.accounts[code]
	if !ok {
		panic("apaleotest: no account " + strings.ToUpper(code))
	}
	return a
}

// mustKnow needs mu.
func (s *Server) mustKnow(id string) *Client {
	c, ok := s.connect[id]
	if !ok {
		panic("apaleotest: no connect client " + id)
	}
	return c
}
