package apaleotest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Of any n in a row, and of any every-kth of them, the share strikes, give or take few.
func TestSharesAreSpreadEvenly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		step := rapid.Uint64Range(1, 4).Draw(t, "step")
		n := rapid.IntRange(1, 400).Draw(t, "n")
		hits := 0
		for i := range uint64(n) {
			if strikes(i*step, share) {
				hits++
			}
		}
		if off := math.Abs(float64(hits) - share*float64(n)); off > 4 {
			t.Fatalf("%d of %d hit with share %v at step %d", hits, n, share, step)
		}
	})
}

func TestShareOfAllAndNone(t *testing.T) {
	for n := range uint64(1000) {
		if !strikes(n, 1) || strikes(n, 0) || strikes(n, -1) {
			t.Fatalf("request %d: share 1 must strike, share 0 must not", n)
		}
	}
}

// Busiest is what counting every span by hand gives.
func TestBusiestCountsEverySpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rs Requests
		at := time.Unix(0, 0)
		for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 40), 0, 60).Draw(t, "gaps") {
			at = at.Add(time.Duration(gap) * time.Second)
			rs = append(rs, Request{Arrived: at})
		}
		want := 0
		for _, from := range rs {
			n := 0
			for _, r := range rs {
				if d := r.Arrived.Sub(from.Arrived); d >= 0 && d < time.Minute {
					n++
				}
			}
			want = max(want, n)
		}
		if got := rs.Busiest(time.Minute); got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
	})
}

func TestLogForgetsTheOldest(t *testing.T) {
	var l requestLog
	for i := range kept + 2 {
		l.add(Request{Path: fmt.Sprint(i)})
	}
	all := l.all()
	if len(all) != kept || all[0].Path != "2" || all[kept-1].Path != fmt.Sprint(kept+1) {
		t.Errorf("got %d from %s to %s", len(all), all[0].Path, all[len(all)-1].Path)
	}
}
