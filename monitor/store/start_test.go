package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// used is the path of a book that holds version 1 and is closed.
func used(t *testing.T) string {
	t.Helper()
	s := fresh(t)
	mustSave(t, s, change(1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.path
}

// TestDamagedIsMovedAside ensures that a file that is no book any more does not keep bellhop from watching,
// is kept, and is told about.
func TestDamagedIsMovedAside(t *testing.T) {
	page := bytes.Repeat([]byte{0xa5}, 4096)
	for _, tt := range []struct {
		name   string
		offset int64
	}{{"the first page", 0}, {"a page in the middle", 3 * 4096}} {
		t.Run(tt.name, func(t *testing.T) {
			path := used(t)
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt(page, tt.offset); err != nil {
				t.Fatal(err)
			}
			f.Close()
			broken, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s := start(t, path)
			whole(t, mustLoad(t, s))
			mustSave(t, s, change(1))
			checkAside(t, s, broken)
		})
	}
}

func checkAside(t *testing.T, s *SQLite, broken []byte) {
	t.Helper()
	aside, err := filepath.Glob(s.path + ".corrupt-*Z")
	if err != nil || len(aside) != 1 {
		t.Fatalf("moved aside: %v, %v", aside, err)
	}
	if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, broken) {
		t.Errorf("what was moved aside is not what was there (%v)", err)
	}
	if notes := s.Notes(); len(notes) != 1 || !strings.Contains(notes[0].Text, aside[0]) || notes[0].NextStep == "" {
		t.Errorf("notes: %+v", notes)
	}
	s.Close()
	if notes := start(t, s.path).Notes(); len(notes) != 0 {
		t.Errorf("told again: %+v", notes)
	}
}

// TestOpenRefuses ensures that what cannot be a book of ours is left alone, with a sentence that says why.
func TestOpenRefuses(t *testing.T) {
	steps := len(oneMore(t)) - 1
	for _, tt := range []struct {
		name string
		path func(t *testing.T) string
		want string
	}{
		{"a newer file", newer, fmt.Sprintf("changed by bellhop 9.9.9 (schema %d); this is bellhop 0.1.0, which knows schema %d", steps+1, steps)},
		{"a file of other sources", otherSources, "different sources"},
		{"the database of another program", foreign, "database of another program"},
		{"no directory", func(t *testing.T) string { return filepath.Join(t.TempDir(), "none", "bellhop.db") }, "no such file or directory"},
		{"a file for a directory", func(t *testing.T) string { return filepath.Join(used(t), "bellhop.db") }, "not a directory"},
		{"a directory for a file", func(t *testing.T) string { return t.TempDir() }, "unable to open database file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.path(t)
			before, _ := os.ReadFile(path)
			for range 2 { // and the lock is free again
				s, err := Open(t.Context(), config(path))
				if err == nil {
					s.Close()
					t.Fatal("opened")
				}
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v; want %q in it", err, tt.want)
				}
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func newer(t *testing.T) string {
	path := used(t)
	c := config(path)
	c.Version, c.migrations = "9.9.9", oneMore(t)
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	return path
}

// oneMore are the steps that ship, and one more.
func oneMore(t *testing.T) []migration {
	t.Helper()
	known, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return append(known, migration{Name: "9999_more.sql", SQL: "CREATE TABLE more (id TEXT); DELETE FROM check_row;", SHA256: "9"})
}

func otherSources(t *testing.T) string {
	path := used(t)
	meddle(t, path, "UPDATE migration SET sha256 = 'other'")
	return path
}

func foreign(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "shop.db")
	meddle(t, path, "CREATE TABLE orders (id)")
	return path
}

// meddle writes the file at path as no bellhop does.
func meddle(t *testing.T, path, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", writerDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, text)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCopyBeforeMigrating ensures that the way back is there: the copy opens with the version before.
func TestCopyBeforeMigrating(t *testing.T) {
	path := used(t)
	c := config(path)
	c.Version, c.migrations = "9.9.9", oneMore(t)
	last := &c.migrations[len(c.migrations)-1]
	good := last.SQL
	last.SQL += "; CREATE TABLE more (id TEXT);"
	if s, err := Open(t.Context(), c); err == nil {
		s.Close()
		t.Fatal("a step that fails was taken")
	}
	start(t, path).Close() // nothing of it stayed
	last.SQL = good
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if rows := mustLoad(t, s).Rows; len(rows) != 0 {
		t.Error("the last step did nothing")
	}
	s.Close()
	if n := whole(t, mustLoad(t, start(t, path+".before-9.9.9"))); n != 1 {
		t.Errorf("the copy holds version %d, want 1", n)
	}
	if left, _ := filepath.Glob(path + ".before-*.part*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestNewBookIsNotCopied ensures that only what holds something is copied.
func TestNewBookIsNotCopied(t *testing.T) {
	if copies, _ := filepath.Glob(used(t) + ".before-*"); len(copies) != 0 {
		t.Errorf("copies of nothing: %v", copies)
	}
}

// TestLockNamesItsHolder ensures that a second daemon waits, then says who is in its way.
func TestLockNamesItsHolder(t *testing.T) {
	s := fresh(t)
	c := config(s.path)
	c.Wait = 250 * time.Millisecond
	begun := time.Now()
	_, err := Open(t.Context(), c)
	if took := time.Since(begun); took < c.Wait || took > 5*time.Second {
		t.Errorf("waited %s, want %s", took, c.Wait)
	}
	if !errors.Is(err, ErrLocked) {
		t.Fatalf("got %v, want ErrLocked", err)
	}
	for _, want := range []string{"process ", begun.UTC().Format("since 2006-01-02 "), " UTC", "250ms", s.path} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q in it", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.Wait = time.Hour
	if _, err := Open(ctx, c); !errors.Is(err, ErrLocked) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want ErrLocked and context.Canceled", err)
	}
}

// TestLockIsHandedOver ensures that the one who waits gets the book as the other left it, also by a link.
func TestLockIsHandedOver(t *testing.T) {
	s := fresh(t)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(s.path, link); err != nil {
		t.Fatal(err)
	}
	c := config(link)
	if _, err := Open(t.Context(), c); !errors.Is(err, ErrLocked) {
		t.Fatalf("by the link: %v, want ErrLocked", err)
	}
	c.Wait = time.Minute
	next := make(chan *SQLite)
	go func() {
		s, err := Open(context.Background(), c)
		if err != nil {
			t.Error(err)
		}
		next <- s
	}()
	mustSave(t, s, change(1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	second := <-next
	if second == nil {
		return
	}
	defer second.Close()
	if n := whole(t, mustLoad(t, second)); n != 1 {
		t.Errorf("version %d, want 1", n)
	}
}

// TestReadOnly ensures that the command line sees what the daemon commits, with and without a daemon, and
// changes nothing.
func TestReadOnly(t *testing.T) {
	s := fresh(t)
	r, err := ReadOnly(t.Context(), s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	mustSave(t, s, change(1))
	if n := whole(t, mustLoad(t, r)); n != 1 {
		t.Errorf("version %d beside the daemon, want 1", n)
	}
	for _, text := range []string{"DELETE FROM incident", "PRAGMA user_version = 7"} {
		if _, err := r.db.ExecContext(t.Context(), text); err == nil {
			t.Errorf("%s: done", text)
		}
	}
	s.Close()
	r.Close()
	alone, err := ReadOnly(t.Context(), s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	if n := whole(t, mustLoad(t, alone)); n != 1 {
		t.Errorf("version %d without a daemon, want 1", n)
	}
}

// TestReadOnlyRefuses ensures that the command line makes no book, and guesses at none.
func TestReadOnlyRefuses(t *testing.T) {
	none := filepath.Join(t.TempDir(), "bellhop.db")
	older := filepath.Join(t.TempDir(), "bellhop.db")
	meddle(t, older, "PRAGMA application_id = 0x62656c6c")
	for path, want := range map[string]string{none: "none yet", older: "start this version of bellhop once", newer(t): fmt.Sprintf("knows schema %d", len(oneMore(t))-1)} {
		r, err := ReadOnly(t.Context(), path)
		if err == nil {
			r.Close()
			t.Errorf("%s was opened", path)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q in it", err, want)
		}
	}
	if _, err := os.Stat(none); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("made a file: %v", err)
	}
}

// TestPathIsTakenLiterally ensures that no character of a path means something to SQLite.
func TestPathIsTakenLiterally(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a ?b#c%20&mode=memory.db")
	s := start(t, path)
	mustSave(t, s, change(1))
	s.Close()
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("%v, %v", info, err)
	}
	if n := whole(t, mustLoad(t, start(t, path))); n != 1 {
		t.Errorf("version %d, want 1", n)
	}
}

// TestPragmas ensures that a commit is synced, and the file not for everybody.
func TestPragmas(t *testing.T) {
	s := fresh(t)
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "fullfsync": "1"} {
		var got string
		if err := s.writer.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", name, got, err, want)
		}
	}
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		if info, err := os.Stat(s.path + suffix); err != nil || info.Mode().Perm()&0o027 != 0 {
			t.Errorf("%s: %v, %v", suffix, info, err)
		}
	}
}

// TestOlderThan ensures that versions are compared as numbers.
func TestOlderThan(t *testing.T) {
	for v, want := range map[string]bool{
		"3.51.3": false, "3.51.10": false, "3.54.1": false, "4.0.0": false, "3.51.3.1": false,
		"3.51.2": true, "3.9.99": true, "2.99.99": true, "3.51": true, "": true, "?": true,
	} {
		if got := olderThan(v, oldestSQLite); got != want {
			t.Errorf("olderThan(%q) = %v", v, got)
		}
	}
}
