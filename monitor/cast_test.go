package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/probe"
)

// hosts are what stories call apaleo's hosts.
var hosts = map[string]string{"api": "api.apaleo.com", "identity": "identity.apaleo.com", "webhook": "webhook.apaleo.com"}

// advise is the product's own adviser.
func advise(t monitor.Trouble) monitor.Advice { return apaleo.Advise(t) }

// product is what the watchlist that ships is made from, for these accounts.
func product(accounts []string) apaleo.Config {
	pace := monitor.RealPace()
	transport := must(probe.NewTransport(probe.TransportConfig{}))
	config := apaleo.Config{Hosts: apaleo.RealHosts(), Pace: pace, Transport: transport}
	for n, a := range accounts {
		code := fmt.Sprintf("HTL%d", n+1)
		if name, kept := strings.CutSuffix(a, "=kept"); kept { // the integration keeps its token
			source := must(probe.NewKeptSource(probe.KeptConfig{ClientID: "STORE-APP", Pace: pace, File: "token"}))
			config.Accounts = append(config.Accounts, apaleo.Account{Name: name, Code: code, Kept: true, Source: source})
			continue
		}
		source := must(probe.NewSource(probe.SourceConfig{
			Transport: transport, ClientID: code + "-SP-BELLHOP", TokenURL: config.Hosts.TokenURL(), Pace: pace,
			Secret: func() (string, time.Time, error) { return "", time.Time{}, nil },
		}))
		config.Accounts = append(config.Accounts, apaleo.Account{Name: a, Code: code, Source: source})
	}
	return config
}

// shipped is the watchlist that ships, for these accounts. A simulation asks none of its probes.
func shipped(accounts []string) ([]*monitor.Check, map[monitor.Node]string) {
	config := product(accounts)
	return must(apaleo.Watchlist(config)), config.Names()
}

// reporting is how what is reported is watched beside them.
func reporting(accounts []string) monitor.Reported { return product(accounts).Reported() }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// own is a check of the user's own, that needs others.
func own(name, host string, needs ...string) *monitor.Check {
	c := &monitor.Check{
		Name: name, Kind: "http", Host: host, Every: time.Minute, Own: true, Asks: name, Anonymous: true,
		Path: []monitor.Node{{Kind: monitor.NodeEdge, ID: host}},
	}
	for _, id := range slices.Backward(needs) {
		c.Path = append([]monitor.Node{{Kind: monitor.NodeCheck, ID: id}}, c.Path...)
	}
	c.Schedule = monitor.EverySchedule(c.ID(), c.Every)
	return c
}
