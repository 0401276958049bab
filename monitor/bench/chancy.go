package bench

import "math"

// rateBounds are the limits between which a rate lies in 95 of 100 cases if n events were counted in so many years:
// the exact ones of the Poisson distribution.
func rateBounds(n int, years float64) (low, high float64) {
	return poissonLow(n, 0.025) / years, poissonHigh(n, 0.025) / years
}

// poissonLow is the mean at which n events or more have chance p.
func poissonLow(n int, p float64) float64 {
	if n == 0 {
		return 0
	}
	return bisect(0, float64(n), func(mean float64) bool { return 1-poissonUpTo(n-1, mean) < p })
}

// poissonHigh is the mean at which n events or fewer have chance p.
func poissonHigh(n int, p float64) float64 {
	return bisect(float64(n), 2*float64(n)+20, func(mean float64) bool { return poissonUpTo(n, mean) > p })
}

// bisect is where below turns false between low and high.
func bisect(low, high float64, below func(float64) bool) float64 {
	for range 60 {
		if mid := (low + high) / 2; below(mid) {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// poissonUpTo is the chance of n events or fewer.
func poissonUpTo(n int, mean float64) float64 {
	sum := 0.0
	for k := 0; k <= n; k++ {
		lg, _ := math.Lgamma(float64(k) + 1)
		sum += math.Exp(float64(k)*math.Log(mean) - mean - lg)
	}
	return min(sum, 1)
}

// binomialAtLeast is the chance that k or more of n come out, each with chance p.
func binomialAtLeast(k, n int, p float64) float64 {
	if k <= 0 || p >= 1 {
		return 1
	}
	if p <= 0 {
		return 0
	}
	sum := 0.0
	for i := k; i <= n; i++ {
		sum += math.Exp(choose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log(1-p))
	}
	return min(sum, 1)
}

// choose is the logarithm of how many ways there are to choose k of n.
func choose(n, k int) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}
