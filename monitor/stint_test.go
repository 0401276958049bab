package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// mondays is a schedule: Mondays at nine, UTC.
type mondays struct{}

func (mondays) Next(t time.Time) time.Time {
	at := time.Date(t.Year(), t.Month(), t.Day(), 9, 0, 0, 0, time.UTC)
	for !at.After(t) || at.Weekday() != time.Monday {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// A vigil is a book that is asked to say each Monday that it watches, and all that it said.
type vigil struct {
	*monitor.Book
	saved monitor.Saved
	spec  string
	said  []string        // "02 15:04 text"
	rows  map[string]bool // notices that somebody is owed
}

// start opens the book at a time, as a process does that last ran at another.
func (w *vigil) start(at, stopped time.Time) {
	w.Book = monitor.NewBook(w.saved, monitor.RealPace(), advise)
	r := monitor.Reconfigure{At: at, Receivers: []monitor.Receiver{{Name: "ops"}, {Name: "pager", When: monitor.When{Severity: []string{"down"}}}}}
	if w.spec != "" {
		r.StillWatching = monitor.StillWatching{Spec: w.spec, Schedule: mondays{}}
	}
	w.feed(r)
	if !stopped.IsZero() {
		w.feed(monitor.Gap{At: at, From: stopped, To: at})
	}
}

func (w *vigil) feed(in ...monitor.Input) {
	c := apply(w.Book, in...)
	if c.Stint != nil {
		w.saved.Stint = c.Stint
	}
	for key, n := range c.Notices {
		w.saved.Notices = append(slices.DeleteFunc(w.saved.Notices, func(o *monitor.Notice) bool { return o.Key == key }), n)
		if key == "still-watching" {
			w.said = append(w.said, n.At.Format("02 15:04 ")+n.Text)
		}
	}
	for id := range c.Deliveries {
		if strings.HasPrefix(id.Incident, "ntc_") {
			w.rows[id.Incident] = true
			if id.Receiver != "ops" {
				panic("it rings " + id.Receiver)
			}
		}
	}
}

// until lets time pass, an hour at a time.
func (w *vigil) until(from, to time.Time) {
	for at := from; !at.After(to); at = at.Add(time.Hour) {
		w.feed(monitor.Tick{At: at})
	}
}

// monday is one at nine, n weeks on; day is a Sunday.
func monday(n int) time.Time { return mondays{}.Next(day).AddDate(0, 0, 7*n) }

// TestStillWatching ensures that the line comes when it is due, with what there was, once, whatever restarts; that none
// tells of a week in which bellhop did not run; and that none comes that nobody asked for.
func TestStillWatching(t *testing.T) {
	week, hour := 7*24*time.Hour, time.Hour
	for name, tt := range map[string]struct {
		play func(w *vigil)
		want []string // the day, the hour, and some words of each line
	}{
		"two weeks": {func(w *vigil) {
			w.start(monday(0), time.Time{})
			w.until(monday(0), monday(2).Add(hour))
		}, []string{"09:00 Since " + monday(0).Format("2006-01-02 15:04 UTC") + ": 0 incidents, 0 messages told, watched all the time. Nothing is owed", "09:00 Since " + monday(1).Format("2006-01-02 15:04 UTC")}},
		"a restart each day": {func(w *vigil) {
			w.start(monday(0).Add(hour), time.Time{})
			for at := monday(0).Add(hour); at.Before(monday(1).Add(24 * hour)); at = at.Add(23 * hour) {
				w.until(at, at.Add(22*hour))
				w.start(at.Add(23*hour), at.Add(22*hour))
			}
		}, []string{"7 h in which nobody watched"}},
		"stopped when it was due": {func(w *vigil) {
			w.start(monday(0), time.Time{})
			w.until(monday(0), monday(1).Add(-hour))
			w.start(monday(1).Add(3*hour), monday(1).Add(-hour))
			w.until(monday(1).Add(3*hour), monday(1).Add(9*hour))
		}, []string{"12:00 "}},
		"stopped for three weeks": {func(w *vigil) {
			w.start(monday(0), time.Time{})
			w.until(monday(0), monday(0).Add(48*hour))
			w.start(monday(3).Add(48*hour), monday(0).Add(48*hour))
			w.until(monday(3).Add(48*hour), monday(4).Add(hour))
		}, []string{"09:00 Since " + monday(3).Add(48*hour).Format("2006-01-02 15:04 UTC")}},
		"not asked for": {func(w *vigil) {
			w.spec = ""
			w.start(monday(0), time.Time{})
			w.until(monday(0), monday(2))
		}, nil},
		"asked for later": {func(w *vigil) {
			w.spec = ""
			w.start(monday(0), time.Time{})
			w.until(monday(0), monday(2).Add(week/2))
			w.spec = "mondays"
			w.start(monday(2).Add(week/2), time.Time{})
			w.until(monday(2).Add(week/2), monday(3).Add(hour))
		}, []string{"09:00 Since " + monday(2).Add(week/2).Format("2006-01-02 15:04 UTC")}},
	} {
		w := &vigil{rows: map[string]bool{}, spec: "mondays", saved: monitor.Saved{ID: "book"}}
		tt.play(w)
		ok := len(w.said) == len(tt.want) && len(w.rows) == len(tt.want)
		for n := range min(len(w.said), len(tt.want)) {
			clock, words, _ := strings.Cut(tt.want[n], " ")
			if !strings.Contains(clock, ":") {
				clock, words = "", tt.want[n]
			}
			ok = ok && strings.Contains(w.said[n], clock) && strings.Contains(w.said[n], words)
		}
		if !ok {
			t.Errorf("%s: said (%d deliveries)\n%s\nwant\n%s", name, len(w.rows), strings.Join(w.said, "\n"), strings.Join(tt.want, "\n"))
		}
		if s := w.Snapshot(monday(9)); len(s.Notices) > 0 {
			t.Errorf("%s: it stands on the page: %q", name, s.Notices[0].Text)
		}
	}
}

// TestStillWatchingCounts ensures that the line has the real numbers of the week.
func TestStillWatchingCounts(t *testing.T) {
	s := perform(t, outage+"10:02:01 stop")
	s.config.StillWatching = monitor.StillWatching{Spec: "soon", Schedule: at11{}}
	s.feed(reconfigured(s))
	said := ""
	watched := s.watch
	opened, told, first, before := 0, 0, 0, 0
	s.watch = func(c monitor.Change) {
		watched(c)
		for _, e := range c.Events {
			if e.Type == monitor.EventOpened {
				opened++
			}
		}
		for _, x := range c.Tellings {
			if x.Result == monitor.Accepted {
				told++
			}
		}
		if n := c.Notices["still-watching"]; n != nil && said == "" {
			said, first, before = n.Text, opened, told
		}
	}
	s.until(s.now.Add(45 * time.Minute))
	clear(s.troubles)
	s.until(s.now.Add(30 * time.Minute))
	want := fmt.Sprintf("%d incidents, %d messages told, watched all the time.", first, before)
	if first < 2 || before < 5 || !strings.Contains(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
}

type at11 struct{}

func (at11) Next(t time.Time) time.Time {
	at := time.Date(t.Year(), t.Month(), t.Day(), 11, 0, 0, 0, time.UTC)
	if !at.After(t) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
