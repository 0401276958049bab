package monitor

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAnotherThatFailsConvictsToo ensures that a group is never suspected less because one more of its members fails: one
// that was fine before, or one that nothing was known of.
func TestAnotherThatFailsConvictsToo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := poll{of: rapid.IntRange(0, 8).Draw(t, "of")}
		p.failing = rapid.IntRange(0, p.of).Draw(t, "failing")
		p.said.brown = rapid.Float64Range(-1, 20).Draw(t, "said")
		of := trial{hard: rapid.Bool().Draw(t, "hard")}
		fails := word{}.hear(Fail, rapid.IntRange(1, 3).Draw(t, "fails"))
		more := poll{p.failing + 1, p.of + 1, p.said.plus(fails)}
		turned := poll{min(p.failing+1, p.of), p.of, p.said.plus(fails)}
		if p.convicts(of) && (!more.convicts(of) || !turned.convicts(of)) {
			t.Fatalf("%+v is convicted, %+v or %+v is not", p, more, turned)
		}
	})
}

// TestWordsAreWeighed ensures that a failure more among a check's answers never speaks for it, that one wrong answer of
// three neither convicts nor acquits, and that what was seen before a trouble is no alibi.
func TestWordsAreWeighed(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 5, 0, 0, time.UTC)
	answers := func(all ...Evidence) (s Signal) {
		for n, e := range all {
			s.Recent[n] = Sighting{At: now.Add(-time.Duration(n) * 15 * time.Second), What: e}
		}
		return s
	}
	tr := trial{since: now.Add(-40 * time.Second), hard: true}
	for _, c := range []struct {
		name string
		s    Signal
		bad  bool
	}{
		{"all fail", answers(Fail, Fail, Fail), true},
		{"one of three is good", answers(Fail, Good, Fail), true},
		{"one of three fails", answers(Good, Fail, Good), false},
		{"good before it began", Signal{Recent: [3]Sighting{{now, Fail}, {now.Add(-time.Minute), Good}, {now.Add(-2 * time.Minute), Good}}}, true},
		{"failed long before, good since", Signal{Recent: [3]Sighting{{now, Good}, {now.Add(-time.Minute), Fail}, {now.Add(-2 * time.Minute), Fail}}}, false},
	} {
		if w, known := tr.word(c.s, now, 5*time.Minute, 3*time.Minute); !known || w.hard > 0 != c.bad {
			t.Errorf("%s: %+v, known %v", c.name, w, known)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(n int) Evidence {
			return rapid.SampledFrom([]Evidence{Good, Fail}).Draw(t, string(rune('a'+n)))
		}
		all := []Evidence{draw(0), draw(1), draw(2)}
		before, _ := tr.word(answers(all...), now, time.Hour, time.Hour)
		all[rapid.IntRange(0, 2).Draw(t, "turned")] = Fail
		after, _ := tr.word(answers(all...), now, time.Hour, time.Hour)
		if after.hard < before.hard || after.brown < before.brown {
			t.Fatalf("%+v before, %+v after a failure more", before, after)
		}
	})
}
