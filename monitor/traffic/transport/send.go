package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// The bounds of what waits to be sent. Beyond them counts stay where they are counted, and go into one report that
// covers more time.
const (
	batchesMax = 60 // an hour of minutes
	waitingMax = 8 << 20
	answerMax  = 64 << 10
)

// Run reports what is counted, once each Options.Every, until ctx ends; then it sends what is left for as long as
// Options.Flush, and returns. A report goes out too if there is nothing to tell: it says that the integration lives.
// While bellhop is away reports wait, an hour at most. Run it once, in a goroutine of its own.
func (r *Reporter) Run(ctx context.Context) {
	due := time.Now().Add(r.options.Every)
	for ctx.Err() == nil {
		var wake time.Time
		due, wake = r.step(ctx, due)
		wait(ctx, time.Until(wake))
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.options.Flush)
	defer cancel()
	_ = r.Flush(last) // Stats has what is left
}

// Flush sends what was counted so far without waiting for its time: for a job that is done before a minute is over.
// It tries again until ctx ends; its error is then why something is left, and a later Run or Flush goes on with it.
func (r *Reporter) Flush(ctx context.Context) error {
	if !r.enter(ctx) {
		return ctx.Err()
	}
	defer r.leave()
	for collected := false; ; {
		if !collected && r.room() {
			r.collect(time.Now())
			collected = true
		}
		if r.drain(ctx); len(r.queue) == 0 && collected {
			return nil
		}
		if len(r.queue) > 0 {
			wait(ctx, time.Until(r.next))
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%d reports left: %w", len(r.queue), errors.Join(ctx.Err(), r.Stats().LastError))
		}
	}
}

// step collects if that is due, and sends what waits. It gives when to collect next, and when there is something to
// do next.
func (r *Reporter) step(ctx context.Context, due time.Time) (collect, wake time.Time) {
	if !r.enter(ctx) {
		return due, due
	}
	defer r.leave()
	if now := time.Now(); !now.Before(due) {
		missed := now.Sub(due) / r.options.Every
		due = due.Add((missed + 1) * r.options.Every)
		if r.room() {
			r.collect(now)
		}
	}
	if !time.Now().Before(r.next) {
		r.drain(ctx)
	}
	if len(r.queue) > 0 && r.next.Before(due) {
		return due, r.next
	}
	return due, due
}

func (r *Reporter) enter(ctx context.Context) bool {
	select {
	case r.turn <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (r *Reporter) leave() { <-r.turn }

func (r *Reporter) room() bool {
	size := 0
	for _, b := range r.queue {
		size += len(b.body)
	}
	return len(r.queue) < batchesMax && size < waitingMax
}

// collect makes reports of what was counted.
func (r *Reporter) collect(now time.Time) {
	all, dropped := r.ledger.collect(now)
	r.count.dropped.Add(dropped)
	made, err := batches(all, now, now.Sub(r.collected))
	if err != nil {
		return // strings, numbers and times of these years can be written as JSON
	}
	r.collected, r.queue = now, append(r.queue, made...)
	r.note(func(*status) {})
}

// drain sends what waits, the oldest first, until there is nothing more or an attempt fails.
func (r *Reporter) drain(ctx context.Context) {
	for len(r.queue) > 0 && ctx.Err() == nil {
		b := r.queue[0]
		if time.Since(b.until) > ageMax {
			r.lose(b, 0, "it is older than an hour", func(s *status) { s.expired++ })
			continue
		}
		if !r.attempt(ctx, b) {
			return
		}
	}
}

// attempt sends a report once. It is false if the same is to be sent again.
func (r *Reporter) attempt(ctx context.Context, b *batch) bool {
	code, head, body, err := r.post(ctx, b)
	if err != nil {
		if ctx.Err() == nil {
			r.later(0, err)
		}
		return false
	}
	switch judge(code) {
	case taken:
		r.queue, r.failed = r.queue[1:], 0
		r.note(func(s *status) {
			s.taken++
			if s.last, s.trouble = time.Now(), nil; repeated(body) {
				s.repeated++
			}
		})
		return true
	case refuse:
		r.failed = 0
		r.lose(b, code, reason(code, body), func(s *status) { s.refused++ })
		return true
	case again:
	}
	if blames(code) {
		b.tries++
	}
	if b.tries >= triesMax {
		r.lose(b, code, reason(code, body), func(s *status) { s.expired++ })
	}
	said := retryAfter(head, time.Now())
	if mends(code) {
		said = max(said, r.options.Every)
	}
	r.later(said, errors.New(reason(code, body)))
	return false
}

// later puts the next attempt off.
func (r *Reporter) later(said time.Duration, why error) {
	r.failed++
	r.next = time.Now().Add(pause(r.failed, said, rand.Float64()))
	r.note(func(s *status) { s.retried, s.trouble = s.retried+1, why })
}

// lose gives the first report up.
func (r *Reporter) lose(b *batch, code int, why string, count func(*status)) {
	r.queue = r.queue[1:]
	lost := &LostError{ID: b.id, Status: code, Reason: why, Requests: b.requests}
	r.note(func(s *status) {
		count(s)
		s.lost += b.requests
		s.trouble = lost
	})
	if r.options.Lost != nil {
		var fine bool
		defer r.survive(&fine)
		r.options.Lost(lost)
	}
}

// post brings a report to bellhop. Its error names no address: there may be a password in it.
func (r *Reporter) post(ctx context.Context, b *batch) (code int, head http.Header, body []byte, err error) {
	defer func() {
		if recover() != nil {
			r.count.panics.Add(1)
			err = errors.New("the client panicked")
		}
	}()
	token, err := r.options.token()
	if err != nil {
		return 0, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(b.body))
	if err != nil {
		return 0, nil, nil, errors.New("make request")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "bellhop-transport/1")
	resp, err := r.client.Do(req)
	if err != nil {
		if failed, ok := errors.AsType[*url.Error](err); ok {
			err = failed.Err
		}
		return 0, nil, nil, fmt.Errorf("post report: %w", err)
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, answerMax))
	if err != nil && resp.StatusCode == http.StatusOK {
		return 0, nil, nil, fmt.Errorf("read answer: %w", err) // it was not said to the end
	}
	return resp.StatusCode, resp.Header, body, nil
}

// wait waits, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
