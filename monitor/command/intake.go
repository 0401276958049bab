package command

import (
	"context"
	"net/http"
	"sync"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/traffic"
	"bellhop/monitor/web"
)

// arrivals knows which of the reports under way the book has taken: it leaves out those whose id it knows.
type arrivals struct {
	mu    sync.Mutex // protects all below
	under map[string]bool
}

func newArrivals() *arrivals { return &arrivals{under: map[string]bool{}} }

// saw is told what a change took.
func (a *arrivals) saw(taken map[string]time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id := range taken {
		if _, ok := a.under[id]; ok {
			a.under[id] = true
		}
	}
}

func (a *arrivals) expect(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.under[id] = false
}

// came tells whether the report was taken, and forgets it.
func (a *arrivals) came(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	taken := a.under[id]
	delete(a.under, id)
	return taken
}

// wireIntake makes what takes reports and signs of life.
func (d *daemon) wireIntake() {
	d.arrivals = newArrivals()
	d.intake = traffic.New(traffic.Options{
		Now: d.monitor.Now, Report: d.takeReport, Beat: d.takeBeat, Log: d.log,
		Hotels: func() []*monitor.Hotel { return d.monitor.Snapshot().Hotels },
	})
}

// incoming is what the operator's address takes from outside.
func (d *daemon) incoming() web.Intake {
	return web.Intake{
		Report: http.HandlerFunc(d.intake.Report), Beat: d.intake.Beat(false), Failed: d.intake.Beat(true),
		Token: func() (string, error) { return d.inForce.Load().list.Report.Token.Reveal() },
	}
}

// takeReport hands in a report. Two that come at once under one id count as one, and both are told so of theirs.
func (d *daemon) takeReport(ctx context.Context, r monitor.Report) (taken bool, err error) {
	d.arrivals.expect(r.ID)
	err = d.monitor.Submit(ctx, r)
	return d.arrivals.came(r.ID), err
}

// takeBeat hands in a sign of life for the check of that key.
func (d *daemon) takeBeat(ctx context.Context, key string, fail bool) (known bool, err error) {
	check, known := d.inForce.Load().list.Beats.Check(key)
	if !known {
		return false, nil
	}
	return true, d.monitor.Submit(ctx, monitor.Beat{At: d.monitor.Now(), Check: check, Fail: fail})
}
