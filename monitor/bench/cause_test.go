package bench

import (
	"flag"
	"testing"
)

var (
	causeSeeds = flag.Int("cause.seeds", 0, "worlds of each kind in which something breaks; 0 is few, for every run of the tests")
	causeRun   = flag.Uint64("cause.run", 1, "another number makes other worlds")
	causeWord  = flag.String("cause.word", "", "only scenarios whose name holds it")
	causeOf    = flag.Int("cause.accounts", 0, "only worlds of so many accounts")
	causeWrong = flag.Float64("cause.wrong", 0.05, "share of wrong evidence")
)

func TestCauses(t *testing.T) {
	t.Log("\n" + CauseHead)
	for _, accounts := range []int{1, 3, 20, 400} {
		if *causeOf > 0 && *causeOf != accounts {
			continue
		}
		table, err := MeasureCauses(t.Context(), accounts, max(*causeSeeds, 4), *causeRun, *causeWrong, *causeWord)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range table.Lines {
			t.Log(accounts, l.Name, l.Score.Wrong)
		}
		t.Log("\n" + table.String())
	}
}
