package command

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/notify/slack/slacktest"
)

// A stage is everything around bellhop that the demo needs, on this machine: apaleo, Slack, a webhook receiver,
// three hosts that have nothing to do with them, and a directory with a configuration for all that.
type stage struct {
	dir    string
	config string // path of the configuration
	apaleo *apaleotest.Server
	slack  slacktest.Channel
	hook   *demoHook
	hosts  []*localServer
	pages  demoPages
}

// demoPages are addresses for a browser.
type demoPages struct{ status, slack string }

// The hotels of the story, and the store app. What they are called in alerts is the name.
const (
	harbour, harbourCode = "harbour-inn", "HARB" // its secret is revoked
	city, cityCode       = "city-rooms", "CITY"  // it takes our access away
	alpine, alpineCode   = "alpine-hotels", "ALPN"
	storeApp             = "STAY-AC-PLUS"
)

// demoHotel is one account, of its name and code.
type demoHotel struct{ name, code string }

var demoHotels = []demoHotel{{alpine, alpineCode}, {harbour, harbourCode}, {city, cityCode}}

func (h demoHotel) client() string { return "BELLHOP-" + h.code }
func (h demoHotel) secret() string { return "secret-of-" + h.name }

// openStage starts all of it. What was started is closed again if something fails.
func openStage(ctx context.Context) (st *stage, err error) {
	st = &stage{}
	defer func() {
		if err != nil {
			st.close()
		}
	}()
	if st.dir, err = os.MkdirTemp("", "bellhop-demo-"); err != nil {
		return st, err
	}
	if st.apaleo, err = apaleotest.Start(demoApaleo()); err != nil {
		return st, fmt.Errorf("apaleo: %w", err)
	}
	secret := newSecret()
	if st.hook, err = newDemoHook(secret); err != nil {
		return st, err
	}
	quiet := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, h := range []http.Handler{&st.slack, st.hook, quiet, quiet, quiet} {
		host, err := listenLocal(ctx, h)
		if err != nil {
			return st, err
		}
		st.hosts = append(st.hosts, host)
	}
	st.pages.slack = st.hosts[0].url
	return st, st.write(secret)
}

func demoApaleo() apaleotest.Config {
	c := apaleotest.Config{Connect: []apaleotest.Client{{ID: storeApp, Secret: "secret-of-store-app"}}}
	for _, h := range demoHotels {
		c.Accounts = append(c.Accounts, apaleotest.Account{Code: h.code, Name: h.name, ClientID: h.client(), ClientSecret: h.secret()})
	}
	return c
}

// newSecret is a new one for signing webhooks.
func newSecret() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // it never fails: crypto/rand
	return "whsec_" + base64.StdEncoding.EncodeToString(key[:])
}

// write makes the configuration.
func (st *stage) write(secret string) error {
	ca := filepath.Join(st.dir, "ca.pem")
	st.config = filepath.Join(st.dir, "config.yaml")
	return errors.Join(
		os.WriteFile(ca, st.apaleo.CAPEM, 0o600),
		os.WriteFile(st.config, []byte(st.configuration(secret)), 0o600),
	)
}

func (st *stage) configuration(secret string) string {
	var b strings.Builder
	a := st.apaleo
	fmt.Fprintf(&b, "# Made by bellhop demo: everything in here is on this machine, and goes away with it.\napaleo:\n")
	fmt.Fprintf(&b, "  api: %s\n  identity: %s\n  webhook: %s\n  status_page: %s\n  ca_file: ca.pem\n", a.API, a.Identity, a.Webhook, a.StatusPage)
	b.WriteString("accounts:\n")
	for _, h := range demoHotels {
		fmt.Fprintf(&b, "  - {name: %s, code: %s, client_id: %s, client_secret: %s}\n", h.name, h.code, h.client(), h.secret())
	}
	fmt.Fprintf(&b, "  - {name: store-app, kind: connect, client_id: %s, client_secret: secret-of-store-app}\n", storeApp)
	fmt.Fprintf(&b, "watchlist:\n  include: [apaleo]\nreceivers:\n")
	fmt.Fprintf(&b, "  - {name: ops, slack: {webhook_url: %q}}\n", st.hosts[0].url+"/services/T0/B0/demo")
	fmt.Fprintf(&b, "  - {name: pager, webhook: {url: %q, secret: %q}}\n", st.hosts[1].url, secret)
	b.WriteString("control:\n")
	for _, h := range st.hosts[2:] {
		fmt.Fprintf(&b, "  - %s/generate_204\n", h.url)
	}
	b.WriteString("store: {path: bellhop.db}\nweb: {listen: \"127.0.0.1:0\"}\n")
	return b.String()
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

// A localServer is a server on a port of this machine that the system chose.
type localServer struct {
	url    string
	server *http.Server
	served chan struct{} // closed when it has ended
}

func listenLocal(ctx context.Context, h http.Handler) (*localServer, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen on this machine: %w", err)
	}
	s := &localServer{
		url: "http://" + l.Addr().String(), served: make(chan struct{}),
		server: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second},
	}
	go func() {
		defer close(s.served)
		_ = s.server.Serve(l) // it ends by close
	}()
	return s, nil
}

func (s *localServer) close() {
	_ = s.server.Close()
	<-s.served
}
