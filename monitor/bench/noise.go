package bench

import (
	"math/rand/v2"
	"time"
)

// Noise is a stretch of a year in which nothing happens but what always does: transient failures, and blips.
type Noise struct {
	Share  float64       // of attempts that fail by themselves
	PerDay float64       // blips
	Mean   time.Duration // of a blip
}

// Quiet and Noisy are the worlds that false alarms are counted in.
func Quiet() Noise { return Noise{Share: 0.002, PerDay: 1, Mean: 8 * time.Second} }

// Noisy is five times as bad as most.
func Noisy() Noise { return Noise{Share: 0.01, PerDay: 4, Mean: 10 * time.Second} }

// yearParts is how many worlds make a check-year.
const yearParts = 40

// Scenario is a fortieth of a year of it.
func (n Noise) Scenario(name string) Scenario {
	return scenario(name, func(r *rand.Rand, w *World) {
		d := time.Duration(daysInYear * 24 / yearParts * float64(time.Hour))
		w.End = w.Start.Add(d)
		n.into(r, w)
	})
}

// into puts the noise into a world.
func (n Noise) into(r *rand.Rand, w *World) {
	w.Noise = n.Share
	d := w.End.Sub(w.Start)
	for range poisson(r, n.PerDay*d.Hours()/24) {
		w.Segments = append(w.Segments, server(w.Start.Add(within(r, d)), exponential(r, n.Mean), 1))
	}
}
