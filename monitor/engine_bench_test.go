package monitor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

const (
	benchChecks = 1000
	benchEvery  = time.Second // ten times the load of a thousand checks at 10 s
	benchFor    = 3 * time.Second
)

// late collects how late attempts began.
type late struct {
	mu sync.Mutex // protects all below
	by []time.Duration
}

func (l *late) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.by = append(l.by, d)
}

func (l *late) report(b *testing.B, of string) {
	slices.Sort(l.by)
	at := func(p int) float64 { return float64(l.by[len(l.by)*p/100].Microseconds()) / 1000 }
	b.ReportMetric(at(50), of+"-p50-ms")
	b.ReportMetric(at(99), of+"-p99-ms")
	b.ReportMetric(float64(len(l.by)), of+"-runs")
}

func benchList(l *late) (checks []*Check) {
	for i := range benchChecks {
		checks = append(checks, testCheck(fmt.Sprint("c", i), benchEvery, func(_ context.Context, a Attempt) Outcome {
			l.add(time.Since(a.At))
			return Outcome{Status: 200}
		}))
	}
	return checks
}

// BenchmarkLateness shows how late a thousand checks begin, beside a goroutine each that does nothing but
// wait for the same times.
func BenchmarkLateness(b *testing.B) {
	var ours, loop late
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), benchFor)
		m := newMonitor(Options{
			Store: &shelf{}, Pace: RealPace(), Log: zerolog.Nop(), First: Reconfigure{Checks: benchList(&ours)},
		}, &scribe{})
		if err := m.Run(ctx); err != nil {
			b.Fatal(err)
		}
		cancel()
		if s := m.stats.read(); s.Skipped+s.Overflow > 0 {
			b.Errorf("skipped %d, dropped %d", s.Skipped, s.Overflow)
		}
		runLoop(b.Context(), benchList(&loop))
	}
	ours.report(b, "engine")
	loop.report(b, "loop")
}

// runLoop is the least that asks on the same schedule.
func runLoop(ctx context.Context, checks []*Check) {
	ctx, cancel := context.WithTimeout(ctx, benchFor)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, c := range checks {
		wg.Go(func() {
			at := c.Schedule.Next(time.Now())
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(time.Until(at)):
				}
				c.Ask(ctx, Attempt{At: at})
				at = c.Schedule.Next(at)
			}
		})
	}
}

// BenchmarkAgenda is what one tick of the agenda costs with ten thousand checks.
func BenchmarkAgenda(b *testing.B) {
	var checks []*Check
	for i := range 10_000 {
		checks = append(checks, testCheck(fmt.Sprint("c", i), 10*time.Second, nil))
	}
	a := newTestAgenda(noon, checks...)
	now, runs := noon, 0
	for b.Loop() {
		now = now.Add(time.Millisecond)
		for _, s := range a.due(now) {
			runs++
			a.ended(s.entry)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(max(runs, 1)), "ns/run")
}
