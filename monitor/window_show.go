package monitor

import "time"

// A Look is one of the ways in which a window is looked at: how many requests failed over a long while, how many still do
// over a short one, and from how many on that is an alarm.
type Look struct {
	Over  time.Duration
	Seen  Tally
	Alarm int // failures of so many requests that are too many for chance
	Still time.Duration
	Last  Tally
}

// Looks are how the window of a stream of requests is judged at present, from quick to patient.
func (s Stream) Looks(p Pace) []Look {
	var room [2 * unitsFive]bucket
	_, all := s.Window.read(room[:0])
	looks, now := make([]Look, 0, len(windowPairs)), unit(s.Asked, p)
	for _, pair := range windowPairs {
		l := Look{
			Over: p.Of(windowUnit) * time.Duration(pair.long), Seen: sum(all, now-pair.long),
			Still: p.Of(windowUnit) * time.Duration(pair.short), Last: sum(all, now-pair.short),
		}
		l.Alarm = tooMany(l.Seen.N, pair.least)
		looks = append(looks, l)
	}
	return looks
}

// tooMany is the least number of failures among n requests that is too large for chance, and no less than a share of
// them.
func tooMany(n int, least float64) int {
	low, high := max(int(least*float64(n)), 1), max(n, 1)+1
	for low < high {
		middle := low + (high-low)/2
		if tail(Tally{n, middle}, requestsOK) <= alarmChance {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
