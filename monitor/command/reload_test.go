package command

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A good file is in force after a SIGHUP; a broken one changes nothing but a notice, which ends with the next
// good one.
func TestReload(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	pager := p.pager()
	p.configure(pager)
	r := p.start()
	p.until("the watchlist is shown", func() bool { return p.state("api-edge") == "up" })

	p.more = "heartbeta: {url: \"\"}\n"
	p.configure(p.ops() + ", " + pager)
	r.hangups <- syscall.SIGHUP
	p.until("the notice arrives", func() bool { return len(p.hook.of("monitor.notice")) == 1 })
	notice := p.hook.of("monitor.notice")[0]
	if notice.Data.Notice.Key != "config" || !strings.Contains(notice.Data.Text, "heartbeta") || !strings.Contains(notice.Data.Text, "config.yaml:10:1") ||
		!strings.HasSuffix(notice.Data.Text, "did you mean heartbeat?") {
		t.Errorf("the notice is %+v", notice)
	}
	if !strings.Contains(r.log.String(), `"problems":["`) || !strings.Contains(r.log.String(), "configuration refused") {
		t.Errorf("the log lacks the problems:\n%s", r.log)
	}
	if text, status := p.says("test-alert", "pager"); status == exitGood {
		t.Errorf("a command takes the broken file: %s", text)
	}
	if text := r.get("/metrics"); !strings.Contains(text, "bellhop_config_last_reload_successful 0") ||
		!strings.Contains(text, `bellhop_delivery_attempts_total{receiver="pager",result="accepted"} 1`) {
		t.Errorf("metrics are\n%s", text)
	}
	r.hangups <- syscall.SIGHUP // still broken: nothing more is said

	p.more = "heartbeat: {url: \"\"}\n"
	p.configure(p.ops() + ", " + pager)
	r.hangups <- syscall.SIGHUP
	p.until("the notice ends", func() bool { return len(p.hook.of("monitor.notice")) > 1 })
	if n := p.hook.of("monitor.notice"); len(n) != 2 || n[0].Data.Notice.Key != "config" || !strings.Contains(n[1].Data.Text, "in force") {
		t.Errorf("notices are %+v, want one and its end", n)
	}
	if text := r.get("/metrics"); !strings.Contains(text, "bellhop_config_last_reload_successful 1") {
		t.Errorf("metrics are\n%s", text)
	}
	if text, status := p.says("test-alert", "ops"); status != exitGood || !strings.Contains(text, "ops (slack) took the whole test") {
		t.Errorf("the added receiver answers %d %s", status, text)
	}
	if posts := p.slack.Posts(); len(posts) != 3 || !strings.Contains(posts[0].Lead(), "TEST") {
		t.Errorf("Slack shows\n%s\nwant a TEST from beginning to end", p.slack)
	}
	if !strings.Contains(r.log.String(), `"receivers_added":["ops"]`) {
		t.Errorf("the log lacks what changed:\n%s", r.log)
	}
}

// What a reload cannot change while the daemon runs is said, until a restart.
func TestReloadSaysWhatWaitsForARestart(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.pager())
	r := p.start()
	p.configure(p.pager())
	p.write("config.yaml", strings.Replace(readFile(t, p.config()), "control: [", "control: [\"http://127.0.0.3:1/generate_204\", ", 1))
	r.hangups <- syscall.SIGHUP
	p.until("it is told", func() bool { return len(p.hook.of("monitor.notice")) == 1 })
	if n := p.hook.of("monitor.notice")[0]; !strings.Contains(n.Data.Text, "but for control.") {
		t.Errorf("the notice is %+v", n)
	}
	r.halt()
	p.start()
	p.until("it is over", func() bool { return len(p.hook.of("monitor.notice")) == 2 })
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// As a process it reloads on SIGHUP and ends well on SIGTERM; one that was killed leaves nothing in the way of
// the next.
func TestSignals(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure("")
	log := &ledger{}
	begin := func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "bellhop", "--config", p.config())
		cmd.Env, cmd.Stderr = append(os.Environ(), "BELLHOP_TEST_PACE=40"), log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	tell := func(cmd *exec.Cmd, s os.Signal) {
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	logs := func(what string, times int) func() bool {
		return func() bool { return strings.Count(log.String(), what) == times }
	}
	first := begin()
	p.until("it watches", logs("bellhop started", 1))
	tell(first, syscall.SIGKILL)
	if first.Wait() == nil {
		t.Error("it was killed, and ended well")
	}
	second := begin()
	p.until("the next one watches", logs("bellhop started", 2))
	tell(second, syscall.SIGHUP)
	p.until("it is reloaded", logs("configuration reloaded", 1))
	tell(second, syscall.SIGTERM)
	if err := second.Wait(); err != nil || !logs("bellhop stopped", 1)() {
		t.Errorf("it ended with %v:\n%s", err, log)
	}
}

// A second daemon on the same store waits for the lock, and then says who holds it.
func TestSecondDaemonSaysWhoHoldsTheStore(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure("")
	p.start()
	log := &ledger{}
	status := Run(t.Context(), World{
		Args: []string{"--config", p.config()}, Stdout: log, Stderr: log, Env: os.LookupEnv, LockWait: 200 * time.Millisecond,
	})
	if want := "process " + strconv.Itoa(os.Getpid()); status != exitFinding || !strings.Contains(log.String(), want) {
		t.Errorf("the second one ends with %d and says %q, want %d and %q", status, log, exitFinding, want)
	}
	if text, status := p.says("healthcheck"); status != exitGood {
		t.Errorf("the first one is not well: %s", text)
	}
}

// systemd hears that the daemon is ready, lives, reloads and stops.
func TestSystemdIsTold(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure("")
	path := filepath.Join(p.dir, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	env := map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"}
	r := p.start(func(w *World) {
		w.Env = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	})
	hears := func(want ...string) {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		for buf := make([]byte, 4096); ; {
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatalf("waiting for %q: %v", want, err)
			}
			got := string(buf[:n])
			all := true
			for _, w := range want {
				all = all && strings.Contains(got, w)
			}
			if all {
				return
			}
		}
	}
	hears("READY=1", "STATUS=")
	hears("WATCHDOG=1")
	hears("STATUS=", "13 of 13 checks up")
	r.hangups <- syscall.SIGHUP
	hears("RELOADING=1", "MONOTONIC_USEC=")
	hears("READY=1")
	r.stop()
	hears("STOPPING=1")
}

// Names in the abstract namespace begin with @, as systemd writes them.
func TestSystemdInTheAbstractNamespace(t *testing.T) {
	name := "@bellhop-test-" + strconv.Itoa(os.Getpid())
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Skipf("no abstract namespace here: %v", err)
	}
	defer conn.Close()
	if err := (systemd{socket: name}).tell(t.Context(), "READY=1", "STATUS=up"); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 64)
	if n, err := conn.Read(buf); err != nil || string(buf[:n]) != "READY=1\nSTATUS=up" {
		t.Errorf("got %q, %v", buf[:n], err)
	}
}

// With no way out, the daemon says that it is blind, on the page, in the log and to systemd; it blames nobody,
// and an orchestrator has no reason to restart it.
func TestBlindWithoutAWayOut(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.pager())
	p.control.Close()
	p.apaleo.Close()
	r := p.start()
	p.until("the log says so", func() bool { return strings.Contains(r.log.String(), "sight lost") })
	for _, path := range []string{"/", "/public.json", "/api/v1/status"} {
		if text := r.get(path); !strings.Contains(text, "cannot see") && !strings.Contains(text, "unknown") {
			t.Errorf("%s says\n%s", path, text)
		}
	}
	if text, status := p.says("healthcheck"); status != exitGood || !strings.Contains(text, "warn") {
		t.Errorf("healthcheck says %d %s", status, text)
	}
	if text, status := p.says("healthcheck", "--json"); status != exitGood || !strings.Contains(text, `"output"`) {
		t.Errorf("healthcheck says %d, and not why: %s", status, text)
	}
	if text, status := p.says("probe"); status != exitFinding || !strings.Contains(text, "bellhop cannot see out") {
		t.Errorf("probe says %d %s", status, text)
	}
	if n := p.hook.of("incident.opened"); len(n) > 0 {
		t.Errorf("it rang: %+v", n)
	}
}

// The heartbeat is pinged while the promises hold, and fails with a reason when they do not.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	paths := make(chan string, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case paths <- r.URL.Path:
		default:
		}
	}))
	t.Cleanup(s.Close)
	p.more = "heartbeat: {url: \"" + s.URL + "/ping/secret\"}\n"
	p.configure("")
	r := p.start()
	wait := func(want string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		for {
			select {
			case got := <-paths:
				if got == want {
					return
				}
			case <-ctx.Done():
				t.Fatalf("no ping at %s", want)
			}
		}
	}
	wait("/ping/secret")
	p.more = "heartbeat: {url: \"" + s.URL + "/ping/other\"}\n"
	p.configure("")
	r.hangups <- syscall.SIGHUP
	wait("/ping/other")
	p.control.Close()
	p.apaleo.Close()
	wait("/ping/other/fail")
	if strings.Contains(r.log.String(), "/ping/") {
		t.Errorf("the address is in the log:\n%s", r.log)
	}
}
