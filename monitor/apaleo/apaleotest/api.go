package apaleotest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func (s *Server) serveReads(on Host) handler {
	return func(w http.ResponseWriter, r *http.Request, who caller) {
		if on == API && r.URL.Path == "/health" { // anonymous, 200 when up; its body is not known, so there is none
			allowed(w, r, http.MethodGet)
			return
		}
		if id, ok := strings.CutPrefix(r.URL.Path, "/inventory/v1/properties/"); ok && on == API && id != "$count" {
			s.serveProperty(w, r, who, id)
			return
		}
		read, ok := reads(on)[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if allowed(w, r, http.MethodGet) {
			s.serveRead(w, r, who, read)
		}
	}
}

func (s *Server) serveRead(w http.ResponseWriter, r *http.Request, who caller, read read) {
	a, ok := s.authorize(w, r, who, read.scopes)
	if !ok {
		return
	}
	if wrong := append(lacking(r.URL.Query(), read.needs), notThere(r.URL.Query(), a)...); len(wrong) > 0 {
		writeJSON(w, http.StatusUnprocessableEntity, map[string][]string{"messages": wrong})
		return
	}
	answerOrNothing(w, read.answer(a))
}

// serveProperty is the one thing here that has a HEAD (facts, section 1). Its shape is assumed.
func (s *Server) serveProperty(w http.ResponseWriter, r *http.Request, who caller, id string) {
	if r.Method != http.MethodHead && !allowed(w, r, http.MethodGet) {
		return
	}
	a, ok := s.authorize(w, r, who, nil)
	if !ok {
		return
	}
	n := slices.Index(a.PropertyIDs(), id)
	if n < 0 {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	writeJSON(w, http.StatusOK, property(a, n))
}

func answerOrNothing(w http.ResponseWriter, v any) {
	if v == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, http.StatusOK, v)
}

// notThere is what a query says of properties that are archived: what apaleo once said of one that existed (#292).
func notThere(q url.Values, a Account) []string {
	archived := a.PropertyIDs()[a.Properties:]
	var gone []string
	for _, id := range append(q["propertyId"], strings.Split(q.Get("propertyIds"), ",")...) {
		if slices.Contains(archived, id) {
			gone = append(gone, id)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return []string{"The following properties with provided Ids do not exist: " + strings.Join(gone, ", ")}
}

func lacking(have url.Values, want []string) (messages []string) {
	for _, name := range want {
		if have.Get(name) == "" {
			messages = append(messages, "The parameter '"+name+"' is required.")
		}
	}
	return messages
}

// authorize answers 401 and 403 as recorded, with empty bodies, or returns the account the token speaks for.
// The challenge is ASP.NET's default, assumed.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request, who caller, scopes []string) (Account, bool) {
	if bearer(r) == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return Account{}, false
	}
	s.mu.Lock()
	a, ok := s.validLocked(who.claims, time.Now())
	s.mu.Unlock()
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		w.WriteHeader(http.StatusUnauthorized)
		return a, false
	}
	if a.AccessRevoked || !who.claims.allows(scopes) {
		w.WriteHeader(http.StatusForbidden)
		return a, false
	}
	return a, true
}

func (s *Server) validLocked(c *claims, now time.Time) (Account, bool) {
	if c == nil || now.Unix() >= c.Expires {
		return Account{}, false
	}
	a := s.accounts[c.Account]
	if a == nil || c.Serial <= a.revoked {
		return Account{}, false
	}
	return a.copied(), true
}

// copied is what may be read while Change edits the account.
func (a *Account) copied() Account {
	c := *a
	c.Scopes, c.Subscriptions = slices.Clone(a.Scopes), slices.Clone(a.Subscriptions)
	return c
}
