package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// reportedOn folds one report on one account into a new book, and gives what is known of one of its checks.
func reportedOn(t *testing.T, check monitor.CheckID, a monitor.AccountReport) monitor.CheckView {
	t.Helper()
	book := reportingBook()
	a.Code = "ALPN"
	fold(book, monitor.Report{At: day, ID: "one", Accounts: []monitor.AccountReport{a}})
	return shown(t, book, check)
}

func shown(t *testing.T, book *monitor.Book, check monitor.CheckID) monitor.CheckView {
	t.Helper()
	for _, v := range book.Snapshot(day).Checks {
		if v.Check.ID() == check {
			return v
		}
	}
	t.Fatalf("nobody watches %s", check)
	return monitor.CheckView{}
}

// TestTraffic takes what the integration's own requests came to.
func TestTraffic(t *testing.T) {
	const unseen = monitor.Fault("nothing was seen")
	n := func(module string, status, many int) monitor.Count {
		return monitor.Count{Module: module, Status: status, N: many}
	}
	lost := func(module string, f monitor.Fault, many int) monitor.Count {
		return monitor.Count{Module: module, Fault: f, N: many}
	}
	for _, tt := range []struct {
		name   string
		counts []monitor.Count
		fault  monitor.Fault
		status int
		detail string
	}{
		{"no requests", nil, unseen, 0, ""},
		{"none of any kind", []monitor.Count{n("booking", 200, 0)}, unseen, 0, ""},
		{"a kind that nobody knows", []monitor.Count{n("booking", 0, 7)}, unseen, 0, ""},
		{"all good", []monitor.Count{n("booking", 200, 7), n("booking", 201, 3)}, "", 200, ""},
		{"harmless refusals", []monitor.Count{n("booking", 404, 7), n("booking", 409, 3), n("booking", 422, 8), n("booking", 503, 1)}, "", 422, ""},
		{"fewer than half fail", []monitor.Count{n("booking", 200, 11), n("booking", 502, 10)}, "", 200, ""},
		{"half fail", []monitor.Count{n("booking", 200, 10), n("booking", 502, 10)}, monitor.FaultServer, 502, "10 of 20 requests failed, mostly booking: HTTP 502"},
		{
			"the most frequent of them",
			[]monitor.Count{n("booking", 200, 6), n("finance", 500, 3), n("booking", 502, 4), n("inventory", 502, 5), lost("booking", monitor.FaultTimeout, 2)},
			monitor.FaultServer, 502, "14 of 20 requests failed, mostly inventory: HTTP 502",
		},
		{"no answers", []monitor.Count{lost("booking", monitor.FaultTimeout, 3), n("booking", 200, 1)}, monitor.FaultTimeout, 0, "3 of 4 requests failed, mostly booking: no answer in time"},
		{"too many", []monitor.Count{n("booking", 429, 9), n("booking", 200, 1)}, monitor.FaultQuota, 429, "9 of 10 requests failed, mostly booking: HTTP 429"},
		{"not let in", []monitor.Count{n("booking", 401, 9)}, monitor.FaultUnauthorized, 401, "9 of 9 requests failed, mostly booking: HTTP 401"},
		{"no right", []monitor.Count{n("", 403, 9)}, monitor.FaultForbidden, 403, "9 of 9 requests failed, mostly HTTP 403"},
		{"a million", []monitor.Count{n("booking", 200, 400_000), n("booking", 504, 600_000)}, monitor.FaultServer, 504, "600000 of 1000000 requests failed, mostly booking: HTTP 504"},
		{"more than can be", []monitor.Count{n("booking", 200, 1<<62), n("booking", 201, 1<<62), n("booking", 202, 1<<62), n("booking", 500, 1)}, "", 200, ""},
	} {
		v := reportedOn(t, "traffic@ALPN", monitor.AccountReport{Requests: tt.counts})
		if v.Row == nil {
			if tt.fault != unseen {
				t.Errorf("%s: nothing is known", tt.name)
			}
			continue
		}
		if o := v.Row.Last; o.Fault != tt.fault || o.Status != tt.status || o.Detail != tt.detail {
			t.Errorf("%s: read as %q, HTTP %d, %q; want %q, HTTP %d, %q", tt.name, o.Fault, o.Status, o.Detail, tt.fault, tt.status, tt.detail)
		}
	}
}

// TestConsent takes what comes of token requests, one after the other, of one hotel.
func TestConsent(t *testing.T) {
	checks, names := shipped(nil)
	book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
	how := reporting(nil)
	how.Needs = []string{"reservations.read reservations.manage"}
	fold(book, monitor.Reconfigure{At: day, Checks: checks, Names: names, Controls: 3, Reported: how})
	at := day
	for _, tt := range []struct {
		name   string
		token  monitor.TokenReport
		fault  monitor.Fault
		detail string
	}{
		{"a scope that is needed was never granted", monitor.TokenReport{Scopes: []string{"folios.read"}}, monitor.FaultScopeLost, "scope reservations.read is not granted"},
		{"another one serves as well", monitor.TokenReport{Scopes: []string{"reservations.manage", "folios.read"}}, "", ""},
		{"scopes are not told", monitor.TokenReport{}, "", ""},
		{"a scope that nobody needs is gone", monitor.TokenReport{Scopes: []string{"reservations.manage"}}, "", ""},
		{"it is back, with a new one", monitor.TokenReport{Scopes: []string{"folios.read", "reservations.manage", "setup.read"}}, "", ""},
		{"two are gone", monitor.TokenReport{Scopes: []string{"folios.read"}}, monitor.FaultScopeLost, "scopes reservations.manage and setup.read disappeared"},
		{"no consent", monitor.TokenReport{Status: 400, Fault: monitor.FaultGrant, Code: "invalid_grant"}, monitor.FaultGrant, ""},
		{"identity fails", monitor.TokenReport{At: day.Add(time.Hour), Status: 503, Fault: monitor.FaultServer}, monitor.FaultServer, ""},
	} {
		at = at.Add(time.Minute)
		fold(book, monitor.Report{At: at, ID: tt.name, Accounts: []monitor.AccountReport{{Code: "ALPN", Token: &tt.token}}})
		if o := shown(t, book, "consent@ALPN").Row.Last; o.Fault != tt.fault || o.Detail != tt.detail {
			t.Errorf("%s: read as %q %q, want %q %q", tt.name, o.Fault, o.Detail, tt.fault, tt.detail)
		}
	}
	again := monitor.TokenReport{At: day.Add(time.Hour), Status: 503, Fault: monitor.FaultServer}
	fold(book, monitor.Report{At: at.Add(time.Minute), ID: "again", Accounts: []monitor.AccountReport{{Code: "ALPN", Token: &again}}})
	if r := shown(t, book, "consent@ALPN").Row; !r.LastRun.Equal(at) || r.Signal(monitor.Availability).Fails != 1 {
		t.Errorf("one failed request that is told twice counts as %d", r.Signal(monitor.Availability).Fails)
	}
	if len(book.Snapshot(at).Notices) > 0 {
		t.Errorf("a hotel whose consent was lacking from the first was taken for a mistake in the set-up: %v", book.Snapshot(at).Notices[0].Text)
	}
}

// TestHotelsComeAndGo follows hotels from their first report to their last, through a watchlist that gives one of them
// a name.
func TestHotelsComeAndGo(t *testing.T) {
	book := reportingBook()
	hotels := func() (all []string) {
		for _, h := range book.Snapshot(day).Hotels {
			all = append(all, h.Account)
		}
		return all
	}
	watched := func() (n int) {
		for _, v := range book.Snapshot(day).Checks {
			if v.Check.Reported && v.Check.Account != "" {
				n++
			}
		}
		return n
	}
	want := func(what string, accounts ...string) {
		t.Helper()
		if got := hotels(); !slices.Equal(got, accounts) || watched() != 3*len(accounts) {
			t.Errorf("%s: %v with %d checks, want %v", what, got, watched(), accounts)
		}
	}
	want("at first")
	if n := len(book.Snapshot(day).Checks); slices.ContainsFunc(book.Snapshot(day).Checks, func(v monitor.CheckView) bool { return v.Check.Reported }) {
		t.Errorf("before the first report some of %d checks wait for one", n)
	}
	fold(book, bigReport(2, day, 200, ""))
	want("after a report", "H00000", "H00001")
	if got := book.Snapshot(day).LastReport; !got.Equal(day) {
		t.Errorf("the last report was at %s", got)
	}

	config := monitor.Reconfigure{At: day, Reported: reporting(nil)}
	config.Reported.Accounts = map[string]string{"H00001": "berg"}
	fold(book, config)
	want("with a name for one", "H00000", "berg")
	fold(book, bigReport(2, day.Add(time.Minute), 200, ""))
	want("after the next report", "H00000", "berg")

	c := book.Decide([]monitor.Input{monitor.HotelOrder{At: day, Account: "berg", What: monitor.HotelForget}})
	if h, told := c.Hotels["berg"]; h != nil || !told {
		t.Error("that a hotel is forgotten would not be stored")
	}
	book.Apply(c)
	want("after one was forgotten", "H00000")
	fold(book, monitor.Report{At: day.Add(2 * time.Minute), ID: "gone", Accounts: []monitor.AccountReport{{Code: "H00000", Gone: true}, {Code: "NEVER", Gone: true}}})
	want("after one has left")
	fold(book, bigReport(1, day.Add(3*time.Minute), 200, ""))
	want("after it came back", "H00000")
}

// TestHotelRekey ensures that an operator can take a public key back.
func TestHotelRekey(t *testing.T) {
	book := reportingBook()
	fold(book, bigReport(1, day, 200, ""))
	key := func() string { return book.Snapshot(day).Hotels[0].Key }
	old := key()
	fold(book, monitor.HotelOrder{At: day, Account: "H00000", What: monitor.HotelRekey})
	if key() != old {
		t.Error("a key was made out of nothing")
	}
	fold(book, monitor.HotelOrder{At: day, Account: "H00000", What: monitor.HotelRekey, Random: []byte(strings.Repeat("r", 32))})
	if key() == old || key() == "" {
		t.Errorf("the key is %q after %q", key(), old)
	}
	taken := key()
	fold(book, bigReport(1, day.Add(time.Minute), 200, ""))
	if key() != taken {
		t.Error("the next report made another key")
	}
}

// TestForgetReports ensures that ids of reports do not pile up: they are kept for a day, and not more than 2,000.
func TestForgetReports(t *testing.T) {
	book := reportingBook()
	id := func(n int) string { return fmt.Sprint("report ", n) }
	for n := range 2100 {
		fold(book, monitor.Report{At: day.Add(time.Duration(n) * time.Second), ID: id(n)})
	}
	repeats := func(n int, now time.Time) bool {
		return len(book.Decide([]monitor.Input{monitor.Report{At: now, ID: id(n)}}).Reports) == 0
	}
	now := day.Add(2100 * time.Second)
	if n := book.Forget(now); n != 100 || repeats(99, now) || !repeats(100, now) {
		t.Errorf("forgot %d", n)
	}
	now = day.Add(24*time.Hour + 2000*time.Second)
	if book.Forget(now); repeats(1999, now) || !repeats(2000, now) {
		t.Error("a day later the wrong ones are known")
	}
}

// TestHeartbeat takes a job's signs of life where stories are too coarse: before the first, across restarts and gaps.
func TestHeartbeat(t *testing.T) {
	c := beatCheck(strings.Fields("export @every 1h grace 10m"))
	config := monitor.Reconfigure{At: day, Checks: []*monitor.Check{c}}
	k := newKept()
	book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
	do := func(in ...monitor.Input) {
		change := book.Decide(in)
		book.Apply(change)
		k.save(change, day)
	}
	at := func(hours, minutes int) time.Time {
		return day.Add(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
	}
	state := func(now time.Time) monitor.CheckView { return book.Snapshot(now).Checks[0] }
	do(config, monitor.Tick{At: at(9, 0)})
	if v := state(at(9, 0)); v.State != monitor.StateUnknown || v.Why != "waiting for its first beat" {
		t.Errorf("before the first beat: %s, %s", v.State, v.Why)
	}
	do(monitor.Beat{At: at(10, 0), Check: "export"}, monitor.Tick{At: at(11, 9)})
	if v := state(at(11, 9)); v.State != monitor.StateUp || !v.Next.Equal(at(11, 0)) {
		t.Errorf("within grace: %s, due at %s", v.State, v.Next)
	}

	book = monitor.NewBook(k.saved(t), monitor.RealPace(), advise)
	do(config, monitor.Gap{At: at(11, 8), From: at(10, 30), To: at(11, 8)}, monitor.Tick{At: at(11, 17)})
	if v := state(at(11, 17)); v.State == monitor.StateDown {
		t.Errorf("bellhop did not listen when it was due, and calls it %s at once: %s", v.State, v.Why)
	}
	do(monitor.Tick{At: at(11, 18)})
	if v := state(at(11, 18)); v.State != monitor.StateDown || !v.Row.Signal(monitor.Availability).Since.Equal(at(11, 0)) {
		t.Errorf("a grace after bellhop listens again: %s since %s", v.State, v.Row.Signal(monitor.Availability).Since)
	}
	for n := range 240 { // the same silence is one outage, each missed beat one more failure
		do(monitor.Tick{At: at(11, 19+n)})
	}
	if s := state(at(16, 0)).Row.Signal(monitor.Availability); s.Fails != 5 || len(book.Snapshot(at(16, 0)).Open) != 1 {
		t.Errorf("%d beats missed by 15:18, want 5", s.Fails)
	}
	do(monitor.Beat{At: at(16, 0), Check: "export"})
	if v := state(at(16, 0)); v.State != monitor.StateUp || len(book.Snapshot(at(16, 0)).Open) != 0 {
		t.Errorf("after a beat: %s", v.State)
	}
	do(monitor.Beat{At: at(16, 1), Check: "export", Fail: true}, monitor.Beat{At: at(16, 1), Check: "nobody"})
	if v := state(at(16, 1)); v.State != monitor.StateDown {
		t.Errorf("after a beat that says that the job failed: %s", v.State)
	}
}

// TestTooManyHotels ensures that a reporter gone wild, whose every report names others, costs bellhop no more than so
// many hotels, and that people hear of it; who was there before goes on.
func TestTooManyHotels(t *testing.T) {
	const most, each = 20_000, 5000
	book := reportingBook()
	wild := func(n int, gone bool) {
		r := monitor.Report{At: day.Add(time.Duration(n) * time.Second), ID: fmt.Sprint(n, gone), Random: make([]byte, 32)}
		for i := range each {
			r.Accounts = append(r.Accounts, monitor.AccountReport{Code: fmt.Sprintf("W%d-%d", n, i), Gone: gone})
		}
		fold(book, r)
	}
	for n := range most/each + 1 {
		wild(n, false)
	}
	s := book.Snapshot(day)
	if n := len(s.Hotels); n != most {
		t.Errorf("%d hotels are watched, want %d", n, most)
	}
	notice := func() (told *monitor.Notice) {
		for _, n := range book.Snapshot(day).Notices {
			if n.Key == "hotels-crowd" {
				told = n
			}
		}
		return told
	}
	if n := notice(); n == nil || n.Over || !strings.Contains(n.Text, "20000 hotels") {
		t.Errorf("people hear %+v", n)
	}
	wild(0, true)
	wild(9, true)
	if n := notice(); n != nil && !n.Over {
		t.Errorf("with room again people hear %+v", n)
	}
}
