package command

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/monitor/store"
	"bellhop/notify/slack/slacktest"
)

// A stage is everything around bellhop that the demo needs, on this machine: apaleo, a store app that works with it,
// Slack, a webhook receiver, three hosts that have nothing to do with them, and a directory with a configuration for
// all that.
type stage struct {
	dir    string
	config string // path of the configuration
	apaleo *apaleotest.Server
	app    *demoApp

	stalled *apaleotest.Stalled // webhooks that are kept back
	slack   *slacktest.Workspace
	channel *slacktest.Channel // where bellhop tells people
	hook    *demoHook
	door    demoDoor // to bellhop's own pages: it is there before they are, so that messages can link to them
	hosts   []*localServer
	pages   demoPages
}

const demoStore = "bellhop.db"

// demoPages are addresses for a browser.
type demoPages struct{ status, slack string }

// The hotels of the story, and the store app. What they are called in alerts is the name.
const (
	alpine, alpineCode   = "alpine-hotels", "ALPN"
	harbour, harbourCode = "harbour-inn", "HARB" // its secret is revoked
	city, cityCode       = "city-rooms", "CITY"  // it takes a scope away
	storeApp             = "STAY-AC-PLUS"
	storeSecret          = "secret-of-store-app"
)

// demoHotel is one account, of its name and code.
type demoHotel struct{ name, code string }

// demoHotels are those for which bellhop has credentials of its own.
var demoHotels = []demoHotel{{alpine, alpineCode}, {harbour, harbourCode}}

// appHotels are those of which the store app reports: bellhop has no credentials for them.
func appHotels() []demoHotel {
	return []demoHotel{
		{city, cityCode},
		{"lakeside", "LAKE"},
		{"old-mill", "MILL"},
		{"grand-central", "GRND"},
		{"seaside", "SEAS"},
		{"park-view", "PARK"},
		{"rose-garden", "ROSE"},
		{"north-star", "STAR"},
		{"sunny-hill", "HILL"},
		{"blue-bay", "BLUE"},
		{"town-hall", "TOWN"},
		{"fox-inn", "FOXI"},
	}
}

func (h demoHotel) client() string { return "BELLHOP-" + h.code }
func (h demoHotel) secret() string { return "secret-of-" + h.name }

// openStage starts all of it. What was started is closed again if something fails.
func openStage(ctx context.Context, p monitor.Pace) (st *stage, err error) {
	st = &stage{slack: slacktest.New(slacktest.Options{Name: "bellhop-demo", Faster: p.By})}
	st.channel = st.slack.Open("ops")
	defer func() {
		if err != nil {
			st.close()
		}
	}()
	if st.dir, err = os.MkdirTemp("", "bellhop-demo-"); err != nil {
		return st, err
	}
	if st.apaleo, err = apaleotest.Start(demoApaleo(p)); err != nil {
		return st, fmt.Errorf("apaleo: %w", err)
	}
	secrets := demoSecrets{newSecret(), newSecret()}
	st.app = newDemoApp(st.apaleo, p, secrets.report)
	if st.hook, err = newDemoHook(secrets.hook); err != nil {
		return st, err
	}
	quiet := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, h := range []http.Handler{st.slack, st.hook, quiet, quiet, quiet, st.app, &st.door} {
		host, err := listenLocal(ctx, h)
		if err != nil {
			return st, err
		}
		st.hosts = append(st.hosts, host)
	}
	st.pages.status = st.hosts[6].url
	st.pages.slack = st.hosts[0].url + "/archives/" + st.channel.ID()
	st.subscribe(p)
	return st, errors.Join(st.write(secrets, p), st.remember(ctx, p))
}

// subscribe has apaleo send the store app what happens in its hotels.
func (st *stage) subscribe(p monitor.Pace) {
	for _, h := range appHotels() {
		st.apaleo.Change(h.code, func(a *apaleotest.Account) {
			a.Subscriptions = []apaleotest.Subscription{{ID: h.code, EndpointURL: st.hosts[5].url, Events: []string{"reservation/*"}, Client: storeApp}}
		})
	}
	st.apaleo.Deliver(apaleotest.Deliveries{Ping: p.Of(2 * time.Minute), Event: p.Of(time.Minute)})
}

func demoApaleo(p monitor.Pace) apaleotest.Config {
	c := apaleotest.Config{Connect: []apaleotest.Client{{ID: storeApp, Secret: storeSecret, Scopes: appScopes, TokenLifetime: p.Of(time.Hour)}}}
	for _, h := range append(appHotels(), demoHotels...) {
		c.Accounts = append(c.Accounts, apaleotest.Account{Code: h.code, Name: h.name, ClientID: h.client(), ClientSecret: h.secret(), Scopes: []string{"folios.read"}})
	}
	return c
}

// demoSecrets are those in the configuration.
type demoSecrets struct{ hook, report string }

// newSecret is a new one for signing webhooks.
func newSecret() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // it never fails: crypto/rand
	return "whsec_" + base64.StdEncoding.EncodeToString(key[:])
}

// write makes the configuration.
func (st *stage) write(s demoSecrets, p monitor.Pace) error {
	ca := filepath.Join(st.dir, "ca.pem")
	st.config = filepath.Join(st.dir, "config.yaml")
	return errors.Join(
		os.WriteFile(ca, st.apaleo.CAPEM, 0o600),
		os.WriteFile(st.config, []byte(st.configuration(s, p)), 0o600),
	)
}

func (st *stage) configuration(s demoSecrets, p monitor.Pace) string {
	var b strings.Builder
	a := st.apaleo
	fmt.Fprintf(&b, "# Made by bellhop demo: everything in here is on this machine, and goes away with it.\napaleo:\n")
	fmt.Fprintf(&b, "  api: %s\n  identity: %s\n  webhook: %s\n  status_page: %s\n  ca_file: ca.pem\n", a.API, a.Identity, a.Webhook, a.StatusPage)
	b.WriteString("accounts:\n")
	for _, h := range demoHotels {
		fmt.Fprintf(&b, "  - {name: %s, code: %s, client_id: %s, client_secret: %s}\n", h.name, h.code, h.client(), h.secret())
	}
	fmt.Fprintf(&b, "  - {name: store-app, kind: connect, client_id: %s, client_secret: %s}\n", storeApp, storeSecret)
	fmt.Fprintf(&b, "watchlist:\n  include: [apaleo]\n  modules: [folios]\n  overrides: {status-page: {every: %s}}\nreceivers:\n", p.Of(2*time.Minute)) // else every five
	fmt.Fprintf(&b, "  - {name: ops, slack: {token: %s, channel: %s, api: %s/api}}\n", st.slack.Token(), st.channel.ID(), st.hosts[0].url)
	fmt.Fprintf(&b, "  - {name: pager, webhook: {url: %q, secret: %q}}\n", st.hosts[1].url, s.hook)
	b.WriteString("control:\n")
	for _, h := range st.hosts[2:5] {
		fmt.Fprintf(&b, "  - %s/generate_204\n", h.url)
	}
	fmt.Fprintf(&b, "report: {token: %q}\n", s.report)
	b.WriteString("store: {path: " + demoStore + "}\nweb: {listen: \"127.0.0.1:0\", public_url: " + st.pages.status + "}\n")
	return b.String()
}

// remember has bellhop know from the week before how often events come: what silence means is learned.
func (st *stage) remember(ctx context.Context, p monitor.Pace) error {
	s, err := store.Open(ctx, store.Config{Path: filepath.Join(st.dir, demoStore), Version: build().Version, Pace: p})
	if err != nil {
		return err
	}
	saved, err := s.Load(ctx)
	if err == nil {
		err = s.Save(ctx, saved.Epoch, monitor.Change{At: time.Now(), Hotels: map[string]*monitor.Hotel{"": usualHotels(p)}})
	}
	return errors.Join(err, s.Close())
}

// usualHotels is what is known of all hotels together: there is an event in every minute of the day.
func usualHotels(p monitor.Pace) *monitor.Hotel {
	h := &monitor.Hotel{Seen: time.Now()}
	for hour := range h.Events.Hours {
		h.Events.Hours[hour], h.Events.Seen[hour] = 1, 300
	}
	h.Events.Longest = p.Of(2 * time.Minute)
	return h
}

// close ends all that was started, and removes the directory.
func (st *stage) close() {
	if st.apaleo != nil {
		st.apaleo.Close()
	}
	for _, h := range st.hosts {
		h.close()
	}
	if st.dir != "" {
		_ = os.RemoveAll(st.dir) // what cannot be removed is the system's to clear: it is in its temporary directory
	}
}
