package transport

import (
	"slices"
	"strings"
	"time"
)

// tokenPath is the token endpoint of an identity host.
const tokenPath = "/connect/token"

// What bellhop takes of a token's result.
const (
	scopeMax   = 100 // bytes
	scopesMax  = 256
	codeLenMax = 64
	livesMax   = 365 * 24 * time.Hour // a token that lives longer is a mistake of somebody's
)

// A result is what came of a token request. It is never changed.
type result struct {
	at      time.Time // when it was asked for
	word    string    // "ok", OAuth's error code, a status, or a word for no answer
	expires time.Time
	scopes  []string
}

// concluded reads a token request's ending, and what the answer said of itself.
func concluded(at time.Time, e ending, said answer) *result {
	r := &result{at: at, word: e.String()}
	if e < 200 || e > 299 {
		if e >= 400 && oauthCode(said.code) {
			r.word = said.code
		}
		return r
	}
	r.word = "ok"
	if lives := time.Duration(said.lives) * time.Second; said.lives > 0 && said.lives <= int64(livesMax/time.Second) {
		r.expires = at.Add(lives) // counted from the question: it never seems to live longer than it does
	}
	if scopes := strings.Fields(said.scope); usableScopes(scopes) {
		slices.Sort(scopes)
		r.scopes = slices.Compact(scopes)
	}
	return r
}

// oauthCode says whether it looks like an error code of OAuth (RFC 6749 5.2): what else stands there may be
// anything.
func oauthCode(s string) bool {
	return s != "" && len(s) <= codeLenMax && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == ""
}

func usableScopes(all []string) bool {
	if len(all) > scopesMax {
		return false
	}
	return !slices.ContainsFunc(all, func(s string) bool {
		return len(s) > scopeMax || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || c == '"' || c == '\\' })
	})
}

// newer says whether r is of a later request than old; of two at once the one that was known first stays.
func (r *result) newer(old *result) bool { return old == nil || r.at.After(old.at) }

func (r *result) report() *tokenReport {
	if r == nil {
		return nil
	}
	return &tokenReport{At: r.at.UTC(), Result: r.word, Expires: r.expires.UTC(), Scopes: r.scopes}
}
