package apaleo

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// A maker makes checks for the platform, or for one account.
type maker struct {
	Config
	pacing  pacing
	account *Account
	place   int      // of the account among all
	scopes  []string // that the account's token needs
}

// Checks wait as long, and call an answer slow, as a part of their interval once it is short.
const (
	longestWait = 10 * time.Second
	slowPart    = 0.3 // of the wait: three seconds of ten
)

func (m maker) check(e Entry) (*monitor.Check, error) {
	c, err := m.frame(e, func() (monitor.Probe, error) { return e.make(m, e) })
	if err != nil {
		return nil, err
	}
	c.Path, c.Direct = m.nodes(e)
	return c, nil
}

// frame is a check but for its place in the graph.
func (m maker) frame(e Entry, ask func() (monitor.Probe, error)) (*monitor.Check, error) {
	asks, err := ask()
	if err != nil {
		return nil, fmt.Errorf("apaleo watchlist: %s: %w", e.Name, err)
	}
	o := m.Overrides[e.Name]
	c := &monitor.Check{
		Name: e.Name, Kind: e.kind, Module: e.Module, Request: m.request(e), Title: m.title(e), Public: e.Public, Host: m.Hosts.id(e.host),
		Anonymous: !e.PerAccount, Needs: m.needsOf(e), Rule: *cmp.Or(o.Rule, &m.Rule), Ask: asks, Asks: m.asks(e),
		Info: e.flags.info, Warning: e.flags.warning, Forced: e.flags.forced,
	}
	if m.account != nil {
		c.Account, c.Client = m.account.Name, m.account.client()
		if o.Public == nil {
			c.Public = "" // of single hotels the public is told nothing
		}
	}
	if e.flags.kept {
		c.Host = ""
	}
	m.times(c, e, o)
	return c, nil
}

// times sets when a check is asked, how long it waits, and what is slow.
func (m maker) times(c *monitor.Check, e Entry, o Override) {
	every := m.every(e)
	c.Every = m.Pace.Of(every)
	c.Spec, c.Schedule = "@every "+short(c.Every), monitor.EverySchedule(c.ID(), c.Every)
	if m.account != nil && every != e.Every {
		c.Schedule = m.evenly(e, c.Every)
	}
	c.Timeout = min(cmp.Or(o.Timeout, e.Timeout, longestWait), c.Every*8/10)
	if !c.Info && !c.Warning && !e.flags.kept && !o.Untimed {
		c.Slow = min(cmp.Or(o.Slow, time.Duration(slowPart*float64(c.Timeout))), c.Timeout-1)
		c.Learns = o.Slow == 0
	}
}

// every is how often an entry is asked, at the real pace.
func (m maker) every(e Entry) time.Duration {
	switch {
	case !e.PerAccount, e.flags.kept:
		return e.Every
	case m.account == nil:
		return rotationEvery(e.Every)
	case e.flags.forced:
		return max(e.Every, m.pacing.forced)
	}
	return max(e.Every, m.pacing.stretch)
}

// evenly spreads what all accounts are asked, account by account and entry by entry.
func (m maker) evenly(e Entry, period time.Duration) monitor.Schedule {
	list, place := Entries(), 0
	for n, other := range list {
		if other.Name == e.Name {
			place = n
		}
	}
	return evenSchedule(period, m.place*len(list)+place, len(m.Accounts)*len(list))
}

func (m maker) title(e Entry) string {
	of := m.Hosts.id(e.host)
	if m.account != nil {
		of = m.account.Name
	} else if e.PerAccount {
		return strings.TrimSuffix(strings.TrimSuffix(e.Title, " for %s"), " %s")
	}
	if !strings.Contains(e.Title, "%s") {
		return e.Title
	}
	return fmt.Sprintf(e.Title, of)
}

// request is what is asked, for people.
func (m maker) request(e Entry) string {
	if e.kind == "tls" {
		return "TLS handshake with " + m.Hosts.id(e.host)
	}
	method, path, ok := strings.Cut(e.Ask, " /")
	if !ok {
		return e.Ask
	}
	return method + " " + m.Hosts.base(e.host) + "/" + path
}

// asks is a hash of what is asked and of whom, not of how often, how it is called, or with which secret.
func (m maker) asks(e Entry) string {
	parts := []string{e.kind, m.Hosts.base(e.host), e.Ask, e.Expect}
	if m.account != nil {
		parts = append(parts, m.account.Code, m.account.Source.ClientID())
		if e.namesProperties() {
			parts = append(parts, m.account.Properties...)
		}
	}
	return hashOf(parts...)
}

// edges are the host of an entry as it answers without credentials, and with them.
func (m maker) edges(e Entry) (edge, api monitor.Node) {
	at := m.Hosts.id(e.host)
	edge, api = monitor.Node{Kind: monitor.NodeEdge, ID: at}, monitor.Node{Kind: monitor.NodeAPI, ID: at}
	if e.host == onIdentity {
		edge.Kind = monitor.NodeIdentity
	}
	return edge, api
}

// nodes is an entry's path, upstream first, and which of it the check is the own probe of.
func (m maker) nodes(e Entry) (path, direct []monitor.Node) {
	edge, api := m.edges(e)
	token := monitor.Node{Kind: monitor.NodeToken, ID: edge.ID}
	switch e.graph {
	case nowhere:
		return nil, nil
	case edgeUser:
		return []monitor.Node{edge}, nil
	case edgeProbe:
		return []monitor.Node{edge}, []monitor.Node{edge}
	case tokenProbe:
		return []monitor.Node{edge, token}, []monitor.Node{edge, token}
	case clientProbe:
		client := monitor.Node{Kind: monitor.NodeClient, ID: m.account.client()}
		return []monitor.Node{edge, token, client}, []monitor.Node{client} // whether a token is issued says nothing of the hotel
	case keptProbe:
		return []monitor.Node{m.Hosts.wayNode(onIdentity)}, nil
	case moduleUser:
	}
	return slices.Concat([]monitor.Node{edge, api}, scopes(e), []monitor.Node{
		{Kind: monitor.NodeModule, ID: e.Module}, {Kind: monitor.NodeClient, ID: m.account.client()}, {Kind: monitor.NodeAccount, ID: m.account.Name},
	}), nil
}

// client is the id of an account's client in the graph.
func (a *Account) client() string { return cmp.Or(a.Source.ClientID(), IntegrationClient) }

// needsOf are the scopes that a check needs: of the account's token all, each any one of its words.
func (m maker) needsOf(e Entry) []string {
	switch {
	case e.kind == "token", e.kind == kindKept:
		return m.scopes
	case e.Scope != "":
		return []string{e.Scope}
	}
	return nil
}

func (h Hosts) base(on host) string {
	return [...]string{
		onAPI: h.API, onIdentity: h.Identity, onWebhook: h.Webhook, onStatusPage: h.StatusPage,
		onDistribution: h.Distribution, onIntegration: h.Integration,
	}[on]
}

// id names a host as the graph does: with its port, if it is given.
func (h Hosts) id(on host) string {
	u, err := url.Parse(h.base(on))
	if err != nil {
		return ""
	}
	return u.Host
}

func (h Hosts) has(e Entry) bool {
	base := h.base(e.host)
	return base != "" && (e.kind != "tls" || strings.HasPrefix(base, "https:"))
}

// timesPace turns a duration that is meant as it is into one at the real pace.
func timesPace(p monitor.Pace) time.Duration { return time.Duration(p.By) }

// short is a duration without the units that are zero: 24h, not 24h0m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
