package bench

import (
	"context"
	"fmt"
	"time"
)

// silence are the worlds in which nobody should hear of an incident.
func silence(ctx context.Context, r *Run) ([]Row, error) {
	three := hotels(3)
	var rows []Row
	for _, s := range []Scenario{
		Burst(), Blip(5 * time.Second), Blip(15 * time.Second), Blip(30 * time.Second), Rolling(), Sleeping(), Stepped(), OwnNetwork(),
		OwnNetwork().with("own network down, 3 accounts", three), Burst().with("429 burst, 3 accounts", three),
		Renewed().with("token renewed, 3 accounts", three),
	} {
		o, err := r.measure(ctx, s, r.worlds(s))
		if err != nil {
			return nil, err
		}
		rows = append(rows, atLeast(s.Name, "no message", o.silent, o.Worlds, 0.998, 1))
		if o.notices > 0 {
			rows = append(rows, only(s.Name, "notices in a world", hundredths(ratio(o.notices, o.Worlds))))
		}
	}
	s := Blip(40 * time.Second)
	o, err := r.measure(ctx, s, r.Seeds)
	return append(rows, only(s.Name, "no message", percent(ratio(o.silent, o.Worlds)))), err
}

// noiseRows are the worlds that false alarms are counted in.
func noiseRows(ctx context.Context, r *Run) ([]Row, error) {
	var rows []Row
	for _, one := range []struct {
		name, note string
		Noise
		must, aim float64
	}{
		{"quiet", "0.2 %, a blip a day", Quiet(), 0.3, 0.1},
		{"noisy", "1 %, 4 blips a day", Noisy(), 5, 1},
	} {
		o, err := r.measure(ctx, one.Scenario(one.name), r.Years)
		if err != nil {
			return nil, err
		}
		world := one.name + " (" + one.note + ")"
		rows = append(rows,
			rateAtMost(world, "false alarms a year", o.False, o.Years, one.must, one.aim),
			only(world, "probes a day", fmt.Sprintf("%.0f", float64(o.Probes)/o.Years/daysInYear)))
	}
	return rows, nil
}

// restarts are what happens to bellhop in the middle of things.
func restarts(ctx context.Context, r *Run) ([]Row, error) {
	var rows []Row
	for _, s := range []Scenario{
		During("restart in doubt", 5*minute, Restart, 0, minute),
		During("restart in an outage", 10*minute, Restart, 3*minute, 9*minute),
		During("reload in an outage", 10*minute, Reload, 3*minute, 9*minute),
		OwnNetworkToo(),
	} {
		o, err := r.measure(ctx, s, r.Seeds)
		if err != nil {
			return nil, err
		}
		rows = append(rows, atLeast(s.Name, "exactly 2 messages", o.exact, o.Worlds, 0.99, 1),
			only(s.Name, "mean / p95", o.delays()))
	}
	return rows, nil
}

// named are troubles of apaleo's, with three accounts, that have to be called by their name.
func named(ctx context.Context, r *Run) ([]Row, error) {
	var rows []Row
	for _, s := range []Scenario{ModuleDown(), IdentityDown(), ClientRefused(), AccountRefused()} {
		o, err := r.measure(ctx, s.with(s.Name, hotels(3)), r.Wide)
		if err != nil {
			return nil, err
		}
		rows = append(rows,
			atLeast(s.Name, "one incident, told once", o.exact, o.Worlds, 0.99, 1),
			atLeast(s.Name, "right cause", o.caused, o.Worlds, 0.95, 0.99),
			only(s.Name, "mean / p95", o.delays()))
	}
	return rows, nil
}
