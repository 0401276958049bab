package bench

import (
	"fmt"
	"math/rand/v2"

	"bellhop/monitor"
)

// Served is a scenario in which the integration reports so many requests of one hotel a minute.
func Served(s Scenario, perMinute int) Scenario {
	make := s.make
	return Scenario{Name: fmt.Sprintf("%s, %d requests/min", s.Name, perMinute), cast: serving, wide: true, make: func(r *rand.Rand, w *World) {
		make(r, w)
		w.PerMinute, w.Hotels = perMinute, 1
		for n := range w.Segments {
			w.Segments[n].Target.Host = apiHost
		}
	}}
}

// FewHotels is that nothing works for some of 400 hotels for 20 min, all from the same moment on. Each makes six
// requests a minute, and nobody probes them.
func FewHotels(failing int) Scenario {
	const all = 400
	return Scenario{Name: fmt.Sprintf("%d of %d hotels fail, 20 min", failing, all), cast: serving, wide: true, make: func(r *rand.Rand, w *World) {
		w.PerMinute, w.Hotels = 6, all
		begin := w.begin(r)
		for _, n := range r.Perm(all)[:failing] {
			s := server(begin, 20*minute, 1)
			s.Target = Target{Host: apiHost, Account: hotelCode(n)}
			w.Segments = append(w.Segments, s)
		}
		end := begin.Add(20 * minute)
		w.Truth, w.End = []Trouble{{From: begin, To: end, Severity: monitor.Degraded}}, end.Add(after)
	}}
}
