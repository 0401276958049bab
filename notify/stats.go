package notify

import (
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// LaneStats is what a lane counts of itself since start, and what it owes.
type LaneStats struct {
	Receiver string
	Kind     string
	Attempts map[monitor.SendResult]uint64
	Told     map[monitor.EventType]uint64 // messages accepted
	Dead     uint64                       // messages given up: owed for too long, refused for good, or dropped
	Latency  monitor.Histogram            // from decision to the first attempt leaving, seconds
	Owed     int                          // messages due and not accepted
	Oldest   time.Time                    // since when the oldest of them is owed; zero is none
	Accepted time.Time                    // last acceptance; zero is none since start
	Err      string                       // of the last attempt; "" if it was accepted
	Kept     uint64                       // times that it was told again of all that is open there (Lane.Keep), and
	Unkept   uint64                       // how many of these came to nothing
}

// Stats is what each lane counts, by receiver's name.
func (x *Outbox) Stats() []LaneStats {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := time.Now()
	all := make([]LaneStats, 0, len(x.lanes))
	for _, l := range x.lanes {
		all = append(all, l.statsLocked(now))
	}
	slices.SortFunc(all, func(a, b LaneStats) int { return strings.Compare(a.Receiver, b.Receiver) })
	return all
}

func (l *lane) statsLocked(now time.Time) LaneStats {
	s := LaneStats{Receiver: l.name, Kind: l.spec.Receiver.Kind}
	s.Attempts, s.Latency = maps.Clone(l.counts.attempts), l.counts.latency
	s.Latency.Counts = slices.Clone(l.counts.latency.Counts)
	s.Told, s.Dead = maps.Clone(l.counts.told), l.counts.dead
	s.Accepted, s.Err = l.counts.accepted, l.counts.err
	s.Kept, s.Unkept = l.counts.kept, l.counts.unkept
	for _, o := range l.x.ledger.owings(s.Receiver) {
		since, ok := o.Behind(l.spec.Receiver, l.x.options.Pace, now)
		if !ok {
			continue
		}
		s.Owed++
		if s.Oldest.IsZero() || since.Before(s.Oldest) {
			s.Oldest = since
		}
	}
	return s
}

// counts are protected by the outbox's mutex.
type counts struct {
	attempts map[monitor.SendResult]uint64
	told     map[monitor.EventType]uint64
	dead     uint64
	latency  monitor.Histogram
	accepted time.Time
	err      string
	kept     uint64
	unkept   uint64
}

func newCounts() counts {
	bounds := []float64{0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 1, 10, 60, 600}
	return counts{
		attempts: map[monitor.SendResult]uint64{}, told: map[monitor.EventType]uint64{},
		latency: monitor.Histogram{Bounds: bounds, Counts: make([]uint64, len(bounds)+1)},
	}
}

func (l *lane) counted(count func(*counts)) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	count(&l.counts)
}

// left counts how long a message took from its decision to leaving for the first time.
func (c *counts) left(j job, s monitor.Sending, now time.Time) {
	if s.Attempts > 1 || j.resumes { // those made while blind are not counted
		return
	}
	took := now.Sub(j.at).Seconds()
	c.latency.Sum += took
	at := slices.IndexFunc(c.latency.Bounds, func(b float64) bool { return took <= b })
	if at < 0 {
		at = len(c.latency.Bounds)
	}
	c.latency.Counts[at]++
}

func (c *counts) came(r monitor.Receipt, what monitor.EventType) {
	c.attempts[r.Result]++
	c.err = r.Reason
	if r.Result == monitor.Accepted {
		c.accepted = r.At
		c.told[what]++
	}
}

// buryLocked counts the rows that a commit gives up.
func (x *Outbox) buryLocked(c monitor.Change) {
	for id, d := range c.Deliveries {
		l, old := x.lanes[id.Receiver], x.ledger.rows[id]
		if l != nil && !l.leaving && d.Dead != "" && old != nil && old.Dead == "" {
			l.counts.dead++
		}
	}
}
