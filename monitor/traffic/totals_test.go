package traffic

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"bellhop/monitor"
)

const total1 = `{
  "id": "t-1", "counts": "totals", "source": "web-1", "started": "2026-11-22T08:00:00Z", "until": "2026-11-22T10:05:00Z",
  "accounts": [{"account": "ALPN", "requests": {"booking": {"200": 4100000000, "502": 0}, "Booking": {"200": 1}}}, {"account": "SEAS", "requests": {}}, {"account": "OLDE"}]
}`

// TestParseTotals ensures that totals arrive as such, wherever in the report it is said that they are: large ones,
// zeros, and none at all.
func TestParseTotals(t *testing.T) {
	moved := strings.Replace(strings.Replace(total1, `"counts": "totals",`, "", 1), "\n}", `, "counts": "totals"}`, 1)
	for _, body := range []string{total1, moved} {
		got, err := Parse([]byte(body), now)
		if err != nil {
			t.Fatal(err)
		}
		if got.Source != "web-1" || !got.Started.Equal(at("08:00:00")) || !got.Stood.Equal(now) || len(got.Accounts[0].Requests) != 3 || got.Accounts[0].Requests[0].N != 4_100_000_000 ||
			got.Accounts[1].Requests == nil || got.Accounts[2].Requests != nil {
			t.Errorf("got %+v", got)
		}
	}
}

// TestTotalsMistakes ensures what is said of totals that cannot be used.
func TestTotalsMistakes(t *testing.T) {
	for _, tt := range []struct{ head, want string }{
		{`"counts":"totals","until":"2026-11-22T10:05:00Z"`, "the report has no source: totals are those of one process: name it"},
		{`"counts":"totals","source":"web-1"`, "the report has no until: write when these totals were read"},
		{`"counts":"total"`, `counts: is not known: write "totals"`},
		{`"counts":7`, "counts: is no string"},
		{`"counts":"\u0074otals","source":"web-1"`, "counts: is not known"},
		{`"source":"web-1"`, `the report has a source or started, and no totals: write "counts": "totals"`},
		{`"counts":"totals","source":"web 1"`, "source: cannot be used: name the instance that counts"},
		{`"counts":"totals","source":"web-1","until":"2026-11-22T10:05:00Z","started":"2026-11-22T10:05:01Z"`, "the report has started after until"},
		{`"counts":"totals","counts":null`, "counts: is given twice"},
	} {
		_, err := Parse([]byte(`{"id":"1",`+tt.head+`,"accounts":[{"account":"A","requests":{"booking":{"200":41}}}]}`), now)
		var said []string
		if wrong, ok := errors.AsType[*Mistakes](err); ok {
			for _, one := range wrong.First {
				if !strings.HasPrefix(one.Path, "accounts") {
					said = append(said, one.String())
				}
			}
		}
		if len(said) != 1 || !strings.HasPrefix(said[0], tt.want) {
			t.Errorf("%s: %q, want %q", tt.head, said, tt.want)
		}
	}
}

// a total is what stood at a clock time in counters of the module booking, by status.
func total(clock, started string, cells ...int) stood {
	s := stood{until: at(clock)}
	if started != "" {
		s.started = at(started)
	}
	for n := 0; n < len(cells); n += 2 {
		s.cells = append(s.cells, monitor.Count{Module: "booking", Status: cells[n], N: cells[n+1]})
	}
	return s
}

// TestIncrease ensures what is made of one total after another.
func TestIncrease(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after stood
		want          string
	}{
		{"more", total("10:00:00", "", 200, 10, 502, 1), total("10:01:00", "", 200, 15, 502, 1), "counted 1m0s 200:5"},
		{"a new ending", total("10:00:00", "", 200, 10), total("10:01:00", "", 200, 10, 502, 3), "counted 1m0s 502:3"},
		{"one that is not named", total("10:00:00", "", 200, 10, 502, 3), total("10:01:00", "", 200, 11), "counted 1m0s 200:1"},
		{"nothing new", total("10:00:00", "", 200, 10), total("10:01:00", "", 200, 10), "counted 1m0s"},
		{"began again", total("10:00:00", "", 200, 10, 502, 3), total("10:01:00", "", 200, 4, 502, 5), "counted 1m0s reset 200:4 502:2"},
		{"started again", total("10:00:00", "08:00:00", 200, 10), total("10:01:00", "10:00:30", 200, 12), "counted 1m0s reset 200:12"},
		{"started while the other still told", total("10:00:00", "08:00:00", 200, 10), total("10:01:00", "09:59:30", 200, 12), "counted 1m0s reset 200:12"},
		{"says for the first time when", total("10:00:00", "", 200, 10), total("10:01:00", "08:00:00", 200, 12), "counted 1m0s 200:2"},
		{"says so after a start", total("10:00:00", "", 200, 10), total("10:01:00", "10:00:10", 200, 12), "counted 1m0s reset 200:12"},
		{"start computed anew", total("10:00:00", "08:00:00", 200, 10), total("10:01:00", "08:00:02", 200, 12), "counted 1m0s 200:2"},
		{"lower without a start", total("10:00:00", "08:00:00", 200, 10), total("10:01:00", "08:00:00", 200, 9), "counted 1m0s"},
		{"the same again", total("10:00:00", "", 200, 10), total("10:00:00", "", 200, 10), "stale 0s"},
		{"an older one", total("10:00:00", "", 200, 10), total("09:59:00", "", 200, 9), "stale 0s"},
		{"of the process before", total("10:00:00", "08:00:00", 200, 10), total("10:01:00", "07:00:00", 200, 900), "stale 0s"},
		{"more than can be", total("10:00:00", "", 200, 10), total("10:01:00", "", 200, 5_000_000_010), "counted 1m0s 200:1000000000"},
		{"too far apart", total("08:00:00", "", 200, 10), total("09:00:01", "", 200, 900), "apart 1h0m1s"},
	} {
		next, g := increase(&tt.before, tt.after)
		if got := said(g); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if _, again := increase(&next, tt.after); again.sight != stale {
			t.Errorf("%s: again it is %q", tt.name, said(again))
		}
	}
	if _, g := increase(nil, total("10:00:00", "", 200, 10)); g.sight != first || g.counts != nil {
		t.Errorf("at first: %q", said(g))
	}
}

func said(g gain) string {
	words := []string{map[sight]string{counted: "counted", first: "first", stale: "stale", apart: "apart"}[g.sight], g.covers.String()}
	if g.reset {
		words = append(words, "reset")
	}
	for _, c := range g.counts {
		words = append(words, fmt.Sprintf("%d:%d", c.Status, c.N))
	}
	return strings.Join(words, " ")
}

// A process counts, starts anew, and is reported by totals that are lost, late, repeated and out of order, to an
// intake that is started anew, and whose book sometimes takes what it said that it did not.
type process struct {
	*rapid.T
	now     time.Time
	starts  bool // it tells when it started
	started time.Time
	cells   map[int]int // since then
	truth   map[int]int // since ever
	sent    []Sent
	meter   *meter

	book  map[string]bool
	total map[int]int // what the book has counted
}

func (p *process) snapshot() Sent {
	p.now = p.now.Add(time.Second)
	s := Sent{Source: "web-1", Stood: p.now}
	s.ID, s.At = fmt.Sprint(len(p.sent), p.now), p.now
	if p.starts {
		s.Started = p.started
	}
	a := monitor.AccountReport{Code: "ALPN", Requests: []monitor.Count{}}
	for _, status := range slices.Sorted(maps.Keys(p.cells)) {
		a.Requests = append(a.Requests, monitor.Count{Module: "booking", Status: status, N: p.cells[status]})
	}
	s.Accounts = []monitor.AccountReport{a}
	return s
}

// deliver hands a report in. The book may take it and say that it did not, and the other way round.
func (p *process) deliver(s Sent) {
	r, _ := p.meter.differ(s)
	fate := rapid.SampledFrom([]string{"fine", "fine", "fine", "lost", "taken, but not told"}).Draw(p.T, "fate")
	repeated := p.book[s.ID]
	if fate != "lost" && !repeated {
		p.book[s.ID] = true
		for _, c := range r.Accounts[0].Requests {
			if c.N <= 0 {
				p.Fatalf("counted %d", c.N)
			}
			p.total[c.Status] += c.N
		}
	}
	if fate == "fine" {
		p.meter.settle(s.ID, repeated)
	}
}

func (p *process) check() {
	for status, n := range p.total {
		if n > p.truth[status] {
			p.Fatalf("counted %d of status %d, there were %d", n, status, p.truth[status])
		}
	}
}

// TestTotalsNeverExceedTheTruth ensures it for any interleaving of resets, repeats, losses, late reports and starts.
func TestTotalsNeverExceedTheTruth(t *testing.T) {
	for range 8 { // what can go wrong takes several turns at once
		rapid.Check(t, neverExceeds)
	}
}

func neverExceeds(t *rapid.T) {
	p := &process{T: t, now: now, started: now, cells: map[int]int{}, truth: map[int]int{}, meter: newMeter(), book: map[string]bool{}, total: map[int]int{}}
	p.starts = rapid.Bool().Draw(t, "starts")
	t.Repeat(map[string]func(*rapid.T){
		"": func(*rapid.T) { p.check() },
		"count": func(t *rapid.T) {
			n, status := rapid.IntRange(1, 50).Draw(t, "n"), rapid.SampledFrom([]int{200, 502, 429}).Draw(t, "status")
			p.cells[status] += n
			p.truth[status] += n
		},
		"wait": func(t *rapid.T) { p.now = p.now.Add(time.Duration(rapid.IntRange(1, 4000).Draw(t, "s")) * time.Second) },
		"start": func(*rapid.T) {
			p.now = p.now.Add(time.Second)
			p.started, p.cells = p.now, map[int]int{}
		},
		"tell": func(*rapid.T) {
			s := p.snapshot()
			p.sent = append(p.sent, s)
			p.deliver(s)
		},
		"write": func(*rapid.T) { p.sent = append(p.sent, p.snapshot()) }, // and it comes later, or never
		"again": func(t *rapid.T) {
			if len(p.sent) > 0 {
				p.deliver(rapid.SampledFrom(p.sent).Draw(t, "which"))
			}
		},
		"bellhop starts": func(*rapid.T) {
			p.meter = newMeter()
			p.sent = slices.DeleteFunc(p.sent, func(s Sent) bool { return !p.book[s.ID] }) // who sends does not wait so long
		},
	})
}

// TestTotalsAreExact ensures that nothing is missing as long as nothing is lost: all but what stood at first sight is
// counted, once.
func TestTotalsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, sum, stands, clock := newMeter(), 0, 0, now
		for n, more := range rapid.SliceOfN(rapid.IntRange(0, 1000), 2, 30).Draw(t, "counts") {
			stands, clock = stands+more, clock.Add(time.Minute)
			s := Sent{Source: "web-1", Stood: clock}
			s.ID = fmt.Sprint(n)
			s.Accounts = []monitor.AccountReport{{Code: "ALPN", Requests: []monitor.Count{{Module: "booking", Status: 200, N: stands}}}}
			for range rapid.IntRange(1, 3).Draw(t, "times") {
				r, _ := m.differ(s)
				for _, c := range r.Accounts[0].Requests {
					sum += c.N
				}
				m.settle(s.ID, false)
			}
			if n == 0 {
				sum = stands
			}
		}
		if sum != stands {
			t.Fatalf("counted %d of %d", sum, stands)
		}
	})
}

// TestTotalsAreBounded ensures that sources without end take no memory without end, and that those that go on
// reporting are the ones that are remembered.
func TestTotalsAreBounded(t *testing.T) {
	m, clock, forgotten := newMeter(), now, uint64(0)
	many := make([]monitor.Count, 500)
	for n := range many {
		many[n] = monitor.Count{Module: fmt.Sprint("m", n), Status: 200, N: n}
	}
	tell := func(source string, cells []monitor.Count) monitor.Report {
		clock = clock.Add(time.Second)
		s := Sent{Source: source, Stood: clock}
		s.ID, s.Accounts = clock.String(), []monitor.AccountReport{{Code: "ALPN", Requests: cells}}
		r, _ := m.differ(s)
		forgotten += m.settle(s.ID, false)
		return r
	}
	for n := range 600 {
		tell(fmt.Sprint("other-", n), many)
		steady := tell("steady", []monitor.Count{{Module: "booking", Status: 200, N: n}})
		if n > 0 && (len(steady.Accounts[0].Requests) != 1 || steady.Accounts[0].Requests[0].N != 1) {
			t.Fatalf("%d: %+v", n, steady)
		}
	}
	if m.cells > cellsMost || len(m.all) != m.recent.Len() || forgotten != uint64(601-len(m.all)) || len(m.unsure) != len(m.order) || m.open > unsureMax {
		t.Errorf("%d counters, %d remembered, %d forgotten, %d open", m.cells, len(m.all), forgotten, m.open)
	}
	for n := range 3 {
		for k := range many {
			many[k].Module = fmt.Sprint("m", n, k)
		}
		tell("changing", many)
	}
	if m.all[whose{"changing", "ALPN"}] != nil {
		t.Error("counters that are never the same are remembered")
	}
}

// TestTotalsOfNothingAreBounded ensures that sources which have counted nothing yet, and reports that the book never
// takes, do not take memory without end either.
func TestTotalsOfNothingAreBounded(t *testing.T) {
	m := newMeter()
	report := func(n int, a ...monitor.AccountReport) Sent {
		s := Sent{Source: fmt.Sprint("pod-", n), Stood: now}
		s.ID, s.Accounts = fmt.Sprint(n), a
		return s
	}
	idle := make([]monitor.AccountReport, 1000)
	for k := range idle {
		idle[k] = monitor.AccountReport{Code: fmt.Sprint("H", k), Requests: []monitor.Count{}}
	}
	for n := range 300 {
		m.differ(report(n, idle...))
		m.settle(fmt.Sprint(n), false)
	}
	if len(m.all) > cellsMost || len(m.all) != m.recent.Len() || len(m.order) > 0 || m.open != 0 {
		t.Errorf("%d remembered, %d open", len(m.all), m.open)
	}
	many := make([]monitor.Count, 5000)
	for n := range many {
		many[n] = monitor.Count{Module: fmt.Sprint("m", n), Status: 200, N: n}
	}
	for n := range 300 {
		m.differ(report(1000+n, monitor.AccountReport{Code: "ALPN", Requests: many}))
	}
	if len(m.unsure) > unsureMax/len(many) || len(m.unsure) < 10 || len(m.unsure) != len(m.order) {
		t.Errorf("%d reports whose fate is open are remembered", len(m.unsure))
	}
}

// TestTotalsOverHTTP ensures what the book gets of totals: nothing at first, then differences with the time that they
// are of; nothing of a repetition, and the same of a report that it had not taken; and that what is too old is left out.
func TestTotalsOverHTTP(t *testing.T) {
	l, clock := &ledger{}, now
	i := New(Options{Now: func() time.Time { return clock }, Report: l.take, Beat: l.beat, Log: zerolog.Nop()})
	send := func(id string, after time.Duration, n, want int, counts string) {
		t.Helper()
		body := fmt.Sprintf(`{"id":%q,"counts":"totals","source":"web-1","until":%q,"accounts":[{"account":"ALPN","requests":{"booking":{"200":%d}}}]}`, id, now.Add(after).Format(time.RFC3339), n)
		status, _, _ := post(i, body)
		got := ""
		if len(l.reports) > 0 {
			r := l.reports[len(l.reports)-1]
			got = fmt.Sprint(r.ID, " ", r.Covers, " ", r.Accounts[0].Requests)
		}
		if status != want || got != counts {
			t.Errorf("%s: status %d, the book has %q, want %q", id, status, got, counts)
		}
	}
	send("a", 0, 100, 200, "a 0s []")
	clock = now.Add(time.Minute)
	send("b", time.Minute, 130, 200, "b 1m0s [{booking 200  30}]")
	send("b", time.Minute, 130, 200, "b 1m0s [{booking 200  30}]")
	send("a", 0, 100, 200, "b 1m0s [{booking 200  30}]")
	clock = now.Add(2 * time.Minute)
	l.broken = errors.New("the monitor has stopped")
	send("c", 2*time.Minute, 150, 503, "b 1m0s [{booking 200  30}]")
	l.broken, clock = nil, clock.Add(10*time.Second)
	send("c", 2*time.Minute, 150, 200, "c 1m0s [{booking 200  20}]")
	if got := l.reports[len(l.reports)-1].At; !got.Equal(clock) {
		t.Errorf("taken at %s, and came at %s", got, clock)
	}
	clock = now.Add(2 * time.Hour)
	send("d", 50*time.Minute, 160, 200, "d 48m0s []")
	if got, want := i.Counts(), (Counts{Taken: 4, Repeated: 2, PutOff: 1, Late: 10, Stale: 2}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

// TestPacked ensures that a report may be packed with gzip, and is no larger for it.
func TestPacked(t *testing.T) {
	i := intake(&ledger{}, zerolog.Nop())
	for _, tt := range []struct {
		name, body, coding string
		status             int
		want               string
	}{
		{"packed", packed(t, whole1), "gzip", 200, "accepted:3"},
		{"the same, not packed", whole1, "identity", 200, "repeated:true"},
		{"a bomb", packed(t, strings.Repeat(" ", 2*BytesMax)), "gzip", 413, "the report is larger than 8 MiB"},
		{"cut off", packed(t, whole1)[:100], "GZIP", 400, "the report broke off on its way"},
		{"no gzip", whole1, "gzip", 400, "is said to be packed with gzip, and is not"},
		{"another way", whole1, "br", 415, "send it as plain JSON, or with gzip"},
	} {
		status, _, got := post(i, tt.body, "Content-Encoding", tt.coding)
		if status != tt.status || !strings.Contains(fmt.Sprint(got), tt.want) {
			t.Errorf("%s: status %d: %v", tt.name, status, got)
		}
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
