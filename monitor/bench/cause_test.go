package bench

import (
	"flag"
	"strings"
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
			t.Log(accounts, l.Name, l.Score.Wrong)
			if l.Free {
				continue
			}
			all = all.join(l.Score)
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

// TestTwoCausesAreNotTheHost plays a module and an account that go down at once, while one answer in twenty is wrong: requests
// that failed now and then before are no reason to blame the host for both.
func TestTwoCausesAreNotTheHost(t *testing.T) {
	s := few(t, "module and account")
	for what, n := range s.Wrong {
		if strings.Contains(what, "host ") {
			t.Errorf("%s in %d of %d worlds", what, n, s.Worlds)
		}
	}
}

// TestBrownOutIsOneMatter plays a host at which three requests in ten fail: its checks fall into doubt one after the other, and
// whoever is told of them is told of few incidents.
func TestBrownOutIsOneMatter(t *testing.T) {
	s := few(t, "brown-out of one host")
	if s.Found != s.Truths || s.Posts > 3*s.Truths {
		t.Errorf("found in %d of %d worlds, with %d messages", s.Found, s.Truths, s.Posts)
	}
}

// few is the score of ten worlds of a scenario, with three accounts.
func few(t *testing.T, scenario string) CauseScore {
	t.Helper()
	table, err := Causes{Accounts: 3, Worlds: 10, Run: 3, Wrong: causeWrongShare, Word: scenario}.Measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return table.Lines[0].Score
}
