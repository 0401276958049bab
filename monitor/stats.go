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
	hosts    map[string]*use
	window   time.Duration // that use is told of
}

func newStats(started time.Time) *stats {
	return &stats{
		s: EngineStats{
			Started: started, SkippedBy: map[CheckID]uint64{},
			Lateness: newHistogram(), CommitTook: newHistogram(), Tokens: map[string]uint64{},
		},
		panicked: map[CheckID]bool{}, hosts: map[string]*use{}, window: time.Minute,
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
	c.Tokens = maps.Clone(c.Tokens)
	c.Hosts = make(map[string]HostUse, len(s.hosts))
	for host, u := range s.hosts {
		c.Hosts[host] = u.read(latest(c.Started, c.LastTick))
	}
	return c
}

// began counts an attempt, and what it sends to its host.
func (s *stats) began(c *Check, at time.Time, late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.s.Runs++
	if late > lateOver {
		s.s.Late++
	}
	s.s.Lateness.add(late)
	if c.Host == "" {
		return
	}
	if s.hosts[c.Host] == nil {
		s.hosts[c.Host] = newUse(s.window)
	}
	s.hosts[c.Host].add(at)
}

// ended notes the end of an attempt, and the tokens that it asked for.
func (s *stats) ended(c *Check, o Outcome, at time.Time) {
	s.change(func(s *EngineStats) {
		s.LastRun = at
		if o.Forced > 0 && c.Client != "" {
			s.Tokens[c.Client] += uint64(o.Forced)
		}
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
