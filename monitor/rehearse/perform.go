package rehearse

import (
	"context"
	"maps"
	"slices"
	"time"

	"bellhop/monitor"
)

const (
	lead  = 30 * time.Minute // bellhop has run so long when a scenario begins
	tail  = 2 * time.Hour    // and runs so long after its last line
	daily = 26 * time.Hour   // and so long after the beginning of what is looked at once a day
	apart = 15 * time.Minute // what comes again on one target within this is one trouble
)

// zero is when each scenario begins, so that it is the same in every run: a Sunday night.
var zero = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)

// A Performance is what came of playing a scenario.
type Performance struct {
	Zero     time.Time // when it began
	End      time.Time
	Messages []Message
	Fates    []Fate
	Tally    Tally
	Open     []*monitor.Incident // at the end
}

// A Fate is what became known of one trouble: all that happened to one target without a long break.
type Fate struct {
	On       Target
	Lines    []Line // that began it
	From, To time.Time
	Unseen   bool      // no check can see it
	Told     time.Time // the first message about it; zero is that nobody was told
	First    []string  // who got that message
	Notice   bool      // it was a notice, and no incident
}

// Perform plays a scenario with a cast.
func (s Scenario) Perform(ctx context.Context, c Cast) Performance {
	return s.Record(ctx, c, func(monitor.Sample) {})
}

// Record is Perform that hands on each sample that a store would keep.
func (s Scenario) Record(ctx context.Context, c Cast, keep func(monitor.Sample)) Performance {
	p := Performance{Zero: zero, End: s.end(zero)}
	w := newWorld(c, s.spells(c, zero, p.End))
	start := zero.Add(-lead)
	open := map[string]*monitor.Incident{}
	p.Tally = Play{
		Pace: c.Pace, Config: c.Config, World: w, Script: newScript(w, s, start, zero), Start: start, End: p.End,
		Hear: func(m Message) { p.Messages = append(p.Messages, m) },
		Watch: func(_ time.Time, c monitor.Change, _ *monitor.Book) {
			follow(open, c)
			for _, sample := range c.Samples {
				keep(sample)
			}
		},
	}.Run(ctx)
	p.Open = byAge(open)
	p.Fates = s.fates(c, p)
	return p
}

func follow(open map[string]*monitor.Incident, c monitor.Change) {
	for id, i := range c.Incidents {
		if open[id] = i; i.State != monitor.IncidentOpen {
			delete(open, id)
		}
	}
}

// byAge lists incidents, oldest first.
func byAge(open map[string]*monitor.Incident) []*monitor.Incident {
	return slices.SortedFunc(maps.Values(open), func(a, b *monitor.Incident) int { return a.Since.Compare(b.Since) })
}

// end is when nothing is looked at any more.
func (s Scenario) end(zero time.Time) time.Time {
	var last time.Duration
	for _, l := range s.Lines {
		if l.Do == Stop {
			return zero.Add(l.At)
		}
		last = max(last, l.At+l.For+tail)
		if l.Fault == "expiring" {
			last = max(last, l.At+daily)
		}
	}
	return zero.Add(last)
}

// fates are the troubles of a scenario, with what was told of each.
func (s Scenario) fates(c Cast, p Performance) []Fate {
	var all []Fate
	unseen := c.Unseen(s)
	last := map[Target]int{}
	for n, l := range s.Lines {
		if l.Do != Begin {
			continue
		}
		from, to := p.Zero.Add(l.At), s.over(n, p)
		if i, ok := last[l.On]; ok && from.Sub(all[i].To) < apart {
			f := &all[i]
			f.Lines, f.To, f.Unseen = append(f.Lines, l), to, f.Unseen && slices.Contains(unseen, n)
			continue
		}
		last[l.On] = len(all)
		all = append(all, Fate{On: l.On, Lines: []Line{l}, From: from, To: to, Unseen: slices.Contains(unseen, n)})
	}
	checks := map[monitor.CheckID]*monitor.Check{}
	for _, check := range c.everything() {
		checks[check.ID()] = check
	}
	for i := range all {
		c.tell(&all[i], p.Messages, checks)
	}
	return all
}

// over is when what line n begins is over.
func (s Scenario) over(n int, p Performance) time.Time {
	for _, l := range s.Lines[n+1:] {
		if (l.Do == End || l.Do == Begin) && l.On == s.Lines[n].On {
			return p.Zero.Add(l.At)
		}
	}
	return p.End
}

// tell finds the first message about a trouble: of an incident that began while it lasted, and that a check is part of
// which can see it.
func (c Cast) tell(f *Fate, messages []Message, checks map[monitor.CheckID]*monitor.Check) {
	on, ok := c.meant(f.On)
	if !ok {
		return
	}
	seen := func(id monitor.CheckID) bool {
		check := checks[id]
		return check != nil && c.concerns(on, check) && slices.ContainsFunc(f.Lines, func(l Line) bool { return sees(on, l.Fault, check) || check.Reported })
	}
	of := func(i *monitor.Incident) bool {
		return !i.Since.Before(f.From.Add(-time.Minute)) && !i.Since.After(f.To) &&
			(slices.ContainsFunc(i.Members, func(id monitor.SignalID) bool { return seen(id.Check) }) ||
				slices.ContainsFunc(i.Affected, func(a monitor.Affected) bool { return seen(a.Check) }))
	}
	for _, m := range messages {
		if m.At.Before(f.From) || !f.Told.IsZero() && m.At.After(f.Told) || !slices.ContainsFunc(m.tells(), of) {
			continue
		}
		f.Told, f.First = m.At, append(f.First, m.Receiver)
	}
	if f.Told.IsZero() {
		f.noticed(messages)
	}
}

// noticed takes the first notice that was told while a trouble lasted for what was told of it.
func (f *Fate) noticed(messages []Message) {
	for _, m := range messages {
		in := m.Type == monitor.EventNotice && !m.At.Before(f.From) && m.At.Before(f.To)
		if in && (f.Told.IsZero() || m.At.Equal(f.Told)) {
			f.Told, f.First, f.Notice = m.At, append(f.First, m.Receiver), true
		}
	}
}
