package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

const childPath = "BELLHOP_STORE_CHILD"

// TestMain turns the test's own program into the daemon that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		fmt.Fprintln(os.Stderr, commitForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// commitForEver goes on with the book at path, and prints each version once it is committed.
func commitForEver(path string) error {
	c := config(path)
	c.Wait = 5 * time.Second
	s, err := Open(context.Background(), c)
	if err != nil {
		return err
	}
	saved, err := s.Load(context.Background())
	if err != nil {
		return err
	}
	n := 0
	if len(saved.Incidents) > 0 {
		n = saved.Incidents[0].Version
	}
	for {
		n++
		if err := s.Save(context.Background(), saved.Epoch, change(n)); err != nil {
			return err
		}
		if _, err := fmt.Println(n); err != nil {
			return err
		}
	}
}

// TestKilled ensures that what Save acknowledged is there after SIGKILL at any moment, and whole.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bellhop.db")
	total := 0
	for round := range 10 {
		told := killed(t, path, 5+rand.IntN(20), time.Duration(rand.IntN(5000))*time.Microsecond)
		r, err := ReadOnly(t.Context(), path) // as the command line finds it, before anyone cleans up
		if err != nil {
			t.Fatal(err)
		}
		seen := whole(t, mustLoad(t, r))
		r.Close()
		s := start(t, path)
		kept := whole(t, mustLoad(t, s))
		s.Close()
		if len(s.Notes()) > 0 {
			t.Fatalf("round %d: %s", round, s.Notes()[0].Text)
		}
		if kept != seen || kept < told || kept > told+1 {
			t.Fatalf("round %d: %d was acknowledged, %d is there, the command line saw %d", round, told, kept, seen)
		}
		total = kept
	}
	t.Logf("%d commits", total)
}

// killed lets a child commit some times, kills it a moment later, and tells the last version it acknowledged.
func killed(t *testing.T, path string, commits int, later time.Duration) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	last := 0
	for range commits {
		last = next(t, lines, last)
	}
	timer := time.AfterFunc(later, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	for more := true; more; {
		n := next(t, lines, last)
		more, last = n > last, n
	}
	_ = cmd.Wait() // it was killed
	return last
}

// next reads the next version, or gives the last again at the end.
func next(t *testing.T, lines *bufio.Reader, last int) int {
	t.Helper()
	line, err := lines.ReadString('\n')
	if errors.Is(err, io.EOF) {
		return last
	}
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(line[:len(line)-1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}
