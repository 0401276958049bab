package monitor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// The six promises, each a test that can fail. The sixth has a second half where the heartbeat is.

const outage = `
accounts a-hotel b-hotel
own shop shop.example.com:443
receiver ops
receiver pager severity=down after=5m
receiver room posts
10:00:00 start
10:02:00 begin api 502
10:02:00 begin check:shop 500
`

// TestPromiseToldDownToldUp ensures that every receiver that heard of an incident hears of its end, whatever
// comes between.
func TestPromiseToldDownToldUp(t *testing.T) {
	for name, between := range map[string]string{
		"nothing":            "",
		"a restart":          "10:10:00 kill\n10:10:10 restart",
		"many restarts":      "10:02:30 kill\n10:02:33 restart\n10:10:00 kill\n10:10:10 restart\n10:30:20 kill\n10:30:22 restart\n10:30:40 kill\n10:30:41 restart",
		"a long stop":        "10:10:00 kill\n10:55:00 restart",
		"a dead receiver":    "10:10:00 receiver ops dead\n10:10:00 receiver room dead\n2T10:10:00 receiver ops well\n2T10:10:00 receiver room well",
		"a lying one":        "10:10:00 receiver room lying\n11:10:00 receiver room well",
		"a dead uplink":      "10:10:00 begin net cut\n10:25:00 end net",
		"a sleep":            "10:10:00 suspend 10:28:00",
		"a removed check":    "10:10:00 remove check shop",
		"a removed receiver": "10:10:00 remove receiver ops",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end := "12:00:00 stop"
			if strings.Contains(between, "2T") {
				end = "2T11:00:00 stop"
			}
			s := perform(t, outage+between+"\n"+end)
			s = s.endAll()
			for id, d := range s.kept.deliveries {
				if s.incident(id.Incident) != nil && d.Knows != monitor.NeverTried && d.State == monitor.IncidentOpen && d.Dead == "" {
					t.Errorf("%s still believes that %s is open:\n%s", id.Receiver, id.Incident, s.out.String())
				}
			}
			if !strings.Contains(s.out.String(), string(monitor.EventOpened)) {
				t.Error("nobody heard of anything")
			}
		})
	}
}

// perform plays a script whose outage never ends by itself.
func perform(t *testing.T, script string) *simulation {
	t.Helper()
	var cast monitor.Reconfigure
	var s *simulation
	for line := range strings.SplitSeq(script, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		at, ok := moment(words[0])
		if !ok {
			if err := enlist(&cast, words); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if s == nil {
			s = newSimulation(t, cast, at)
			guard(t, s)
		}
		if end, _ := moment("10:30:00"); s.now.Before(end) && !at.Before(end) {
			s.until(end)
			delete(s.troubles, "api")
			delete(s.troubles, "check:shop")
		}
		s.until(at)
		s.happen(words[1:])
	}
	return s
}

// endAll lets an hour of good time pass.
func (s *simulation) endAll() *simulation {
	clear(s.troubles)
	s.until(s.now.Add(time.Hour))
	return s
}

// TestPromiseNothingRingsTwiceNothingRingsForNothing ensures that what is no outage rings nobody, and that no
// version of anything is told twice.
func TestPromiseNothingRingsTwiceNothingRingsForNothing(t *testing.T) {
	for name, story := range map[string]string{
		"a blip":         "10:02:00 begin api 502\n10:02:30 end api",
		"a burst of 429": "10:02:00 begin api-only 429\n10:12:00 end api-only",
		"a rolling deploy": "10:02:00 begin api 502\n10:02:10 end api\n10:07:00 begin api 502\n10:07:10 end api\n10:12:00 begin api 502\n10:12:10 end api\n" +
			"10:17:00 begin api 502\n10:17:10 end api\n10:22:00 begin api 502\n10:22:10 end api",
		"a suspended laptop": "10:02:00 begin api 502\n10:02:20 suspend 11:00:00\n11:00:00 end api",
		"a dead uplink":      "10:02:00 begin net cut\n10:40:00 end net",
		"a renewed secret":   "10:02:00 begin client:a-hotel rotated\n10:10:00 end client:a-hotel",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := play(t, "accounts a-hotel\nreceiver ops\n10:00:00 start\n"+story+"\n12:00:00 stop")
			if strings.Contains(said, "incident.") {
				t.Errorf("it rang:\n%s", said)
			}
		})
	}
	s := perform(t, outage+"10:10:00 kill\n10:10:10 restart\n2T11:00:00 stop").endAll()
	seen := map[string]bool{}
	for line := range strings.Lines(s.out.String()) {
		if _, message, ok := strings.Cut(line, " incident."); ok {
			who := strings.Fields(line)[2]
			if seen[who+message] {
				t.Errorf("told twice: %s", line)
			}
			seen[who+message] = true
		}
	}
}

// TestPromiseOneCauseOneIncident ensures that identity down for 400 hotels is one message that names it, and
// that one hotel's own trouble is neither hidden in it nor keeps it open.
func TestPromiseOneCauseOneIncident(t *testing.T) {
	accounts := ""
	for n := range 400 {
		accounts += fmt.Sprintf(" hotel-%d", n)
	}
	said := play(t, "accounts"+accounts+`
receiver ops
10:00:00 start
10:03:00 begin identity 503
10:08:00 begin account:hotel-7 403
10:13:00 end identity
11:00:00 stop`)
	messages := strings.Count(said, " ops: ")
	if messages != 3 || strings.Count(said, "apaleo identity is DOWN") != 1 || strings.Count(said, "apaleo identity WORKS again") != 1 ||
		strings.Count(said, "Hotel hotel-7 (HTL8) is LOCKED OUT") != 1 {
		t.Errorf("%d messages:\n%s", messages, said)
	}
}

// TestPromiseItSaysWhoseFaultItIs ensures that the first message names the side, what is seen, since when and
// what to do next, and claims nothing that is not known.
func TestPromiseItSaysWhoseFaultItIs(t *testing.T) {
	for trouble, want := range map[string][]string{
		"begin api 502":                       {"down, apaleo, host/api.apaleo.com", "apaleo API is DOWN", "HTTP 502", "since 10:0"},
		"begin identity timeout":              {"down, apaleo, identity/identity.apaleo.com", "apaleo identity is DOWN", "no answer in time"},
		"begin client:a-hotel invalid_client": {"auth, credentials, client/HTL1-SP-BELLHOP", "is REJECTED", "invalid_client"},
		"begin account:a-hotel 403":           {"auth, permissions, account/a-hotel", "Hotel a-hotel (HTL1) is LOCKED OUT", "HTTP 403"},
		"begin check:shop 500":                {"down, integration, check/shop", "Check shop is DOWN"},
	} {
		t.Run(trouble, func(t *testing.T) {
			t.Parallel()
			said := play(t, "accounts a-hotel b-hotel\nown shop shop.example.com:443\nreceiver ops\n10:00:00 start\n10:03:00 "+trouble+"\n10:30:00 stop")
			for _, words := range append(want, "→ ") {
				if !strings.Contains(said, words) {
					t.Errorf("does not say %q:\n%s", words, said)
				}
			}
			if n := strings.Count(said, " ops: "); n != 1 {
				t.Errorf("%d messages:\n%s", n, said)
			}
		})
	}
	t.Run("without control hosts", func(t *testing.T) {
		var cast monitor.Reconfigure
		if err := enlist(&cast, []string{"accounts", "a-hotel"}); err != nil {
			t.Fatal(err)
		}
		cast.Controls, cast.Receivers = 0, []monitor.Receiver{{Name: "ops"}}
		s := newSimulation(t, cast, day)
		s.until(day.Add(5 * time.Minute))
		s.troubles["api"] = trouble{what: "refused", share: 1, since: s.now}
		s.until(day.Add(10 * time.Minute))
		if said := s.out.String(); !strings.Contains(said, "down, unclear, host/api.apaleo.com") || strings.Contains(said, "Nothing to fix here") {
			t.Errorf("blames somebody:\n%s", said)
		}
		if open := s.book.Snapshot(s.now).Open; len(open) != 1 || !strings.Contains(open[0].Public, "We do not know") {
			t.Errorf("the public is told that somebody is to blame: %+v", open)
		}
	})
}

// TestPromiseUnknownIsNotUpAndNotDown ensures that time in which nobody watched, or nothing could be seen,
// is shown as such, and neither opens nor ends anything.
func TestPromiseUnknownIsNotUpAndNotDown(t *testing.T) {
	s := perform(t, "accounts a-hotel\nreceiver ops\n10:00:00 start\n10:02:00 begin api 502\n10:05:00 begin net cut\n10:20:00 stop")
	snap := s.book.Snapshot(s.now)
	if len(snap.Open) != 1 || snap.Blind.Since.IsZero() {
		t.Errorf("blind since %v, %d open", snap.Blind.Since, len(snap.Open))
	}
	for _, v := range snap.Checks {
		want := monitor.StateUnknown
		if v.Check.Host == hosts["api"] && !v.Check.Warning {
			want = monitor.StateDown // as it was last seen: what is open stays open
		}
		if v.Check.Every <= time.Minute && v.State != want {
			t.Errorf("%s is shown as %s (%s), want %s", v.Check.ID(), v.State, v.Why, want)
		}
	}
	s.endAll()
	if said := s.out.String(); !strings.Contains(said, "nobody watched") {
		t.Errorf("the end does not say what was not seen:\n%s", said)
	}
}

// TestPromiseTheWatcherIsWatched ensures that what bellhop owes and cannot do is there to be seen, by people
// and by the heartbeat.
func TestPromiseTheWatcherIsWatched(t *testing.T) {
	s := perform(t, "accounts a-hotel\nreceiver ops\n10:00:00 start\n10:01:00 receiver ops dead\n10:02:00 begin api 502\n10:12:00 stop")
	snap := s.book.Snapshot(s.now)
	if owed := s.now.Sub(snap.OldestOwed); snap.OldestOwed.IsZero() || owed < s.pace.OwedTooLong {
		t.Errorf("oldest owed %v", snap.OldestOwed)
	}
	if snap.Due != 1 {
		t.Errorf("%d messages due, want 1", snap.Due)
	}
	if len(snap.Owed) != 1 || snap.Owed[0].LastErr == "" && snap.Owed[0].Sending == nil {
		t.Errorf("owed %v", snap.Owed)
	}
}
