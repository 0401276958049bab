package watchlist

import (
	"net/url"
	"slices"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// included are the checks of the built-in watchlists.
func (b *builder) included(f listForm) []*monitor.Check {
	b.config = apaleo.Config{
		Hosts: b.apaleo.Hosts, Pace: b.o.Pace, Transport: b.transport, Rule: b.rule,
		Modules: b.modules(f.Modules), Overrides: b.overrides(f.Overrides),
	}
	for _, a := range b.order {
		if a.source != nil {
			b.config.Accounts = append(b.config.Accounts, a.ofApaleo())
		}
	}
	var wanted []string
	for _, item := range f.Include {
		wanted = append(wanted, b.oneOf("watchlist.include", item, []string{"apaleo"}))
	}
	if !slices.Contains(wanted, "apaleo") || b.transport == nil || b.unmade() {
		b.uncalled(f, len(f.Include) > 0)
		return nil
	}
	checks, err := apaleo.Watchlist(b.config)
	if err != nil {
		b.wrong(f.Include[0].At, "the apaleo watchlist cannot be made", "look at the addresses of apaleo")
	}
	b.fit(checks, f.Overrides)
	for _, c := range checks {
		c.Paused = f.Overrides[c.Name].Paused.V
	}
	return checks
}

// uncalled refuses modules and overrides of a watchlist that is not included.
func (b *builder) uncalled(f listForm, included bool) {
	if !included && len(f.Modules)+len(f.Overrides) > 0 {
		b.wrong(f.At, "watchlist has modules or overrides of the built-in watchlist, which is not included", "add include: [apaleo], or remove them")
	}
}

// ofApaleo is an account as the built-in watchlist takes it.
func (a *account) ofApaleo() apaleo.Account {
	kind := ""
	if a.live {
		kind = "Live"
	}
	return apaleo.Account{
		Name: a.name, Code: a.code, Type: kind, Properties: a.properties, Connect: a.kind == kindConnect, Kept: a.kind == kindToken, Source: a.source,
	}
}

// unmade is whether an address of apaleo is not usable, which has been said.
func (b *builder) unmade() bool {
	h := b.apaleo.Hosts
	return h.API == "" || h.Identity == "" || h.Webhook == ""
}

// pathTo is what can explain the failures of a user's own check, upstream first: where it leads, and who it
// speaks for. What leads to apaleo depends on the nodes that the built-in watchlist knows, so that one
// outage is one incident. urlPath tells the module of apaleo's API.
func (b *builder) pathTo(host, urlPath string, a *account) []monitor.Node {
	edge, h := monitor.Node{Kind: monitor.NodeEdge, ID: host}, b.apaleo.Hosts
	if host == hostOf(h.Identity) {
		edge.Kind = monitor.NodeIdentity
	}
	path := []monitor.Node{edge}
	if a == nil {
		return path
	}
	if host == hostOf(h.API) {
		path = append(path, monitor.Node{Kind: monitor.NodeAPI, ID: host})
		if module := b.moduleOf(host, urlPath); module != "" {
			path = append(path, monitor.Node{Kind: monitor.NodeModule, ID: module})
		}
	}
	return append(path, monitor.Node{Kind: monitor.NodeClient, ID: a.clientID}, monitor.Node{Kind: monitor.NodeAccount, ID: a.name})
}

// host is how the graph calls where a URL leads: host:port, and apaleo's hosts as they are configured.
func (b *builder) host(u *url.URL) string {
	for _, base := range []string{b.apaleo.API, b.apaleo.Identity, b.apaleo.Webhook, b.apaleo.StatusPage} {
		if v, err := url.Parse(base); err == nil && base != "" && hostPort(v) == hostPort(u) {
			return v.Host
		}
	}
	return hostPort(u)
}

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// moduleOf is the module of apaleo's API that an address leads to, or "".
func (b *builder) moduleOf(host, urlPath string) string {
	if host != hostOf(b.apaleo.API) {
		return ""
	}
	return apaleo.ModuleOf(urlPath)
}
