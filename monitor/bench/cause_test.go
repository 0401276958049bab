package bench

import (
	"flag"
	"testing"
)

var (
	causeSeeds = flag.Int("cause.seeds", 0, "worlds of each kind in which something breaks; 0 is few, as in every run of the tests")
	causeRun   = flag.Uint64("cause.run", 1, "another number makes other worlds")
	causeWord  = flag.String("cause.word", "", "only scenarios whose name holds it")
	causeOf    = flag.Int("cause.accounts", 0, "only worlds of so many accounts")
	causeWrong = flag.Float64("cause.wrong", 0.05, "share of wrong evidence")
)

// TestCauses ensures that what breaks is named by the first words on it. Of few worlds nine in ten will do; of 200 and more,
// with one in twenty answers wrong, 95 in 100 of each kind.
func TestCauses(t *testing.T) {
	t.Log("\n" + CauseHead)
	var all CauseScore
	for _, accounts := range []int{1, 3, 20, 400} {
		if *causeOf > 0 && *causeOf != accounts || *causeSeeds == 0 && testing.Short() {
			continue
		}
		seeds := *causeSeeds
		if seeds == 0 {
			seeds = map[int]int{1: 5, 3: 4, 20: 3, 400: 1}[accounts]
		}
		table, err := Causes{accounts, seeds, *causeRun, *causeWrong, *causeWord, *keep}.Measure(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range table.Lines {
			all = all.join(l.Score)
			t.Log(accounts, l.Name, l.Score.Wrong)
			if l.Score.Worlds >= 200 && 100*l.Score.Right < 95*l.Score.Worlds {
				t.Errorf("%s, %d accounts: %d of %d first culprits are right", l.Name, accounts, l.Score.Right, l.Score.Worlds)
			}
		}
		t.Log("\n" + table.String())
	}
	if 10*all.Right < 9*all.Worlds {
		t.Errorf("%d of %d first culprits are right", all.Right, all.Worlds)
	}
}
