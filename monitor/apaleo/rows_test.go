package apaleo_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// A row is what has to be told of one row of the tables in docs/apaleo.md.
type row struct {
	modules   []string
	overrides map[string]apaleo.Override
	tls, deaf bool         // over TLS; the integration's endpoint is not asked
	setup     func(*stage) // before anything is watched
	hurt      func(*stage) // once all is well
	rounds    int          // after it; 0 is 10
	apart     time.Duration

	side   monitor.Side
	says   string // in the sentence
	next   string // in the next step
	ticket bool
	notice bool // no incident
	never  bool // nothing may be told
	extra  int  // other incidents, which are true as well
}

// play goes through a row, and compares what people read.
func (r row) play(t *testing.T, pages []string) {
	s := openStage(t, r)
	s.rounds(3, 15*time.Second)
	if r.setup == nil {
		s.quiet()
	}
	if r.hurt != nil {
		r.hurt(s)
	}
	s.rounds(max(r.rounds, 10), max(r.apart, 15*time.Second))
	switch {
	case r.never:
		s.quiet()
	case r.notice:
		r.noticed(s)
	default:
		r.told(s, pages)
	}
}

func (s *stage) quiet() {
	s.t.Helper()
	for _, i := range s.open() {
		s.t.Errorf("told: %s", i.Text)
	}
	for _, n := range s.standing() {
		s.t.Errorf("noticed: %s", n.Text)
	}
}

func (r row) noticed(s *stage) {
	s.t.Helper()
	for _, n := range s.standing() {
		if strings.Contains(n.Text, r.says) && strings.Contains(n.NextStep, r.next) {
			return
		}
	}
	s.t.Errorf("want a notice with %q and %q in it, not %+v and %+v", r.says, r.next, s.standing(), s.open())
}

func (r row) told(s *stage, pages []string) {
	s.t.Helper()
	all := s.open()
	if len(all) != 1+r.extra {
		s.t.Errorf("%d incidents, want %d", len(all), 1+r.extra)
	}
	at := slices.IndexFunc(all, func(i monitor.Incident) bool { return strings.Contains(i.Text, r.says) })
	if at < 0 {
		for _, i := range all {
			s.t.Errorf("told: %s: %s → %s", i.Side, i.Text, i.NextStep)
		}
		s.t.Fatalf("nothing told with %q in it; notices %+v", r.says, s.standing())
	}
	i := all[at]
	if i.Side != r.side || !strings.Contains(i.NextStep, r.next) || i.Ticket != r.ticket {
		s.t.Errorf("side %s, ticket %v: %s\n→ %s\nwant %s, %v and %q", i.Side, i.Ticket, i.Text, i.NextStep, r.side, r.ticket, r.next)
	}
	if pages != nil && !slices.Contains(pages, i.Doc) {
		s.t.Errorf("page %q, want one of %v", i.Doc, pages)
	}
	if jargon.MatchString(i.Public) || i.Public == "" {
		s.t.Errorf("public: %q", i.Public)
	}
}

// section is a table of docs/apaleo.md, by lines and cells.
func section(t *testing.T, heading string) (cells [][]string, text string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/apaleo.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(data), "\n## "+heading)
	if !ok {
		t.Fatalf("no section %s", heading)
	}
	text, _, _ = strings.Cut(text, "\n## ")
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "| ") {
			var all []string
			for cell := range strings.SplitSeq(strings.Trim(line, "| "), " | ") {
				all = append(all, strings.TrimSpace(cell))
			}
			cells = append(cells, all)
		}
	}
	if len(cells) < 2 {
		t.Fatalf("no table in section %s", heading)
	}
	return cells[1:], text
}

var pageLine = regexp.MustCompile(`([A-Z]) = (https://[^\s,]*[^\s,.])`)

// TestWhatAResultMeans plays every row of section B: what a person reads is what the row says, from its side, with
// its page. It fails when the table gains a row that is not played.
func TestWhatAResultMeans(t *testing.T) {
	table, text := section(t, "B. ")
	pages := map[string]string{}
	for _, m := range pageLine.FindAllStringSubmatch(text, -1) {
		pages[m[1]] = m[2]
	}
	rows, seen := resultRows(), map[string]bool{}
	for _, cells := range table {
		name, side := cells[0], cells[1]
		r, ok := rows[name]
		seen[name] = true
		switch {
		case !ok:
			t.Errorf("row %q is not played", name)
			continue
		case len(cells) != 4 || side != "–" && r.side != "" && !strings.Contains(side, string(r.side)):
			t.Errorf("row %q: side %q, want %q", name, side, r.side)
		}
		of := []string{}
		for letter := range strings.SplitSeq(cells[3], ", ") {
			of = append(of, pages[letter]) // "" is no page
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r.play(t, of)
		})
	}
	for name := range rows {
		if !seen[name] {
			t.Errorf("%q is no row of the table", name)
		}
	}
}

var inTicks = regexp.MustCompile("`([a-z0-9-]+)`")

// TestWhatIsWatched compares section A with the watchlist, and lets each check that it names fail once. It fails when
// the table gains a check that is not played, or the watchlist one that is not in the table.
func TestWhatIsWatched(t *testing.T) {
	table, _ := section(t, "A. ")
	rows, listed := watchRows(), map[string]bool{}
	for _, cells := range table {
		if len(cells) != 7 {
			t.Fatalf("row %v: %d cells", cells, len(cells))
		}
		for _, m := range inTicks.FindAllStringSubmatch(cells[1], -1) {
			name := m[1]
			listed[name] = true
			agrees(t, name, cells)
			r, ok := rows[name]
			if !ok {
				t.Errorf("check %s is not played", name)
				continue
			}
			t.Run(cells[0]+" "+name+" "+cells[2], func(t *testing.T) {
				t.Parallel()
				r.play(t, nil)
			})
		}
	}
	for _, name := range apaleo.EntryNames() {
		if !listed[name] {
			t.Errorf("%s is watched, and not in the table", name)
		}
	}
}

var requestPath = regexp.MustCompile(`^[A-Z]+ /\S*$`)

// agrees compares a line of the table with the entry that it describes.
func agrees(t *testing.T, name string, cells []string) {
	t.Helper()
	at := slices.IndexFunc(apaleo.Entries(), func(e apaleo.Entry) bool { return e.Name == name })
	if at < 0 {
		return // of a store app, or of webhooks: they are no lines of the list
	}
	e := apaleo.Entries()[at]
	if strings.HasPrefix(cells[3], "nothing") {
		return // the line is of what is not asked of apaleo
	}
	every, err := time.ParseDuration(cells[2])
	if err != nil || every != e.Every {
		t.Errorf("%s: every %s, want %s", name, cells[2], e.Every)
	}
	if scope := strings.Trim(cells[4], "–"); scope != e.Scope {
		t.Errorf("%s: scope %q, want %q", name, cells[4], e.Scope)
	}
	if path := requestPath.FindString(e.Ask); len(path) > len("GET /") && !strings.Contains(cells[3], path[len("GET "):]) && !strings.Contains(cells[3], strings.TrimPrefix(path, "POST ")) {
		t.Errorf("%s: asks %q, want %q", name, cells[3], e.Ask)
	}
}
