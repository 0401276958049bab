package web

import (
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

// discard is a ResponseWriter that costs nothing.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return io.Discard.Write(b) }
func (d discard) WriteHeader(int)             {}

// BenchmarkPage is one look at the page of 1,000 checks: kept, packed and kept, and drawn anew as each new
// snapshot asks for. It reports the 99th percentile; the kept one is to stay under 5 ms.
func BenchmarkPage(b *testing.B) {
	for _, bb := range []struct {
		name, encoding string
		fresh          bool
	}{{"kept", "", false}, {"packed", "gzip", false}, {"drawn", "", true}} {
		b.Run(bb.name, func(b *testing.B) {
			snap := benchWorld()
			s := site(snap)
			h := protect(s.operatorRoutes())
			r, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil)
			r.Header.Set("Accept-Encoding", bb.encoding)
			h.ServeHTTP(discard{http.Header{}}, r)
			var took []time.Duration
			for b.Loop() {
				if bb.fresh {
					next := *snap
					s.Reader = fixed{&next}
				}
				begun := time.Now()
				h.ServeHTTP(discard{http.Header{}}, r)
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "p99-ms")
		})
	}
}

// BenchmarkMetrics is one scrape of 1,000 checks.
func BenchmarkMetrics(b *testing.B) {
	h := protect(site(benchWorld()).operatorRoutes())
	r, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, "/metrics", nil)
	for b.Loop() {
		h.ServeHTTP(discard{http.Header{}}, r)
	}
}

// BenchmarkHotels is one look at the board, the page of hotels and one hotel's own answer, with 5,000 reported
// hotels, each drawn anew as each new snapshot asks for, and one scrape of them.
func BenchmarkHotels(b *testing.B) {
	snap := reported(5000)
	for _, path := range []string{"/", "/hotels", "/public.json?hotel=key-4711", "/metrics", "/api/v1/status"} {
		b.Run(path, func(b *testing.B) {
			s := site(snap)
			h := protect(s.operatorRoutes())
			r, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
			for b.Loop() {
				next := *snap
				s.Reader = fixed{&next}
				h.ServeHTTP(discard{http.Header{}}, r)
			}
		})
	}
}
