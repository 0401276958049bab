package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"bellhop/monitor"
)

// A book is what every store is, besides a monitor.Store.
type book interface {
	monitor.Store
	Prune(ctx context.Context, now time.Time) error
	Incidents(ctx context.Context, limit int) ([]*monitor.Incident, error)
	Named(ctx context.Context, prefix string, limit int) ([]*monitor.Incident, error)
	Events(ctx context.Context, incident string) ([]monitor.Event, error)
	Deliveries(ctx context.Context, owed bool, limit int) ([]*monitor.Delivery, error)
	Tellings(ctx context.Context, f monitor.TellingFilter) ([]monitor.Telling, error)
	Samples(ctx context.Context, check monitor.CheckID, from, to time.Time) ([]monitor.Sample, error)
	Close() error
}

func TestSQLite(t *testing.T) {
	testStore(t, func(t *testing.T) func() book {
		path := filepath.Join(t.TempDir(), "bellhop.db")
		return func() book { return start(t, path) }
	})
}

// testStore is what a store promises. space makes room for one book, and gives what opens it: empty at first,
// later with what it holds.
func testStore(t *testing.T, space func(t *testing.T) (open func() book)) {
	for _, tt := range []struct {
		name string
		test func(t *testing.T, open func() book)
	}{
		{"a new book", testNew},
		{"every type comes back as it was", testRoundTrip},
		{"whole rows take the place of others", testReplace},
		{"a change saved twice is saved once", testTwice},
		{"another epoch stores nothing", testEpoch},
		{"a change that fails stores nothing", testAtomic},
		{"a cancelled save stores nothing", testCancelled},
		{"what a book needs is loaded, the rest is kept", testLoads},
		{"the last notice of each key", testNotices},
		{"samples by check and time", testSamples},
		{"what is old and over is forgotten", testPrune},
		{"hotels come, change and go", testHotels},
		{"ids of reports, of one day", testReports},
		{"an incident by the beginning of its id, with its versions", testNamed},
		{"light rows are not written", testLight},
		{"tellings, newest first", testTellings},
		{"the same answer again is one telling", testTellingAgain},
		{"a telling of several incidents", testTellingDigest},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, space(t)) })
	}
}

func testNew(t *testing.T, open func() book) {
	s := open()
	first := mustLoad(t, s)
	if first.ID == "" || first.Epoch != 1 || !first.Committed.IsZero() {
		t.Errorf("a new book has id %q, epoch %d, last commit %s", first.ID, first.Epoch, first.Committed)
	}
	whole(t, first)
	s.Close()
	if again := mustLoad(t, open()); again.ID != first.ID {
		t.Errorf("the book's id was %s and became %s", first.ID, again.ID)
	}
}

func testRoundTrip(t *testing.T, open func() book) {
	row, inc, del := filled[monitor.Row](), filled[monitor.Incident](), filled[monitor.Delivery]()
	notice, client, event := filled[monitor.Notice](), filled[monitor.Client](), filled[monitor.Event]()
	hotel, silence := filled[monitor.Hotel](), filled[monitor.Silence]()
	acts := map[string]time.Time{"done": time.Now().UTC().Truncate(time.Second)}
	stint := filled[monitor.Stint]()
	del.Settled, inc.State = false, monitor.IncidentOpen
	event.Incident.ID = inc.ID
	s := open()
	mustSave(t, s, monitor.Change{
		At: at(time.Hour), Rows: map[monitor.CheckID]*monitor.Row{row.Check: &row},
		Incidents: map[string]*monitor.Incident{inc.ID: &inc}, Events: []monitor.Event{event},
		Deliveries: map[monitor.DeliveryID]*monitor.Delivery{del.DeliveryID: &del},
		Notices:    map[string]*monitor.Notice{notice.Key: &notice}, Clients: map[string]*monitor.Client{client.ID: &client},
		Hotels: map[string]*monitor.Hotel{hotel.Account: &hotel}, Silences: map[string]*monitor.Silence{silence.ID: &silence, "gone": nil}, Acts: acts, Stint: &stint,
	})
	s.Close()
	got := mustLoad(t, open())
	same(t, "rows", got.Rows, []monitor.Row{row})
	same(t, "incidents", got.Incidents, []monitor.Incident{inc})
	same(t, "events", got.Events, []monitor.Event{event})
	same(t, "deliveries", got.Deliveries, []monitor.Delivery{del})
	same(t, "notices", got.Notices, []monitor.Notice{notice})
	same(t, "clients", got.Clients, []monitor.Client{client})
	same(t, "hotels", got.Hotels, []monitor.Hotel{hotel})
	same(t, "stint", got.Stint, stint)
	same(t, "silences", got.Silences, []monitor.Silence{silence})
	same(t, "acts", got.Acts, acts)
	same(t, "last commit", got.Committed, at(time.Hour))
}

func testReplace(t *testing.T, open func() book) {
	s := open()
	for n := 1; n <= 3; n++ {
		mustSave(t, s, change(n))
	}
	s.Close()
	s = open()
	if n := whole(t, mustLoad(t, s)); n != 3 {
		t.Errorf("version %d came back, want 3", n)
	}
	mustSave(t, s, monitor.Change{At: at(time.Second), Removed: []monitor.CheckID{"api", "never there"}})
	got := mustLoad(t, s)
	if len(got.Rows) != 0 {
		t.Errorf("the removed row came back: %v", got.Rows[0])
	}
	if len(got.Incidents) != 1 || !got.Committed.Equal(at(time.Second)) {
		t.Errorf("%d incidents, last commit %s", len(got.Incidents), got.Committed)
	}
}

// A commit can be on the disk although its answer was an error, or never came.
func testTwice(t *testing.T, open func() book) {
	s := open()
	mustSave(t, s, change(1))
	mustSave(t, s, change(1))
	if n := whole(t, mustLoad(t, s)); n != 1 {
		t.Errorf("version %d, want 1", n)
	}
}

func testEpoch(t *testing.T, open func() book) {
	s := open()
	mustSave(t, s, change(1))
	for _, epoch := range []int64{0, 2} {
		if err := s.Save(t.Context(), epoch, change(2)); !errors.Is(err, monitor.ErrEpoch) {
			t.Errorf("epoch %d: %v, want ErrEpoch", epoch, err)
		}
	}
	if n := whole(t, mustLoad(t, s)); n != 1 {
		t.Errorf("version %d, want 1", n)
	}
}

func testAtomic(t *testing.T, open func() book) {
	s := open()
	mustSave(t, s, change(1))
	bad := change(2)
	for id := range bad.Deliveries {
		// JSON knows no year 10000: it fails after rows, incidents and events were written
		bad.Deliveries[id] = &monitor.Delivery{DeliveryID: id, ToldAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	if err := s.Save(t.Context(), 1, bad); err == nil {
		t.Fatal("an impossible time was stored")
	}
	if n := whole(t, mustLoad(t, s)); n != 1 {
		t.Errorf("version %d, want 1", n)
	}
	mustSave(t, s, change(2))
	if n := whole(t, mustLoad(t, s)); n != 2 {
		t.Errorf("version %d after the mistake was mended, want 2", n)
	}
}

func testCancelled(t *testing.T, open func() book) {
	s := open()
	mustSave(t, s, change(1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Save(ctx, 1, change(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if n := whole(t, mustLoad(t, s)); n != 1 {
		t.Errorf("version %d, want 1", n)
	}
}

func testLoads(t *testing.T, open func() book) {
	s := open()
	now := time.Now()
	c := monitor.Change{At: now, Incidents: map[string]*monitor.Incident{}, Deliveries: map[monitor.DeliveryID]*monitor.Delivery{}}
	for _, i := range []struct {
		id    string
		ended time.Duration // ago; 0 is open
		owed  bool
	}{
		{"1 open for a month", 0, false},
		{"2 ended lately", 6 * 24 * time.Hour, false},
		{"3 ended long ago", 8 * 24 * time.Hour, false},
		{"4 ended long ago and owed", 8 * 24 * time.Hour, true},
	} {
		inc := &monitor.Incident{ID: i.id, Version: 1, State: monitor.IncidentOpen, Since: now.AddDate(0, -1, 0)}
		if i.ended > 0 {
			inc.State, inc.Ended = monitor.IncidentResolved, now.Add(-i.ended)
		}
		id := monitor.DeliveryID{Receiver: "ops", Incident: i.id}
		c.Incidents[i.id], c.Events = inc, append(c.Events, monitor.Event{At: now, Incident: *inc})
		c.Deliveries[id] = &monitor.Delivery{DeliveryID: id, Settled: !i.owed}
	}
	mustSave(t, s, c)
	got := mustLoad(t, s)
	want := []string{"1 open for a month", "2 ended lately", "4 ended long ago and owed"}
	var incidents, events, owed []string
	for i := range got.Incidents {
		incidents, events = append(incidents, got.Incidents[i].ID), append(events, got.Events[i].Incident.ID)
	}
	for _, d := range got.Deliveries {
		owed = append(owed, d.Incident)
	}
	same(t, "incidents", incidents, want)
	same(t, "events", events, want)
	same(t, "deliveries", owed, []string{want[0], want[2]}) // of the open one, also what its receivers knew before they left
	for _, tt := range []struct {
		owed bool
		want int
	}{{true, 1}, {false, 4}} {
		if ds, err := s.Deliveries(t.Context(), tt.owed, 10); err != nil || len(ds) != tt.want {
			t.Errorf("Deliveries(owed %v): %d, %v; want %d", tt.owed, len(ds), err, tt.want)
		}
	}
	if is, err := s.Incidents(t.Context(), 3); err != nil || len(is) != 3 {
		t.Errorf("Incidents(3): %d, %v", len(is), err)
	}
}

func testNotices(t *testing.T, open func() book) {
	s := open()
	for i, n := range []monitor.Notice{
		{ID: "1", Key: "disk", Text: "full"},
		{ID: "2", Key: "slack", Text: "dead"},
		{ID: "3", Key: "disk", Text: "well again", Over: true},
		{ID: "2", Key: "slack", Text: "still dead"},
	} {
		mustSave(t, s, monitor.Change{At: at(time.Duration(i)), Notices: map[string]*monitor.Notice{n.Key: &n}})
	}
	var got []string
	for _, n := range mustLoad(t, s).Notices {
		got = append(got, n.Key+" "+n.Text)
	}
	same(t, "notices", got, []string{"slack still dead", "disk well again"})
}

func testSamples(t *testing.T, open func() book) {
	s := open()
	var all []monitor.Sample
	for i := range 120 { // batches, and a rest
		all = append(all, monitor.Sample{
			Check: []monitor.CheckID{"a", "b"}[i%2], At: at(time.Duration(i) * time.Second), Took: time.Duration(i) * time.Microsecond, Status: 200 + i,
			Fault: monitor.FaultServer, Evidence: [4]monitor.Evidence{monitor.Fail, monitor.None, monitor.Good, monitor.Fail},
		})
	}
	mustSave(t, s, monitor.Change{At: at(time.Hour), Samples: all[:70]})
	mustSave(t, s, monitor.Change{At: at(time.Hour), Samples: all[60:]})
	s.Close()
	s = open()
	if n := mustLoad(t, s).Samples; n != 120 {
		t.Errorf("%d samples are kept, want 120", n)
	}
	got, err := s.Samples(t.Context(), "a", all[2].At, all[6].At)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "samples of a", got, []monitor.Sample{all[2], all[4]})
	if got, err := s.Samples(t.Context(), "nobody", all[0].At, all[9].At); err != nil || len(got) != 0 {
		t.Errorf("samples of nobody: %v, %v", got, err)
	}
}

func testPrune(t *testing.T, open func() book) {
	s := open()
	now := at(0)
	long, lately := now.Add(-keepLedger-time.Hour), now.Add(-keepLedger+time.Hour)
	for _, i := range []struct {
		id            string
		ended         time.Time
		open, settled bool
	}{{"gone", long, false, true}, {"young", lately, false, true}, {"open", long, true, true}, {"owed", long, false, false}} {
		inc := monitor.Incident{ID: i.id, Version: 1, State: monitor.IncidentResolved, Since: long, Ended: i.ended}
		if i.open {
			inc.State, inc.Ended = monitor.IncidentOpen, time.Time{}
		}
		notice := monitor.Notice{ID: "n-" + i.id, Key: i.id, At: i.ended, Over: !i.open}
		c := monitor.Change{
			At: i.ended, Incidents: map[string]*monitor.Incident{i.id: &inc}, Events: []monitor.Event{{At: i.ended, Incident: inc}},
			Notices: map[string]*monitor.Notice{i.id: &notice}, Deliveries: map[monitor.DeliveryID]*monitor.Delivery{},
		}
		for _, of := range []string{i.id, "n-" + i.id, "test-" + i.id} {
			id := monitor.DeliveryID{Receiver: "ops", Incident: of}
			c.Deliveries[id] = &monitor.Delivery{DeliveryID: id, Settled: i.settled}
		}
		mustSave(t, s, c)
	}
	old, young := now.Add(-keepSamples-time.Hour), now.Add(-time.Hour)
	var samples []monitor.Sample
	for i := range 2*pruneSamples + 3 {
		d := time.Duration(i) * time.Millisecond
		samples = append(samples, monitor.Sample{Check: "a", At: old.Add(d)}, monitor.Sample{Check: "b", At: young.Add(d)})
	}
	mustSave(t, s, monitor.Change{At: now, Samples: samples})
	if err := s.Prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	checkPruned(t, s, len(samples)/2)
}

func checkPruned(t *testing.T, s book, samples int) {
	t.Helper()
	incidents, err := s.Incidents(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, i := range incidents {
		ids = append(ids, i.ID)
	}
	same(t, "incidents left", ids, []string{"young", "owed", "open"})
	got := mustLoad(t, s)
	var keys []string
	for _, n := range got.Notices {
		keys = append(keys, n.Key)
	}
	same(t, "notices left", keys, []string{"young", "open", "owed"})
	deliveries, err := s.Deliveries(t.Context(), false, 20)
	if err != nil {
		t.Fatal(err)
	}
	if len(deliveries) != 8 { // three each of young and owed; of the open ones the incident's and the notice's
		t.Errorf("%d deliveries are left, want 8", len(deliveries))
	}
	if got.Samples != samples {
		t.Errorf("%d samples are left, want %d", got.Samples, samples)
	}
	for check, want := range map[monitor.CheckID]int{"a": 0, "b": samples} {
		if all, err := s.Samples(t.Context(), check, time.Unix(0, 0), time.Now().Add(time.Hour)); err != nil || len(all) != want {
			t.Errorf("%d samples of %s are left (%v), want %d", len(all), check, err, want)
		}
	}
}
