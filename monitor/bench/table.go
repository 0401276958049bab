package bench

import (
	"context"
	"fmt"
	"time"
)

// A Run is how much is measured, and keeps what was.
type Run struct {
	Seeds  int    // worlds of each scenario,
	Wide   int    // but for those with many checks or reports, which take longer: so many of each
	Seed   uint64 // of the run
	Causes int    // worlds of each cause, for each number of accounts; 0 is none
	Years  int    // of checking in the quiet and in the noisy world, in fortieths: each is a world of nine days
	Keep   string // folder for the scores of causes, as in Causes

	known map[string]result
}

// measure plays n worlds of a scenario to the whole book, unless it has done so before.
func (r *Run) measure(ctx context.Context, s Scenario, n int) (result, error) {
	if known, ok := r.known[s.Name]; ok {
		return known, nil
	}
	o, err := measure(ctx, s, n, r.Seed)
	if r.known == nil {
		r.known = map[string]result{}
	}
	r.known[s.Name] = o
	return o, err
}

// small says whether a run is one that only looks for what is broken.
func (r *Run) small() bool { return r.Wide < 20 || r.Years < 10 }

// worlds is how many are played of a scenario.
func (r *Run) worlds(s Scenario) int {
	if s.wide {
		return r.Wide
	}
	return r.Seeds
}

// A section measures some rows of the table.
type section func(ctx context.Context, r *Run) ([]Row, error)

// sections are the table from top to bottom. What measures causes has its rows in causeRows.
func sections() []section {
	return []section{outages, spreadOut, brownouts, servedRows, hotelRows, flapRows, silence, noiseRows, restarts, named, causeRows}
}

// Table measures everything that the product has to keep.
func Table(ctx context.Context, r *Run) ([]Row, error) {
	var all []Row
	for _, s := range sections() {
		rows, err := s(ctx, r)
		if err != nil {
			return all, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// seen is a row for how many of the truths were told.
func (r result) seen(world string, must, aim float64) Row {
	return atLeast(world, "seen", r.Seen, r.Truths, must, aim)
}

func outages(ctx context.Context, r *Run) ([]Row, error) {
	five, err := r.measure(ctx, Hard(5*minute), r.Seeds)
	if err != nil {
		return nil, err
	}
	world := "hard outage 5 min"
	rows := []Row{
		five.seen(world, 1, 1),
		meanAtMost(world, "told after, mean", five.Delays, 80, 60),
		quantileAtMost(world, "told after, p95", five.Delays, 0.95, 105, 90),
		atLeast(world, "exactly 2 messages", five.exact, five.Worlds, 0.99, 1),
		quantileAtMost(world, "all-clear, median", five.Clears, 0.5, 75, 60),
	}
	for _, s := range []Scenario{Hard(minute), Hard(2 * minute), Hard(10 * minute), Hard(time.Hour), Hanging(2 * minute), Hanging(5 * minute), Hanging(10 * minute)} {
		o, err := r.measure(ctx, s, r.Seeds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, only(s.Name, "seen; mean / p95", fmt.Sprintf("%s; %s", percent(ratio(o.Seen, o.Truths)), o.delays())))
	}
	return rows, nil
}

// spreadOut are five checks of one host.
func spreadOut(ctx context.Context, r *Run) ([]Row, error) {
	five := together(5)
	s := Hard(5*minute).with("the same, 5 checks of a host", five)
	o, err := r.measure(ctx, s, r.Seeds)
	if err != nil {
		return nil, err
	}
	rows := []Row{
		o.seen(s.Name, 1, 1),
		meanAtMost(s.Name, "told after, mean", o.Delays, 55, 45),
		only(s.Name, "exactly 2 messages", percent(ratio(o.exact, o.Worlds))),
	}
	s = Blip(30*time.Second).with("blip 30 s, 5 checks of a host", five)
	if o, err = r.measure(ctx, s, r.Seeds); err != nil {
		return nil, err
	}
	rows = append(rows, atLeast(s.Name, "no message", o.silent, o.Worlds, 0.998, 1))
	if r.small() {
		return rows, nil
	}
	s = Quiet().Scenario("quiet").with("quiet, 5 checks of a host", five)
	o, err = r.measure(ctx, s, r.Years/5)
	return append(rows, only(s.Name, "false, a check-year", perYear(o.False, 5*o.Years))), err
}

func brownouts(ctx context.Context, r *Run) ([]Row, error) {
	s := Brownout(0.3)
	o, err := r.measure(ctx, s, r.Seeds)
	if err != nil {
		return nil, err
	}
	rows := []Row{
		o.seen(s.Name, 0.99, 0.99),
		quantileAtMost(s.Name, "told after, median", o.Delays, 0.5, 360, 240),
		averageAtMost(s.Name, "messages, mean", o.heard, 3, 2.2, hundredths),
	}
	for _, share := range []float64{0.05, 0.1, 0.5} {
		s := Brownout(share)
		o, err := r.measure(ctx, s, r.Seeds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, o.summary(s.Name))
	}
	s = Ramp()
	o, err = r.measure(ctx, s, r.Seeds)
	return append(rows, o.summary(s.Name)), err
}

// summary is a row that nothing is asked of.
func (r result) summary(world string) Row {
	m, _ := average(r.heard)
	return only(world, "seen; median; messages", fmt.Sprintf("%s; %s; %.2f", percent(ratio(r.Seen, r.Truths)), said(r.Score), m))
}

func hundredths(v float64) string { return fmt.Sprintf("%.2f", v) }

func flapRows(ctx context.Context, r *Run) ([]Row, error) {
	s := Flaps(10, 3*minute, 3*minute)
	o, err := r.measure(ctx, s, r.Wide)
	if err != nil {
		return nil, err
	}
	at := "ten flaps 3/3 min"
	rows := []Row{
		averageAtMost(at, "messages, mean", o.heard, 6, 4, hundredths),
		atLeast(at, "at most 6 messages", o.atMost(6), o.Worlds, 0.99, 1),
	}
	s = Flaps(10, 40*time.Second, 20*time.Second)
	o, err = r.measure(ctx, s, r.Wide)
	return append(rows, o.summary("ten flaps 40/20 s")), err
}

// atMost is how many worlds heard so many messages or fewer.
func (r result) atMost(most float64) int {
	n := 0
	for _, m := range r.heard {
		if m <= most {
			n++
		}
	}
	return n
}
