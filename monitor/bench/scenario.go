package bench

import (
	"math/rand/v2"
	"time"

	"bellhop/monitor"
)

// A Scenario is a kind of world.
type Scenario struct {
	Name string
	make func(r *rand.Rand, w *World)
	cast func(seed uint64) (cast, error)
	wide bool // more is watched than a check or a few
}

// with is the scenario with something else watched.
func (s Scenario) with(name string, cast func(seed uint64) (cast, error)) Scenario {
	s.Name, s.cast, s.wide = name, cast, true
	return s
}

// scenario is one with one check alone.
func scenario(name string, make func(r *rand.Rand, w *World)) Scenario {
	return Scenario{Name: name, make: make, cast: alone}
}

const minute = time.Minute

// epoch is when all worlds begin.
func epoch() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// World is the scenario's world with this seed.
func (s Scenario) World(seed uint64) *World {
	w := &World{Seed: seed, Start: epoch()}
	s.make(dice(seed, s.Name), w)
	return w.seal()
}

// quiet is how long all is well before anything happens, so that what is watched has been good once, and after it, so
// that all is told.
const (
	before = 20 * minute
	after  = 45 * minute
)

// begin is when the trouble of a world begins: at any place between two probes.
func (w *World) begin(r *rand.Rand) time.Time { return w.Start.Add(before + within(r, minute)) }

// add puts a trouble into the world that a monitor should tell of.
func (w *World) add(s Segment, t Trouble) {
	w.Segments = append(w.Segments, s)
	t.From, t.To = s.From, s.To
	w.Truth = append(w.Truth, t)
	w.End = s.To.Add(after)
}

// server is a stretch of answers with a 502.
func server(from time.Time, d time.Duration, share float64) Segment {
	return Segment{From: from, To: from.Add(d), Share: share, Fault: monitor.FaultServer, Status: 502}
}

// timeouts is a stretch without any answer.
func timeouts(from time.Time, d time.Duration) Segment {
	return Segment{From: from, To: from.Add(d), Share: 1, Fault: monitor.FaultTimeout, Took: func(time.Time) time.Duration { return 10 * time.Second }}
}

// Hard is an outage that lasts d.
func Hard(d time.Duration) Scenario {
	return scenario("hard outage "+short(d), func(r *rand.Rand, w *World) {
		w.add(server(w.begin(r), d, 1), Trouble{Severity: monitor.Down})
	})
}

// Hanging is an outage in which nothing answers in time.
func Hanging(d time.Duration) Scenario {
	return scenario("hard outage "+short(d)+", timeouts", func(r *rand.Rand, w *World) {
		w.add(timeouts(w.begin(r), d), Trouble{Severity: monitor.Down})
	})
}

// Brownout fails a share of attempts for half an hour.
func Brownout(share float64) Scenario {
	return scenario("brown-out "+percent(share)+" 30 min", func(r *rand.Rand, w *World) {
		w.add(server(w.begin(r), 30*minute, share), Trouble{Severity: monitor.Degraded})
	})
}

// Blip is an outage so short that nobody should hear of it.
func Blip(d time.Duration) Scenario {
	return scenario("blip "+short(d), func(r *rand.Rand, w *World) {
		w.ignore(server(w.begin(r), d, 1))
	})
}

// ignore puts something into the world that nobody should hear of.
func (w *World) ignore(s ...Segment) {
	w.Segments = append(w.Segments, s...)
	w.End = s[len(s)-1].To.Add(after)
}

// Rolling is a deploy that takes five instances down for ten seconds each, two minutes apart.
func Rolling() Scenario {
	return scenario("rolling deploy 5 x 10 s", func(r *rand.Rand, w *World) {
		from := w.begin(r)
		for n := range 5 {
			w.ignore(server(from.Add(time.Duration(n)*(2*minute+within(r, minute))), 10*time.Second, 1))
		}
	})
}

// Flaps is an outage of down and a calm of up, n times in a row: one trouble that comes and goes.
func Flaps(n int, down, up time.Duration) Scenario {
	return scenario("flaps "+short(down)+"/"+short(up), func(r *rand.Rand, w *World) {
		from := w.begin(r)
		t := Trouble{From: from, Severity: monitor.Down}
		for range n {
			w.Segments = append(w.Segments, server(from, down, 1))
			t.To = from.Add(down)
			from = t.To.Add(up)
		}
		w.Truth, w.End = append(w.Truth, t), t.To.Add(2*after)
	})
}

// Burst answers most attempts with 429 for ten minutes: a quota, and no outage.
func Burst() Scenario {
	return scenario("429 burst 10 min", func(r *rand.Rand, w *World) {
		s := server(w.begin(r), 10*minute, 0.7)
		s.Fault, s.Status = monitor.FaultQuota, 429
		w.ignore(s)
	})
}
