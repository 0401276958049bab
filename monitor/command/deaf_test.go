package command

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/notify/slack/slacktest"
)

// pings are what the heartbeat's address got.
type pings struct {
	mu   sync.Mutex // protects all below
	good int
	bad  []string // reasons
}

func (p *pings) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	reason, _ := io.ReadAll(io.LimitReader(r.Body, 1<<10))
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.URL.Path == "/ping/fail" {
		p.bad = append(p.bad, string(reason))
		return
	}
	p.good++
}

func (p *pings) got() (good int, bad []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.good, p.bad
}

// One receiver of two that fails is told about on the other, once, as a notice, and its recovery too; the heartbeat goes
// on, as somebody hears. It fails once nobody does.
func TestDeafReceivers(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	beats, deaf := &pings{}, &atomic.Bool{}
	heart := httptest.NewServer(beats)
	t.Cleanup(heart.Close)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if deaf.Load() {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		p.hook.ServeHTTP(w, r)
	}))
	t.Cleanup(other.Close)
	p.more = "heartbeat: {url: \"" + heart.URL + "/ping\"}\n"
	p.configure(p.ops() + fmt.Sprintf(", {name: pager, webhook: {url: %q, secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}}", other.URL))
	p.slack.Always(slacktest.Fault{Status: http.StatusNotFound, Body: "no_service"})
	r := p.start(func(w *World) { w.Pace = monitor.RealPace().Divide(2 * testPace) })
	p.until("all is well", func() bool { return p.state("api-edge") == "up" })
	p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	about := func() (list []delivered) {
		for _, n := range p.hook.of("monitor.notice") {
			if n.Data.Notice.Key == "receiver/ops" {
				list = append(list, n)
			}
		}
		return list
	}
	p.until("pager hears that ops is deaf", func() bool { return len(about()) > 0 })
	from, _ := beats.got()
	p.until("the heart beats on, past the time in which an event has to be heard", func() bool { good, _ := beats.got(); return good >= from+7 })
	if _, bad := beats.got(); len(bad) > 0 || len(about()) != 1 || !strings.Contains(r.get("/readyz?verbose"), "receiver ops") {
		t.Errorf("one of two hears: the heartbeat failed with %q, told %d times", bad, len(about()))
	}
	if !strings.Contains(r.log.String(), "receiver failed") || !strings.Contains(r.get("/ledger"), "ops does not take what is owed") {
		t.Error("neither the log nor the ledger says that ops is deaf")
	}
	deaf.Store(true)
	p.apaleo.ClearFaults()
	p.until("nobody hears of the end, and the heart stops", func() bool {
		_, bad := beats.got()
		return len(bad) > 0 && strings.Contains(bad[0], "no receiver has taken")
	})
	deaf.Store(false)
	p.slack.Always(slacktest.Fault{})
	p.until("both have heard the end, and pager that ops hears again", func() bool {
		all := about()
		return len(p.hook.of("incident.resolved")) == 1 && len(all) == 2 && strings.Contains(all[1].Data.Text, "takes alerts again")
	})
}
