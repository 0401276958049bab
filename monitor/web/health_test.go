package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestHealth ensures that only what keeps the monitor from working fails, and that no outage does.
func TestHealth(t *testing.T) {
	change := func(f func(*monitor.Snapshot)) *monitor.Snapshot {
		s := world()
		f(s)
		return s
	}
	for _, tt := range []struct {
		name        string
		s           *monitor.Snapshot
		later       time.Duration
		live, ready grade
	}{
		{"well", world(), 0, pass, pass},
		{"apaleo is down", worldDown(), 0, pass, pass},
		{"blind", worldBlind(), 0, pass, warn},
		{"just started", worldFresh(), 0, pass, pass},
		{"starting", nil, 0, pass, fail},
		{"store down", worlds()["store-down"], 0, pass, fail},
		{"a receiver to be mended", change(func(s *monitor.Snapshot) {
			s.Notices = append(s.Notices, &monitor.Notice{Key: monitor.ReceiverKey("ops"), At: now})
		}), 0, pass, warn},
		{"an alert owed for long", change(func(s *monitor.Snapshot) { s.OldestOwed = now.Add(-6 * time.Minute) }), 0, pass, warn},
		{"a dead receiver", change(func(s *monitor.Snapshot) {
			s.Owed = []*monitor.Delivery{{DeliveryID: monitor.DeliveryID{Receiver: "ops"}, Failing: now.Add(-time.Hour)}}
			s.Waiting = map[monitor.DeliveryID]time.Time{{Receiver: "ops"}: now.Add(-time.Hour)}
		}), 0, pass, warn},
		{"book stuck", world(), 31 * time.Second, fail, fail},
		{"a slow second", world(), 20 * time.Second, pass, pass},
		{"scheduler stuck", change(func(s *monitor.Snapshot) { s.Engine.LastTick = now.Add(-time.Minute) }), 0, fail, fail},
		{"scheduler never ticked", change(func(s *monitor.Snapshot) { s.Engine.LastTick = time.Time{} }), 0, fail, fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Options{Reader: fixed{tt.s}, Version: "0.1.0", Now: func() time.Time { return now.Add(tt.later) }})
			for path, want := range map[string]grade{"/livez": tt.live, "/readyz": tt.ready} {
				status := map[bool]int{true: 503, false: 200}[want == fail]
				w := get(s.operatorRoutes(), path)
				if w.Code != status || strings.TrimSpace(w.Body.String()) != string(want) {
					t.Errorf("%s: %d %q, want %d %s", path, w.Code, w.Body.String(), status, want)
				}
				w = get(s.operatorRoutes(), path+"?verbose")
				var body healthBody
				if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || body.Status != want || w.Code != status {
					t.Errorf("%s?verbose: %d %s (%v)", path, w.Code, w.Body.String(), err)
				}
				if got := w.Header().Get("Content-Type"); got != "application/health+json" {
					t.Errorf("%s?verbose: %s", path, got)
				}
			}
		})
	}
}
