package bench

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A CauseScore is how the causes of so many worlds were told.
type CauseScore struct {
	Worlds int
	Right  int // worlds in which the first words of what broke named it, with its side
	Truths int // that are to be told,
	Found  int // and were, while they lasted
	Extra  int // incidents that began with what broke and were told as something else, or beside it
	Noise  int // incidents that wrong evidence alone opened meanwhile
	Posts  int // messages of what broke, edits not counted
	Delays []time.Duration

	Wrong map[string]int // what the first words named instead
}

// CauseTable is a line for each scenario, for so many accounts.
type CauseTable struct {
	Accounts int
	Lines    []CauseLine
}

// A CauseLine is one scenario's score.
type CauseLine struct {
	Name  string
	Score CauseScore
	Free  bool // nothing is asked of it
}

// Causes are worlds in which something breaks.
type Causes struct {
	Accounts int
	Worlds   int     // of each scenario
	Run      uint64  // another number makes other worlds
	Wrong    float64 // share of wrong evidence
	Word     string  // only scenarios whose name holds it
	Keep     string  // folder for scores: what a run of the same code has left there is not played again; "" is none
}

// block is how many worlds are scored, and kept, at once.
const block = 100

// Measure plays them and says how their causes were told.
func (c Causes) Measure(ctx context.Context) (CauseTable, error) {
	list, err := newCauseList(c.Accounts)
	t := CauseTable{Accounts: c.Accounts}
	if err != nil {
		return t, err
	}
	for _, s := range causeScenarios {
		if !strings.Contains(s.name, c.Word) {
			continue
		}
		line := CauseLine{Name: s.name, Free: s.free}
		for from := 0; from < c.Worlds; from += block {
			n := min(block, c.Worlds-from)
			score, err := kept(c.Keep, fmt.Sprintf("%s %d %d %d-%d %g", s.name, c.Accounts, c.Run, from, from+n, c.Wrong), func() CauseScore {
				return c.score(ctx, list, s, from, n)
			})
			if err != nil {
				return t, err
			}
			line.Score = line.Score.join(score)
		}
		t.Lines = append(t.Lines, line)
	}
	return t, nil
}

// score plays n worlds of a scenario.
func (c Causes) score(ctx context.Context, list causeList, s causeScenario, from, n int) CauseScore {
	var sum CauseScore
	for _, one := range each(n, func(k int) CauseScore {
		seed := seedOf(c.Run, from+k)
		return list.play(ctx, seed, c.Wrong, s.breaks(list, dice(seed, s.name)))
	}) {
		sum = sum.join(one)
	}
	return sum
}
