package probe

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// keptForm is the JSON that a kept token may come in.
type keptForm struct {
	Token string  `json:"access_token"`
	At    any     `json:"expires_at"` // RFC 3339, or Unix seconds or milliseconds
	In    float64 `json:"expires_in"`
	Scope list    `json:"scope"`
}

// readKept reads what an integration wrote at a time: the token alone, or in JSON. What does not say when it ends,
// and is no JWT that does, has no end that we know.
func readKept(b []byte, written time.Time) (token, bool) {
	b = bytes.TrimSpace(b)
	form := keptForm{Token: string(b)}
	if bytes.HasPrefix(b, []byte("{")) {
		form.Token = ""
		if json.Unmarshal(b, &form) != nil {
			return token{}, false
		}
	}
	if !plainToken.MatchString(form.Token) {
		return token{}, false
	}
	says := readClaims(form.Token)
	tok := token{value: form.Token, facts: says.facts(written, 0), issued: written}
	tok.facts.Scopes = scopesOf(says.Scope, form.Scope)
	tok.facts.Life = 0
	if began := moment(says.Issued); !began.IsZero() && tok.facts.Expires.After(began) {
		tok.facts.Life = tok.facts.Expires.Sub(began)
	}
	if end := form.ends(written); !end.IsZero() {
		tok.facts.Expires = end
	}
	if tok.facts.Life == 0 {
		tok.facts.Life = form.life()
	}
	return tok, true
}

// ends is when the form says that its token ends; zero if it does not.
func (f keptForm) ends(written time.Time) time.Time {
	switch at := f.At.(type) {
	case float64:
		return epoch(at)
	case string:
		if t, err := time.Parse(time.RFC3339, at); err == nil {
			return t.UTC()
		}
		seconds, err := strconv.ParseFloat(at, 64)
		if err == nil {
			return epoch(seconds)
		}
	}
	if life := f.life(); life > 0 {
		return written.Add(life)
	}
	return time.Time{}
}

// epoch reads Unix time, in milliseconds where seconds would be thousands of years away.
func epoch(t float64) time.Time {
	if t >= 1e11 {
		t /= 1000
	}
	return moment(t)
}

func (f keptForm) life() time.Duration {
	return time.Duration(math.Min(math.Max(f.In, 0), maxLife.Seconds())) * time.Second
}
