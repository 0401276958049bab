package apaleo_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

var (
	jargon = regexp.MustCompile(`(?i)\b(identity|token|api|http|oauth|tls|webhook)s?\b`)

	faults = []monitor.Fault{
		monitor.FaultNone, monitor.FaultDNS, monitor.FaultConnect, monitor.FaultReset, monitor.FaultTimeout, monitor.FaultTLSAuthority,
		monitor.FaultTLSExpired, monitor.FaultTLSName, monitor.FaultTLS, monitor.FaultProxy, monitor.FaultCut, monitor.FaultMalformed,
		monitor.FaultTooLarge, monitor.FaultBody, monitor.FaultServer, monitor.FaultClientError, monitor.FaultUnexpected,
		monitor.FaultUnauthorized, monitor.FaultUnconfirmed, monitor.FaultForbidden, monitor.FaultNotFound, monitor.FaultInvalid,
		monitor.FaultQuota, monitor.FaultClient, monitor.FaultGrant, monitor.FaultScope, monitor.FaultRequest, monitor.FaultWrongAccount,
		monitor.FaultSuspended, monitor.FaultScopeLost, monitor.FaultDevelopment, monitor.FaultArchived, monitor.FaultStalled, monitor.FaultQuiet,
		monitor.FaultUnsubscribed, monitor.FaultOverdue, monitor.FaultFailed, monitor.FaultExpiring, monitor.FaultNoToken, monitor.FaultSecret, monitor.FaultCanceled, monitor.FaultPanic,
		"a fault of a later version",
	}
	nodes = []monitor.Node{
		{Kind: monitor.NodeNetwork, ID: "x"},
		{Kind: monitor.NodeIdentity, ID: "x"},
		{Kind: monitor.NodeToken, ID: "x"},
		{Kind: monitor.NodeEdge, ID: "webhook.apaleo.com"},
		{Kind: monitor.NodeAPI, ID: "x"},
		{Kind: monitor.NodeModule, ID: "booking"},
		{Kind: monitor.NodeReceiver, ID: "webhooks"},
		{Kind: monitor.NodeDelivery, ID: "webhooks"},
		{Kind: monitor.NodeClient, ID: "x"},
		{Kind: monitor.NodeHotels, ID: monitor.MatterReconnect},
		{Kind: monitor.NodeHotels, ID: monitor.MatterConsent},
		{Kind: monitor.NodeHotels, ID: monitor.MatterAccess},
		{Kind: monitor.NodeHotels, ID: monitor.MatterSuspended},
		{Kind: monitor.NodeHotels, ID: monitor.MatterDevelopment},
		{Kind: monitor.NodeHotels, ID: monitor.MatterArchived},
		{Kind: monitor.NodeHotels, ID: monitor.MatterToken},
		{Kind: monitor.NodeHotels, ID: monitor.MatterRequests},
		{Kind: monitor.NodeHotels, ID: monitor.MatterWebhooks},
		{Kind: monitor.NodeHotels, ID: monitor.MatterQuota},
		{Kind: monitor.NodeAccount, ID: "x"},
		{Kind: monitor.NodeCheck, ID: "x"},
		{Kind: "a kind of a later version", ID: "x"},
	}
	severities = []monitor.Severity{monitor.Down, monitor.Degraded, monitor.AuthLost, monitor.QuotaOut, monitor.Warning}
	kinds      = map[bool][]string{ // by whether the check is the user's own
		false: {"http", "connect", monitor.KindTraffic, monitor.KindConsent, monitor.KindWebhooks, monitor.KindReports, apaleo.KindSubscription, "kept-token"},
		true:  {"http", apaleo.KindReceiver, "dns", "tcp", monitor.KindBeat},
	}
	sides = []monitor.Side{
		monitor.SideApaleo, monitor.SideCredentials, monitor.SidePermissions, monitor.SideRequest,
		monitor.SideHotel, monitor.SideNetwork, monitor.SideIntegration, monitor.SideUnclear,
	}
	statuses = map[monitor.Fault][]int{
		monitor.FaultServer: {500, 502, 503, 504, 520}, monitor.FaultArchived: {404}, monitor.FaultSuspended: {200}, monitor.FaultScopeLost: {200}, monitor.FaultForbidden: {403}, monitor.FaultNotFound: {404, 405, 415}, monitor.FaultInvalid: {422},
		monitor.FaultQuota: {429}, monitor.FaultUnauthorized: {401}, monitor.FaultBody: {200}, monitor.FaultClientError: {400}, monitor.FaultCut: {200},
		monitor.FaultUnexpected: {302}, monitor.FaultClient: {400}, monitor.FaultScope: {400}, monitor.FaultGrant: {400}, monitor.FaultRequest: {400},
	}
	codes = map[monitor.Fault][]string{
		monitor.FaultClient: {"invalid_client"}, monitor.FaultScope: {"invalid_scope", "unauthorized_client"}, monitor.FaultGrant: {"invalid_grant"},
		monitor.FaultRequest: {"invalid_request"}, monitor.FaultBody: {"", "html"},
		monitor.FaultInvalid: {"", "healthcheck_failed", "enabled_for_another_endpoint", "invalid_property_id"},
	}
)

// everyTrouble is every combination of fault, node, signal, kind and owner that could ever be asked about.
func everyTrouble(yield func(monitor.Trouble) bool) {
	for _, f := range faults {
		for _, n := range nodes {
			for own, ofThese := range kinds {
				for _, kind := range ofThese {
					for _, s := range monitor.SignalKinds {
						t := monitor.Trouble{Node: n, Signal: s, Severity: monitor.Down, Fault: f, Kind: kind, Own: own}
						if !withStatus(t, yield) {
							return
						}
					}
				}
			}
		}
	}
}

// withStatus goes through the statuses and codes that a fault comes with.
func withStatus(t monitor.Trouble, yield func(monitor.Trouble) bool) bool {
	for _, t.Status = range append(statuses[t.Fault], 0) {
		for _, t.Code = range or(codes[t.Fault], "") {
			for _, t.Confidence = range []monitor.Confidence{monitor.Certain, monitor.Unclear} {
				if t.Confidence == monitor.Unclear && t.Node.Kind != monitor.NodeDelivery {
					continue
				}
				if !yield(t) {
					return false
				}
			}
		}
	}
	return true
}

func or[T any](some []T, otherwise T) []T {
	if len(some) == 0 {
		return []T{otherwise}
	}
	return some
}

// TestAdviceIsWhole ensures that every trouble, known or not, gets an answer that can be shown.
func TestAdviceIsWhole(t *testing.T) {
	plain := map[string]bool{}
	for tr := range everyTrouble {
		a := apaleo.Advise(tr)
		if !plain[a.Public+a.Past] && (jargon.MatchString(a.Public) || jargon.MatchString(a.Past) || strings.Contains(a.Public+a.Past, "{")) {
			t.Fatalf("%+v: jargon in public: %q, %q", tr, a.Public, a.Past)
		}
		plain[a.Public+a.Past] = true
		switch {
		case !slices.Contains(sides, a.Side):
			t.Fatalf("%+v: side %q", tr, a.Side)
		case a.What == "" || a.Next == "" || a.Public == "" || a.Past == a.Public || strings.HasSuffix(a.What, "."):
			t.Fatalf("%+v: %+v", tr, a)
		case !strings.HasSuffix(a.Next, ".") && !strings.HasSuffix(a.Next, "?"):
			t.Fatalf("%+v: next step is no sentence: %q", tr, a.Next)
		case a.Past == "" || a.Ticket && !strings.Contains(a.Next, "support@apaleo.com"):
			t.Fatalf("%+v: %+v", tr, a)
		case a.Doc != "" && !strings.HasPrefix(a.Doc, "https://"):
			t.Fatalf("%+v: documentation at %q", tr, a.Doc)
		case tr.Node.Kind == monitor.NodeNetwork && a.Side == monitor.SideApaleo:
			t.Fatalf("%+v: our network is laid to apaleo", tr)
		case tr.Own && a.Side == monitor.SideApaleo && tr.Fault != "":
			t.Fatalf("%+v: the user's own service is laid to apaleo: %+v", tr, a)
		}
	}
}

// TestAdviceOfEachFault is the table of docs/apaleo.md, section B.
func TestAdviceOfEachFault(t *testing.T) {
	for _, tt := range []struct {
		name    string
		trouble monitor.Trouble
		side    monitor.Side
		what    string
	}{
		{"502", monitor.Trouble{Fault: monitor.FaultServer, Status: 502, Node: node(monitor.NodeEdge)}, "apaleo", "HTTP 502"},
		{"timeout", monitor.Trouble{Fault: monitor.FaultTimeout, Node: node(monitor.NodeEdge)}, "apaleo", "no answer in time"},
		{"secret", monitor.Trouble{Fault: monitor.FaultClient, Status: 400, Code: "invalid_client", Node: node(monitor.NodeClient), Signal: monitor.Auth}, "credentials", "HTTP 400 invalid_client"},
		{"one client's 401", monitor.Trouble{Fault: monitor.FaultUnauthorized, Status: 401, Node: node(monitor.NodeClient)}, "credentials", "HTTP 401"},
		{"everybody's 401", monitor.Trouble{Fault: monitor.FaultUnauthorized, Status: 401, Node: node(monitor.NodeAPI)}, "apaleo", "HTTP 401"},
		{"403", monitor.Trouble{Fault: monitor.FaultForbidden, Status: 403, Node: node(monitor.NodeAccount)}, "permissions", "HTTP 403"},
		{"suspended", monitor.Trouble{Fault: monitor.FaultSuspended, Status: 200, Node: node(monitor.NodeAccount)}, "hotel", "the account is suspended"},
		{"422 of one", monitor.Trouble{Fault: monitor.FaultInvalid, Status: 422, Node: node(monitor.NodeCheck)}, "request", "HTTP 422"},
		{"422 of all", monitor.Trouble{Fault: monitor.FaultInvalid, Status: 422, Node: node(monitor.NodeAPI)}, "apaleo", "HTTP 422"},
		{"429", monitor.Trouble{Fault: monitor.FaultQuota, Status: 429, Signal: monitor.Quota, Node: node(monitor.NodeClient)}, "request", "HTTP 429"},
		{"slow", monitor.Trouble{Signal: monitor.Latency, Status: 200, Node: node(monitor.NodeEdge)}, "apaleo", "slow answers"},
		{"unknown authority", monitor.Trouble{Fault: monitor.FaultTLSAuthority, Node: node(monitor.NodeEdge)}, "network", "the certificate is signed by somebody unknown here"},
		{"own unknown authority", monitor.Trouble{Fault: monitor.FaultTLSAuthority, Own: true, Node: node(monitor.NodeCheck)}, "network", "the certificate is signed by somebody unknown here"},
		{"own 500", monitor.Trouble{Fault: monitor.FaultServer, Status: 500, Own: true, Node: node(monitor.NodeCheck)}, "integration", "HTTP 500"},
		{"own proxy", monitor.Trouble{Fault: monitor.FaultProxy, Own: true, Node: node(monitor.NodeCheck)}, "network", "our proxy does not let us through"},
		{"html instead of json", monitor.Trouble{Fault: monitor.FaultBody, Status: 200, Node: node(monitor.NodeIdentity)}, "unclear", "HTTP 200, an unexpected answer"},
		{"our way out", monitor.Trouble{Fault: monitor.FaultConnect, Node: node(monitor.NodeNetwork)}, "network", "no way out"},
		{"no name", monitor.Trouble{Fault: monitor.FaultDNS, Node: node(monitor.NodeEdge)}, "unclear", "the name is not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if a := apaleo.Advise(tt.trouble); a.Side != tt.side || a.What != tt.what {
				t.Errorf("side %s, what %q; want %s, %q", a.Side, a.What, tt.side, tt.what)
			}
		})
	}
}

// TestNobodyIsToldOfATokenThatWasNotSent ensures that a 403 to a check without credentials blames none.
func TestNobodyIsToldOfATokenThatWasNotSent(t *testing.T) {
	for _, e := range apaleo.Entries() {
		cause := monitor.Node{Kind: monitor.NodeCheck, ID: e.Name}
		a := apaleo.Advise(monitor.Trouble{Node: cause, Signal: monitor.Auth, Fault: monitor.FaultForbidden, Status: 403, Kind: "http"})
		if warns := strings.HasPrefix(e.Name, "tls-") || e.Name == "status-page"; warns || e.PerAccount {
			continue
		}
		if a.Side != monitor.SideUnclear || strings.Contains(a.Next, "token") {
			t.Errorf("%s: %s, %s", e.Name, a.Side, a.Next)
		}
	}
}

func node(k monitor.NodeKind) monitor.Node { return monitor.Node{Kind: k, ID: "x"} }

// TestAdviceGolden keeps every sentence in one file, to be read aloud.
func TestAdviceGolden(t *testing.T) {
	said, public := map[string][]string{}, map[string]bool{}
	for tr := range everyTrouble {
		for _, tr.Severity = range severities {
			if tr.Kind != "http" && tr.Severity != monitor.Down {
				continue // the public hears of no kind
			}
			a := apaleo.Advise(tr)
			public[a.Public+"\n    "+a.Past] = true
		}
		if who := speaker(tr); likely(tr) && who != "" {
			key := sentence(tr)
			said[key] = append(said[key], who+": "+place(tr))
		}
	}
	golden(t, "testdata/advice.golden", render(said)+"\nFor guests and hotel staff\n\n"+strings.Join(sorted(public), "\n")+"\n")
}

// sentence is what the operator reads.
func sentence(t monitor.Trouble) string {
	a := apaleo.Advise(t)
	support := ""
	if a.Ticket {
		support = " | a ticket"
	}
	return fmt.Sprintf("%s | %s | %s%s\n    %s", a.Side, a.What, a.Doc, support, a.Next)
}

// speaker is whose check and fault it is; a kind of check that says what an HTTP request says is left out.
func speaker(t monitor.Trouble) string {
	whose := "apaleo's"
	if t.Own {
		whose = "own"
	}
	if t.Kind != "http" {
		as := t
		if as.Kind = "http"; sentence(as) == sentence(t) {
			return ""
		}
		whose = t.Kind + "'s"
	}
	return fmt.Sprintf("%s %s", whose, cmp.Or(string(t.Fault), string(t.Signal)))
}

// place is the cause.
func place(t monitor.Trouble) string {
	if t.Node.Kind == monitor.NodeHotels {
		return "hotels/" + t.Node.ID
	}
	return string(t.Node.Kind)
}

// likely is whether a trouble can be: it has the signal, the status and the cause that its fault comes with.
func likely(t monitor.Trouble) bool {
	hasStatus := len(statuses[t.Fault]) == 0 || t.Status != 0
	if !hasStatus || !meets(t) || t.Node.Kind == monitor.NodeNetwork && !t.Fault.Connection() && t.Kind != monitor.KindTraffic && t.Kind != monitor.KindConsent {
		return false
	}
	switch t.Fault {
	case monitor.FaultNone:
		return t.Signal == monitor.Latency
	case monitor.FaultQuota:
		return t.Signal == monitor.Quota
	default:
		return t.Signal == monitor.Availability
	}
}

// meets is whether a kind of check can meet with a fault, and have it put down to a cause.
func meets(t monitor.Trouble) bool {
	ofWebhooks := t.Fault == monitor.FaultStalled || t.Fault == monitor.FaultQuiet
	ofBeats := t.Fault == monitor.FaultOverdue || t.Fault == monitor.FaultFailed
	switch {
	case t.Node.Kind == monitor.NodeHotels:
		return matterOf(t) == t.Node.ID
	case t.Node.Kind == monitor.NodeDelivery, t.Kind == monitor.KindWebhooks:
		return ofWebhooks && t.Kind == monitor.KindWebhooks
	case t.Node.Kind == monitor.NodeReceiver:
		return t.Kind == apaleo.KindReceiver && !ofWebhooks && !ofBeats
	case t.Kind == monitor.KindReports, t.Kind == monitor.KindBeat:
		return ofBeats && t.Node.Kind == monitor.NodeCheck
	case t.Kind == "kept-token":
		return t.Fault == monitor.FaultOverdue && t.Node.Kind == monitor.NodeNetwork
	case t.Fault == monitor.FaultUnsubscribed:
		return t.Kind == apaleo.KindSubscription && t.Node.Kind == monitor.NodeCheck
	}
	return !ofWebhooks && !ofBeats
}

// matterOf is the matter of single hotels that a trouble is put down to, where it is not the whole integration's.
func matterOf(t monitor.Trouble) string {
	reported := t.Kind == monitor.KindTraffic || t.Kind == monitor.KindConsent
	m := monitor.MatterOf(t.Fault, reported)
	switch {
	case m != "":
		return m
	case t.Fault == monitor.FaultQuota && reported:
		return monitor.MatterQuota
	case t.Fault == monitor.FaultOverdue && t.Kind == "kept-token":
		return monitor.MatterToken
	case t.Fault == monitor.FaultStalled || t.Fault == monitor.FaultQuiet:
		return monitor.MatterWebhooks
	case t.Fault.Connection() || t.Fault == monitor.FaultServer || t.Fault == monitor.FaultTLS:
		return map[string]string{monitor.KindTraffic: monitor.MatterRequests, monitor.KindConsent: monitor.MatterToken}[t.Kind]
	}
	return ""
}

// allHotels are all matters of hotels, as they stand in a list of causes.
const allHotels = "hotels/reconnect, hotels/consent, hotels/access, hotels/suspended, hotels/development, hotels/archived, hotels/token, hotels/requests, hotels/webhooks, hotels/quota"

func without(all []monitor.Node, some []string) (rest []string) {
	for _, n := range all {
		if p := place(monitor.Trouble{Node: n}); !slices.Contains(some, p) {
			rest = append(rest, p)
		}
	}
	return rest
}

func render(said map[string][]string) string {
	var b strings.Builder
	b.WriteString("Side | what | documentation, then the next step, then which checks' faults it is said of, at which causes\n\n")
	for _, key := range sorted(said) {
		fmt.Fprintf(&b, "%s\n", key)
		at := map[string][]string{}
		for _, s := range said[key] {
			who, where, _ := strings.Cut(s, ": ")
			if !slices.Contains(at[who], where) {
				at[who] = append(at[who], where)
			}
		}
		for _, who := range sorted(at) {
			where := strings.Join(at[who], ", ")
			switch others := without(nodes, at[who]); {
			case len(others) == 0:
				where = "anywhere"
			case len(others) < 14:
				where = "anywhere but " + strings.ReplaceAll(strings.Join(others, ", "), allHotels, "hotels")
			}
			fmt.Fprintf(&b, "        %s: %s\n", who, where)
		}
	}
	return b.String()
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
