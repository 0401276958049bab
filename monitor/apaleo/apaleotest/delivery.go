package apaleotest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	postTimeout   = 10 * time.Second // what apaleo gives a receiver (facts, section 4)
	postsAtOnce   = 32
	keptPosts     = 20_000
	heldAtMost    = 10_000 // events that wait for the end of a stall
	usualPing     = 2 * time.Minute
	bodyOfPosters = 64 << 10
)

// Deliveries says how often webhooks are sent. What a receiver does not take is not sent again: that apaleo tries
// again, and how often, is second-hand.
type Deliveries struct {
	Ping  time.Duration // between two healthchecks of a subscription; 0 is the two minutes of the documentation
	Event time.Duration // between two events of a subscription; 0 is none
}

// A Delivered is one webhook that was sent.
type Delivered struct {
	At       time.Time
	Account  string
	Event    string // "reservation/created", "system/healthcheck"
	Endpoint string
	Status   int // that the receiver answered; 0 is that it did not
}

// A Stall keeps webhooks from being sent. With Events alone it is what happened in November 2019: healthchecks
// arrived, events did not (#238, #239).
type Stall struct {
	Pings, Events bool
	Account       string // whose; "" is everybody's
}

// A Stalled is a stall that was given to a server.
type Stalled struct {
	stall  Stall
	server *Server
	held   []event
}

// post is what the sending of webhooks needs. The server's mu protects it.
type post struct {
	stalls []*Stalled
	late   []event     // that a stall kept
	sent   []Delivered // the last keptPosts of them
	count  int         // of events made: which comes next
}

// An event is one that is to be sent to one subscription.
type event struct {
	at                time.Time
	account, name, to string
	property          string
}

func outbound(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: t, Timeout: postTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // assumed
	}
}

// Deliver begins to send healthchecks and events to the endpoints of all subscriptions, each at a time of its own,
// until Close.
func (s *Server) Deliver(d Deliveries) {
	d.Ping = cmp.Or(d.Ping, usualPing)
	step := d.Ping
	if d.Event > 0 {
		step = min(step, d.Event)
	}
	s.sending.Go(func() { s.deliver(d, max(step/20, time.Millisecond)) })
}

func (s *Server) deliver(d Deliveries, step time.Duration) {
	tick := time.NewTicker(step)
	defer tick.Stop()
	room := make(chan struct{}, postsAtOnce)
	last := time.Now()
	for {
		select {
		case <-s.done:
			return
		case now := <-tick.C:
			for _, e := range s.due(d, last, now) {
				select {
				case room <- struct{}{}:
				case <-s.done:
					return
				}
				s.sending.Go(func() {
					defer func() { <-room }()
					s.send(s.life(), e)
				})
			}
			last = now
		}
	}
}

// life is a context that ends with the server.
func (s *Server) life() context.Context { return life{s.done} }

// A life is what a server gives to what it sends: it ends when the channel is closed.
type life struct{ done <-chan struct{} }

// Deadline is none: outbound has one for each request.
func (life) Deadline() (at time.Time, ok bool) { return time.Time{}, false }

// Done is closed when the server is.
func (l life) Done() <-chan struct{} { return l.done }

// Value has nothing to tell.
func (life) Value(any) any { return nil }

// Err tells whether the server is closed.
func (l life) Err() error {
	select {
	case <-l.done:
		return context.Canceled
	default:
		return nil
	}
}

// due are the healthchecks and events of the time after last, up to now, that no stall keeps.
func (s *Server) due(d Deliveries, last, now time.Time) (all []event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, s.post.late = s.post.late, nil
	n := uint64(0)
	for _, code := range slices.Sorted(keys(s.accounts)) {
		a := s.accounts[code]
		for _, sub := range a.Subscriptions {
			n++
			phase := float64(n*0x9E3779B97F4A7C15>>11) / (1 << 53)
			e := event{at: now, account: code, to: sub.EndpointURL, name: healthcheck}
			if comes(d.Ping, phase, last, now) && !s.keepsLocked(e) {
				all = append(all, e)
			}
			if e.name, e.property = s.nextLocked(sub, a); comes(d.Event, phase, last, now) && e.name != "" {
				s.post.count++
				if !s.keepsLocked(e) {
					all = append(all, e)
				}
			}
		}
	}
	return all
}

// comes tells whether one of what comes each period, at that part of it, lies after last, up to now.
func comes(period time.Duration, phase float64, last, now time.Time) bool {
	if period <= 0 {
		return false
	}
	shift := time.Duration(phase * float64(period))
	return now.Add(-shift).UnixNano()/int64(period) > last.Add(-shift).UnixNano()/int64(period)
}

// keepsLocked tells whether a stall keeps an event from being sent, and has the stall remember it if it does.
func (s *Server) keepsLocked(e event) bool {
	for _, st := range s.post.stalls {
		if !is(st.stall.Account, e.account) || e.name == healthcheck && !st.stall.Pings || e.name != healthcheck && !st.stall.Events {
			continue
		}
		if e.name != healthcheck && len(st.held) < heldAtMost {
			st.held = append(st.held, e)
		}
		return true
	}
	return false
}

// Stall begins to keep webhooks back, until Release.
func (s *Server) Stall(st Stall) *Stalled {
	s.mu.Lock()
	defer s.mu.Unlock()
	active := &Stalled{stall: st, server: s}
	s.post.stalls = append(s.post.stalls, active)
	return active
}

// Release ends the stall. Late has Deliver send the events that were kept, first of all, as after apaleo's own stalls
// (#238, #370).
func (st *Stalled) Release(late bool) {
	s := st.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.post.stalls = slices.DeleteFunc(s.post.stalls, func(other *Stalled) bool { return other == st })
	if late {
		s.post.late = append(s.post.late, st.held...)
	}
	st.held = nil
}

// Emit sends one event of an account now, to each subscription that is for it, unless a stall keeps it. It returns what the
// receivers answered.
func (s *Server) Emit(ctx context.Context, code, name string) (statuses []int) {
	s.mu.Lock()
	a := s.mustHave(code)
	var all []event
	for _, sub := range a.Subscriptions {
		e := event{at: time.Now(), account: code, name: name, to: sub.EndpointURL, property: first(sub.PropertyIDs, a.PropertyIDs())}
		if sub.isFor(name) && !s.keepsLocked(e) {
			all = append(all, e)
		}
	}
	s.mu.Unlock()
	for _, e := range all {
		statuses = append(statuses, s.send(ctx, e))
	}
	return statuses
}

// Delivered are the webhooks sent so far, the last twenty thousand of them.
func (s *Server) Delivered() []Delivered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.post.sent)
}

// ping sends a healthcheck and returns what came back; 0 is nothing.
func (s *Server) ping(ctx context.Context, code, endpoint string) int {
	return s.send(ctx, event{at: time.Now(), account: code, name: healthcheck, to: endpoint})
}

func (s *Server) send(ctx context.Context, e event) int {
	status := s.postTo(ctx, e)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.post.sent) >= keptPosts {
		s.post.sent = slices.Delete(s.post.sent, 0, keptPosts/2)
	}
	s.post.sent = append(s.post.sent, Delivered{At: time.Now(), Account: e.account, Event: e.name, Endpoint: e.to, Status: status})
	return status
}

func (s *Server) postTo(ctx context.Context, e event) int {
	body, err := json.Marshal(e.body())
	if err != nil {
		panic(err) // plain values
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.to, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Apaleo-Tracking-Id", newTrackingID())
	resp, err := s.outbound.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, bodyOfPosters))
	return resp.StatusCode
}

const healthcheck = "system/healthcheck"

// body is as recorded, that of an event as the documentation has it since 2023 (facts, section 4).
func (e event) body() any {
	if e.name == healthcheck {
		return object{"id": newTrackingID(), "topic": "system", "type": "healthcheck", "accountId": e.account, "propertyIds": []string{}, "timestamp": e.at.UnixMilli()}
	}
	topic, kind, _ := strings.Cut(e.name, "/")
	return object{
		"topic": strings.ToUpper(topic[:min(1, len(topic))]) + topic[min(1, len(topic)):], "type": kind, "id": newTrackingID(),
		"accountId": e.account, "propertyId": e.property, "timestamp": e.at.UnixMilli(), "clientId": e.account + "-AC-IBE",
		"subjectId": newTrackingID(), "data": object{"entityId": "XPGMSXGF-1"},
	}
}
