package probe

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"bellhop/monitor"
)

// pageNow is when the constructed pages were served.
var pageNow = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func pageFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "statuspage", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func clock(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC)
}

// TestBulletins reads every format.
func TestBulletins(t *testing.T) {
	for _, tt := range []struct {
		file string
		read func([]byte, time.Time) (bulletin, bool)
		want bulletin
	}{
		{"statuspage.json", readStatuspage, bulletin{acks: []string{"Elevated error rates (investigating)", "API: partial outage"}}},
		{"statuspage-busy.json", readStatuspage, bulletin{
			[]string{"Logins fail alert(1) (identified)", "Odd trouble in two lines", "Core API: major outage"},
			[]monitor.Maintenance{
				{Title: "Network work", From: clock(22, 10, 0), To: clock(22, 11, 30), Underway: true},
				{Title: "Database work", From: clock(29, 2, 0), To: clock(29, 4, 0)},
			},
		}},
		{"instatus.json", readInstatus, bulletin{
			[]string{"The API answers slowly (investigating)"},
			[]monitor.Maintenance{
				{Title: "Cache maintenance", From: clock(22, 9, 30), To: clock(22, 11, 0), Underway: true},
				{Title: "Database maintenance", From: clock(22, 22, 0), To: clock(22, 23, 0)},
			},
		}},
		{"betterstack.json", readBetterStack, bulletin{
			[]string{"API: downtime", "API is down (downtime)"},
			[]monitor.Maintenance{
				{Title: "Work now", From: clock(22, 9, 0), To: clock(22, 11, 0), Underway: true},
				{Title: "Planned work", From: clock(23, 2, 0), To: clock(23, 3, 0)},
			},
		}},
		{"history.rss", readFeed, bulletin{
			[]string{"Reservations fail & payments hang (identified)"},
			[]monitor.Maintenance{{Title: "Database work", To: clock(29, 4, 0)}},
		}},
		{"history.atom", readFeed, bulletin{acks: []string{"Webhooks are late (monitoring)"}}},
		{"statusio.html", readStatusIO, bulletin{acks: []string{"Partial Service Disruption"}}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			got, ok := tt.read(pageFile(t, tt.file), pageNow)
			if !ok || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%t, got  %+v\nwant %+v", ok, got, tt.want)
			}
			for other, f := range pageFormats[:pagePlain] {
				_, also := f.read(pageFile(t, tt.file), pageNow)
				if same := reflect.ValueOf(f.read).Pointer() == reflect.ValueOf(tt.read).Pointer(); also != same {
					t.Errorf("format %d (%s) reads it: %t", other, f.path, also)
				}
			}
		})
	}
}

// TestBulletinsThatSayLittle tells "all is well" from "we cannot tell".
func TestBulletinsThatSayLittle(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		read       func([]byte, time.Time) (bulletin, bool)
		ok, known  bool
		acks       []string
	}{
		{"statuspage, well", `{"page":{},"status":{"indicator":"none"}}`, readStatuspage, true, true, nil},
		{"statuspage, unknown indicator", `{"page":{},"status":{"indicator":"purple","description":"Purple"}}`, readStatuspage, true, false, nil},
		{"statuspage, indicator of another type", `{"page":{},"status":{"indicator":{"a":1}}}`, readStatuspage, true, false, nil},
		{"statuspage, indicator alone", `{"page":{},"status":{"indicator":"major","description":"Partial <i>System</i> Outage"}}`, readStatuspage, true, true, []string{"Partial System Outage"}},
		{"statuspage, no indicator", `{"page":{},"status":{}}`, readStatuspage, false, false, nil},
		{"instatus, well", `{"page":{"status":"UP"}}`, readInstatus, true, true, nil},
		{"instatus, unknown status", `{"page":{"status":"MELTING"}}`, readInstatus, true, false, nil},
		{"instatus, trouble without a name", `{"page":{"status":"HASISSUES"}}`, readInstatus, true, true, []string{"the page reports trouble"}},
		{"better stack, well", `{"data":{"attributes":{"aggregate_state":"operational"}}}`, readBetterStack, true, true, nil},
		{"better stack, unknown", `{"data":{"attributes":{"aggregate_state":"?"}}}`, readBetterStack, true, false, nil},
		{"feed, empty", `<rss><channel></channel></rss>`, readFeed, true, true, nil},
		{"feed, of something else", `<rss><channel><item><title>News</title></item></channel></rss>`, readFeed, true, false, nil},
		{"feed, cut short", `<rss><channel><item><title>Down</title><description>&lt;b&gt;Investigating&lt;/b&gt;</description></item><item><tit`, readFeed, true, true, []string{"Down (investigating)"}},
		{"feed, without bold", `<rss><channel><item><title>Down</title><description>Investigating - we look</description></item><item><title>Up</title><description>resolved: it works</description></item></channel></rss>`, readFeed, true, true, []string{"Down (investigating)"}},
		{"html", "<!doctype html><html><title>Status</title>", readFeed, false, false, nil},
		{"status.io, well", `status.io <b id="statusbar_text">All Systems Operational</b>`, readStatusIO, true, true, nil},
		{"status.io, without its headline", `<a href="https://status.io">by Status.io</a>`, readStatusIO, true, false, nil},
		{"not status.io", `<a href="https://mystatus.io">status</a>`, readStatusIO, false, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, ok := tt.read([]byte(tt.body), pageNow)
			if ok != tt.ok || (b.acks != nil) != tt.known || !slices.Equal(b.acks, tt.acks) {
				t.Errorf("%t, %#v", ok, b.acks)
			}
		})
	}
}

// TestResolvedIncidentsAreNoAcks reads incidents as a page of 2019 had them.
func TestResolvedIncidentsAreNoAcks(t *testing.T) {
	body := strings.Replace(string(pageFile(t, "statuspage-incidents-2019.json")), `"incidents"`, `"status":{"indicator":"none"},"incidents"`, 1)
	if b, ok := readStatuspage([]byte(body), pageNow); !ok || len(b.acks) != 0 {
		t.Errorf("%t, %q", ok, b.acks)
	}
	body = strings.Replace(body, `"status": "resolved"`, `"status": "monitoring"`, 1)
	if b, ok := readStatuspage([]byte(body), pageNow); !ok || !slices.Equal(b.acks, []string{"Intermittent navigation/sending trouble for some users (monitoring)"}) {
		t.Errorf("%t, %q", ok, b.acks)
	}
}

// FuzzBulletin ensures that whatever a page sends is bounded and fit to be shown.
func FuzzBulletin(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "statuspage", "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(pageFile(f, filepath.Base(file)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, format := range pageFormats {
			b, _ := format.read(body, pageNow)
			if len(b.acks) > maxAcks || len(b.maintenance) > maxMaintenance {
				t.Fatalf("%d acks, %d maintenances", len(b.acks), len(b.maintenance))
			}
			shown := slices.Clone(b.acks)
			for _, m := range b.maintenance {
				shown = append(shown, m.Title)
			}
			for _, s := range shown {
				if s == "" || len(s) > maxTitle+30 || strings.ContainsAny(s, "<>\n") || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
					t.Fatalf("%q is shown", s)
				}
			}
		}
	})
}

// site serves some paths, and notes who asks for what.
type site struct {
	mu    sync.Mutex
	pages map[string]string
	codes map[string]int
	asked []string
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.Path)
	if code := s.codes[r.URL.Path]; code != 0 {
		w.WriteHeader(code)
		return
	}
	page, ok := s.pages[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = io.WriteString(w, page)
}

// took are the paths that were asked for since the last time.
func (s *site) took() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.asked, " ")
	s.asked = nil
	return all
}

func (s *site) set(edit func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit()
}

func (s *site) probe(t *testing.T) monitor.Probe {
	t.Helper()
	p, err := StatusPage(serve(t, s.serve), transport(t, TransportConfig{}))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestStatusPageFormatIsRemembered follows a page that goes from one provider to another.
func TestStatusPageFormatIsRemembered(t *testing.T) {
	s := &site{pages: map[string]string{"/": "<html>", "/summary.json": string(pageFile(t, "instatus.json"))}}
	p := s.probe(t)
	expect := func(step, paths string, fault monitor.Fault, acks ...string) {
		t.Helper()
		o := ask(t, p, 5*time.Second, false)
		if o.Fault != fault || !slices.Equal(o.Acks, acks) {
			t.Errorf("%s: %q (%s), acks %q", step, o.Fault, o.Detail, o.Acks)
		}
		if got := s.took(); got != paths {
			t.Errorf("%s: asked for %q, want %q", step, got, paths)
		}
	}
	slow := "The API answers slowly (investigating)"
	expect("found", "/api/v2/summary.json /summary.json", "", slow)
	expect("remembered", "/summary.json", "", slow)
	s.set(func() { s.codes = map[string]int{"/summary.json": 503, "/": 503} })
	expect("down", "/summary.json /", "http_5xx")
	s.set(func() { s.codes = nil })
	expect("up again", "/summary.json", "", slow)
	s.set(func() { s.pages = map[string]string{"/": "<html>", "/history.rss": string(pageFile(t, "history.rss"))} })
	for _, step := range []string{"gone", "still gone", "gone for good"} {
		expect(step, "/summary.json /", "")
	}
	expect("looked for", "/api/v2/summary.json /summary.json /index.json /", "")
	if o := ask(t, p, 5*time.Second, false); o.Fault != "" || s.took() != "/history.rss" || o.Acks == nil {
		t.Errorf("moved: %q, acks %#v", o.Fault, o.Acks)
	}
}

// TestStatusPageInNoFormat ends at plain reachability, with few requests in each run, and says that it read nothing.
func TestStatusPageInNoFormat(t *testing.T) {
	s := &site{pages: map[string]string{"/": "<html>All good"}}
	p := s.probe(t)
	for run, paths := range []string{
		"/api/v2/summary.json /summary.json /index.json /", "/history.rss /history.atom /feed.rss /", "/", "/",
	} {
		if o := ask(t, p, 5*time.Second, false); o.Fault != "" || o.Status != 200 || o.Acks != nil {
			t.Errorf("run %d: %q, status %d, acks %#v", run, o.Fault, o.Status, o.Acks)
		}
		if got := s.took(); got != paths {
			t.Errorf("run %d asked for %q, want %q", run, got, paths)
		}
	}
	s.set(func() { s.codes = map[string]int{"/": 500} })
	if o := ask(t, p, 5*time.Second, false); o.Fault != "http_5xx" {
		t.Errorf("%q", o.Fault)
	}
}

// TestStatusPageInTroubleIsNotSearched ensures that what fails while it is down is not taken for a format it has not.
func TestStatusPageInTroubleIsNotSearched(t *testing.T) {
	s := &site{
		pages: map[string]string{"/": "<html>", "/api/v2/summary.json": string(pageFile(t, "statuspage.json"))},
		codes: map[string]int{"/": 502, "/api/v2/summary.json": 502},
	}
	p := s.probe(t)
	for range 3 {
		if o := ask(t, p, 5*time.Second, false); o.Fault != "http_5xx" || s.took() != "/api/v2/summary.json /" {
			t.Errorf("%q (%s)", o.Fault, o.Detail)
		}
	}
	s.set(func() { s.codes = nil })
	if o := ask(t, p, 5*time.Second, false); len(o.Acks) != 2 || s.took() != "/api/v2/summary.json" {
		t.Errorf("acks %q", o.Acks)
	}
}

// TestStatusPageWhoseFormatIsInTrouble ensures that a format is not passed over because the page is too busy to serve
// it, as in the night when it matters, and that one which answers so to what it does not have holds nobody up.
func TestStatusPageWhoseFormatIsInTrouble(t *testing.T) {
	for _, code := range []int{429, 503} {
		s := &site{
			pages: map[string]string{"/": "<html>", "/api/v2/summary.json": string(pageFile(t, "statuspage.json"))},
			codes: map[string]int{"/api/v2/summary.json": code},
		}
		p := s.probe(t)
		for range 2 {
			if o := ask(t, p, 5*time.Second, false); o.Fault != "" || o.Acks != nil {
				t.Errorf("%d: %q (%s), acks %q", code, o.Fault, o.Detail, o.Acks)
			}
		}
		s.set(func() { s.codes = nil })
		if o := ask(t, p, 5*time.Second, false); len(o.Acks) != 2 {
			t.Errorf("%d: acks %q once it is served again", code, o.Acks)
		}
	}
	s := &site{
		pages: map[string]string{"/": "<html>", "/summary.json": string(pageFile(t, "instatus.json"))},
		codes: map[string]int{"/api/v2/summary.json": 500},
	}
	p := s.probe(t)
	for range missesToAsk {
		ask(t, p, 5*time.Second, false)
	}
	if o := ask(t, p, 5*time.Second, false); len(o.Acks) != 1 {
		t.Errorf("behind a path that always fails: acks %q", o.Acks)
	}
}

// TestStatusPageOnStatusIO reads the page itself, once a run.
func TestStatusPageOnStatusIO(t *testing.T) {
	s := &site{pages: map[string]string{"/": string(pageFile(t, "statusio.html"))}}
	p := s.probe(t)
	for range 2 {
		ask(t, p, 5*time.Second, false)
	}
	s.took()
	if o := ask(t, p, 5*time.Second, false); s.took() != "/" || !slices.Equal(o.Acks, []string{"Partial Service Disruption"}) {
		t.Errorf("acks %q", o.Acks)
	}
}
