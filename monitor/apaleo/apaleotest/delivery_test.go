package apaleotest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

// A mailbox is an integration's receiver.
type mailbox struct {
	url string

	mu     sync.Mutex // protects all below
	status int
	got    []map[string]any
}

func openMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := &mailbox{status: 204}
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	m.url = s.URL + "/hook"
	return m
}

func (m *mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var body map[string]any
	_ = json.Unmarshal(raw, &body)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got = append(m.got, body)
	w.WriteHeader(m.status)
}

func (m *mailbox) answer(status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.status = status
}

// letters are the bodies of healthchecks and of events that came.
func (m *mailbox) letters() (pings, events []map[string]any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.got {
		if l["type"] == "healthcheck" {
			pings = append(pings, l)
		} else {
			events = append(events, l)
		}
	}
	return pings, events
}

func (m *mailbox) counts() (pings, events int) {
	p, e := m.letters()
	return len(p), len(e)
}

func postJSON(t *testing.T, c *http.Client, at, token, body string) answer {
	t.Helper()
	r := request(t, http.MethodPost, at, token)
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Type", "application/json")
	return do(t, c, r)
}

const wanted = `{"endpointUrl":"ENDPOINT","events":["reservation/*","folio/created"],"propertyIds":[]}`

// A subscription is made if its endpoint answers the healthcheck, as recorded; the client that made it sees it, and no other.
func TestSubscriptionsAreMade(t *testing.T) {
	s := start(t)
	c := clientFor(t, s)
	m := openMailbox(t)
	at, bearer := s.Webhook+"/v1/subscriptions", token(t, s, c, alpine())
	body := strings.Replace(wanted, "ENDPOINT", m.url, 1)
	m.answer(500)
	a := postJSON(t, c, at, bearer, body)
	wantStatus(t, "the receiver fails", a, 422)
	sameShape(t, "422", decode(t, a.body), fixture(t, "422-webhook-subscription-create-PARTIAL.json"))
	if decode(t, a.body)["type"] != "HealthcheckFailed" {
		t.Errorf("got %s", a.body)
	}
	m.answer(200)
	a = postJSON(t, c, at, bearer, body)
	wantStatus(t, "the receiver answers", a, 201)
	pings, _ := m.letters()
	sameShape(t, "healthcheck", pings[0], fixture(t, "healthcheck-recorded-2026.json"))
	wantStatus(t, "once more", postJSON(t, c, at, bearer, body), 422)
	wantStatus(t, "a property that is none", postJSON(t, c, at, bearer, strings.Replace(body, "[]}", `["XX"]}`, 1)), 422)
	id := decode(t, a.body)["id"].(string)
	wantStatus(t, "that one", get(t, c, at+"/"+id, bearer), 200)
	fields, _ := exchange(t, s, c, s.Consent(storeID, "ALPN"))
	wantRefusal(t, "another client", get(t, c, at, fields["access_token"].(string)), 204)
	wantStatus(t, "delete", do(t, c, request(t, http.MethodDelete, at+"/"+id, bearer)), 204)
	wantRefusal(t, "none", get(t, c, at, bearer), 204)
	wantStatus(t, "pinger", postJSON(t, c, s.Webhook+"/v1/pinger?url="+m.url, bearer, ""), 200)
	m.answer(302)
	wantStatus(t, "pinger, redirected", postJSON(t, c, s.Webhook+"/v1/pinger?url="+m.url, bearer, ""), 422)
}

func subscribe(s *apaleotest.Server, code, endpoint string) {
	s.Change(code, func(a *apaleotest.Account) {
		a.Subscriptions = []apaleotest.Subscription{{ID: "1", EndpointURL: endpoint, Events: []string{"reservation/*", "folio/created"}}}
	})
}

// Events stop while healthchecks arrive, both stop, and what was kept comes late: each as the script says.
func TestWebhooksAreSentAndStall(t *testing.T) {
	s := start(t)
	m, other := openMailbox(t), openMailbox(t)
	subscribe(s, "ALPN", m.url)
	subscribe(s, "BLTC", other.url)
	s.Deliver(apaleotest.Deliveries{Ping: 20 * time.Millisecond, Event: 20 * time.Millisecond})
	both := func() bool { p, e := m.counts(); return p > 2 && e > 2 }
	eventually(t, "healthchecks and events arrive", both)
	_, events := m.letters()
	sameShape(t, "event", events[0], fixture(t, "reservation-created-docs-2023.json"))

	quiet := s.Stall(apaleotest.Stall{Events: true, Account: "ALPN"})
	moreOf := func(m *mailbox, morePings, moreEvents int) func() bool {
		p, e := m.counts()
		return func() bool { np, ne := m.counts(); return np >= p+morePings && ne >= e+moreEvents }
	}
	eventually(t, "the other hotel's events go on", moreOf(other, 3, 3)) // those under way are through
	_, before := m.counts()
	eventually(t, "healthchecks go on", moreOf(m, 3, 0))
	if _, now := m.counts(); now != before {
		t.Errorf("%d events arrived during the stall", now-before)
	}
	all := s.Stall(apaleotest.Stall{Pings: true, Events: true})
	eventually(t, "the stall keeps an event", func() bool { return len(s.Emit(t.Context(), "ALPN", "reservation/created")) == 0 })
	all.Release(false)
	quiet.Release(true)
	eventually(t, "events arrive again, the late ones too", func() bool { _, now := m.counts(); return now > before+3 })
	if sent := s.Delivered(); len(sent) == 0 || sent[0].Status != 204 || sent[0].Endpoint == "" {
		t.Errorf("sent: %+v", sent)
	}
}

func TestEmitSendsToThoseWhoWantIt(t *testing.T) {
	s := start(t)
	m := openMailbox(t)
	subscribe(s, "ALPN", m.url)
	m.answer(503)
	if got := s.Emit(t.Context(), "ALPN", "reservation/canceled"); len(got) != 1 || got[0] != 503 {
		t.Errorf("a subscribed topic: got %v, want [503]", got)
	}
	if got := s.Emit(t.Context(), "ALPN", "folio/closed"); len(got) != 0 {
		t.Errorf("another: got %v", got)
	}
}
