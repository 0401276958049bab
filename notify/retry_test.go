package notify

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"

	"pgregory.net/rapid"
)

// TestAnswer ensures that each status means what the design says it does.
func TestAnswer(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		status int
		after  string
		want   monitor.SendResult
		pause  time.Duration
	}{
		{200, "", "", 0},
		{204, "", "", 0},
		{301, "", monitor.Unmended, 0},
		{304, "", monitor.Unmended, 0},
		{400, "", monitor.Unmended, 0},
		{401, "", monitor.Unmended, 0},
		{403, "", monitor.Unmended, 0},
		{404, "", monitor.Unmended, 0},
		{408, "", monitor.Refused, 0},
		{410, "", monitor.Gone, 0},
		{413, "", monitor.Content, 0},
		{425, "", monitor.Refused, 0},
		{429, "", monitor.Refused, 0},
		{429, "7", monitor.Refused, 7 * time.Second},
		{429, "0", monitor.Refused, 0},
		{429, "-5", monitor.Refused, 0},
		{429, "99999999999999999999", monitor.Refused, 0},
		{429, "86400", monitor.Refused, 15 * time.Minute},
		{429, "soon", monitor.Refused, 0},
		{429, "Sun, 22 Nov 2026 10:00:30 GMT", monitor.Refused, 30 * time.Second},
		{429, "Sun, 22 Nov 2026 09:00:30 GMT", monitor.Refused, 0},
		{500, "", monitor.Refused, 0},
		{503, "Mon, 23 Nov 2026 10:00:00 GMT", monitor.Refused, 15 * time.Minute},
		{599, "", monitor.Refused, 0},
	} {
		r := Answer(tt.status, http.Header{"Retry-After": {tt.after}}, now, 15*time.Minute)
		if r == nil {
			r = &Refusal{}
		}
		if r.Result != tt.want || r.After != tt.pause {
			t.Errorf("%d %q: %q, pause %v; want %q, %v", tt.status, tt.after, r.Result, r.After, tt.want, tt.pause)
		}
	}
}

// TestBackoff ensures that the wait is within its bounds whatever it is asked, and grows up to its cap.
func TestBackoff(t *testing.T) {
	p := monitor.RealPace()
	rapid.Check(t, func(t *rapid.T) {
		n, random := rapid.IntRange(-1, 1<<40).Draw(t, "attempt"), rapid.Float64Range(0, 0.999).Draw(t, "random")
		failing := time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "failing"))
		limit := p.BackoffCap
		if failing >= p.BackoffLongAfter {
			limit = p.BackoffLong
		}
		if got := Backoff(p, failing, n, random); got < 0 || got > limit {
			t.Fatalf("waits %v, at most %v", got, limit)
		}
	})
	const most = 0.999999
	for n, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: time.Minute} {
		if got := Backoff(p, 0, n, most).Round(time.Second); got != want {
			t.Errorf("after %d attempts up to %v, want %v", n, got, want)
		}
	}
	if got := Backoff(p, 2*time.Hour, 99, most).Round(time.Second); got != 15*time.Minute {
		t.Errorf("after two hours up to %v", got)
	}
}

// TestBroken ensures that what was not written counts as refused, what was written as ambiguous, what a
// person must mend as that; and that no reason holds the address.
func TestBroken(t *testing.T) {
	const secret = "https://hooks.example.com/services/T0/B0/SECRET"
	at := func(err error) error { return &url.Error{Op: "Post", URL: secret, Err: err} }
	for _, tt := range []struct {
		name  string
		err   error
		wrote bool
		want  monitor.SendResult
	}{
		{"refused", at(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), false, monitor.Refused},
		{"deadline before", at(context.DeadlineExceeded), false, monitor.Refused},
		{"deadline after", at(context.DeadlineExceeded), true, monitor.Ambiguous},
		{"reset after", at(errors.New("connection reset by peer")), true, monitor.Ambiguous},
		{"closed after", at(io.EOF), true, monitor.Ambiguous},
		{"no receiver", at(&net.OpError{Op: "dial", Err: ErrAddress}), false, monitor.Unmended},
	} {
		r := Broken(tt.err, tt.wrote)
		if r.Result != tt.want || r.Reason == "" || strings.Contains(r.Error(), "SECRET") || strings.Contains(r.Reason, "EOF") {
			t.Errorf("%s: %v, want %q", tt.name, r, tt.want)
		}
	}
}

// TestUntrustedCertificate ensures that a certificate we cannot trust is a matter for a person.
func TestUntrustedCertificate(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	ctx, wrote := Watched(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := NewClient().Do(req)
	if err == nil {
		resp.Body.Close()
		t.Fatal("trusted")
	}
	if r := Broken(err, wrote.Load()); r.Result != monitor.Unmended || wrote.Load() {
		t.Errorf("%v, wrote %v", r, wrote.Load())
	}
}

// TestAllowed ensures that a cloud's metadata and link-local addresses are never dialled, in any spelling,
// and that the operator's own network is.
func TestAllowed(t *testing.T) {
	for address, want := range map[string]bool{
		"169.254.169.254:80": false, "[::ffff:169.254.169.254]:80": false, "[fe80::1%eth0]:80": false,
		"[fe80::1]:443": false, "[fd00:ec2::254]:80": false, "100.100.100.200:80": false, "169.254.0.1:443": false,
		"127.0.0.1:8080": true, "[::1]:80": true, "10.0.0.1:80": true, "192.168.1.1:80": true,
		"[fd00:ec2::253]:80": true, "203.0.113.9:443": true, "100.64.0.1:80": true, "nonsense": false,
	} {
		if err := Allowed(address); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestClientRefusesToDial ensures that the guard stands where names have been resolved.
func TestClientRefusesToDial(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://169.254.169.254/latest/meta-data", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := NewClient().Do(req)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, ErrAddress) {
		t.Errorf("error %v", err)
	}
}

// TestWrote ensures that a request that was answered by a broken connection counts as written.
func TestWrote(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer srv.Close()
	ctx, wrote := Watched(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := NewClient().Do(req)
	if err == nil {
		resp.Body.Close()
		t.Fatal("answered")
	}
	if r := Broken(err, wrote.Load()); r.Result != monitor.Ambiguous {
		t.Errorf("%v", r)
	}
}

// TestAnEchoTellsNothing ensures that a receiver which is none, and says again what it was sent, has no part of the address
// or of a header in what is kept of it: those are secrets, and what it says can be of any length.
func TestAnEchoTellsNothing(t *testing.T) {
	const secret = "T000/B000/planted-secret"
	for name, answer := range map[string]string{
		"the request": "", "a status": "HTTP/1.1 " + secret + "\r\n\r\n", "a version": secret + " 200 OK\r\n\r\n", "a header": "HTTP/1.1 200 OK\r\n" + secret + "\r\n\r\n",
		"a length": "HTTP/1.1 200 OK\r\nContent-Length: " + secret + "\r\n\r\n", "an encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + secret + "\r\n\r\n",
		"two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 1" + "\r\nContent-Length: 2\r\nX: " + secret + "\r\n\r\n", "much": strings.Repeat(secret, 2000) + "\r\n\r\n",
		"a key with spaces": "HTTP/1.1 200 OK\r\n" + secret + " x: y\r\n\r\n", "a quote": "HTTP/1.1 \"" + secret + "\r\n\r\n",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				buf := make([]byte, 4096)
				n, _ := c.Read(buf)
				if answer != "" {
					_, _ = io.WriteString(c, answer)
				} else {
					_, _ = c.Write(buf[:n])
				}
				c.Close()
			}
		}()
		p := Poster{Client: NewClient(), Headers: map[string]string{"X-Key": secret}, Limit: time.Minute}
		_, err = p.Post(t.Context(), "http://"+l.Addr().String()+"/services/"+secret, "text/plain", []byte(secret))
		l.Close()
		<-ended
		r, ok := errors.AsType[*Refusal](err)
		if err != nil && !ok || ok && (r.Reason == "" || len(r.Reason) > 200 || strings.Contains(r.Reason, "planted")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
