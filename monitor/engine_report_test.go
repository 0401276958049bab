package monitor_test

import (
	"context"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// hotelStore keeps the hotels that were saved.
type hotelStore struct {
	ledgerStore
	hotels map[string]*monitor.Hotel // protected by mu
}

func (s *hotelStore) Save(ctx context.Context, epoch int64, c monitor.Change) error {
	s.mu.Lock()
	maps.Copy(s.hotels, c.Hotels)
	s.mu.Unlock()
	return s.ledgerStore.Save(ctx, epoch, c)
}

func (s *hotelStore) has(account string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hotels[account] != nil
}

// The engine takes reports and beats, and stores them before it says so. What is reported it never asks.
func TestEngineTakesReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		job := beatCheck([]string{"export", "@every", "1h", "grace", "10m"})
		store := &hotelStore{hotels: map[string]*monitor.Hotel{}}
		m := monitor.New(monitor.Options{
			Store: store, Pace: monitor.RealPace(), Advise: advise, Log: zerolog.Nop(),
			First: monitor.Reconfigure{Checks: []*monitor.Check{job}, Reported: reporting(nil), Receivers: []monitor.Receiver{{Name: "ops", Kind: "log"}}},
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()
		defer func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		submit := func(in monitor.Input) {
			t.Helper()
			if err := m.Submit(ctx, in); err != nil {
				t.Fatal(err)
			}
		}
		submit(bigReport(3, m.Now(), 200, ""))
		if !store.has("H00002") {
			t.Error("the report was taken before it was stored")
		}
		submit(monitor.Beat{At: m.Now(), Check: "export"})
		for range 69 {
			time.Sleep(time.Minute)
			submit(bigReport(3, m.Now(), 200, ""))
		}
		if s := m.Snapshot(); len(s.Hotels) != 3 || len(s.Open) != 0 || s.Engine.Runs != 0 || s.Engine.Panics != 0 {
			t.Errorf("%d hotels, %d incidents, %d attempts, %d panics", len(s.Hotels), len(s.Open), s.Engine.Runs, s.Engine.Panics)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if s := m.Snapshot(); len(s.Open) != 1 || s.Open[0].Cause.ID != "export" || len(store.saved()) != 1 {
			t.Errorf("a beat is missing: open %v, stored %v", s.Open, store.saved())
		}
	})
}

// slowStore takes its time for each thing it is to hold, as a small disk does.
type slowStore struct{ hotelStore }

func (s *slowStore) Save(ctx context.Context, epoch int64, c monitor.Change) error {
	select {
	case <-time.After(time.Duration(len(c.Rows)-len(c.Light)+len(c.Hotels)+len(c.Samples)) * 300 * time.Microsecond):
		return s.hotelStore.Save(ctx, epoch, c)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A store that is busy with the first report of many hotels is not given up for one that fails: it would be tried
// again with the same, and fail for ever.
func TestEngineGivesALargeChangeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{hotelStore{hotels: map[string]*monitor.Hotel{}}}
		m := monitor.New(monitor.Options{
			Store: store, Pace: monitor.RealPace(), Advise: advise, Log: zerolog.Nop(), First: monitor.Reconfigure{Reported: reporting(nil)},
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()
		defer func() {
			stop()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		if err := m.Submit(ctx, bigReport(manyHotels, m.Now(), 200, "")); err != nil {
			t.Fatal(err)
		}
		if s := m.Snapshot(); !s.StoreDown.IsZero() || !store.has("H04999") {
			t.Errorf("the report is stored: %t, the store fails since %s", store.has("H04999"), s.StoreDown)
		}
	})
}
