package store

import (
	"errors"
	"os"
	"testing"
	"time"
)

// TestDamagedNotice keeps what people are told of a damaged database in a file, to be read aloud.
func TestDamagedNotice(t *testing.T) {
	n := damaged(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), errors.New("quick_check: malformed"), "bellhop.db.corrupt-20261122T100000Z")
	got := n.Text + "\n→ " + n.NextStep + "\n"
	if want, err := os.ReadFile("testdata/damaged.txt"); err != nil || string(want) != got {
		t.Errorf("testdata/damaged.txt differs (%v), got:\n%s", err, got)
	}
}
