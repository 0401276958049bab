package web

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// A Door is an address at which the site is reached.
type Door struct {
	net.Listener
	Public bool // only the public side
}

// Limits of one connection. Answers are small, and readers come back each half minute.
const (
	headerTime  = 5 * time.Second
	readTime    = 10 * time.Second
	writeTime   = 30 * time.Second
	idleTime    = 75 * time.Second // over the page's half minute, so that a reader keeps its connection
	headerBytes = 16 << 10
	stopTime    = 2 * time.Second
)

// Listen opens the operator's address and, if there is one, the public one. An error names the key of the
// configuration that the address comes from.
func Listen(ctx context.Context, operator, public string) ([]Door, error) {
	var doors []Door
	for _, d := range []struct {
		key, address string
		public       bool
	}{{"web.listen", operator, false}, {"web.public", public, true}} {
		if d.address == "" {
			continue
		}
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", d.address)
		if err != nil {
			for _, open := range doors {
				open.Close()
			}
			if errors.Is(err, syscall.EADDRINUSE) {
				err = fmt.Errorf("%w: stop what holds it, or set another %s", err, d.key)
			}
			return nil, fmt.Errorf("%s: %w", d.key, err)
		}
		doors = append(doors, Door{l, d.public})
	}
	return doors, nil
}

// Serve answers at the doors until ctx ends, which is no error, or one of them fails. Requests under way
// have two seconds to end, streams are told at once by their context. It closes the doors.
func (s *Site) Serve(ctx context.Context, doors ...Door) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(doors))
	var all sync.WaitGroup
	for i, d := range doors {
		all.Go(func() {
			defer cancel()
			errs[i] = s.serve(ctx, d)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func (s *Site) serve(ctx context.Context, d Door) error {
	srv := s.server(ctx, d)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(d.Listener) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve %s: %w", d.Addr(), err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if srv.Shutdown(limit) != nil {
		srv.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", d.Addr(), err)
	}
	return nil
}

func (s *Site) server(ctx context.Context, d Door) *http.Server {
	h := s.Operator()
	if d.Public {
		h = s.Public()
	}
	return &http.Server{
		Handler:           h,
		BaseContext:       func(l net.Listener) context.Context { return withListener(ctx, l.Addr()) },
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: headerBytes,
		ErrorLog:       log.New(serverLog{s}, "", 0),
	}
}

// serverLog takes what net/http says about connections: that is news only to those who look for it.
type serverLog struct{ s *Site }

func (l serverLog) Write(line []byte) (int, error) {
	l.s.Log.Debug().Str("said", string(line)).Msg("http server complained")
	return len(line), nil
}
