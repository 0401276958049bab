package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A standIn takes reports as bellhop does: an id once. What it does with the next ones is scripted.
type standIn struct {
	mu      sync.Mutex // protects all below
	script  []string   // the last one goes on
	tries   []time.Time
	bodies  map[string]string // by id
	reports []report          // that were counted
}

// RoundTrip answers as the script says.
func (s *standIn) RoundTrip(req *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(req.Body)
	act := s.took(string(body), req.Header.Get("Authorization"))
	switch act {
	case "refused":
		return nil, errors.New("connection refused")
	case "hangs", "hangs, counted":
		<-req.Context().Done()
		return nil, req.Context().Err()
	case "breaks, counted":
		return nil, io.ErrUnexpectedEOF
	case "cut, counted":
		return answering(200, io.NopCloser(io.MultiReader(strings.NewReader(`{"acc`), failing{}))).RoundTrip(req)
	case "panics":
		panic("the client's own transport")
	}
	resp, _ := answering(200, io.NopCloser(strings.NewReader(`{"accepted":1,"new":[]}`))).RoundTrip(req)
	if act == "again" {
		resp.Body = io.NopCloser(strings.NewReader(`{"accepted":0,"new":[],"repeated":true}`))
	}
	var after int
	if n, _ := fmt.Sscanf(act, "%d after %d", &resp.StatusCode, &after); n > 0 {
		resp.Body = io.NopCloser(strings.NewReader(`{"error":"not this one","mistakes":["id: cannot be used"]}`))
		resp.Header.Set("Retry-After", fmt.Sprint(after))
	}
	return resp, nil
}

// took notes an attempt, and whether bellhop counts it.
func (s *standIn) took(body, authorization string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	act := s.script[0]
	if len(s.script) > 1 {
		s.script = s.script[1:]
	}
	s.tries = append(s.tries, time.Now())
	var r report
	if err := json.Unmarshal([]byte(body), &r); err != nil || authorization != "Bearer report-token" {
		panic(body)
	}
	if old, known := s.bodies[r.ID]; known && old != body {
		panic("other bytes under the same id")
	}
	if act == "ok" || strings.Contains(act, "counted") {
		if _, known := s.bodies[r.ID]; !known {
			s.reports = append(s.reports, r)
		} else if act == "ok" {
			act = "again"
		}
		s.bodies[r.ID] = body
	}
	return act
}

func (s *standIn) then(script ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

func (s *standIn) attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tries)
}

func (s *standIn) requests() (n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.reports {
		for _, a := range r.Accounts {
			for _, ends := range a.Requests {
				for _, one := range ends {
					n += one
				}
			}
		}
	}
	return n
}

func to(t *testing.T, script ...string) (*Reporter, *standIn) {
	t.Helper()
	s := &standIn{script: script, bodies: map[string]string{}}
	r, err := New(Options{URL: "http://user:password@bellhop.example", Token: "report-token", Client: &http.Client{Transport: s}})
	if err != nil {
		t.Fatal(err)
	}
	return r, s
}

// running runs r until the function that it gives is called, which waits for it.
func running(t *testing.T, r *Reporter) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { r.Run(ctx); close(done) }()
	return func() { cancel(); <-done }
}

func ask(t *testing.T, r *Reporter, n int) {
	t.Helper()
	for range n {
		_ = use(r.Wrap(answering(200, http.NoBody), Named("ALPN")), request(t, "https://api.apaleo.com/booking/v1"))
	}
}

// TestReports ensures that a report comes each minute, also if there is nothing to tell, with ids of their own and the
// times that their counts are of, and a last one at the end.
func TestReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s := to(t, "ok")
		r.Serve("SEAS", " Seaside\n Inn ")
		stop := running(t, r)
		start := time.Now()
		ask(t, r, 3)
		time.Sleep(125 * time.Second)
		ask(t, r, 2)
		stop()
		if len(s.reports) != 3 {
			t.Fatalf("%d reports", len(s.reports))
		}
		for n, want := range []struct {
			after  time.Duration
			covers string
			counts string
		}{{60 * time.Second, "1m0s", "map[booking:map[200:3]]"}, {120 * time.Second, "1m0s", "map[]"}, {125 * time.Second, "5s", "map[booking:map[200:2]]"}} {
			got := s.reports[n]
			if got.Until.Sub(start) != want.after || got.Covers != want.covers || fmt.Sprint(got.Accounts[0].Requests) != want.counts || got.Accounts[1].Name != "Seaside Inn" || len(got.ID) < 16 {
				t.Errorf("report %d: %+v", n, got)
			}
		}
		if st := r.Stats(); st.Taken != 3 || st.Pending != 0 || st.LastError != nil || st.LastTaken.IsZero() {
			t.Errorf("%+v", st)
		}
	})
}

// TestRetries ensures when the same report comes again, and that each fault is survived and counts nothing twice.
func TestRetries(t *testing.T) {
	for _, tt := range []struct {
		name   string
		script []string
		least  []time.Duration // waits before the attempts; at most a quarter longer
		want   Stats
	}{
		{"refused", []string{"refused", "refused", "refused", "ok"}, []time.Duration{1, 2, 4}, Stats{Retried: 3, Taken: 1}},
		{"broke off after it was taken", []string{"breaks, counted", "ok"}, []time.Duration{1}, Stats{Retried: 1, Taken: 1, Repeated: 1}},
		{"the answer was cut", []string{"cut, counted", "ok"}, []time.Duration{1}, Stats{Retried: 1, Taken: 1, Repeated: 1}},
		{"hangs", []string{"hangs", "ok"}, []time.Duration{11}, Stats{Retried: 1, Taken: 1}},
		{"hangs after it was taken", []string{"hangs, counted", "ok"}, []time.Duration{11}, Stats{Retried: 1, Taken: 1, Repeated: 1}},
		{"told to wait", []string{"503 after 17", "429 after 3", "ok"}, []time.Duration{17, 3}, Stats{Retried: 2, Taken: 1}},
		{"told to wait for ever", []string{"503 after 999999999", "ok"}, []time.Duration{600}, Stats{Retried: 1, Taken: 1}},
		{"a wrong token", []string{"401 after 0", "ok"}, []time.Duration{60}, Stats{Retried: 1, Taken: 1}},
		{"no such address yet", []string{"404 after 0", "ok"}, []time.Duration{60}, Stats{Retried: 1, Taken: 1}},
		{"the client panics", []string{"panics", "ok"}, []time.Duration{1}, Stats{Retried: 1, Taken: 1, Panics: 1}},
		{"a wrong report", []string{"400 after 0", "ok"}, nil, Stats{Refused: 1, Lost: 7}},
		{"too large a report", []string{"413 after 0", "ok"}, nil, Stats{Refused: 1, Lost: 7}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, s := to(t, tt.script...)
				var lost []string
				r.options.Lost = func(e *LostError) { lost = append(lost, e.Error()); panic("in the callback") }
				ask(t, r, 7)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				if err := r.Flush(ctx); err != nil {
					t.Error(err)
				}
				for n, least := range tt.least {
					least *= time.Second
					if got := s.tries[n+1].Sub(s.tries[n]); got < least || got > least+max(least, time.Second)/4+time.Second {
						t.Errorf("attempt %d after %s, want %s", n+2, got, least)
					}
				}
				if got := s.requests(); got+tt.want.Lost != 7 {
					t.Errorf("bellhop counted %d", got)
				}
				tt.want.Counted = 7
				if tt.want.Lost > 0 {
					tt.want.Panics++
					if want := "report of 7 requests lost: HTTP 4"; len(lost) != 1 || !strings.HasPrefix(lost[0], want) || !strings.HasSuffix(lost[0], ": not this one; id: cannot be used") {
						t.Errorf("told %q", lost)
					}
				}
				got := r.Stats()
				if got.LastTaken, got.LastError = (time.Time{}), nil; got != tt.want {
					t.Errorf("%+v, want %+v", got, tt.want)
				}
			})
		})
	}
}

// TestAway ensures that reports wait while bellhop is away, at most an hour of them, go out in order once it is back,
// each with its own time, and that what is lost is counted.
func TestAway(t *testing.T) {
	for _, tt := range []struct {
		away time.Duration
		lost uint64
	}{{20 * time.Minute, 0}, {3 * time.Hour, 122}} {
		t.Run(tt.away.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, s := to(t, "refused")
				stop := running(t, r)
				for range int(tt.away / time.Minute) {
					ask(t, r, 1)
					time.Sleep(time.Minute)
				}
				if n := s.attempts(); n > int(tt.away/time.Minute)+10 {
					t.Errorf("%d attempts in %s", n, tt.away)
				}
				if st := r.Stats(); st.Pending > batchesMax || st.LastError == nil || strings.Contains(st.LastError.Error(), "password") {
					t.Errorf("%+v", st)
				}
				s.then("ok")
				time.Sleep(2 * time.Minute)
				stop()
				if !slices.IsSortedFunc(s.reports, func(a, b report) int { return a.Until.Compare(b.Until) }) {
					t.Error("not in order")
				}
				st := r.Stats()
				if s.requests()+st.Lost != uint64(tt.away/time.Minute) || st.Lost > tt.lost || st.Pending != 0 {
					t.Errorf("bellhop counted %d, %+v", s.requests(), st)
				}
			})
		})
	}
}

// TestPoison ensures that a report that bellhop cannot digest does not keep those behind it for ever.
func TestPoison(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s := to(t, "500 after 0", "500 after 0", "500 after 0", "500 after 0", "500 after 0", "500 after 0", "500 after 0", "500 after 0", "ok")
		stop := running(t, r)
		ask(t, r, 5)
		time.Sleep(15 * time.Minute)
		stop()
		if st := r.Stats(); st.Expired != 1 || st.Lost != 5 || len(s.reports) < 13 {
			t.Errorf("%+v, %d reports", st, len(s.reports))
		}
	})
}

// TestEnd ensures that Run returns within its time whatever bellhop does, and leaves nothing running.
func TestEnd(t *testing.T) {
	for _, script := range []string{"hangs", "refused", "503 after 300", "400 after 0"} {
		synctest.Test(t, func(t *testing.T) { // a bubble fails if a goroutine is left
			r, _ := to(t, script)
			stop := running(t, r)
			ask(t, r, 1)
			time.Sleep(61 * time.Second)
			ask(t, r, 1)
			before := time.Now()
			stop()
			if took := time.Since(before); took > flushDefault {
				t.Errorf("%s: it took %s", script, took)
			}
			if st := r.Stats(); st.Pending != 2 && st.Lost != 2 {
				t.Errorf("%s: %+v", script, st)
			}
		})
	}
}

// TestConserved ensures, over random worlds, that each request is in exactly one place: counted by bellhop, waiting,
// or lost and counted as such.
func TestConserved(t *testing.T) {
	acts := []string{
		"ok", "ok", "refused", "hangs", "hangs, counted", "breaks, counted", "cut, counted", "503 after 5", "429 after 90", "500 after 0", "400 after 0",
		"401 after 0", "302 after 0", "204 after 0", "panics",
	}
	for seed := range uint64(25) {
		synctest.Test(t, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(seed, 4))
			r, s := to(t, "ok")
			stop := running(t, r)
			for range 50 {
				s.then(acts[chance.IntN(len(acts))], acts[chance.IntN(len(acts))])
				ask(t, r, chance.IntN(5))
				time.Sleep(time.Duration(chance.IntN(200)) * time.Second)
				if chance.IntN(10) == 0 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(chance.IntN(20))*time.Second)
					_ = r.Flush(ctx)
					cancel()
				}
			}
			s.then("ok")
			time.Sleep(time.Hour)
			stop()
			// What was answered with a failure, or not, may have been counted before it was given up.
			if st := r.Stats(); s.requests() > st.Counted || s.requests()+st.Lost < st.Counted || st.Pending != 0 {
				t.Errorf("seed %d: bellhop counted %d of %+v", seed, s.requests(), st)
			}
		})
	}
}

// TestLostNamesTheReport ensures that what Lost is told is the id that bellhop's log and answers have.
func TestLostNamesTheReport(t *testing.T) {
	if b, err := pack(nil, time.Now(), time.Minute); err != nil || !strings.Contains(string(b.body), `"id":"`+b.id+`"`) {
		t.Errorf("%+v, %v", b, err)
	}
}

// TestLargeAccounts ensures that accounts which tell as much as they can are no larger a report than bellhop takes.
func TestLargeAccounts(t *testing.T) {
	all := make([]accountReport, 400)
	for n := range all {
		scopes := make([]string, scopesMax)
		for k := range scopes {
			scopes[k] = fmt.Sprintf("%0*d", scopeMax, k)
		}
		all[n] = accountReport{Account: fmt.Sprint("H", n), Token: &tokenReport{Result: "ok", Scopes: scopes}}
		all[n].count("booking", 200, 1)
	}
	made, err := batches(all, time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	sum, ids := uint64(0), map[string]bool{}
	for _, b := range made {
		sum, ids[b.id] = sum+b.requests, true
		if len(b.body) > reportMax {
			t.Errorf("a report of %d bytes", len(b.body))
		}
	}
	if sum != uint64(len(all)) || len(ids) != len(made) || len(made) > 20 {
		t.Errorf("%d requests in %d reports with %d ids", sum, len(made), len(ids))
	}
}

// TestManyAccounts ensures that no report is larger than bellhop takes, and that all are told.
func TestManyAccounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, s := to(t, "ok")
		for n := range 4500 {
			r.Serve(fmt.Sprint("H", n), "")
		}
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := 0
		for _, one := range s.reports {
			if all += len(one.Accounts); len(one.Accounts) > accountsPerReport {
				t.Errorf("%d accounts in one", len(one.Accounts))
			}
		}
		if all != 4500 || len(s.reports) != 3 {
			t.Errorf("%d accounts in %d reports", all, len(s.reports))
		}
	})
}
