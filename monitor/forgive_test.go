package monitor_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// requestsEach is how many requests each hotel has in each report.
const requestsEach = 40

// fared is a report on hotels, of whose requests so many failed.
func fared(at time.Time, failed []int) monitor.Report {
	r := monitor.Report{At: at, ID: at.String(), Covers: time.Minute}
	for n, bad := range failed {
		r.Accounts = append(r.Accounts, monitor.AccountReport{Code: fmt.Sprint("H", n), Requests: []monitor.Count{
			{Module: "booking", Status: 200, N: requestsEach - bad}, {Module: "booking", Status: 502, N: bad},
		}})
	}
	return r
}

// A hotelStory is what people hear of reports, one a minute, until the requests of the first hotel are told of.
type hotelStory struct {
	opens int      // with which report they are; if with none, how many there are
	wider []string // what was told with each report of what befalls more than hotels each for itself
}

func storyOf(reports [][]int) (s hotelStory) {
	book := reportingBook()
	for n, failed := range reports {
		c := book.Decide([]monitor.Input{fared(day.Add(time.Duration(n+1)*time.Minute), failed)})
		book.Apply(c)
		if r := c.Rows["traffic@H0"]; r != nil && r.Signal(monitor.Availability).IsOpen() {
			break
		}
		told := ""
		for _, e := range c.Events {
			if e.Type != monitor.EventUpdated && e.Incident.Cause.Kind != monitor.NodeHotels {
				told += fmt.Sprintln(e.Type, e.Incident.Cause.Node())
			}
		}
		s.wider, s.opens = append(s.wider, told), n+1
	}
	return s
}

// sooner says whether fewer failures have a hotel told of sooner. The hotel's requests are counted among those of all, so
// that its failures can have an outage of all begin, and move its end: what fails in that is told as that. So the law is of
// those stories in which the same is told of all.
func (s hotelStory) sooner(fewer hotelStory) bool {
	return fewer.opens < s.opens && slices.Equal(fewer.wider, s.wider[:fewer.opens])
}

// less is the same reports with fewer failures of the first hotel in one of them.
func less(reports [][]int, in, failed int) [][]int {
	all := slices.Clone(reports)
	all[in] = slices.Clone(all[in])
	all[in][0] = failed
	return all
}

// TestFewerFailedRequestsTellNoSooner holds the law below for what once broke it: at the end of an incident, what had failed
// in it was forgotten only of hotels that were in doubt.
func TestFewerFailedRequestsTellNoSooner(t *testing.T) {
	reports := [][]int{{25, 3, 0, 3}, {1, 3, 0, 0}, {3, 0, 0, 40}, {0, 0, 1, 1}, {0, 0, 1, 8}, {25, 3, 40, 25}}
	more, fewer := storyOf(reports), storyOf(less(reports, 0, 6))
	if more.sooner(fewer) {
		t.Errorf("it is told of with report %d, and not %d", fewer.opens, more.opens)
	}
}

// TestWhatFailsAfterTheEndCounts ensures that the end of an outage forgives a hotel what failed in it, and not what has
// failed since, while its end was not believed yet.
func TestWhatFailsAfterTheEndCounts(t *testing.T) {
	outage := [][]int{{0, 25, 0, 0}, {0, 0, 40, 0}, {1, 3, 0, 3}}
	for name, tt := range map[string]struct {
		first, second []int // failures that are reported with the end, and while it is believed
		opens         int
	}{
		"none but in the outage":      {[]int{0, 0, 0, 0}, []int{0, 0, 0, 0}, 6},
		"some in its last minute":     {[]int{6, 0, 0, 0}, []int{0, 0, 0, 0}, 6},
		"some in the minute after it": {[]int{0, 0, 0, 0}, []int{6, 0, 0, 0}, 5},
	} {
		alone := []int{25, 0, 0, 0}
		s := storyOf(append(slices.Clone(outage), tt.first, tt.second, alone))
		if s.opens != tt.opens || s.wider[1] == "" || s.wider[4] == "" {
			t.Errorf("%s: it is told of with report %d, want %d; of all is told %q", name, s.opens, tt.opens, s.wider)
		}
	}
}

// TestAnEndForgivesWhoWasGoodBefore ensures that a check which failed in an outage and was good before its end needs as many
// failures after it as any other, as one does that was not good.
func TestAnEndForgivesWhoWasGoodBefore(t *testing.T) {
	for _, good := range []bool{true, false} {
		h := newHostBook(t, false)
		for n := range 5 {
			h.now = h.now.Add(15 * time.Second)
			h.answers(1, true)
			h.answers(2, true)
			if n < 2 {
				h.answers(0, true)
			}
		}
		if good {
			h.answers(0, false)
		}
		if h.others(); h.told != 2 || h.open(0) {
			t.Fatalf("%d events, want a beginning and an end", h.told)
		}
		for n := range 4 {
			h.now = h.now.Add(15 * time.Second)
			if open := h.answers(0, true); open != (n == 3) {
				t.Errorf("last answer good is %v: after %d failures it is %v that it is told of", good, n+1, open)
			}
		}
	}
}

// drawReports draws reports on four hotels: a trouble, a calm after it, and a trouble of the first hotel alone. Of its
// requests a few have failed before that, at the border of what is a suspicion; most of another's have in one report.
func drawReports(t *rapid.T) (reports [][]int) {
	for _, part := range []struct {
		least, most int
		own, others []int
	}{
		{2, 4, []int{0, 1, 3, 6}, []int{0, 3, 6, 25}},
		{2, 3, []int{0, 1, 3}, []int{0, 0, 0, 3}},
		{1, 1, []int{25}, []int{0}},
	} {
		own, others := rapid.SampledFrom(part.own), rapid.SampledFrom(part.others)
		for range rapid.IntRange(part.least, part.most).Draw(t, "reports") {
			failed := rapid.SliceOfN(others, 4, 4).Draw(t, "failed")
			failed[0] = own.Draw(t, "of the first")
			reports = append(reports, failed)
		}
	}
	reports[rapid.IntRange(0, 2).Draw(t, "most fail")][3] = 40
	return reports
}

// TestASuccessNeverTellsAHotelSooner ensures that a hotel none of whose requests failed in one report is told of no sooner,
// whatever befalls the others.
func TestASuccessNeverTellsAHotelSooner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 2 { // more than as many cases as other laws need: few worlds are at the border
			reports := drawReports(t)
			more := storyOf(reports)
			for n, failed := range reports[:len(reports)-1] {
				if failed[0] == 0 || n > more.opens {
					continue
				}
				if s := storyOf(less(reports, n, 0)); more.sooner(s) {
					t.Fatalf("%v: without failures in report %d it is told of with report %d, and not %d", reports, n, s.opens, more.opens)
				}
			}
		}
	})
}
