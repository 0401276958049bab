package monitor

import "time"

// An Agenda is the engine's own, for those who play it in virtual time: it knows what is to be asked when, and
// starts nothing itself. One goroutine owns it.
type Agenda struct{ *agenda }

// NewAgenda is one that nothing is on. So many attempts can be under way at once; 0 is as many as in a Monitor.
func NewAgenda(p Pace, atOnce int) Agenda {
	if atOnce <= 0 {
		atOnce = defaultRunning
	}
	return Agenda{newAgenda(p, atOnce)}
}

// Set puts these checks on it and touches only what changed. At the start of a run, rows are those that were saved,
// so that what was asked lately is not asked again at once; nil after that. Attempts under way of checks that are gone,
// or ask something else now, are void: they end at once (Ended), and nothing is learned from them.
func (a Agenda) Set(checks []*Check, rows map[CheckID]*Row, now time.Time) {
	a.set(checks, lastRuns(checks, rows), now)
}

// Replan takes the plans of a Change.
func (a Agenda) Replan(plans []CheckPlan, now time.Time) { a.replan(plans, now) }

// Resync starts over after a jump of time. All attempts under way are void.
func (a Agenda) Resync(now time.Time) { a.resync(now) }

// Due takes what is to begin now. Each Start is handed back to Ended when its attempt is over.
func (a Agenda) Due(now time.Time) []Start { return a.due(now) }

// Ended says that an attempt is over.
func (a Agenda) Ended(s Start) { a.ended(s.entry) }

// Next is when Due is to be called next: now or earlier is at once. False is that nothing is to be asked, or that nobody
// is free to ask before an attempt ends.
func (a Agenda) Next() (time.Time, bool) {
	if len(a.queue) == 0 || a.running >= a.max {
		return time.Time{}, false
	}
	return a.queue[0].due(), true
}

// Counts are the ticks that were skipped, and the runs that were put off for a budget's sake, since they were last asked
// for.
func (a Agenda) Counts() (skipped, putOff int) {
	skipped, putOff = len(a.skipped), a.putOff
	a.skipped, a.putOff = a.skipped[:0], 0
	return skipped, putOff
}

// lastRuns are the scheduled starts of earlier attempts, of checks that still ask the same. A run that told nothing
// does not count, unless it cost a token request.
func lastRuns(checks []*Check, rows map[CheckID]*Row) map[CheckID]time.Time {
	last := map[CheckID]time.Time{}
	for _, c := range checks {
		if row := rows[c.ID()]; row != nil && row.Asks == c.Asks && (c.Forced || c.Info || !row.mute()) {
			last[c.ID()] = row.LastRun
		}
	}
	return last
}

// Rounds is what is remembered of asking the control hosts. It says when they are asked again.
type Rounds struct {
	Answers []ControlAnswer // of the last round

	ended time.Time
	doubt int // so many good rounds are wanted before nobody is in doubt
}

// Serves says whether the last round is new enough for one who wants to know now.
func (r Rounds) Serves(now time.Time, p Pace) bool {
	return r.Answers != nil && now.Sub(r.ended) < p.ControlFresh
}

// After is after another round.
func (r Rounds) After(answers []ControlAnswer, now time.Time) Rounds {
	doubt := max(r.doubt-1, 0)
	if cutOff(answers) {
		doubt = 2
	}
	return Rounds{answers, now, doubt}
}

// Again is how long after the last need for an answer the control hosts are asked without one: now and then, so that a
// host which can never be reached is known before it matters; and every Pace.BlindRound while the last answer was that
// we are cut off, until two rounds in a row say otherwise: nothing else might, and blindness must end as it began.
func (r Rounds) Again(p Pace) time.Duration {
	if r.doubt > 0 {
		return p.BlindRound
	}
	return p.ControlEvery
}

// Ticks is how often the book has to be told the time until something else comes; 0 is never, as time alone changes
// nothing. The engine tells it each second all the same.
func (b *Book) Ticks() time.Duration {
	switch {
	case len(b.silences) > 0, len(b.pausedRows) > 0, len(b.open) > 0, len(b.unclean) > 0, len(b.watched.timed) > 0, len(b.hotels) > 0, !b.sight.cut.IsZero(), !b.sight.blind.IsZero():
		return b.pace.Of(tickEvery)
	case len(b.owed) > 0, b.watched.config.StillWatching.Schedule != nil:
		return b.pace.Of(time.Minute) // what was told and is over, and might come again
	}
	return 0
}
