package monitor

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// lateOver is the lateness from which an attempt counts as late.
const lateOver = time.Second

// stats counts what the engine does. Scheduler, workers and owner write it.
type stats struct {
	mu       sync.Mutex // protects all below
	s        EngineStats
	panicked map[CheckID]bool
}

func newStats(started time.Time) *stats {
	return &stats{
		s: EngineStats{
			Started: started, SkippedBy: map[CheckID]uint64{},
			Lateness: newHistogram(), CommitTook: newHistogram(),
		},
		panicked: map[CheckID]bool{},
	}
}

// change is the one way to write the counters.
func (s *stats) change(f func(*EngineStats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.s)
}

// read is a copy that nobody else writes.
func (s *stats) read() EngineStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.s
	c.SkippedBy = maps.Clone(c.SkippedBy)
	c.Lateness.Counts = slices.Clone(c.Lateness.Counts)
	c.CommitTook.Counts = slices.Clone(c.CommitTook.Counts)
	return c
}

func (s *stats) began(late time.Duration) {
	s.change(func(s *EngineStats) {
		s.Runs++
		if late > lateOver {
			s.Late++
		}
		s.Lateness.add(late)
	})
}

// panic counts one, and says whether it is the check's first: only that one is logged.
func (s *stats) panic(id CheckID) (first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.s.Panics++
	first = !s.panicked[id]
	s.panicked[id] = true
	return first
}

func (s *stats) committed(at time.Time, took time.Duration, err error) {
	s.change(func(s *EngineStats) {
		s.CommitTook.add(took)
		if err != nil {
			s.CommitFailures++
			return
		}
		s.Commits++
		s.LastCommit = at
	})
}

// newHistogram has bounds from a millisecond, the best a timer does, to ten seconds, the longest interval
// that people are in a hurry about.
func newHistogram() Histogram {
	bounds := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	return Histogram{Bounds: bounds, Counts: make([]uint64, len(bounds)+1)}
}

func (h *Histogram) add(d time.Duration) {
	v := max(d, 0).Seconds()
	i, _ := slices.BinarySearch(h.Bounds, v)
	h.Counts[i]++
	h.Sum += v
}
