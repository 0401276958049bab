package store

import (
	"fmt"
	"os"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestCrowdIsWrittenOnce ensures that a report of thousands of hotels costs the disk what it holds, once into the log
// and once into the book: what comes in any order does not fit into memory, and is written several times.
func TestCrowdIsWrittenOnce(t *testing.T) {
	s := fresh(t)
	save := func(seen time.Time) {
		c := monitor.Change{At: seen, Hotels: map[string]*monitor.Hotel{}}
		for i := range 5000 {
			h := filled[monitor.Hotel]()
			h.Account, h.Seen = fmt.Sprintf("H%04d", i), seen
			c.Hotels[h.Account] = &h
		}
		mustSave(t, s, c)
	}
	save(at(0))
	before := written(t)
	save(at(time.Minute))
	wrote, book := written(t)-before, sizeOf(t, s.path)
	if most := book * 5 / 2; wrote > most {
		t.Errorf("%d MB were written to save a book of %d MB, want %d at most", wrote>>20, book>>20, most>>20)
	}
}

// written is how many bytes this process has written to files so far.
func written(t *testing.T) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Skip("this system does not count what a process writes")
	}
	var read, wrote int64
	if _, err := fmt.Sscanf(string(data), "rchar: %d\nwchar: %d", &read, &wrote); err != nil {
		t.Fatal(err)
	}
	return wrote
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
