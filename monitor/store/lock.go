package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ErrLocked says that another daemon holds the store.
var ErrLocked = errors.New("another bellhop holds the store")

const lockPoll = 100 * time.Millisecond

// acquire takes the exclusive lock on path, which the kernel frees when its holder dies, however it dies.
// It waits at most so long: a restart overlaps the end of the one before. The file is never removed, because
// two who hold locks on two files of one name would both be right.
func acquire(ctx context.Context, path string, wait time.Duration) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, filePerm)
	if err != nil {
		return nil, err
	}
	if err := await(ctx, f, wait); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := sign(f, time.Now()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func await(ctx context.Context, f *os.File, wait time.Duration) error {
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	giveUp := time.NewTimer(wait)
	defer giveUp.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (%s): %w", ErrLocked, holder(f), ctx.Err())
		case <-giveUp.C:
			return fmt.Errorf("%w (%s), after waiting %s: stop that one, or give this one a store of its own", ErrLocked, holder(f), wait)
		case <-tick.C:
		}
	}
}

// sign writes who holds the lock.
func sign(f *os.File, now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	if err := f.Truncate(0); err != nil {
		return fmt.Errorf("sign lock: %w", err)
	}
	_, err = fmt.Fprintf(io.NewOffsetWriter(f, 0), "process %d on %s, since %s\n", os.Getpid(), host, now.UTC().Format("2006-01-02 15:04:05 UTC"))
	if err != nil {
		return fmt.Errorf("sign lock: %w", err)
	}
	return nil
}

// holder reads who signed the lock.
func holder(f *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, 200))
	if err != nil || len(text) == 0 {
		return "unsigned"
	}
	return strings.TrimSpace(string(text))
}
