package watchlist

import (
	"time"

	"github.com/robfig/cron/v3"

	"bellhop/monitor"
)

// unskipped is a schedule that also fires at times which clocks leave out when they are put forward: at 02:30 of that
// night, which is 03:30 by then. A job that runs so has its maintenance in that night too. What clocks show twice fires
// twice, so that a window reaches to its end by either of them.
func unskipped(s cron.Schedule) monitor.Schedule {
	if spec, ok := s.(*cron.SpecSchedule); ok {
		return wakeful{*spec}
	}
	return s
}

type wakeful struct{ spec cron.SpecSchedule }

func (w wakeful) Next(t time.Time) time.Time {
	next := w.spec.Next(t)
	change, _ := t.In(w.spec.Location).ZoneBounds()
	for !next.IsZero() && (change.IsZero() || !change.After(next)) {
		if at := w.leftOut(change, t); !at.IsZero() && at.Before(next) {
			return at.UTC()
		}
		after := change
		if after.IsZero() || after.Before(t) {
			after = t
		}
		if _, change = after.In(w.spec.Location).ZoneBounds(); change.IsZero() {
			break
		}
	}
	return next.UTC()
}

// leftOut is the first time after t that the schedule would have had if clocks had not been put forward at change;
// zero is none.
func (w wakeful) leftOut(change, t time.Time) time.Time {
	if change.IsZero() {
		return time.Time{}
	}
	_, before := change.Add(-time.Second).In(w.spec.Location).Zone()
	_, after := change.In(w.spec.Location).Zone()
	forward := time.Duration(after-before) * time.Second
	from := change.Add(-time.Second)
	if from.Before(t) {
		from = t
	}
	old := w.spec
	old.Location = time.FixedZone("", before)
	if at := old.Next(from); !at.IsZero() && at.Before(change.Add(forward)) {
		return at
	}
	return time.Time{}
}

// apart is the shortest time between two runs by the clock on the wall.
func apart(s cron.Schedule) time.Duration {
	if spec, ok := s.(*cron.SpecSchedule); ok {
		wall := *spec
		wall.Location = time.UTC
		s = &wall
	}
	shortest, _ := gaps(s)
	return shortest
}
