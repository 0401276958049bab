package probe

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"bellhop/monitor"
)

// BenchmarkHTTP is one probe over a kept connection, BenchmarkGet the least that net/http can do for the
// same answer.
func BenchmarkHTTP(b *testing.B) {
	url := serve(b, ok)
	p := get(b, HTTPConfig{URL: url})
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), 5*time.Second)
		if o := p(ctx, monitor.Attempt{At: time.Now()}); o.Fault != "" {
			b.Fatal(o.Detail)
		}
		cancel()
	}
}

func BenchmarkGet(b *testing.B) {
	url := serve(b, ok)
	client := &http.Client{Transport: &http.Transport{}}
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), 5*time.Second)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			b.Fatal(err)
		}
		res, err := client.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		cancel()
	}
}

func BenchmarkExpectJSON(b *testing.B) {
	e, err := compileExpect("status == 200 && json.count >= 1")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		ans := answer{body: []byte(`{"count":3}`)}
		ans.Status = 200
		if ans.judge(e, false); ans.Fault != "" {
			b.Fatal(ans.Detail)
		}
	}
}
