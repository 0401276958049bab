package apaleo

import "bellhop/monitor"

// Whose matter it is, in short.
const (
	ofApaleo    = monitor.SideApaleo
	credentials = monitor.SideCredentials
	permissions = monitor.SidePermissions
	ourRequest  = monitor.SideRequest
	theHotel    = monitor.SideHotel
	ourNetwork  = monitor.SideNetwork
	integration = monitor.SideIntegration
	unclear     = monitor.SideUnclear
)

// What recurs in what to do next.
const (
	nothingToFix = "Nothing to fix here. bellhop watches it and tells you when it is over."
	holdWrites   = "Nothing to fix here. Pause writes and keep them for later; reads may be repeated. bellhop tells you when it is over."
	look         = "Look at your own service: "
	askSupport   = "If it stays, send the tracking id to support@apaleo.com."
	keepVerify   = "Do not switch verification off."
	waitSecret   = "After a change allow 5 to 10 minutes before it works."
	fileABug     = "This is a bug of bellhop's own and says nothing about apaleo. Please report it, with the log of that minute."
)

var noProxy = meaning{ourNetwork, "our proxy does not let us through", "Look at the proxy in HTTPS_PROXY: does it run, does it want a login, does it allow this host?", ""}

var noProperty = meaning{unclear, "an unexpected answer", "Look up in apaleo whether the account is set up: does it have a property, and may this client see it?", docTrouble}

// keptOut is a 403 to those who showed no credentials.
var keptOut = meaning{unclear, "access is refused", "This is asked without any credentials, so none of them is at fault. See whether a proxy or firewall of yours answers in apaleo's place; if not, apaleo keeps this machine's address out: ask support@apaleo.com with the tracking id.", docTrouble}

// particular holds what a fault means in one place and nowhere else; the first line that fits is taken.
var particular = []line{
	{fault: monitor.FaultProxy, meaning: noProxy},
	{fault: monitor.FaultDNS, node: monitor.NodeNetwork, meaning: meaning{ourNetwork, "names are not found", "Look at this machine's resolver: it finds no names, of other hosts neither.", ""}},
	{node: monitor.NodeNetwork, meaning: meaning{ourNetwork, "no way out", "Look at this machine's own network: other hosts cannot be reached from here either.", ""}},

	// Slow answers, and too many requests.
	{signal: monitor.Latency, own: users, meaning: meaning{integration, "slow answers", "Look at your own service: it answers, but slower than the limit set for it.", ""}},
	{signal: monitor.Latency, meaning: meaning{ofApaleo, "slow answers", "Nothing to fix here. Raise timeouts where your users wait, and put off what can wait.", docStatus}},
	{signal: monitor.Quota, own: users, meaning: meaning{integration, "too many requests", "Your own service turns requests away (HTTP 429). Ask it less often, or raise its limit.", ""}},
	{signal: monitor.Quota, meaning: meaning{ourRequest, "too many requests", "This client is over apaleo's limit. Slow down, obey Retry-After, and give the monitor a client of its own so that neither starves the other.", docLimits}},

	// Several clients at once: it is not each of them that is wrong.
	{fault: monitor.FaultUnauthorized, node: monitor.NodeAPI, own: apaleos, meaning: meaning{ofApaleo, "new tokens are refused", "Several clients are refused with new tokens at once, which points to apaleo rather than to them. Change no secrets yet.", docStatus}},
	{fault: monitor.FaultForbidden, node: monitor.NodeAPI, own: apaleos, meaning: meaning{unclear, "access is refused", "Several clients lost access at once. Change nothing yet; see whether your app was changed at apaleo, else ask support@apaleo.com with a tracking id.", docTrouble}},
	{fault: monitor.FaultInvalid, node: monitor.NodeAPI, own: apaleos, meaning: meaning{ofApaleo, "an unchanged request is refused as invalid", "The same unchanged request is refused for several accounts at once, which points to a bug at apaleo. Send a tracking id to support@apaleo.com.", docTrouble}},

	// The address is there; the request is wrong.
	{fault: monitor.FaultNotFound, status: 405, own: users, meaning: meaning{integration, "the method is not allowed", look + "this address does not take the check's method.", ""}},
	{fault: monitor.FaultNotFound, status: 415, own: users, meaning: meaning{integration, "the content type is not taken", look + "it does not take what the check sends; set a Content-Type in its headers.", ""}},
	{fault: monitor.FaultNotFound, status: 405, meaning: meaning{ourRequest, "the method is not allowed", "The address is there, but not for this method (HEAD on a list, for instance). Compare with apaleo's reference.", docReference}},
	{fault: monitor.FaultNotFound, status: 415, meaning: meaning{ourRequest, "the content type is not taken", "The address is there, but does not take this Content-Type. Compare with apaleo's reference.", docReference}},

	// One endpoint, one account.
	{fault: monitor.FaultNotFound, check: "apaleo-health", own: apaleos, meaning: meaning{ourRequest, "the address does not exist", "apaleo seems to have withdrawn its health address. Update bellhop; api-edge goes on watching the API.", docHealth}},
	{fault: monitor.FaultForbidden, check: "apaleo-health", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "api-edge", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "identity-discovery", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "identity-jwks", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "token-edge", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "webhook-api-edge", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultServer, node: monitor.NodeCheck, own: apaleos, meaning: meaning{ofApaleo, "a server error", "Nothing to fix here. Only this one request fails. " + askSupport, docTrouble}},
	{fault: monitor.FaultServer, node: monitor.NodeAccount, own: apaleos, meaning: meaning{ofApaleo, "a server error", "Nothing to fix here. Only this account's requests fail. " + askSupport, docTrouble}},
	{fault: monitor.FaultBody, node: monitor.NodeAccount, own: apaleos, meaning: noProperty},
	{fault: monitor.FaultBody, check: "inventory", own: apaleos, meaning: noProperty},
	{fault: monitor.FaultRequest, kind: "connect", meaning: meaning{ourRequest, "the request is not understood", "apaleo does not take this check's request, which it makes by RFC 7009. It says nothing about your client; watch an account by a client of its own instead.", docOAuth}},
	{fault: monitor.FaultScope, code: "unauthorized_client", meaning: meaning{permissions, "the client may not use this flow", "This client may not ask for tokens in this way. For a store app's client set kind: connect; else look at its type in apaleo, Apps.", docScopes}},
	{fault: monitor.FaultForbidden, kind: "http", node: monitor.NodeAccount, own: apaleos, meaning: meaning{permissions, "access is refused", "The token is good, but this hotel does not let it in: was the app's access taken away, or its scopes changed? Compare the token's scopes with the list, and reconnect the app; else ask apaleo with the tracking id.", docScopes}},
}

// ofStatus is what apaleo's server errors mean, one by one.
var ofStatus = map[int]meaning{
	500: {ofApaleo, "a server error", nothingToFix + " " + askSupport, docTrouble},
	502: {ofApaleo, "a server error", holdWrites, docStatus},
	503: {ofApaleo, "unavailable", "Nothing to fix here: apaleo calls itself unavailable, which may be maintenance. Try later, and obey Retry-After.", docErrors},
	504: {ofApaleo, "a server error", holdWrites + " Before you repeat a write that ran into this, see whether it was done.", docStatus},
}

// ofFault is what faults mean on the checks that ship.
var ofFault = map[monitor.Fault]meaning{
	monitor.FaultNone: {unclear, "no fault", "Nothing to do.", ""},

	// Nothing answered. The control hosts were asked: they did.
	monitor.FaultDNS:     {unclear, "the name is not found", "Ask another resolver for the name. If it answers, mend ours; if none does, the name is gone at apaleo.", docStatus},
	monitor.FaultConnect: {ofApaleo, "no connection", "Other hosts can be reached from here. See whether a firewall or proxy of yours keeps this one out; if not, it is apaleo's.", docStatus},
	monitor.FaultReset:   {ofApaleo, "the connection is closed", "Other hosts can be reached from here. See whether a firewall or proxy of yours cuts this one off; if not, it is apaleo's.", docStatus},
	monitor.FaultTimeout: {ofApaleo, "no answer in time", holdWrites, docStatus},
	monitor.FaultProxy:   noProxy,

	// TLS.
	monitor.FaultTLSAuthority: {ourNetwork, "the certificate is signed by somebody unknown here", "Most likely a proxy here opens the traffic, or the list of authorities or the clock of this machine is wrong. Add the proxy's root as apaleo.ca_file. " + keepVerify, docTrouble},
	monitor.FaultTLSExpired:   {ofApaleo, "the certificate has ended", "Nothing to fix here, if this machine's clock is right. " + keepVerify, docStatus},
	monitor.FaultTLSName:      {ofApaleo, "the certificate is for another name", "Nothing to fix here, if no proxy of yours stands between. " + keepVerify, docStatus},
	monitor.FaultTLS:          {unclear, "no TLS handshake", "See whether a proxy or firewall of yours meddles with TLS; if not, it is the other side's. " + keepVerify, docTrouble},
	monitor.FaultExpiring:     {ofApaleo, "the certificate ends soon", "Nothing to fix here: apaleo renews late. If fewer than five days are left, write to support@apaleo.com.", docStatus},

	// It answered, and wrongly.
	monitor.FaultCut:        {ofApaleo, "the answer breaks off", holdWrites, docStatus},
	monitor.FaultMalformed:  {unclear, "the answer is not HTTP", "See what answers: apaleo, or a proxy of yours on the way.", docTrouble},
	monitor.FaultTooLarge:   {unclear, "far too large an answer", "See what answers: apaleo, or a proxy of yours on the way.", docTrouble},
	monitor.FaultBody:       {unclear, "an unexpected answer", "See what answers: apaleo, or a proxy or portal of yours on the way.", docTrouble},
	monitor.FaultUnexpected: {unclear, "an unexpected status", "See what answers: apaleo, or a proxy or portal of yours on the way.", docTrouble},
	monitor.FaultServer:     {ofApaleo, "a server error", nothingToFix, docStatus},

	// Our request.
	monitor.FaultClientError: {ourRequest, "the request is refused", "The request of this check is not understood. Compare it with apaleo's reference.", docReference},
	monitor.FaultNotFound:    {ourRequest, "the address does not exist", "A typing error, a version that is gone, or an object that was deleted or archived. Compare with apaleo's reference.", docReference},
	monitor.FaultInvalid:     {ourRequest, "the request is refused as invalid", "Read the messages. If the hotel's set-up lacks something, ask the hotel: apaleo does not change its customers' data.", docTrouble},
	monitor.FaultQuota:       {ourRequest, "too many requests", "This client is over apaleo's limit. Slow down, obey Retry-After, and give the monitor a client of its own.", docLimits},

	// Our access.
	monitor.FaultUnauthorized: {credentials, "a new token is refused", "The API does not take our token, though it is new. Is the client of this account and of this environment (production or not)?", docTrouble},
	monitor.FaultForbidden:    {permissions, "access is refused", "The token is good, but lacks a right. Compare its scopes with the list; store apps must be consented to again; else ask apaleo with the tracking id.", docScopes},
	monitor.FaultClient:       {credentials, "id or secret is not accepted", "Compare client id and secret with apaleo, Apps: was the secret renewed, or the app removed? " + waitSecret, docClient},
	monitor.FaultGrant:        {credentials, "the consent is gone", "The hotel took its consent back, or the refresh token was lost. Ask the hotel's admin to connect the app again.", docRefresh},
	monitor.FaultScope:        {permissions, "the client lacks a scope", "The client asks for a scope it was not given. Add it in apaleo, Apps. " + waitSecret, docScopes},
	monitor.FaultRequest:      {ourRequest, "the token request is not understood", "The token endpoint does not understand the request. If scopes were added lately, consent again; else report it as a bug of bellhop.", docClient},
	monitor.FaultWrongAccount: {credentials, "the client belongs to another account", "The client's account is not the configured one. Correct code, or the client's id and secret, in the configuration.", docClient},
	monitor.FaultSuspended:    {theHotel, "the account is suspended", "apaleo has suspended this account. That is between the hotel and apaleo: tell the hotel, and pause its checks.", ""},

	// Not asked at all.
	monitor.FaultUnconfirmed: {unclear, "a 401 that is not confirmed yet", "Nothing yet: no new token may be asked for at the moment. bellhop asks again soon.", docClient},
	monitor.FaultNoToken:     {unclear, "not asked for want of a token", "Nothing here: look at why there is no token.", docClient},
	monitor.FaultSecret:      {credentials, "the secret cannot be read", "bellhop cannot read the client's secret. See whether the file is there, is not empty, and may be read by bellhop's user.", ""},
	monitor.FaultCanceled:    {unclear, "cut short", "Nothing to do: bellhop itself cut this attempt short.", ""},
	monitor.FaultPanic:       {unclear, "a bug in bellhop", fileABug, ""},
}

// ofOwn is what faults mean on a check of the user's own, where that is something else: the other side is
// then the user's service, not apaleo.
var ofOwn = map[monitor.Fault]meaning{
	monitor.FaultDNS:          {unclear, "the name is not found", "Look at the name's entry in your DNS, and at the resolver of this machine.", ""},
	monitor.FaultConnect:      {integration, "no connection", look + "does it run, and does a firewall keep bellhop out? Other hosts can be reached from here.", ""},
	monitor.FaultReset:        {integration, "the connection is closed", look + "it closes the connection before it answers.", ""},
	monitor.FaultTimeout:      {integration, "no answer in time", look + "it takes the connection, but does not answer in time.", ""},
	monitor.FaultTLSAuthority: {ourNetwork, "the certificate is signed by somebody unknown here", "If your service has a certificate of your own authority, add its root to those this machine trusts; else a proxy here opens the traffic. " + keepVerify, ""},
	monitor.FaultTLSExpired:   {integration, "the certificate has ended", "Renew your service's certificate.", ""},
	monitor.FaultTLSName:      {integration, "the certificate is for another name", "Give your service a certificate for the name that is asked.", ""},
	monitor.FaultTLS:          {integration, "no TLS handshake", look + "the TLS handshake fails.", ""},
	monitor.FaultExpiring:     {integration, "the certificate ends soon", "Renew your service's certificate.", ""},
	monitor.FaultCut:          {integration, "the answer breaks off", look + "its answer breaks off, or takes too long.", ""},
	monitor.FaultMalformed:    {integration, "the answer is not HTTP", look + "what answers does not speak HTTP.", ""},
	monitor.FaultTooLarge:     {integration, "far too large an answer", "Give bellhop a smaller page to look at, or an expectation that does not read the body.", ""},
	monitor.FaultBody:         {integration, "an unexpected answer", look + "it answers, but not as expected.", ""},
	monitor.FaultUnexpected:   {integration, "an unexpected status", look + "it answers, but not with the status expected.", ""},
	monitor.FaultServer:       {integration, "a server error", look + "it reports an error of its own.", ""},
	monitor.FaultClientError:  {integration, "the request is refused", look + "it refuses the request of this check.", ""},
	monitor.FaultNotFound:     {integration, "the address does not exist", look + "there is nothing at this address.", ""},
	monitor.FaultInvalid:      {integration, "the request is refused as invalid", look + "it refuses the request of this check as invalid.", ""},
	monitor.FaultForbidden:    {integration, "access is refused", look + "it does not let this check in.", ""},
	monitor.FaultUnauthorized: {integration, "a new token is refused", look + "it does not take the account's token, though that is new.", ""},
	monitor.FaultQuota:        {integration, "too many requests", "Your own service turns requests away. Ask it less often, or raise its limit.", ""},
}
