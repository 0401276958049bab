package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/monitor"
)

// told is the n-th telling of a story: one a second, each of its own message.
func told(n int, receiver, incident string) monitor.Telling {
	return monitor.Telling{
		At: at(time.Duration(n) * time.Second), DeliveryID: monitor.DeliveryID{Receiver: receiver, Incident: incident},
		ID: fmt.Sprintf("msg_%d", n), Type: monitor.EventOpened, Version: n, From: 1, Attempt: 1, Result: monitor.Accepted,
	}
}

func tell(t testing.TB, s monitor.Store, all ...monitor.Telling) {
	t.Helper()
	mustSave(t, s, monitor.Change{At: at(0), Tellings: all})
}

// listed is what a filter finds, by version.
func listed(t testing.TB, s book, f monitor.TellingFilter) []int {
	t.Helper()
	all, err := s.Tellings(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	var versions []int
	for _, found := range all {
		versions = append(versions, found.Version)
	}
	return versions
}

func testTellings(t *testing.T, open func() book) {
	s := open()
	whole := filled[monitor.Telling]()
	whole.Further = false
	tell(t, s, whole)
	tell(t, s, told(2, "ops", "a"), told(3, "pager", "a"), told(4, "ops", "b"))
	tell(t, s, told(5, "ops", "a"))
	s.Close()
	s = open()
	for _, tt := range []struct {
		name string
		f    monitor.TellingFilter
		want []int
	}{
		{"newest first", monitor.TellingFilter{Limit: 3}, []int{5, 4, 3}},
		{"what comes before", monitor.TellingFilter{Before: at(4 * time.Second), Limit: 2}, []int{3, 2}},
		{"of a receiver", monitor.TellingFilter{Receiver: "pager"}, []int{3}},
		{"about an incident", monitor.TellingFilter{Incident: "a"}, []int{5, 3, 2}},
		{"both", monitor.TellingFilter{Incident: "a", Receiver: "ops", Limit: 1}, []int{5}},
		{"nobody of that name", monitor.TellingFilter{Receiver: "nobody"}, nil},
	} {
		if got := listed(t, s, tt.f); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	got, err := s.Tellings(t.Context(), monitor.TellingFilter{Receiver: whole.Receiver})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "a telling", got, []monitor.Telling{whole})
}

// The same answer again takes the place of the one before; another answer does not, nor does another message.
func testTellingAgain(t *testing.T, open func() book) {
	s := open()
	one := told(1, "ops", "a")
	one.Result, one.Reason = monitor.Refused, "HTTP 503"
	tell(t, s, one)
	for n := 2; n <= 4; n++ {
		again := one
		again.At, again.Attempt, again.From = at(time.Duration(n)*time.Second), n, 0
		tell(t, s, again)
		tell(t, s, again) // a commit that seemed to fail
	}
	last := one
	last.At, last.Attempt, last.From, last.Result, last.Reason = at(5*time.Second), 5, 5, monitor.Accepted, ""
	tell(t, s, last)
	lonely := told(9, "ops", "b") // what it repeats was forgotten
	lonely.Attempt, lonely.From = 7, 0
	tell(t, s, lonely)
	all, err := s.Tellings(t.Context(), monitor.TellingFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, x := range all {
		got = append(got, fmt.Sprintf("%s %d-%d %s %d", x.Incident, x.From, x.Attempt, x.Result, x.At.Unix()-at(0).Unix()))
	}
	want := []string{"b 7-7 accepted 9", "a 5-5 accepted 5", "a 1-4 refused 4"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A message about several incidents is one line, and each of them can be asked for; a page never ends amid what was
// told in one millisecond.
func testTellingDigest(t *testing.T, open func() book) {
	s := open()
	lead, more, other := told(1, "ops", "a"), told(1, "ops", "b"), told(1, "pager", "c")
	lead.Of, more.Further, other.ID = 2, true, "msg_x"
	tell(t, s, lead, more, other, told(2, "ops", "d"))
	if got := listed(t, s, monitor.TellingFilter{Receiver: "ops"}); !slices.Equal(got, []int{2, 1}) {
		t.Errorf("ops was told %v, want two messages", got)
	}
	if got := listed(t, s, monitor.TellingFilter{Incident: "b"}); len(got) != 1 {
		t.Errorf("of b was told %v, want the digest", got)
	}
	if got := listed(t, s, monitor.TellingFilter{Limit: 2}); !slices.Equal(got, []int{2, 1, 1}) {
		t.Errorf("a page of two is %v, want all of its last moment", got)
	}
}

// TestPruneTellings ensures that the ledger is bounded by age and by number, however much is told.
func TestPruneTellings(t *testing.T) {
	s := fresh(t)
	var all []monitor.Telling
	for n := range 2 * pruneTellings {
		all = append(all, told(n, "ops", "a"))
	}
	tell(t, s, all...)
	for _, tt := range []struct {
		before     time.Duration
		most, want int
	}{
		{0, 2 * pruneTellings, 2 * pruneTellings},
		{600 * time.Second, 2 * pruneTellings, 2*pruneTellings - 600},
		{600 * time.Second, 10, 10},
		{time.Hour, 10, 0},
	} {
		if err := s.pruneTold(t.Context(), at(tt.before), tt.most); err != nil {
			t.Fatal(err)
		}
		if got := listed(t, s, monitor.TellingFilter{Limit: 3 * pruneTellings}); len(got) != tt.want {
			t.Errorf("before %s, %d at most: %d are left, want %d", tt.before, tt.most, len(got), tt.want)
		}
	}
	old := told(1, "ops", "old")
	old.At = at(-91 * 24 * time.Hour)
	tell(t, s, old, told(2, "ops", "new"))
	if err := s.Prune(t.Context(), at(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := listed(t, s, monitor.TellingFilter{}); !slices.Equal(got, []int{2}) {
		t.Errorf("after 90 days %v is left, want the new one", got)
	}
}

// BenchmarkSaveReceipt is one commit of a receipt: a delivery and its telling, synced. BenchmarkSave is its measure.
func BenchmarkSaveReceipt(b *testing.B) {
	for _, with := range []bool{false, true} {
		b.Run(fmt.Sprintf("telling=%v", with), func(b *testing.B) {
			s := fresh(b)
			n := 0
			for b.Loop() {
				n++
				c := change(n)
				c.Samples, c.Rows, c.Events, c.Incidents = nil, nil, nil, nil
				if with {
					one := told(n, "ops", fmt.Sprintf("inc_%d", n/3))
					one.Title = "apaleo API is DOWN: 14 of 14 API checks fail (HTTP 502)"
					c.Tellings = []monitor.Telling{one}
				}
				if err := s.Save(b.Context(), 1, c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkTellings reads a page of a full ledger: the newest, of one receiver, of one incident.
func BenchmarkTellings(b *testing.B) {
	s := fresh(b)
	for i := range mostTellings / 1000 {
		var all []monitor.Telling
		for k := range 1000 {
			n := i*1000 + k
			all = append(all, told(n, []string{"ops", "pager", "wiki"}[n%3], fmt.Sprintf("inc_%06d", n/6)))
		}
		tell(b, s, all...)
	}
	for _, f := range []monitor.TellingFilter{{}, {Receiver: "pager"}, {Receiver: "nobody"}, {Incident: "inc_000700"}} {
		b.Run(fmt.Sprintf("%s%s", f.Receiver, f.Incident), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Tellings(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
