package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// misbehaving is a server whose paths say how it answers.
func misbehaving(t *testing.T, hold <-chan struct{}) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "hello")
		}
	}
	mux.HandleFunc("/booking/v1/reservations", status(200))
	mux.HandleFunc("/Inventory/v1/units", status(502))
	mux.HandleFunc("/finance/v1/folios", status(404))
	mux.HandleFunc("/cut/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "not all")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/abort/", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/hang/", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/drip/", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "some")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	})
	return mux
}

// TestOutcomes ensures what each way to fail is called, over real connections, HTTP/1 and HTTP/2.
func TestOutcomes(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	plain := httptest.NewServer(misbehaving(t, hold))
	defer plain.Close()
	modern := httptest.NewUnstartedServer(misbehaving(t, hold))
	modern.EnableHTTP2 = true
	modern.StartTLS()
	defer modern.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, tt := range []struct {
		name, address string
		within        time.Duration
		want          string
	}{
		{"fine", plain.URL + "/booking/v1/reservations?guest=anna", 0, "ALPN booking 200 ×1"},
		{"server error", plain.URL + "/Inventory/v1/units", 0, "ALPN inventory 502 ×1"},
		{"not there", plain.URL + "/finance/v1/folios", 0, "ALPN finance 404 ×1"},
		{"no module", plain.URL + "/" + strings.Repeat("x", 41) + "/v1", 0, "ALPN other 404 ×1"},
		{"cut off", plain.URL + "/cut/", 0, "ALPN cut reset ×1"},
		{"cut off, HTTP/2", modern.URL + "/cut/", 0, "ALPN cut reset ×1"},
		{"aborted", plain.URL + "/abort/", 0, "ALPN abort reset ×1"},
		{"aborted, HTTP/2", modern.URL + "/abort/", 0, "ALPN abort reset ×1"},
		{"no answer", plain.URL + "/hang/", 30 * time.Millisecond, "ALPN hang timeout ×1"},
		{"no answer, HTTP/2", modern.URL + "/hang/", 30 * time.Millisecond, "ALPN hang timeout ×1"},
		{"half an answer", plain.URL + "/drip/", 50 * time.Millisecond, "ALPN drip timeout ×1"},
		{"half an answer, HTTP/2", modern.URL + "/drip/", 50 * time.Millisecond, "ALPN drip timeout ×1"},
		{"nobody there", closed.URL + "/booking/", 0, "ALPN booking connect ×1"},
		{"no such name", "http://no.such.host.invalid/booking/", 0, "ALPN booking dns ×1"},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1) + "/booking/", 0, "ALPN booking tls ×1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReporter(t, hostOf(t, tt.address))
			client := modern.Client()
			client.Transport = r.Wrap(client.Transport, Named("ALPN"))
			defer func() { client.Transport = client.Transport.(*tripper).base }()
			ctx, cancel := t.Context(), context.CancelFunc(func() {})
			if tt.within > 0 {
				ctx, cancel = context.WithTimeout(ctx, tt.within)
			}
			defer cancel()
			resp, err := client.Do(request(t, tt.address).WithContext(ctx))
			if err == nil {
				_, _ = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			if got := counts(r); got != tt.want || r.Stats().Unclear != 0 {
				t.Errorf("counted %q, want %q (%v)", got, tt.want, err)
			}
		})
	}
}

// TestUntrustedAuthority ensures that a certificate that is not believed is called tls.
func TestUntrustedAuthority(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains
	s.StartTLS()
	defer s.Close()
	r := newReporter(t, hostOf(t, s.URL))
	_ = use(r.Wrap(&http.Transport{}, Named("ALPN")), request(t, s.URL+"/booking/"))
	if got := counts(r); got != "ALPN booking tls ×1" {
		t.Errorf("counted %q", got)
	}
}

// TestGivenUp ensures that what the caller cancels itself is nothing, before and after the headers, and that the
// timeout of a client is a timeout.
func TestGivenUp(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	s := httptest.NewServer(misbehaving(t, hold))
	defer s.Close()
	r := newReporter(t, hostOf(t, s.URL))
	client := &http.Client{Transport: r.Wrap(s.Client().Transport, Named("ALPN"))}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(20*time.Millisecond, func() { cancel(errors.New("changed my mind")) })
	if _, err := client.Do(request(t, s.URL+"/hang/").WithContext(ctx)); err == nil { //nolint:bodyclose // there is none
		t.Error("answered")
	}
	ctx, stop := context.WithCancel(t.Context())
	resp, err := client.Do(request(t, s.URL+"/drip/").WithContext(ctx))
	if err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	resp.Body.Close()
	if got, s := counts(r), r.Stats(); got != "" || s.Unclear != 0 {
		t.Errorf("counted %q, %+v", got, s)
	}
	client.Timeout = 30 * time.Millisecond
	if resp, err := client.Do(request(t, s.URL+"/drip/")); err == nil {
		_, _ = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	if got := counts(r); got != "ALPN drip timeout ×1" {
		t.Errorf("counted %q", got)
	}
}

// TestCancelOfTheClient ensures that http.Client's timeout is told from a caller that gives up: for a RoundTripper that it
// does not know, both close the request's Cancel.
func TestCancelOfTheClient(t *testing.T) {
	canceledBy := make(chan struct{})
	close(canceledBy)
	for deadline, want := range map[time.Duration]ending{-time.Millisecond: timedOut, time.Hour: canceled} {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(deadline))
		q := request(t, "https://api.apaleo.com/").WithContext(ctx)
		q.Cancel = canceledBy //nolint:staticcheck // what http.Client does
		if got := broke(q, errors.New("net/http: request canceled")); got != want {
			t.Errorf("with %s to go: %q, want %q", deadline, got, want)
		}
		cancel()
	}
}

// TestOwnMistakes ensures that requests which are wrong in themselves are not counted against apaleo.
func TestOwnMistakes(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	host := hostOf(t, s.URL)
	r := newReporter(t, host)
	rt := r.Wrap(nil, Named("ALPN"))
	for _, wrong := range []func(*http.Request){
		func(q *http.Request) { q.URL.Scheme = "gopher" },
		func(q *http.Request) { q.Method = "NO WAY" },
		func(q *http.Request) { q.Header = http.Header{"Bad\n": {"x"}} },
		func(q *http.Request) { q.Body, q.ContentLength = io.NopCloser(failing{}), -1 },
	} {
		q := request(t, s.URL+"/booking/")
		wrong(q)
		if use(rt, q) == nil {
			t.Error("it went through")
		}
	}
	if got, n := counts(r), r.Stats().Unclear; got != "" || n != 4 {
		t.Errorf("counted %q, %d unclear", got, n)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error)         { return 0, errors.New("the caller's own body fails") }
func (failing) Close() error                     { return nil }
func (failing) WriteTo(io.Writer) (int64, error) { return 0, io.ErrUnexpectedEOF }

// TestOthersUntouched ensures that requests to other hosts, and those that nobody named an account for, go through as
// if nothing were there.
func TestOthersUntouched(t *testing.T) {
	given := io.NopCloser(strings.NewReader("x"))
	r := newReporter(t, "api.apaleo.com")
	for _, tt := range []struct {
		address string
		account Account
		unnamed uint64
	}{
		{"https://example.com/booking/v1", Named("ALPN"), 0},
		{"https://api.apaleo.com.example.com/booking/v1", Named("ALPN"), 0},
		{"https://xapi.apaleo.com/booking/v1", Named("ALPN"), 0},
		{"https://api.apaleo.com/booking/v1", nil, 1},
		{"https://API.apaleo.com:443/booking/v1", Named("Anna Müller"), 2},
	} {
		q := request(t, tt.address)
		resp, err := r.Wrap(answering(200, given), tt.account).RoundTrip(q)
		if err != nil || resp.Body != given || resp.Request != q {
			t.Errorf("%s: changed", tt.address)
		}
		resp.Body.Close()
		if got, n := counts(r), r.Stats().Unnamed; got != "" || n != tt.unnamed {
			t.Errorf("%s: counted %q, %d unnamed", tt.address, got, n)
		}
	}
}

// TestAccountOfContext ensures that the context names the account before the client does.
func TestAccountOfContext(t *testing.T) {
	r := newReporter(t, "api.apaleo.com")
	q := request(t, "https://api.apaleo.com:8443/booking/v1")
	for _, ctx := range []context.Context{q.Context(), WithAccount(q.Context(), "SEAS"), WithAccount(q.Context(), "")} {
		_ = use(r.Wrap(answering(200, http.NoBody), Named("ALPN")), q.WithContext(ctx))
		_ = use(r.Wrap(answering(429, http.NoBody), nil), q.WithContext(ctx))
	}
	if got := counts(r); got != "ALPN booking 200 ×1, SEAS booking 200 ×1, SEAS booking 429 ×1" {
		t.Errorf("counted %q", got)
	}
}

// TestPanics ensures that a panic of the caller's own function breaks no request, and that one of the transport below
// goes where it would go without us.
func TestPanics(t *testing.T) {
	r := newReporter(t, "api.apaleo.com")
	q := request(t, "https://api.apaleo.com/booking/v1")
	if err := use(r.Wrap(answering(200, http.NoBody), func(*http.Request) string { panic("oh") }), q); err != nil || r.Stats().Panics != 1 {
		t.Errorf("%v, %+v", err, r.Stats())
	}
	defer func() {
		if recover() != "below" {
			t.Error("the panic of the transport below was swallowed")
		}
	}()
	_ = use(r.Wrap(base(func(*http.Request) (*http.Response, error) { panic("below") }), Named("ALPN")), q)
}

// TestUpgrade ensures that a connection that changes its protocol can be written to, as the RoundTripper promises.
func TestUpgrade(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := rw.ReadString('\n')
		_, _ = io.WriteString(conn, line)
	}))
	defer s.Close()
	r := newReporter(t, hostOf(t, s.URL))
	q := request(t, s.URL+"/booking/stream")
	q.Header.Set("Connection", "Upgrade")
	q.Header.Set("Upgrade", "echo")
	resp, err := r.Wrap(s.Client().Transport, Named("ALPN")).RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	to, ok := resp.Body.(io.ReadWriteCloser)
	if !ok {
		t.Fatal("the body cannot be written to")
	}
	_, _ = io.WriteString(to, "ping\n")
	if said, err := io.ReadAll(to); string(said) != "ping\n" {
		t.Errorf("heard %q, %v", said, err)
	}
	if got := counts(r); got != "ALPN booking 101 ×1" {
		t.Errorf("counted %q", got)
	}
}

// a writer's body can write itself.
type selfWriting struct {
	*bytes.Reader
	breaks bool
	closed atomic.Int32
}

func (s *selfWriting) Close() error { s.closed.Add(1); return nil }
func (s *selfWriting) WriteTo(w io.Writer) (int64, error) {
	n, err := s.Reader.WriteTo(w)
	if err == nil && s.breaks {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// TestWriterTo ensures that a body that can write itself still can, that it counts when it breaks off, and that a
// writer that fails is not taken for it.
func TestWriterTo(t *testing.T) {
	for _, tt := range []struct {
		name   string
		breaks bool
		to     io.Writer
		want   string
	}{
		{"to the end", false, io.Discard, "ALPN booking 200 ×1"},
		{"breaks off", true, io.Discard, "ALPN booking reset ×1"},
		{"the writer is full", false, full{}, "ALPN booking 200 ×1"},
	} {
		r := newReporter(t, "api.apaleo.com")
		s := &selfWriting{Reader: bytes.NewReader([]byte("hello")), breaks: tt.breaks}
		resp, err := r.Wrap(answering(200, s), Named("ALPN")).RoundTrip(request(t, "https://api.apaleo.com/booking"))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := resp.Body.(io.WriterTo); !ok {
			t.Fatal("it cannot any more")
		}
		_, _ = io.Copy(tt.to, resp.Body)
		resp.Body.Close()
		resp.Body.Close()
		if got := counts(r); got != tt.want || s.closed.Load() != 2 {
			t.Errorf("%s: counted %q, closed %d times", tt.name, got, s.closed.Load())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestIdle ensures that http.Client can close idle connections through us.
func TestIdle(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	below := &idle{Transport: &http.Transport{}}
	r := newReporter(t, hostOf(t, s.URL))
	(&http.Client{Transport: r.Wrap(below, nil)}).CloseIdleConnections()
	(&http.Client{Transport: r.Wrap(answering(200, http.NoBody), nil)}).CloseIdleConnections()
	if below.closed != 1 {
		t.Errorf("closed %d times", below.closed)
	}
}

type idle struct {
	*http.Transport
	closed int
}

func (i *idle) CloseIdleConnections() { i.closed++ }

// TestOnce ensures that a body that is read, and closed by another goroutine meanwhile, counts once.
func TestOnce(t *testing.T) {
	r := newReporter(t, "api.apaleo.com")
	for range 200 {
		near, far := net.Pipe()
		resp, err := r.Wrap(answering(200, near), Named("ALPN")).RoundTrip(request(t, "https://api.apaleo.com/booking"))
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() { _, _ = io.ReadAll(resp.Body) })
		both.Go(func() { resp.Body.Close() })
		both.Wait()
		far.Close()
	}
	s := r.Stats()
	if s.Counted+s.Unclear != 200 {
		t.Errorf("%+v", s)
	}
}
