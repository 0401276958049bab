package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// orderTime is how long the book may take for an order.
const orderTime = 5 * time.Second

// hotelBody is a hotel for the operator. Its key opens /public.json?hotel=.
type hotelBody struct {
	Account      string     `json:"account"`
	Code         string     `json:"code"`
	Name         string     `json:"name"`
	State        standing   `json:"state"` // connected, ended, disturbed, silent or unknown
	Why          string     `json:"why,omitempty"`
	Since        *time.Time `json:"since"`
	Incident     string     `json:"incident,omitempty"`
	Key          string     `json:"key"`
	FirstSeen    *time.Time `json:"first_seen"`
	LastSeen     *time.Time `json:"last_seen"`
	TokenExpires *time.Time `json:"token_expires"`
	LastPing     *time.Time `json:"last_healthcheck"`
	LastEvent    *time.Time `json:"last_event"`
}

type hotelsBody struct {
	At         *time.Time       `json:"at"`
	LastReport *time.Time       `json:"last_report"` // null: nothing was ever reported
	Counts     map[standing]int `json:"counts"`      // of all, whatever was asked for
	Hotels     []hotelBody      `json:"hotels"`
}

func hotelOf(v hotelView) hotelBody {
	return hotelBody{
		Account: v.Account, Code: v.Code, Name: v.Name, State: v.Standing, Why: v.Why, Since: instant(v.Since), Incident: v.Incident,
		Key: v.Key, FirstSeen: instant(v.First), LastSeen: instant(v.Seen), TokenExpires: instant(v.Token.Expires),
		LastPing: instant(v.LastPing), LastEvent: instant(v.LastEvent),
	}
}

// counts names every standing: a zero says more than a gap.
func (v *hotelViews) counts() map[standing]int {
	all := map[standing]int{}
	for _, st := range standings {
		all[st] = v.count[st]
	}
	return all
}

// matching are the hotels in a state, or all, whose code, account or name holds a text.
func (v *hotelViews) matching(state standing, text string) []hotelView {
	text = strings.ToLower(strings.TrimSpace(text))
	var out []hotelView
	for _, h := range v.all {
		if state != "" && h.Standing != state {
			continue
		}
		if text == "" || strings.Contains(strings.ToLower(h.Code+"\x00"+h.Account+"\x00"+h.Name), text) {
			out = append(out, h)
		}
	}
	return out
}

func (s *Site) serveHotels(w http.ResponseWriter, r *http.Request) {
	state := standing(r.URL.Query().Get("state"))
	if state != "" && !slices.Contains(standings, state) {
		s.json(w, http.StatusBadRequest, problem{"state is connected, ended, disturbed, silent or unknown"})
		return
	}
	snap := s.snapshot(w)
	if snap == nil {
		return
	}
	views := s.hotels.of(snap)
	body := hotelsBody{At: instant(snap.At), LastReport: instant(snap.LastReport), Counts: views.counts(), Hotels: []hotelBody{}}
	for _, h := range views.matching(state, r.URL.Query().Get("q")) {
		body.Hotels = append(body.Hotels, hotelOf(h))
	}
	s.json(w, http.StatusOK, body)
}

// serveHotelOrder forgets a hotel, or gives it another key, and answers with the hotel as it was or is now.
func (s *Site) serveHotelOrder(w http.ResponseWriter, r *http.Request) {
	what := monitor.HotelWord(r.PathValue("what"))
	if what != monitor.HotelForget && what != monitor.HotelRekey || s.Order == nil {
		http.NotFound(w, r)
		return
	}
	snap := s.snapshot(w)
	if snap == nil {
		return
	}
	before, ok := hotelNamed(s.hotels.of(snap), r.PathValue("account"))
	if !ok {
		s.json(w, http.StatusNotFound, problem{"no hotel of this account or code is reported"})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), orderTime)
	defer cancel()
	order := monitor.HotelOrder{At: s.at(snap), Account: before.Account, What: what, Random: make([]byte, 32)}
	_, _ = rand.Read(order.Random) // never fails: crypto/rand
	if err := s.Order(ctx, order); err != nil {
		s.Log.Error().Err(err).Msg("hotel order not taken")
		w.Header().Set("Retry-After", "10")
		s.json(w, http.StatusServiceUnavailable, problem{"bellhop cannot write this down at present"})
		return
	}
	if now, ok := hotelNamed(viewHotels(s.freshly(ctx)), before.Account); ok && what == monitor.HotelRekey {
		before = now
	}
	s.json(w, http.StatusOK, hotelOf(before))
}

func (s *Site) freshly(ctx context.Context) *monitor.Snapshot {
	if s.Fresh == nil {
		return s.Reader.Snapshot()
	}
	return s.Fresh(ctx)
}

// hotelNamed finds a hotel by its account, or by its code.
func hotelNamed(v *hotelViews, name string) (hotelView, bool) {
	for _, is := range []func(hotelView) bool{
		func(h hotelView) bool { return h.Account == name },
		func(h hotelView) bool { return h.Code == name },
	} {
		if at := slices.IndexFunc(v.all, is); at >= 0 {
			return v.all[at], true
		}
	}
	return hotelView{}, false
}
