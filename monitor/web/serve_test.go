package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serving runs the site at doors of its own until the test ends, and gives their addresses.
func serving(t *testing.T, s *Site, operator, public string) (doors []Door, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	doors, err := Listen(ctx, operator, public)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, doors...) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			return err
		case <-time.After(5 * time.Second):
			return errors.New("does not stop")
		}
	}
	t.Cleanup(func() { _ = stop() })
	return doors, stop
}

func ask(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// TestServe ensures that real listeners are told apart: loopback sees all, an address that others reach
// asks for the token even of those who come by loopback, and the public one shows the public side.
func TestServe(t *testing.T) {
	inside, stop := serving(t, doorkeeper(), "127.0.0.1:0", "127.0.0.1:0")
	outside, _ := serving(t, doorkeeper(), "0.0.0.0:0", "")
	_, port, _ := net.SplitHostPort(outside[0].Addr().String())
	for _, tt := range []struct {
		url  string
		want int
		full bool
	}{
		{"http://" + inside[0].Addr().String() + "/", 200, true},
		{"http://" + inside[0].Addr().String() + "/metrics", 200, true},
		{"http://" + inside[1].Addr().String() + "/", 200, false},
		{"http://" + inside[1].Addr().String() + "/metrics", 404, false},
		{"http://127.0.0.1:" + port + "/", 200, false},
		{"http://127.0.0.1:" + port + "/metrics", 401, false},
	} {
		status, body := ask(t, tt.url)
		if full := strings.Contains(body, "properties-count"); status != tt.want || full != tt.full {
			t.Errorf("%s: status %d, want %d; the operator's side: %v", tt.url, status, tt.want, full)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// TestStop ensures that a stream is told to end at once, that one who hangs does not keep bellhop, and that
// the doors are closed.
func TestStop(t *testing.T) {
	doors, stop := serving(t, doorkeeper(), "127.0.0.1:0", "")
	address := doors[0].Addr().String()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /livez HTTP/1.1\r\nHost: localhost\r\n"); err != nil { // and never the rest
		t.Fatal(err)
	}
	begun := time.Now()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begun); took > stopTime+time.Second {
		t.Errorf("took %s", took)
	}
	if _, err := net.DialTimeout("tcp", address, time.Second); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("still there: %v", err)
	}
}

func TestStreamEndsAtStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	srv := doorkeeper().server(ctx, Door{})
	cancel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if base := srv.BaseContext(l); base.Err() == nil {
		t.Error("requests do not learn of the stop")
	}
}

// TestListen ensures that an address in use is said under the name of its key, and holds nothing open.
func TestListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if _, err = Listen(t.Context(), "127.0.0.1:0", taken.Addr().String()); err == nil || !strings.HasPrefix(err.Error(), "web.public: ") ||
		!strings.HasSuffix(err.Error(), "or set another web.public") {
		t.Errorf("error %v", err)
	}
}

// TestHugeHeader ensures that nobody fills our memory with headers.
func TestHugeHeader(t *testing.T) {
	doors, _ := serving(t, doorkeeper(), "127.0.0.1:0", "")
	c, err := net.Dial("tcp", doors[0].Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	go func() {
		_, _ = io.WriteString(c, "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Much: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	}()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
}
