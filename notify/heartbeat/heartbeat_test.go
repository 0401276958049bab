package heartbeat

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"

	"github.com/rs/zerolog"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func fine() Facts {
	return Facts{At: now, Started: now.Add(-time.Hour), Ticked: now, Probed: now.Add(-30 * time.Second), Every: time.Minute}
}

// TestHealthy ensures that each promise that is broken is named, and no other.
func TestHealthy(t *testing.T) {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, tt := range []struct {
		name   string
		change func(*Facts)
		want   string // part of the reason; "" is healthy
	}{
		{"fine", func(*Facts) {}, ""},
		{"nothing watched", func(f *Facts) { f.Every, f.Probed = 0, time.Time{} }, ""},
		{"just started", func(f *Facts) { f.Started, f.Ticked, f.Probed = ago(time.Second), time.Time{}, time.Time{} }, ""},
		{"scheduler stands", func(f *Facts) { f.Ticked = ago(2 * time.Minute) }, "scheduler"},
		{"nothing asked", func(f *Facts) { f.Probed = ago(3 * time.Minute) }, "no check has been asked since 2026-11-22 09:57:00 UTC"},
		{"asked every hour", func(f *Facts) { f.Every, f.Probed = time.Hour, ago(50*time.Minute) }, ""},
		{"store hiccup", func(f *Facts) { f.StoreDown = ago(time.Second) }, ""},
		{"store fails", func(f *Facts) { f.StoreDown = ago(time.Minute) }, "store"},
		{"owed for a moment", func(f *Facts) { f.UnheardSince = ago(4 * time.Minute) }, ""},
		{"nobody hears us", func(f *Facts) { f.UnheardSince = ago(6 * time.Minute) }, "no receiver"},
		{"blind", func(f *Facts) { f.BlindSince = ago(time.Second) }, "cannot see out"},
	} {
		f := fine()
		tt.change(&f)
		ok, reason := Healthy(f, monitor.RealPace())
		if ok != (tt.want == "") || !strings.Contains(reason, tt.want) {
			t.Errorf("%s: %v %q, want %q", tt.name, ok, reason, tt.want)
		}
	}
}

// TestPings ensures that all is well is a GET, and that trouble is a POST to /fail with its reason.
func TestPings(t *testing.T) {
	got := make(chan string, 2)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.Method + " " + r.URL.String() + " " + string(body)
	}))
	defer srv.Close()
	facts := make(chan Facts, 2)
	broken := fine()
	broken.BlindSince = now
	facts <- fine()
	facts <- broken
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	p := &Pinger{URL: srv.URL + "/ping/ID/?rid=1", Pace: monitor.RealPace().Divide(6000), Log: zerolog.Nop()}
	go func() {
		done <- p.Run(ctx, func() Facts {
			f := <-facts
			f.Ticked, f.Probed = f.At, f.At
			return f
		})
	}()
	want := []string{
		"GET /ping/ID/?rid=1 ",
		`POST /ping/ID/fail?rid=1 {"reason":"bellhop cannot see out since 2026-11-22 10:00:00 UTC"}`,
	}
	for _, w := range want {
		if g := <-got; g != w {
			t.Errorf("got %q, want %q", g, w)
		}
	}
	cancel()
	close(facts)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestFailureIsLoggedOnceWithoutAddress ensures that an address that does not work is told once, and not itself.
func TestFailureIsLoggedOnceWithoutAddress(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	p := &Pinger{URL: srv.URL + "/SECRET", Pace: monitor.RealPace().Divide(6000), Log: zerolog.New(&log)}
	err := p.Run(ctx, func() Facts {
		if tries++; tries == 4 {
			cancel()
		}
		return fine()
	})
	if err != nil {
		t.Error(err)
	}
	if strings.Count(log.String(), "heartbeat not taken") != 1 || strings.Contains(log.String(), "SECRET") {
		t.Errorf("log:\n%s", log.String())
	}
}
