package apaleo

import (
	"slices"

	"bellhop/monitor"
)

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
	keepTokens   = "Nothing to fix here. Keep the tokens you have: they work until they end. Ask for new ones seldom; bellhop tells you when it is over."
	holdWrites   = "Nothing to fix here. Pause writes and keep them for later; reads may be repeated. bellhop tells you when it is over."
	look         = "Look at your own service: "
	askSupport   = "If it stays, send the tracking id to support@apaleo.com."
	keepVerify   = "Do not switch verification off."
	waitSecret   = "After a change allow 5 to 10 minutes before it works."
	fileABug     = "This is a bug of bellhop's own and says nothing about apaleo. Please report it, with the log of that minute."
	whatAnswers  = "See what answers: apaleo, or a proxy or portal of yours on the way."
)

// codePage is the Code of an answer that is an HTML page where JSON is due.
const codePage = "html"

// particular holds what a fault means in one place and nowhere else; the first line that fits is taken.
var particular = slices.Concat(ofReports, onTheWay, ofWebhooks, ofHotels, ofRequests, ofMany, ofPlaces, ofOwnKinds)

var noProxy = mean(ourNetwork, "our proxy does not let us through", "Look at the proxy in HTTPS_PROXY: does it run, does it want a login, does it allow this host?", "")

// onTheWay is what happens before apaleo is reached, and what is no failure yet.
var onTheWay = []line{
	{fault: monitor.FaultProxy, meaning: noProxy},
	{fault: monitor.FaultDNS, node: monitor.NodeNetwork, meaning: mean(ourNetwork, "names are not found", "Look at this machine's resolver: it finds no names, of other hosts neither.", "")},
	{node: monitor.NodeNetwork, meaning: mean(ourNetwork, "no way out", "Look at this machine's own network: other hosts cannot be reached from here either.", "")},

	{signal: monitor.Latency, kind: KindReceiver, meaning: mean(integration, "slow answers", "Your webhook receiver answers, but slowly, and apaleo gives it 10 seconds. Let it take an event, answer, and work on it afterwards.", docWebhook)},
	{signal: monitor.Latency, own: users, meaning: mean(integration, "slow answers", "Look at your own service: it answers, but slower than the limit set for it.", "")},
	{signal: monitor.Latency, meaning: mean(ofApaleo, "slow answers", "Nothing to fix here. Raise timeouts where your users wait, and put off what can wait.", docStatus)},

	{signal: monitor.Quota, own: users, meaning: mean(integration, "too many requests", "Your own service turns requests away (HTTP 429). Ask it less often, or raise its limit.", "")},
	{signal: monitor.Quota, kind: monitor.KindTraffic, meaning: mean(ourRequest, "too many requests", "The integration itself is over apaleo's limit. Slow it down, obey Retry-After, and see what asks so much.", docLimits)},
	{signal: monitor.Quota, node: monitor.NodeEdge, own: apaleos, meaning: mean(unclear, "too many requests", "apaleo turns nearly all away, whoever asks. Slow down and obey Retry-After. If your systems ask no more than usual, ask support@apaleo.com whether your address is limited.", docLimits)},
	{signal: monitor.Quota, meaning: mean(ourRequest, "too many requests", "This client is over apaleo's limit. Slow down, obey Retry-After, and give the monitor a client of its own so that neither starves the other.", docLimits)},
}

// ofMany is what several accounts meet at once: it is not each of them that is wrong.
var ofMany = []line{
	{fault: monitor.FaultUnauthorized, node: monitor.NodeAPI, own: apaleos, meaning: tokensRefused},
	{fault: monitor.FaultUnauthorized, node: monitor.NodeModule, own: apaleos, meaning: tokensRefused},
	{fault: monitor.FaultUnauthorized, node: monitor.NodeIdentity, own: apaleos, meaning: tokensRefused},
	{fault: monitor.FaultUnauthorized, node: monitor.NodeToken, own: apaleos, meaning: tokensRefused},
	{fault: monitor.FaultForbidden, node: monitor.NodeAPI, own: apaleos, meaning: ticket(unclear, "access is refused", "Several accounts lost access at once. Change nothing yet; see whether your app was changed at apaleo, else ask support@apaleo.com with a tracking id.", docTrouble)},
	{fault: monitor.FaultForbidden, node: monitor.NodeModule, own: apaleos, meaning: ticket(permissions, "access is refused", "This part of the API is refused for several accounts at once. See in apaleo, Apps, whether a scope was taken from your app; if not, ask support@apaleo.com with a tracking id.", docScopes)},
	{fault: monitor.FaultForbidden, node: monitor.NodeScope, own: apaleos, meaning: ticket(permissions, "access is refused", "All that needs this scope is refused, and nothing else is. See in apaleo, Apps, whether the scope was taken from your app, and give it back; if it is there, ask support@apaleo.com with a tracking id.", docScopes)},
	{fault: monitor.FaultInvalid, node: monitor.NodeAPI, own: apaleos, meaning: sameRequest},
	{fault: monitor.FaultInvalid, node: monitor.NodeModule, own: apaleos, meaning: sameRequest},
	{fault: monitor.FaultArchived, node: monitor.NodeAPI, own: apaleos, meaning: sameRequest},
	{fault: monitor.FaultArchived, node: monitor.NodeModule, own: apaleos, meaning: sameRequest},
	{fault: monitor.FaultGrant, node: monitor.NodeClient, own: apaleos, meaning: mean(credentials, "the consents are gone", "Nearly all hotels' consents are refused at once, so look at the app rather than at the hotels: was its client changed at apaleo, were refresh tokens lost or brought back from a backup, do two workers refresh the same one?", docRefresh)},
}

var (
	tokensRefused = mean(ofApaleo, "new tokens are refused", "Several accounts are refused with new tokens at once, which points to apaleo rather than to them. Change no secrets yet.", docStatus)
	sameRequest   = ticket(ofApaleo, "an unchanged request is refused as invalid", "The same unchanged request is refused for several accounts at once, which points to a bug at apaleo. Send a tracking id to support@apaleo.com.", docTrouble)
)

// ofRequests is what is wrong with a request to an address that is there.
var ofRequests = []line{
	{fault: monitor.FaultNotFound, status: 405, own: users, meaning: mean(integration, "the method is not allowed", look+"this address does not take the check's method.", "")},
	{fault: monitor.FaultNotFound, status: 415, own: users, meaning: mean(integration, "the content type is not taken", look+"it does not take what the check sends; set a Content-Type in its headers.", "")},
	{fault: monitor.FaultNotFound, status: 405, meaning: mean(ourRequest, "the method is not allowed", "The address is there, but not for this method (HEAD on a list, for instance). Compare with apaleo's reference.", docReference)},
	{fault: monitor.FaultNotFound, status: 415, meaning: mean(ourRequest, "the content type is not taken", "The address is there, but does not take this Content-Type. Compare with apaleo's reference.", docReference)},
	{fault: monitor.FaultInvalid, code: "healthcheck_failed", own: apaleos, meaning: mean(integration, "apaleo's healthcheck failed", "apaleo called your webhook endpoint and got no 2xx within 10 seconds. Look at its certificate, at the firewall ("+letIn+"), and at whether it takes GET and POST.", docWebhook)},
	{fault: monitor.FaultInvalid, code: "invalid_property_id", own: apaleos, meaning: mean(ourRequest, "a property is not known", "The subscription names a property that this account does not have. Correct its properties.", docSubscribe)},
	{fault: monitor.FaultInvalid, code: "enabled_for_another_endpoint", own: apaleos, meaning: mean(ourRequest, "subscribed with another endpoint", "There is such a subscription already, with another endpoint. Change that one, or remove it.", docSubscribe)},
	{fault: monitor.FaultRequest, kind: "connect", meaning: mean(ourRequest, "the request is not understood", "apaleo does not take this check's request, which it makes by RFC 7009. It says nothing about your client; watch an account by a client of its own instead.", docOAuth)},
	{fault: monitor.FaultScope, code: "unauthorized_client", meaning: mean(permissions, "the client may not use this flow", "This client may not ask for tokens in this way. For a store app's client set kind: connect; else look at its type in apaleo, Apps.", docScopes)},
	{fault: monitor.FaultBody, code: codePage, own: apaleos, meaning: mean(unclear, "an HTML page instead of JSON", "A page came where data is due. See what answers: a proxy, portal or login of yours on the way, or apaleo's own edge.", docTrouble)},
}

// keptOut is a 403 to those who showed no credentials.
var keptOut = ticket(unclear, "access is refused", "This is asked without any credentials, so none of them is at fault. See whether a proxy or firewall of yours answers in apaleo's place; if not, apaleo keeps this machine's address out: ask support@apaleo.com with the tracking id.", docTrouble)

var noProperty = mean(unclear, "an unexpected answer", "Look up in apaleo whether the account is set up: does it have a property, and may this client see it?", docTrouble)

// ofPlaces is what a fault means of one endpoint, or of one account.
var ofPlaces = []line{
	{fault: monitor.FaultNotFound, check: "apaleo-health", own: apaleos, meaning: mean(ourRequest, "the address does not exist", "apaleo seems to have withdrawn its health address. Update bellhop, or switch this check off; api-edge goes on watching the API.", docHealth)},
	{fault: monitor.FaultForbidden, check: "apaleo-health", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "api-edge", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "identity-discovery", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "identity-jwks", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "token-edge", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, check: "webhook-api-edge", own: apaleos, meaning: keptOut},
	{fault: monitor.FaultForbidden, kind: KindSubscription, own: apaleos, meaning: mean(permissions, "access is refused", "apaleo does not let this client see its webhook subscriptions. See in apaleo, Apps, whether the app may manage webhooks.", docSubscribe)},
	{fault: monitor.FaultServer, status: 500, node: monitor.NodeCheck, own: apaleos, meaning: ticket(ofApaleo, "a server error", "Nothing to fix here. Only this one request fails. "+askSupport, docTrouble)},
	{fault: monitor.FaultServer, status: 500, node: monitor.NodeAccount, own: apaleos, meaning: ticket(ofApaleo, "a server error", "Nothing to fix here. Only this account's requests fail. "+askSupport, docTrouble)},
	{fault: monitor.FaultBody, check: "night-audit", own: apaleos, meaning: mean(theHotel, "the last night audit failed", "The hotel's last night audit failed, so its business day may still be open. Tell the hotel: it can be run again in apaleo.", docTrouble)},
	{fault: monitor.FaultBody, node: monitor.NodeAccount, own: apaleos, meaning: noProperty},
	{fault: monitor.FaultBody, check: "inventory", own: apaleos, meaning: noProperty},
	{fault: monitor.FaultForbidden, kind: "http", node: monitor.NodeAccount, own: apaleos, meaning: mean(permissions, "access is refused", "The token is good, but this hotel does not let it in: was the app's access taken away, or its scopes changed? Compare the token's scopes with the list, and reconnect the app; else ask apaleo with the tracking id.", docScopes)},
}
