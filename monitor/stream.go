package monitor

import (
	"slices"
	"time"
)

// A Stream is what is known of the integration's requests: for one account, to one module, or all together.
type Stream struct {
	Window Window    `json:"window,omitempty"`
	Usual  Rate      `json:"usual,omitzero"` // how many fail when nothing is open: for words, never for alarms
	Asked  time.Time `json:"asked,omitzero"` // the end of the last report that told of any
	Late   int       `json:"late,omitempty"` // requests that were told over an hour too late, and count nowhere
}

// A CheckStream is a stream of requests of all hotels together, with the check that it is judged by.
type CheckStream struct {
	Check CheckID `json:"check"`
	Stream
}

// A Rate is how often requests fail in the long run: of what was counted, a tenth is forgotten each day, so that half
// of it is of the last week.
type Rate struct {
	Day int `json:"day,omitempty"` // the last day that was counted, since 1970
	N   int `json:"n,omitempty"`
	Bad int `json:"bad,omitempty"`
}

// learn is the rate with a tally of its day.
func (r Rate) learn(at time.Time, t Tally) Rate {
	const longest = 60 // days until nothing is left
	day := int(at.Unix() / int64(24*time.Hour/time.Second))
	if day-r.Day > longest || r.Day > day+1 {
		r = Rate{}
	}
	for ; r.Day < day && r.N > 0; r.Day++ {
		r.N, r.Bad = r.N*9/10, r.Bad*9/10
	}
	const most = 1 << 50
	return Rate{Day: day, N: min(r.N+t.N, most), Bad: min(r.Bad+t.Bad, most)}
}

// add is the stream with what a report tells of it.
func (s Stream) add(w timing, t Tally, p Pace) Stream {
	if t.N == 0 {
		return s
	}
	next, late := s.Window.Add(w.now, w.end, w.covers, t, p)
	s.Window, s.Late, s.Asked = next, min(s.Late+late, countMost), latest(s.Asked, w.end)
	return s
}

// learn is the stream with what a report shows to be usual, if nothing is in trouble or in doubt.
func (s Stream) learn(w timing, j judgement, calm bool) Stream {
	if calm && j.verdict == Calm && j.N > 0 {
		s.Usual = s.Usual.learn(w.end, j.Tally)
	}
	return s
}

// streamOf is what is known of the requests that a check is about; nil where it is about none.
func (d *draft) streamOf(c *Check) *Stream {
	if c == nil {
		return nil
	}
	h := d.hotel(c.Account)
	switch {
	case c.Kind != KindTraffic || h == nil:
		return nil
	case c.Account != "":
		return &h.Traffic
	}
	if i := slices.IndexFunc(h.Streams, func(s CheckStream) bool { return s.Check == c.ID() }); i >= 0 {
		return &h.Streams[i].Stream
	}
	return nil
}
