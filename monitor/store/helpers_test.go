package store

import (
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"bellhop/monitor"
)

// today is when the tests play: the same in all of them, midnight or not, but recent enough for Load to take the ends of
// incidents for recent.
var today = time.Now().UTC().Truncate(24 * time.Hour)

func at(d time.Duration) time.Time { return today.Add(d) }

func config(path string) Config {
	return Config{Path: path, Version: "0.1.0", Pace: monitor.RealPace(), Wait: time.Millisecond}
}

// start opens the book at path for as long as the test, or until it is closed.
func start(t testing.TB, path string) *SQLite {
	t.Helper()
	s, err := Open(t.Context(), config(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func fresh(t testing.TB) *SQLite {
	t.Helper()
	return start(t, filepath.Join(t.TempDir(), "bellhop.db"))
}

type loader interface {
	Load(ctx context.Context) (monitor.Saved, error)
}

func mustLoad(t testing.TB, s loader) monitor.Saved {
	t.Helper()
	saved, err := s.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func mustSave(t testing.TB, s monitor.Store, c monitor.Change) {
	t.Helper()
	if err := s.Save(t.Context(), 1, c); err != nil {
		t.Fatal(err)
	}
}

// same fails unless the two are the same to those who read them.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	g, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.MarshalIndent(want, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("%s: got\n%s\nwant\n%s", what, g, w)
	}
}

// filled is a T in which nothing has its zero value, so that a field that is not kept is missed.
func filled[T any]() T {
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 11, 22, 10, 2, 11, *n*1_000_000, time.UTC)))
	case v.CanInt():
		v.SetInt(int64(*n))
	case v.CanUint():
		v.SetUint(uint64(*n % 256))
	case v.CanFloat():
		v.SetFloat(float64(*n))
	case v.Kind() == reflect.String:
		v.SetString("s" + string(rune('a'+*n%26)))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case v.Kind() == reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Struct:
		for f, field := range v.Fields() {
			if f.IsExported() && f.Tag.Get("json") != "-" {
				fill(field, n)
			}
		}
	default:
		panic("fill: " + v.Type().String())
	}
}

// change is one step of a story: a row, an incident with its event, and a delivery, all of version n.
func change(n int) monitor.Change {
	now := at(time.Duration(n) * time.Millisecond)
	inc := monitor.Incident{ID: "inc", Version: n, State: monitor.IncidentOpen, Since: at(0), Updated: now}
	id := monitor.DeliveryID{Receiver: "ops", Incident: "inc"}
	return monitor.Change{
		At:         now,
		Rows:       map[monitor.CheckID]*monitor.Row{"api": {Check: "api", LastRun: now}},
		Incidents:  map[string]*monitor.Incident{"inc": &inc},
		Events:     []monitor.Event{{Type: monitor.EventUpdated, At: now, Incident: inc}},
		Deliveries: map[monitor.DeliveryID]*monitor.Delivery{id: {DeliveryID: id, Wants: true, Version: n}},
		Samples:    []monitor.Sample{{Check: "api", At: now, Took: time.Millisecond}},
	}
}

// whole fails unless all that change(n) wrote is of one version, and tells which; 0 is a new book.
func whole(t testing.TB, s monitor.Saved) int {
	t.Helper()
	if s.Committed.IsZero() && len(s.Rows)+len(s.Incidents)+len(s.Events)+len(s.Deliveries)+s.Samples == 0 {
		return 0
	}
	if len(s.Rows) != 1 || len(s.Incidents) != 1 || len(s.Deliveries) != 1 {
		t.Fatalf("half a change: %d rows, %d incidents, %d deliveries", len(s.Rows), len(s.Incidents), len(s.Deliveries))
	}
	n := s.Incidents[0].Version
	if s.Deliveries[0].Version != n || !s.Rows[0].LastRun.Equal(s.Committed) || len(s.Events) != n || s.Samples != n {
		t.Fatalf("half a change: incident %d, delivery %d, %d events, %d samples, row of %s, commit of %s",
			n, s.Deliveries[0].Version, len(s.Events), s.Samples, s.Rows[0].LastRun, s.Committed)
	}
	return n
}
