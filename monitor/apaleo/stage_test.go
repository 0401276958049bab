package apaleo_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/probe"
)

// A stage is a bellhop before a stand-in for apaleo: real probes ask it over loopback, and a real book decides what
// people are told. Only the time between two rounds of questions is made up.
type stage struct {
	*apaleotest.Server
	t       *testing.T
	config  apaleo.Config
	edge    apaleo.WebhookConfig
	checks  []*monitor.Check
	book    *monitor.Book
	now     time.Time
	cutOff  bool                    // the control hosts do not answer
	dial    atomic.Pointer[dialing] // how connections are made; nil is as usual
	secrets map[string]string
	inbox   *httptest.Server // the integration's endpoint for webhooks
	inboxed atomic.Int32     // what it answers
	reports func(at time.Time) []monitor.AccountReport
	silent  func(code string, at time.Time) (pings, events bool)
	told    map[string]monitor.Incident // the last version of each
	notices map[string]monitor.Notice
	timeout time.Duration // of an attempt
	kept    string        // where the integration keeps its tokens

	learnFor time.Duration // the integration has been reporting for so long when it begins
}

type dialing func(ctx context.Context, network, address string) (net.Conn, error)

var allScopes = []string{
	"reservations.read", "folios.read", "rateplans.read", "availability.read", "settings.read", "offers.read", "logs.read",
	"distribution:subscriptions.manage", "integration:ui-integrations.manage",
}

// openStage raises the curtain: three hotels with credentials, a store app, and a webhook endpoint.
func openStage(t *testing.T, r row) *stage {
	t.Helper()
	s := &stage{
		t: t, now: time.Now().UTC().Truncate(time.Minute), timeout: 3 * time.Second,
		told: map[string]monitor.Incident{}, notices: map[string]monitor.Notice{},
		secrets: map[string]string{"ALPN": "s3cret", "LAKE": "s3cret", "HILL": "s3cret", "XXXX-AC-APP": "s3cret"},
	}
	s.inboxed.Store(204)
	s.inbox = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(s.inboxed.Load())) }))
	t.Cleanup(s.inbox.Close)
	srv, err := apaleotest.Start(apaleotest.Config{
		Plain: !r.tls, Connect: []apaleotest.Client{{ID: "XXXX-AC-APP", Secret: "s3cret"}},
		Accounts: []apaleotest.Account{s.account("ALPN"), s.account("LAKE"), s.account("HILL")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	s.Server = srv
	transport, err := probe.NewTransport(probe.TransportConfig{Roots: srv.CAPEM, Dial: s.connect})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.Close)
	s.config = apaleo.Config{Hosts: hostsOf(srv), Pace: monitor.RealPace(), Transport: transport, Modules: r.modules, Overrides: r.overrides}
	for name, code := range map[string]string{"alpine": "ALPN", "lake": "LAKE", "hill": "HILL"} {
		a := apaleo.Account{Name: name, Code: code, Type: "Live", Properties: []string{code + "-1"}, Source: s.source(code+"-SP-MON", code)}
		s.config.Accounts = append(s.config.Accounts, a)
	}
	slices.SortFunc(s.config.Accounts, func(a, b apaleo.Account) int { return strings.Compare(a.Name, b.Name) })
	s.edge = apaleo.WebhookConfig{Endpoint: s.inbox.URL + "/hook", Account: &s.config.Accounts[0], Ping: !r.deaf}
	if r.setup != nil {
		r.setup(s)
	}
	s.load()
	return s
}

func (s *stage) account(code string) apaleotest.Account {
	return apaleotest.Account{
		Code: code, ClientID: code + "-SP-MON", ClientSecret: "s3cret", Scopes: allScopes,
		Subscriptions: []apaleotest.Subscription{{ID: "one", EndpointURL: s.inbox.URL + "/hook", Events: []string{"reservation/*"}}},
	}
}

// connect makes connections as the script says.
func (s *stage) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if d := s.dial.Load(); d != nil {
		return (*d)(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// source is a client's tokens. Its budget is out of the way: rounds take no time.
func (s *stage) source(client, code string) *probe.Source {
	s.t.Helper()
	source, err := probe.NewSource(probe.SourceConfig{
		Transport: s.config.Transport, ClientID: client, TokenURL: s.Identity + "/connect/token", Pace: monitor.RealPace().Divide(1_000_000),
		Secret: func() (string, time.Time, error) { return s.secrets[code], time.Time{}, nil },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return source
}

func (s *stage) load() {
	s.t.Helper()
	checks, err := apaleo.Watchlist(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	hooks, err := s.config.Webhook(s.edge)
	if err != nil {
		s.t.Fatal(err)
	}
	s.checks = append(checks, hooks...)
	s.book = monitor.NewBook(monitor.Saved{ID: "book", Epoch: 1}, s.config.Pace, apaleo.Advise)
	s.feed(monitor.Reconfigure{At: s.now, Checks: s.checks, Names: s.config.Names(), Controls: 2, Reported: s.config.Reported(), Advise: apaleo.Advise})
	s.feed(monitor.Controls{At: s.now, Answers: s.controls()})
	s.learn(s.learnFor)
}

func (s *stage) controls() []monitor.ControlAnswer {
	return []monitor.ControlAnswer{{Name: "one", OK: !s.cutOff}, {Name: "two", OK: !s.cutOff}}
}

// feed has the book decide, and takes down what people are told.
func (s *stage) feed(in ...monitor.Input) {
	c := s.book.Decide(in)
	s.book.Apply(c)
	for _, e := range c.Events {
		s.told[e.Incident.ID] = e.Incident
	}
	for key, n := range c.Notices {
		s.notices[key] = *n
	}
}

// rounds asks everything so often, so far apart.
func (s *stage) rounds(n int, apart time.Duration) {
	for range n {
		s.now = s.now.Add(apart)
		for _, c := range s.checks {
			s.feed(s.outcome(c))
		}
		s.report()
		s.feed(monitor.Tick{At: s.now})
	}
}

// outcome is what a check sees at the made-up time.
func (s *stage) outcome(c *monitor.Check) monitor.Outcome {
	ctx, cancel := context.WithTimeout(s.t.Context(), s.timeout)
	defer cancel()
	o := c.Ask(ctx, monitor.Attempt{At: s.now, Fresh: s.dial.Load() != nil})
	o.Check, o.At, o.Started = c.ID(), s.now, s.now
	if o.Fault.Connection() {
		o.Controls = s.controls()
	}
	return o
}

func (s *stage) report() {
	if s.reports == nil {
		return
	}
	s.feed(monitor.Report{At: s.now, ID: fmt.Sprint(s.now.UnixNano()), Covers: time.Minute, Random: make([]byte, 32), Accounts: s.reports(s.now)})
}

// learn has the integration report for so long, while nothing is asked.
func (s *stage) learn(d time.Duration) {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(time.Minute)
		s.report()
	}
}

// open are the incidents that stand, as people read them.
func (s *stage) open() (all []monitor.Incident) {
	for _, i := range s.told {
		if i.State == monitor.IncidentOpen {
			all = append(all, i)
		}
	}
	return all
}

// standing are the notices that stand.
func (s *stage) standing() (all []monitor.Notice) {
	for _, n := range s.notices {
		if !n.Over {
			all = append(all, n)
		}
	}
	return all
}
