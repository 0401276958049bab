package apaleotest_test

import (
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

// goroutinesIn counts the goroutines that have the text in their stack.
func goroutinesIn(text string) (n int) {
	buf := make([]byte, 4<<20)
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, text) {
			n++
		}
	}
	return n
}

// askInVain asks each address, and reads nothing of what comes.
func askInVain(t *testing.T, s *apaleotest.Server, addresses ...string) *sync.WaitGroup {
	var clients sync.WaitGroup
	for _, at := range addresses {
		c := clientFor(t, s)
		c.Timeout = 20 * time.Second
		clients.Go(func() {
			if resp, err := c.Do(request(t, http.MethodGet, at, "")); err == nil {
				t.Cleanup(func() { resp.Body.Close() })
			}
		})
	}
	return &clients
}

// Close takes under a second and leaves nothing running, whatever the faults hold and however clients dawdle.
func TestCloseEndsEverything(t *testing.T) {
	s, err := apaleotest.Start(apaleotest.Config{Accounts: []apaleotest.Account{alpine()}})
	if err != nil {
		t.Fatal(err)
	}
	s.Fault(apaleotest.Slow(time.Hour).On(apaleotest.API).At("/health"))
	s.Fault(apaleotest.Drip(time.Hour).On(apaleotest.StatusPage))
	s.Fault(apaleotest.Endless().On(apaleotest.Identity))
	s.Fault(apaleotest.Refuse().On(apaleotest.Webhook))
	defer askInVain(t, s, s.API+"/health", s.StatusPage+"/", s.Identity+"/connect/token").Wait()
	silent, err := net.Dial("tcp", strings.TrimPrefix(s.API, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	eventually(t, "the faults hold their requests", func() bool {
		return goroutinesIn("apaleotest.(*Server).strike") == 3
	})
	began := time.Now()
	s.Close()
	s.Close() // twice does no harm
	if took := time.Since(began); took > time.Second {
		t.Errorf("close took %v, want under a second", took)
	}
	eventually(t, "no goroutine is left", func() bool {
		return goroutinesIn("net/http.(*conn).serve") == 0 && goroutinesIn("net/http.(*Server).Serve") == 0
	})
	s.ClearFaults() // does not open what Close has shut
	if c, err := net.Dial("tcp", strings.TrimPrefix(s.Webhook, "https://")); err == nil {
		c.Close()
		t.Error("a closed server listens again")
	}
}

// Everything a script may do at run time is safe while clients ask; -race says so.
func TestScriptsRunBesideRequests(t *testing.T) {
	s := start(t)
	bearer := token(t, s, clientFor(t, s), alpine())
	var wg sync.WaitGroup
	for range 4 {
		c := clientFor(t, s)
		wg.Go(func() {
			for range 25 {
				_, _ = try(c, request(t, http.MethodGet, s.API+"/account/v1/accounts/current", bearer))
				_, _ = try(c, request(t, http.MethodGet, s.StatusPage+"/", ""))
			}
		})
	}
	for i := range 25 {
		s.Change("ALPN", func(a *apaleotest.Account) { a.Properties = i })
		s.ChangeConnect("XXXX-AC-STORE", "s")
		s.PostIncidents(apaleotest.StatusIncident{Name: "x"})
		f := s.Fault(apaleotest.Reset().Share(0.5))
		g := s.Fault([]apaleotest.Fault{apaleotest.WrongName(), apaleotest.Refuse()}[i%2].On(apaleotest.API))
		_ = s.Requests().On(apaleotest.API).Busiest(time.Minute) + f.Hits()
		g.Clear()
		f.Clear()
	}
	wg.Wait()
	wantStatus(t, "in the end", get(t, clientFor(t, s), s.API+"/account/v1/accounts/current", bearer), 200)
}

func TestStartRefusesContradictions(t *testing.T) {
	for what, c := range map[string]apaleotest.Config{
		"no code":        {Accounts: []apaleotest.Account{{ClientID: "x"}}},
		"no client id":   {Accounts: []apaleotest.Account{{Code: "x"}}},
		"code twice":     {Accounts: []apaleotest.Account{{Code: "x", ClientID: "a"}, {Code: "x", ClientID: "b"}}},
		"client twice":   {Accounts: []apaleotest.Account{{Code: "x", ClientID: "a"}, {Code: "y", ClientID: "a"}}},
		"connect shared": {Accounts: []apaleotest.Account{{Code: "x", ClientID: "a"}}, Connect: []apaleotest.Client{{ID: "a"}}},
	} {
		if s, err := apaleotest.Start(c); err == nil {
			s.Close()
			t.Errorf("%s: started", what)
		}
	}
}

func TestRequestsAreCounted(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	bearer := token(t, s, c, alpine())
	began := time.Now()
	for range 3 {
		get(t, c, s.API+"/account/v1/accounts/current?x=1", bearer)
	}
	get(t, c, s.API+"/health", "")
	all := s.Requests()
	for what, got := range map[string]int{
		"all":                      len(all) - 1,
		"API":                      len(all.On(apaleotest.API)),
		"API by path":              len(all.On(apaleotest.API).At("/account")) + 1,
		"by account":               len(all.For("ALPN").On(apaleotest.API)) + 1,
		"since":                    len(all.Since(began)),
		"busiest":                  all.On(apaleotest.API).Busiest(time.Minute),
		"tokens":                   s.TokenRequests("ALPN-SP-MON") + 3,
		"tokens of another client": s.TokenRequests("BLTC-SP-MON") + 4,
	} {
		if got != 4 {
			t.Errorf("%s: got %d, want 4", what, got)
		}
	}
}
