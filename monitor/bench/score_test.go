package bench

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// at is a time so many seconds after the epoch.
func at(s int) time.Time { return epoch().Add(time.Duration(s) * time.Second) }

// TestScore ensures that what was told is held against what is true.
func TestScore(t *testing.T) {
	trouble := []Trouble{{From: at(1000), To: at(1300)}}
	said := func(times ...int) (all []Message) {
		for n, s := range times {
			all = append(all, Message{At: at(s), What: []Word{Began, Ended}[n%2]})
		}
		return all
	}
	of := func(a, b string, one, other []Message) []Message {
		for n := range one {
			one[n].Of, other[n].Of = a, b
		}
		return slices.SortedFunc(slices.Values(append(one, other...)), func(x, y Message) int { return x.At.Compare(y.At) })
	}
	for _, tt := range []struct {
		name  string
		truth []Trouble
		told  []Message
		want  Score
	}{
		{"told and ended", trouble, said(1060, 1360), Score{Truths: 1, Seen: 1, Alarms: 1, Hits: 1, Messages: 2, Delays: []time.Duration{60e9}, Clears: []time.Duration{60e9}}},
		{"told twice", trouble, said(1060, 1120, 1180, 1400), Score{Truths: 1, Seen: 1, Alarms: 2, Hits: 2, Messages: 4, Delays: []time.Duration{60e9}, Clears: []time.Duration{100e9}}},
		{"never ended", trouble, said(1060), Score{Truths: 1, Seen: 1, Alarms: 1, Hits: 1, Messages: 1, Delays: []time.Duration{60e9}}},
		{"told when it was over for a minute", trouble, said(1360, 1400), Score{Truths: 1, Seen: 1, Alarms: 1, Hits: 1, Messages: 2, Delays: []time.Duration{360e9}, Clears: []time.Duration{100e9}}},
		{"told too late", trouble, said(1361, 1400), Score{Truths: 1, Alarms: 1, Messages: 2, False: 1, Wrong: 1, FalseFor: 39e9}},
		{"told before", trouble, said(800, 900), Score{Truths: 1, Alarms: 1, Messages: 2, False: 1, Wrong: 1, FalseFor: 100e9}},
		{"told before, and still standing", trouble, said(900, 1360), Score{Truths: 1, Alarms: 1, Messages: 2, False: 1, Wrong: 1, FalseFor: 460e9}},
		{"called over too early", trouble, said(1060, 1120), Score{Truths: 1, Seen: 1, Alarms: 1, Hits: 1, Messages: 2, Delays: []time.Duration{60e9}}},
		{"two incidents of it", trouble, of("a", "b", said(1060, 1400), said(1090, 1360)), Score{Truths: 1, Seen: 1, Alarms: 2, Hits: 2, Messages: 4, Delays: []time.Duration{60e9}, Clears: []time.Duration{100e9}}},
		{"one that stands beside", trouble, of("a", "b", said(1060, 1360), said(900, 1400)), Score{Truths: 1, Seen: 1, Alarms: 2, Hits: 1, Messages: 4, False: 1, Wrong: 1, Delays: []time.Duration{60e9}, Clears: []time.Duration{60e9}, FalseFor: 500e9}},
		{"not told", trouble, nil, Score{Truths: 1}},
		{"nothing to tell", nil, said(100, 160, 500, 560), Score{Alarms: 2, Messages: 4, False: 2, Wrong: 1, FalseFor: 120e9}},
	} {
		w := &World{Start: at(0), End: at(3600), Truth: tt.truth}
		got := w.score(Heard{Messages: tt.told})
		got.Worlds, got.Years = 0, 0
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tt.want) {
			t.Errorf("%s: scored\n%+v, want\n%+v", tt.name, got, tt.want)
		}
	}
}

// TestQuantile ensures that quantiles are of what was measured, and not between.
func TestQuantile(t *testing.T) {
	d := []time.Duration{5, 1, 4, 2, 3}
	for q, want := range map[float64]time.Duration{0: 1, 0.2: 1, 0.21: 2, 0.5: 3, 0.95: 5, 1: 5} {
		if got := quantile(d, q); got != want {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if !slices.Equal(d, []time.Duration{5, 1, 4, 2, 3}) || quantile(nil, 0.5) != 0 {
		t.Error("a quantile changes what it is of, or is something of nothing")
	}
}

// TestRateBounds ensures that the bounds of rates are the exact ones (Garwood 1936), as tables have them.
func TestRateBounds(t *testing.T) {
	for n, want := range map[int][2]float64{0: {0, 3.689}, 1: {0.0253, 5.572}, 5: {1.623, 11.668}, 20: {12.217, 30.888}} {
		low, high := rateBounds(n, 2)
		if math.Abs(2*low-want[0]) > 0.002 || math.Abs(2*high-want[1]) > 0.002 {
			t.Errorf("%d events: %.4f to %.4f, want %v", n, 2*low, 2*high, want)
		}
	}
}

// TestRows ensures that a row fails when it misses what it must by more than chance, and only then.
func TestRows(t *testing.T) {
	times := func(n int, short, long time.Duration) (all []time.Duration) { // one in ten is long
		for i := range n {
			all = append(all, []time.Duration{short, long}[max(0, 1-i%10)])
		}
		return all
	}
	for _, tt := range []struct {
		row  Row
		want string
	}{
		{atLeast("w", "f", 50, 50, 1, 1), "aim met"},
		{atLeast("w", "f", 49, 50, 1, 1), "MISSED"},
		{atLeast("w", "f", 98, 100, 0.97, 1), "met"},
		{atLeast("w", "f", 97, 100, 0.99, 1), "missed by chance"},
		{atLeast("w", "f", 90, 100, 0.99, 1), "MISSED"},
		{meanAtMost("w", "f", times(100, 60e9, 160e9), 70, 60), "met"},
		{meanAtMost("w", "f", times(100, 60e9, 160e9), 65, 60), "missed by chance"},
		{meanAtMost("w", "f", times(100, 60e9, 160e9), 50, 40), "MISSED"},
		{quantileAtMost("w", "f", times(100, 60e9, 160e9), 0.9, 60, 60), "aim met"},
		{quantileAtMost("w", "f", times(100, 60e9, 160e9), 0.95, 100, 90), "missed by chance"},
		{quantileAtMost("w", "f", times(1000, 60e9, 160e9), 0.95, 100, 90), "MISSED"},
		{rateAtMost("w", "f", 1, 10, 0.3, 0.1), "aim met"},
		{rateAtMost("w", "f", 4, 10, 0.3, 0.1), "missed by chance"},
		{rateAtMost("w", "f", 40, 10, 0.3, 0.1), "MISSED"},
		{only("w", "f", "whatever"), "-"},
	} {
		if got := tt.row.Mark(); got != tt.want || tt.row.Failed() != (tt.want == "MISSED") {
			t.Errorf("%+v: %s, failed %v, want %s", tt.row, got, tt.row.Failed(), tt.want)
		}
	}
}
