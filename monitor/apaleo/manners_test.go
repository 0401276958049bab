package apaleo_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/probe"
)

// What the hosts of apaleo may be asked a minute, all accounts together (issue 3, "Speed").
const (
	calmly  = 60  // while all is well
	inDoubt = 120 // while anything is not
)

const crowd = 300 // accounts with credentials of their own, and as many that are reported

// A drawer is a store that forgets: what the book decides is not the matter here.
type drawer struct{}

func (drawer) Load(context.Context) (monitor.Saved, error)       { return monitor.Saved{}, nil }
func (drawer) Save(context.Context, int64, monitor.Change) error { return nil }
func reached(context.Context) bool                               { return true }
func known(names ...string) (all []monitor.ControlHost) {
	for _, n := range names {
		all = append(all, monitor.ControlHost{Name: n, Ask: reached})
	}
	return all
}

// A crowded is a bellhop at the real pace that watches as many hotels as an app has, in a bubble where time is free.
type crowded struct {
	*apaleotest.Server
	t       *testing.T
	monitor *monitor.Monitor
	codes   []string // of the accounts that have credentials
	reports []monitor.AccountReport
	posted  int
}

// gather has them watched from now on; end has all of it stopped.
func gather(t *testing.T, modules []string) (c *crowded, end func()) {
	t.Helper()
	srv, err := apaleotest.Start(apaleotest.Config{Plain: true, Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := probe.NewTransport(probe.TransportConfig{Dial: srv.Dial})
	if err != nil {
		t.Fatal(err)
	}
	c = &crowded{Server: srv, t: t}
	config := apaleo.Config{Hosts: hostsOf(srv), Pace: monitor.RealPace(), Transport: tr, Modules: modules, Accounts: c.admit(tr)}
	checks, err := apaleo.Watchlist(config)
	if err != nil {
		t.Fatal(err)
	}
	c.monitor = monitor.New(monitor.Options{
		Store: drawer{}, Saved: monitor.Saved{ID: "book", Epoch: 1}, Pace: config.Pace, Advise: apaleo.Advise, Log: zerolog.Nop(),
		First:    monitor.Reconfigure{Checks: checks, Names: config.Names(), Controls: 2, Reported: config.Reported()},
		Controls: known("one", "two"),
	})
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- c.monitor.Run(ctx) }()
	return c, func() {
		cancel()
		if err := <-over; err != nil {
			t.Errorf("run: %v", err)
		}
		tr.Close()
		srv.Close()
	}
}

func hostsOf(s *apaleotest.Server) apaleo.Hosts {
	return apaleo.Hosts{API: s.API, Identity: s.Identity, Webhook: s.Webhook, StatusPage: s.StatusPage, Distribution: s.Distribution, Integration: s.Integration}
}

// admit makes the accounts at apaleo, and those that bellhop is told of.
func (c *crowded) admit(tr *probe.Transport) (watched []apaleo.Account) {
	c.t.Helper()
	added, err := c.AddAccounts(2*crowd, "reservations.read", "folios.read", "setup.read", "availability.read", "maintenances.read")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, a := range added[crowd:] {
		c.reports = append(c.reports, monitor.AccountReport{Code: a.Code, Requests: []monitor.Count{{Module: "booking", Status: 200, N: 3}}})
	}
	for _, a := range added[:crowd] {
		s, err := probe.NewSource(probe.SourceConfig{
			Transport: tr, ClientID: a.ClientID, TokenURL: c.Identity + "/connect/token", Pace: monitor.RealPace(),
			Secret: func() (string, time.Time, error) { return a.ClientSecret, time.Time{}, nil },
		})
		if err != nil {
			c.t.Fatal(err)
		}
		c.codes = append(c.codes, a.Code)
		watched = append(watched, apaleo.Account{Name: a.Code, Code: a.Code, Source: s})
	}
	return watched
}

// pass lets time go by, in which the integration reports each minute.
func (c *crowded) pass(d time.Duration) {
	c.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Minute) {
		c.posted++
		r := monitor.Report{At: c.monitor.Now(), ID: fmt.Sprint("r", c.posted), Covers: time.Minute, Accounts: c.reports, Random: make([]byte, 32)}
		if err := c.monitor.Submit(c.t.Context(), r); err != nil {
			c.t.Fatal(err)
		}
	}
	synctest.Wait()
}

// asked wants no host to have had more than most requests in any minute since then.
func (c *crowded) asked(what string, since time.Time, most int) {
	c.t.Helper()
	for _, h := range []apaleotest.Host{apaleotest.API, apaleotest.Identity, apaleotest.Webhook, apaleotest.StatusPage, apaleotest.Distribution, apaleotest.Integration} {
		all := c.Requests().On(h).Since(since)
		n := all.Busiest(time.Minute)
		c.t.Logf("%s: the %s had %d in its busiest minute, %d in all", what, h, n, len(all))
		if n > most {
			c.t.Errorf("%s: the %s was asked %d times in a minute, at most %d is right", what, h, n, most)
		}
	}
}

// TestManners ensures that bellhop is no burden to apaleo, whatever goes wrong, on the count of the one that is asked: from
// the first minute on, in one trouble after the other, and when the first tokens end in the midst of it.
func TestManners(t *testing.T) {
	if testing.Short() {
		t.Skip("it is two hours of 600 hotels")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, end := gather(t, []string{"booking", "finance", "rateplan"})
		defer end()
		began := time.Now()
		c.pass(16 * time.Minute) // each account was asked, and has forced a token
		c.asked("all is well", began, calmly)
		for _, trouble := range []struct {
			name  string
			fault apaleotest.Fault
			lasts time.Duration
		}{
			{"the API is down", apaleotest.Gateway(502).On(apaleotest.API), 10 * time.Minute},
			{"nobody listens", apaleotest.Refuse().On(apaleotest.API), 10 * time.Minute},
			{"one module is down", apaleotest.Status(500).On(apaleotest.API).At("/booking"), 10 * time.Minute},
			{"identity is down", apaleotest.Gateway(503).On(apaleotest.Identity), 10 * time.Minute},
			{"one hotel is locked", apaleotest.Status(403).On(apaleotest.API).For(c.codes[0]), 15 * time.Minute},
		} {
			c.endure(trouble.name, trouble.fault, trouble.lasts)
		}
	})
}

// endure has something go wrong for a while: it is one incident, and hardly more work for apaleo than its usual day.
func (c *crowded) endure(name string, f apaleotest.Fault, lasts time.Duration) {
	c.t.Helper()
	began, active := time.Now(), c.Fault(f)
	c.pass(lasts)
	c.asked(name, began, inDoubt)
	if n := len(c.monitor.Snapshot().Open); n != 1 {
		c.t.Errorf("%s: %d incidents, want the one", name, n)
	}
	began = time.Now()
	active.Clear()
	c.pass(6 * time.Minute)
	c.asked("no longer: "+name, began, inDoubt)
	c.end(name)
}

// end waits for the end to be told: what came back a while ago has to stay calm for longer.
func (c *crowded) end(name string) {
	c.t.Helper()
	for range 40 {
		if len(c.monitor.Snapshot().Open) == 0 {
			return
		}
		c.pass(time.Minute)
	}
	c.t.Errorf("%s: its end was never told", name)
}
