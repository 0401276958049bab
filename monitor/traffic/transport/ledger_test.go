package transport

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestBounded ensures that neither accounts nor modules nor outcomes without end take memory without end, and that
// what there is no room for is counted.
func TestBounded(t *testing.T) {
	r := newReporter(t, "api.apaleo.com")
	code := ""
	rt := r.Wrap(base(func(q *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200 + len(q.URL.RawQuery), Body: http.NoBody}, nil
	}), func(*http.Request) string { return code })
	q := request(t, "https://api.apaleo.com/")
	for n := range accountsMax + 10 {
		code = fmt.Sprint("H", n)
		_ = use(rt, q)
	}
	if s := r.Stats(); s.Counted != accountsMax || s.Dropped != 10 {
		t.Errorf("%+v", s)
	}
	code = "H1"
	for n := range 100 {
		q.URL.Path = fmt.Sprintf("/module%d/v1", n)
		for status := range 5 {
			q.URL.RawQuery = strings.Repeat("x", status)
			_ = use(rt, q)
		}
	}
	all, _ := r.ledger.collect(time.Now())
	if len(all) != accountsMax {
		t.Fatalf("%d accounts", len(all))
	}
	for _, a := range all {
		if len(a.Requests) > modulesMax+1 || a.Account == "H1" && (len(a.Requests) != modulesMax || a.Requests["other"]["200"] != 1+100-(modulesMax-1)) {
			t.Errorf("%s: %d modules, %v in others", a.Account, len(a.Requests), a.Requests["other"])
		}
	}
	if s := r.Stats(); s.Counted+s.Dropped != accountsMax+10+500 {
		t.Errorf("%+v", s)
	}
}

// TestNothingIsLostBetween ensures that all that is counted is collected once, however many count meanwhile.
func TestNothingIsLostBetween(t *testing.T) {
	r := newReporter(t, "api.apaleo.com")
	const workers, each = 8, 2000
	var at sync.WaitGroup
	for w := range workers {
		at.Go(func() {
			for n := range each {
				code := fmt.Sprint("H", (w+n)%7)
				q := request(t, "https://api.apaleo.com/"+[]string{"booking", "inventory", "finance"}[n%3]+"/v1")
				_ = use(r.Wrap(answering(200+n%2*302, http.NoBody), Named(code)), q)
			}
		})
	}
	done := make(chan struct{})
	go func() { at.Wait(); close(done) }()
	sum := uint64(0)
	gather := func() {
		all, _ := r.ledger.collect(time.Now())
		for _, a := range all {
			sum += a.counted
		}
	}
	for over := false; !over; gather() {
		select {
		case <-done:
			over = true
		default:
		}
	}
	if s := r.Stats(); sum != workers*each || s.Counted != sum {
		t.Errorf("collected %d, %+v", sum, s)
	}
}

// TestAccountsComeAndGo ensures how long an account is named: one that is served until it is gone, one that was only
// seen for a week, one that is gone once, and a straggling request does not bring it back.
func TestAccountsComeAndGo(t *testing.T) {
	l := newLedger()
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	at := func(d time.Duration) time.Time { return start.Add(d) }
	named := func(now time.Time) string {
		all, _ := l.collect(now)
		var codes []string
		for _, a := range all {
			if a.Gone {
				a.Account = "-" + a.Account
			}
			codes = append(codes, a.Account)
		}
		return strings.Join(codes, " ")
	}
	count := func(code string, now time.Time) { l.add(code, "booking", 200, func() time.Time { return now }) }
	l.edit("SERV", start, func(a *account) bool { a.served = true; return true })
	count("SEEN", start)
	count("GONE", start)
	for _, tt := range []struct {
		after time.Duration
		want  string
		do    func(now time.Time)
	}{
		{0, "GONE SEEN SERV", func(now time.Time) {
			l.edit("GONE", now, func(a *account) bool { a.gone, a.farewell = now, true; return true })
		}},
		{time.Minute, "-GONE SEEN SERV", func(now time.Time) { count("GONE", now) }},
		{2 * time.Minute, "SEEN SERV", nil},
		{12 * time.Minute, "SEEN SERV", func(now time.Time) { count("GONE", now) }},
		{13 * time.Minute, "GONE SEEN SERV", nil},
		{7*24*time.Hour - time.Second, "GONE SEEN SERV", nil},
		{7*24*time.Hour + time.Second, "GONE SEEN SERV", nil}, // told for the last time
		{7*24*time.Hour + time.Minute, "GONE SERV", nil},
		{8 * 24 * time.Hour, "GONE SERV", nil},
		{9 * 24 * time.Hour, "SERV", nil},
	} {
		if got := named(at(tt.after)); got != tt.want {
			t.Errorf("after %s: %q, want %q", tt.after, got, tt.want)
		}
		if tt.do != nil {
			tt.do(at(tt.after))
		}
	}
	if l.size.Load() != 1 {
		t.Errorf("%d accounts are remembered", l.size.Load())
	}
}

// TestForgottenOnlyIfUnused ensures that an account stays that is served just as it would be forgotten, and one for which
// tokens are asked for and nothing else.
func TestForgottenOnlyIfUnused(t *testing.T) {
	r := newReporter(t, "identity.apaleo.com")
	l, start := r.ledger, time.Now()
	for _, code := range []string{"LATE", "OVER", "TOKN"} {
		l.edit(code, start.Add(-2*keepSeen), func(*account) bool { return true })
	}
	if err := use(r.Wrap(answering(200, http.NoBody), Named("TOKN")), request(t, "https://identity.apaleo.com/connect/token")); err != nil {
		t.Fatal(err)
	}
	r.Serve("LATE", "Hotel Late") // between the two steps of collect
	for _, code := range []string{"LATE", "OVER", "TOKN"} {
		l.forget(l.shard(code), []string{code}, start)
	}
	if all, _ := l.collect(start); len(all) != 2 || all[0].Name != "Hotel Late" || all[1].Account != "TOKN" {
		t.Errorf("got %+v", all)
	}
}

// TestModules ensures that whatever a path is, its module is one that bellhop takes.
func TestModules(t *testing.T) {
	for path, want := range map[string]string{
		"/booking/v1/reservations": "booking", "/Booking": "booking", "booking/v1": "booking", "/distribution-api/v1": "distribution-api",
		"": "other", "/": "other", "//x": "other", "/ä/": "other", "/a b/": "other", "/" + strings.Repeat("x", 41): "other",
	} {
		if got := moduleOf(path); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m := moduleOf(rapid.String().Draw(t, "path"))
		if m == "" || len(m) > moduleMax || strings.Trim(m, "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" {
			t.Fatalf("module %q", m)
		}
	})
}
