package bench

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestSameSeedSameFigures ensures that a run is the same byte for byte, whatever the number of processors.
func TestSameSeedSameFigures(t *testing.T) {
	page := func(processors int, seed uint64) string {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		r := &Run{Seeds: 5, Wide: 1, Years: 1, Seed: seed}
		rows, err := outages(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		brown, err := brownouts(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return Page(r, append(rows, brown...), nil)
	}
	one := page(1, 7)
	if one != page(4, 7) {
		t.Error("four processors measure something else than one")
	}
	if one == page(1, 8) {
		t.Error("another seed makes the same worlds")
	}
}

// TestWorldsBeginAnywhere ensures that troubles begin at any place between two probes, and that attempts fail as often
// as the world says.
func TestWorldsBeginAnywhere(t *testing.T) {
	begins := make([]int, 6)
	fails, of := 0, 0
	c := solo()
	for n := range 3000 {
		w := Brownout(0.3).World(seedOf(3, n))
		from := w.Truth[0].From
		begins[from.Sub(w.Start)%minute/(10*time.Second)]++
		for k := range 5 {
			of++
			if w.Ask(c, from.Add(time.Duration(k)*17*time.Second)).Fault != monitor.FaultNone {
				fails++
			}
		}
		if w.Ask(c, from.Add(-1)).Fault != monitor.FaultNone || w.Ask(c, w.Truth[0].To).Fault != monitor.FaultNone {
			t.Fatalf("seed %d fails outside its brown-out", n)
		}
	}
	if slices.Min(begins) < 400 || slices.Max(begins) > 600 {
		t.Errorf("of 3,000 worlds %v begin in each sixth of a minute", begins)
	}
	if share := ratio(fails, of); share < 0.28 || share > 0.32 {
		t.Errorf("%.3f of attempts fail, want 0.3", share)
	}
}

// TestSegmentsOverlap ensures that a long segment is met behind short ones, and that one is met by its target alone.
func TestSegmentsOverlap(t *testing.T) {
	w := &World{Start: at(0), End: at(1000)}
	w.Segments = []Segment{server(at(100), 500*time.Second, 1), server(at(200), 10*time.Second, 1), server(at(300), 10*time.Second, 1)}
	w.Segments[0].Target.Module = "booking"
	w.seal()
	booking, other := &monitor.Check{Name: "a", Module: "booking"}, &monitor.Check{Name: "b"}
	for s, want := range map[int][2]bool{99: {}, 100: {true, false}, 205: {true, true}, 250: {true, false}, 305: {true, true}, 599: {true, false}, 600: {}} {
		got := [2]bool{w.Ask(booking, at(s)).Fault != "", w.Ask(other, at(s)).Fault != ""}
		if got != want {
			t.Errorf("after %d s %v fail, want %v", s, got, want)
		}
	}
}

// TestOwnIsTheBook ensures that a signal by itself tells what the whole book tells of one check, message for message:
// candidates are compared as they would be in the product. Thousands of worlds: -seeds 3000.
func TestOwnIsTheBook(t *testing.T) {
	bad := Noise{Share: 0.05, PerDay: 60, Mean: 40 * time.Second}
	told := 0
	for _, n := range each(*seeds, func(n int) int {
		w := Brownout(0.3).World(seedOf(5, n))
		w.Noise = bad.Share
		bad.into(dice(w.Seed, "bad"), w)
		w.seal()
		c := solo()
		p := Own(monitor.Rule{})
		book := w.tell(t.Context(), cast{checks: []*monitor.Check{c}})
		alone := w.play(p, c.Schedule.Next(w.Start))
		same := func(a, b Message) bool { return a.At.Equal(b.At) && a.What == b.What }
		if !slices.EqualFunc(book.Messages, alone.Messages, same) || book.Probes != alone.Probes {
			t.Errorf("world %d: the book tells %v in %d probes, the signal %v in %d", n, book.Messages, book.Probes, alone.Messages, alone.Probes)
		}
		return len(book.Messages)
	}) {
		told += n
	}
	if told < 2**seeds {
		t.Errorf("%d messages in %d worlds prove nothing", told, *seeds)
	}
}
