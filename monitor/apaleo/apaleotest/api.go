package apaleotest

import (
	"net/http"
	"net/url"
	"slices"
	"time"
)

// read is one GET of the API: who may, and what it says. A nil value is 204.
type read struct {
	scopes []string // any one of them; none means a token is enough
	needs  []string // query parameters, without which it is 422
	answer func(Account) any
}

func count(n func(Account) int) func(Account) any {
	return func(a Account) any { return map[string]int{"count": n(a)} }
}

// reads are apaleo's cheap reads with the scopes of its Swagger text (facts, section 1). The shapes of
// account and counts are known, those of currencies, languages and unit groups assumed.
func reads() map[string]read {
	return map[string]read{
		"/account/v1/accounts/current": {answer: func(a Account) any {
			return map[string]string{"code": a.Code, "name": a.Name, "defaultLanguage": "en", "type": a.Type}
		}},
		"/inventory/v1/properties/$count": {answer: count(func(a Account) int { return a.Properties })},
		"/booking/v1/reservations/$count": {
			scopes: []string{"reservations.read", "reservations.manage"},
			answer: count(func(a Account) int { return 40 * a.Properties }),
		},
		"/finance/v1/types/currencies": {answer: func(Account) any {
			return map[string]any{"currencies": []string{"CHF", "EUR", "GBP"}}
		}},
		"/finance/v1/folios/$count": {
			scopes: []string{"folios.read", "folios.manage"},
			answer: count(func(a Account) int { return 90 * a.Properties }),
		},
		"/rateplan/v1/rate-plans/$count": {
			scopes: []string{"rateplans.read", "setup.read", "setup.manage"},
			answer: count(func(a Account) int { return 6 * a.Properties }),
		},
		"/availability/v1/unit-groups": {
			scopes: []string{"availability.read"},
			needs:  []string{"propertyId", "from", "to"},
			answer: unitGroups,
		},
		"/settings/v1/languages": {
			scopes: []string{"settings.read", "setup.read", "setup.manage"},
			answer: func(Account) any {
				return map[string]any{"languages": []any{map[string]any{"code": "en", "default": true, "mandatory": true}}}
			},
		},
	}
}

func unitGroups(a Account) any {
	if a.Properties == 0 {
		return nil
	}
	return map[string]any{"count": 1, "timeSlices": []any{}}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, who caller) {
	if r.URL.Path == "/health" { // anonymous, 200 when up; its body is not known, so there is none
		allowed(w, r, http.MethodGet)
		return
	}
	read, ok := reads()[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if !allowed(w, r, http.MethodGet) {
		return
	}
	a, ok := s.authorize(w, r, who, read.scopes)
	if !ok {
		return
	}
	if missing := lacking(r.URL.Query(), read.needs); len(missing) > 0 {
		writeJSON(w, http.StatusUnprocessableEntity, map[string][]string{"messages": missing})
		return
	}
	answerOrNothing(w, read.answer(a))
}

func (s *Server) serveWebhook(w http.ResponseWriter, r *http.Request, who caller) {
	if r.URL.Path != "/v1/subscriptions" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if !allowed(w, r, http.MethodGet) {
		return
	}
	a, ok := s.authorize(w, r, who, nil)
	if !ok {
		return
	}
	if len(a.Subscriptions) == 0 {
		answerOrNothing(w, nil)
		return
	}
	answerOrNothing(w, a.Subscriptions)
}

func answerOrNothing(w http.ResponseWriter, v any) {
	if v == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, http.StatusOK, v)
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
	copied := *a // Change may edit while this one is answered from
	copied.Subscriptions = slices.Clone(a.Subscriptions)
	return copied, true
}
