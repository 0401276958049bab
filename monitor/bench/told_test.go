package bench

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

var (
	told = flag.String("told", "", "name of the scenario whose messages TestTold prints")
	over = flag.Int("over", 2, "it prints worlds with more messages than this")
)

// everyScenario is all that the table has.
func everyScenario() []Scenario {
	five, three := together(5), hotels(3)
	all := []Scenario{
		Hard(minute), Hard(2 * minute), Hard(5 * minute), Hard(5*minute).with("5 checks", five), Hanging(5 * minute), Ramp(), Burst(), Rolling(),
		Sleeping(), Stepped(), OwnNetwork(), OwnNetworkToo(), Flaps(10, 3*minute, 3*minute), Flaps(10, 40*time.Second, 20*time.Second),
		Renewed().with("token renewed", three), Quiet().Scenario("quiet"), Noisy().Scenario("noisy"), Served(Quiet().Scenario("quiet"), 30), FewHotels(12), Lived(),
		Served(Blip(30*time.Second), 30), Served(Rolling(), 30), Served(Burst(), 30), Served(Hard(5*minute), 30),
		During("restart in doubt", 5*minute, Restart, 0, minute), During("restart in an outage", 10*minute, Restart, 3*minute, 9*minute),
	}
	for _, s := range []Scenario{ModuleDown(), IdentityDown(), ClientRefused(), AccountRefused()} {
		all = append(all, s.with(s.Name, three))
	}
	for _, share := range brownShares() {
		for _, perMinute := range []int{2, 10, 30, 300} {
			all = append(all, Served(Brownout(share), perMinute))
		}
		all = append(all, Brownout(share))
	}
	return all
}

// TestTold prints what people hear in the worlds of a scenario in which they hear much:
//
//	go test ./monitor/bench -run Told -v -told 'brown-out 10 % 30 min, 30 requests/min' -over 3 -seeds 20
func TestTold(t *testing.T) {
	if *told == "" {
		t.Skip("names no scenario: -told 'hard outage 5 min'")
	}
	for _, s := range everyScenario() {
		if s.Name != *told {
			continue
		}
		for n := range *seeds {
			w := s.World(seedOf(*run, n))
			c, err := s.cast(w.Seed)
			if err != nil {
				t.Fatal(err)
			}
			if lines, messages := w.transcript(t, c); messages > *over {
				fmt.Printf("world %d of seed %d: true from %v\n%s", n, *run, w.Truth, lines)
			}
		}
		return
	}
	t.Errorf("there is no scenario %q", *told)
}

// transcript is what the book told in a world, line by line.
func (w *World) transcript(t *testing.T, c cast) (lines string, messages int) {
	rehearse.Play{
		Pace: monitor.RealPace(), Config: c.config(), World: outside{w}, Script: w.script(c), Start: w.Start, End: w.End,
		Hear: func(m rehearse.Message) {
			if !m.Edit {
				messages++
			}
			lines += fmt.Sprintf("  %s %-17s edit=%-5v %s\n", m.At.Format("02 15:04:05"), m.Type, m.Edit, m.Text)
		},
	}.Run(t.Context())
	return lines, messages
}
