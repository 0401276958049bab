package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
	"bellhop/notify/slack/slacktest"
)

// The control socket is for its user alone, works in a folder whose path is too long for a socket, and takes
// the place of one that a killed daemon left behind.
func TestControlSocket(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.dir = filepath.Join(p.dir, strings.Repeat("long-", 30))
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	p.write("ca.pem", string(p.apaleo.CAPEM))
	p.write("secret", "s3cret")
	p.configure("")
	p.write("bellhop.db.sock", "left over")
	r := p.start()
	if info, err := os.Stat(r.Socket); err != nil || info.Mode().Perm() != 0o600 || info.Mode()&os.ModeSocket == 0 {
		t.Errorf("the socket %s is %v, %v", r.Socket, info, err)
	}
	if text, status := p.says("healthcheck", "--json"); status != exitGood || !strings.Contains(text, `"checks"`) {
		t.Errorf("healthcheck says %d %s", status, text)
	}
	if text, status := p.says("explain", "api-edg"); status != exitMisuse || !strings.Contains(text, "\tapi-edge") {
		t.Errorf("explain says %d %s", status, text)
	}
	r.halt()
	if _, err := os.Stat(r.Socket); err == nil {
		t.Error("the socket is still there")
	}
}

// A test message is marked TEST, goes through the daemon or without one, and the receiver's answer decides the
// exit status.
func TestTestAlert(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.ops())
	if text, status := p.says("test-alert", "ops"); status != exitGood || !strings.Contains(text, "ops (slack) took the whole test") {
		t.Errorf("without a daemon: %d %s", status, text)
	}
	p.start()
	if text, status := p.says("test-alert", "opps"); status != exitMisuse || !strings.Contains(text, "\tops") {
		t.Errorf("unknown: %d %s", status, text)
	}
	if text, status := p.says("test-alert", "ops"); status != exitGood {
		t.Errorf("by the daemon: %d %s", status, text)
	}
	posts := p.slack.Posts()
	if len(posts) != 6 || slices.ContainsFunc(posts, func(p slacktest.Post) bool { return !strings.Contains(p.Text, "TEST") }) {
		t.Errorf("Slack shows\n%s", p.slack)
	}
}

// An operator sees what a dead receiver is owed, and can have it tried again or given up.
func TestOutboxOrders(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.ops() + ", " + p.pager())
	p.slack.Always(slacktest.Fault{Status: http.StatusNotFound, Body: "no_service"})
	p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" })
	if text, status := p.says("outbox", "retry", "ops"); status != exitMisuse || !strings.Contains(text, "nothing is owed to ops") {
		t.Errorf("retry of nothing says %d %s", status, text)
	}
	p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("Slack refuses", func() bool {
		text, _ := p.says("outbox")
		return strings.Contains(text, "no_service") || strings.Contains(text, "404")
	})
	p.until("nothing is owed to who took it", func() bool {
		text, status := p.says("outbox", "retry", "pager")
		return len(p.hook.of("incident.opened")) == 1 && status == exitMisuse && strings.Contains(text, "nothing is owed to pager")
	})
	tries := p.slack.Tries()
	if text, status := p.says("outbox", "retry", "ops"); status != exitGood || !strings.Contains(text, "Trying again: ops about inc_") {
		t.Errorf("retry says %d %s", status, text)
	}
	p.until("it is tried again", func() bool { return p.slack.Tries() > tries })
	text, _ := p.says("outbox", "--json")
	var rows []Owed
	if err := json.Unmarshal([]byte(text), &rows); err != nil || len(rows) != 2 {
		t.Fatalf("outbox --json says %v\n%s", err, text)
	}
	if text, status := p.says("outbox", "drop", "ops", rows[0].Incident); status != exitGood || !strings.Contains(text, "Given up: ops") {
		t.Errorf("drop says %d %s", status, text)
	}
	p.until("it is given up", func() bool {
		text, _ := p.says("outbox", "--all")
		return strings.Contains(text, "Given up: dropped by the operator.")
	})
	if text, _ := p.says("outbox", "--receiver", "nobody"); !strings.HasPrefix(text, "Nothing like that is owed.") {
		t.Errorf("of nobody it says\n%s", text)
	}
	text, status := p.says("outbox", "--told", "--receiver", "ops")
	if status != exitGood || !strings.Contains(text, "opened as down") || !strings.Contains(text, "  not taken\n") || !strings.Contains(text, "Attempts 1 to ") || !strings.Contains(text, "404") {
		t.Errorf("what was told: %d\n%s", status, text)
	}
	for line := range strings.Lines(text) {
		if utf8.RuneCountInString(line) > width+1 {
			t.Errorf("wider than %d columns: %q", width, line)
		}
	}
	text, _ = p.says("outbox", "list", "--told", "--json", "--incident", rows[0].Incident, "--limit", "1")
	var lines []monitor.Telling
	if err := json.Unmarshal([]byte(text), &lines); err != nil || len(lines) != 1 || lines[0].Incident != rows[0].Incident {
		t.Errorf("as JSON: %v %s", err, text)
	}
	if text, status := p.says("outbox", "--told", "--limit", "0"); status != exitMisuse {
		t.Errorf("no lines: %d %s", status, text)
	}
}

// What was told can be read without a daemon, too.
func TestToldOffline(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.pager())
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" })
	p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("pager is told", func() bool { text, _ := p.says("outbox", "--told"); return strings.Contains(text, "  told\n") })
	r.halt()
	text, status := p.says("outbox", "--told")
	if status != exitGood || !strings.Contains(text, "No bellhop runs") || !strings.Contains(text, "opened as down") {
		t.Errorf("without a daemon: %d\n%s", status, text)
	}
}

// A test message whose answer takes long does not undo a reload that came in between.
func TestTestAlertLeavesAReloadInForce(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	var once sync.Once
	asked, answer := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() { close(asked) })
		<-answer
		_, _ = w.Write([]byte("ok"))
	}))
	t.Cleanup(slow.Close)
	pager := p.pager()
	p.configure(pager + fmt.Sprintf(", {name: slow, slack: {webhook_url: %q}}", slow.URL))
	r := p.start()
	tested := make(chan string, 1)
	go func() {
		text, _ := p.says("test-alert", "slow")
		tested <- text
	}()
	<-asked
	p.configure(p.ops())
	r.hangups <- syscall.SIGHUP
	p.until("it is reloaded", func() bool { return strings.Contains(r.log.String(), "configuration reloaded") })
	close(answer)
	if text := <-tested; !strings.Contains(text, "took the whole test") {
		t.Errorf("test-alert says %s", text)
	}
	p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("the receiver of the new configuration is told", func() bool { return len(p.slack.Posts()) > 0 })
	if n := p.hook.of("incident.opened"); len(n) > 0 {
		t.Errorf("the removed receiver is told %+v", n)
	}
}
