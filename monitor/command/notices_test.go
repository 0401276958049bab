package command

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"bellhop/monitor"
)

// TestNotices keeps every notice about the configuration in one file, to be read aloud. UPDATE=1 rewrites it.
func TestNotices(t *testing.T) {
	var b strings.Builder
	for _, n := range []monitor.Note{
		acceptedNote(), postponedNote(nil), postponedNote([]string{"store", "web"}),
		refusedNote([]string{"config.yaml:12:5: watchlist.chekcs is not a key: did you mean checks?"}),
		refusedNote([]string{"config.yaml:12:5: schedule never fires: choose another", "another"}),
		refusedNote([]string{"read config.yaml: permission denied", "another", "a third"}),
	} {
		fmt.Fprintf(&b, "%s, over %t\n    %s\n    → %s\n", n.Key, n.Over, n.Text, n.NextStep)
	}
	const file = "testdata/notices.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != b.String() {
		t.Errorf("%s differs (%v), got:\n%s", file, err, b.String())
	}
}
