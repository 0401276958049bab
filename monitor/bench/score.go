package bench

import (
	"fmt"
	"slices"
	"time"
)

// An Alarm is one stretch in which a monitor said that something was wrong.
type Alarm struct {
	Began, Ended time.Time // Ended is zero for what was never called over
}

// late is how far from a true trouble an alarm may lie and still be about it.
const late = time.Minute

// A Score is how one world was told.
type Score struct {
	Worlds       int
	Wrong        int // worlds with a false alarm
	Truths, Seen int
	Alarms, Hits int             // alarms, and those of them that are about a truth
	Delays       []time.Duration // from a trouble's beginning to the first message of it
	Clears       []time.Duration // from its end to the message that says so
	Messages     int
	False        int
	FalseFor     time.Duration // how long false alarms stood
	Probes       int
	Years        float64 // of checking
}

// score compares what was told with what is true.
func (w *World) score(h Heard) Score {
	s := Score{Worlds: 1, Truths: len(w.Truth), Messages: len(h.Messages), Probes: h.Probes, Years: w.End.Sub(w.Start).Hours() / 24 / daysInYear}
	alarms := stretches(h.Messages)
	s.Alarms = len(alarms)
	hit := make([]bool, len(alarms))
	for _, t := range w.Truth {
		about := w.alarmsOf(t, alarms)
		if len(about) == 0 {
			continue
		}
		s.Seen++
		s.Delays = append(s.Delays, alarms[about[0]].Began.Sub(t.From))
		var over time.Time // the last of them is called over
		for _, n := range about {
			hit[n] = true
			if end := alarms[n].end(w.End); end.After(over) {
				over = end
			}
		}
		if !t.To.IsZero() && !over.Before(t.To) && over.Before(w.End) { // not called over too early, and not never
			s.Clears = append(s.Clears, over.Sub(t.To))
		}
	}
	for n, a := range alarms {
		if hit[n] {
			s.Hits++
			continue
		}
		s.False++
		s.FalseFor += a.end(w.End).Sub(a.Began)
	}
	s.Wrong = min(s.False, 1)
	return s
}

// stretches reads messages as alarms, in the order of their beginnings: of one incident, a beginning after a beginning is
// the same one.
func stretches(messages []Message) (all []Alarm) {
	open := map[string]int{}
	for _, m := range messages {
		n, is := open[m.Of]
		switch {
		case m.What == Began && !is:
			open[m.Of], all = len(all), append(all, Alarm{Began: m.At})
		case m.What == Ended && is:
			all[n].Ended = m.At
			delete(open, m.Of)
		}
	}
	return all
}

// alarmsOf are the places of the alarms that are about a trouble.
func (w *World) alarmsOf(t Trouble, alarms []Alarm) (about []int) {
	for n, a := range alarms {
		if a.about(t, w.End) {
			about = append(about, n)
		}
	}
	return about
}

// about says whether an alarm was raised while a trouble was, or just after.
func (a Alarm) about(t Trouble, end time.Time) bool {
	to := t.To
	if to.IsZero() {
		to = end
	}
	return !a.Began.Before(t.From) && !a.Began.After(to.Add(late))
}

func (a Alarm) end(end time.Time) time.Time {
	if a.Ended.IsZero() {
		return end
	}
	return a.Ended
}

// add joins the scores of two worlds.
func (s Score) add(o Score) Score {
	return Score{
		Worlds: s.Worlds + o.Worlds, Wrong: s.Wrong + o.Wrong, Truths: s.Truths + o.Truths, Seen: s.Seen + o.Seen, Alarms: s.Alarms + o.Alarms, Hits: s.Hits + o.Hits,
		Delays: append(s.Delays, o.Delays...), Clears: append(s.Clears, o.Clears...),
		Messages: s.Messages + o.Messages, False: s.False + o.False, FalseFor: s.FalseFor + o.FalseFor,
		Probes: s.Probes + o.Probes, Years: s.Years + o.Years,
	}
}

// daysInYear is how long a year is.
const daysInYear = 365.25

// precision is the share of alarms that were about something true, recall that of truths that were told.
func (s Score) precision() float64 { return ratio(s.Hits, s.Alarms) }

func (s Score) recall() float64 { return ratio(s.Seen, s.Truths) }

// perTruth are the messages of one truth.
func (s Score) perTruth() float64 { return ratio(s.Messages, s.Truths) }

// falsePerYear is the rate of false alarms.
func (s Score) falsePerYear() float64 { return float64(s.False) / s.Years }

// mistakes are how many days after one false alarm the next one comes, and how long one stands, on average (T_MR and T_M of
// Chen, Toueg, Aguilera, IEEE ToC 51(5) 2002); of none nothing is known.
func (s Score) mistakes() (days float64, lasts time.Duration, known bool) {
	if s.False == 0 {
		return 0, 0, false
	}
	return s.Years * daysInYear / float64(s.False), s.FalseFor / time.Duration(s.False), true
}

// delays are the mean and p95 of when troubles were told.
func (s Score) delays() string {
	if len(s.Delays) == 0 {
		return "never"
	}
	return fmt.Sprintf("%.0f / %.0f s", mean(s.Delays).Seconds(), quantile(s.Delays, 0.95).Seconds())
}

// medianOf is the median of times, as the tables show it.
func medianOf(d []time.Duration) string {
	if len(d) == 0 {
		return "-"
	}
	return seconds(quantile(d, 0.5))
}

// mean of durations, 0 of none.
func mean(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	var sum time.Duration
	for _, v := range d {
		sum += v
	}
	return sum / time.Duration(len(d))
}

// quantile is the smallest of d that at least a share q of d does not exceed; 0 of none.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(d))
	return s[min(max(int(q*float64(len(s))+0.999999)-1, 0), len(s)-1)]
}
