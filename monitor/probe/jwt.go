package probe

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"bellhop/monitor"
)

// claims is what a token says of itself (RFC 7519). Nothing of it is verified: we were given it over TLS by
// the one who made it.
type claims struct {
	Account string  `json:"account_code"`
	Expires float64 `json:"exp"`
	Issued  float64 `json:"iat"`
	Scope   list    `json:"scope"`
}

// A list is a JSON list of strings, or one string with spaces between; nil if it is neither.
type list []string

// UnmarshalJSON fills json.Unmarshaler.
func (l *list) UnmarshalJSON(b []byte) error {
	var many []string
	if json.Unmarshal(b, &many) == nil {
		*l = many
		return nil
	}
	var one string
	if json.Unmarshal(b, &one) == nil {
		*l = strings.Fields(one)
	}
	return nil
}

// readClaims reads a JWT's payload; a token that is none has no claims.
func readClaims(jwt string) (c claims) {
	_, rest, _ := strings.Cut(jwt, ".")
	payload, _, _ := strings.Cut(rest, ".")
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(payload, "="))
	if err == nil {
		_ = json.Unmarshal(b, &c)
	}
	return c
}

// moment is a claim's time; zero if it cannot be one.
func moment(seconds float64) time.Time {
	if seconds > 0 && seconds < 1e11 {
		return time.Unix(int64(seconds), 0).UTC()
	}
	return time.Time{}
}

const maxScopes = 200

// facts is what is kept of a token that was issued at now for life, 0 being unknown.
func (c claims) facts(now time.Time, life time.Duration) monitor.TokenFacts {
	f := monitor.TokenFacts{Life: life}
	if life > 0 {
		f.Expires = now.Add(life)
	} else if f.Expires = moment(c.Expires); !f.Expires.IsZero() {
		f.Life = f.Expires.Sub(now)
	}
	if plainID.MatchString(c.Account) {
		f.Account = c.Account
	}
	return f
}
