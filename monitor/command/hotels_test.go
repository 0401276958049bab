package command

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor/web"
)

// someHotels is what a daemon with four of them answers.
func someHotels() web.Hotels {
	at := func(text string) *time.Time {
		t, err := time.Parse(time.RFC3339, "2026-11-"+text+"Z")
		if err != nil {
			panic(err)
		}
		return &t
	}
	return web.Hotels{
		At: at("22T10:05:00"), LastReport: at("22T10:04:31"),
		Counts: map[web.Standing]int{web.Connected: 1, web.Ended: 1, web.Disturbed: 1, web.Silent: 1, web.Unknown: 0},
		Hotels: []web.Hotel{
			{Account: "alpine-hotels", Code: "ALPN", Name: "Hotel Alpenrose", State: web.Connected, Key: "k1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Since: at("01T08:00:00"), FirstSeen: at("01T08:00:00"), LastSeen: at("22T10:04:31"), TokenExpires: at("22T11:00:12"), LastPing: at("22T10:03:59"), LastEvent: at("22T09:58:00")},
			{Account: "CITY", Code: "CITY", Name: "City Lodge am Hauptbahnhof mit dem langen Namen", State: web.Disturbed, Why: "HTTP 502, a server error; 9 of 12 requests failed since 10:02:11 UTC, which is much more than usual", Since: at("22T10:02:11"), LastSeen: at("22T10:04:31"), Incident: "inc_0193a"},
			{Account: "OLDE", Code: "OLDE", State: web.Silent, Since: at("20T17:31:00"), LastSeen: at("20T17:31:00")},
			{Account: "SEAS", Code: "SEAS", Name: "Seaside Inn", State: web.Ended, Why: "the consent is gone; 4 of 4 failed since 07:40:12 UTC", Since: at("22T07:40:12"), LastSeen: at("22T10:04:31")},
		},
	}
}

// TestHotelsAreReadable ensures what a person reads of hotels, within eighty columns.
func TestHotelsAreReadable(t *testing.T) {
	const wantTable = `4 hotels: 1 to reconnect, 1 disturbed, 1 no longer reported, 1 connected. The
last report came at 10:04:31 UTC.

HOTEL          NAME                       LINK       SINCE         LAST REPORTED
SEAS           Seaside Inn                ended      07:40:12 UTC  10:04:31 UTC
  the consent is gone; 4 of 4 failed since 07:40:12 UTC
CITY           City Lodge am Hauptbahnh…  disturbed  10:02:11 UTC  10:04:31 UTC
  HTTP 502, a server error; 9 of 12 requests failed since 10:02:11 UTC, which is
  much more than usual
OLDE                                      silent     2026-11-20    2026-11-20
alpine-hotels  Hotel Alpenrose            connected  2026-11-01    10:04:31 UTC
`
	const wantDetails = `alpine-hotels (Hotel Alpenrose): connected, since 2026-11-01 08:00:00 UTC
  code              ALPN
  first reported    2026-11-01 08:00:00 UTC
  last reported     10:04:31 UTC
  its token ends    11:00:12 UTC
  last healthcheck  10:03:59 UTC
  last event        09:58:00 UTC
  public page       /public.json?hotel=k1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
`
	list := someHotels()
	got := hotelTable(list)
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if got != wantTable {
		t.Errorf("got\n%s", got)
	}
	list.Hotels = list.Hotels[:1]
	if got := hotelDetails(list); strings.TrimRight(got, " ") != wantDetails {
		t.Errorf("got\n%s", got)
	}
	if got := hotelTable(web.Hotels{}); !strings.HasPrefix(got, "No hotel is reported.") {
		t.Error(got)
	}
}
