package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
	"bellhop/notify/slack/slacktest"
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

var (
	errKilled = errors.New("killed")
	errNobody = errors.New("connection refused")
)

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
	t.Parallel()
	var rooms []*room
	for _, kind := range roomKinds() {
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

// A room is a receiver: a server that answers as it is told to, and what it was sent.
type room struct {
	name   string
	kind   roomKind
	config string // its part of config.yaml

	mu      sync.Mutex // protects all below
	status  int        // to answer with; 0 is that all is well
	header  http.Header
	during  func(l notify.Letter) // while the message is under way, after it was taken
	letters []heard
	bodies  []string // of all requests with one
}

// What a room can do in place of an answer: take the message and break off, or not be there at all.
const (
	connectionLost = -1
	nobodyThere    = -2
)

// heard is a message that a room was sent.
type heard struct {
	notify.Letter
	at  time.Time
	err error
}

// A roomKind is a kind of receiver: how it is configured, and what it answers if all is well.
type roomKind struct {
	name  string
	form  string                                     // of config.yaml, with %s for the server's address
	late  []monitor.EventType                        // what it hears of an incident that was over before it could be told
	opens func() (form string, answers http.Handler) // in place of form and of 200 "ok"
}

const roomSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// roomKinds are all kinds of receivers. Who would page of a recap gets none.
func roomKinds() []roomKind {
	recap, each := []monitor.EventType{monitor.EventRecap}, []monitor.EventType{monitor.EventOpened, monitor.EventResolved}
	return []roomKind{
		{name: "webhook", form: `webhook: {url: "%s/hook", secret: ` + roomSecret + `}`, late: recap},
		{name: "every version", form: `webhook: {url: "%s/hook", secret: ` + roomSecret + `, deliver: every_version}`, late: each},
		{name: "slack webhook", form: `slack: {webhook_url: "%s/services/T/B/x"}`, late: recap},
		{name: "slack bot", opens: workspace, late: recap},
		{name: "pagerduty", opens: accepted(`pagerduty: {routing_key: 0123456789abcdef0123456789abcdef, url: "%s/v2/enqueue"}`)},
		{name: "alertmanager", opens: anAlertmanager},
		{name: "template", form: `template: {use: ntfy, url: "%s/bellhop"}`, late: recap},
	}
}

// workspace is a channel of Slack's. How fast it may be written to is measured in real time, which hardly goes by.
func workspace() (form string, answers http.Handler) {
	w := slacktest.New(slacktest.Options{Unlimited: true})
	return fmt.Sprintf(`slack: {token: %s, channel: %s, api: "%%s/api/"}`, w.Token(), w.Open("ops").ID()), w
}

// anAlertmanager is one that takes everything, and says what it is when it is asked.
func anAlertmanager() (form string, answers http.Handler) {
	return `alertmanager: {url: "%s"}`, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"versionInfo":{"version":"0.34.0"}}`)
		}
	})
}

func accepted(form string) func() (string, http.Handler) {
	return func() (string, http.Handler) {
		return form, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"status":"success","message":"Event processed"}`)
		})
	}
}

func newRoom(t *testing.T, name string, kind roomKind) *room {
	t.Helper()
	r, form, well := &room{name: name, kind: kind}, kind.form, http.Handler(nil)
	if kind.opens != nil {
		form, well = kind.opens()
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { r.serve(w, req, well) }))
	s.Config.SetKeepAlivesEnabled(false)
	s.Start()
	t.Cleanup(s.Close)
	r.config = fmt.Sprintf("{name: %s, "+form+"}", name, s.URL)
	return r
}

func (r *room) serve(w http.ResponseWriter, req *http.Request, well http.Handler) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // it broke off before it was whole
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	r.mu.Lock()
	status, header := r.status, r.header
	if len(body) > 0 {
		r.bodies = append(r.bodies, string(body))
	}
	r.mu.Unlock()
	switch {
	case status == connectionLost:
		panic(http.ErrAbortHandler)
	case status != 0:
		for name := range header {
			w.Header().Set(name, header.Get(name))
		}
		w.WriteHeader(status)
	case well != nil:
		well.ServeHTTP(w, req)
	default:
		_, _ = io.WriteString(w, "ok")
	}
}

// answers lets the room answer with a status, 0 being that all is well again, and headers, name by value.
func (r *room) answers(status int, header ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status, r.header = status, http.Header{}
	for i := 0; i < len(header); i += 2 {
		r.header.Set(header[i], header[i+1])
	}
}

// atEach is called while a message is under way, once it was taken: its receipt is not there yet.
func (r *room) atEach(f func(l notify.Letter)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.during = f
}

// takes lets each message take so long.
func (r *room) takes(d time.Duration) { r.atEach(func(notify.Letter) { time.Sleep(d) }) }

// sent are the bodies of all requests.
func (r *room) sent() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bodies)
}

// tried are the messages about incidents that it was sent; taken those of them that it took.
func (r *room) tried() []heard {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.letters), func(h heard) bool { return h.Type == monitor.EventNotice })
}

func (r *room) taken() []heard {
	return slices.DeleteFunc(r.tried(), func(h heard) bool { return h.err != nil })
}

// overheard notes what is sent to a room, and when.
type overheard struct {
	room *room
	next notify.Notifier
}

func (o *overheard) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	at := time.Now()
	o.room.mu.Lock()
	during, there := o.room.during, o.room.status != nobodyThere
	o.room.mu.Unlock()
	receipt, err := notify.Receipt{}, error(notify.Broken(errNobody, false))
	if there {
		receipt, err = o.next.Notify(ctx, l)
	}
	o.room.mu.Lock()
	o.room.letters = append(o.room.letters, heard{l, at, err})
	o.room.mu.Unlock()
	if during != nil {
		during(l)
	}
	return receipt, err
}
