package store

import (
	"context"
	"database/sql"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"bellhop/monitor"
)

// TestSaveInTrouble ensures that while the disk or the file is in trouble Save says so and leaves nothing
// behind, and that it works again when the trouble ends.
func TestSaveInTrouble(t *testing.T) {
	for _, tt := range []struct {
		name    string
		trouble func(t *testing.T, s *SQLite) (end func())
		want    string // in the error
	}{
		{"the disk is full", diskFull, "full"},
		{"the disk fails", diskFails, "disk I/O error"},
		{"another process writes", lockedByAnother, "locked"},
		{"the file system became read-only", readOnly, "readonly"},
		{"the directory is gone", directoryGone, "gone"},
		{"another file is in its place", otherFile, "restart bellhop"},
		{"a statement fails in the middle", badStatement, "no deliveries today"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := fresh(t)
			mustSave(t, s, change(1))
			end := tt.trouble(t, s)
			for range 2 {
				err := s.Save(t.Context(), 1, big(change(2)))
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("Save: %v, want an error with %q", err, tt.want)
				}
			}
			end()
			if n := whole(t, mustLoad(t, s)); n != 1 {
				t.Errorf("version %d after the trouble, want 1", n)
			}
			mustSave(t, s, change(2))
			s.Close()
			if n := whole(t, mustLoad(t, start(t, s.path))); n != 2 {
				t.Errorf("version %d came back, want 2", n)
			}
		})
	}
}

// big makes a change larger than what is left of a full disk.
func big(c monitor.Change) monitor.Change {
	for id, d := range c.Deliveries {
		next := *d
		next.Sending = &monitor.Sending{Body: make([]byte, 200_000)}
		c.Deliveries[id] = &next
	}
	return c
}

func run(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func diskFull(t *testing.T, s *SQLite) func() {
	run(t, s.writer, "PRAGMA max_page_count = 1") // as small as it is now
	return func() { run(t, s.writer, "PRAGMA max_page_count = 4294967294") }
}

// diskFails lets no file of this process grow, as a quota or a failing disk does.
func diskFails(t *testing.T, s *SQLite) func() {
	signal.Ignore(unix.SIGXFSZ)
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 50_000, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	return func() {
		signal.Reset(syscall.SIGXFSZ)
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &was); err != nil {
			t.Fatal(err)
		}
	}
}

func lockedByAnother(t *testing.T, s *SQLite) func() {
	run(t, s.writer, "PRAGMA busy_timeout = 10")
	other, err := sql.Open("sqlite", writerDSN(s.path))
	if err != nil {
		t.Fatal(err)
	}
	tx, err := other.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
		other.Close()
	}
}

func readOnly(t *testing.T, s *SQLite) func() {
	run(t, s.writer, "PRAGMA query_only = 1")
	return func() { run(t, s.writer, "PRAGMA query_only = 0") }
}

func directoryGone(t *testing.T, s *SQLite) func() {
	dir := filepath.Dir(s.path)
	rename(t, dir, dir+".away")
	return func() { rename(t, dir+".away", dir) }
}

func otherFile(t *testing.T, s *SQLite) func() {
	rename(t, s.path, s.path+".away")
	if err := os.WriteFile(s.path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return func() { rename(t, s.path+".away", s.path) }
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func badStatement(t *testing.T, s *SQLite) func() {
	run(t, s.writer, "CREATE TEMP TRIGGER bad BEFORE UPDATE ON delivery BEGIN SELECT raise(ABORT, 'no deliveries today'); END")
	return func() { run(t, s.writer, "DROP TRIGGER bad") }
}

// TestSaveGivesUpWithItsContext ensures that a Save behind a lock ends with its deadline, not with SQLite's.
func TestSaveGivesUpWithItsContext(t *testing.T) {
	s := fresh(t)
	other, err := sql.Open("sqlite", writerDSN(s.path))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if err := s.Save(ctx, 1, change(1)); err == nil {
		t.Error("saved in spite of the lock")
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, change(1))
}

// TestReadersDoNotWaitForTheWriter ensures that the page is served while a commit is under way, and shows
// nothing of it.
func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	s := fresh(t)
	mustSave(t, s, change(1))
	tx, err := s.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing of it is to stay
	if _, err := tx.Exec("DELETE FROM incident"); err != nil {
		t.Fatal(err)
	}
	if n := whole(t, mustLoad(t, s)); n != 1 {
		t.Errorf("version %d, want 1", n)
	}
}

// TestNewCheckInTrouble ensures that a check whose first samples were not stored gets its later ones stored.
func TestNewCheckInTrouble(t *testing.T) {
	s := fresh(t)
	run(t, s.writer, "CREATE TEMP TRIGGER bad BEFORE INSERT ON sample BEGIN SELECT raise(ABORT, 'no samples today'); END")
	if err := s.Save(t.Context(), 1, change(1)); err == nil {
		t.Error("saved")
	}
	run(t, s.writer, "DROP TRIGGER bad")
	mustSave(t, s, change(1))
	whole(t, mustLoad(t, s))
}
