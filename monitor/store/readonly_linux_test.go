package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// TestReadOnlyDirectory ensures that a directory that may not be written to is told at start, and works once
// it may. Root may write everywhere, so that this thread gives up root's file rights for the time.
func TestReadOnlyDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil { //nolint:gosec // that is the trouble
		t.Fatal(err)
	}
	runtime.LockOSThread()
	if os.Getuid() == 0 {
		const nobody = 65534
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
	}
	_, err := Open(t.Context(), config(filepath.Join(dir, "bellhop.db")))
	if back := syscall.Setfsuid(os.Getuid()); back != nil {
		t.Fatal(back)
	}
	runtime.UnlockOSThread()
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v, want permission denied", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the end of the trouble
		t.Fatal(err)
	}
	mustSave(t, start(t, filepath.Join(dir, "bellhop.db")), change(1))
}
