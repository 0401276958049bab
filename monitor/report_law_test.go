package monitor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"bellhop/monitor"
)

// wildCodes are the accounts that are reported where anything can come; bellhop asks HTL1 itself, too.
var wildCodes = []string{"HTL1", "ALPN", "BERG", "CITY", "DOCK"}

func oneOf[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// anyReport is a report on some of these accounts, as the mood of the hour wants it: 0 is that all is well.
func anyReport(r *rand.Rand, codes []string, at time.Time, mood float64) monitor.Report {
	in := monitor.Report{At: at, ID: fmt.Sprint("report at ", at), Covers: time.Minute, Random: fmt.Appendf(nil, "%032d", r.Uint64())}
	for _, code := range codes {
		a := monitor.AccountReport{Code: code, Gone: r.IntN(60) == 0}
		bad := r.Float64() < mood
		for _, module := range []string{"booking", "inventory"} {
			a.Requests = append(a.Requests, monitor.Count{Module: module, Status: 200, N: r.IntN(40)})
			if bad {
				a.Requests = append(a.Requests, monitor.Count{Module: module, Status: oneOf(r, []int{500, 502, 401, 403, 404, 429}), N: r.IntN(200)},
					monitor.Count{Module: module, Fault: oneOf(r, []monitor.Fault{monitor.FaultTimeout, monitor.FaultConnect}), N: r.IntN(200)})
			}
		}
		if r.IntN(3) > 0 {
			a.Token = &monitor.TokenReport{At: at, Status: 200, Scopes: []string{"folios.read", "reservations.read"}[r.IntN(2):]}
			if bad {
				a.Token.Fault, a.Token.Status = oneOf(r, []monitor.Fault{"", monitor.FaultGrant, monitor.FaultClient, monitor.FaultServer}), 400
			}
		}
		if r.IntN(3) > 0 {
			a.Webhooks = &monitor.WebhookReport{LastPing: at.Add(-time.Duration(r.IntN(600)) * time.Second), LastEvent: at.Add(-time.Duration(r.IntN(7200)) * time.Second), Events: r.IntN(3)}
		}
		in.Accounts = append(in.Accounts, a)
	}
	return in
}

// report is one on any of the accounts.
func (w *wild) report() monitor.Report {
	var codes []string
	for _, code := range wildCodes {
		if w.r.IntN(8) > 0 {
			codes = append(codes, code)
		}
	}
	return anyReport(w.r, codes, w.now, w.mood[0])
}

// reports runs a book through hours of reports, good and bad, once a minute, and calls each with every report before
// it is folded.
func reports(t *testing.T, seed uint64, minutes int, each func(*simulation, monitor.Report)) *simulation {
	checks, names := shipped([]string{"a"})
	s := newSimulation(t, monitor.Reconfigure{
		Checks: checks, Names: names, Controls: 3, Reported: reporting([]string{"a"}), Receivers: []monitor.Receiver{{Name: "ops"}},
	}, day)
	guard(t, s)
	r, mood := rand.New(rand.NewPCG(seed, 7)), 0.0
	for n := range minutes {
		if n%20 == 0 {
			mood = float64(r.IntN(3)) / 2
		}
		s.now = s.now.Add(time.Minute)
		in := anyReport(r, wildCodes[:1+r.IntN(len(wildCodes))], s.now, mood)
		each(s, in)
		if t.Failed() {
			break
		}
		s.feed(in)
		s.feed(monitor.Tick{At: s.now.Add(time.Second)})
	}
	return s
}

// written is a change in its stored form.
func written(t *testing.T, c monitor.Change) string {
	t.Helper()
	data, err := json.MarshalIndent(map[string]any{
		"rows": c.Rows, "incidents": c.Incidents, "events": c.Events, "hotels": c.Hotels, "notices": c.Notices,
		"removed": len(c.Removed), "light": c.Light,
	}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestReportOrder ensures that the order of accounts in a report, and of the counts in an account, does not matter.
func TestReportOrder(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 8))
		reports(t, seed, 100, func(s *simulation, in monitor.Report) {
			other := in
			other.Accounts = slices.Clone(in.Accounts)
			r.Shuffle(len(other.Accounts), func(i, j int) {
				other.Accounts[i], other.Accounts[j] = other.Accounts[j], other.Accounts[i]
			})
			for i := range other.Accounts {
				counts := slices.Clone(other.Accounts[i].Requests)
				r.Shuffle(len(counts), func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
				other.Accounts[i].Requests = counts
			}
			a, b := s.book.Decide([]monitor.Input{in}), s.book.Decide([]monitor.Input{other})
			if x, y := written(t, a), written(t, b); x != y {
				t.Errorf("at %s another order gives another change:\n%s", in.At, firstDifference(x, y))
			}
		})
	}
}

// TestReportTwice ensures that a report that comes again changes nothing, be it in the same batch or after a restart.
func TestReportTwice(t *testing.T) {
	for seed := range uint64(3) {
		var last monitor.Report
		reports(t, seed, 100, func(s *simulation, in monitor.Report) {
			if last.ID != "" {
				again := last
				again.At = s.now
				if c := monitor.NewBook(s.kept.saved(t), s.pace, advise).Decide([]monitor.Input{s.config, again}); len(c.Hotels)+len(c.Reports)+len(c.Events) > 0 {
					t.Errorf("a repeat after a restart changed %s", written(t, c))
				}
			}
			once, twice := s.book.Decide([]monitor.Input{in}), s.book.Decide([]monitor.Input{in, in})
			if x, y := written(t, once), written(t, twice); x != y {
				t.Errorf("at %s twice is not once:\n%s", in.At, firstDifference(x, y))
			}
			last = in
		})
	}
}

// TestReportsAcrossRestarts ensures that a restart between two reports changes nothing that people hear.
func TestReportsAcrossRestarts(t *testing.T) {
	for seed := range uint64(3) {
		var calm, stormy []string
		tell := func(to *[]string) func(*simulation, monitor.Report) {
			hooked := false
			return func(s *simulation, _ monitor.Report) {
				if hooked {
					return
				}
				hooked = true
				watch := s.watch
				s.watch = func(c monitor.Change) {
					watch(c)
					for _, e := range c.Events {
						*to = append(*to, fmt.Sprint(e.At, e.Type, e.Incident.Version, e.Incident.Text))
					}
				}
			}
		}
		hear, hearToo := tell(&calm), tell(&stormy)
		reports(t, seed, 100, hear)
		reports(t, seed, 100, func(s *simulation, in monitor.Report) {
			hearToo(s, in)
			s.book = monitor.NewBook(s.kept.saved(t), s.pace, advise)
			s.feed(s.config)
		})
		if len(calm) < 3 {
			t.Errorf("only %d events: hardly tried", len(calm))
		}
		if !slices.Equal(calm, stormy) {
			t.Errorf("seed %d: with restarts people heard\n%s", seed, firstDifference(fmt.Sprintf("%q", calm), fmt.Sprintf("%q", stormy)))
		}
	}
}

// firstDifference is where two texts part.
func firstDifference(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	from := max(n-300, 0)
	return a[from:min(n+200, len(a))] + "\n=== against\n" + b[from:min(n+200, len(b))]
}

// TestHotelKeys ensures that public keys follow from what is random and from nothing else: none is guessable, none is
// another's, and none is made where nothing random is there.
func TestHotelKeys(t *testing.T) {
	keys := func(random []byte) map[string]bool {
		book := reportingBook()
		r := bigReport(100, day, 200, "")
		r.Random = random
		fold(book, r)
		found := map[string]bool{}
		for _, h := range book.Snapshot(day).Hotels {
			found[h.Key] = true
		}
		return found
	}
	a, b := keys(bytes.Repeat([]byte{1}, 32)), keys(bytes.Repeat([]byte{2}, 32))
	if len(a) != 100 || len(b) != 100 {
		t.Errorf("%d and %d keys of 100 hotels each", len(a), len(b))
	}
	for k := range a {
		if b[k] || len(k) < 22 {
			t.Errorf("key %q is short, or does not depend on what is random", k)
		}
	}
	if none := keys(nil); len(none) != 1 || !none[""] {
		t.Errorf("keys out of nothing: %v", none)
	}
}
