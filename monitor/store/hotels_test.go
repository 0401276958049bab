package store

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

func testHotels(t *testing.T, open func() book) {
	s := open()
	bern, rom := &monitor.Hotel{Account: "BERN", Key: "k1", Seen: at(0)}, &monitor.Hotel{Account: "ROMA", Key: "k2", Seen: at(0)}
	mustSave(t, s, monitor.Change{At: at(0), Hotels: map[string]*monitor.Hotel{"BERN": bern, "ROMA": rom}})
	later := *rom
	later.Seen, later.Silent = at(time.Minute), true
	mustSave(t, s, monitor.Change{At: at(time.Minute), Hotels: map[string]*monitor.Hotel{"BERN": nil, "ROMA": &later, "NEVER": nil}})
	s.Close()
	same(t, "hotels", mustLoad(t, open()).Hotels, []*monitor.Hotel{&later})
}

func testReports(t *testing.T, open func() book) {
	s, now := open(), time.Now().UTC().Truncate(time.Millisecond)
	old := now.Add(-keepReports - time.Minute)
	c := monitor.Change{At: now, Reports: map[string]time.Time{}}
	for i := range loadTaken + 10 {
		c.Reports[fmt.Sprint("new ", i)] = now.Add(-time.Duration(i) * time.Millisecond)
	}
	for i := range pruneTaken + 10 {
		c.Reports[fmt.Sprint("old ", i)] = old
	}
	mustSave(t, s, c)
	mustSave(t, s, c)
	checkReports := func(when string) {
		got := mustLoad(t, s).Reports
		last := fmt.Sprint("new ", loadTaken-1)
		if len(got) != loadTaken || !got[last].Equal(c.Reports[last]) {
			t.Errorf("%s: %d ids of reports, %s of %s; want the last %d", when, len(got), last, got[last], loadTaken)
		}
	}
	checkReports("saved")
	if err := s.Prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	checkReports("pruned")
	if err := s.Prune(t.Context(), now.Add(keepReports+time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := mustLoad(t, s).Reports; len(got) != 0 {
		t.Errorf("%d ids of reports are left after a day", len(got))
	}
}

func testLight(t *testing.T, open func() book) {
	s := open()
	save := func(seen time.Time, light bool) {
		row := &monitor.Row{Check: "traffic@BERN", LastRun: seen}
		mustSave(t, s, monitor.Change{
			At: seen, Rows: map[monitor.CheckID]*monitor.Row{row.Check: row}, Light: map[monitor.CheckID]bool{row.Check: light},
		})
	}
	save(at(0), false)
	save(at(time.Minute), true)
	if got := mustLoad(t, s); len(got.Rows) != 1 || !got.Rows[0].LastRun.Equal(at(0)) || !got.Committed.Equal(at(time.Minute)) {
		t.Errorf("rows %+v, last commit %s", got.Rows, got.Committed)
	}
}

func testNamed(t *testing.T, open func() book) {
	s := open()
	for n := 1; n <= 3; n++ {
		mustSave(t, s, change(n))
	}
	for i, id := range []string{"inc_019", "inc_020", "ind"} {
		mustSave(t, s, monitor.Change{At: at(0), Incidents: map[string]*monitor.Incident{id: {ID: id, Since: at(time.Duration(i) * time.Hour)}}})
	}
	for prefix, want := range map[string][]string{
		"inc_0": {"inc_020", "inc_019"}, "inc": {"inc_020", "inc_019"}, "inc_019": {"inc_019"}, "inc_%": nil, "x": nil,
	} {
		all, err := s.Named(t.Context(), prefix, 2)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range all {
			got = append(got, i.ID)
		}
		same(t, prefix, got, want)
	}
	events, err := s.Events(t.Context(), "inc")
	if err != nil || len(events) != 3 || events[0].Incident.Version != 1 || events[2].Incident.Version != 3 {
		t.Errorf("versions %v, %v", events, err)
	}
}

// TestTicketPlans ensures that what a ticket reads is found by an index: there may be millions of samples.
func TestTicketPlans(t *testing.T) {
	s := fresh(t)
	for _, query := range []string{
		"SELECT body FROM event WHERE incident = 'a' ORDER BY version", "SELECT body FROM incident WHERE id >= 'a' AND id < 'b'",
		"SELECT at FROM sample WHERE series = (SELECT id FROM series WHERE check_id = 'a') AND at >= 1 AND at < 2 ORDER BY at",
		"SELECT id, at FROM report WHERE at >= 1 ORDER BY at DESC, id LIMIT 10",
	} {
		steps, err := s.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query)
		if err != nil {
			t.Fatal(err)
		}
		for steps.Next() {
			var id, parent, unused int
			var step string
			if err := steps.Scan(&id, &parent, &unused, &step); err != nil || strings.HasPrefix(step, "SCAN") || strings.Contains(step, "TEMP B-TREE FOR ORDER BY") {
				t.Errorf("%s: %s (%v)", query, step, err)
			}
		}
		if err := steps.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFirstSchema ensures that a book of the first schema, written before hotels were known, opens with all it
// held, keeps hotels from then on, and has a copy of what it was.
func TestFirstSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bellhop.db")
	unpack(t, filepath.Join("testdata", "schema1.db.gz"), path)
	s := start(t, path)
	got := mustLoad(t, s)
	if n := whole(t, got); n != 3 || len(got.Notices) != 1 || len(got.Clients) != 1 || len(got.Hotels) != 0 {
		t.Errorf("version %d, notices %v, clients %v, hotels %v", n, got.Notices, got.Clients, got.Hotels)
	}
	mustSave(t, s, monitor.Change{At: got.Committed, Hotels: map[string]*monitor.Hotel{"BERN": {Account: "BERN"}}})
	if n := len(mustLoad(t, s).Hotels); n != 1 {
		t.Errorf("%d hotels, want 1", n)
	}
	if _, err := os.Stat(path + ".before-0.1.0"); err != nil {
		t.Errorf("no copy of the book as it was: %v", err)
	}
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
