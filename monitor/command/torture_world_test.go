package command_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

// A world is what the tortured daemon watches, and how it breaks.
type world struct {
	apaleo   *apaleotest.Server
	own      []*httptest.Server // the user's
	down     []*atomic.Bool     // which of them are
	controls []*httptest.Server
	offline  atomic.Bool // the control hosts
	seed     uint64
}

const ownHosts = 10

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{seed: seed}
	var accounts []apaleotest.Account
	for _, code := range tortureHotels() {
		accounts = append(accounts, apaleotest.Account{
			Code: code, ClientID: code + "-SP-MON", ClientSecret: "right",
			Scopes: []string{"identity:account-users.read"}, TokenLifetime: time.Hour,
		})
	}
	var err error
	if w.apaleo, err = apaleotest.Start(apaleotest.Config{Plain: true, Accounts: accounts}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.apaleo.Close)
	for n := range ownHosts {
		w.down = append(w.down, new(atomic.Bool))
		w.own = append(w.own, host(t, w.down[n], func(rw http.ResponseWriter) { rw.WriteHeader(http.StatusServiceUnavailable) }))
	}
	for range 3 {
		w.controls = append(w.controls, host(t, &w.offline, func(http.ResponseWriter) { panic(http.ErrAbortHandler) }))
	}
	return w
}

func tortureHotels() []string { return []string{"ALPN", "BLTC", "CSTL"} }

// host answers 204, but while it is bad does something else.
func host(t *testing.T, bad *atomic.Bool, instead func(http.ResponseWriter)) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if bad.Load() {
			instead(rw)
			return
		}
		rw.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(s.Close)
	return s
}

func (w *world) config() string {
	var b strings.Builder
	fmt.Fprintf(&b, "apaleo: {api: %q, identity: %q, webhook: %q, status_page: %q}\naccounts:\n",
		w.apaleo.API, w.apaleo.Identity, w.apaleo.Webhook, w.apaleo.StatusPage)
	for _, code := range tortureHotels() {
		fmt.Fprintf(&b, "  - {name: %s, code: %s, client_id: %s-SP-MON, client_secret: right}\n", strings.ToLower(code), code, code)
	}
	b.WriteString("watchlist:\n  include: [apaleo]\n  checks:\n")
	for n, own := range w.own {
		for page := range 1 + n%2 { // two checks that fail at a time have their host for a cause
			fmt.Fprintf(&b, "    - {name: own-%d-%d, schedule: \"@every 500ms\", timeout: 300ms, http: {url: \"%s/%d\"}}\n", n, page, own.URL, page)
		}
	}
	b.WriteString("control:\n")
	for _, c := range w.controls {
		fmt.Fprintf(&b, "  - %s/generate_204\n", c.URL)
	}
	return b.String()
}

// troubles are what can befall apaleo and the way to it. Each begins when called, and ends by what it returns.
func (w *world) troubles() []func() (end func()) {
	fault := func(f apaleotest.Fault) func() func() {
		return func() func() { return w.apaleo.Fault(f).Clear }
	}
	change := func(edit, back func(*apaleotest.Account)) func() func() {
		return func() func() {
			w.apaleo.Change("BLTC", edit)
			return func() { w.apaleo.Change("BLTC", back) }
		}
	}
	return []func() func(){
		fault(apaleotest.Gateway(502).On(apaleotest.API)),
		fault(apaleotest.Status(500).On(apaleotest.API).Share(0.6)),
		fault(apaleotest.Refuse().On(apaleotest.API)),
		fault(apaleotest.Gateway(503).On(apaleotest.Identity)),
		fault(apaleotest.Slow(time.Hour).On(apaleotest.Identity)),
		fault(apaleotest.Reset().On(apaleotest.Webhook)),
		fault(apaleotest.Status(500).On(apaleotest.API).For("CSTL")),
		fault(apaleotest.TooMany(time.Second).On(apaleotest.API).For("ALPN")),
		change(func(a *apaleotest.Account) { a.AccessRevoked = true }, func(a *apaleotest.Account) { a.AccessRevoked = false }),
		change(func(a *apaleotest.Account) { a.ClientSecret = "" }, func(a *apaleotest.Account) { a.ClientSecret = "right" }),
		w.cutOff,
	}
}

// cutOff is our own way out that is gone.
func (w *world) cutOff() func() {
	w.offline.Store(true)
	gone := w.apaleo.Fault(apaleotest.Refuse())
	return func() {
		gone.Clear()
		w.offline.Store(false)
	}
}

// trouble lets one misfortune after another befall the world until calm is called, which returns when all is
// good: up to two at a time befall apaleo, and each of the user's hosts has its own.
func (w *world) trouble(ctx context.Context) (calm func()) {
	ctx, cancel := context.WithCancel(ctx)
	var hands sync.WaitGroup
	hand := func(n int, troubles []func() func()) {
		luck := rand.New(rand.NewPCG(w.seed, uint64(100+n)))
		hands.Go(func() {
			for ctx.Err() == nil {
				wait(ctx, time.Duration(luck.Int64N(int64(3*time.Second))))
				end := troubles[luck.IntN(len(troubles))]()
				wait(ctx, time.Duration(luck.Int64N(int64(5*time.Second))))
				end()
			}
		})
	}
	var even, odd []func() func() // the same trouble cannot begin twice
	for n, trouble := range w.troubles() {
		if n%2 == 0 {
			even = append(even, trouble)
		} else {
			odd = append(odd, trouble)
		}
	}
	hand(0, even)
	hand(1, odd)
	for n, down := range w.down {
		hand(2+n, []func() func(){func() func() {
			down.Store(true)
			return func() { down.Store(false) }
		}})
	}
	return func() {
		cancel()
		hands.Wait()
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}
