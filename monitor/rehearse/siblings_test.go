package rehearse_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

// opening plays an outage of so many checks of one host, of which some go on to answer, and gives back how long after the
// first failure it was told.
func opening(t *testing.T, checks int, fine string) (after time.Duration) {
	t.Helper()
	var all []*monitor.Check
	for n := range checks {
		all = append(all, check(fmt.Sprintf("shop-%d", n), "shop.example.com"))
	}
	p := playing(sparing{spells{{"shop.example.com", 10 * time.Minute, 20 * time.Minute}}, fine}, all...)
	p.Hear = func(m rehearse.Message) {
		if m.Type == monitor.EventOpened && after == 0 {
			after = m.At.Sub(m.About.Since)
		}
	}
	p.Run(t.Context())
	return after.Round(time.Second)
}

// sparing is a world in which one check always answers.
type sparing struct {
	spells
	fine string
}

func (w sparing) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	if c.Name == w.fine {
		return spells{}.Ask(c, a)
	}
	return w.spells.Ask(c, a)
}

// TestSiblingsConfirm ensures that an outage is told as soon as its failures span 40 seconds where all checks of a host
// agree, and not before; and as if alone where there is no other, or one answers.
func TestSiblingsConfirm(t *testing.T) {
	for _, tt := range []struct {
		checks int
		fine   string
		after  time.Duration
	}{{1, "", 45 * time.Second}, {2, "", 40 * time.Second}, {5, "", 40 * time.Second}, {2, "shop-1", 45 * time.Second}} {
		if got := opening(t, tt.checks, tt.fine); got != tt.after {
			t.Errorf("%d checks, %q answers: told %s after the first failure, want %s", tt.checks, tt.fine, got, tt.after)
		}
	}
}

// TestFlappingIsNoWall ensures that ten outages of three minutes, three apart, are four messages, and six where each time
// another check of the host is alone in it at first; and that their end is told after them.
func TestFlappingIsNoWall(t *testing.T) {
	checks := []*monitor.Check{check("a", "shop.example.com"), check("b", "shop.example.com"), check("c", "shop.example.com")}
	var flaps spells
	for n := range 10 {
		from := time.Duration(10+6*n) * time.Minute
		flaps = append(flaps, spell{"shop.example.com", from, from + 3*time.Minute})
	}
	for name, most := range map[string]int{"together": 4, "in turns": 6} {
		p := playing(inTurns{flaps, name == "in turns"}, checks...)
		p.End = noon.Add(2 * time.Hour)
		var list []string
		var last time.Time
		p.Hear = func(m rehearse.Message) {
			if !m.Edit {
				list, last = append(list, strings.TrimPrefix(string(m.Type), "incident.")), m.At
			}
		}
		p.Run(t.Context())
		if len(list) > most || list[len(list)-1] != "resolved" || last.Before(noon.Add(67*time.Minute)) {
			t.Errorf("%s: people heard %q, the last at %s; want at most %d, and the end after the last outage", name, list, last, most)
		}
	}
}

// inTurns is a world in which the checks take turns at failing first: the one whose turn it is not joins a minute later.
type inTurns struct {
	spells
	turns bool
}

func (w inTurns) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	turn := int((a.At.Sub(noon)-10*time.Minute)/(6*time.Minute)) % 3
	if w.turns && c.Name != [...]string{"a", "b", "c"}[max(turn, 0)] {
		a.At = a.At.Add(-time.Minute)
	}
	return w.spells.Ask(c, a)
}
