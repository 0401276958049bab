package command

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/traffic"
	"bellhop/monitor/web"
)

// arrivals knows what the book made of the reports under way.
type arrivals struct {
	mu    sync.Mutex // protects all below
	under map[string]*arrival
}

type arrival struct {
	at time.Time
	traffic.Taken
}

func newArrivals() *arrivals { return &arrivals{under: map[string]*arrival{}} }

// expect is told of a report before it is handed in: as long as no change takes it, it counts as a repetition.
func (a *arrivals) expect(r monitor.Report) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.under[r.ID] = &arrival{at: r.At, Taken: traffic.Taken{Repeated: true}}
}

// saw is told each change: it names the reports that it took, and the hotels that they made known.
func (a *arrivals) saw(c monitor.Change) {
	if len(c.Reports) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for id := range c.Reports {
		one := a.under[id]
		if one == nil {
			continue
		}
		one.Repeated = false
		for _, h := range c.Hotels {
			if h != nil && h.Code != "" && h.First.Equal(one.at) {
				one.New = append(one.New, h.Code)
			}
		}
		slices.Sort(one.New)
	}
}

// came is what became of the report, which is forgotten.
func (a *arrivals) came(id string) traffic.Taken {
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.under[id]
	delete(a.under, id)
	if one == nil {
		return traffic.Taken{Repeated: true} // another one under the same id came back first
	}
	return one.Taken
}

// wireIntake makes what takes reports and signs of life.
func (d *daemon) wireIntake() {
	d.arrivals = newArrivals()
	d.intake = traffic.New(traffic.Options{
		Now: d.monitor.Now, Report: d.takeReport, Beat: d.takeBeat, Log: d.log,
	})
}

// incoming is what the operator's address takes from outside.
func (d *daemon) incoming() web.Intake {
	return web.Intake{
		Report: http.HandlerFunc(d.intake.Report), Beat: d.intake.Beat(false), Failed: d.intake.Beat(true),
		Token: func() (string, error) { return d.inForce.Load().list.Report.Token.Reveal() },
	}
}

// takeReport hands in a report. Of two that come at once under one id, one is told that it is the repetition.
func (d *daemon) takeReport(ctx context.Context, r monitor.Report) (traffic.Taken, error) {
	d.arrivals.expect(r)
	err := d.monitor.Submit(ctx, r)
	taken := d.arrivals.came(r.ID)
	taken.Unstored = !d.monitor.Snapshot().StoreDown.IsZero()
	return taken, err
}

// takeBeat hands in a sign of life for the check of that key.
func (d *daemon) takeBeat(ctx context.Context, key string, fail bool) (known bool, err error) {
	check, known := d.inForce.Load().list.Beats.Check(key)
	if !known {
		return false, nil
	}
	return true, d.monitor.Submit(ctx, monitor.Beat{At: d.monitor.Now(), Check: check, Fail: fail})
}
