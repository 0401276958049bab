package bench

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var (
	seeds  = flag.Int("seeds", 50, "worlds of each scenario")
	run    = flag.Uint64("seed", 1, "of the run: another one makes other worlds")
	causes = flag.Int("causes", 0, "worlds of each cause for 1, 3, 20 and 400 accounts")
	keep   = flag.String("keep", "", "folder for scores of causes: what a run of the same code has left there is not played again")
	docs   = flag.String("docs", "", "write detection.md and detection.svg into this folder")
)

// TestDetection measures the whole book in worlds of every kind and fails where it misses what it must by more than
// chance. Run with -v, it prints the table and compares the book with other monitors:
//
//	make bench-detection SEEDS=2000 SEED=1
func TestDetection(t *testing.T) {
	r := &Run{Seeds: *seeds, Wide: *seeds, Seed: *run, Years: *seeds, Causes: *causes, Keep: *keep}
	if !testing.Verbose() {
		r.Wide, r.Years, r.Causes = 8, 4, 0
	}
	rows, err := Table(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if testing.Verbose() {
		tell(t, r, rows)
	}
	for _, row := range rows {
		if row.Failed() {
			t.Errorf("%s: %s is %s, must be %s", row.World, row.Figure, row.Measured, row.Must)
		}
	}
}

// tell prints what was measured, and writes it down where that is asked for.
func tell(t *testing.T, r *Run, rows []Row) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	check(Print(os.Stdout, rows))
	all, err := Compare(t.Context(), r)
	check(err)
	check(PrintComparison(os.Stdout, all))
	if *docs != "" {
		check(os.WriteFile(filepath.Join(*docs, "detection.md"), []byte(Page(r, rows, all)), 0o644))
		check(os.WriteFile(filepath.Join(*docs, "detection.svg"), []byte(Plot(all, r)), 0o644))
	}
}
