package command_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/command"
)

// What the environment says: how often to kill, with which luck, and, to a child, what to run.
const (
	tortureKills = "BELLHOP_TORTURE"
	tortureSeed  = "BELLHOP_SEED"
	tortureChild = "BELLHOP_TORTURE_CHILD"
)

const (
	usualKills      = 20
	torturePatience = time.Minute // for the last daemon to owe nothing any more
)

// torturePace makes an incident of a few seconds: what counts hours must not outlast the test.
func torturePace() monitor.Pace {
	p := monitor.RealPace().Divide(60)
	p.HoldMax, p.ReopenIn = 2*p.Hold, 5*time.Second
	p.MaybeSecond, p.MaybeThird, p.PostEvery = p.MaybeFirst, p.MaybeFirst, 3*time.Second
	return p
}

// TestTortureChild is the daemon that TestTorture kills.
func TestTortureChild(t *testing.T) {
	config := os.Getenv(tortureChild)
	if config == "" {
		t.Skip("it is started by TestTorture")
	}
	go func() { // whoever started it holds the other end, and must not leave it behind
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	os.Exit(command.Run(ctx, command.World{
		Args: []string{"--config", config, "--log-format", "json"}, Stdout: os.Stdout, Stderr: os.Stderr,
		Env: os.LookupEnv, Pace: torturePace(),
	}))
}

// TestTorture kills the daemon at random while apaleo fails, and while receivers fail, hang and lie. What was
// committed is never lost; in the end every receiver knows what is true, in the order in which it happened,
// and what came twice came with the same id and the same bytes.
func TestTorture(t *testing.T) {
	kills, seed := torturePlan(t)
	t.Logf("%d kills; repeat with %s=%d", kills, tortureSeed, seed)
	arrived := make(chan struct{}, 1)
	r := &rack{
		t: t, dir: t.TempDir(), rand: rand.New(rand.NewPCG(seed, 0)), arrived: arrived,
		world: newWorld(t, seed), receivers: newReceivers(t, seed, arrived), seen: map[string]string{},
		known: map[monitor.DeliveryID]int{}, read: map[string]event{},
	}
	r.configure()
	calm := r.world.trouble(t.Context())
	for range kills {
		r.life()
	}
	calm()
	for _, to := range r.receivers {
		to.mend()
	}
	r.last()
	r.t.Logf("people did %d things", r.done.Load())
	r.judge(kills)
}

func torturePlan(t *testing.T) (kills int, seed uint64) {
	kills, seed = usualKills, rand.Uint64()
	var err error
	if text := os.Getenv(tortureKills); text != "" {
		kills, err = strconv.Atoi(text)
	} else if testing.Short() {
		kills = 3
	}
	if text := os.Getenv(tortureSeed); text != "" && err == nil {
		seed, err = strconv.ParseUint(text, 10, 64)
	}
	if err != nil {
		t.Fatal(err)
	}
	return kills, seed
}

// A rack is where the daemon is tortured.
type rack struct {
	t         *testing.T
	dir       string
	rand      *rand.Rand
	arrived   <-chan struct{} // something may have reached a receiver
	world     *world
	receivers []*receiver
	seen      map[string]string // committed events by name, as found after some kill
	known     map[monitor.DeliveryID]int
	read      map[string]event // events by their bytes
	done      atomic.Int64     // what people did
}

func (r *rack) config() string { return filepath.Join(r.dir, "config.yaml") }
func (r *rack) store() string  { return filepath.Join(r.dir, "bellhop.db") }
func (r *rack) log() string    { return filepath.Join(r.dir, "log") }

func (r *rack) configure() {
	r.t.Helper()
	var b strings.Builder
	b.WriteString(r.world.config())
	b.WriteString("receivers:\n")
	for _, to := range r.receivers {
		b.WriteString(to.config())
	}
	fmt.Fprintf(&b, "store: {path: %s}\nweb: {listen: \"127.0.0.1:0\"}\n", r.store())
	if err := os.WriteFile(r.config(), []byte(b.String()), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// A life is one daemon's, from its start to its end.
type life struct {
	cmd  *exec.Cmd
	over chan struct{} // closed at its end
	err  error         // of its end
}

func (r *rack) begin() *life {
	r.t.Helper()
	log, err := os.OpenFile(r.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.CommandContext(r.t.Context(), os.Args[0], "-test.run=^TestTortureChild$", "-test.timeout=0")
	// What a program that is killed leaves in its temporary directory goes with the test.
	cmd.Env = append(os.Environ(), tortureChild+"="+r.config(), "TMPDIR="+r.dir)
	cmd.Stdout, cmd.Stderr = log, log
	if _, err := cmd.StdinPipe(); err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	l := &life{cmd: cmd, over: make(chan struct{})}
	go func() {
		defer close(l.over)
		l.err = cmd.Wait()
	}()
	return l
}

// life starts a daemon, kills it at a moment that nobody could foresee, and looks at what it left behind.
func (r *rack) life() {
	r.t.Helper()
	for _, to := range r.receivers {
		to.lives.Add(1)
	}
	l := r.begin()
	act := r.meddle()
	select {
	case <-l.over:
		r.fail("the daemon ended by itself: %v", l.err)
	case <-r.moment():
	case <-r.t.Context().Done():
	}
	defer act()
	if err := l.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		r.fail("kill: %v", err)
	}
	<-l.over
	for _, to := range r.receivers {
		to.quiet(r.t)
	}
	r.inspect()
}

// moment is when to kill: right after the start, some time later, or just when a message has reached a
// receiver, before or after the answer is there.
func (r *rack) moment() <-chan time.Time {
	switch r.rand.IntN(4) {
	case 0:
		return time.After(r.upTo(500 * time.Millisecond))
	case 1:
		return time.After(500*time.Millisecond + r.upTo(2*time.Second))
	}
	at := make(chan time.Time, 1)
	patience, later := time.After(3*time.Second), r.upTo(8*time.Millisecond)
	ready := time.After(r.upTo(time.Second))
	go func() {
		<-ready
		select {
		case <-r.arrived: // one from before
		default:
		}
		select {
		case <-r.arrived:
			at <- <-time.After(later)
		case now := <-patience:
			at <- now
		}
	}()
	return at
}

func (r *rack) upTo(d time.Duration) time.Duration { return time.Duration(r.rand.Int64N(int64(d))) }

// last runs a daemon in a world that is good until it owes nothing any more, and stops it.
func (r *rack) last() {
	r.t.Helper()
	l := r.begin()
	ctx, cancel := context.WithTimeout(r.t.Context(), torturePatience)
	defer cancel()
	for owed := []string{"it has not been looked at"}; len(owed) > 0; {
		select {
		case <-l.over:
			r.fail("the last daemon ended by itself: %v", l.err)
		case <-ctx.Done():
			_ = l.cmd.Process.Signal(syscall.SIGKILL)
			<-l.over
			r.fail("after %v in a good world it still owes:\n%s", torturePatience, strings.Join(owed, "\n"))
		case <-time.After(100 * time.Millisecond):
		}
		owed = r.owed(ctx)
	}
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.fail("stop: %v", err)
	}
	if <-l.over; l.err != nil {
		r.fail("the last daemon did not stop well: %v", l.err)
	}
	for _, to := range r.receivers {
		to.quiet(r.t)
	}
}

// fail ends the test with what the daemons said last.
func (r *rack) fail(format string, args ...any) {
	r.t.Helper()
	r.t.Fatalf(format+"\n%s", append(args, r.tail())...)
}

func (r *rack) tail() string {
	log, err := os.ReadFile(r.log())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.t.Error(err)
	}
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	return "the log ends:\n" + strings.Join(lines[max(0, len(lines)-30):], "\n")
}
