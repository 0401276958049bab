package apaleotest

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A grant is what a hotel's administrator consented to, with the refresh token that stands for it.
type grant struct {
	client, account string
	scopes          []string // that tokens get
	asked           []string // that the client had when the hotel consented
	spent           bool     // the refresh token has served, and its client rotates them
	ended           bool
	next            *grant // that the refresh token was exchanged for
}

// Consent is what a hotel's administrator does on apaleo's page: the store app may now act for the account, with
// the scopes that its client has at this moment. It returns the refresh token, which is for the app to keep.
func (s *Server) Consent(clientID, code string) (refreshToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, a := s.mustKnow(clientID), s.mustHave(code)
	return s.keepLocked(&grant{client: c.ID, account: a.Code, scopes: slices.Clone(c.Scopes), asked: slices.Clone(c.Scopes)})
}

// RevokeConsent ends what the hotel consented to: refreshing answers invalid_grant. Access tokens work until they
// end, which is assumed.
func (s *Server) RevokeConsent(clientID, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		if g.client == clientID && g.account == code {
			g.ended = true
		}
	}
}

// keepLocked makes a refresh token: an opaque handle, no JWT (facts, section 2).
func (s *Server) keepLocked(g *grant) string {
	handle := strings.ToLower(rand.Text())
	s.grants[handle] = g
	return handle
}

// accountOf is the account that a refresh token is for, if there is one in the form.
func (s *Server) accountOf(r *http.Request) string {
	if !isForm(r) || r.ParseForm() != nil {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.grants[r.PostForm.Get("refresh_token")]; g != nil {
		return g.account
	}
	return ""
}

// refreshLocked gives another access token for a refresh token, in the recorded form (facts, section 2). A client that
// has gained scopes since the consent is answered 400 until the hotel consents again (#152, #271, #338).
func (s *Server) refreshLocked(r *http.Request, c *Client, now time.Time) (answer tokenAnswer, refusal string) {
	used := r.PostForm.Get("refresh_token")
	g := s.grants[used]
	scopes := strings.Fields(r.PostForm.Get("scope"))
	switch {
	case used == "":
		return answer, "invalid_request"
	case g == nil || g.client != c.ID || g.ended:
		return answer, "invalid_grant"
	case g.spent:
		for ; c.Strict && g != nil; g = g.next {
			g.ended = true
		}
		return answer, "invalid_grant"
	case !within(c.Scopes, g.asked):
		return answer, "invalid_request"
	case len(scopes) == 0:
		scopes = both(g.scopes, c.Scopes)
	case !within(scopes, both(g.scopes, c.Scopes)):
		return answer, "invalid_scope"
	}
	if c.Rotates {
		g.spent, g.next = true, &grant{client: g.client, account: g.account, scopes: g.scopes, asked: g.asked}
		used = s.keepLocked(g.next)
	}
	return s.signedLocked(c, s.mustHave(g.account), scopes, used, now), ""
}

func (s *Server) signedLocked(c *Client, a *Account, scopes []string, refresh string, now time.Time) tokenAnswer {
	token, err := s.issue(bearing{c.ID, a.Code, c.TokenLifetime, scopes}, now)
	if err != nil {
		panic(err) // no randomness left to sign with: the connection breaks
	}
	identity, err := s.key.sign(claims{Issuer: s.Identity, IssuedAt: now.Unix(), Expires: now.Add(5 * time.Minute).Unix(), ClientID: c.ID, Account: a.Code})
	if err != nil {
		panic(err)
	}
	return tokenAnswer{IDToken: identity, AccessToken: token, ExpiresIn: int(c.TokenLifetime.Seconds()), TokenType: "Bearer", RefreshToken: refresh}
}

// revokeLocked ends what a refresh token stands for, if it is one of the client's (RFC 7009, section 2.1).
func (s *Server) revokeLocked(clientID, token string) {
	if g := s.grants[token]; g != nil && g.client == clientID {
		g.ended = true
	}
}

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

func both(a, b []string) (common []string) {
	for _, s := range a {
		if slices.Contains(b, s) {
			common = append(common, s)
		}
	}
	return common
}

// Grant changes what a hotel's administrator has consented to, without consenting anew: a scope that is left out is gone
// at the next refresh.
func (s *Server) Grant(clientID, code string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.grants {
		if g.client == clientID && g.account == code {
			g.scopes = slices.Clone(scopes)
		}
	}
}
