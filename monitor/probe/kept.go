package probe

import (
	"errors"
	"time"
)

// KeptConfig is where an integration keeps a token of its own for us to borrow: a file, or an address that
// hands it out. Either holds the token alone, or JSON: {"access_token", "expires_at" (RFC 3339 or Unix seconds)
// or "expires_in" (seconds)}. Such a token never costs a request at apaleo; getting the next one is the integration's.
type KeptConfig struct {
	ClientID string // the integration's, if it is known: whose quota is used

	File string // is read again for each request

	URL       string     // instead of File; http, loopback and private addresses are fine
	Transport *Transport // required with URL
	Header    string     // name of the header that carries Secret; Authorization if empty
	// Secret is the value of Header and when its file changed, as in SourceConfig; nil sends none.
	Secret func() (secret string, changed time.Time, err error)
}

// NewKeptSource checks where a token is kept; nothing is read yet.
func NewKeptSource(c KeptConfig) (*Source, error) {
	if (c.File == "") == (c.URL == "") {
		return nil, errors.New("a token is kept in a file or behind a url")
	}
	return &Source{flight: make(chan struct{}, 1)}, nil
}
