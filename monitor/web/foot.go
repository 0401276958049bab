package web

import (
	"fmt"

	"bellhop/monitor"
)

// A footView is what the watcher says of itself.
type footView struct {
	Instance, Version string
	Started, Commit   moment
	Facts             []string
	Blind             []string // earlier blindness
}

func foot(s *monitor.Snapshot, o Options) footView {
	e := s.Engine
	f := footView{
		Instance: o.Instance, Version: o.Version, Started: when(e.Started, s.At), Commit: when(e.LastCommit, s.At),
		Facts: []string{
			fmt.Sprintf("%d runs, %d skipped, %d late", e.Runs, e.Skipped, e.Late),
			owedFact(s),
		},
	}
	if f.Instance == "" {
		f.Instance = s.Instance
	}
	for _, x := range []struct {
		n    uint64
		text string
	}{
		{e.PutOff, "%d put off to spare a host or an account"},
		{e.Overflow, "%d answers that found the inbox full"},
		{e.Panics, "%d bugs met in probes"},
		{e.CommitFailures, "%d commits failed"},
	} {
		if x.n > 0 {
			f.Facts = append(f.Facts, fmt.Sprintf(x.text, x.n))
		}
	}
	if e.Gaps > 0 {
		f.Facts = append(f.Facts, fmt.Sprintf("%s of %s in which nobody watched", count(int(e.Gaps), "gap", "gaps"), span(e.GapTime)))
	}
	for _, b := range s.Blind.Before {
		f.Blind = append(f.Blind, "blind from "+clock(b.From, s.At)+" to "+clock(b.To, s.At))
	}
	return f
}

func owedFact(s *monitor.Snapshot) string {
	switch {
	case s.Due == 0:
		return "no alert owed"
	case s.OldestOwed.IsZero():
		return count(s.Due, "delivery", "deliveries") + " owed"
	default:
		return fmt.Sprintf("%s owed, the oldest for %s", count(s.Due, "delivery", "deliveries"), span(s.At.Sub(s.OldestOwed)))
	}
}
