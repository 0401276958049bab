package command_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify/alertmanager"
	"bellhop/notify/pagerduty"
	"bellhop/notify/slack"
	"bellhop/notify/slack/slacktest"
)

// An answer is what a receiver does with a message.
type answer int

const (
	takes     answer = iota
	takesLate        // 200, but slowly
	refuses          // 503
	mistaken         // 404, as a wrong address would
	pauses           // 429 with Retry-After
	drops            // the connection, and the message with it
	hangs            // and never takes it
	breaks           // takes it, and breaks the connection
	falters          // takes it, and answers 502; Slack 504
	tooLate          // takes it, and answers when nobody waits any more
	answers          // how many there are
)

func (a answer) taken() bool { return a == takes || a == takesLate || a >= breaks }

// unsure is an answer that leaves open whether the message was taken, though it was not.
func (a answer) unsure() bool { return a == drops || a == hangs }

// A request is one that reached a receiver whole.
type request struct {
	receiver string
	id, body string
	at       time.Time
	taken    bool
	clean    bool // 200, at once
	life     int  // which daemon sent it
}

// A receiver takes alerts when it is good, and does anything at all when it is not.
type receiver struct {
	monitor.Receiver
	form   string               // of config.yaml, with %s for the server's address
	space  *slacktest.Workspace // of a Slack bot: what it is sent is judged by what its channel shows
	server *httptest.Server
	conns  atomic.Int64
	lives  atomic.Int64
	told   chan<- struct{}

	mu       sync.Mutex // protects all below
	rand     *rand.Rand
	good     bool
	mood     answer
	left     int       // requests that the mood lasts,
	until    time.Time // and how long at least
	requests []request
}

// newReceivers are one of each kind: webhooks that are told what is true, every version, and what is down only; Slack as an
// incoming webhook and as a bot; PagerDuty, Alertmanager and a template.
func newReceivers(t *testing.T, seed uint64, told chan<- struct{}) []*receiver {
	space := slacktest.New(slacktest.Options{Unlimited: true, Keep: 1_000_000})
	bot := fmt.Sprintf(`slack: {token: %s, channel: %s, api: "%%s/api/", digest: 4}`, space.Token(), space.Open("ops").ID())
	hook := `webhook: {url: "%s", secret: ` + tortureSecret + `}`
	all := []*receiver{
		{Receiver: monitor.Receiver{Name: "latest", Kind: "webhook"}, form: hook},
		{Receiver: monitor.Receiver{Name: "every", Kind: "webhook", EveryVersion: true}, form: strings.Replace(hook, "}", ", deliver: every_version}", 1)},
		{Receiver: monitor.Receiver{Name: "worst", Kind: "webhook", When: monitor.When{Severity: []string{"down"}}, After: time.Second}, form: hook},
		{Receiver: monitor.Receiver{Name: "chat", Kind: "slack", Posts: true, Keyless: true}, form: `slack: {webhook_url: "%s/services/T0/B0/x", digest: 0}`},
		{Receiver: monitor.Receiver{Name: "own", Kind: "template", Posts: true, Keyless: true}, form: `template: {url: "%s/own", body: ` + ownForm + `}`},
		{Receiver: pagerduty.Receiver(monitor.Receiver{Name: "page"}), form: `pagerduty: {routing_key: 0123456789abcdef0123456789abcdef, url: "%s/v2/enqueue"}`},
		{Receiver: alertmanager.Receiver(monitor.Receiver{Name: "alerts"}), form: `alertmanager: {url: "%s"}`},
		{Receiver: slack.BotReceiver(monitor.Receiver{Name: "bot", Digest: 4}, torturePace()), form: bot, space: space},
	}
	for n, r := range all {
		r.rand, r.told = rand.New(rand.NewPCG(seed, uint64(n+1))), told
		r.server = httptest.NewUnstartedServer(r)
		r.server.Config.ConnState = r.counts
		r.server.Start()
		t.Cleanup(r.server.Close)
		if r.space != nil {
			r.space.Script(r.fault)
		}
	}
	return all
}

// ownForm is a template of the same shape as a webhook's body.
const ownForm = `'{"type": {{json .Type}}, "data": { ` +
	`{{if .Notice}}"notice": {"id": {{json .ID}}, "over": {{.Over}}}{{else}}"incident": {"id": {{json .Incident}}, "state": {{json .State}}, "version": {{.Version}} }{{end}} }}'`

func (r *receiver) config() string {
	s := fmt.Sprintf("  - name: %s\n", r.Name)
	if r.Kind == "webhook" && len(r.When.Severity) > 0 {
		s += fmt.Sprintf("    when: {severity: %v}\n    after: %v\n", r.When.Severity, r.After)
	}
	return s + "    " + fmt.Sprintf(r.form, r.server.URL) + "\n"
}

const tortureSecret = "whsec_dG9ydHVyZWQgZGFlbW9ucyB0ZWxsIG5vIGxpZXM="

func (r *receiver) counts(_ net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		r.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		r.conns.Add(-1)
	default:
	}
}

// quiet returns when all that a dead daemon had sent has been read: what comes then comes from the next.
func (r *receiver) quiet(t *testing.T) {
	t.Helper()
	for range 1000 {
		if r.conns.Load() == 0 {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatalf("receiver %s is still connected to a dead daemon", r.Name)
}

// mend makes the receiver good for ever.
func (r *receiver) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.good = true
}

// ServeHTTP takes a message, or does not, and answers as it is in the mood to.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if r.space != nil {
		r.ring()
		r.space.ServeHTTP(w, req)
		return
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return // it broke off before it was whole
	}
	a, slow := r.take(req.Header.Get("Webhook-Id"), string(body))
	r.ring()
	switch a {
	case refuses:
		w.WriteHeader(http.StatusServiceUnavailable)
	case mistaken:
		w.WriteHeader(http.StatusNotFound)
	case pauses:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case falters:
		w.WriteHeader(r.faltering())
	case drops, breaks:
		panic(http.ErrAbortHandler)
	case hangs, tooLate:
		<-req.Context().Done()
	case takesLate:
		wait(req.Context(), slow)
		r.well(w)
	default:
		r.well(w)
	}
}

func (r *receiver) well(w http.ResponseWriter) {
	if r.Kind == "pagerduty" {
		w.WriteHeader(http.StatusAccepted)
	}
	_, _ = io.WriteString(w, "ok")
}

// ring says that something has arrived.
func (r *receiver) ring() {
	select {
	case r.told <- struct{}{}:
	default:
	}
}

// fault is how Slack's Web API answers while it is in a mood. Look-ups are slow at most: where one is lost, a message may
// come twice.
func (r *receiver) fault(c slacktest.Call) slacktest.Fault {
	a, slow := r.take("", "")
	if !strings.HasPrefix(c.Method, "chat.") {
		return slacktest.Late(slow / 4)
	}
	switch a {
	case takesLate:
		return slacktest.Late(slow)
	case refuses:
		return slacktest.Fails(http.StatusServiceUnavailable)
	case mistaken:
		return slacktest.Refuses("channel_not_found")
	case pauses:
		return slacktest.Limited(time.Second)
	case drops:
		return slacktest.Dropped()
	case hangs:
		return slacktest.Hangs()
	case breaks:
		return slacktest.TookEffect()
	case falters:
		return slacktest.Fault{Takes: true, Status: http.StatusGatewayTimeout}
	case tooLate:
		return slacktest.Fault{Takes: true, Hang: true}
	default:
		return slacktest.Fault{}
	}
}

// faltering is the status of a front behind which a message was taken all the same.
func (r *receiver) faltering() int {
	if r.Keyless {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}

// take notes a request and chooses what to do with it.
func (r *receiver) take(id, body string) (a answer, slow time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slow = time.Duration(r.rand.Int64N(int64(150 * time.Millisecond)))
	if r.left--; r.left < 0 && time.Now().After(r.until) {
		r.change()
	}
	a = r.mood
	if r.good {
		a = takes
	}
	r.requests = append(r.requests, request{
		receiver: r.Name, id: id, body: body, at: time.Now(), taken: a.taken(), clean: a == takes, life: int(r.lives.Load()),
	})
	return a, slow
}

// change is how long a mood lasts: for some requests, or for some time, which can be longer than an incident.
func (r *receiver) change() {
	r.mood, r.left, r.until = takes, r.rand.IntN(4), time.Time{}
	if r.rand.IntN(2) == 0 {
		return
	}
	r.mood, r.left = answer(r.rand.IntN(int(answers))), r.rand.IntN(5)
	switch {
	case r.Keyless && r.mood.unsure():
		r.left = 0 // it is not asked again and again, and must not lose one message for good
	case r.rand.IntN(3) == 0:
		r.until = time.Now().Add(time.Duration(r.rand.Int64N(int64(8 * time.Second))))
	}
}

func (r *receiver) all() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]request(nil), r.requests...)
}
