package watchlist_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/monitor/watchlist"
)

// FuzzParse ensures that no file makes the reader panic, that every refusal says where and what to do, and
// that no message holds what a variable is worth, wherever the variable stands.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, shipped) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(switchedOff.ReplaceAll(data, []byte("$1$2")))
	}
	f.Add([]byte(secretive))
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Contains(string(data), "S3CR3T") {
			t.Skip("the file holds it itself")
		}
		w, err := watchlist.Parse("config.yaml", data, watchlist.Options{
			Env: func(string) (string, bool) { return canary, true },
		})
		if (w == nil) != (err != nil) {
			t.Fatalf("watchlist %v, error %v", w, err)
		}
		if w != nil {
			for _, r := range w.Receivers {
				if text := fmt.Sprintf("%v %+v %#v", r.URL, r.Secret, r.Headers); strings.Contains(text, "S3CR3T") {
					t.Fatalf("a receiver shows it: %s", text)
				}
			}
			return
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "S3CR3T") {
			t.Fatalf("a problem shows it: %s", text)
		}
		problems, ok := errors.AsType[watchlist.Problems](err)
		if !ok || len(problems) == 0 {
			t.Fatalf("error %v (%T), want Problems", err, err)
		}
		for _, p := range problems {
			if p.Line < 1 || p.Col < 1 || p.What == "" || p.Fix == "" || p.File != "config.yaml" {
				t.Fatalf("problem %+v", p)
			}
		}
	})
}
