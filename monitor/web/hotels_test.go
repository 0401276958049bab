package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// reported is a world with n more hotels, of which the integration reports. Of every hundred one is to be
// connected again, one is disturbed and one is no longer reported.
func reported(n int) *monitor.Snapshot {
	s := world("alpine-hotels")
	s.LastReport = at("10:04:31")
	reconnect := monitor.Incident{
		ID: "inc_0193r", Version: 1, State: monitor.IncidentOpen, Severity: monitor.AuthLost, Side: monitor.SideCredentials,
		Since: at("07:40:12"), Opened: at("07:40:42"), Updated: at("07:40:42"), Cause: monitor.Cause{Kind: monitor.NodeHotels, ID: "reconnect", Confidence: monitor.Certain},
		Title: "Hotels have to connect again", Text: "SECRET-OF-HOTELS have to connect again.", Public: "SECRET-OF-HOTELS",
	}
	for i := range n {
		h := &monitor.Hotel{
			Account: fmt.Sprintf("H%03d", i), Code: fmt.Sprintf("H%03d", i), Name: fmt.Sprintf("Hotel No. %d", i), Key: fmt.Sprintf("key-%03d", i),
			First: at("06:00:00"), Seen: at("10:04:31"), Token: monitor.TokenReport{Expires: at("11:00:00")}, LastPing: at("10:04:02"), LastEvent: at("09:59:10"),
		}
		s.Hotels = append(s.Hotels, h)
		for _, kind := range []string{monitor.KindTraffic, monitor.KindConsent, monitor.KindWebhooks} {
			c := &monitor.Check{Name: kind, Account: h.Account, Kind: kind, Title: kind + " of " + h.Name, Reported: true, Public: "Bookings"}
			row := &monitor.Row{Check: c.ID(), EverGood: true, Last: monitor.Outcome{At: at("10:04:31")}}
			v := monitor.CheckView{Check: c, Row: row, State: monitor.StateUp}
			switch {
			case i%100 == 17 && kind == monitor.KindConsent:
				open(&v, monitor.Auth, at("07:40:12"), monitor.FaultGrant, "the consent is gone; 4 of 4 failed since 07:40:12 UTC", reconnect.ID)
				reconnect.Members = append(reconnect.Members, monitor.SignalID{Check: c.ID(), Signal: monitor.Auth})
			case i%100 == 23 && kind == monitor.KindTraffic:
				open(&v, monitor.Availability, at("10:02:11"), monitor.FaultServer, "HTTP 502; 9 of 12 failed since 10:02:11 UTC", "inc_other")
			case i%100 == 42:
				h.Silent, h.Seen = true, at("08:00:00")
			}
			s.Checks = append(s.Checks, v)
		}
	}
	if len(reconnect.Members) > 0 {
		s.Open = append(s.Open, &reconnect)
	}
	return s
}

func open(v *monitor.CheckView, k monitor.SignalKind, since time.Time, f monitor.Fault, why, incident string) {
	for i, kind := range monitor.SignalKinds {
		if kind == k {
			v.Row.Signals[i] = monitor.Signal{Phase: monitor.Open, Since: since, Attempts: 4, Fails: 4}
			v.Row.Failures[i], v.Row.Incident[i] = &monitor.Failure{At: since, Fault: f}, incident
		}
	}
	v.State, v.Why = monitor.StateDegraded, why
}

// TestReportedHotelsOnTheBoard ensures that thousands of hotels are counts and those in trouble, and not a row.
func TestReportedHotelsOnTheBoard(t *testing.T) {
	golden(t, "board-reported.html", live(t, get(own(reported(100)), "/").Body.String()))
	golden(t, "hotels.html", live(t, get(own(reported(3)), "/hotels?q=no.+1").Body.String()))

	page := get(own(reported(6000)), "/").Body.String()
	if n := strings.Count(page, `class="row hotel"`); n != 50 {
		t.Errorf("%d hotels listed, want 50", n)
	}
	if !strings.Contains(page, `and <a href="hotels">130 more</a>`) || strings.Contains(page, "traffic@") {
		t.Error("the rest is not told, or is told one by one")
	}
	if got, want := summarize(viewHotels(reported(300)).lean, now).Sentence, "Everything bellhop watches works, but 3 hotels have trouble of their own."; got != want {
		t.Errorf("sentence %q, want %q", got, want)
	}
}

// TestHalfTheHotels ensures that what the integration meets with at some hotels is the first thing that is told of
// all only where it is half of them, and that a hotel which is not concerned is not told that it is.
func TestHalfTheHotels(t *testing.T) {
	const title, said = "Requests fail for some hotels", "apaleo works only some of the time at present."
	for _, matter := range []string{monitor.MatterRequests, monitor.MatterToken, monitor.MatterWebhooks, monitor.MatterQuota} {
		for failing, colours := range map[int]bool{3: false, 149: false, 150: true, 300: true} {
			s := reported(300)
			i := s.Open[len(s.Open)-1]
			i.Cause.ID, i.Title, i.Public, i.Side, i.Severity = matter, title, said, monitor.SideApaleo, monitor.Degraded
			i.Scope = monitor.Scope{Failing: failing, Evaluated: 300, Watched: 300}
			lean := viewHotels(s).lean
			own, all, recent := summarize(lean, now), publish(lean, now), *lean
			recent.Open, recent.Recent = nil, []*monitor.Incident{i}
			if (own.Sentence == title+".") != colours || (own.State == monitor.StateDegraded) != colours || (len(publish(&recent, now).Incidents) == 1) != colours {
				t.Errorf("%s at %d of 300: the board says %s, %q", matter, failing, own.State, own.Sentence)
			}
			if (all.Sentence == said) != colours || (all.State == monitor.StateDegraded) != colours {
				t.Errorf("%s at %d of 300: the public page says %s, %q", matter, failing, all.State, all.Sentence)
			}
			if h := publishHotel(hotelView{Hotel: &monitor.Hotel{}, Standing: Connected}, all, ""); h.State != Connected {
				t.Errorf("%s at %d of 300: a hotel that works is told %q", matter, failing, h.Sentence)
			}
		}
	}
}

// TestHotelSearch ensures that a hotel is found by what people have of it, and that text from outside stays text.
func TestHotelSearch(t *testing.T) {
	h := own(reported(300))
	for _, tt := range []struct {
		path  string
		rows  int
		wants string
	}{
		{"/hotels", 200, "and 100 more"},
		{"/hotels?q=h017", 1, "to reconnect"},
		{"/hotels?q=Hotel+No.+17", 11, "Hotel No. 17"},
		{"/hotels?state=ended", 3, "H217"},
		{"/hotels?state=ended&q=h2", 1, "H217"},
		{"/hotels?state=nonsense", 200, "and 100 more"},
		{"/hotels?q=%3Cscript%3Ealert(1)%3C/script%3E", 0, "&lt;script&gt;"},
		{"/hotels?q=" + strings.Repeat("%FF", 500), 200, "and 100 more"},
	} {
		page := get(h, tt.path).Body.String()
		if n := strings.Count(page, `class="row hotel"`); n != tt.rows || !strings.Contains(page, tt.wants) {
			t.Errorf("%.60s: %d rows, want %d, with %q", tt.path, n, tt.rows, tt.wants)
		}
	}
	if page := get(h, "/hotels").Body.String(); strings.Index(page, "H017") > strings.Index(page, "H000") {
		t.Error("those in trouble do not come first")
	}
}

// TestHotelsAPI ensures what the operator gets of hotels, keys included, and that the status leaves them out
// unless it is asked for them.
func TestHotelsAPI(t *testing.T) {
	h := own(reported(100))
	golden(t, "hotels-17.json", get(h, "/api/v1/hotels?q=H017").Body.Bytes())
	if w := get(h, "/api/v1/hotels?state=nonsense"); w.Code != 400 {
		t.Errorf("unknown state: %d", w.Code)
	}
	if body := get(h, "/api/v1/status").Body.String(); strings.Contains(body, "traffic@H") || !strings.Contains(body, `"connected": 97`) {
		t.Error("the status names hotels, or does not count them")
	}
	if body := get(h, "/api/v1/status?hotels=1").Body.String(); !strings.Contains(body, "traffic@H099") {
		t.Error("the status does not name hotels when asked to")
	}
	metrics := get(h, "/metrics").Body.String()
	for _, want := range []string{`bellhop_hotels{state="ended"} 1`, `bellhop_hotels{state="connected"} 97`, "bellhop_report_age_seconds 29", `bellhop_incident_open{kind="hotels"} 1`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if strings.Contains(metrics, "H017") || strings.Contains(metrics, `check="traffic"`) {
		t.Error("metrics name hotels")
	}
}

// TestHotelOrders ensures that a hotel is forgotten or gets another key only by a request that the operator made.
func TestHotelOrders(t *testing.T) {
	var orders []monitor.HotelOrder
	snap := reported(20)
	s := New(Options{Reader: fixed{snap}, Order: func(_ context.Context, o monitor.HotelOrder) error {
		orders = append(orders, o)
		return nil
	}, Fresh: func(context.Context) *monitor.Snapshot {
		next := *snap
		if len(orders) > 0 {
			h := *snap.Hotels[17]
			h.Key = "key-new"
			next.Hotels = []*monitor.Hotel{&h}
		}
		return &next
	}})
	post := func(path string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		s.Trusted().ServeHTTP(w, r)
		return w
	}
	for path, want := range map[string]int{
		"/api/v1/hotels/NONE/rekey": 404, "/api/v1/hotels/H017/explode": 404, "/api/v1/hotels/H017": 404,
	} {
		if w := post(path); w.Code != want {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
	if w := post("/api/v1/hotels/H017/forget", "Sec-Fetch-Site", "cross-site"); w.Code != 403 || len(orders) != 0 {
		t.Errorf("from another site: status %d, %d orders", w.Code, len(orders))
	}
	w := post("/api/v1/hotels/H017/rekey")
	var got Hotel
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Key != "key-new" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if len(orders) != 1 || orders[0].Account != "H017" || orders[0].What != monitor.HotelRekey || len(orders[0].Random) != 32 || orders[0].At.IsZero() {
		t.Errorf("orders %+v", orders)
	}
}

// TestPublicHotel ensures what a key shows: one hotel, how it is, and what its administrator can do.
func TestPublicHotel(t *testing.T) {
	quiet, down, blindly, starting := reported(100), reported(100), reported(100), fixed{}
	down.Open = append(down.Open, new(apiDown()))
	for _, v := range down.Checks {
		if v.Check.Name == "api-edge" {
			open(&v, monitor.Availability, at("10:02:11"), monitor.FaultServer, "", apiDown().ID)
		}
	}
	blindly.Blind.Since = at("10:04:00")
	lacks := reported(100)
	open(&lacks.Checks[len(lacks.Checks)-2], monitor.Auth, at("09:00:00"), monitor.FaultScopeLost, "", "x")
	for _, tt := range []struct {
		name, key string
		world     *monitor.Snapshot
		state     Standing
		sentence  string
		action    string
		since     string
	}{
		{"connected", "key-000", quiet, Connected, hotelWorks, "", "06:00:00"},
		{"ended", "key-017", quiet, Ended, hotelEnded, "https://app.example.com/connect?account=H017", "07:40:12"},
		{"disturbed", "key-023", quiet, Disturbed, hotelDisturbed, "", "10:02:11"},
		{"silent", "key-042", quiet, Unknown, hotelUnseen, "", ""},
		{"lacks a scope", "key-099", lacks, Disturbed, hotelLacks, "https://app.example.com/connect?account=H099", "09:00:00"},
		{"apaleo is down", "key-000", down, Disturbed, apiDown().Public, "", "10:02:11"},
		{"apaleo is down, and its own link has ended", "key-017", down, Ended, hotelEnded, "https://app.example.com/connect?account=H017", "07:40:12"},
		{"we are blind", "key-017", blindly, Unknown, hotelUnseen, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Options{Reader: fixed{tt.world}, ReconnectURL: "https://app.example.com/connect?account={account}"})
			for _, h := range []http.Handler{s.Public(), s.Trusted(), s.Operator()} {
				w := get(h, "/public.json?hotel="+tt.key)
				var got publicHotelBody
				if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
					t.Fatalf("status %d, %v: %s", w.Code, err, w.Body)
				}
				action, since := "", ""
				if got.Hotel.Action != nil {
					action = *got.Hotel.Action
				}
				if got.Hotel.Since != nil {
					since = got.Hotel.Since.Format("15:04:05")
				}
				if got.Hotel.State != tt.state || got.Hotel.Sentence != tt.sentence || action != tt.action || since != tt.since {
					t.Errorf("got %s %q %s %s", got.Hotel.State, got.Hotel.Sentence, action, since)
				}
				for _, private := range []string{"SECRET", "Hotel No.", "502", "consent", "inc_", "key-"} {
					if strings.Contains(w.Body.String(), private) {
						t.Errorf("shows %s: %s", private, w.Body)
					}
				}
				if w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Cache-Control") != "private, max-age=15" {
					t.Errorf("headers %v", w.Header())
				}
			}
		})
	}
	for _, key := range []string{"", "key-1000", "H017", "key-01"} {
		if w := get(New(Options{Reader: fixed{quiet}}).Public(), "/public.json?hotel="+key); w.Code != 404 || !strings.Contains(w.Body.String(), hotelNoKey) || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("key %q: status %d: %s", key, w.Code, w.Body)
		}
	}
	if w := get(New(Options{Reader: starting}).Public(), "/public.json?hotel=key-000"); w.Code != 503 {
		t.Errorf("starting: status %d", w.Code)
	}
}

// TestPublicHotelInOwnWords ensures that an operator's own sentences take the place of those that a key shows.
func TestPublicHotelInOwnWords(t *testing.T) {
	quiet, lacks := reported(100), reported(100)
	open(&lacks.Checks[len(lacks.Checks)-2], monitor.Auth, at("09:00:00"), monitor.FaultScopeLost, "", "x")
	for _, tt := range []struct {
		key, text string
		world     *monitor.Snapshot
		instead   string
	}{
		{"key-000", "hotel_connected", quiet, hotelWorks},
		{"key-017", "hotel_ended", quiet, hotelEnded},
		{"key-023", "hotel_disturbed", quiet, hotelDisturbed},
		{"key-042", "hotel_unknown", quiet, hotelUnseen},
		{"key-099", "hotel_lacks", lacks, hotelLacks},
	} {
		for own, want := range map[string]string{"Alles in Ordnung.": "Alles in Ordnung.", "": tt.instead} {
			s := New(Options{Reader: fixed{tt.world}, Text: func(key string) string {
				if key == tt.text {
					return own
				}
				return "not asked for"
			}})
			var got publicHotelBody
			if err := json.Unmarshal(get(s.Public(), "/public.json?hotel="+tt.key).Body.Bytes(), &got); err != nil || got.Hotel.Sentence != want {
				t.Errorf("%s: %q, want %q (%v)", tt.text, got.Hotel.Sentence, want, err)
			}
		}
	}
}

// TestLostConsentSpeaks ensures that of several troubles of a hotel the one is told that somebody has to see to, in
// whatever order they stand.
func TestLostConsentSpeaks(t *testing.T) {
	s := reported(1)
	for i := range 3 {
		v := &s.Checks[len(s.Checks)-3+i]
		if v.Check.Kind == monitor.KindConsent {
			open(v, monitor.Auth, at("09:00:00"), monitor.FaultGrant, "the consent is gone", "inc_c")
		} else {
			open(v, monitor.Availability, at("08:00:00"), monitor.FaultServer, v.Check.Kind+" fails", "inc_o")
		}
	}
	h := ListHotels(s, "", "").Hotels[0]
	if h.State != Ended || h.Why != "the consent is gone" || h.Incident != "inc_c" || !h.Since.Equal(at("09:00:00")) {
		t.Errorf("hotel %+v", h)
	}
}

// TestHotelsAreNobodysMatter ensures that nothing of single hotels reaches what everybody sees.
func TestHotelsAreNobodysMatter(t *testing.T) {
	s := reported(300)
	v := publish(viewHotels(s).lean, now)
	if v.State != monitor.StateUp || v.Sentence != "Everything we watch works." || len(v.Incidents) != 0 {
		t.Errorf("public view %+v", v)
	}
	for _, c := range v.Components {
		if c.Name == "Bookings" {
			t.Error("a component is made of single hotels")
		}
	}
	for _, cause := range []monitor.Cause{{Kind: monitor.NodeCheck, ID: "traffic@H001"}, {Kind: monitor.NodeHotels, ID: "reconnect"}, {Kind: monitor.NodeAccount, ID: "H001"}} {
		s.Open = []*monitor.Incident{{
			ID: "i", State: monitor.IncidentOpen, Severity: monitor.Down, Side: monitor.SideApaleo, Public: "One hotel has trouble.", Cause: cause,
		}}
		if v := publish(viewHotels(s).lean, now); len(v.Incidents) != 0 || v.State != monitor.StateUp {
			t.Errorf("%s: public view %+v", cause.Kind, v)
		}
	}
}
