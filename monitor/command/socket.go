package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	// sunPath is the longest path a socket can have everywhere (unix(7); macOS has 104 with the final zero).
	sunPath = 103

	socketPerm = 0o600 // who may write the store may ask the daemon
	stopTime   = 2 * time.Second
)

// socketPath is where the daemon that holds a store listens.
func socketPath(store string) string { return store + ".sock" }

// A socket is the daemon's end of what the command line speaks to.
type socket struct {
	net.Listener
	path string
	dir  *os.File // held while the path goes through it; nil if it does not
}

// listenSocket opens the control socket beside a store. The store's lock is held, so what is there is left
// over from a daemon that died.
func listenSocket(ctx context.Context, store string) (*socket, error) {
	path := socketPath(store)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	short, dir, err := shorten(path)
	if err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", short)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("control socket %s: %w", path, err), closeDir(dir))
	}
	if err := os.Chmod(path, socketPerm); err != nil {
		return nil, errors.Join(fmt.Errorf("control socket: %w", err), l.Close(), closeDir(dir))
	}
	return &socket{l, path, dir}, nil
}

// shorten makes a path fit into a socket's address: if it is too long, it goes through the open folder, where
// the system has a short name for that. The folder, if any, is to be closed after use.
func shorten(path string) (string, *os.File, error) {
	if len(path) <= sunPath {
		return path, nil, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, fmt.Errorf("control socket: %w", err)
	}
	short := filepath.Join("/proc/self/fd", strconv.Itoa(int(dir.Fd())), filepath.Base(path))
	if _, err := os.Stat(filepath.Dir(short)); err != nil || len(short) > sunPath {
		return "", nil, errors.Join(closeDir(dir),
			fmt.Errorf("control socket: %s is %d bytes long, and a socket's path has at most %d: give store.path a shorter one", path, len(path), sunPath))
	}
	return short, dir, nil
}

func closeDir(dir *os.File) error {
	if dir == nil {
		return nil
	}
	return dir.Close()
}

func (s *socket) close() {
	if s == nil {
		return
	}
	s.Listener.Close() // it may be closed already
	_ = closeDir(s.dir)
}

// serve answers until ctx ends.
func (s *socket) serve(ctx context.Context, h http.Handler) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(s.Listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if srv.Shutdown(limit) != nil {
		srv.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
