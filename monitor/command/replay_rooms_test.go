package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/slack/slacktest"
)

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
	began   time.Time // the last of them
	bodies  []string  // of all requests with one
}

// What a room can do in place of an answer: take the message and break off, or not be there at all.
const (
	connectionLost = -1
	nobodyThere    = -2
)

var errNobody = errors.New("connection refused")

// heard is a message that a room was sent.
type heard struct {
	notify.Letter
	at  time.Time
	err error
}

// A roomKind is a kind of receiver: how it is configured, and what it answers if all is well.
type roomKind struct {
	name       string
	form       string                                     // of config.yaml, with %s for the server's address
	late       []monitor.EventType                        // what it hears of an incident that was over before it could be told
	opens      func() (form string, answers http.Handler) // in place of form and of 200 "ok"
	unreminded bool                                       // nobody is reminded there: it reminds people by itself, or is sent versions, and a reminder is none
	set        string                                     // what is set of a receiver of any kind
}

const roomSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="

// roomKinds are all kinds of receivers. Who would page of a recap gets none.
func roomKinds() []roomKind {
	recap, each := []monitor.EventType{monitor.EventRecap}, []monitor.EventType{monitor.EventOpened, monitor.EventResolved}
	return []roomKind{
		{name: "webhook", form: `webhook: {url: "%s/hook", secret: ` + roomSecret + `}`, late: recap},
		{name: "every version", form: `webhook: {url: "%s/hook", secret: ` + roomSecret + `, deliver: every_version}`, late: each, unreminded: true},
		{name: "slack webhook", form: `slack: {webhook_url: "%s/services/T/B/x"}`, late: recap},
		{name: "slack bot", opens: workspace, late: recap},
		{name: "pagerduty", opens: accepted(`pagerduty: {routing_key: 0123456789abcdef0123456789abcdef, url: "%s/v2/enqueue"}`), unreminded: true},
		{name: "alertmanager", opens: anAlertmanager, unreminded: true},
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
	r.config = fmt.Sprintf("{name: %s, "+kind.set+form+"}", name, s.URL)
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
	case status == connectionLost, status == nobodyThere: // whoever comes another way than a letter is not let in either
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
	o.room.began = at
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
