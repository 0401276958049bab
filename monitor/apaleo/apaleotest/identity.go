package apaleotest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

const jwksPath = "/.well-known/openid-configuration/jwks"

func (s *Server) serveIdentity(w http.ResponseWriter, r *http.Request, who caller) {
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		if allowed(w, r, http.MethodGet) {
			writeJSON(w, http.StatusOK, s.discovery())
		}
	case jwksPath:
		if allowed(w, r, http.MethodGet) {
			writeJSON(w, http.StatusOK, map[string]any{"keys": []any{s.key.jwk()}})
		}
	case "/connect/token":
		if allowed(w, r, http.MethodPost) {
			s.serveToken(w, r, who)
		}
	case "/connect/revocation":
		if allowed(w, r, http.MethodPost) {
			s.serveRevocation(w, r, who)
		}
	default:
		s.serveReads(Identity)(w, r, who)
	}
}

// discovery lists the endpoints that apaleo documents (facts, section 2); those without a handler here answer 404.
func (s *Server) discovery() map[string]any {
	at := s.Identity
	return map[string]any{
		"issuer":                                at,
		"jwks_uri":                              at + jwksPath,
		"authorization_endpoint":                at + "/connect/authorize",
		"token_endpoint":                        at + "/connect/token",
		"userinfo_endpoint":                     at + "/connect/userinfo",
		"end_session_endpoint":                  at + "/connect/endsession",
		"revocation_endpoint":                   at + "/connect/revocation",
		"introspection_endpoint":                at + "/connect/introspect",
		"device_authorization_endpoint":         at + "/connect/deviceauthorization",
		"grant_types_supported":                 []string{"authorization_code", "client_credentials", "refresh_token"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"id_token_signing_alg_values_supported": []string{"ES256"},
	}
}

type tokenAnswer struct {
	IDToken      string `json:"id_token,omitempty"`
	AccessToken  string `json:"access_token"`
	ExpiresIn    int    `json:"expires_in"`
	TokenType    string `json:"token_type"`
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

func (s *Server) serveToken(w http.ResponseWriter, r *http.Request, who caller) {
	w.Header().Set("Cache-Control", "no-store")
	answer, refusal := s.grant(r, who, time.Now())
	if refusal != "" {
		oauthError(w, refusal)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// grant gives a token, or the error code of RFC 6749, 5.2 as apaleo was seen to use it.
func (s *Server) grant(r *http.Request, who caller, now time.Time) (answer tokenAnswer, refusal string) {
	if !isForm(r) || r.ParseForm() != nil {
		return answer, "invalid_request" // JSON was sent
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.fitsLocked(who) {
		return answer, "invalid_client"
	}
	switch r.PostForm.Get("grant_type") {
	case "client_credentials":
	case "":
		return answer, "invalid_request"
	case "refresh_token":
		c := s.connect[who.client]
		if c == nil { // a custom app's client has no consents
			return answer, "unauthorized_client"
		}
		return s.refreshLocked(r, c, now)
	case "authorization_code":
		return answer, "invalid_grant" // there is no page here to get a code from: that is Consent
	default:
		return answer, "unsupported_grant_type"
	}
	return s.ownTokenLocked(r, who, now)
}

// ownTokenLocked is for a custom app's client.
func (s *Server) ownTokenLocked(r *http.Request, who caller, now time.Time) (answer tokenAnswer, refusal string) {
	a := s.byClient[who.client]
	if a == nil { // a connect client has no token of its own
		return answer, "invalid_scope"
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	if len(scopes) == 0 {
		scopes = slices.Clone(a.Scopes)
	}
	if !within(scopes, a.Scopes) {
		return answer, "invalid_scope"
	}
	token, err := s.issue(bearing{a.ClientID, a.Code, a.TokenLifetime, scopes}, now)
	if err != nil {
		panic(err) // no randomness left to sign with: the connection breaks
	}
	return tokenAnswer{AccessToken: token, ExpiresIn: int(a.TokenLifetime.Seconds()), TokenType: "Bearer", Scope: strings.Join(scopes, " ")}, ""
}

// serveRevocation is RFC 7009: 200 for whatever token, so long as the client is who it says.
func (s *Server) serveRevocation(w http.ResponseWriter, r *http.Request, who caller) {
	if !isForm(r) || r.ParseForm() != nil {
		oauthError(w, "invalid_request")
		return
	}
	s.mu.Lock()
	fits := s.fitsLocked(who)
	if fits {
		s.revokeLocked(who.client, r.PostForm.Get("token"))
	}
	s.mu.Unlock()
	switch {
	case !fits:
		oauthError(w, "invalid_client")
	case r.PostForm.Get("token") == "":
		oauthError(w, "invalid_request")
	}
}

// fitsLocked reports whether the caller's secret is that of its client.
func (s *Server) fitsLocked(who caller) bool {
	want := ""
	if a := s.byClient[who.client]; a != nil {
		want = a.ClientSecret
	} else if c := s.connect[who.client]; c != nil {
		want = c.Secret
	}
	return want != "" && who.secret == want
}

// oauthError answers 400 with nothing but the code, as all those recorded.
func oauthError(w http.ResponseWriter, code string) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": code})
}
