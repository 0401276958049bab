package transport

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// A body is a response's body that counts its request when it ends.
type body struct {
	io.ReadCloser
	exchange
	settled atomic.Bool

	// The rest is for the token endpoint.
	mu    sync.Mutex // protects sniff: a body may be closed while it is read
	sniff *sniffer
}

// A sourceBody is one that writes itself.
type sourceBody struct{ *body }

func watch(base io.ReadCloser, x exchange) io.ReadCloser {
	b := &body{ReadCloser: base, exchange: x}
	if x.module == "" {
		b.sniff = &sniffer{}
	}
	if _, ok := base.(io.WriterTo); ok {
		return sourceBody{b}
	}
	return b
}

// Read reads as the body does.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.saw(p, n)
	if err != nil {
		b.end(err)
	}
	return n, err
}

// Close closes as the body does.
func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.end(io.EOF)
	return err
}

// WriteTo writes as the body does.
func (b sourceBody) WriteTo(w io.Writer) (int64, error) {
	to := &sink{Writer: w, body: b.body}
	n, err := b.ReadCloser.(io.WriterTo).WriteTo(to)
	switch {
	case err == nil:
		b.end(io.EOF)
	case to.err == nil:
		b.end(err)
	}
	return n, err
}

// A sink knows whether it was the writer that failed, and not the body.
type sink struct {
	io.Writer
	body *body
	err  error
}

// Write writes as the writer does.
func (s *sink) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	s.body.saw(p, n)
	if err != nil {
		s.err = err
	}
	return n, err
}

// saw lets what was read go past the sniffer.
func (b *body) saw(p []byte, n int) {
	if b.sniff == nil {
		return
	}
	var fine bool
	defer b.r.survive(&fine)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sniff.write(p[:n])
}

// end counts the request, once; io.EOF is a body that did not break.
func (b *body) end(err error) {
	if b.settled.Load() || b.settled.Swap(true) {
		return
	}
	var fine bool
	defer b.r.survive(&fine)
	e := b.status
	if !errors.Is(err, io.EOF) {
		e = broke(b.req, err)
	}
	b.settle(e, b.said())
	b.req = nil // it may be large, and the body may be kept
}

func (b *body) said() answer {
	if b.sniff == nil {
		return answer{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sniff.answer
}
