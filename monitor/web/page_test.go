package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

var update = flag.Bool("update", false, "rewrite testdata")

func site(s *monitor.Snapshot) *Site { return New(Options{Reader: fixed{s}, Version: "0.1.0"}) }

// get asks a handler, with headers as pairs of key and value.
func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// own is the operator's side as somebody sees it who may.
func own(s *monitor.Snapshot) http.Handler { return protect(site(s).operatorRoutes()) }

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update rewrites it):\n%s", path, firstDifference(got, want))
	}
}

func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %q\nwant %q", i+1, strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""), strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
	return ""
}

// live is the part of a page that its reader sees.
func live(t *testing.T, page string) []byte {
	t.Helper()
	from, to := strings.Index(page, `<div id="live">`), strings.Index(page, "<script>")
	if from < 0 || to < from {
		t.Fatalf("no live part in %.300s", page)
	}
	return []byte(page[from:to])
}

// TestPages ensures that each state of the world looks as it did when somebody last read it.
func TestPages(t *testing.T) {
	for name, s := range worlds() {
		if name == "hotels" {
			continue // too long to be read; TestManyHotels reads it
		}
		t.Run(name, func(t *testing.T) {
			golden(t, "board-"+name+".html", live(t, get(own(s), "/").Body.String()))
			golden(t, "public-"+name+".html", live(t, get(site(s).Public(), "/").Body.String()))
			golden(t, "public-"+name+".json", get(site(s).Public(), "/public.json").Body.Bytes())
		})
	}
	golden(t, "incident.html", live(t, get(own(worldDown()), "/incidents/inc_0193a").Body.String()))
}

// TestFirstSentence ensures what each world is summed up as, on both sides.
func TestFirstSentence(t *testing.T) {
	stuck := world()
	stuck.At = now.Add(-2 * stalled)
	all := worlds()
	all["stuck"] = stuck
	for name, want := range map[string][2]string{
		"well":       {"Everything bellhop watches works.", "Everything we watch works."},
		"down":       {"apaleo API is DOWN.", apiDown().Public},
		"blind":      {"We cannot see out: bellhop's own network fails, as far as we know.", cannotSee},
		"fresh":      {"bellhop has just started and has no answers yet.", cannotSee},
		"mixed":      {"Webhook API is SLOW.", "Notifications from apaleo are late."},
		"hotels":     {"Everything bellhop watches works, but 1 hotel has trouble of its own.", "Everything we watch works."},
		"store-down": {"Everything bellhop watches works.", "Everything we watch works."},
		"empty":      {"bellhop watches nothing: the watchlist is empty.", "Nothing is watched for this page."},
		"starting":   {"bellhop is starting.", cannotSee},
		"stuck":      {"bellhop is stuck: it has decided nothing since 10:04:00 UTC.", cannotSee},
	} {
		if got := summarize(all[name], now).Sentence; got != want[0] {
			t.Errorf("%s: the operator reads %q, want %q", name, got, want[0])
		}
		if got := publish(all[name], now).Sentence; got != want[1] {
			t.Errorf("%s: the public reads %q, want %q", name, got, want[1])
		}
	}
}

// TestPolicy ensures that a page may use what it carries, and nothing else.
func TestPolicy(t *testing.T) {
	for _, path := range []string{"/", "/incidents/inc_0193a", "/incidents/none"} {
		w := get(own(worldDown()), path)
		policy, page := w.Header().Get("Content-Security-Policy"), w.Body.String()
		if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for _, tag := range []string{"style", "script"} {
			_, rest, ok := strings.Cut(page, "<"+tag+">")
			if !ok {
				continue
			}
			text, _, _ := strings.Cut(rest, "</"+tag+">")
			sum := sha256.Sum256([]byte(text))
			if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(policy, tag+"-src 'sha256-"+hash+"'") {
				t.Errorf("%s: the policy %q does not let its %s in", path, policy, tag)
			}
		}
		for _, bad := range []string{" style=", " onclick=", "src=\"http", "ZgotmplZ"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s: has %q", path, bad)
			}
		}
	}
	for _, path := range []string{"/public.json", "/livez", "/api/v1/status", "/nowhere"} {
		if got := get(own(world()), path).Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, got)
		}
	}
}

// wellFormed reads a page as XML would: every element closed, every attribute quoted.
func wellFormed(page string) error {
	d := xml.NewDecoder(strings.NewReader(page))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func TestWellFormed(t *testing.T) {
	for name, s := range worlds() {
		for side, page := range map[string]string{
			"board": get(own(s), "/").Body.String(), "public": get(site(s).Public(), "/").Body.String(),
		} {
			if err := wellFormed(page); err != nil {
				t.Errorf("%s of %s: %v", side, name, err)
			}
		}
	}
	for _, path := range []string{"/incidents/inc_0193a", "/incidents/none"} {
		if err := wellFormed(get(own(worldDown()), path).Body.String()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if wellFormed("<p><b></p>") == nil {
		t.Error("the test would not see an element left open")
	}
}

// TestManyHotels ensures that 400 hotels make a page that can be read: the one in trouble is listed first.
func TestManyHotels(t *testing.T) {
	page := get(own(worldHotels()), "/").Body.String()
	if !strings.Contains(page, "400 accounts: 1 degraded, 399 up") || !strings.Contains(page, "and 350 more that are up") {
		t.Error("accounts are not summed up")
	}
	_, rest, _ := strings.Cut(page, "<summary>Accounts</summary>")
	if first, second := strings.Index(rest, "hotel-217"), strings.Index(rest, "hotel-000"); first < 0 || second < first {
		t.Errorf("the hotel in trouble is at %d, after one that is well at %d", first, second)
	}
	if len(page) > 400<<10 {
		t.Errorf("page of %d bytes", len(page))
	}
}

// TestSharedTitle ensures that the line of several accounts does not bear the name of one of them.
func TestSharedTitle(t *testing.T) {
	for _, tt := range []struct {
		want   string
		titles []string
	}{
		{"Inventory API", []string{"Inventory API for alpine", "Inventory API for harbour", "Inventory API for city"}},
		{"Account", []string{"Account alpine", "Account harbour"}},
		{"booking", []string{"booking", "booking"}},
		{"", []string{"One thing", "Another"}},
		{"", []string{"", "Another"}},
	} {
		var views []monitor.CheckView
		for _, title := range tt.titles {
			views = append(views, monitor.CheckView{Check: &monitor.Check{Title: title}})
		}
		if got := sharedTitle(views); got != tt.want {
			t.Errorf("%q have %q in common, want %q", tt.titles, got, tt.want)
		}
	}
}

// TestStateIsAWord ensures that every shape stands beside its word: nothing is said by colour alone.
func TestStateIsAWord(t *testing.T) {
	page := get(own(worldMixed()), "/").Body.String()
	for _, st := range []string{"up", "degraded", "unknown", "paused", "maintenance"} {
		if !strings.Contains(page, `<use href="#`+st+`"></use></svg>`+st+`</span>`) {
			t.Errorf("%s is not shown by shape and word", st)
		}
	}
}

// TestTimes ensures that every time on a page says its zone, to people and machines.
func TestTimes(t *testing.T) {
	for name, s := range worlds() {
		for _, piece := range strings.Split(get(own(s), "/").Body.String(), "<time ")[1:] {
			piece, _, _ = strings.Cut(piece, "</time>")
			if !strings.HasPrefix(piece, `datetime="20`) || !strings.HasSuffix(piece, " UTC") || !strings.Contains(piece, `Z">`) {
				t.Errorf("%s: time %q", name, piece)
			}
		}
	}
}

// TestAlertsLinkHere ensures that what alerts link to is there for every incident, and that the first page lists it.
func TestAlertsLinkHere(t *testing.T) {
	s := worldMixed()
	page := get(own(s), "/").Body.String()
	if len(s.Open) == 0 || len(s.Recent) == 0 {
		t.Fatal("the world has too few incidents")
	}
	for _, i := range append(slices.Clone(s.Open), s.Recent...) {
		if n := strings.Count(page, `id="`+i.ID+`"`); n != 1 {
			t.Errorf("%s is on the page %d times", i.ID, n)
		}
		if w := get(own(s), "/incidents/"+i.ID); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), i.ID) {
			t.Errorf("the page of %s: status %d", i.ID, w.Code)
		}
	}
}

// TestSpan ensures that the page says a duration as alerts do.
func TestSpan(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0 s": -time.Second, "5 min 45 s": 5*time.Minute + 44*time.Second + 600*time.Millisecond, "1 min": 59600 * time.Millisecond,
	} {
		if got := span(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// TestCache ensures that a page is drawn once per snapshot, and again for the next one.
func TestCache(t *testing.T) {
	s := site(world())
	first := get(protect(s.operatorRoutes()), "/")
	kept := s.board.page
	get(protect(s.operatorRoutes()), "/")
	if kept == nil || s.board.page != kept {
		t.Error("the page was drawn again for the same snapshot")
	}
	s.Reader = fixed{worldDown()}
	if second := get(protect(s.operatorRoutes()), "/"); first.Body.String() == second.Body.String() {
		t.Error("a new snapshot shows the old page")
	}
}

// TestNotModified ensures that public.json costs a reader nothing while nothing changes.
func TestNotModified(t *testing.T) {
	s := world()
	first := get(site(s).Public(), "/public.json")
	later := *s
	later.At = s.At.Add(20 * 1e9)
	if w := get(site(&later).Public(), "/public.json", "If-None-Match", first.Header().Get("ETag")); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("unchanged: status %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get(site(worldDown()).Public(), "/public.json", "If-None-Match", first.Header().Get("ETag")); w.Code != http.StatusOK {
		t.Errorf("changed: status %d", w.Code)
	}
	if got := first.Header().Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("other pages may not read it: %q", got)
	}
}
