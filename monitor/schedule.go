package monitor

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// never stands for the next run of a schedule that has none; such schedules are refused when they are
// loaded, and must not make the scheduler spin if one slips through.
const never = 24 * time.Hour

// EverySchedule asks every t, at a phase that is a hash of the check's identity: restarts keep it, and
// checks made alike do not ask all at once.
func EverySchedule(id CheckID, t time.Duration) Schedule {
	return every{period: t, phase: spread(id, t)}
}

// SpreadSchedule moves s by a part of within that is a hash of the check's identity; within is min(60 s, the
// gap between two runs), or 0 to keep s exact. Its times are in UTC.
func SpreadSchedule(id CheckID, s Schedule, within time.Duration) Schedule {
	return shifted{Schedule: s, by: spread(id, within)}
}

// spread is a fixed place in [0, within) for a check. The hash is a strong one because names are alike
// and must not land beside each other.
func spread(id CheckID, within time.Duration) time.Duration {
	if within <= 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(id))
	return time.Duration(binary.BigEndian.Uint64(sum[:8]) % uint64(within))
}

type every struct{ period, phase time.Duration }

// Next is the first time strictly after t that lies phase after a multiple of the period.
func (e every) Next(t time.Time) time.Time {
	if e.period <= 0 {
		return time.Time{}
	}
	into := (time.Duration(t.UnixNano()) - e.phase) % e.period
	if into < 0 {
		into += e.period
	}
	return t.UTC().Round(0).Add(e.period - into)
}

type shifted struct {
	Schedule
	by time.Duration
}

func (s shifted) Next(t time.Time) time.Time {
	next := s.Schedule.Next(t.Add(-s.by))
	if next.IsZero() {
		return next
	}
	return next.Add(s.by).UTC()
}

// firstRun is when a check that is new to the scheduler is asked: by its schedule if it was asked within
// its interval, else within min(T, soon), at its phase.
func firstRun(c *Check, last, now time.Time, soon time.Duration) time.Time {
	next := orNever(c.Schedule.Next(now), now)
	if askedLately(c, last, now) {
		return next
	}
	within := soon
	if c.Every > 0 {
		within = min(c.Every, soon)
	}
	if next.Sub(now) <= within {
		return next
	}
	return EverySchedule(c.ID(), within).Next(now)
}

// nextRun is when a check is asked next under a plan: last is the scheduled start of its last attempt. Those
// that are overdue by their own schedule too, as after a restart, are spread over the plan's interval: there
// may be many of them, and nothing else would hold them back.
func nextRun(c *Check, p Plan, last, now time.Time) time.Time {
	if p.Paused {
		return now.Add(never)
	}
	if p.Every <= 0 {
		return later(orNever(c.Schedule.Next(now), now), p.NotBefore)
	}
	next := last.Add(p.Every)
	if next.Before(now) && (last.IsZero() || now.Sub(last) >= c.Every) {
		next = EverySchedule(c.ID(), p.Every).Next(now)
	}
	return later(later(next, now), p.NotBefore)
}

// following is the run after the one at the given time.
func following(c *Check, p Plan, at time.Time) time.Time {
	if p.Every > 0 {
		return later(at.Add(p.Every), p.NotBefore)
	}
	return later(orNever(c.Schedule.Next(at), at), p.NotBefore)
}

func orNever(next, now time.Time) time.Time {
	if next.IsZero() {
		return now.Add(never)
	}
	return next
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
