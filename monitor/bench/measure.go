package bench

import (
	"context"
	"errors"
)

// A result is what came of the worlds of one scenario, told by the whole book.
type result struct {
	Score

	heard   []float64 // messages of each world
	exact   int       // worlds in which every truth was one incident with a beginning and, if it ended, an end
	caused  int       // worlds in which the first incident named the right cause
	silent  int       // worlds without any message
	notices int

	incidents int // in all worlds
}

// measure plays so many worlds of a scenario to the whole book.
func measure(ctx context.Context, s Scenario, seeds int, run uint64) (result, error) {
	type one struct {
		telling
		Score
		world *World
		err   error
	}
	sum, errs := result{}, []error(nil)
	for _, o := range each(seeds, func(n int) one {
		w := s.World(seedOf(run, n))
		c, err := s.cast(w.Seed)
		if err != nil {
			return one{err: err}
		}
		t := w.tell(ctx, c)
		return one{t, w.score(t.Heard), w, nil}
	}) {
		if o.err != nil {
			errs = append(errs, o.err)
			continue
		}
		sum.take(o.world, o.telling, o.Score)
	}
	return sum, errors.Join(append(errs, ctx.Err())...)
}

func (r *result) take(w *World, t telling, s Score) {
	r.Score = r.add(s)
	r.heard = append(r.heard, float64(len(t.Messages)))
	r.notices, r.incidents = r.notices+t.Notices, r.incidents+len(t.Incidents)
	if len(t.Messages) == 0 {
		r.silent++
	}
	if w.exactly(t) && s.Seen == s.Truths {
		r.exact++
	}
	if len(w.Truth) > 0 && len(t.Incidents) > 0 && t.Incidents[0].Cause.Kind == w.Truth[0].Cause {
		r.caused++
	}
}

// exactly says whether each truth was told in as few messages as can be.
func (w *World) exactly(t telling) bool {
	n := 0
	for _, truth := range w.Truth {
		if n++; !truth.To.IsZero() {
			n++
		}
	}
	return len(t.Messages) == n && len(t.Incidents) == len(w.Truth)
}
