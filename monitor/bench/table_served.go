package bench

import (
	"context"
	"time"
)

// servedRows are brown-outs that an integration's own requests tell of.
func servedRows(ctx context.Context, r *Run) ([]Row, error) {
	var rows []Row
	for _, one := range []struct{ share, must, aim float64 }{{0.3, 130, 100}, {0.1, 520, 400}} {
		world := "brown-out " + percent(one.share) + ", 30 requests/min"
		o, err := r.measure(ctx, Served(Brownout(one.share), 30), r.Wide)
		if err != nil {
			return nil, err
		}
		rows = append(rows,
			o.seen(world, 0.99, 0.99),
			meanAtMost(world, "told after, mean", o.Delays, one.must, one.aim),
			only(world, "messages", hundredths(o.perTruth())))
	}
	if r.small() {
		return rows, nil
	}
	for _, s := range []Scenario{
		Served(Brownout(0.3), 2), Served(Brownout(0.3), 10), Served(Brownout(0.3), 300),
		Served(Brownout(0.1), 10), Served(Brownout(0.1), 300), Served(Brownout(0.05), 300),
	} {
		o, err := r.measure(ctx, s, r.Wide/5)
		if err != nil {
			return nil, err
		}
		rows = append(rows, o.summary(s.Name))
	}
	return rows, nil
}

// hotelRows are hotels of many that fail together, and what is told wrongly of requests when all is well.
func hotelRows(ctx context.Context, r *Run) ([]Row, error) {
	if r.small() {
		return nil, nil // nothing is asked of these, and they take long
	}
	var rows []Row
	for _, failing := range []int{12, 40} {
		s := FewHotels(failing)
		o, err := r.measure(ctx, s, r.Wide/20)
		if err != nil {
			return nil, err
		}
		rows = append(rows, o.summary(s.Name), only(s.Name, "incidents", hundredths(ratio(o.incidents, o.Worlds))))
	}
	for _, s := range []Scenario{Served(Blip(15*time.Second), 30), Served(Blip(30*time.Second), 30), Served(Rolling(), 30), Served(Burst(), 30)} {
		o, err := r.measure(ctx, s, r.Wide/5)
		if err != nil {
			return nil, err
		}
		rows = append(rows, only(s.Name, "no message", percent(round(ratio(o.silent, o.Worlds)))))
	}
	s := Served(Quiet().Scenario("quiet"), 30)
	o, err := r.measure(ctx, s, r.Years/10)
	if err != nil {
		return nil, err
	}
	return append(rows, only(s.Name, "false alarms a year", perYear(o.False, o.Years))), nil
}
