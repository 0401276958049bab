package watchlist

import (
	"net/http"
	"strings"
	"time"

	"bellhop/monitor/probe"
)

// keptToken gives a the token that the integration keeps for it: bellhop borrows it, and never asks for another.
func (b *builder) keptToken(a *account, f accountForm) {
	c := probe.KeptConfig{ClientID: a.clientID, Transport: b.transport}
	switch {
	case f.TokenFile.Set && f.TokenURL.Set:
		b.wrong(f.TokenURL.At, "token_file and token_url are both given", "keep one of them")
		return
	case f.TokenFile.Set:
		if !b.secretFile("token_file", f.TokenFile).IsSet() {
			return
		}
		c.File = b.path(f.TokenFile.V, f.TokenFile.At)
	case f.TokenURL.Set:
		c.URL = b.tokenURL(f.TokenURL)
	default:
		b.wrong(f.At, "an account of kind token says nothing of where its token is", "add token_file or token_url")
		return
	}
	b.tokenHeader(&c, f)
	if b.transport == nil || c.File == "" && c.URL == "" {
		return
	}
	source, err := b.draft.kept(a.name, c)
	if err != nil {
		b.wrong(f.At, "an account cannot be used: "+err.Error(), "correct it")
		return
	}
	a.source = source
}

// tokenURL is where the integration hands out its token. It may hold a secret and is not quoted.
func (b *builder) tokenURL(f text) string {
	u, err := parseURL(f.V)
	switch {
	case err != nil:
		b.wrong(f.At, "token_url "+err.Error(), "write it like http://127.0.0.1:9000/tokens/ALPN")
		return ""
	case u.User != nil:
		b.wrong(f.At, "token_url holds a user and a password", `use token_header: "Authorization: Basic ${…}"`)
		return ""
	case forbidden(u.Hostname()):
		b.refuse(f.At, "token_url")
		return ""
	}
	return f.V
}

// tokenHeader is what the request for a token shows: one line, as curl -H takes it.
func (b *builder) tokenHeader(c *probe.KeptConfig, f accountForm) {
	line, value, p := b.secret("token_header", f.TokenHeader, f.TokenHeaderFile)
	name, word, ok := strings.Cut(value, ":")
	switch {
	case !line.IsSet() || p.guessed:
		return
	case c.URL == "":
		b.wrong(p, "token_header is of use with token_url alone", "remove it")
		return
	case !ok || !headerName.MatchString(name) || strings.TrimSpace(word) == "" || strings.ContainsAny(word, "\r\n\x00"):
		b.wrong(p, "token_header is no header", `write it like token_header: "Authorization: Bearer ${KEY}"`)
		return
	}
	c.Header = http.CanonicalHeaderKey(name)
	c.Secret = func() (string, time.Time, error) {
		now, changed, err := line.Dated()
		_, word, _ := strings.Cut(now, ":")
		return strings.TrimSpace(word), changed, err
	}
}
