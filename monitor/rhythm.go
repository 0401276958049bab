package monitor

import "time"

// A Rhythm is what is learned of how often something comes, so that its absence can be told from a quiet hour.
// It is a plain value of bounded size.
type Rhythm struct {
	Last    time.Time     `json:"last,omitzero"`     // last arrival
	From    time.Time     `json:"from,omitzero"`     // since when it is learned
	Period  time.Duration `json:"period,omitempty"`  // usual distance, of what comes regularly
	Longest time.Duration `json:"longest,omitempty"` // longest silence of late, decaying
	Hours   [24]float32   `json:"hours,omitzero"`    // arrivals a minute, by hour of the day in UTC
	Count   int           `json:"count,omitempty"`   // arrivals learned from
}
