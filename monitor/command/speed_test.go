package command_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"bellhop/monitor"
)

const (
	speedBench   = "BELLHOP_BENCH"       // 1 runs TestSpeed
	speedChild   = "BELLHOP_SPEED_CHILD" // what a child is
	speedChecks  = 1000
	speedFew     = 10 // checks of the second daemon, of which only the memory is of interest
	speedEvery   = 10 * time.Second
	speedAnswer  = 100 * time.Millisecond // how long a target takes
	speedTimeout = 8 * time.Second        // of an attempt: the default at this interval
	speedHit     = speedChecks / 10       // targets that fail, and others that hang
)

// The targets of issue 2, "Speed and size".
const (
	wantDeviation = 4 * time.Millisecond // of the 99th percentile, over the loop's
	wantLeaving   = 20 * time.Millisecond
	wantFew       = 30.0 // MiB resident
	wantMany      = 40.0
)

// TestSpeed measures the program that is released beside a minimal loop that asks the same number of targets
// on the same schedule at the same time. Each has a process of its own, and so have the targets. It tells receivers of
// every kind; measured is when the page leaves for one of them.
func TestSpeed(t *testing.T) {
	if os.Getenv(speedBench) == "" {
		t.Skip("it takes four minutes and wants a quiet machine: " + speedBench + "=1, or make bench")
	}
	if runtime.GOOS != "linux" {
		t.Skip("it reads /proc")
	}
	b := newBench(t)
	b.start()
	b.calm()
	b.failing()
	b.hanging()
	b.sizes()
	b.print()
}

// A bench is one run: the daemons, the loop, and what was measured so far.
type bench struct {
	t        *testing.T
	what     string // what is measured
	dir      string
	binary   string
	targets  *targetsClient
	receiver *pager
	many     *exec.Cmd
	few      *exec.Cmd
	loop     *exec.Cmd
	began    time.Time
	rows     []figure
}

// A figure is one line of the table.
type figure struct {
	what, ours, theirs, ratio, want string
	missed                          bool
}

func (b *bench) row(what, ours, theirs, ratio, want string, good bool) {
	b.rows = append(b.rows, figure{what, ours, theirs, ratio, want, !good})
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, dir: t.TempDir()}
	b.what = fmt.Sprintf("%d checks every %v, targets that answer in %v", speedChecks, speedEvery, speedAnswer)
	b.binary = build(t, b.dir)
	b.receiver = &pager{}
	server := httptest.NewServer(b.receiver)
	t.Cleanup(server.Close)
	t.Cleanup(b.receiver.mend)
	b.targets = startTargets(t, speedChecks+speedFew)
	var others strings.Builder // a receiver of each kind, all of them well
	for _, to := range newReceivers(t, 1, make(chan struct{}, 1)) {
		to.mend()
		others.WriteString(to.config())
	}
	b.write("many", server.URL, b.targets.URLs[:speedChecks], others.String())
	b.write("few", server.URL, b.targets.URLs[speedChecks:], "")
	return b
}

// build makes the program that is released, in a directory.
func build(t *testing.T, dir string) (binary string) {
	t.Helper()
	binary = filepath.Join(dir, "bellhop")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "bellhop")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// write makes the configuration of a daemon. How sure it must be is set as low as can be, so that there is
// much to tell in a short time; nothing else differs from what ships.
func (b *bench) write(name, receiver string, urls []string, others string) {
	b.t.Helper()
	var s strings.Builder
	s.WriteString("watchlist:\n  include: []\n  checks:\n")
	for n, u := range urls {
		fmt.Fprintf(&s, "    - {name: %s, schedule: \"@every %v\", http: {url: \"%s/%s\"}}\n", checkName(n), speedEvery, u, name)
	}
	fmt.Fprintf(&s, "receivers:\n  - {name: pager, webhook: {url: %q, secret: %s}}\n", receiver, tortureSecret)
	s.WriteString(others)
	s.WriteString("detection: {preset: fast, reprobe: 5s, span: 5s, hold: 5s}\ncontrol:\n")
	for _, u := range b.targets.Controls {
		fmt.Fprintf(&s, "  - %s/generate_204\n", u)
	}
	fmt.Fprintf(&s, "store: {path: %s.db}\nweb: {listen: \"127.0.0.1:0\"}\n", filepath.Join(b.dir, name))
	if err := os.WriteFile(filepath.Join(b.dir, name+".yaml"), []byte(s.String()), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func checkName(n int) string { return fmt.Sprintf("target-%04d", n) }

// speedPhase is when a target is to be asked: both keep to it.
func speedPhase(n int) monitor.Schedule {
	return monitor.EverySchedule(monitor.CheckID(checkName(n)), speedEvery)
}

func (b *bench) start() {
	b.t.Helper()
	urls, err := json.Marshal(b.targets.URLs[:speedChecks])
	if err != nil {
		b.t.Fatal(err)
	}
	b.loop = child(b.t, "loop", bytes.NewReader(urls))
	b.began = time.Now()
	b.many, b.few = b.daemon("many"), b.daemon("few")
}

func (b *bench) daemon(name string) *exec.Cmd {
	b.t.Helper()
	cmd := exec.CommandContext(b.t.Context(), b.binary, "--config", filepath.Join(b.dir, name+".yaml"), "--log-format", "json")
	log, err := os.Create(filepath.Join(b.dir, name+".log"))
	if err != nil {
		b.t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	begin(b.t, cmd)
	b.t.Cleanup(func() {
		if said, err := os.ReadFile(log.Name()); err == nil && b.t.Failed() {
			lines := strings.Split(strings.TrimSpace(string(said)), "\n")
			b.t.Logf("the log of %s ends:\n%s", name, strings.Join(lines[max(0, len(lines)-10):], "\n"))
		}
	})
	return cmd
}

// begin starts a process that ends with the test.
func begin(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// wait is time that goes by while others work.
func (b *bench) wait(d time.Duration) { wait(b.t.Context(), d) }

// until waits for a condition, at most so long.
func (b *bench) until(patience time.Duration, what string, met func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	for !met() {
		if ctx.Err() != nil {
			b.t.Errorf("after %v: not %s", patience, what)
			return
		}
		wait(ctx, 50*time.Millisecond)
	}
}

// calm is a minute in which all is well.
func (b *bench) calm() {
	b.t.Helper()
	b.wait(time.Until(b.began.Add(12 * time.Second)))
	b.window("all well", 0, 48*time.Second)
	b.resident("memory with 1,000 checks after 60 s", b.many, wantMany)
	b.resident("memory with 10 checks after 60 s", b.few, wantFew)
	b.firstRound()
}

// hanging is a minute in which a tenth of the targets hang, and the receiver too.
func (b *bench) hanging() {
	b.t.Helper()
	b.receiver.hang()
	b.targets.set(b.t, "hang", speedHit, 2*speedHit)
	b.wait(2 * speedEvery)
	b.window("10 % of targets and the receiver hang", 2*speedHit, 50*time.Second)
}

func (b *bench) print() {
	b.t.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 2, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ratio\twhat\tbellhop\tloop\twanted\t")
	for _, r := range b.rows {
		mark := ""
		if r.missed {
			mark = "MISSED"
			b.t.Errorf("%s: %s, the loop %s, wanted %s", r.what, r.ours, r.theirs, r.want)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ratio, r.what, r.ours, r.theirs, r.want, mark)
	}
	w.Flush()
	b.t.Logf("%s, %d cores\n%s", b.what, runtime.NumCPU(), out.String())
}

// A pager is the receiver: it notes when messages arrive, and hangs when told to.
type pager struct {
	hangs atomic.Bool

	mu    sync.Mutex // protects all below
	pages []page
}

type page struct {
	at          time.Time
	kind, check string
}

func (p *pager) hang() { p.hangs.Store(true) }
func (p *pager) mend() { p.hangs.Store(false) }

func (p *pager) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	at := time.Now()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if p.hangs.Load() {
		<-r.Context().Done()
		return
	}
	var m struct {
		Type string
		Data struct {
			Incident struct {
				Cause struct{ ID string }
			}
		}
	}
	if json.Unmarshal(body, &m) == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.pages = append(p.pages, page{at: at, kind: m.Type, check: m.Data.Incident.Cause.ID})
	}
}

// of lists the first page of each check about one kind of event.
func (p *pager) of(kind monitor.EventType) map[string]time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]time.Time{}
	for _, page := range p.pages {
		if _, again := all[page.check]; page.kind == string(kind) && !again {
			all[page.check] = page.at
		}
	}
	return all
}
