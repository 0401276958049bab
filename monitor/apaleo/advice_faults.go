package apaleo

import "bellhop/monitor"

// ofStatus is what apaleo's server errors mean, one by one.
var ofStatus = map[int]meaning{
	0:   mean(ofApaleo, "a server error", nothingToFix, docStatus), // the integration reported no more
	500: mean(ofApaleo, "a server error", nothingToFix+" "+askSupport, docTrouble),
	502: mean(ofApaleo, "a server error", holdWrites, docStatus),
	503: mean(ofApaleo, "unavailable", "Nothing to fix here: apaleo calls itself unavailable, which may be maintenance. Try later, and obey Retry-After.", docErrors),
	504: mean(ofApaleo, "a server error", holdWrites+" Before you repeat a write that ran into this, see whether it was done.", docStatus),
}

// ofFault is what faults mean on the checks that ship.
var ofFault = map[monitor.Fault]meaning{
	monitor.FaultNone: mean(unclear, "no fault", "Nothing to do.", ""),

	// Nothing answered. The control hosts were asked: they did.
	monitor.FaultDNS:     mean(unclear, "the name is not found", "Ask another resolver for the name. If it answers, mend ours; if none does, the name is gone at apaleo.", docStatus),
	monitor.FaultConnect: mean(ofApaleo, "no connection", "Other hosts can be reached from here. See whether a firewall or proxy of yours keeps this one out; if not, it is apaleo's.", docStatus),
	monitor.FaultReset:   mean(ofApaleo, "the connection is closed", "Other hosts can be reached from here. See whether a firewall or proxy of yours cuts this one off; if not, it is apaleo's.", docStatus),
	monitor.FaultTimeout: mean(ofApaleo, "no answer in time", holdWrites, docStatus),
	monitor.FaultProxy:   noProxy,

	// TLS.
	monitor.FaultTLSAuthority: mean(ourNetwork, "the certificate is signed by somebody unknown here", "Most likely a proxy here opens the traffic, or the list of authorities or the clock of this machine is wrong. Add the proxy's root as apaleo.ca_file. "+keepVerify, docTrouble),
	monitor.FaultTLSExpired:   ticket(ofApaleo, "the certificate has ended", "If this machine's clock is right, tell support@apaleo.com. "+keepVerify, docStatus),
	monitor.FaultTLSName:      ticket(ofApaleo, "the certificate is for another name", "If no proxy of yours stands between, tell support@apaleo.com. "+keepVerify, docStatus),
	monitor.FaultTLS:          mean(unclear, "no TLS handshake", "See whether a proxy or firewall of yours meddles with TLS; if not, it is apaleo's. "+keepVerify, docTrouble),
	monitor.FaultExpiring:     mean(ofApaleo, "the certificate ends soon", "Nothing to fix here: apaleo renews late. If fewer than five days are left, write to support@apaleo.com.", docStatus),

	// It answered, and wrongly.
	monitor.FaultCut:        mean(ofApaleo, "the answer breaks off", holdWrites, docStatus),
	monitor.FaultMalformed:  mean(unclear, "the answer is not HTTP", whatAnswers, docTrouble),
	monitor.FaultTooLarge:   mean(unclear, "far too large an answer", whatAnswers, docTrouble),
	monitor.FaultBody:       mean(unclear, "an unexpected answer", whatAnswers, docTrouble),
	monitor.FaultUnexpected: mean(unclear, "an unexpected status", whatAnswers, docTrouble),
	monitor.FaultServer:     mean(unclear, "a server error", "This status is none of those that apaleo is known for. "+whatAnswers, docTrouble),

	// Our request.
	monitor.FaultClientError: mean(ourRequest, "the request is refused", "The request of this check is not understood. Compare it with apaleo's reference.", docReference),
	monitor.FaultNotFound:    mean(ourRequest, "the address does not exist", "A typing error, a version that is gone, or an object that was deleted or archived. Compare with apaleo's reference.", docReference),
	monitor.FaultInvalid:     mean(ourRequest, "the request is refused as invalid", "Read the messages, if it sent any. If the hotel's set-up lacks something, ask the hotel: apaleo does not change its customers' data.", docTrouble),
	monitor.FaultQuota:       mean(ourRequest, "too many requests", "This client is over apaleo's limit. Slow down, obey Retry-After, and give the monitor a client of its own.", docLimits),

	// Our access.
	monitor.FaultUnauthorized: mean(credentials, "a new token is refused", "The API does not take our token, though it is new. Is the client of this account and of this environment (production or not)?", docTrouble),
	monitor.FaultForbidden:    mean(permissions, "access is refused", "The token is good, but lacks a right. Compare its scopes with the list; store apps must be consented to again; else ask apaleo with the tracking id.", docScopes),
	monitor.FaultClient:       mean(credentials, "id or secret is not accepted", "Compare client id and secret with apaleo, Apps: was the secret renewed, or the app removed? "+waitSecret, docClient),
	monitor.FaultGrant:        mean(credentials, "the consent is gone", "The hotel took its consent back, or the refresh token was lost. Ask the hotel's administrator to connect the app again, and see whether two workers refresh the same token at once.", docRefresh),
	monitor.FaultScope:        mean(permissions, "the client lacks a scope", "The client asks for a scope it was not given. Add it in apaleo, Apps. "+waitSecret, docScopes),
	monitor.FaultRequest:      mean(ourRequest, "the token request is not understood", "The token endpoint does not understand the request. If scopes were added lately, consent again; else report it as a bug of bellhop.", docClient),
	monitor.FaultWrongAccount: mean(credentials, "the client belongs to another account", "The client's account is not the configured one. Correct code, or the client's id and secret, in the configuration.", docClient),
	monitor.FaultScopeLost:    mean(permissions, "the token lacks a scope", "The token lacks a scope that a watched module needs. Give the app this scope in apaleo, Apps; a store app has to be consented to again. Or watch the module no longer. "+waitSecret, docScopes),
	monitor.FaultSuspended:    isSuspended,
	monitor.FaultDevelopment:  isDevelopment,
	monitor.FaultArchived:     isArchived,

	// It should have come.
	monitor.FaultOverdue: mean(integration, "no sign of life in time", "Look at what should have given it: does it run, and does it reach bellhop?", ""),
	monitor.FaultFailed:  mean(integration, "it says that it failed", "Look at the job: it said itself that it failed.", ""),

	// Not asked at all.
	monitor.FaultUnconfirmed: mean(unclear, "a 401 that is not confirmed yet", "Nothing yet: no new token may be asked for at the moment. bellhop asks again soon.", docClient),
	monitor.FaultNoToken:     mean(unclear, "not asked for want of a token", "Nothing here: look at why there is no token.", docClient),
	monitor.FaultSecret:      mean(credentials, "the secret cannot be read", "bellhop cannot read the client's secret. See whether the file is there, is not empty, and may be read by bellhop's user.", ""),
	monitor.FaultCanceled:    mean(unclear, "cut short", "Nothing to do: bellhop itself cut this attempt short.", ""),
	monitor.FaultPanic:       mean(unclear, "a bug in bellhop", fileABug, ""),
}
