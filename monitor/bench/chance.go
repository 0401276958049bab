package bench

import (
	"math/rand/v2"
	"time"

	"bellhop/monitor"
)

// dice are the random numbers that a world is made with. Which are drawn depends on the seed and the scenario alone.
func dice(seed uint64, scenario string) *rand.Rand {
	return rand.New(rand.NewPCG(seed, hash(scenario)))
}

// hash is FNV-1a, 64 bits.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for n := range len(s) {
		h = (h ^ uint64(s[n])) * 1099511628211
	}
	return h
}

// mix is the finalizer of SplitMix64: each bit of what goes in changes half of what comes out.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// lot is a number in [0, 1) for one attempt, the same in every run: what an attempt meets does not depend on who
// asks, in which order, or what else was asked before.
func lot(seed, key uint64, at time.Time) float64 {
	return float64(mix(mix(seed^key)^uint64(at.UnixNano()))>>11) / (1 << 53)
}

// key is a check's part in its lots.
func key(id monitor.CheckID) uint64 { return hash(string(id)) }

// exponential is a duration with this mean.
func exponential(r *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(r.ExpFloat64() * float64(mean))
}

// within is a duration in [0, d).
func within(r *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(r.Float64() * float64(d))
}

// poisson is how many of something come that is rare and comes mean times on average.
func poisson(r *rand.Rand, mean float64) int {
	n := 0
	for t := r.ExpFloat64(); t < mean; t += r.ExpFloat64() {
		n++
	}
	return n
}
