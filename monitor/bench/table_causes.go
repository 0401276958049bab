package bench

import (
	"context"
	"fmt"
)

// causeWrongShare is how much of all evidence is wrong in the worlds of causes.
const causeWrongShare = 0.05

// causeRows are worlds in which something breaks that has to be called by its name while one answer in twenty is wrong. One
// of 400 accounts takes as long as twenty of one.
func causeRows(ctx context.Context, r *Run) ([]Row, error) {
	var rows []Row
	for _, accounts := range []int{1, 3, 20, 400} {
		if r.Causes == 0 {
			break // TestCauses looks for what is broken
		}
		t, err := Causes{Accounts: accounts, Worlds: r.Causes, Run: r.Seed, Wrong: causeWrongShare, Keep: r.Keep}.Measure(ctx)
		if err != nil {
			return nil, err
		}
		for _, l := range t.Lines {
			rows = append(rows, l.rows(accounts)...)
		}
	}
	return rows, nil
}

// rows are what is asked of one cause, and what comes beside it.
func (l CauseLine) rows(accounts int) []Row {
	s, world := l.Score, fmt.Sprintf("cause: %s, %s", l.Name, count(accounts, "account"))
	rows := []Row{atLeast(world, "first culprit right", s.Right, s.Worlds, 0.95, 0.99)}
	if l.Free {
		rows = []Row{only(world, "first culprit right", percent(ratio(s.Right, s.Worlds)))}
	}
	if s.Truths == 0 {
		return rows
	}
	return append(rows,
		only(world, "all found; messages a cause", fmt.Sprintf("%s; %.2f", percent(ratio(s.Found, s.Truths)), ratio(s.Posts, s.Truths))),
		only(world, "wrong extra incidents a world", fmt.Sprintf("%.2f", ratio(s.Extra, s.Worlds))))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
