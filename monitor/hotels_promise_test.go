package monitor_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestPromiseOneCauseInTheWorstNight ensures that the worst night with 300 reported hotels is three messages to each
// receiver, each of them true: the hotel that has to connect again, and identity down and up. What happens to others
// because of it is no message, and the one that follows waits for the next day.
func TestPromiseOneCauseInTheWorstNight(t *testing.T) {
	data, err := os.ReadFile("testdata/stories/worst-night-300.txt")
	if err != nil {
		t.Fatal(err)
	}
	script, _, _ := strings.Cut(string(data), "\n---\n")
	said := play(t, script)
	for _, who := range []string{" ops: ", " room: "} {
		if n := strings.Count(said, who); n != 3 {
			t.Errorf("%d messages to%s:\n%s", n, who, said)
		}
	}
	for _, words := range []string{
		"1 hotel to reconnect: Alpenrose (H007)", "apaleo identity is DOWN", "of 299 hotels have lost access by now; if it lasts, ",
		"and all by 03:00 UTC", "apaleo identity WORKS again",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("nobody says %q:\n%s", words, said)
		}
	}
}

// TestHotelsAreToldOnceADay ensures that a matter of hotels is told when it begins and then at most once a day, and
// only if other hotels are concerned; that it is over with the last of them; and that it never grows past five names.
func TestHotelsAreToldOnceADay(t *testing.T) {
	book := reportingBook()
	revoked := func(day, hour int) int { return min(8, 1+day*2+hour/20) } // two more each day, never told at once
	var told []string
	for hour := range 24 * 4 {
		for minute := range 3 {
			at := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
			r := bigReport(20, at, 200, "")
			for n := range r.Accounts {
				if hour < 24*3 && n < revoked(hour/24, hour%24) {
					r.Accounts[n].Token = &monitor.TokenReport{At: at, Status: 400, Fault: monitor.FaultGrant, Code: "invalid_grant"}
				}
			}
			told = append(told, tell(book, r)...)
			told = append(told, tell(book, monitor.Tick{At: at.Add(30 * time.Second)})...)
		}
	}
	want := []string{
		"incident.opened 1 hotel to reconnect: Hotel number 0 (H00000).",
		"incident.updated 3 hotels to reconnect: Hotel number 0 (H00000), Hotel number 1 (H00001) and Hotel number 2 (H00002).",
		"incident.updated 5 hotels to reconnect: Hotel number 0 (H00000), Hotel number 1 (H00001), Hotel number 2 (H00002), Hotel number 3 (H00003) and Hotel number 4 (H00004).",
		"incident.resolved All hotels are connected again since 2026-11-25 00:00:00 UTC.",
	}
	for n, w := range want {
		if n >= len(told) || !strings.HasPrefix(told[n], strings.TrimSuffix(w, " since 2026-11-25 00:00:00 UTC.")) {
			t.Fatalf("message %d is not %q:\n%s", n+1, w, strings.Join(told, "\n"))
		}
	}
	if len(told) != len(want) {
		t.Errorf("%d messages:\n%s", len(told), strings.Join(told, "\n"))
	}
}

// tell feeds one input, and gives what is said because of it.
func tell(book *monitor.Book, in monitor.Input) []string {
	c := book.Decide([]monitor.Input{in})
	book.Apply(c)
	var said []string
	for _, e := range c.Events {
		said = append(said, fmt.Sprintf("%s %s", e.Type, e.Incident.Text))
	}
	return said
}

// TestManyHotelsAreOneIncident ensures that whatever befalls thousands of reported hotels at once, or half of them,
// is one incident of one cause, and one beginning and one end.
func TestManyHotelsAreOneIncident(t *testing.T) {
	const hotels = 300
	for name, test := range map[string]struct {
		status int
		token  monitor.Fault
		share  int // of three hotels
		want   monitor.NodeKind
		id     string
	}{
		"all requests fail":            {502, "", 3, monitor.NodeEdge, ""},
		"a third of all requests fail": {502, "", 1, monitor.NodeHotels, monitor.MatterRequests},
		"all are refused":              {403, "", 3, monitor.NodeAPI, ""},
		"a third is refused":           {403, "", 1, monitor.NodeHotels, monitor.MatterAccess},
		"no consent is left":           {401, monitor.FaultGrant, 3, monitor.NodeClient, ""},
		"a third has no consent":       {401, monitor.FaultGrant, 1, monitor.NodeHotels, monitor.MatterReconnect},
		"the client is gone":           {401, monitor.FaultClient, 3, monitor.NodeClient, ""},
		"all are suspended":            {403, monitor.FaultSuspended, 3, monitor.NodeHotels, monitor.MatterSuspended},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			book := reportingBook()
			var said []string
			for minute := range 14 {
				at := day.Add(time.Duration(minute) * time.Minute)
				r := bigReport(hotels, at, 200, "")
				for n := range r.Accounts {
					if minute >= 4 && minute < 9 && n%3 < test.share {
						r.Accounts[n].Requests = []monitor.Count{{Module: "booking", Status: test.status, N: 20}}
						if test.token != "" {
							r.Accounts[n].Token = &monitor.TokenReport{At: at, Status: 400, Fault: test.token}
						}
					} else {
						r.Accounts[n].Token.At = at
					}
				}
				said = append(said, tell(book, r)...)
				if open := book.Snapshot(at).Open; minute == 8 && (len(open) != 1 || open[0].Cause.Kind != test.want || test.id != "" && open[0].Cause.ID != test.id) {
					for _, i := range open {
						t.Errorf("open: %v %s", i.Cause, i.Text)
					}
				}
			}
			if open := book.Snapshot(day.Add(15 * time.Minute)).Open; len(open) != 0 || len(said) != 2 {
				t.Errorf("%d are open still; people heard\n%s", len(open), strings.Join(said, "\n"))
			}
		})
	}
}

// TestQuietMatter ensures that a matter of thousands of hotels in which nothing changes costs the ticks nothing.
func TestQuietMatter(t *testing.T) {
	book, now := reportingBook(), day
	for range 4 {
		now = now.Add(time.Minute)
		r := bigReport(2000, now, 200, "")
		for i := range r.Accounts[:900] { // fewer than would be the client's
			r.Accounts[i].Token.Fault, r.Accounts[i].Token.Status, r.Accounts[i].Token.At = monitor.FaultGrant, 400, now
		}
		fold(book, r)
	}
	if open := book.Snapshot(now).Open; len(open) != 1 || open[0].Cause.Kind != monitor.NodeHotels || len(open[0].Members) != 900 {
		t.Fatalf("%d open, want one of 900 hotels", len(open))
	}
	now = now.Add(2 * time.Minute)
	allocs := testing.AllocsPerRun(20, func() {
		now = now.Add(time.Second)
		fold(book, monitor.Tick{At: now})
	})
	if allocs > 20 {
		t.Errorf("a tick makes %.0f things anew, want at most 20", allocs)
	}
}
