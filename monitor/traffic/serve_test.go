package traffic

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// A ledger takes reports as the book does: an id once.
type ledger struct {
	reports []monitor.Report
	beats   []string
	broken  error
	hold    chan struct{} // nil takes at once

	unstored bool // the store fails
}

func (l *ledger) take(ctx context.Context, r monitor.Report) (Taken, error) {
	if l.hold != nil {
		select {
		case <-l.hold:
		case <-ctx.Done():
			return Taken{}, ctx.Err()
		}
	}
	if l.broken != nil {
		return Taken{}, l.broken
	}
	for _, old := range l.reports {
		if old.ID == r.ID {
			return Taken{Repeated: true}, nil
		}
	}
	l.reports = append(l.reports, r)
	return Taken{New: []string{"ALPN"}, Unstored: l.unstored}, nil
}

func (l *ledger) beat(_ context.Context, key string, fail bool) (bool, error) {
	if key != "known" || l.broken != nil {
		return key == "known", l.broken
	}
	l.beats = append(l.beats, map[bool]string{true: "failed", false: "alive"}[fail])
	return true, nil
}

func intake(l *ledger, log zerolog.Logger) *Intake {
	return New(Options{Now: func() time.Time { return now }, Report: l.take, Beat: l.beat, Log: log})
}

func post(i *Intake, body string, headers ...string) (int, http.Header, map[string]any) {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/report", strings.NewReader(body))
	for n := 0; n < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	w := httptest.NewRecorder()
	i.Report(w, r)
	answer := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		panic(err)
	}
	return w.Code, w.Header(), answer
}

// TestReportAnswers ensures what who reports hears, and that nothing is counted twice.
func TestReportAnswers(t *testing.T) {
	l := &ledger{}
	i := intake(l, zerolog.Nop())
	for _, tt := range []struct {
		name, body string
		headers    []string
		status     int
		want       map[string]any
	}{
		{"new", whole1, nil, 200, map[string]any{"accepted": 3., "new": []any{"ALPN"}}},
		{"again", whole1, nil, 200, map[string]any{"accepted": 0., "new": []any{}, "repeated": true}},
		{"mistakes", report1(`"x":1,"gone":3`), nil, 400, map[string]any{
			"error": "the report was not taken, nothing of it counts",
			"mistakes": []any{
				"accounts[0].x: is not known: the keys here are account, name, requests, token, webhooks and gone; a report has no room for others, so that no guest data comes with it",
				"accounts[0].gone: is neither true nor false: write one of them, without quotes",
			},
		}},
		{"too large", `{"id":"` + strings.Repeat("x", BytesMax) + `"}`, nil, 413, map[string]any{"error": "the report is larger than 8 MiB: send the accounts in several reports, each with an id of its own"}},
		{"packed", "…", []string{"Content-Encoding", "br"}, 415, map[string]any{"error": "the report is packed in a way that bellhop does not know: send it as plain JSON, or with gzip"}},
	} {
		status, _, got := post(i, tt.body, tt.headers...)
		if status != tt.status || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: status %d: %v", tt.name, status, got)
		}
	}
	if len(l.reports) != 1 || len(l.reports[0].Random) != 32 || !l.reports[0].At.Equal(now) {
		t.Errorf("the book got %+v", l.reports)
	}
	if got, want := i.Counts(), (Counts{Taken: 1, Repeated: 1, Refused: 3}); got != want {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

// TestUnstored ensures that a report which counts, but is not written down as the store fails, is not said to be.
func TestUnstored(t *testing.T) {
	l := &ledger{unstored: true}
	status, _, got := post(intake(l, zerolog.Nop()), whole1)
	if want := map[string]any{"accepted": 3., "new": []any{"ALPN"}, "unstored": true}; status != 202 || !reflect.DeepEqual(got, want) {
		t.Errorf("status %d: %v, want 202 and %v", status, got, want)
	}
}

// TestNotNow ensures that a report is not said to be taken before it is, and that who reports is told to come
// again with it.
func TestNotNow(t *testing.T) {
	i := intake(&ledger{broken: errors.New("the monitor has stopped")}, zerolog.Nop())
	status, head, got := post(i, whole1)
	if status != 503 || head.Get("Retry-After") != "10" || !strings.HasSuffix(got["error"].(string), "send the same report again, under the same id") {
		t.Errorf("status %d, %v: %v", status, head, got)
	}
	l := &ledger{hold: make(chan struct{})}
	i = intake(l, zerolog.Nop())
	done := make(chan int, atOnce)
	for n := range atOnce {
		go func() {
			status, _, _ := post(i, strings.Replace(whole1, "0001", "000"+string(rune('a'+n)), 1))
			done <- status
		}()
	}
	for len(i.under) < atOnce {
		<-time.After(time.Millisecond)
	}
	if status, head, _ := post(i, whole1); status != 429 || head.Get("Retry-After") == "" {
		t.Errorf("one too many: status %d, %v", status, head)
	}
	for range atOnce {
		l.hold <- struct{}{}
		if status := <-done; status != 200 {
			t.Errorf("status %d", status)
		}
	}
}

// TestLogKeepsNothing ensures that a refused report leaves nothing of itself in the log.
func TestLogKeepsNothing(t *testing.T) {
	var log strings.Builder
	i := intake(&ledger{}, zerolog.New(&log))
	post(i, report1(`"anna@example.com":"eyJhbGciOiJSUzI1NiJ9","token":{"result":"ok","refresh_token":"07fabbd"}`))
	if !strings.Contains(log.String(), `"mistakes":2`) || strings.Contains(log.String(), "anna") || strings.Contains(log.String(), "refresh") {
		t.Errorf("log: %s", &log)
	}
}

// TestGivenUp ensures that the log calls it no error of bellhop's when who reports goes away.
func TestGivenUp(t *testing.T) {
	var log strings.Builder
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	i := intake(&ledger{hold: make(chan struct{})}, zerolog.New(&log))
	i.Report(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/v1/report", strings.NewReader(whole1)))
	i = intake(&ledger{broken: errors.New("the monitor has stopped")}, zerolog.New(&log))
	post(i, whole1)
	if lines := strings.SplitAfter(log.String(), "\n"); len(lines) != 3 || !strings.Contains(lines[0], `"warn"`) || !strings.Contains(lines[1], `"error"`) {
		t.Errorf("log: %s", &log)
	}
}

// TestBeat ensures what a job hears of its sign of life.
func TestBeat(t *testing.T) {
	l := &ledger{}
	i := intake(l, zerolog.Nop())
	beat := func(key string, fail bool) (int, string) {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/beat/"+key, nil)
		r.SetPathValue("key", key)
		w := httptest.NewRecorder()
		i.Beat(fail)(w, r)
		return w.Code, w.Body.String()
	}
	for _, tt := range []struct {
		key    string
		fail   bool
		status int
	}{{"known", false, 200}, {"known", true, 200}, {"other", false, 404}, {"other", true, 404}} {
		if status, body := beat(tt.key, tt.fail); status != tt.status {
			t.Errorf("%+v: status %d: %s", tt, status, body)
		}
	}
	if want := []string{"alive", "failed"}; !reflect.DeepEqual(l.beats, want) {
		t.Errorf("the book got %v", l.beats)
	}
	l.broken = errors.New("the monitor has stopped")
	if status, _ := beat("known", false); status != 503 {
		t.Errorf("not taken: status %d", status)
	}
}
