package monitor_test

import (
	"testing"
	"time"

	"bellhop/monitor"
)

// A cost is what one report costs to fold: memory that is asked for, the change as it is stored, and time.
type cost struct {
	events string
	allocs float64
	stored int
	took   time.Duration
}

// costs folds reports of so many requests a minute through an outage and out of it, and tells what each costs.
func costs(t *testing.T, requests int) (all []cost) {
	t.Helper()
	book, at := reportingBook(), day
	for _, status := range []int{200, 200, 200, 502, 502, 502, 502, 200, 200, 200, 200} {
		at = at.Add(time.Minute)
		in := bigReport(3, at, status, "")
		for i := range in.Accounts {
			in.Accounts[i].Requests = []monitor.Count{{Module: "booking", Status: status, N: requests}, {Module: "inventory", Status: status, N: requests}}
		}
		c := book.Decide([]monitor.Input{in})
		one := cost{stored: len(written(t, c)), took: quickest(func() { book.Decide([]monitor.Input{in}) })}
		one.allocs = testing.AllocsPerRun(3, func() { book.Decide([]monitor.Input{in}) })
		for _, e := range c.Events {
			one.events += string(e.Type) + " "
		}
		all = append(all, one)
		book.Apply(c)
		fold(book, monitor.Tick{At: at.Add(time.Second)})
	}
	return all
}

// quickest is the least time that something takes, as what else runs beside it only ever adds to that.
func quickest(do func()) time.Duration {
	least := time.Hour
	for range 4 {
		begun := time.Now()
		do()
		least = min(least, time.Since(begun))
	}
	return least
}

// TestMillionRequests ensures that a minute of a million requests costs what one of ten does: as much memory, as much in
// the store but for the digits of larger numbers, and as much time. What took time for each request would take a
// million times as long for the ten million that time is measured with: twenty times as long is told from chance anywhere.
func TestMillionRequests(t *testing.T) {
	const digits, slower = 1.05, 20
	few, many, most := costs(t, 10), costs(t, 1_000_000), costs(t, 10_000_000)
	heard := ""
	for n, small := range few {
		big := many[n]
		heard += small.events
		if big.events != small.events || most[n].events != small.events {
			t.Errorf("report %d: few requests tell %q, a million %q: what they cost is not compared", n, small.events, big.events)
		}
		if big.allocs > small.allocs*1.1+20 { // a small number is formatted without any
			t.Errorf("report %d: few requests ask for memory %.0f times, a million %.0f times", n, small.allocs, big.allocs)
		}
		if float64(big.stored) > float64(small.stored)*digits {
			t.Errorf("report %d: few requests are stored in %d bytes, a million in %d", n, small.stored, big.stored)
		}
		if most[n].took > slower*small.took {
			t.Errorf("report %d: few requests take %v, very many %v", n, small.took, most[n].took)
		}
	}
	if want := "incident.opened incident.resolved "; heard != want {
		t.Errorf("the reports tell %q, want %q", heard, want)
	}
}

// TestMillionRequestsWindow ensures the same of the window that they are counted in, and of the judgement of it.
func TestMillionRequestsWindow(t *testing.T) {
	p := monitor.RealPace()
	use := func(requests int) (w monitor.Window, took time.Duration) {
		for n := range 60 {
			at := day.Add(time.Duration(n) * time.Minute)
			in := monitor.Tally{N: requests, Bad: requests / 10}
			took += quickest(func() { w.Add(at, at, time.Minute, in, p) })
			w, _ = w.Add(at, at, time.Minute, in, p)
			took += quickest(func() { w.Verdict(at, 0.02, p) })
		}
		return w, took
	}
	few, brief := use(10)
	many, _ := use(1_000_000)
	_, long := use(10_000_000)
	if more := len(many) - len(few); more > 8*20 { // of two numbers in each of 20 buckets, three bytes more in binary
		t.Errorf("an hour of few requests a minute takes %d bytes, of a million %d", len(few), len(many))
	}
	if long > 20*brief {
		t.Errorf("an hour of few requests a minute takes %v, of very many %v", brief, long)
	}
	if got := many.Sum(day, p); got.N != 60_000_000 || got.Bad != 6_000_000 {
		t.Errorf("of 60 million requests %v are counted", got)
	}
}
