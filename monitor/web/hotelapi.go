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

// A Hotel is a reported hotel as its operator sees it. Its key opens /public.json?hotel=.
type Hotel struct {
	Account      string     `json:"account"`
	Code         string     `json:"code"`
	Name         string     `json:"name"`
	State        Standing   `json:"state"`
	Why          string     `json:"why,omitempty"`
	Since        *time.Time `json:"since"` // since when it is so
	Incident     string     `json:"incident,omitempty"`
	Key          string     `json:"key"`
	FirstSeen    *time.Time `json:"first_seen"`
	LastSeen     *time.Time `json:"last_seen"`
	TokenExpires *time.Time `json:"token_expires"`
	LastPing     *time.Time `json:"last_healthcheck"`
	LastEvent    *time.Time `json:"last_event"`
}

// Hotels are those that were asked for.
type Hotels struct {
	At         *time.Time       `json:"at"`
	LastReport *time.Time       `json:"last_report"` // null: nothing was ever reported
	Counts     map[Standing]int `json:"counts"`      // of all, whatever was asked for
	Hotels     []Hotel          `json:"hotels"`      // by account
}

// ListHotels lists the hotels of a snapshot that stand so ("" is any), and whose code, account or name holds a text.
func ListHotels(s *monitor.Snapshot, state Standing, text string) Hotels {
	return viewHotels(s).list(s, state, text)
}

func (v *hotelViews) list(s *monitor.Snapshot, state Standing, text string) Hotels {
	h := Hotels{At: instant(s.At), LastReport: instant(s.LastReport), Counts: v.counts(), Hotels: []Hotel{}}
	for _, one := range v.matching(state, text) {
		h.Hotels = append(h.Hotels, hotelOf(one))
	}
	return h
}

// counts names every standing: a zero says more than a gap.
func (v *hotelViews) counts() map[Standing]int {
	all := map[Standing]int{}
	for _, st := range Standings() {
		all[st] = v.count[st]
	}
	return all
}

func hotelOf(v hotelView) Hotel {
	return Hotel{
		Account: v.Account, Code: v.Code, Name: v.Name, State: v.Standing, Why: v.Why, Since: instant(v.began()), Incident: v.Incident,
		Key: v.Key, FirstSeen: instant(v.First), LastSeen: instant(v.Seen), TokenExpires: instant(v.Token.Expires),
		LastPing: instant(v.LastPing), LastEvent: instant(v.LastEvent),
	}
}

// matching are the hotels in a state, or all, whose code, account or name holds a text.
func (v *hotelViews) matching(state Standing, text string) []hotelView {
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
	state := Standing(r.URL.Query().Get("state"))
	if state != "" && !slices.Contains(Standings(), state) {
		s.json(w, http.StatusBadRequest, problem{"state is connected, ended, disturbed, silent or unknown"})
		return
	}
	if snap := s.freshly(w, r); snap != nil {
		s.json(w, http.StatusOK, s.hotels.of(snap).list(snap, state, r.URL.Query().Get("q")))
	}
}

// serveHotelOrder forgets a hotel, or gives it another key, and answers with the hotel: as it was, or with its new key.
func (s *Site) serveHotelOrder(w http.ResponseWriter, r *http.Request) {
	what := monitor.HotelWord(r.PathValue("what"))
	if what != monitor.HotelForget && what != monitor.HotelRekey || s.Order == nil {
		http.NotFound(w, r)
		return
	}
	snap := s.freshly(w, r)
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
	if snap = s.freshly(w, r); snap == nil {
		return
	}
	if now, ok := hotelNamed(s.hotels.of(snap), before.Account); ok && what == monitor.HotelRekey {
		before = now
	}
	s.json(w, http.StatusOK, hotelOf(before))
}

// freshly is a snapshot that shows what was done just before; without one the answer has been given.
func (s *Site) freshly(w http.ResponseWriter, r *http.Request) *monitor.Snapshot {
	if s.Fresh == nil {
		return s.snapshot(w)
	}
	return s.Fresh(r.Context())
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
