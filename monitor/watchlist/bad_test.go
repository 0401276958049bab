package watchlist_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/monitor/watchlist"
)

var update = flag.Bool("update", false, "rewrite the .want files")

// canary is the value of ${LEAKY}. No message may hold it.
const canary = "S3CR3T canary\n:"

func leaky(name string) (string, bool) { return canary, name == "LEAKY" }

// TestBadInput ensures that each broken file is refused with all of its mistakes, each in its place and with
// what to do about it.
func TestBadInput(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w, err := watchlist.Load(file, watchlist.Options{Env: leaky})
			if w != nil || err == nil {
				t.Fatal("it was taken")
			}
			problems, ok := errors.AsType[watchlist.Problems](err)
			if !ok {
				t.Fatalf("error %v (%T), want Problems", err, err)
			}
			got := strings.ReplaceAll(problems.Error(), file, filepath.Base(file)) + "\n"
			if shown := fmt.Sprintf("%s %v %+v %#v", got, problems, problems, problems); strings.Contains(shown, "S3CR3T") {
				t.Errorf("the value of a variable is shown:\n%s", got)
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".want", got)
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("problems differ (-update rewrites)\ngot:\n%s\nwant:\n%s", got, want)
	}
}

// TestBadInputIsFoundByErrors ensures that each problem can be had by itself.
func TestBadInputIsFoundByErrors(t *testing.T) {
	_, err := watchlist.Parse("c.yaml", []byte("watchlist: {include: [apaelo]}\n"), watchlist.Options{})
	p, ok := errors.AsType[watchlist.Problem](err)
	if want := (watchlist.Problem{
		File: "c.yaml", Line: 1, Col: 23,
		What: `watchlist.include "apaelo" is not known`, Fix: "did you mean apaleo?",
	}); !ok || p != want {
		t.Errorf("problem %+v, want %+v", p, want)
	}
}

// TestHostileInputIsBounded ensures that files made to hurt are refused, and soon.
func TestHostileInputIsBounded(t *testing.T) {
	check := `{name: a, labels: {a: b, c: d, e: f}, http: {url: "https://example.com"}}`
	for name, tt := range map[string]struct{ data, want string }{
		"too large":   {"a: " + strings.Repeat("x", 1<<20), "larger than 1024 KiB"},
		"alias bomb":  {"watchlist:\n  checks:\n    - &a " + check + "\n" + strings.Repeat("    - *a\n", 60_000), "too many values"},
		"merge bomb":  {"a: &a {<<: *a}\nwatchlist: {<<: [" + strings.Repeat("*a,", 50_000) + "]}", "nested too deep"},
		"deep":        {"a: " + strings.Repeat("[", 50_000), "not YAML"},
		"many errors": {"watchlist:\n  checks:\n" + strings.Repeat("    - {name: a}\n", 20_000), "more problems from here on"},
		"many keys":   {strings.Repeat("a: b\n", 50_000), "more problems from here on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := watchlist.Parse("c.yaml", []byte(tt.data), watchlist.Options{})
			problems, ok := errors.AsType[watchlist.Problems](err)
			if !ok || len(problems) > 200 || !strings.Contains(problems.Error(), tt.want) {
				t.Errorf("%d problems, error %T, want %q among them", len(problems), err, tt.want)
			}
		})
	}
}

// TestNoFile ensures that a file that cannot be read is no file with mistakes.
func TestNoFile(t *testing.T) {
	_, err := watchlist.Load(filepath.Join(t.TempDir(), "config.yaml"), watchlist.Options{})
	if _, ok := errors.AsType[watchlist.Problems](err); ok || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that the file does not exist", err)
	}
}
