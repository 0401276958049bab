package monitor

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// However runs are asked for, no window holds more than Max of them, and none is put off without need.
func TestBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := Budget{Max: rapid.IntRange(1, 5).Draw(t, "max"), Window: time.Minute}
		var ran []time.Time
		now := noon
		for range 60 {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "wait")) * time.Second)
			at := b.Fit(now)
			if at.After(now) && len(ran) < b.Max {
				t.Fatalf("put off with %d of %d spent", len(ran), b.Max)
			}
			if !at.After(now) || rapid.Bool().Draw(t, "reserve") {
				before := slices.Clone(b.spent)
				after := b.Spend(at)
				if !slices.Equal(b.spent, before) {
					t.Fatal("Spend wrote to the budget it was called on")
				}
				b, ran = after, append(ran, at)
			}
		}
		for i := b.Max; i < len(ran); i++ {
			if d := ran[i].Sub(ran[i-b.Max]); d < b.Window {
				t.Fatalf("%d runs within %v", b.Max+1, d)
			}
		}
	})
}

func TestBudgetTellsWhenItFits(t *testing.T) {
	b := Budget{Max: 2, Window: time.Minute}
	b = b.Spend(noon).Spend(noon.Add(10 * time.Second))
	for _, want := range []time.Duration{60, 70, 120, 130} {
		at := b.Fit(noon.Add(20 * time.Second))
		if got := at.Sub(noon) / time.Second; got != want {
			t.Errorf("fits after %d s, want %d s", got, want)
		}
		b = b.Spend(at)
	}
}
