package monitor

import "time"

// ledger is the Book as its owner uses it.
type ledger interface {
	decider
	keeper
}

type decider interface {
	Decide(in []Input) Change
	Apply(c Change)
}

type keeper interface {
	// SetRecording says whether what is decided from now on is durable before anyone sees it.
	SetRecording(on bool)
	Snapshot(now time.Time) *Snapshot
	// Forget drops from memory what nobody is owed any more.
	Forget(now time.Time) int
}
