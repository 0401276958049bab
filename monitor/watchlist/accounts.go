package watchlist

import (
	"fmt"

	"bellhop/monitor/probe"
)

// The kinds of OAuth client that apaleo knows (FACTS.md 2).
const (
	kindSimple  = "simple"  // a custom app: client credentials, one client for each account
	kindConnect = "connect" // a store app: it has tokens of hotels, and none of its own
)

// An account is an entry of accounts: as it can be used.
type account struct {
	name, kind, code, clientID string
	at                         place
	source                     *probe.Source
}

// accounts are the usable ones, in the order of the file. A name whose account cannot be used is known all
// the same: what refers to it is not to blame.
func (b *builder) accounts(forms []accountForm) {
	taken, clients := map[string]int{}, map[string]int{}
	for _, f := range forms {
		a := account{name: b.named("an account", f.Name, f.At, taken), kind: kindSimple, code: f.Code.V, clientID: f.ClientID.V, at: f.At}
		if f.Kind.Set {
			a.kind = b.oneOf("kind", f.Kind, []string{kindSimple, kindConnect})
		}
		if a.kind == kindConnect && f.Code.Set {
			b.wrong(f.Code.At, "a connect client has no account code", "remove code: its tokens belong to many accounts")
		}
		switch first := clients[f.ClientID.V]; {
		case f.ClientID.V == "":
			b.wrong(f.At, "an account has no client_id", "add the client id of its app at apaleo")
		case first != 0:
			b.wrong(f.ClientID.At, fmt.Sprintf("client_id is also that of the account on line %d", first), "each account has a client of its own: correct one, or remove one account")
		case !f.ClientID.At.guessed:
			clients[f.ClientID.V] = f.ClientID.At.line
		}
		b.client(&a, f)
		b.known[a.name] = &a
		b.order = append(b.order, &a)
	}
}

// client gives a the source of its tokens.
func (b *builder) client(a *account, f accountForm) {
	secret, value, p := b.secret("client_secret", f.Secret, f.SecretFile)
	switch {
	case !secret.IsSet() && p.line == 0:
		b.wrong(f.At, "an account has no client_secret", "add client_secret: ${VARIABLE}, or client_secret_file")
		return
	case secret.IsSet() && value == "":
		b.wrong(p, "client_secret is empty", "set the variable, or write the secret's file")
		return
	case !secret.IsSet() || a.clientID == "" || b.transport == nil:
		return
	}
	source, err := b.draft.source(probe.SourceConfig{
		Transport: b.transport, ClientID: a.clientID, Pace: b.o.Pace, TokenURL: b.apaleo.TokenURL(),
	}, secret)
	if err != nil {
		b.wrong(f.At, "an account cannot be used: "+err.Error(), "correct it")
		return
	}
	a.source = source
}
