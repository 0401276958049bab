package command

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// However long its cells are, a table fits a terminal, keeps its rows, and its columns are aligned.
func TestTablesFit(t *testing.T) {
	cell := rapid.StringMatching(`[a-zäö ]{0,120}`)
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(t, "columns")
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, columns, columns), 1, 6).Draw(t, "rows")
		text := table(rows).String()
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != len(rows) {
			t.Fatalf("%d lines for %d rows:\n%s", len(lines), len(rows), text)
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > width {
				t.Fatalf("line of %d columns:\n%s", n, text)
			}
		}
	})
}

func TestTableAligns(t *testing.T) {
	got := table{{"CHECK", "WHAT"}, {"api", strings.Repeat("word ", 20)}, {"a-long-name", "ok\nthen"}}.String()
	want := "CHECK        WHAT\n" +
		"api          word word word word word word word word word word word word word w…\n" +
		"a-long-name  ok then\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Wrapping loses no word and keeps to the width, unless one word alone is wider.
func TestWrapKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zé]{1,30} {1,3}){0,30}`).Draw(t, "text")
		got := wrap(text, "  ")
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(text), " ") {
			t.Fatalf("words of %q became %q", text, got)
		}
		for l := range strings.SplitSeq(got, "\n") {
			if utf8.RuneCountInString(l) > width {
				t.Fatalf("line too wide: %q", l)
			}
		}
	})
}

func TestNearest(t *testing.T) {
	known := []string{"api-edge", "identity-discovery", "inventory@alpine", "ops"}
	for name, want := range map[string]string{
		"api-edg": "api-edge", "identity": "identity-discovery", "inventory": "inventory@alpine", "op": "ops", "zzzzzzzz": "", "": "",
	} {
		if got := nearest(name, known); got != want {
			t.Errorf("nearest(%q) is %q, want %q", name, got, want)
		}
	}
}

// The watchdog is fed while the scheduler ticks and the book is read, and also while the store fails: a restart
// would forget what was told.
func TestWorks(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	at := func(snapshot, tick time.Duration) *monitor.Snapshot {
		s := &monitor.Snapshot{At: now.Add(-snapshot), StoreDown: now.Add(-time.Hour)}
		s.Engine.Started, s.Engine.LastTick = now.Add(-time.Hour), now.Add(-tick)
		return s
	}
	for _, tt := range []struct {
		name string
		s    *monitor.Snapshot
		want bool
	}{
		{"well, but for the store", at(time.Second, time.Second), true},
		{"the owner hangs", at(time.Minute, time.Second), false},
		{"the scheduler hangs", at(time.Second, time.Minute), false},
	} {
		if got := works(tt.s, now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestStatusLine(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	s := &monitor.Snapshot{At: now, Checks: []monitor.CheckView{{State: monitor.StateUp}, {State: monitor.StateDown}, {State: monitor.StateUnknown}}}
	s.Open = []*monitor.Incident{{Title: "apaleo API is DOWN"}}
	if got, want := statusLine(s), "1 of 3 checks up, 1 down, 1 unknown; 1 incident open, the newest: apaleo API is DOWN"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	s.Blind.Since = now.Add(-time.Minute)
	if got, want := statusLine(s), "blind: bellhop cannot see out since 09:59:00 UTC"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
