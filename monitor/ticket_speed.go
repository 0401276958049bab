package monitor

import (
	"fmt"
	"slices"
	"time"
)

// A Speed is how a check fared over a stretch of time.
type Speed struct {
	Asked    int   `json:"asked"`
	Failed   int   `json:"failed"`    // of those asked
	Answered int   `json:"answered"`  // with any status
	MedianMS int64 `json:"median_ms"` // of those answered
	P95MS    int64 `json:"p95_ms"`
}

// speedOf sums up an exhibit's samples from one time, included, to another, not included; zero is from the first.
func speedOf(x Exhibit, from, to time.Time) Speed {
	from, to = from.Truncate(time.Millisecond), to.Truncate(time.Millisecond) // as samples are kept
	var s Speed
	var took []time.Duration
	for _, one := range x.Samples {
		if one.At.Before(from) || !one.At.Before(to) {
			continue
		}
		s.Asked++
		if one.Evidence[signalIndex(x.Signal.Signal)] == Fail {
			s.Failed++
		}
		if one.Status != 0 {
			took = append(took, one.Took)
		}
	}
	slices.Sort(took)
	s.Answered = len(took)
	s.MedianMS, s.P95MS = quantile(took, 50).Milliseconds(), quantile(took, 95).Milliseconds()
	return s
}

// quantile is the smallest of sorted durations that so many in a hundred do not exceed.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}

// String is the speed for people; "" where nothing was asked.
func (s Speed) String() string {
	if s.Asked == 0 {
		return ""
	}
	text := fmt.Sprintf("%d asked, %d failed", s.Asked, s.Failed)
	if s.Answered == 0 {
		return text + ", none answered"
	}
	return text + fmt.Sprintf("; %d answered, median %d ms, p95 %d ms", s.Answered, s.MedianMS, s.P95MS)
}
