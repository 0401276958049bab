package apaleotest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is far above a token request, the largest body anybody has reason to send here.
const maxBody = 64 << 10

// caller is who a request says it is. Faults and the request log go by it, whether or not it may do what it asks.
type caller struct {
	account, client string
	secret          string
	claims          *claims // of a token this server signed, maybe no longer valid; else nil
}

type handler func(http.ResponseWriter, *http.Request, caller)

// front is what every request passes: who is it, note it, let a fault have it, else answer.
func (s *Server) front(h *host, answer handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		who := s.identify(h.name, r)
		s.note(h.name, r, who)
		over := s.commonHeaders(w.Header(), h.name, who)
		if f := s.requestFault(h.name, r.URL.Path, who); f != nil {
			s.strike(h, f, w, r, func(w http.ResponseWriter) { answer(w, r, who) })
			return
		}
		if over > 0 {
			tooMany(w, over)
			return
		}
		answer(w, r, who)
	})
}

func (s *Server) identify(on Host, r *http.Request) (who caller) {
	switch {
	case on == StatusPage: // it asks nobody
	case bearer(r) != "":
		if c, err := s.key.open(bearer(r)); err == nil {
			who.account, who.client, who.claims = c.Account, c.ClientID, &c
		}
	case on == Identity:
		who.client, who.secret = clientOf(r)
		who.account = s.accountOf(r)
		s.mu.Lock()
		defer s.mu.Unlock()
		if a := s.byClient[who.client]; a != nil {
			who.account = a.Code
		}
	}
	return who
}

// clientOf reads the client's credentials from Basic authorization or, as apaleo also accepts, from the form.
func clientOf(r *http.Request) (id, secret string) {
	if id, secret, ok := r.BasicAuth(); ok {
		return unescape(id), unescape(secret)
	}
	if !isForm(r) || r.ParseForm() != nil {
		return "", ""
	}
	return r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
}

// unescape undoes the form encoding that RFC 6749, 2.3.1 asks for within Basic and not every client applies.
func unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}

func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

func isForm(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded")
}

// commonHeaders returns how long a client that is over its limit has to wait; 0 is that it need not.
func (s *Server) commonHeaders(header http.Header, on Host, who caller) (over time.Duration) {
	header.Set("Server", "nginx")
	if on == StatusPage {
		return 0
	}
	header.Set("Apaleo-Tracking-Id", newTrackingID())
	if who.claims != nil {
		return s.spend(header, quotaKey{who.client, who.account}, time.Now())
	}
	return 0
}

// quotaKey is what apaleo limits by: client and account together (facts, section 3).
type quotaKey struct{ client, account string }

type quota struct {
	ends time.Time
	used int
}

// EnforceLimits has those who ask more than their limit a minute answered 429 with Retry-After, until the minute is
// over. A server that was just started only counts, and tells in X-Rate-Limit-Remaining what is left.
func (s *Server) EnforceLimits(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limiting = on
}

// spend counts a request, if it is not refused, and tells what is left of the minute, as each answer to a known
// client does.
func (s *Server) spend(header http.Header, k quotaKey, now time.Time) (over time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.quotas[k]
	if !now.Before(q.ends) {
		q = quota{ends: now.Add(time.Minute)}
	}
	limit := s.limitLocked(k.account)
	if s.limiting && q.used >= limit {
		over = q.ends.Sub(now)
	} else {
		q.used++
	}
	s.quotas[k] = q
	header.Set("X-Rate-Limit-Limit", "1m")
	header.Set("X-Rate-Limit-Remaining", strconv.Itoa(max(0, limit-q.used)))
	header.Set("X-Rate-Limit-Reset", q.ends.UTC().Format(time.RFC3339Nano))
	return over
}

func (s *Server) limitLocked(account string) int {
	a := s.accounts[account]
	switch {
	case a != nil && a.Limit > 0:
		return a.Limit
	case a != nil && a.Type == "Live":
		return 3500
	}
	return 200
}

// newTrackingID is a UUID (RFC 9562, version 4), the form apaleo has used since 2021.
func newTrackingID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // every value written is a table of ours
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}

// allowed answers 405 to every other method, HEAD too: apaleo has it for single things only, none of which are here.
func allowed(w http.ResponseWriter, r *http.Request, method string) bool {
	if r.Method == method {
		return true
	}
	w.Header().Set("Allow", method)
	w.WriteHeader(http.StatusMethodNotAllowed)
	return false
}
