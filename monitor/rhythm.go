package monitor

import "time"

// A Rhythm is what is learned of how often something comes, so that its absence can be told from a quiet hour.
// It is a plain value of bounded size.
type Rhythm struct {
	Last    time.Time     `json:"last,omitzero"`     // last arrival
	Looked  time.Time     `json:"looked,omitzero"`   // up to when it is known what came; of pings, when news of one came last
	Period  time.Duration `json:"period,omitempty"`  // usual distance, of what comes regularly
	Longest time.Duration `json:"longest,omitempty"` // longest silence of late; it shrinks by a twentieth a day
	Count   int           `json:"count,omitempty"`   // distances that Period was learned from, at most periodMemory

	// Hours and Seen are of an hour of the day in UTC each: in how many of its minutes something came, as a
	// share, and how many minutes that was learned from, at most hourMemory.
	Hours [24]float32 `json:"hours,omitzero"`
	Seen  [24]uint16  `json:"seen,omitzero"`
}

const (
	periodMemory = 16  // distances: what is learned fades as fast
	periodKnown  = 3   // distances before Period is believed
	hourMemory   = 300 // minutes of one hour of the day: five days
	hourKnown    = 20  // minutes before an hour's share is believed
	lookMost     = 10  // minutes: what came in a longer stretch at once cannot be told apart
	missed       = 5   // pings that have to be missing
)

// ping takes in that a regular sign came, the last time at the given time.
func (r Rhythm) ping(last time.Time, p Pace) Rhythm {
	if !last.After(r.Last) {
		return r
	}
	apart := last.Sub(r.Last)
	known := r.Count >= periodKnown
	switch {
	case r.Last.IsZero():
	case known && apart > missed*r.Period, apart > p.Of(time.Hour):
		// an outage is no rhythm
	default:
		if known {
			apart = min(apart, 2*r.Period)
		}
		r.Count = min(r.Count+1, periodMemory)
		r.Period += (apart - r.Period) / time.Duration(r.Count)
	}
	r.Last = last
	return r
}

// overdue says whether so many pings are missing that it is no accident. Looked counts, which is ours, and not Last:
// the clock of who tells it may be wrong.
func (r Rhythm) overdue(now time.Time, p Pace) bool {
	return r.Count >= periodKnown && now.Sub(r.Looked) > missed*max(r.Period, p.Of(time.Minute))
}

// resumed says whether nobody looked for a while: what was not seen was no silence.
func (r Rhythm) resumed(now time.Time, p Pace) bool {
	return now.Sub(r.Looked) > lookMost*p.Of(time.Minute)
}

// look takes in whether something came since it was last looked, and the last time that anything did; zero is
// not told. A silence that was told already goes on, though nobody looked for a while.
func (r Rhythm) look(came bool, last, now time.Time, s silence, p Pace) Rhythm {
	if !now.After(r.Looked) {
		return r
	}
	unseen := now.Sub(r.Looked)
	minutes := float64(unseen) / float64(p.Of(time.Minute))
	switch {
	case r.resumed(now, p) && !r.silent(s, r.Looked, p):
		r.Last, r.Looked = now, now
		return r
	case !r.resumed(now, p) && !r.silent(allHotels, now, p):
		r = r.learn(came, minutes, hourOf(now, p))
	}
	r.Longest -= time.Duration(float64(r.Longest) / 20 * min(minutes/(24*60), 1))
	if came && last.After(r.Last) {
		r = r.broken(last, p)
	}
	r.Looked = now
	return r
}

// broken ends a silence. One long outage must not make bellhop deaf to the next.
func (r Rhythm) broken(at time.Time, p Pace) Rhythm {
	if !r.Last.IsZero() {
		r.Longest = max(r.Longest, min(at.Sub(r.Last), 2*max(r.Longest, p.Of(10*time.Minute))))
	}
	r.Last = at
	return r
}

func (r Rhythm) learn(came bool, minutes float64, hour int) Rhythm {
	share := 0.0
	if came {
		share = 1 / minutes // one of them at least; more is not known
	}
	seen := float64(r.Seen[hour]) + minutes
	r.Hours[hour] += float32((share - float64(r.Hours[hour])) * minutes / max(seen, minutes))
	r.Seen[hour] = uint16(min(seen+0.5, hourMemory))
	return r
}

// expected is how many minutes with something in them the present silence would usually have held. Hours of
// the day that are not known yet add nothing.
func (r Rhythm) expected(now time.Time, p Pace) float64 {
	hour, sum := p.Of(time.Hour), 0.0
	from := r.Last
	if week := now.Add(-7 * 24 * hour); from.Before(week) {
		from = week
	}
	for from.Before(now) {
		to := from.Add(hour - time.Duration(from.UnixNano()%int64(hour)))
		if to.After(now) {
			to = now
		}
		if h := hourOf(from, p); r.Seen[h] >= hourKnown {
			sum += float64(r.Hours[h]) * float64(to.Sub(from)) / float64(p.Of(time.Minute))
		}
		from = to
	}
	return sum
}

// A silence is how sure one has to be that it means something.
type silence struct {
	expected float64       // minutes in which something should have come: by chance all stay empty once in e to this
	longest  float64       // times the longest silence of late
	least    time.Duration // at real pace
}

// silent says whether nothing has come for so long that it is no quiet hour.
func (r Rhythm) silent(s silence, now time.Time, p Pace) bool {
	gap := now.Sub(r.Last)
	return !r.Last.IsZero() && gap > p.Of(s.least) && float64(gap) > s.longest*float64(r.Longest) && r.expected(now, p) > s.expected
}

// hourOf is the hour of the day; at a divided pace a day is as much shorter.
func hourOf(t time.Time, p Pace) int {
	return int(t.UnixNano() / int64(p.Of(time.Hour)) % 24)
}
