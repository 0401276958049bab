package bench

import (
	"fmt"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/probe"
)

// shopHost is where the user's own checks of the worlds lead.
const shopHost = "shop.example.com"

// A causeList is the watchlist that ships, for so many accounts with a client each, and three of a user's own checks.
// None of its probes is ever asked: a world answers in their place.
type causeList struct {
	config   apaleo.Config
	checks   []*monitor.Check
	byID     map[monitor.CheckID]*monitor.Check
	accounts []string
}

// newCauseList makes the list. It is the same for all seeds, and is never written to.
func newCauseList(accounts int) (causeList, error) {
	p := monitor.RealPace()
	transport, err := probe.NewTransport(probe.TransportConfig{})
	if err != nil {
		return causeList{}, fmt.Errorf("transport of the cause worlds: %w", err)
	}
	l := causeList{config: apaleo.Config{
		Hosts: apaleo.RealHosts(), Pace: p, Transport: transport,
		Modules: []string{"booking", "finance", "folios", "rateplan", "availability", "settings"},
	}}
	for n := range accounts {
		a, err := causeAccount(n, l.config)
		if err != nil {
			return causeList{}, err
		}
		l.config.Accounts, l.accounts = append(l.config.Accounts, a), append(l.accounts, a.Name)
	}
	l.checks, err = apaleo.Watchlist(l.config)
	if err != nil {
		return causeList{}, fmt.Errorf("watchlist of the cause worlds: %w", err)
	}
	for _, name := range []string{"shop", "shop-basket", "shop-login"} {
		l.checks = append(l.checks, ownCheck(name, shopHost))
	}
	l.byID = map[monitor.CheckID]*monitor.Check{}
	for _, c := range l.checks {
		l.byID[c.ID()] = c
	}
	return l, nil
}

func causeAccount(n int, c apaleo.Config) (apaleo.Account, error) {
	code := fmt.Sprintf("HTL%d", n+1)
	source, err := probe.NewSource(probe.SourceConfig{
		Transport: c.Transport, ClientID: code + "-SP-BELLHOP", TokenURL: c.Hosts.TokenURL(), Pace: c.Pace,
		Secret: func() (string, time.Time, error) { return "", time.Time{}, nil },
	})
	if err != nil {
		return apaleo.Account{}, fmt.Errorf("client of %s: %w", code, err)
	}
	return apaleo.Account{Name: fmt.Sprintf("hotel-%03d", n+1), Code: code, Properties: []string{"P1"}, Source: source}, nil
}

// ownCheck is a check of a user's own, as the watchlist builds it.
func ownCheck(name, host string) *monitor.Check {
	c := &monitor.Check{
		Name: name, Kind: "http", Host: host, Every: time.Minute, Timeout: 10 * time.Second, Own: true, Asks: name, Anonymous: true,
		Spec: "@every 1m", Path: []monitor.Node{{Kind: monitor.NodeEdge, ID: host}},
	}
	c.Schedule = monitor.EverySchedule(c.ID(), c.Every)
	return c
}

// client is the OAuth client of an account, as the graph calls it.
func (l causeList) client(account int) string { return l.config.Accounts[account].Source.ClientID() }
