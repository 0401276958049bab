package apaleo

import (
	"slices"
	"time"

	"bellhop/monitor"
)

// An Entry is one line of the watchlist that ships, for people and for documentation.
type Entry struct {
	Name       string        // of the check
	Title      string        // what people call it; %s is the host of a certificate, or the account
	Public     string        // its component on the public page, "" for none
	Every      time.Duration // at real pace
	Ask        string        // method and path
	Expect     string        // what is a good answer, as an expression where it is one
	Scope      string        // that the client must have; "" is none
	Doc        string        // the page that explains what is asked
	PerAccount bool
	Optional   bool // watched only if Config.Modules names it

	kind  string
	host  host
	graph graph
	flags flags
	make  func(m maker, e Entry) (monitor.Probe, error)
}

// flags are what a check is besides.
type flags struct{ info, warning, forced bool }

// host says which of apaleo's hosts an entry asks.
type host int

const (
	onAPI host = iota
	onIdentity
	onWebhook
	onStatusPage
)

// graph says where in the dependency graph an entry stands.
type graph int

const (
	nowhere     graph = iota // it annotates
	edgeProbe                // it is the own probe of its host's edge
	edgeUser                 // it depends on that edge
	tokenProbe               // it is the own probe of the token endpoint and of identity
	clientProbe              // it is the own probe of a client
	accountUser              // it works with an account's token
)

// Pages that explain (docs/apaleo.md, section B).
const (
	docHealth    = "https://github.com/apaleo/api/issues/433"
	docOAuth     = "https://apaleo.dev/guides/oauth-connection/oauth-openid.html"
	docClient    = "https://apaleo.dev/guides/oauth-connection/best-practices.html"
	docTrouble   = "https://apaleo.dev/guides/api/trouble-shooting.html"
	docScopes    = "https://apaleo.dev/guides/api/scopes.html"
	docLimits    = "https://apaleo.dev/guides/api/rate-limiting.html"
	docErrors    = "https://apaleo.dev/guides/api/errors.html"
	docWebhook   = "https://apaleo.dev/guides/webhook/best-practices.html"
	docReference = "https://api.apaleo.com/swagger/"
	docStatus    = "https://status.apaleo.com"
	docRefresh   = "https://apaleo.dev/guides/oauth-connection/refresh-token.html"
)

// Components of the public page.
const (
	front         = "apaleo"
	signIn        = "Sign-in"
	notifications = "Notifications"
	certificates  = "Certificates"
)

const (
	minute = time.Minute
	day    = 24 * time.Hour
)

// Entries is the watchlist that ships (docs/apaleo.md, section A): what is asked of the platform once, then
// what is asked for each account. It needs no scope at all and reads no guest's data.
func Entries() []Entry { return slices.Clone(entries) }

// ModuleNames are the entries that Config.Modules can add, in the order of the list.
func ModuleNames() []string { return names(func(e Entry) bool { return e.Optional }) }

// EntryNames are the entries that Config.Overrides can change, in the order of the list.
func EntryNames() []string { return names(func(Entry) bool { return true }) }

func names(which func(Entry) bool) []string {
	var all []string
	for _, e := range append(slices.Clone(entries), connectEntry) {
		if which(e) {
			all = append(all, e.Name)
		}
	}
	return all
}

var entries = []Entry{
	{
		Name: "apaleo-health", Title: "apaleo API health", Public: front, Every: minute, Doc: docHealth,
		Ask: "GET /health", Expect: "status == 200", kind: "http", host: onAPI, graph: edgeProbe, make: request,
	},
	{
		Name: "api-edge", Title: "apaleo API without credentials", Public: front, Every: minute, Doc: docTrouble,
		Ask: "GET /inventory/v1/properties/$count", Expect: "status == 401", kind: "http", host: onAPI, graph: edgeProbe, make: request,
	},
	{
		Name: "identity-discovery", Title: "apaleo identity", Public: signIn, Every: minute, Doc: docOAuth,
		Ask: "GET /.well-known/openid-configuration", Expect: "status == 200 && json.token_endpoint != nil",
		kind: "http", host: onIdentity, graph: edgeProbe, make: discovery,
	},
	{
		Name: "identity-jwks", Title: "apaleo's token signing keys", Public: signIn, Every: 5 * minute, Doc: docOAuth,
		Ask: "GET the jwks_uri of /.well-known/openid-configuration", Expect: "status == 200 && len(json.keys) > 0",
		kind: "http", host: onIdentity, graph: edgeProbe, make: keys,
	},
	{
		Name: "token-edge", Title: "apaleo's token endpoint", Public: signIn, Every: minute, Doc: docClient,
		Ask: "POST /connect/token", Expect: "status in [400, 401]", kind: "token-edge", host: onIdentity, graph: tokenProbe, make: tokenEdge,
	},
	{
		Name: "webhook-api-edge", Title: "apaleo webhook API without credentials", Public: notifications, Every: minute, Doc: docWebhook,
		Ask: "GET /v1/subscriptions", Expect: "status == 401", kind: "http", host: onWebhook, graph: edgeProbe, make: request,
	},
	certificate("tls-api", onAPI),
	certificate("tls-identity", onIdentity),
	certificate("tls-webhook", onWebhook),
	{
		Name: "status-page", Title: "apaleo's status page", Every: 5 * minute, Doc: docStatus, Ask: "GET /", Expect: "status >= 200 && status < 300",
		kind: "status-page", host: onStatusPage, graph: nowhere, flags: flags{info: true}, make: statusPage,
	},
	{
		Name: "auth-token", Title: "New token for %s", Every: 15 * minute, Doc: docClient, PerAccount: true, Ask: "POST /connect/token",
		Expect: "status 200, a token, of the configured account",
		kind:   "token", host: onIdentity, graph: clientProbe, flags: flags{forced: true}, make: newToken,
	},
	{
		Name: "account", Title: "Account %s", Every: minute, Doc: docReference, PerAccount: true,
		Ask: "GET /account/v1/accounts/current", Expect: "status == 200 && json.code != nil", kind: "http", host: onAPI, graph: accountUser, make: account,
	},
	{
		Name: "inventory", Title: "Inventory API for %s", Every: minute, Doc: docReference, PerAccount: true,
		Ask: "GET /inventory/v1/properties/$count", Expect: "status == 200 && json.count >= 1", kind: "http", host: onAPI, graph: accountUser, make: authorized,
	},
}

// connectEntry takes the place of the account's entries for a store app's client, which has no token of its
// own. That apaleo's answer follows RFC 7009 is inferred, not seen.
var connectEntry = Entry{
	Name: "connect-client", Title: "Store app %s", Every: 15 * time.Minute, Doc: docOAuth, PerAccount: true,
	Ask: "POST /connect/revocation", Expect: "status == 200", kind: "connect", host: onIdentity, graph: clientProbe, flags: flags{forced: true}, make: connect,
}

func certificate(name string, on host) Entry {
	return Entry{
		Name: name, Title: "Certificate of %s", Public: certificates, Every: day, Doc: docStatus, Ask: "TLS handshake", Expect: "valid for 14 days and more",
		kind: "tls", host: on, graph: edgeUser, flags: flags{warning: true}, make: tlsExpiry,
	}
}
