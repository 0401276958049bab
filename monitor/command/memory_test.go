package command

import (
	"runtime"
	"testing"
)

// TestMemoryLimit ensures that a small bellhop stays small, and a large one is left room to work.
func TestMemoryLimit(t *testing.T) {
	for live, want := range map[uint64]int64{0: 90 << 20, 20 << 20: 90 << 20, 50 << 20: 90 << 20, 100 << 20: 150 << 20} {
		if got := memoryLimit(live); got != want {
			t.Errorf("%d MiB in use: limit of %d MiB, want %d", live>>20, got>>20, want>>20)
		}
	}
	if runtime.GC(); inUse() == 0 {
		t.Error("nothing is in use right after a collection")
	}
}
