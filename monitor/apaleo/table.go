package apaleo

import "time"

// Pages that explain (docs/apaleo.md, section B).
const (
	docHealth     = "https://github.com/apaleo/api/issues/433"
	docOAuth      = "https://apaleo.dev/guides/oauth-connection/oauth-openid.html"
	docClient     = "https://apaleo.dev/guides/oauth-connection/best-practices.html"
	docTrouble    = "https://apaleo.dev/guides/api/trouble-shooting.html"
	docScopes     = "https://apaleo.dev/guides/api/scopes.html"
	docLimits     = "https://apaleo.dev/guides/api/rate-limiting.html"
	docErrors     = "https://apaleo.dev/guides/api/errors.html"
	docWebhook    = "https://apaleo.dev/guides/webhook/best-practices.html"
	docSubscribe  = "https://apaleo.dev/guides/webhook/create-subscription.html"
	docReference  = "https://api.apaleo.com/swagger/"
	swagger       = docReference + "index.html?urls.primaryName="
	docStatus     = "https://status.apaleo.com"
	docRefresh    = "https://apaleo.dev/guides/oauth-connection/refresh-token.html"
	docChannels   = "https://distribution.apaleo.com/swagger/"
	docInterfaces = "https://integration.apaleo.com/swagger/integration-v1/swagger.json"
)

// counted and listed are the good answers of a count, and of a list, which is 204 when there is nothing on it.
const (
	counted = "status == 200 && json.count != nil"
	listed  = "status in [200, 204] && (status == 204 || json != nil)"
)

// platform is asked once, without any credentials.
var platform = []Entry{
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
		kind: "http", host: onIdentity, graph: edgeProbe, flags: flags{double: true}, make: keys,
	},
	{
		Name: "token-edge", Title: "apaleo's token endpoint", Public: signIn, Every: minute, Doc: docClient,
		Ask: "POST /connect/token", Expect: "status in [400, 401]", kind: "token-edge", host: onIdentity, graph: tokenProbe, make: tokenEdge,
	},
	{
		Name: "webhook-api-edge", Title: "apaleo webhook API without credentials", Public: notifications, Every: minute, Doc: docWebhook,
		Ask: "GET /v1/subscriptions", Expect: "status == 401", kind: "http", host: onWebhook, graph: edgeProbe, make: request,
	},
	certificate("tls-api", onAPI, ""),
	certificate("tls-identity", onIdentity, ""),
	certificate("tls-webhook", onWebhook, ""),
	certificate("tls-distribution", onDistribution, "distribution"),
	certificate("tls-integration", onIntegration, "integration"),
	{
		Name: "status-page", Title: "apaleo's status page", Every: 5 * minute, Doc: docStatus, Ask: "GET /", Expect: "status >= 200 && status < 300",
		kind: "status-page", host: onStatusPage, graph: nowhere, flags: flags{info: true}, make: statusPage,
	},
}

func certificate(name string, on host, with string) Entry {
	return Entry{
		Name: name, Title: "Certificate of %s", Public: certificates, Every: day, Doc: docStatus, Ask: "TLS handshake", Expect: "valid for 14 days and more",
		Optional: with != "", with: with, kind: "tls", host: on, graph: edgeUser, flags: flags{warning: true}, make: tlsExpiry,
	}
}

// perAccount is asked for each account, and needs no scope.
var perAccount = []Entry{
	{
		Name: "auth-token", Title: "New token for %s", Every: 15 * minute, Doc: docClient, PerAccount: true, Ask: "POST /connect/token",
		Expect: "status 200, a token, of the configured account, with the scopes that the modules need",
		kind:   "token", host: onIdentity, graph: clientProbe, flags: flags{forced: true, eachHotel: true}, make: newToken,
	},
	{
		Name: "account", Title: "Account %s", Public: "Accounts", Module: "account", Every: minute, Doc: swagger + "Account%20V1", PerAccount: true,
		Ask: "GET /account/v1/accounts/current", Expect: "status == 200 && json.code != nil",
		kind: "http", host: onAPI, graph: moduleUser, flags: flags{eachHotel: true}, make: account,
	},
	{
		Name: "inventory", Title: "Inventory API for %s", Public: "Inventory", Module: "inventory", Every: minute, Doc: swagger + "Inventory%20V1", PerAccount: true,
		Ask: "GET /inventory/v1/properties/$count", Expect: "status == 200 && json.count >= 1",
		kind: "http", host: onAPI, graph: moduleUser, flags: flags{eachHotel: true}, make: authorized,
	},
}

// modules is asked for each account too, where Config.Modules names it.
var modules = []Entry{
	{
		Name: "booking", Title: "Booking API for %s", Public: "Bookings", Module: "booking", Every: minute, Doc: swagger + "Booking%20V1",
		Ask: "GET /booking/v1/reservations/$count?status=InHouse&propertyIds={properties}", Expect: counted, Scope: "reservations.read reservations.manage",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, make: authorized,
	},
	{
		Name: "finance", Title: "Finance API for %s", Public: "Finance", Module: "finance", Every: 5 * minute, Doc: swagger + "Finance%20V1",
		Ask: "GET /finance/v1/types/currencies", Expect: "status == 200 && json != nil",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, make: authorized,
	},
	{
		Name: "folios", Title: "Folios for %s", Public: "Finance", Module: "finance", Every: 5 * minute, Doc: swagger + "Finance%20V1",
		Ask: "GET /finance/v1/folios/$count?propertyIds={properties}", Expect: counted, Scope: "folios.read folios.manage",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, make: authorized,
	},
	{
		Name: "rateplan", Title: "Rate plan API for %s", Public: "Rates", Module: "rateplan", Every: 5 * minute, Doc: swagger + "Rateplan%20V1",
		Ask: "GET /rateplan/v1/rate-plans/$count", Expect: counted, Scope: "rateplans.read setup.read setup.manage",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, make: authorized,
	},
	{
		Name: "availability", Title: "Availability API for %s", Public: "Availability", Module: "availability", Every: 5 * minute, Doc: swagger + "Availability%20V1",
		Ask: "GET /availability/v1/unit-groups?propertyId={property}&from={day}&to={day+1}&pageSize=1", Expect: listed, Scope: "availability.read",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, make: authorized,
	},
	{
		Name: "settings", Title: "Settings API for %s", Public: "Settings", Module: "settings", Every: 10 * minute, Doc: swagger + "Settings%20V1",
		Ask: "GET /settings/v1/languages", Expect: "status == 200 && json != nil", Scope: "settings.read setup.read setup.manage",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, make: authorized,
	},
	{ // arrival is tomorrow: somewhere today is over already
		Name: "offers", Title: "Offers for %s", Public: "Bookings", Module: "booking", Every: 15 * minute, Timeout: 15 * time.Second, Doc: swagger + "Booking%20V1",
		Ask: "GET /booking/v1/offers?propertyId={property}&arrival={day+1}&departure={day+2}&adults=1&channelCode=Ibe", Expect: listed, Scope: "offers.read reservations.manage",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, make: authorized,
	},
	{
		Name: "distribution", Title: "Distribution API for %s", Public: "Channels", Module: "distribution", Every: 5 * minute, Doc: docChannels,
		Ask: "GET /v1/subscriptions", Expect: listed, Scope: "distribution:subscriptions.manage",
		PerAccount: true, Optional: true, kind: "http", host: onDistribution, graph: moduleUser, make: authorized,
	},
	{
		Name: "integration", Title: "UI integrations API for %s", Public: "Apps", Module: "integration", Every: minute, Doc: docInterfaces,
		Ask: "GET /integration/v1/ui-integrations", Expect: listed, Scope: "integration:ui-integrations.manage",
		PerAccount: true, Optional: true, kind: "http", host: onIntegration, graph: moduleUser, make: authorized,
	},
	{
		Name: "night-audit", Title: "Night audit of %s", Module: "logs", Every: day, Doc: swagger + "Logs%20V1",
		Ask: "GET /logs/v1/finance/night-audit?propertyIds={properties}&pageSize=20", Expect: listed, Scope: "logs.read",
		PerAccount: true, Optional: true, kind: "http", host: onAPI, graph: moduleUser, flags: flags{eachHotel: true}, make: nightAudit,
	},
}

// keptEntry takes the place of auth-token for an account whose token the integration keeps: it asks apaleo for nothing.
var keptEntry = Entry{
	Name: "auth-token", Title: "The integration's token for %s", Every: minute, Doc: docClient, PerAccount: true,
	Ask: "reads the token that the integration keeps", Expect: "a token that has not ended, of the configured account, with the scopes that the modules need",
	kind: kindKept, host: onIdentity, graph: keptProbe, flags: flags{eachHotel: true, kept: true}, make: newToken,
}

// kindKept is the kind of keptEntry's checks.
const kindKept = "kept-token"

// connectEntry takes the place of perAccount for a store app's client, which has no token of its own. That
// apaleo's answer follows RFC 7009 is inferred, not seen.
var connectEntry = Entry{
	Name: "connect-client", Title: "Store app %s", Every: 15 * minute, Doc: docOAuth, PerAccount: true,
	Ask: "POST /connect/revocation", Expect: "status == 200", kind: "connect", host: onIdentity, graph: clientProbe,
	flags: flags{forced: true, eachHotel: true}, make: connect,
}
