package monitor_test

import (
	"time"

	"bellhop/monitor"
)

var hosts = map[string]string{"api": "api.apaleo.com", "identity": "identity.apaleo.com", "webhook": "webhook.apaleo.com"}

func advise(t monitor.Trouble) monitor.Advice {
	return monitor.Advice{Side: monitor.SideApaleo, What: string(t.Fault), Next: "next"}
}

func shipped(accounts []string) ([]*monitor.Check, map[monitor.Node]string) {
	edge := func(h string) monitor.Node { return monitor.Node{Kind: monitor.NodeEdge, ID: hosts[h]} }
	id := monitor.Node{Kind: monitor.NodeIdentity, ID: hosts["identity"]}
	tok := monitor.Node{Kind: monitor.NodeToken, ID: hosts["identity"]}
	apin := monitor.Node{Kind: monitor.NodeAPI, ID: hosts["api"]}
	mk := func(name, kind, host string, every time.Duration, path, direct []monitor.Node) *monitor.Check {
		c := &monitor.Check{Name: name, Kind: kind, Host: host, Every: every, Path: path, Direct: direct, Asks: name, Anonymous: true, Slow: 3 * time.Second}
		c.Schedule = monitor.EverySchedule(c.ID(), every)
		return c
	}
	n := func(n ...monitor.Node) []monitor.Node { return n }
	m := time.Minute
	checks := []*monitor.Check{
		mk("apaleo-health", "http", hosts["api"], m, n(edge("api")), n(edge("api"))),
		mk("identity-discovery", "http", hosts["identity"], m, n(id), n(id)),
		mk("identity-jwks", "http", hosts["identity"], 5*m, n(id), n(id)),
		mk("api-edge", "http", hosts["api"], m, n(edge("api")), n(edge("api"))),
		mk("webhook-api-edge", "http", hosts["webhook"], m, n(edge("webhook")), n(edge("webhook"))),
		mk("token-edge", "token-edge", hosts["identity"], m, n(id, tok), n(id, tok)),
	}
	for _, a := range accounts {
		cl := monitor.Node{Kind: monitor.NodeClient, ID: "XXXX-SP-" + a}
		ac := monitor.Node{Kind: monitor.NodeAccount, ID: a}
		t := mk("auth-token", "token", hosts["identity"], 15*m, n(id, tok, cl), n(cl))
		t.Forced, t.Account, t.Client, t.Anonymous = true, a, cl.ID, false
		t.Schedule = monitor.EverySchedule(t.ID(), t.Every)
		checks = append(checks, t)
		for _, name := range []string{"account", "inventory"} {
			c := mk(name, "http", hosts["api"], m, n(edge("api"), apin, cl, ac), nil)
			c.Account, c.Client, c.Anonymous = a, cl.ID, false
			c.Schedule = monitor.EverySchedule(c.ID(), c.Every)
			checks = append(checks, c)
		}
	}
	names := map[monitor.Node]string{edge("api"): "apaleo API", edge("webhook"): "apaleo webhook API", id: "apaleo identity", tok: "apaleo token endpoint", apin: "apaleo API for those who are signed in"}
	return checks, names
}

func own(name, host string) *monitor.Check {
	c := &monitor.Check{Name: name, Kind: "http", Host: host, Every: time.Minute, Own: true, Asks: name, Anonymous: true,
		Path: []monitor.Node{{Kind: monitor.NodeEdge, ID: host}}}
	c.Schedule = monitor.EverySchedule(c.ID(), c.Every)
	return c
}
