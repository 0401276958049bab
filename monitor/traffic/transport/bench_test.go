package transport

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// BenchmarkOverhead is what counting adds to a RoundTripper that answers from memory: beside it, bare. The difference
// is what a request pays.
func BenchmarkOverhead(b *testing.B) {
	r := newReporter(b, "api.apaleo.com")
	for _, bb := range []struct {
		name    string
		rt      func(http.RoundTripper) http.RoundTripper
		address string
	}{
		{"bare", func(rt http.RoundTripper) http.RoundTripper { return rt }, "https://api.apaleo.com/booking/v1/reservations"},
		{"counted", func(rt http.RoundTripper) http.RoundTripper { return r.Wrap(rt, Named("ALPN")) }, "https://api.apaleo.com/booking/v1/reservations"},
		{"otherhost", func(rt http.RoundTripper) http.RoundTripper { return r.Wrap(rt, Named("ALPN")) }, "https://example.com/booking/v1/reservations"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			rt, q := bb.rt(memory{}), request(b, bb.address)
			b.ReportAllocs()
			for b.Loop() {
				if err := use(rt, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkContention is many goroutines that count at once, all for one account.
func BenchmarkContention(b *testing.B) {
	r := newReporter(b, "api.apaleo.com")
	for name, rt := range map[string]http.RoundTripper{"bare": memory{}, "counted": r.Wrap(memory{}, Named("ALPN"))} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(64)
			b.RunParallel(func(p *testing.PB) {
				q := request(b, "https://api.apaleo.com/booking/v1/reservations")
				for p.Next() {
					_ = use(rt, q)
				}
			})
		})
	}
}

// BenchmarkLoopback is the whole request, over TCP on this machine.
func BenchmarkLoopback(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	defer s.Close()
	r := newReporter(b, hostOf(b, s.URL))
	for name, rt := range map[string]http.RoundTripper{"bare": s.Client().Transport, "counted": r.Wrap(s.Client().Transport, Named("ALPN"))} {
		b.Run(name, func(b *testing.B) {
			q := request(b, s.URL+"/booking/v1")
			b.ReportAllocs()
			for b.Loop() {
				if err := use(rt, q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// memory answers at once, with a body that is read.
type memory struct{}

func (memory) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: io.NopCloser(&only{strings.NewReader("hello")}), Request: req}, nil
}

// only hides that a reader can do more than read.
type only struct{ io.Reader }

// TestOverheadIsSmall ensures that what counting adds stays far below what a request takes anyway: two allocations
// and a few microseconds, also with the race detector.
func TestOverheadIsSmall(t *testing.T) {
	r := newReporter(t, "api.apaleo.com")
	rt, q := r.Wrap(memory{}, Named("ALPN")), request(t, "https://api.apaleo.com/booking/v1/reservations")
	bare := testing.AllocsPerRun(500, func() { _ = use(memory{}, q) })
	counted := testing.AllocsPerRun(500, func() { _ = use(rt, q) })
	if counted-bare > 2 {
		t.Errorf("%v allocations instead of %v", counted, bare)
	}
	start := time.Now()
	for range 1000 {
		_ = use(rt, q)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("1000 requests took %s", took)
	}
}
