package watchlist

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bellhop/monitor/probe"
)

// The kinds of account: how there is a token for it (docs/apaleo.md, section 2).
const (
	kindSimple  = "simple"  // a custom app: client credentials, one client for each account
	kindConnect = "connect" // a store app: it has tokens of hotels, and none of its own
	kindToken   = "token"   // the integration keeps the account's token, and bellhop reads it
	kindRefresh = "refresh" // a grant of bellhop's own, with a refresh token that nobody else uses
)

// An account is an entry of accounts: as it can be used.
type account struct {
	name, kind, code, clientID string
	live                       bool // apaleo has to call it live
	properties                 []string
	at                         place
	source                     *probe.Source
}

// accounts are the usable ones, in the order of the files. A name whose account cannot be used is known all
// the same: what refers to it is not to blame.
func (b *builder) accounts(forms []accountForm) {
	taken, codes, app := map[string]place{}, map[string]place{}, storeApp(forms)
	var called []text
	for _, f := range forms {
		a := &account{name: b.named("an account", f.Name, f.At, taken), kind: kindSimple, code: f.Code.V, clientID: f.ClientID.V, at: f.At}
		if f.Kind.Set {
			a.kind = b.oneOf("kind", f.Kind, []string{kindSimple, kindConnect, kindToken, kindRefresh})
		}
		if (a.kind == kindToken || a.kind == kindRefresh) && !f.ClientID.Set {
			a.clientID = app.ClientID.V
		}
		if f.Type.Set {
			a.live = b.oneOf("type", f.Type, []string{"live"}) == "live"
		}
		a.properties = b.properties(f.Properties)
		b.code(f, a, codes)
		b.clientOf(f, a)
		b.tokens(a, f, app)
		b.known[a.name] = a
		b.order = append(b.order, a)
		called = append(called, f.Name)
	}
	b.namedLikeCodes(called, codes)
}

// namedLikeCodes refuses an account that is named like another one's code: what is known of a hotel is kept by its
// account's name, or else by its code, and two hotels would share it.
func (b *builder) namedLikeCodes(called []text, codes map[string]place) {
	for n, a := range b.order {
		if first := codes[a.name]; first.line != 0 && a.code != a.name && !called[n].At.guessed {
			b.wrong(called[n].At, "an account is named "+quote(called[n].Raw)+", like the code of the account on "+first.from(called[n].At), "reports call a hotel by its code: change the name")
		}
	}
}

// code is apaleo's name of the account, by which reports and tokens find it.
func (b *builder) code(f accountForm, a *account, codes map[string]place) {
	switch first := codes[f.Code.V]; {
	case f.Code.V == "":
	case a.kind == kindConnect:
		b.wrong(f.Code.At, "a connect client has no account code", "remove code: its tokens belong to many accounts")
	case first.line != 0:
		b.wrong(f.Code.At, "code "+quote(f.Code.Raw)+" is also that of the account on "+first.from(f.Code.At), "a hotel company is one account: correct one, or remove one")
	case !f.Code.At.guessed:
		codes[f.Code.V] = f.Code.At
	}
}

// clientOf sees that no two accounts of client credentials share a client: it gives tokens of one account.
func (b *builder) clientOf(f accountForm, a *account) {
	first, seen := b.clients[a.clientID]
	at := f.ClientID.At
	if !f.ClientID.Set {
		at = f.At
	}
	switch {
	case a.clientID == "" && (a.kind == kindToken || a.kind == kindRefresh):
		b.wrong(f.At, "an account has no client_id, and there is not exactly one account of kind connect", "add client_id: that of the app whose token it is")
	case a.clientID == "":
		b.wrong(f.At, "an account has no client_id", "add the client id of its app at apaleo")
	case seen && (first.kind == a.kind || first.kind == kindSimple || a.kind == kindSimple) && !shared(first.kind, a.kind):
		b.wrong(at, "client_id is also that of the account on "+first.at.from(at), "each account has a client of its own: correct one, or remove one account")
	case !seen && !at.guessed:
		b.clients[a.clientID] = ownedClient{a.kind, at}
	}
}

// storeApp is the one account of kind connect: what has tokens and names no client is of that app.
func storeApp(forms []accountForm) accountForm {
	var apps []accountForm
	for _, f := range forms {
		if f.Kind.V == kindConnect {
			apps = append(apps, f)
		}
	}
	if len(apps) != 1 {
		return accountForm{}
	}
	return apps[0]
}

// An ownedClient is who was first to name a client.
type ownedClient struct {
	kind string
	at   place
}

// shared is whether accounts of these kinds can be of one client: a store app has tokens of many hotels.
func shared(a, b string) bool {
	many := func(kind string) bool { return kind == kindToken || kind == kindRefresh }
	return many(a) && many(b) || many(a) && b == kindConnect || a == kindConnect && many(b)
}

var propertyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (b *builder) properties(items []text) []string {
	return b.each("property", items, propertyID, "is no id", "write ids as apaleo does: [MUC, BER]")
}

// each are the items of a list that fit a pattern, each of them once.
func (b *builder) each(what string, items []text, fits *regexp.Regexp, wrong, fix string) []string {
	var all []string
	for _, item := range items {
		switch {
		case !fits.MatchString(item.V):
			b.wrong(item.At, what+" "+quote(item.Raw)+" "+wrong, fix)
		case slices.Contains(all, item.V):
			b.wrong(item.At, what+" "+quote(item.Raw)+" is given twice", "keep one")
		default:
			all = append(all, item.V)
		}
	}
	return all
}

// tokens gives a the source of its tokens. Keys that belong to another kind would be of no effect: they are refused.
func (b *builder) tokens(a *account, f, app accountForm) {
	kept := []keyed{{"token_file", f.TokenFile.At, f.TokenFile.Set}, {"token_url", f.TokenURL.At, f.TokenURL.Set}}
	header := []keyed{{"token_header", f.TokenHeader.At, f.TokenHeader.Set}, {"token_header_file", f.TokenHeaderFile.At, f.TokenHeaderFile.Set}}
	own := []keyed{{"client_secret", f.Secret.At, f.Secret.Set}, {"client_secret_file", f.SecretFile.At, f.SecretFile.Set}}
	grant := []keyed{{"refresh_token_file", f.RefreshFile.At, f.RefreshFile.Set}}
	switch a.kind {
	case kindToken:
		b.only(a, own, grant)
		b.keptToken(a, f)
	case kindRefresh:
		b.only(a, kept, header)
		b.refreshToken(a, f, app)
	case kindSimple, kindConnect:
		b.only(a, kept, header, grant)
		if secret, ok := b.clientSecret(f); ok {
			b.source(a, f, probe.SourceConfig{}, secret)
		}
	}
}

// A keyed value is a key that may be set.
type keyed struct {
	key string
	at  place
	set bool
}

// only refuses keys that mean nothing for the kind of an account.
func (b *builder) only(a *account, others ...[]keyed) {
	fix := map[string]string{"token": "for a token that the integration keeps, set kind: token", "refresh": "for a grant of bellhop's own, set kind: refresh"}
	for _, k := range slices.Concat(others...) {
		if !k.set {
			continue
		}
		word, _, _ := strings.Cut(k.key, "_")
		b.wrong(k.at, fmt.Sprintf("%s means nothing for an account of kind %s", k.key, a.kind), cmp.Or(fix[word], "remove it"))
	}
}

// clientSecret is that of an account's client; not ok is that it was complained about.
func (b *builder) clientSecret(f accountForm) (s Secret, ok bool) {
	s, value, p := b.secret("client_secret", f.Secret, f.SecretFile)
	switch {
	case !s.IsSet() && p.line == 0:
		b.wrong(f.At, "an account has no client_secret", "add client_secret: ${VARIABLE}, or client_secret_file")
	case s.IsSet() && value == "":
		b.wrong(p, "client_secret is empty", "set the variable, or write the secret's file")
	}
	return s, s.IsSet() && value != ""
}

// source makes the one source of an account's tokens.
func (b *builder) source(a *account, f accountForm, c probe.SourceConfig, secret Secret) {
	if a.clientID == "" || b.transport == nil {
		return
	}
	c.Transport, c.ClientID, c.Pace, c.TokenURL = b.transport, a.clientID, b.o.Pace, b.apaleo.TokenURL()
	source, err := b.draft.source(a.name, c, secret)
	if err != nil {
		b.wrong(f.At, "an account cannot be used: "+err.Error(), "correct it")
		return
	}
	a.source = source
}
