package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/store"
	"bellhop/monitor/watchlist"
	"bellhop/notify"
)

// A replay is bellhop as the daemon wires it in virtual time: the engine, the book on disk, the outbox, and real
// receivers over real connections, from a config.yaml. What went wrong with others in an hour is replayed in a
// moment. Only what is watched is made up. The receivers' servers stand outside of the bubble, and keep no
// connection: one that waits for a server would keep its clock from going on.
type replay struct {
	*testing.T
	dir    string
	checks string // the watchlist's, as YAML
	more   string // at the end of config.yaml
	rooms  []*room
	during *session

	mu    sync.Mutex // protects all below
	fails map[string]bool
	asked map[string][]time.Time
}

// A session is one process's time.
type session struct {
	monitor *monitor.Monitor
	outbox  *notify.Outbox
	book    *mortal
	sources *watchlist.Sources
	ended   chan struct{}
	cancel  context.CancelFunc
}

// A mortal book takes nothing any more once its process was killed.
type mortal struct {
	*store.SQLite
	dead atomic.Bool
}

var errKilled = errors.New("killed")

func (m *mortal) Save(ctx context.Context, epoch int64, c monitor.Change) error {
	if m.dead.Load() {
		return errKilled
	}
	return m.SQLite.Save(ctx, epoch, c)
}

const oneCheck = `[{name: shop, schedule: "@every 60s", http: {url: "https://shop.example.com/health"}}]`

// replayed runs a test in virtual time, with these receivers.
func replayed(t *testing.T, rooms []*room, test func(n *replay)) {
	t.Helper()
	n := &replay{dir: t.TempDir(), checks: oneCheck, rooms: rooms, fails: map[string]bool{}, asked: map[string][]time.Time{}}
	synctest.Test(t, func(t *testing.T) {
		n.T = t
		t.Cleanup(n.stop)
		test(n)
	})
}

// toAll runs a test with a receiver of each kind.
func toAll(t *testing.T, test func(n *replay)) {
	t.Helper()
	toThese(t, roomKinds(), test)
}

func toThese(t *testing.T, kinds []roomKind, test func(n *replay)) {
	t.Helper()
	t.Parallel()
	var rooms []*room
	for _, kind := range kinds {
		rooms = append(rooms, newRoom(t, strings.ReplaceAll(kind.name, " ", "-"), kind))
	}
	replayed(t, rooms, test)
}

// eachKind runs a test once for each kind of receiver, alone.
func eachKind(t *testing.T, test func(n *replay, to *room)) {
	t.Helper()
	for _, kind := range roomKinds() {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			to := newRoom(t, "ops", kind)
			replayed(t, []*room{to}, func(n *replay) { test(n, to) })
		})
	}
}

func (n *replay) path(name string) string { return filepath.Join(n.dir, name) }

// load reads the configuration as the daemon does, and lets the replay answer in place of what is watched.
func (n *replay) load(sources *watchlist.Sources) (*watchlist.Watchlist, []notify.Lane) {
	n.Helper()
	var receivers strings.Builder
	for _, r := range n.rooms {
		fmt.Fprintf(&receivers, "  - %s\n", r.config)
	}
	text := fmt.Sprintf("watchlist:\n  include: []\n  checks: %s\nreceivers:\n%scontrol: []\nstore: {path: bellhop.db}\n%s", n.checks, receivers.String(), n.more)
	if err := os.WriteFile(n.path("config.yaml"), []byte(text), 0o600); err != nil {
		n.Fatal(err)
	}
	list, err := watchlist.Load(n.path("config.yaml"), watchlist.Options{Pace: monitor.RealPace(), Version: "test", Sources: sources})
	if err != nil {
		n.Fatal(err)
	}
	for i, c := range list.Checks {
		played := *c
		played.Ask = func(context.Context, monitor.Attempt) monitor.Outcome { return n.answer(played.Name) }
		list.Checks[i] = &played
	}
	all, err := lanes(list, zerolog.Nop())
	if err != nil {
		n.Fatal(err)
	}
	for i, l := range all {
		at := slices.IndexFunc(n.rooms, func(r *room) bool { return r.name == l.Receiver.Name })
		all[i].Notifier = &overheard{room: n.rooms[at], next: l.Notifier}
	}
	return list, all
}

// answer is what a check meets with.
func (n *replay) answer(name string) monitor.Outcome {
	began := time.Now()
	time.Sleep(100 * time.Millisecond)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked[name] = append(n.asked[name], began)
	if n.fails[name] {
		return monitor.Outcome{Status: 503, Fault: monitor.FaultServer, IP: "203.0.113.7", Took: 100 * time.Millisecond}
	}
	return monitor.Outcome{Status: 200, IP: "203.0.113.7", Took: 100 * time.Millisecond}
}

// breaks lets checks fail from now on, and mend lets them answer again.
func (n *replay) breaks(names ...string) { n.set(true, names) }
func (n *replay) mends(names ...string)  { n.set(false, names) }

func (n *replay) set(bad bool, names []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range names {
		n.fails[name] = bad
	}
}

// attempts are when a check was asked.
func (n *replay) attempts(name string) []time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.asked[name])
}

// start begins a process on the book as the last one left it.
func (n *replay) start() {
	n.Helper()
	sources := watchlist.NewSources(nil)
	list, all := n.load(sources)
	book, err := store.Open(n.Context(), store.Config{Path: n.path("bellhop.db"), Version: "test", Pace: monitor.RealPace(), Wait: time.Second})
	if err != nil {
		n.Fatal(err)
	}
	saved, err := book.Load(n.Context())
	if err != nil {
		n.Fatal(err)
	}
	d := &session{book: &mortal{SQLite: book}, sources: sources, ended: make(chan struct{})}
	d.outbox = notify.New(notify.Options{
		Lanes: all, Pace: list.Pace, Log: zerolog.Nop(), Sender: notify.Sender{Instance: "fra1", Version: "test"},
		Submit: func(ctx context.Context, in monitor.Input) error { return d.monitor.Submit(ctx, in) },
		Blind:  func() bool { return !d.monitor.Snapshot().Blind.Since.IsZero() },
	})
	d.outbox.Load(saved)
	d.monitor = monitor.New(monitor.Options{
		Store: d.book, Saved: saved, Pace: list.Pace, Advise: list.Advise, First: reconfigure(list, receivers(all)),
		Watch: d.outbox.Watch, Log: zerolog.Nop(), Instance: "fra1",
	})
	ctx, cancel := context.WithCancel(n.Context())
	d.cancel = cancel
	go func() {
		defer close(d.ended)
		_ = together(ctx, part{"monitor", d.monitor.Run}, part{"outbox", d.outbox.Run})
	}()
	n.during = d
}

// stop ends the process as SIGTERM does.
func (n *replay) stop() {
	d := n.during
	if d == nil {
		return
	}
	n.during = nil
	d.cancel()
	<-d.ended
	if err := d.book.Close(); err != nil {
		n.Error(err)
	}
}

// dies is the moment of a SIGKILL, from whatever the process is just doing; stop waits for its end.
func (n *replay) dies() {
	n.during.book.dead.Store(true)
	n.during.cancel()
}

// kill ends the process as SIGKILL does: nothing it has not committed yet is ever known.
func (n *replay) kill() {
	n.dies()
	n.stop()
}

// reload puts the configuration in force as SIGHUP does.
func (n *replay) reload() {
	n.Helper()
	list, all := n.load(n.during.sources)
	c := reconfigure(list, receivers(all))
	c.At = n.during.monitor.Now()
	n.submit(c)
	n.during.outbox.Reconfigure(all)
	synctest.Wait()
}

func (n *replay) submit(in monitor.Input) {
	n.Helper()
	if err := n.during.monitor.Submit(n.Context(), in); err != nil {
		n.Fatal(err)
	}
}

// pass lets time go by.
func (n *replay) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// clock is the time of the replay for a server, which stands outside of it: that of the last letter.
func (n *replay) clock() func() time.Time {
	to := n.rooms[0]
	return func() time.Time {
		to.mu.Lock()
		defer to.mu.Unlock()
		return to.began
	}
}

// takes lets each message take so long.
func (r *room) takes(d time.Duration) { r.atEach(func(notify.Letter) { time.Sleep(d) }) }

// outage lets the shop fail until all receivers have heard of it.
func (n *replay) outage() {
	n.Helper()
	n.start()
	n.pass(3 * time.Minute)
	n.breaks("shop")
	n.pass(3 * time.Minute)
	n.hear("in an outage", monitor.EventOpened)
}

// receiversAnswer lets all receivers answer with a status: room.answers.
func (n *replay) receiversAnswer(status int, header ...string) {
	for _, to := range n.rooms {
		to.answers(status, header...)
	}
}

// hear fails unless each receiver has taken just these messages of incidents.
func (n *replay) hear(when string, want ...monitor.EventType) {
	n.Helper()
	for _, to := range n.rooms {
		n.hears(to, when, want)
	}
}

// hearOnce fails unless each has taken one beginning of one incident at first and then, if it is over, its end at last;
// what is said of it in between does not matter.
func (n *replay) hearOnce(when string, over bool) {
	n.Helper()
	for _, to := range n.rooms {
		var count [3]int
		last := monitor.EventType("")
		for _, h := range to.taken() {
			switch last = h.Type; last {
			case monitor.EventOpened, monitor.EventRecap:
				count[0]++
			case monitor.EventReopened:
				count[1]++
			case monitor.EventResolved:
				count[2]++
			default: // said in between
			}
		}
		if want := [3]int{1, 0, 0}; over {
			want[2] = 1
			if count != want || last != monitor.EventResolved {
				n.Errorf("%s %s took %v, the last was %s", when, to.name, count, last)
			}
		} else if count != want {
			n.Errorf("%s %s took %v openings, reopenings and ends, want %v", when, to.name, count, want)
		}
	}
}

// hearLate fails unless each has taken what its kind is told of an incident that was over before it could be told.
func (n *replay) hearLate(when string) {
	n.Helper()
	for _, to := range n.rooms {
		n.hears(to, when, to.kind.late)
	}
}

func (n *replay) hears(to *room, when string, want []monitor.EventType) {
	n.Helper()
	var got []monitor.EventType
	for _, h := range to.taken() {
		got = append(got, h.Type)
	}
	if !slices.Equal(got, want) {
		n.Errorf("%s %s was told %v, want %v", when, to.name, got, want)
	}
}
