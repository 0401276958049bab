package monitor_test

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// A batch is what a report tells of requests, so long after midnight.
type batch struct {
	at, covers time.Duration
	monitor.Tally
}

// window is what comes of reports that are told as they are counted.
func window(reports []batch) (w monitor.Window) {
	for _, r := range reports {
		w, _ = w.Add(day.Add(r.at), day.Add(r.at), r.covers, r.Tally, monitor.RealPace())
	}
	return w
}

// anyReports are reports as an integration may send them, quietly or in trouble.
func anyReports(t *rapid.T) (all []batch) {
	at := time.Duration(0)
	share := rapid.SampledFrom([]float64{0.01, 0.1, 0.5, 1}).Draw(t, "share")
	for n := range rapid.IntRange(1, 60).Draw(t, "reports") {
		covers := time.Duration(rapid.SampledFrom([]int{10, 15, 60, 60, 60, 300, 7200}).Draw(t, "covers")) * time.Second
		at += time.Duration(rapid.IntRange(1, 90).Draw(t, "later")) * time.Second
		r := batch{at, covers, monitor.Tally{N: rapid.IntRange(0, 60).Draw(t, "n")}}
		if n > 5 {
			r.Bad = min(r.N, rapid.IntRange(0, 1+int(2*share*float64(r.N))).Draw(t, "bad"))
		}
		all = append(all, r)
	}
	return all
}

// severities of a verdict, in order.
var verdicts = []monitor.Verdict{monitor.Calm, monitor.Suspicious, monitor.Alarming}

// TestWindowMonotone ensures that a failure that is turned into a success never makes a verdict worse, at any time: one of
// any reports, and each of those that come once a minute and tell of bursts.
func TestWindowMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t)
		i := rapid.IntRange(0, len(reports)-1).Draw(t, "which")
		noWorse(t, reports, i, rapid.IntRange(0, reports[i].Bad).Draw(t, "fewer"))
	})
	rapid.Check(t, func(t *rapid.T) {
		reports := burstReports(t)
		for i, r := range reports {
			for _, fewer := range []int{0, r.Bad / 2, max(r.Bad-1, 0)} {
				noWorse(t, reports, i, fewer)
			}
		}
	})
}

// burstReports come once a minute: some are good, others fail in part or whole, as when something stops for a while.
func burstReports(t *rapid.T) (all []batch) {
	for n := range rapid.IntRange(1, 8).Draw(t, "reports") {
		of := rapid.SampledFrom([]int{4, 30}).Draw(t, "of")
		bad := rapid.SampledFrom([]int{0, 1, of / 3, of / 2, of, of}).Draw(t, "bad")
		all = append(all, batch{time.Duration(n) * time.Minute, time.Minute, monitor.Tally{N: of, Bad: bad}})
	}
	return all
}

// noWorse judges a window after each report, and one in which fewer of a report's requests failed.
func noWorse(t *rapid.T, reports []batch, i, fewer int) {
	t.Helper()
	better := slices.Clone(reports)
	better[i].Bad = fewer
	var a, b monitor.Window
	for n, r := range reports {
		at := day.Add(r.at)
		a, _ = a.Add(at, at, r.covers, r.Tally, monitor.RealPace())
		b, _ = b.Add(at, at, r.covers, better[n].Tally, monitor.RealPace())
		worse, less := a.Verdict(at, 0.02, monitor.RealPace()), b.Verdict(at, 0.02, monitor.RealPace())
		if slices.Index(verdicts, less) > slices.Index(verdicts, worse) {
			t.Fatalf("with fewer failures %q, with more %q", less, worse)
		}
	}
}

// TestWindowOrder ensures that late reports, in whatever order, come to the same as those that were in time.
func TestWindowOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reports := anyReports(t)
		end := day.Add(reports[len(reports)-1].at + time.Duration(rapid.IntRange(0, 4000).Draw(t, "idle"))*time.Second)
		p := monitor.RealPace()
		inTime, _ := window(reports).Add(end, end, 0, monitor.Tally{}, p)
		late := monitor.Window("")
		for _, r := range rapid.Permutation(reports).Draw(t, "order") {
			late, _ = late.Add(end, day.Add(r.at), r.covers, r.Tally, p)
		}
		if late, _ = late.Add(end, end, 0, monitor.Tally{}, p); late != inTime {
			t.Fatalf("in time %v, late %v", inTime.Sum(day, p), late.Sum(day, p))
		}
	})
}

// TestWindowCounts ensures that nothing of the last hour is lost or made up, that late counts beyond it are dropped and
// counted, and that a gap leaves nothing.
func TestWindowCounts(t *testing.T) {
	p, minute := monitor.RealPace(), time.Minute
	var reports []batch
	for n := range 50 {
		reports = append(reports, batch{time.Duration(n) * minute, minute, monitor.Tally{N: 30, Bad: n % 3}})
	}
	w, now := window(reports), day.Add(49*minute)
	if got := w.Sum(day, p); got != (monitor.Tally{N: 1500, Bad: 49}) {
		t.Errorf("counted %v", got)
	}
	if _, late := w.Add(now, now.Add(-61*minute), minute, monitor.Tally{N: 7}, p); late != 7 {
		t.Errorf("%d requests are late", late)
	}
	if next, late := w.Add(now, now.Add(-30*minute), minute, monitor.Tally{N: 7, Bad: 7}, p); late != 0 || next.Sum(now.Add(-20*minute), p) != w.Sum(now.Add(-20*minute), p) {
		t.Error("what came late counts in another time than its own")
	}
	after := now.Add(2 * time.Hour)
	w, _ = w.Add(after, after, minute, monitor.Tally{N: 3, Bad: 3}, p)
	if got := w.Sum(day, p); got != (monitor.Tally{N: 3, Bad: 3}) || w.Verdict(after, 0.02, p) == monitor.Alarming {
		t.Errorf("after a gap %v", got)
	}
	before := day.Add(-time.Hour) // the clock is set back
	w, _ = window(reports).Add(before, before, minute, monitor.Tally{N: 3}, p)
	if got := w.Sum(day.Add(-2*time.Hour), p); got.N != 3 {
		t.Errorf("after the clock was set back %v", got)
	}
}

// TestWindowWeight ensures that what is kept of an hour is a few bytes, however much was asked in it, and that a count
// without end does no harm.
func TestWindowWeight(t *testing.T) {
	for _, tt := range []struct{ n, bad, most int }{{10, 0, 100}, {40, 1, 120}, {1_000_000, 0, 180}, {1_000_000, 20_000, 250}, {math.MaxInt, math.MaxInt, 360}} {
		var reports []batch
		for n := range 240 {
			reports = append(reports, batch{time.Duration(n) * time.Minute, time.Minute, monitor.Tally{N: tt.n, Bad: tt.bad}})
		}
		w := window(reports)
		if len(w) > tt.most {
			t.Errorf("%d requests a minute take %d bytes", tt.n, len(w))
		}
		if got := w.Sum(day, monitor.RealPace()); got.Bad > got.N || got.N < min(tt.n, 1e6) {
			t.Errorf("of %d requests a minute %v are counted", tt.n, got)
		}
	}
	long := batch{10 * time.Hour, 5 * time.Hour, monitor.Tally{N: 3000, Bad: 100}}
	if w := window([]batch{long}); w.Verdict(day.Add(long.at), 0.02, monitor.RealPace()) != monitor.Calm {
		t.Error("what failed within five hours was taken for what fails now")
	}
}

// FuzzWindow ensures that what a store gives back never does harm.
func FuzzWindow(f *testing.F) {
	f.Add("", int64(0), 1, 1)
	f.Add(string(window([]batch{{time.Minute, time.Minute, monitor.Tally{N: 40, Bad: 2}}})), int64(60), 40, 3)
	f.Add("____________________", int64(1<<40), math.MaxInt, math.MaxInt)
	f.Fuzz(func(t *testing.T, text string, seconds int64, n, bad int) {
		p := monitor.RealPace()
		now := day.Add(time.Duration(seconds%(1<<31)) * time.Second)
		w, _ := monitor.Window(text).Add(now, now, time.Minute, monitor.Tally{N: n, Bad: bad}, p)
		got := w.Sum(now.Add(-2*time.Hour), p)
		if got.N < 0 || got.Bad < 0 || got.Bad > got.N || len(w) > 1024 {
			t.Errorf("%v in %d bytes", got, len(w))
		}
		w.Verdict(now, 0.02, p)
		if again, _ := w.Add(now, now, 0, monitor.Tally{}, p); again != w {
			t.Errorf("%q is written as %q", w, again)
		}
	})
}

// slowTail is the distribution of failures of n requests, by adding one request after the other.
func slowTails(n int, p float64) []float64 {
	share := make([]float64, n+2)
	share[0] = 1
	for range n {
		for k := n; k > 0; k-- {
			share[k] = share[k]*(1-p) + share[k-1]*p
		}
		share[0] *= 1 - p
	}
	for k := n; k >= 0; k-- {
		share[k] += share[k+1]
	}
	return share
}

// TestChance compares what is too much for chance with what a slow, exact way finds, and with the table of the design.
func TestChance(t *testing.T) {
	least := func(n int, chance float64) int {
		for f := range n + 2 {
			if monitor.Chance(monitor.Tally{N: n, Bad: f}, 0.02) <= chance {
				return f
			}
		}
		return n + 1
	}
	for n, want := range map[int]int{5: 4, 10: 5, 20: 7, 50: 9, 100: 12, 150: 15, 300: 22, 500: 29, 1000: 45, 1500: 60, 2000: 74} {
		if got := least(n, 1e-6); got != want {
			t.Errorf("of %d requests %d, want %d", n, got, want)
		}
	}
	for _, n := range []int{1, 2, 3, 7, 30, 60, 150, 450, 777, 1999, 2000} {
		slow := slowTails(n, 0.02)
		for f := range n + 1 {
			got := monitor.Chance(monitor.Tally{N: n, Bad: f}, 0.02)
			if want := slow[f]; math.Abs(got-want) > 1e-9+1e-6*want {
				t.Fatalf("%d of %d: %g, want %g", f, n, got, want)
			}
		}
		for _, chance := range []float64{2.5e-7, 1e-3, 0.05} {
			want := slices.IndexFunc(slow, func(c float64) bool { return c <= chance })
			if got := least(n, chance); got != want {
				t.Errorf("of %d requests %d are too many, want %d", n, got, want)
			}
		}
	}
	if got, slow := least(3000, 2.5e-7), slowTails(3000, 0.02); slow[got] > 2.5e-6 {
		t.Errorf("of 3000 requests %d are taken for too many, which come by chance with %g", got, slow[got])
	}
}

// A brownOut is requests of which more fail from a time on.
type brownOut struct {
	perMinute int
	every     time.Duration
	usual     float64
	share     float64
	lasts     time.Duration
}

// seen is how long after its beginning a brown-out is alarming, at a random phase of the reports.
func (b brownOut) seen(seed uint64) (time.Duration, bool) {
	r, p := rand.New(rand.NewPCG(seed, 5)), monitor.RealPace()
	var w monitor.Window
	begins := time.Hour + time.Duration(r.Int64N(int64(time.Minute)))
	for at := time.Duration(r.Int64N(int64(b.every))); at < begins+b.lasts; at += b.every {
		ill := min(max(float64(at-begins)/float64(b.every), 0), 1)
		t := monitor.Tally{N: int(float64(b.perMinute) * b.every.Minutes())}
		for range t.N {
			share := b.usual
			if r.Float64() < ill {
				share = b.share
			}
			if r.Float64() < share {
				t.Bad++
			}
		}
		w, _ = w.Add(day.Add(at), day.Add(at), b.every, t, p)
		if t.Bad > 0 && w.Verdict(day.Add(at), 0.02, p) == monitor.Alarming {
			return at - begins, at >= begins
		}
	}
	return 0, false
}

// TestBrownOuts measures how soon a brown-out of 30 requests a minute is seen: BELLHOP_BENCH=1 plays 2,000 seeds of each.
func TestBrownOuts(t *testing.T) {
	seeds := 200
	if os.Getenv("BELLHOP_BENCH") != "" {
		seeds = 2000
	}
	for _, tt := range []struct {
		brownOut
		most time.Duration // on average
	}{
		{brownOut{30, time.Minute, 0.005, 0.3, 30 * time.Minute}, 130 * time.Second},
		{brownOut{30, 15 * time.Second, 0.005, 0.3, 30 * time.Minute}, 130 * time.Second},
		{brownOut{30, time.Minute, 0.005, 0.1, 30 * time.Minute}, 520 * time.Second},
		{brownOut{30, 15 * time.Second, 0.005, 0.1, 30 * time.Minute}, 520 * time.Second},
		{brownOut{30, time.Minute, 0.005, 1, 5 * time.Minute}, 130 * time.Second},
		{brownOut{300, time.Minute, 0.005, 0.05, 30 * time.Minute}, 400 * time.Second},
	} {
		var all []time.Duration
		sum := time.Duration(0)
		for seed := range uint64(seeds) {
			if after, ok := tt.seen(seed); ok {
				all, sum = append(all, after), sum+after
			}
		}
		slices.Sort(all)
		mean := sum / time.Duration(max(len(all), 1))
		t.Logf("%3d a minute, told every %v, %3.0f %% fail: %5.1f %% seen, mean %.0f s, median %.0f s, p95 %.0f s", tt.perMinute, tt.every, 100*tt.share,
			100*float64(len(all))/float64(seeds), mean.Seconds(), all[len(all)/2].Seconds(), all[len(all)*95/100].Seconds())
		if len(all)*100 < 99*seeds || mean > tt.most {
			t.Errorf("%+v: %d of %d seen, after %v", tt.brownOut, len(all), seeds, mean)
		}
	}
}

// TestQuietTraffic counts false alarms where more requests fail by chance than is usual: BELLHOP_BENCH=1 plays years.
func TestQuietTraffic(t *testing.T) {
	minutes := 60 * 24 * 10
	if os.Getenv("BELLHOP_BENCH") != "" {
		minutes = 60 * 24 * 365 * 4
	}
	for _, perMinute := range []int{2, 30, 300} {
		for share, most := range map[float64]int{0.005: 0, 0.01: 0, 0.02: 1 + minutes/(60*24*365)} {
			r, p, alarms := rand.New(rand.NewPCG(1, uint64(perMinute))), monitor.RealPace(), 0
			var w monitor.Window
			for n := range minutes {
				at := day.Add(time.Duration(n) * time.Minute)
				bad := few(r, perMinute, share)
				if w, _ = w.Add(at, at, time.Minute, monitor.Tally{N: perMinute, Bad: bad}, p); bad > 0 && w.Verdict(at, 0.02, p) == monitor.Alarming {
					alarms++
					w = ""
				}
			}
			t.Logf("%3d a minute, %.1f %% fail: %d false alarms in %.2f years", perMinute, 100*share, alarms, float64(minutes)/(60*24*365))
			if alarms > most {
				t.Errorf("%d a minute of which %g fail: %d false alarms", perMinute, share, alarms)
			}
		}
	}
}

// few is how many of n requests fail: by the gaps between them, as few do.
func few(r *rand.Rand, n int, share float64) (bad int) {
	for k := int(math.Log(1-r.Float64()) / math.Log1p(-share)); k < n; k += 1 + int(math.Log(1-r.Float64())/math.Log1p(-share)) {
		bad++
	}
	return bad
}
