package apaleo

import "bellhop/monitor"

// letIn are the addresses that apaleo sends webhooks from (docs/apaleo.md, section 4).
const letIn = "let 34.240.36.71, 52.212.76.75 and 63.33.249.221 in"

const (
	resync      = "When they arrive again, read what was changed meanwhile: GET /booking/v1/reservations with dateFilter=Modification."
	resentFor   = "apaleo sends missed events again for about a day. "
	receiveWell = "Look at it first: does it answer apaleo's POST with 2xx within 10 seconds, does its certificate hold, does a firewall " + letIn + "?"
)

// ofWebhooks is what fails between apaleo's events and the integration.
var ofWebhooks = []line{
	{fault: monitor.FaultQuiet, node: monitor.NodeDelivery, own: apaleos, meaning: mean(ofApaleo, "pings arrive, events do not", "Nothing to fix here: your receiver takes apaleo's pings, and for several hotels no event comes. "+resentFor+resync, docWebhook)},
	{fault: monitor.FaultStalled, node: monitor.NodeDelivery, own: apaleos, unsure: true, meaning: mean(unclear, "neither pings nor events arrive", "bellhop cannot tell apaleo's delivery from your receiver, which it does not ask itself. "+receiveWell, docWebhook)},
	{fault: monitor.FaultStalled, node: monitor.NodeDelivery, own: apaleos, meaning: mean(ofApaleo, "neither pings nor events arrive", "Nothing to fix here: your receiver answers, and apaleo sends nothing. "+resentFor+resync, docWebhook)},
	{fault: monitor.FaultStalled, node: monitor.NodeReceiver, own: apaleos, meaning: mean(integration, "neither pings nor events arrive", "Your webhook receiver does not answer. "+receiveWell, docWebhook)},
	{fault: monitor.FaultQuiet, meaning: mean(unclear, "pings arrive, events do not", "Either nothing happens at this hotel, or apaleo does not send its events. Compare: GET /booking/v1/reservations with dateFilter=Modification; if it shows changes, read them, and ask support@apaleo.com.", docWebhook)},
	{fault: monitor.FaultStalled, meaning: mean(unclear, "neither pings nor events arrive", "This hotel alone gets nothing: see whether its webhook subscription is still there (GET /v1/subscriptions), and make it again if not. No past events are sent: read what was changed meanwhile.", docSubscribe)},
	{fault: monitor.FaultUnsubscribed, meaning: mean(integration, "the webhook subscription is not as it should be", "Make the subscription again, or correct it, with the integration's own client. No past events are sent: read what was changed meanwhile.", docSubscribe)},
}

const itsNetwork = "bellhop's own requests are answered, so look at the integration: its network, proxy, resolver and outgoing firewall."

// ofReports is what fails as the integration itself tells it.
var ofReports = []line{
	{fault: monitor.FaultOverdue, kind: monitor.KindReports, meaning: mean(integration, "no report has come", "The integration has stopped reporting. See whether it runs, and whether it reaches bellhop: until then nobody knows how its hotels fare.", "")},
	{fault: monitor.FaultOverdue, kind: monitor.KindBeat, meaning: mean(integration, "no sign of life in time", "Look at its job: does it run, does it finish, does it reach bellhop?", "")},

	{fault: monitor.FaultOverdue, kind: kindKept, meaning: mean(integration, "the integration's token is not renewed", "The integration no longer renews the token that bellhop reads: its own requests with it are refused, too. See whether it runs, whether it gets tokens, and whether it still keeps them in the same place, where bellhop can read them.", docClient)},

	{fault: monitor.FaultConnect, kind: monitor.KindTraffic, meaning: mean(integration, "the integration gets no connection", itsNetwork, docTrouble)},
	{fault: monitor.FaultReset, kind: monitor.KindTraffic, meaning: mean(integration, "the integration's connections are closed", itsNetwork, docTrouble)},
	{fault: monitor.FaultDNS, kind: monitor.KindTraffic, meaning: mean(integration, "the integration finds no names", itsNetwork, docTrouble)},
	{fault: monitor.FaultTLS, kind: monitor.KindTraffic, meaning: mean(integration, "the integration gets no TLS handshake", itsNetwork, docTrouble)},
	{fault: monitor.FaultTimeout, kind: monitor.KindTraffic, meaning: mean(unclear, "the integration gets no answer in time", "bellhop's own requests are answered. Either the integration's network is slow, or apaleo is with the requests that it makes: compare by module, and see how long it waits.", docTrouble)},
	{fault: monitor.FaultConnect, kind: monitor.KindConsent, meaning: mean(integration, "the integration gets no connection for a token", itsNetwork, docTrouble)},
	{fault: monitor.FaultReset, kind: monitor.KindConsent, meaning: mean(integration, "the integration's token requests are cut off", itsNetwork, docTrouble)},
	{fault: monitor.FaultDNS, kind: monitor.KindConsent, meaning: mean(integration, "the integration finds no names", itsNetwork, docTrouble)},
	{fault: monitor.FaultTLS, kind: monitor.KindConsent, meaning: mean(integration, "the integration gets no TLS handshake", itsNetwork, docTrouble)},
	{fault: monitor.FaultTimeout, kind: monitor.KindConsent, meaning: mean(unclear, "the integration gets no token in time", "bellhop's own requests are answered. See how long the integration waits, and what lies between it and identity.apaleo.com.", docTrouble)},

	{fault: monitor.FaultServer, kind: monitor.KindTraffic, node: monitor.NodeNetwork, meaning: mean(unclear, "the integration's requests fail", "bellhop's own requests are answered, and the integration's are not, at nearly all hotels. Either the part of apaleo's API that it uses fails (name it in modules, and bellhop watches it too), or a proxy of yours answers in apaleo's place.", docTrouble)},
	{fault: monitor.FaultServer, kind: monitor.KindTraffic, node: monitor.NodeModule, unsure: true, meaning: mean(unclear, "the integration's requests fail", "bellhop's own requests to this part of apaleo's API are answered, and the integration's are not: it asks other things than bellhop, which only reads counts. Compare by request, and send support@apaleo.com the tracking id of one that failed.", docTrouble)},
	{fault: monitor.FaultServer, kind: monitor.KindConsent, node: monitor.NodeNetwork, meaning: mean(unclear, "the integration's token requests fail", "bellhop's own requests are answered, and the integration's are not, for nearly all hotels. See what answers it: apaleo, or a proxy of yours on the way.", docTrouble)},
	{fault: monitor.FaultServer, kind: monitor.KindTraffic, node: monitor.NodeCheck, meaning: ofTraffic},
	{fault: monitor.FaultServer, kind: monitor.KindTraffic, node: monitor.NodeAccount, meaning: ofTraffic},
	{fault: monitor.FaultServer, kind: monitor.KindTraffic, node: monitor.NodeHotels, meaning: ofTraffic},
	{fault: monitor.FaultUnauthorized, kind: monitor.KindTraffic, node: monitor.NodeAPI, meaning: tokensOfAll},
	{fault: monitor.FaultUnauthorized, kind: monitor.KindTraffic, node: monitor.NodeClient, meaning: tokensOfAll},
	{fault: monitor.FaultClient, kind: monitor.KindConsent, meaning: mean(credentials, "id or secret is not accepted", "apaleo does not take the integration's client id and secret. Compare them with apaleo, Apps: was the secret renewed, or the app removed? "+waitSecret, docClient)},
	{fault: monitor.FaultRequest, kind: monitor.KindConsent, meaning: mean(ourRequest, "the token request is not understood", "The token endpoint does not understand the integration's request: its body has to be form-encoded, with grant_type. If scopes were added lately, the hotel has to consent again.", docClient)},
	{fault: monitor.FaultScope, kind: monitor.KindConsent, meaning: mean(permissions, "the client lacks a scope", "The integration asks for a scope that its client does not have, or in a way that its kind of client may not. Look at it in apaleo, Apps. "+waitSecret, docScopes)},
}

var (
	ofTraffic   = ticket(ofApaleo, "a server error", "Nothing to fix here. apaleo answers the integration's requests for these hotels with errors, and for others well. "+askSupport, docTrouble)
	tokensOfAll = mean(credentials, "the integration's tokens are refused", "apaleo refuses the integration's tokens for nearly all hotels, and not bellhop's own. Does it send them as Bearer, renew them before they end, and ask the right environment?", docTrouble)
)

// ofHotels is what hotels have to see to themselves, one or several of them.
var ofHotels = []line{
	{node: monitor.NodeHotels, id: monitor.MatterReconnect, meaning: mean(theHotel, "the consent is gone", "The hotel took its consent back, or its refresh token was lost. Ask the hotel's administrator to connect the app again; if it happens to several, see whether two workers refresh the same token at once.", docRefresh)},
	{node: monitor.NodeHotels, id: monitor.MatterConsent, meaning: mean(theHotel, "the token lacks a scope", "Ask the hotel's administrator to consent to the app again: its token lacks a scope that is needed. A custom app gets its scopes in apaleo, Apps. "+waitSecret, docScopes)},
	{node: monitor.NodeHotels, id: monitor.MatterAccess, meaning: mean(theHotel, "access is refused", "This hotel alone refuses the integration. Ask its administrator whether the app's access or rights were changed, and to connect it again; else ask support@apaleo.com with the tracking id.", docScopes)},
	{node: monitor.NodeHotels, id: monitor.MatterSuspended, meaning: isSuspended},
	{node: monitor.NodeHotels, id: monitor.MatterDevelopment, meaning: isDevelopment},
	{node: monitor.NodeHotels, id: monitor.MatterArchived, meaning: isArchived},
}

var (
	isSuspended   = mean(theHotel, "the account is suspended", "apaleo has suspended this account. That is between the hotel and apaleo: tell the hotel, and pause its checks.", "")
	isDevelopment = mean(theHotel, "the account is not a live one", "apaleo says that this account is for development or a trial, and it is configured as a live one. Ask the hotel; if it is right, change the account's type here. Its limits are lower, too.", docLimits)
	isArchived    = mean(theHotel, "the property is archived or gone", "apaleo does not know this property any more: it was archived or deleted, or is another account's. Ask the hotel, and correct the account's properties here.", docTrouble)
)
