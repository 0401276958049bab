package web

import (
	"cmp"
	"crypto/sha256"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bellhop/monitor"
)

// A publicHotel is all that is shown to those who have a hotel's key: how its own link is, nothing of others.
type publicHotel struct {
	State    Standing   `json:"state"` // connected, ended, disturbed or unknown
	Sentence string     `json:"sentence"`
	Since    *time.Time `json:"since"`
	Action   *string    `json:"action_link"` // where its administrator renews the link; null is that nothing is to be renewed
}

type publicHotelBody struct {
	Hotel publicHotel `json:"hotel"`
	At    *time.Time  `json:"at"`
}

const (
	hotelWorks     = "Your hotel's link to apaleo works."
	hotelEnded     = "Your hotel's link to apaleo has ended. Your administrator has to connect it again."
	hotelLacks     = "Your hotel's link to apaleo lacks a permission that it needs. Your administrator can give it by connecting again."
	hotelDisturbed = "Your hotel's link to apaleo is disturbed at present. You need do nothing: it is being watched."
	hotelUnseen    = "We cannot see at present how your hotel's link to apaleo is."
	hotelNoKey     = "This address is not valid, or not any more. Ask those who gave it to you for a new one."
)

// hotelTexts are the keys of these sentences in texts.
var hotelTexts = map[string]string{
	hotelWorks: "hotel_connected", hotelEnded: "hotel_ended", hotelLacks: "hotel_lacks", hotelDisturbed: "hotel_disturbed", hotelUnseen: "hotel_unknown",
}

// said is a sentence of hotels in the operator's own words, where there are any.
func (s *Site) said(sentence string) string {
	key := hotelTexts[sentence]
	if key == "" || s.Text == nil {
		return sentence
	}
	return cmp.Or(s.Text(key), sentence)
}

// publishHotel is the public view of one hotel. Troubles that everybody can see are told in their own words.
func publishHotel(v hotelView, all publicView, reconnect string) publicHotel {
	h := publicHotel{State: v.Standing, Since: instant(v.began())}
	switch {
	case v.Standing == Ended:
		h.Sentence, h.Action = hotelEnded, action(reconnect, v.Code)
	case v.Lacks:
		h.Sentence, h.Action = hotelLacks, action(reconnect, v.Code)
	case (all.State == monitor.StateDown || all.State == monitor.StateDegraded) && (!all.some || v.Standing != Connected):
		h.State, h.Sentence, h.Since = Disturbed, all.Sentence, all.Since
	case v.Standing == Disturbed:
		h.Sentence = hotelDisturbed
	case v.Standing == Connected:
		h.Sentence = hotelWorks
	default:
		h.State, h.Sentence, h.Since = Unknown, hotelUnseen, nil
	}
	return h
}

// action is the address with the hotel's code in it.
func action(reconnect, code string) *string {
	if reconnect == "" {
		return nil
	}
	at := strings.ReplaceAll(reconnect, "{account}", url.QueryEscape(code))
	return &at
}

// serveHotelJSON answers to a hotel's key. One that is wrong is told as quickly as one that is right, and takes
// the same way.
func (s *Site) serveHotelJSON(w http.ResponseWriter, key string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "private, max-age=15")
	snap := s.Reader.Snapshot()
	if snap == nil {
		h.Set("Retry-After", "5")
		s.json(w, http.StatusServiceUnavailable, problem{s.said(hotelUnseen)})
		return
	}
	views, now := s.hotels.of(snap), s.at(snap)
	at, known := views.keys()[sha256.Sum256([]byte(key))]
	one := hotelView{Hotel: &monitor.Hotel{}}
	if known {
		one = views.all[at]
	}
	if stale(snap, now) || blind(snap) {
		one.Standing, one.Lacks = Unknown, false
	}
	body := publicHotelBody{publishHotel(one, s.everybody(snap, now), s.ReconnectURL), instant(snap.At)}
	body.Hotel.Sentence = s.said(body.Hotel.Sentence)
	if !known {
		s.json(w, http.StatusNotFound, problem{hotelNoKey})
		return
	}
	s.json(w, http.StatusOK, body)
}
