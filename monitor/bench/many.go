package bench

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// each computes f for n seeds on all processors. The results are in the order of the seeds, so that what is added up
// from them does not depend on who was first.
func each[T any](n int, f func(n int) T) []T {
	all := make([]T, n)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				all[i] = f(i)
			}
		})
	}
	workers.Wait()
	return all
}

// seedOf is the seed of the nth world of a run.
func seedOf(run uint64, n int) uint64 { return mix(run<<32 + uint64(n)) }

// Measure plays so many worlds of a scenario to a policy and joins the scores.
func Measure(s Scenario, seeds int, run uint64, policy func() Policy) Score {
	var sum Score
	for _, one := range each(seeds, func(n int) Score {
		w := s.World(seedOf(run, n))
		r := dice(w.Seed, "phase")
		return w.score(w.play(policy(), w.Start.Add(within(r, 5*minute))))
	}) {
		sum = sum.add(one)
	}
	return sum
}
