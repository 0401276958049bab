package monitor_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// A ledgerStore keeps the events that were saved.
type ledgerStore struct {
	mu     sync.Mutex // protects all below
	events []string
}

func (s *ledgerStore) Load(context.Context) (monitor.Saved, error) { return monitor.Saved{}, nil }

func (s *ledgerStore) Save(_ context.Context, _ int64, c monitor.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range c.Events {
		s.events = append(s.events, fmt.Sprint(e.Type, " ", e.Incident.Version, " ", e.Incident.Severity))
	}
	return nil
}

func (s *ledgerStore) saved() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// The engine with the real book: an outage is confirmed at the quick pace with fresh connections, saved
// before it is seen, and told once as it begins and once as it ends.
func TestEngineFollowsAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down, fresh atomic.Bool
		c := &monitor.Check{
			Name: "shop", Kind: "http", Host: "shop.example.com", Own: true, Asks: "1", Spec: "@every 1m", Every: time.Minute,
			Schedule: monitor.EverySchedule("shop", time.Minute), Timeout: 10 * time.Second,
			Rule: monitor.Rule{Fail: 9, Alarm: 36, Cap: 45, Span: 40 * time.Second},
			Ask: func(_ context.Context, a monitor.Attempt) monitor.Outcome {
				if !down.Load() {
					return monitor.Outcome{Status: 200}
				}
				fresh.Store(a.Fresh)
				return monitor.Outcome{Status: 503, Fault: monitor.FaultServer}
			},
		}
		store := &ledgerStore{}
		m := monitor.New(monitor.Options{
			Store: store, Pace: monitor.RealPace(), Advise: advise, Log: zerolog.Nop(),
			First: monitor.Reconfigure{Checks: []*monitor.Check{c}, Receivers: []monitor.Receiver{{Name: "ops", Kind: "log"}}},
			Watch: func(ch monitor.Change) {
				if len(ch.Events) > 0 && len(store.saved()) == 0 {
					t.Error("an event was seen before it was saved")
				}
			},
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()
		wait := func(d time.Duration) { time.Sleep(d); synctest.Wait() }

		wait(3 * time.Minute)
		if v := m.Snapshot().Checks[0]; v.State != monitor.StateUp || !v.Next.After(m.Now()) {
			t.Errorf("state %s, next at %v", v.State, v.Next)
		}
		down.Store(true)
		wait(110 * time.Second)
		if got := store.saved(); len(got) != 1 || got[0] != "incident.opened 1 down" || !fresh.Load() {
			t.Errorf("within 110 s of the outage: %v, fresh %v", got, fresh.Load())
		}
		down.Store(false)
		wait(4 * time.Minute)
		if got := store.saved(); len(got) != 2 || got[1] != "incident.resolved 2 down" {
			t.Errorf("after its end: %v", got)
		}
		if s := m.Snapshot(); len(s.Open) != 0 || s.Checks[0].State != monitor.StateUp || s.Engine.Skipped > 0 {
			t.Errorf("open %v, state %s, skipped %d", s.Open, s.Checks[0].State, s.Engine.Skipped)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
