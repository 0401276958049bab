package command

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
	"bellhop/monitor/store"
)

// rehearsedWith runs bellhop rehearse, and returns its exit status and what it prints.
func rehearsedWith(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out, errs bytes.Buffer
	status := Run(t.Context(), World{Args: append([]string{"rehearse"}, args...), Stdout: &out, Stderr: &errs})
	return status, out.String() + errs.String()
}

// Every scenario plays with the configuration that ships and with one that has accounts, and fits a terminal.
func TestRehearseEveryScenario(t *testing.T) {
	t.Parallel()
	for _, config := range []string{"../../config.yaml", "testdata/rehearse/example.yaml"} {
		for _, s := range rehearse.Scenarios() {
			status, text := rehearsedWith(t, s.Name, "--config", config)
			if status != exitGood || !strings.Contains(text, "TOLD AFTER") {
				t.Errorf("%s with %s: status %d\n%s", s.Name, config, status, text)
			}
			for line := range strings.SplitSeq(text, "\n") {
				if utf8.RuneCountInString(line) > width || strings.TrimRight(line, " ") != line {
					t.Errorf("%s with %s: %q", s.Name, config, line)
				}
			}
			if strings.Contains(text, "\n\n\n") {
				t.Errorf("%s with %s: two empty lines", s.Name, config)
			}
		}
	}
}

// TestRehearseWorstNight compares all that is printed of the worst night: BELLHOP_UPDATE=1 rewrites it.
func TestRehearseWorstNight(t *testing.T) {
	t.Parallel()
	status, got := rehearsedWith(t, "worst-night", "--config", "testdata/rehearse/example.yaml")
	file := filepath.Join("testdata", "rehearse", "worst-night.txt")
	if os.Getenv("BELLHOP_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := unlike(string(want), got); diff != "" || status != exitGood {
		t.Errorf("status %d; it is not as %s has it:\n%s", status, file, diff)
	}
}

// What a store holds of an outage is played against the present configuration, and the store is only read.
func TestRehearseHistory(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	config := filepath.Join(folder, "config.yaml")
	text := "watchlist: {include: [apaleo]}\nreceivers: [{name: ops, slack: {webhook_url: \"${SLACK}\"}}]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	record(t, config, filepath.Join(folder, "bellhop.db"))

	status, got := rehearsedWith(t, "--history", "2026-11-22T02:00..2026-11-22T04:00", "--config", config)
	for _, want := range []string{"11-22 02:0", "ops: opened (1)", "ops: resolved (1)", "ops gets 2 messages."} {
		if !strings.Contains(got, want) {
			t.Errorf("without %q:\n%s", want, got)
		}
	}
	if status != exitGood {
		t.Errorf("status %d", status)
	}
	if status, got := rehearsedWith(t, "--history", "2026-11-01..2026-11-02", "--config", config); status != exitMisuse || !strings.Contains(got, "nothing is recorded from 2026-11-01 00:00 UTC") {
		t.Errorf("status %d: %s", status, got)
	}
	if status, got := rehearsedWith(t, "--history", "2026-11-22T02:00..2026-11-22T04:00", "--config", config, "--max-messages", "1"); status != exitFinding {
		t.Errorf("status %d: %s", status, got)
	}
}

// record fills a store with what a scenario leaves behind.
func record(t *testing.T, config, path string) {
	t.Helper()
	s := &shell{World: World{}.complete(), config: config}
	list, err := s.look()
	if err != nil {
		t.Fatal(err)
	}
	outage, _ := rehearse.Named("outage")
	var c monitor.Change
	outage.Record(t.Context(), castOf(list, 1), func(sample monitor.Sample) { c.Samples = append(c.Samples, sample) })
	c.At = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	book, err := store.Open(t.Context(), store.Config{Path: path, Version: "test", Pace: monitor.RealPace()})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := book.Load(t.Context())
	if err == nil {
		err = book.Save(t.Context(), saved.Epoch, c)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestUnlike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ want, got, diff string }{
		{"a\nb\nc", "a\nb\nc", ""},
		{"a\nb\nc", "a\nx\nc", "  a\n- b\n+ x\n"},
		{"a", "a\nb", "  a\n+ b\n"},
		{"b", "a\nb", "+ a\n"},
		{"a\nb\nc\nd", "a\nc\nd\ne", "  a\n- b\n  d\n+ e\n"},
	} {
		if got := unlike(tt.want, tt.got); got != tt.diff {
			t.Errorf("%q, %q: %q, want %q", tt.want, tt.got, got, tt.diff)
		}
	}
}

// docs/rehearse.md says what every word of a scenario means.
func TestRehearseDocsNameEveryWord(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/rehearse.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range slices.Concat(rehearse.FaultWords(), rehearse.TargetWords()) {
		if !strings.Contains(string(page), "`"+word+"`") {
			t.Errorf("nothing is said of %s", word)
		}
	}
}

// TestRehearsalSaysWhatADigestTells ensures that one message for many incidents is printed in words, and under no severity.
func TestRehearsalSaysWhatADigestTells(t *testing.T) {
	g := &monitor.Gathering{Open: []*monitor.Incident{{Title: "Shop is DOWN", Severity: monitor.Down}, {Title: "Till is DOWN", Severity: monitor.Down}}}
	one := rehearsed(rehearse.Message{Type: monitor.EventDigest, Digest: g}, 1, time.Time{})
	if !strings.Contains(one.Text, "2 incidents open") || !strings.Contains(one.Text, "Till is DOWN") {
		t.Errorf("the digest reads %q", one.Text)
	}
}
