package apaleo

import "bellhop/monitor"

// ofOwnKinds is what a fault means on checks of the user's own that are no HTTP requests.
var ofOwnKinds = []line{
	{kind: "dns", own: users, fault: monitor.FaultBody, meaning: mean(integration, "not the records that are expected", "Look at the name's zone: was a record changed or removed, or does an old answer live on in a cache?", "")},
	{kind: "dns", own: users, fault: monitor.FaultTimeout, meaning: mean(integration, "the name server does not answer", "Look at the name server: does it run, and does a firewall keep bellhop's questions (port 53, UDP and TCP) from it?", "")},
	{kind: "tcp", own: users, fault: monitor.FaultBody, meaning: mean(integration, "an unexpected answer", look+"it takes the connection, but does not say what is expected.", "")},
	{kind: "tcp", own: users, fault: monitor.FaultCut, meaning: mean(integration, "the answer breaks off", look+"it closes the connection before it has said what is expected.", "")},
}

// ofReceiver is added on a webhook receiver: why it matters, and to whom.
const ofReceiver = " apaleo wants 2xx within 10 seconds, over TLS that holds, and sends what it missed again for about a day."

// ofOwn is what faults mean on a check of the user's own, where that is something else: the other side is
// then the user's service, not apaleo.
var ofOwn = map[monitor.Fault]meaning{
	monitor.FaultDNS:          mean(unclear, "the name is not found", "Look at the name's entry in your DNS, and at the resolver of this machine.", ""),
	monitor.FaultConnect:      mean(integration, "no connection", look+"does it run, and does a firewall keep bellhop out? Other hosts can be reached from here.", ""),
	monitor.FaultReset:        mean(integration, "the connection is closed", look+"it closes the connection before it answers.", ""),
	monitor.FaultTimeout:      mean(integration, "no answer in time", look+"it takes the connection, but does not answer in time.", ""),
	monitor.FaultTLSAuthority: mean(ourNetwork, "the certificate is signed by somebody unknown here", "If your service has a certificate of your own authority, add its root to those this machine trusts; else a proxy here opens the traffic. "+keepVerify, ""),
	monitor.FaultTLSExpired:   mean(integration, "the certificate has ended", "Renew your service's certificate.", ""),
	monitor.FaultTLSName:      mean(integration, "the certificate is for another name", "Give your service a certificate for the name that is asked.", ""),
	monitor.FaultTLS:          mean(integration, "no TLS handshake", look+"the TLS handshake fails.", ""),
	monitor.FaultExpiring:     mean(integration, "the certificate ends soon", "Renew your service's certificate.", ""),
	monitor.FaultCut:          mean(integration, "the answer breaks off", look+"its answer breaks off, or takes too long.", ""),
	monitor.FaultMalformed:    mean(integration, "the answer is not HTTP", look+"what answers does not speak HTTP.", ""),
	monitor.FaultTooLarge:     mean(integration, "far too large an answer", "Give bellhop a smaller page to look at, or an expectation that does not read the body.", ""),
	monitor.FaultBody:         mean(integration, "an unexpected answer", look+"it answers, but not as expected.", ""),
	monitor.FaultUnexpected:   mean(integration, "an unexpected status", look+"it answers, but not with the status expected.", ""),
	monitor.FaultServer:       mean(integration, "a server error", look+"it reports an error of its own.", ""),
	monitor.FaultClientError:  mean(integration, "the request is refused", look+"it refuses the request of this check.", ""),
	monitor.FaultNotFound:     mean(integration, "the address does not exist", look+"there is nothing at this address.", ""),
	monitor.FaultInvalid:      mean(integration, "the request is refused as invalid", look+"it refuses the request of this check as invalid.", ""),
	monitor.FaultForbidden:    mean(integration, "access is refused", look+"it does not let this check in.", ""),
	monitor.FaultUnauthorized: mean(integration, "a new token is refused", look+"it does not take the account's token, though that is new.", ""),
	monitor.FaultQuota:        mean(integration, "too many requests", "Your own service turns requests away. Ask it less often, or raise its limit.", ""),
}
