package rehearse

import (
	"context"
	"slices"
	"time"

	"bellhop/monitor"
)

// Lead is how long before the time that is replayed bellhop looks, so that it knows how all was.
const Lead = time.Hour

// Records are what was recorded: of each check its samples, oldest first.
type Records map[monitor.CheckID][]monitor.Sample

// Replay plays what was recorded from one time to another. Records have to reach back Lead before that; what people
// would have been told in it is left out.
func (r Records) Replay(ctx context.Context, c Cast, from, to time.Time) Performance {
	p := Performance{Zero: from, End: to}
	open := map[string]*monitor.Incident{}
	p.Tally = Play{
		Pace: c.Pace, Config: c.Config, World: r.world(c), Script: r.script(c), Start: from.Add(-Lead), End: to,
		Hear: func(m Message) {
			if !m.At.Before(from) {
				p.Messages = append(p.Messages, m)
			}
		},
		Watch: func(_ time.Time, c monitor.Change, _ *monitor.Book) { follow(open, c) },
	}.Run(ctx)
	p.Open = byAge(open)
	return p
}

// A past is a world that answers as it did then.
type past struct {
	records  Records
	controls int
	ways     []way // when nothing answered, and whether we were cut off ourselves
}

type way struct {
	at  time.Time
	cut bool
}

// world finds in the evidence of attempts in which nothing answered whether the control hosts did.
func (r Records) world(c Cast) *past {
	w := &past{records: r, controls: c.Config.Controls}
	for _, check := range c.Config.Checks {
		for _, s := range r[check.ID()] {
			if s.Fault.Connection() && !check.Info && !check.Warning {
				w.ways = append(w.ways, way{s.At, s.Evidence[0] == monitor.None})
			}
		}
	}
	slices.SortFunc(w.ways, func(a, b way) int { return a.at.Compare(b.at) })
	return w
}

// Ask is for World: the answer is the one that is nearest in time. Where there is none near, nothing was seen.
func (w *past) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	all := w.records[c.ID()]
	at := nearest(len(all), a.At, func(i int) time.Time { return all[i].At })
	if at < 0 || all[at].At.Sub(a.At).Abs() > max(c.Every, 90*time.Second) {
		return monitor.Outcome{At: a.At, Fault: monitor.FaultCanceled}
	}
	s := all[at]
	o := monitor.Outcome{At: a.At, Took: s.Took, Status: s.Status, Fault: s.Fault}
	if s.Status > 0 || s.Fault == monitor.FaultNone && c.Host != "" {
		o.IP = "203.0.113.7"
	}
	if refuses(string(s.Fault)) {
		o.Code = string(s.Fault)
	}
	if c.Forced {
		o.Forced = 1
	}
	return o
}

// Controls is for Cutter.
func (w *past) Controls(at time.Time) []monitor.ControlAnswer {
	i := nearest(len(w.ways), at, func(i int) time.Time { return w.ways[i].at })
	cut := i >= 0 && w.ways[i].cut && w.ways[i].at.Sub(at).Abs() <= time.Minute
	return controlAnswers(w.controls, cut)
}

// nearest is the place of what is nearest in time, of so many in order; -1 is that there is none.
func nearest(n int, at time.Time, of func(int) time.Time) int {
	lo, hi := 0, n
	for lo < hi {
		if mid := (lo + hi) / 2; of(mid).Before(at) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == n || lo > 0 && at.Sub(of(lo-1)) < of(lo).Sub(at) {
		return lo - 1
	}
	return lo
}

// script is when nobody watched, and the signs of life that came.
func (r Records) script(c Cast) *tape {
	var steps tape
	var seen []time.Time
	often := time.Hour
	for _, check := range c.Config.Checks {
		for _, s := range r[check.ID()] {
			switch {
			case !check.Reported:
				seen = append(seen, s.At)
			case check.Kind == monitor.KindBeat && (s.Fault == monitor.FaultNone || s.Fault == monitor.FaultFailed):
				beat := monitor.Beat{At: s.At, Check: check.ID(), Fail: s.Fault == monitor.FaultFailed}
				steps = append(steps, timed{s.At, Step{Inputs: []monitor.Input{beat}}})
			}
		}
		if !check.Reported {
			often = min(often, check.Every)
		}
	}
	slices.SortFunc(seen, time.Time.Compare)
	for i := 1; i < len(seen); i++ {
		if off := seen[i].Sub(seen[i-1]); off > max(c.Pace.GapOver, 2*often) {
			steps = append(steps, timed{seen[i-1].Add(time.Second), Step{Off: off - 2*time.Second}})
		}
	}
	slices.SortStableFunc(steps, func(a, b timed) int { return a.at.Compare(b.at) })
	return &steps
}

// A tape is a script that is known from the start.
type tape []timed

type timed struct {
	at   time.Time
	step Step
}

// Next is for Script.
func (t *tape) Next() (time.Time, Step, bool) {
	if len(*t) == 0 {
		return time.Time{}, Step{}, false
	}
	first := (*t)[0]
	*t = (*t)[1:]
	return first.at, first.step, true
}
