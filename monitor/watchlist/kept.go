package watchlist

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"bellhop/monitor/probe"
)

// keptToken gives a the token that the integration keeps for it: bellhop borrows it, and never asks for another.
func (b *builder) keptToken(a *account, f accountForm) {
	c := probe.KeptConfig{ClientID: a.clientID, Transport: b.transport, Pace: b.o.Pace}
	switch {
	case f.TokenFile.Set && f.TokenURL.Set:
		b.wrong(f.TokenURL.At, "token_file and token_url are both given", "keep one of them")
		return
	case f.TokenFile.Set:
		c.File = b.tokenFile(f.TokenFile)
	case f.TokenURL.Set:
		c.URL = b.tokenURL(f.TokenURL)
	default:
		b.wrong(f.At, "an account of kind token says nothing of where its token is", "add token_file or token_url")
		return
	}
	header := b.tokenHeader(&c, f)
	if b.transport == nil || c.File == "" && c.URL == "" {
		return
	}
	source, err := b.draft.kept(a.name, c, header)
	if err != nil {
		b.wrong(f.At, "an account cannot be used: "+err.Error(), "correct it")
		return
	}
	a.source = source
}

// tokenFile is where the integration writes its token. It may not have written it yet, or the hotel may have left:
// that is told by the check, and is no reason to refuse all the others.
func (b *builder) tokenFile(f text) string {
	path := b.path(f.V, f.At)
	info, err := os.Stat(filepath.Dir(path))
	switch {
	case f.V == "":
		b.wrong(f.At, "token_file is empty", "name a file, or remove the account")
		return ""
	case !b.o.WithoutSecrets && (err != nil || !info.IsDir()):
		b.wrong(f.At, "token_file "+quote(f.Raw)+" is in no folder that can be read", "correct the path, or let bellhop's user read the folder")
		return ""
	}
	return path
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
func (b *builder) tokenHeader(c *probe.KeptConfig, f accountForm) Secret {
	line, value, p := b.secret("token_header", f.TokenHeader, f.TokenHeaderFile)
	name, word, ok := strings.Cut(value, ":")
	switch {
	case !line.IsSet() || p.guessed:
	case c.URL == "":
		b.wrong(p, "token_header is of use with token_url alone", "remove it")
	case !ok || !headerName.MatchString(name) || strings.TrimSpace(word) == "" || strings.ContainsAny(word, "\r\n\x00"):
		b.wrong(p, "token_header is no header", `write it like token_header: "Authorization: Bearer ${KEY}"`)
	default:
		c.Header = http.CanonicalHeaderKey(name)
		return line
	}
	return Secret{}
}

// refreshToken gives a a grant of its own, whose refresh token is in a file that bellhop writes.
func (b *builder) refreshToken(a *account, f, app accountForm) {
	if !f.ClientID.Set && !f.Secret.Set && !f.SecretFile.Set {
		f.Secret, f.SecretFile = app.Secret, app.SecretFile
	}
	secret, ok := b.clientSecret(f)
	switch {
	case !f.RefreshFile.Set:
		b.wrong(f.At, "an account of kind refresh has no refresh_token_file", "name a file that holds the refresh token of a grant that only bellhop uses")
		return
	case !b.secretFile("refresh_token_file", f.RefreshFile).IsSet() || !ok:
		return
	}
	path := b.path(f.RefreshFile.V, f.RefreshFile.At)
	if first, taken := b.grants[path]; taken {
		b.wrong(f.RefreshFile.At, "refresh_token_file is also that of the account on "+first.from(f.RefreshFile.At), "a grant is of one account: each has a file of its own")
		return
	}
	b.grants[path] = f.RefreshFile.At
	b.source(a, f, probe.SourceConfig{Grant: path}, secret)
}
