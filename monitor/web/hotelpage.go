package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// How many hotels a page lists. Who looks for others narrows the search.
const (
	boardHotels = 50
	pageHotels  = 200
)

// leftOut is how much older than the last report a hotel's own is, where reports leave it out. Several reports can
// share the hotels among them.
const leftOut = 2 * time.Minute

// hotelsView is the hotels as a page shows them.
type hotelsView struct {
	Counts     []hotelCount
	LastReport moment
	Listed     []hotelRow
	More       int // that are not listed

	// Of the page of its own.
	State    monitor.State // of the tab's icon
	At       moment
	Query    string
	Standing Standing
	All      int
}

// A hotelCount is how many hotels stand so.
type hotelCount struct {
	N        int
	Label    string
	Standing Standing
	State    monitor.State // its shape
	Chosen   bool
}

type hotelRow struct {
	Account, Code, Name string
	Label               string
	State               monitor.State
	Why, Incident       string
	Since, Seen         moment // Seen only where it is longer ago than the last report
}

// standingWords is how pages call the standings, and which shape they have.
var standingWords = map[Standing]struct {
	label string
	state monitor.State
}{
	Ended:     {"to reconnect", monitor.StateDown},
	Disturbed: {"disturbed", monitor.StateDegraded},
	Silent:    {"no longer reported", monitor.StateUnknown},
	Unknown:   {"not known", monitor.StateUnknown},
	Connected: {"connected", monitor.StateUp},
}

// boardOfHotels lists those in trouble; nil is that no hotel is reported.
func boardOfHotels(s *monitor.Snapshot, v *hotelViews) *hotelsView {
	if len(v.all) == 0 {
		return nil
	}
	b := &hotelsView{Counts: hotelCounts(v, ""), LastReport: when(s.LastReport, s.At), All: len(v.all)}
	b.fill(s, v.troubled(), boardHotels)
	return b
}

func (b *hotelsView) fill(s *monitor.Snapshot, hotels []hotelView, most int) {
	b.More = max(len(hotels)-most, 0)
	for _, h := range hotels[:len(hotels)-b.More] {
		w := standingWords[h.Standing]
		row := hotelRow{
			Account: h.Account, Code: h.Code, Name: h.Name, Label: w.label, State: w.state, Why: h.Why, Incident: h.Incident,
			Since: when(h.began(), s.At),
		}
		if s.LastReport.Sub(h.Seen) > leftOut {
			row.Seen = when(h.Seen, s.At)
		}
		if h.Standing == Silent {
			row.Since = moment{}
		}
		b.Listed = append(b.Listed, row)
	}
}

func hotelCounts(v *hotelViews, chosen Standing) []hotelCount {
	var all []hotelCount
	for _, st := range Standings() {
		if n := v.count[st]; n > 0 || st == Connected || st == chosen {
			all = append(all, hotelCount{n, standingWords[st].label, st, standingWords[st].state, st == chosen})
		}
	}
	return all
}

// pageOfHotels lists what somebody looks for: those in trouble where nothing is asked for first.
func pageOfHotels(s *monitor.Snapshot, v *hotelViews, standing Standing, query string, now time.Time) hotelsView {
	p := hotelsView{
		Counts: hotelCounts(v, standing), LastReport: when(s.LastReport, s.At), At: when(s.At, now), State: monitor.StateUp,
		Query: query, Standing: standing, All: len(v.all),
	}
	if v.count[Ended]+v.count[Disturbed] > 0 {
		p.State = monitor.StateDegraded
	}
	found := v.matching(standing, query)
	slices.SortStableFunc(found, graverHotel)
	p.fill(s, found, pageHotels)
	return p
}

func (s *Site) serveHotelsPage(w http.ResponseWriter, r *http.Request) {
	snap := s.Reader.Snapshot()
	if snap == nil {
		http.Error(w, "bellhop is starting.", http.StatusServiceUnavailable)
		return
	}
	standing, query := Standing(r.URL.Query().Get("state")), strings.TrimSpace(r.URL.Query().Get("q"))
	if !slices.Contains(Standings(), standing) {
		standing = "" // and what is asked for is found all the same
	}
	page, err := s.render("hotels.html", pageOfHotels(snap, s.hotels.of(snap), standing, cut(query, queryMax), s.at(snap)))
	s.html(w, "no-store")
	s.serveRendered(w, r, page, err)
}

// queryMax is how much of a search is shown again, in bytes.
const queryMax = 100

func cut(s string, n int) string { return strings.ToValidUTF8(s[:min(len(s), n)], "") }
