package bench

import (
	"context"
	"math/rand/v2"
	"time"

	"bellhop/monitor"
)

// A Rival is the rule of another monitor. Each is written after what is publicly known of it, and asks the same thing
// in the same worlds.
type Rival struct {
	Name string
	New  func() Policy
}

// Rivals are the other monitors.
func Rivals() []Rival {
	return []Rival{
		{"Gatus 3/2", func() Policy { return &Consecutive{Every: minute, Fails: 3, Goods: 2} }},
		{"Uptime Kuma", func() Policy { return &Consecutive{Every: minute, Fails: 1, Goods: 1} }},
		{"Uptime Kuma 3x20 s", func() Policy { return &Consecutive{Every: minute, Retry: 20 * time.Second, Fails: 4, Goods: 1} }},
		{"Icinga", func() Policy { return &Consecutive{Every: 5 * minute, Retry: minute, Fails: 3, Goods: 1} }},
		{"Prometheus for 2m", func() Policy {
			return &Prometheus{Every: 15 * time.Second, For: 2 * minute, True: lastFails, Keep: time.Second}
		}},
		{"Prometheus avg 5m", func() Policy {
			return &Prometheus{Every: 15 * time.Second, For: minute, True: averageLow, Keep: 5 * minute}
		}},
		{"burn rate 14.4", func() Policy { return &Prometheus{Every: minute, True: burns, Keep: time.Hour} }},
	}
}

// ownName is what we are called beside the rivals.
const ownName = "bellhop"

// A Standing is how one monitor fares in all worlds of the comparison.
type Standing struct {
	Name                              string
	HardShort, Hard, Brown, Faint     Score
	Flaps, Quota, Quiet, Noisy, Lived Score
	Shares                            []Score // of brownShares
}

// brownShares are the shares of failing attempts that the plot shows.
func brownShares() []float64 { return []float64{0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1} }

// Compare plays the same worlds to the whole book and to the rivals.
func Compare(ctx context.Context, r *Run) ([]Standing, error) {
	var err error
	ours := standing(ownName, func(s Scenario, n int) Score {
		if err != nil {
			return Score{}
		}
		var o result
		o, err = r.measure(ctx, s, n)
		return o.Score
	}, r)
	all := []Standing{ours}
	for _, rival := range Rivals() {
		all = append(all, standing(rival.Name, func(s Scenario, n int) Score { return Measure(s, n, r.Seed, rival.New) }, r))
	}
	return all, err
}

func standing(name string, play func(s Scenario, n int) Score, r *Run) Standing {
	s := Standing{
		Name: name, HardShort: play(Hard(2*minute), r.Seeds), Hard: play(Hard(5*minute), r.Seeds),
		Brown: play(Brownout(0.3), r.Seeds), Faint: play(Brownout(0.1), r.Seeds), Flaps: play(Flaps(10, 3*minute, 3*minute), r.Wide),
		Quota: play(Burst(), r.Seeds), Quiet: play(Quiet().Scenario("quiet"), r.Years), Noisy: play(Noisy().Scenario("noisy"), r.Years),
		Lived: play(Lived(), max(r.Years/2, 1)),
	}
	for _, share := range brownShares() {
		s.Shares = append(s.Shares, play(Brownout(share), r.Seeds))
	}
	return s
}

// Lived is a fortieth of a year as it is lived: the quiet world's noise, twelve outages of 2 min to an hour a year, and
// twelve brown-outs of half an hour in which 15 to 60 % fail.
func Lived() Scenario {
	noise := Quiet().Scenario("")
	return scenario("a year as it is lived", func(r *rand.Rand, w *World) {
		noise.make(r, w)
		end := w.End
		half := end.Sub(w.Start) / 2
		if r.Float64() < 12.0/yearParts {
			d := 2*minute + within(r, 58*minute)
			w.add(server(w.Start.Add(time.Hour+within(r, half-4*time.Hour)), d, 1), Trouble{Severity: monitor.Down})
		}
		if r.Float64() < 12.0/yearParts {
			share := 0.15 + 0.45*r.Float64()
			w.add(server(w.Start.Add(half+within(r, half-4*time.Hour)), 30*minute, share), Trouble{Severity: monitor.Degraded})
		}
		w.End = end
	})
}

// median is the median delay of all troubles, those never told included; known is false where that is half of them.
func (s Score) median() (d time.Duration, known bool) {
	all := make([]time.Duration, s.Truths)
	for n := range all {
		all[n] = never
	}
	copy(all, s.Delays)
	d = quantile(all, 0.5)
	return d, d != never
}

// never is the delay of what was not told.
const never = time.Duration(1<<63 - 1)
