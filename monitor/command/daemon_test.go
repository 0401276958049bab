package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/notify/slack/slacktest"
)

const (
	testPace = 40               // a minute is a second and a half
	patience = 30 * time.Second // for what takes a few; machines that test are busy
)

// A place is all that a daemon in a test needs: a stand-in for apaleo, two receivers, two control hosts, and a
// folder.
type place struct {
	*testing.T
	dir     string
	apaleo  *apaleotest.Server
	slack   *slacktest.Channel
	hook    *hook
	control *httptest.Server
	more    string // at the end of config.yaml
}

func newPlace(t *testing.T) *place {
	t.Helper()
	stand, err := apaleotest.Start(apaleotest.Config{
		Accounts: []apaleotest.Account{{Code: "ALPN", ClientID: "ALPN-SP-MON", ClientSecret: "s3cret"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stand.Close)
	p := &place{T: t, dir: t.TempDir(), apaleo: stand, slack: &slacktest.Channel{}, hook: &hook{}}
	p.control = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(p.control.Close)
	p.write("ca.pem", string(stand.CAPEM))
	p.write("secret", "s3cret")
	return p
}

func (p *place) write(name, text string) {
	p.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.Fatal(err)
	}
}

func (p *place) config() string { return filepath.Join(p.dir, "config.yaml") }

// configure writes config.yaml with these receivers.
func (p *place) configure(receivers string) {
	p.Helper()
	p.write("config.yaml", fmt.Sprintf(`
apaleo: {api: %q, identity: %q, webhook: %q, status_page: %q, ca_file: ca.pem}
accounts:
  - {name: alpine-hotels, code: ALPN, client_id: ALPN-SP-MON, client_secret_file: secret}
watchlist: {include: [apaleo]}
receivers: [%s]
control: ["%[6]s/generate_204", "%[7]s/generate_204"]
store: {path: bellhop.db}
web: {listen: "127.0.0.1:0"}
%[8]s`, p.apaleo.API, p.apaleo.Identity, p.apaleo.Webhook, p.apaleo.StatusPage, receivers,
		p.control.URL, strings.Replace(p.control.URL, "127.0.0.1", "localhost", 1), p.more))
}

// ops and pager are the two receivers.
func (p *place) ops() string {
	s := httptest.NewServer(p.slack)
	p.Cleanup(s.Close)
	return fmt.Sprintf("{name: ops, slack: {webhook_url: %q}}", s.URL+"/services/T/B/secret")
}

func (p *place) pager() string {
	s := httptest.NewServer(p.hook)
	p.Cleanup(s.Close)
	return fmt.Sprintf("{name: pager, webhook: {url: %q, secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}}", s.URL)
}

// A hook takes webhooks, and knows those that come again by their id, as receivers should.
type hook struct {
	mu       sync.Mutex // protects all below
	received []delivered
}

type delivered struct {
	ID   string `json:"-"`
	Type string `json:"type"`
	Data struct {
		Text     string
		Incident struct{ ID string }
		Notice   struct{ Key string }
	}
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	d := delivered{ID: r.Header.Get("webhook-id")}
	if err != nil || json.Unmarshal(body, &d) != nil {
		http.Error(w, "what?", http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !slices.ContainsFunc(h.received, func(old delivered) bool { return old.ID == d.ID }) {
		h.received = append(h.received, d)
	}
}

// of lists what came of a type.
func (h *hook) of(kind string) []delivered {
	h.mu.Lock()
	defer h.mu.Unlock()
	var some []delivered
	for _, d := range h.received {
		if d.Type == kind {
			some = append(some, d)
		}
	}
	return some
}

// A running daemon.
type running struct {
	*place
	Serving
	hangups chan os.Signal
	stop    context.CancelFunc
	ended   chan struct{}
	status  int
	log     *ledger
}

// A ledger keeps what is written to it.
type ledger struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *ledger) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs the daemon, and waits until it watches.
func (p *place) start(edit ...func(*World)) *running {
	p.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := &running{place: p, hangups: make(chan os.Signal), stop: stop, ended: make(chan struct{}), log: &ledger{}}
	started := make(chan Serving, 1)
	w := World{
		Args: []string{"--config", p.config()}, Stdout: io.Discard, Stderr: r.log, Env: os.LookupEnv,
		Pace: monitor.RealPace().Divide(testPace), Hangups: r.hangups, LockWait: 5 * time.Second,
		Started: func(s Serving) { started <- s },
	}
	for _, f := range edit {
		f(&w)
	}
	go func() {
		defer close(r.ended)
		r.status = Run(ctx, w)
	}()
	p.Cleanup(r.halt)
	select {
	case r.Serving = <-started:
	case <-r.ended:
		p.Fatalf("the daemon ended with %d:\n%s", r.status, r.log)
	case <-time.After(patience):
		p.Fatalf("the daemon did not start:\n%s", r.log)
	}
	return r
}

// halt ends the daemon, and waits.
func (r *running) halt() {
	r.stop()
	<-r.ended
	if r.Failed() {
		r.Logf("log of the daemon:\n%s", r.log)
	}
}

// until waits for what takes a few seconds.
func (p *place) until(what string, so func() bool) {
	p.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			p.Fatalf("%s: not after %v\nslack:\n%s\nwebhook: %+v", what, patience, p.slack, p.hook.of("incident.opened"))
		}
	}
}

// says runs a command, and gives what it printed and its exit status.
func (p *place) says(args ...string) (string, int) {
	var out bytes.Buffer
	status := Run(context.Background(), World{
		Args: append(args, "--config", p.config()), Stdout: &out, Stderr: &out, Env: os.LookupEnv, Pace: monitor.RealPace().Divide(testPace),
	})
	return out.String(), status
}

func (p *place) state(check string) string {
	text, status := p.says("explain", check, "--json")
	var e Explanation
	if status != exitGood || json.Unmarshal([]byte(text), &e) != nil {
		return text
	}
	return string(e.State)
}

// get asks the operator's page.
func (r *running) get(path string) string {
	r.Helper()
	resp, err := http.Get(r.Page + path)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatal(err)
	}
	return string(text)
}

// An outage of apaleo's API is told once on Slack and once on the webhook, and so is its end, although the
// daemon was restarted in between.
func TestToldOnceAcrossARestart(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.ops() + ", " + p.pager())
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" && p.state("inventory") == "up" })
	outage := p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("both are told", func() bool { return len(p.hook.of("incident.opened")) > 0 && len(p.slack.Posts()) > 0 })
	p.until("it is shown as down", func() bool { return p.state("api-edge") == "down" })
	text, status := p.says("explain", "api-edge")
	for _, want := range []string{"It is d", "HTTP 502", "SUSPICION", " of 56", "fail fail fail", "Cause: host ", "ops ", "pager ", "v1, open"} {
		if status != exitGood || !strings.Contains(text, want) {
			t.Errorf("explain lacks %q:\n%s", want, text)
		}
	}
	if text, _ := p.says("outbox"); !strings.Contains(text, "its end") || !strings.Contains(text, "apaleo API") {
		t.Errorf("the outbox says\n%s", text)
	}
	r.halt()
	if r.status != exitGood {
		t.Errorf("the daemon ended with %d", r.status)
	}
	if text, status := p.says("outbox"); status != exitGood || !strings.Contains(text, "No bellhop runs") || !strings.Contains(text, "pager") {
		t.Errorf("without a daemon the outbox says %d\n%s", status, text)
	}
	if text, status := p.says("explain", "api-edge"); status != exitGood || !strings.Contains(text, "Incident inc_") {
		t.Errorf("without a daemon explain says %d\n%s", status, text)
	}
	p.start()
	outage.Clear()
	p.until("both hear of the end", func() bool { return len(p.hook.of("incident.resolved")) > 0 && len(p.slack.Posts()) > 1 })
	p.until("nothing is owed", func() bool { text, _ := p.says("outbox"); return strings.HasPrefix(text, "Nothing is owed") })
	opened, resolved := p.hook.of("incident.opened"), p.hook.of("incident.resolved")
	if len(opened) != 1 || len(resolved) != 1 || opened[0].Data.Incident.ID != resolved[0].Data.Incident.ID {
		t.Errorf("the webhook got %+v and %+v, want one incident's opening and its end", opened, resolved)
	}
	if posts := p.slack.Posts(); len(posts) != 2 || !strings.Contains(posts[0].Lead(), "DOWN") || !strings.Contains(posts[1].Lead(), "Recovered") {
		t.Errorf("Slack shows\n%s\nwant DOWN and Recovered", p.slack)
	}
}
