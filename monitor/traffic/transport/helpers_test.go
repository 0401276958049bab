package transport

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// newReporter watches these hosts for APIs and for identity alike.
func newReporter(t testing.TB, hosts ...string) *Reporter {
	t.Helper()
	r, err := New(Options{URL: "http://bellhop.invalid", Token: "report-token", APIs: hosts, Identity: hosts})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// counts takes out what r has counted: "ALPN booking 200 ×3".
func counts(r *Reporter) string {
	all, _ := r.ledger.collect(time.Now())
	var said []string
	for _, a := range all {
		for _, module := range slices.Sorted(maps.Keys(a.Requests)) {
			for _, end := range slices.Sorted(maps.Keys(a.Requests[module])) {
				said = append(said, fmt.Sprintf("%s %s %s ×%d", a.Account, module, end, a.Requests[module][end]))
			}
		}
	}
	return strings.Join(said, ", ")
}

// hostOf is the host of an address, with its port.
func hostOf(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// base is a RoundTripper that is a function.
type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(r *http.Request) (*http.Response, error) { return b(r) }

// answering always answers so.
func answering(status int, body io.ReadCloser) base {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: body, Request: r, Header: http.Header{}}, nil
	}
}

func request(t testing.TB, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// use sends a request and reads its answer to the end.
func use(rt http.RoundTripper, r *http.Request) error {
	resp, err := rt.RoundTrip(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return err
}

// within is a context that ends.
func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
