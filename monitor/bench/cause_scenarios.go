package bench

import (
	"math/rand/v2"
	"slices"
	"strings"

	"bellhop/monitor"
)

// A causeScenario is what breaks.
type causeScenario struct {
	name   string
	breaks func(causeList, *rand.Rand) []truth
	free   bool // nothing is asked of it
}

// causeScenarios are in the order of the table.
var causeScenarios = []causeScenario{
	{name: "one host", breaks: func(l causeList, _ *rand.Rand) []truth { return []truth{l.hostDown()} }},
	{name: "one module", breaks: func(l causeList, r *rand.Rand) []truth { return []truth{l.moduleDown(r)} }},
	{name: "identity", breaks: func(l causeList, _ *rand.Rand) []truth { return []truth{l.identityDown()} }},
	{name: "credentials", breaks: func(l causeList, r *rand.Rand) []truth { return []truth{l.clientRefused(r)} }},
	{name: "one account", breaks: func(l causeList, r *rand.Rand) []truth { return []truth{l.accountDown(r)} }},
	{name: "scope set", breaks: func(l causeList, r *rand.Rand) []truth { return []truth{l.scopeLost(r)} }},
	{name: "our network", breaks: func(causeList, *rand.Rand) []truth { return []truth{networkCut()} }},
	{name: "module and account", breaks: func(l causeList, r *rand.Rand) []truth { return l.moduleAndAccount(r) }},
	{name: "identity and own host", breaks: func(l causeList, _ *rand.Rand) []truth { return []truth{l.identityDown(), shopDown()} }},
	{name: "brown-out of one host", breaks: func(l causeList, _ *rand.Rand) []truth { return []truth{l.hostBrown(0.3)} }, free: true},
}

func (l causeList) api() string      { return hostOf(l.config.Hosts.API) }
func (l causeList) identity() string { return hostOf(l.config.Hosts.Identity) }

// hostDown is all of apaleo's API, with and without credentials.
func (l causeList) hostDown() truth {
	return truth{
		name: "host", nodes: []monitor.Node{{Kind: monitor.NodeEdge, ID: l.api()}}, sides: []monitor.Side{monitor.SideApaleo},
		signal: monitor.Availability, hits: func(c *monitor.Check, _ string) bool { return c.Host == l.api() },
		makes: broken502,
	}
}

// hostBrown is a brown-out of all of apaleo's API.
func (l causeList) hostBrown(share float64) truth {
	t := l.hostDown()
	t.share = share
	return t
}

// moduleDown is one module of the API. Where it has one account's check alone, that check is the module as far as can
// be seen: both are right.
func (l causeList) moduleDown(r *rand.Rand) truth {
	modules := []string{"booking", "finance", "rateplan", "availability", "settings", "inventory", "account"}
	module := modules[r.IntN(len(modules))]
	right := []monitor.Node{{Kind: monitor.NodeModule, ID: module}}
	hits := func(c *monitor.Check, _ string) bool { return c.Module == module && !c.Own }
	if of := l.matching(hits); len(of) == 1 {
		right = append(right, monitor.Node{Kind: monitor.NodeCheck, ID: string(of[0])})
	}
	return truth{name: "module", nodes: right, sides: []monitor.Side{monitor.SideApaleo}, signal: monitor.Availability, hits: hits, makes: broken502}
}

// moduleAndAccount are two causes that have something in common. Where there is one account alone, whose trouble
// would be all there is, they are two modules. Where the module leaves but one check of the account, which is asked little
// more than that among many, its trouble is this check's as far as can be seen.
func (l causeList) moduleAndAccount(r *rand.Rand) []truth {
	one := l.moduleDown(r)
	if len(l.accounts) > 1 {
		two := l.accountDown(r)
		rest := l.matching(func(c *monitor.Check, account string) bool { return two.hits(c, account) && !one.hits(c, account) })
		if len(rest) == 1 {
			two.nodes = append(two.nodes, monitor.Node{Kind: monitor.NodeCheck, ID: string(rest[0])})
		}
		return []truth{one, two}
	}
	for {
		if two := l.moduleDown(r); two.nodes[0] != one.nodes[0] {
			return []truth{one, two}
		}
	}
}

// identityDown is apaleo's identity host, with its token endpoint.
func (l causeList) identityDown() truth {
	return truth{
		name: "identity", nodes: []monitor.Node{{Kind: monitor.NodeIdentity, ID: l.identity()}}, sides: []monitor.Side{monitor.SideApaleo},
		signal: monitor.Availability, hits: func(c *monitor.Check, _ string) bool { return c.Host == l.identity() },
		makes: broken502,
	}
}

// clientRefused is one account's client, whose secret apaleo takes no longer.
func (l causeList) clientRefused(r *rand.Rand) truth {
	n := r.IntN(len(l.accounts))
	return truth{
		name: "credentials", nodes: []monitor.Node{{Kind: monitor.NodeClient, ID: l.client(n)}}, sides: []monitor.Side{monitor.SideCredentials},
		signal: monitor.Auth, hits: func(c *monitor.Check, account string) bool { return c.Forced && account == l.accounts[n] },
		makes: func(o monitor.Outcome) monitor.Outcome {
			o.Status, o.Fault, o.Code, o.Detail = 400, monitor.FaultClient, "invalid_client", "HTTP 400 invalid_client"
			return o
		},
	}
}

// accountDown is all requests with one account's token: they fail, or, in every other seed, are refused. With one
// account alone nobody can tell it from those who are authorized.
func (l causeList) accountDown(r *rand.Rand) truth {
	n, refused := r.IntN(len(l.accounts)), r.IntN(2) == 0
	t := truth{
		name: "account", nodes: []monitor.Node{{Kind: monitor.NodeAccount, ID: l.accounts[n]}}, sides: []monitor.Side{monitor.SideApaleo},
		signal: monitor.Availability, hits: func(c *monitor.Check, account string) bool {
			return account == l.accounts[n] && c.Host == l.api() && !c.Own
		},
		makes: broken502,
	}
	if refused {
		t.signal, t.sides, t.makes = monitor.Auth, []monitor.Side{monitor.SidePermissions, monitor.SideHotel}, refused403
	}
	if len(l.accounts) == 1 {
		t.nodes = append(t.nodes, monitor.Node{Kind: monitor.NodeAPI, ID: l.api()})
	}
	return t
}

// scopeLost is a scope that is refused to all accounts. Two modules have it in common in every other seed; where it is
// one module's alone, the module is right, too, and, where that has one check, the check.
func (l causeList) scopeLost(r *rand.Rand) truth {
	scopes := []string{"setup.read", "setup.manage"}
	if one := [][]string{{"reservations.read", "reservations.manage"}, {"folios.read", "folios.manage"}, {"availability.read"}}; r.IntN(2) == 0 {
		scopes = one[r.IntN(len(one))]
	}
	hits := func(c *monitor.Check, _ string) bool { return c.Host == l.api() && needsOne(c, scopes) }
	t := truth{name: "scope", sides: []monitor.Side{monitor.SidePermissions}, signal: monitor.Auth, hits: hits, makes: refused403}
	for _, s := range scopes {
		t.nodes = append(t.nodes, monitor.Node{Kind: "scope", ID: s})
	}
	of, modules := l.matching(hits), map[string]bool{}
	for _, c := range l.checks {
		if slices.Contains(of, c.ID()) {
			modules[c.Module] = true
		}
	}
	for module := range modules {
		if len(modules) == 1 {
			t.nodes = append(t.nodes, monitor.Node{Kind: monitor.NodeModule, ID: module})
		}
	}
	if len(of) == 1 {
		t.nodes = append(t.nodes, monitor.Node{Kind: monitor.NodeCheck, ID: string(of[0])})
	}
	return t
}

func needsOne(c *monitor.Check, scopes []string) bool {
	return slices.ContainsFunc(c.Needs, func(need string) bool {
		return !c.Forced && slices.ContainsFunc(scopes, func(s string) bool { return hasWord(need, s) })
	})
}

// networkCut is our own way out.
func networkCut() truth {
	return truth{
		name: "network", quiet: true, signal: monitor.Availability,
		hits: func(*monitor.Check, string) bool { return true },
		makes: func(o monitor.Outcome) monitor.Outcome {
			o.Status, o.Fault, o.Took, o.Detail = 0, monitor.FaultDNS, o.Took/200, "the name does not exist"
			return o
		},
	}
}

// shopDown is the user's own host.
func shopDown() truth {
	return truth{
		name: "own host", nodes: []monitor.Node{{Kind: monitor.NodeEdge, ID: shopHost}}, sides: []monitor.Side{monitor.SideIntegration},
		signal: monitor.Availability, hits: func(c *monitor.Check, _ string) bool { return c.Host == shopHost },
		makes: broken502,
	}
}

func refused403(o monitor.Outcome) monitor.Outcome {
	o.Status, o.Fault, o.Detail, o.TrackingID = 403, monitor.FaultForbidden, "HTTP 403", "a25f065f-0029-4745-9c0a-1e3127e12490"
	return o
}

// matching are the checks that a truth hits.
func (l causeList) matching(hits func(*monitor.Check, string) bool) []monitor.CheckID {
	var all []monitor.CheckID
	for _, c := range l.checks {
		if hits(c, c.Account) {
			all = append(all, c.ID())
		}
	}
	return all
}

func hasWord(need, scope string) bool { return slices.Contains(strings.Fields(need), scope) }
