package bench

import (
	"fmt"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/probe"
)

// A cast is what is watched in a world.
type cast struct {
	checks   []*monitor.Check
	names    map[monitor.Node]string
	reported monitor.Reported
}

// receiver is where messages are counted: one that can edit.
const receiver = "ops"

// config is what the book is given.
func (c cast) config() monitor.Reconfigure {
	return monitor.Reconfigure{
		Checks: c.checks, Names: c.names, Reported: c.reported, Controls: 3, Advise: apaleo.Advise,
		Receivers: []monitor.Receiver{{Name: receiver, Kind: "slack"}},
	}
}

// asking is a check of a user's own, as the watchlist builds it, with a latency signal.
func asking(name, host string) *monitor.Check {
	c := &monitor.Check{
		Name: name, Kind: "http", Host: host, Every: minute, Timeout: 10 * time.Second, Slow: 3 * time.Second, Own: true, Asks: name,
		Spec: "@every 60s", Anonymous: true, Path: []monitor.Node{{Kind: monitor.NodeEdge, ID: host}},
	}
	c.Schedule = monitor.EverySchedule(c.ID(), c.Every)
	return c
}

// alone is one check. Its name, and so its place in the minute, is the seed's.
func alone(seed uint64) (cast, error) { return together(1)(seed) }

// together are n checks of one host, each at its place in the minute, as the product spreads them.
func together(n int) func(seed uint64) (cast, error) {
	return func(seed uint64) (cast, error) {
		var c cast
		for i := range n {
			c.checks = append(c.checks, asking(fmt.Sprintf("shop-%d-%d", seed, i), "shop.example.com:443"))
		}
		return c, nil
	}
}

// hotels is the watchlist that ships for so many accounts, each with its client. None of its probes is ever asked: the
// world answers in their place.
func hotels(n int) func(seed uint64) (cast, error) {
	return func(uint64) (cast, error) {
		config, err := hotelsConfig(n)
		if err != nil {
			return cast{}, err
		}
		checks, err := apaleo.Watchlist(config)
		if err != nil {
			return cast{}, fmt.Errorf("watchlist of the worlds: %w", err)
		}
		return cast{checks: checks, names: config.Names()}, nil
	}
}

// serving is an integration that reports its hotels' requests once a minute, and one probe of apaleo's API a minute.
func serving(seed uint64) (cast, error) {
	config, err := hotelsConfig(1)
	if err != nil {
		return cast{}, err
	}
	probe := asking(fmt.Sprintf("api-%d", seed), apiHost)
	return cast{checks: []*monitor.Check{probe}, names: config.Names(), reported: config.Reported()}, nil
}

// apiHost and identityHost are apaleo's.
const (
	apiHost      = "api.apaleo.com"
	identityHost = "identity.apaleo.com"
)

// hotelCode is what apaleo calls the nth account.
func hotelCode(n int) string { return fmt.Sprintf("HTL%d", n+1) }

// hotelName is what the nth account is called.
func hotelName(n int) string { return fmt.Sprintf("hotel-%d", n+1) }

func hotelsConfig(n int) (apaleo.Config, error) {
	pace := monitor.RealPace()
	transport, err := probe.NewTransport(probe.TransportConfig{})
	if err != nil {
		return apaleo.Config{}, fmt.Errorf("transport of the worlds: %w", err)
	}
	config := apaleo.Config{Hosts: apaleo.RealHosts(), Pace: pace, Transport: transport}
	for i := range n {
		code := hotelCode(i)
		source, err := probe.NewSource(probe.SourceConfig{
			Transport: transport, ClientID: code + "-SP-BELLHOP", TokenURL: config.Hosts.TokenURL(), Pace: pace,
			Secret: func() (string, time.Time, error) { return "", time.Time{}, nil },
		})
		if err != nil {
			return apaleo.Config{}, fmt.Errorf("client of %s: %w", code, err)
		}
		config.Accounts = append(config.Accounts, apaleo.Account{Name: hotelName(i), Code: code, Source: source})
	}
	return config, nil
}
