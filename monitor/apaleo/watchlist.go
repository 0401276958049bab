package apaleo

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"bellhop/monitor"
)

// Watchlist makes the checks of Entries. An error says which check cannot be made.
func Watchlist(c Config) ([]*monitor.Check, error) {
	if c.Transport == nil || c.Pace.By == 0 {
		return nil, errors.New("apaleo watchlist: no transport, or no pace")
	}
	var checks []*monitor.Check
	for _, e := range entries {
		if e.PerAccount || !c.Hosts.has(e) {
			continue
		}
		check, err := maker{Config: c}.check(e)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	for _, a := range c.Accounts {
		own, err := c.account(a)
		if err != nil {
			return nil, err
		}
		checks = append(checks, own...)
	}
	return checks, nil
}

// Names are what people call the nodes of the graph that are apaleo's.
func (h Hosts) Names() map[monitor.Node]string {
	names := map[monitor.Node]string{}
	for _, n := range []struct {
		kind monitor.NodeKind
		on   host
		name string
	}{
		{monitor.NodeEdge, onWebhook, "apaleo webhook API"},
		{monitor.NodeEdge, onAPI, "apaleo API"},
		{monitor.NodeAPI, onAPI, "apaleo API for those who are signed in"},
		{monitor.NodeIdentity, onIdentity, "apaleo identity"},
		{monitor.NodeToken, onIdentity, "apaleo token endpoint"},
	} {
		names[monitor.Node{Kind: n.kind, ID: h.id(n.on)}] = n.name
	}
	return names
}

// Names are what people call the nodes of the watchlist's graph: apaleo's parts, the accounts and their clients.
func (c Config) Names() map[monitor.Node]string {
	names := c.Hosts.Names()
	for _, a := range c.Accounts {
		hotel := "Hotel " + a.Name
		if a.Code != "" {
			hotel += " (" + a.Code + ")"
		}
		names[monitor.Node{Kind: monitor.NodeAccount, ID: a.Name}] = hotel
		client := monitor.Node{Kind: monitor.NodeClient, ID: a.Source.ClientID()}
		names[client] = "Our apaleo client " + a.Source.ClientID()
	}
	return names
}

// account makes the checks of one account.
func (c Config) account(a Account) ([]*monitor.Check, error) {
	if a.Name == "" || a.Source == nil {
		return nil, errors.New("apaleo watchlist: an account without a name or a client")
	}
	list := entries
	if a.Connect {
		list = []Entry{connectEntry}
	}
	var checks []*monitor.Check
	for _, e := range list {
		if !e.PerAccount {
			continue
		}
		check, err := maker{Config: c, account: &a}.check(e)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	return checks, nil
}

func (h Hosts) base(on host) string {
	return [...]string{onAPI: h.API, onIdentity: h.Identity, onWebhook: h.Webhook, onStatusPage: h.StatusPage}[on]
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

// A maker makes checks for the platform, or for one account.
type maker struct {
	Config
	account *Account
}

// Checks wait as long, and call an answer slow, as a part of their interval once it is short.
const (
	longestWait = 10 * time.Second
	slowPart    = 0.3 // of the wait: three seconds of ten
)

func (m maker) check(e Entry) (*monitor.Check, error) {
	ask, err := e.make(m, e)
	if err != nil {
		return nil, fmt.Errorf("apaleo watchlist: %s: %w", e.Name, err)
	}
	host := m.Hosts.id(e.host)
	c := &monitor.Check{
		Name: e.Name, Kind: e.kind, Title: e.Title, Public: e.Public, Host: host,
		Every: m.Pace.Of(e.Every), Anonymous: m.account == nil, Rule: m.Rule, Ask: ask,
		Info: e.flags.info, Warning: e.flags.warning, Forced: e.flags.forced,
	}
	shown := host
	if m.account != nil {
		c.Account, c.Client, shown = m.account.Name, m.account.Source.ClientID(), m.account.Name
	}
	if strings.Contains(c.Title, "%s") {
		c.Title = fmt.Sprintf(c.Title, shown)
	}
	c.Spec, c.Schedule = "@every "+short(c.Every), monitor.EverySchedule(c.ID(), c.Every)
	c.Timeout = min(longestWait, c.Every*8/10)
	if !c.Info && !c.Warning {
		c.Slow = time.Duration(slowPart * float64(c.Timeout))
	}
	c.Path, c.Direct = m.nodes(e)
	c.Asks = m.asks(e)
	return c, nil
}

// asks is a hash of what is asked and of whom, not of how often, how it is called, or with which secret.
func (m maker) asks(e Entry) string {
	parts := []string{e.kind, m.Hosts.base(e.host), e.Ask, e.Expect}
	if m.account != nil {
		parts = append(parts, m.account.Code, m.account.Source.ClientID())
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// nodes is an entry's path, upstream first, and which of it the check is the own probe of.
func (m maker) nodes(e Entry) (path, direct []monitor.Node) {
	at := m.Hosts.id(e.host)
	edge := monitor.Node{Kind: monitor.NodeEdge, ID: at}
	if e.host == onIdentity {
		edge.Kind = monitor.NodeIdentity
	}
	token := monitor.Node{Kind: monitor.NodeToken, ID: at}
	switch e.graph {
	case nowhere:
		return nil, nil
	case edgeUser:
		return []monitor.Node{edge}, nil
	case edgeProbe:
		return []monitor.Node{edge}, []monitor.Node{edge}
	case tokenProbe:
		return []monitor.Node{edge, token}, []monitor.Node{edge, token}
	default:
		return m.ofAccount(e, edge, token)
	}
}

func (m maker) ofAccount(e Entry, edge, token monitor.Node) (path, direct []monitor.Node) {
	client := monitor.Node{Kind: monitor.NodeClient, ID: m.account.Source.ClientID()}
	hotel := monitor.Node{Kind: monitor.NodeAccount, ID: m.account.Name}
	if e.graph == accountUser {
		return []monitor.Node{edge, {Kind: monitor.NodeAPI, ID: edge.ID}, client, hotel}, nil
	}
	return []monitor.Node{edge, token, client}, []monitor.Node{client} // whether a token is issued says nothing of the hotel
}

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
