package web

import (
	"fmt"
	"time"

	"bellhop/monitor"
)

// now is when all of these tests take place.
var now = time.Date(2026, 11, 22, 10, 5, 0, 0, time.UTC)

func at(clock string) time.Time {
	t, err := time.Parse("15:04:05", clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 22, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// fixed is a reader that always has the same to show.
type fixed struct{ s *monitor.Snapshot }

func (f fixed) Snapshot() *monitor.Snapshot { return f.s }

// watched is the anonymous platform list, and what three hotels add.
func watched(accounts ...string) []*monitor.Check {
	c := func(name, title, public, host, kind string) *monitor.Check {
		return &monitor.Check{Name: name, Title: title, Public: public, Host: host, Kind: kind, Spec: "@every 60s", Every: time.Minute}
	}
	all := []*monitor.Check{
		c("api-health", "apaleo API health", "apaleo API", "api.apaleo.com", "http"),
		c("api-edge", "apaleo API without a token", "apaleo API", "api.apaleo.com", "http"),
		c("identity-discovery", "Identity discovery", "Sign-in", "identity.apaleo.com", "http"),
		c("token-edge", "Token endpoint", "Sign-in", "identity.apaleo.com", "token-edge"),
		c("webhook-edge", "Webhook API", "Webhooks", "webhook.apaleo.com", "http"),
		c("api-certificate", "Certificate of api.apaleo.com", "", "api.apaleo.com", "tls"),
	}
	all[5].Warning = true
	for _, a := range accounts {
		for _, name := range []string{"token", "account-current", "properties-count"} {
			k := c(name, map[string]string{"token": "Token", "account-current": "Account", "properties-count": "Properties"}[name], "", "api.apaleo.com", "http")
			if name == "token" {
				k.Host, k.Kind = "identity.apaleo.com", "token"
			} else {
				k.Public = "apaleo API"
			}
			k.Account, k.Client = a, a+"-client"
			all = append(all, k)
		}
	}
	return all
}

// world is a snapshot in which all is well.
func world(accounts ...string) *monitor.Snapshot {
	s := &monitor.Snapshot{At: now, Instance: "fra1"}
	for i, c := range watched(accounts...) {
		took := time.Duration(90+7*(i%20)) * time.Millisecond
		row := &monitor.Row{Check: c.ID(), EverGood: true, LastRun: at("10:04:30"), LastGood: at("10:04:30")}
		row.Last = monitor.Outcome{
			Check: c.ID(), At: at("10:04:30"), Took: took, Status: 200,
			Phases: monitor.Phases{DNS: time.Millisecond, Connect: 12 * time.Millisecond, TLS: 25 * time.Millisecond, FirstByte: 50 * time.Millisecond},
		}
		if c.Kind == "tls" {
			row.Last.Status, row.Last.CertUntil = 0, now.Add(57*24*time.Hour)
		}
		if c.Kind == "token" {
			row.Last.Token.Expires = now.Add(time.Hour)
		}
		s.Checks = append(s.Checks, monitor.CheckView{Check: c, Row: row, State: monitor.StateUp, Next: at("10:05:30")})
	}
	s.Engine = monitor.EngineStats{
		Started: at("06:00:00"), Runs: 1482, Skipped: 3, SkippedBy: map[monitor.CheckID]uint64{"api-edge": 3}, Late: 2, Commits: 900,
		InboxCap: 64, LastCommit: at("10:04:59"), LastRun: at("10:04:59"), LastTick: at("10:04:59"),
		Lateness:   monitor.Histogram{Bounds: []float64{.001, .01, 1}, Counts: []uint64{1400, 60, 20, 2}, Sum: 9.5},
		CommitTook: monitor.Histogram{Bounds: []float64{.001, .01, 1}, Counts: []uint64{100, 790, 10, 0}, Sum: 4.2},
	}
	return s
}

// on changes the views of the checks called name.
func on(s *monitor.Snapshot, name string, change func(*monitor.CheckView)) {
	for i := range s.Checks {
		if s.Checks[i].Check.Name == name || string(s.Checks[i].Check.ID()) == name {
			row := *s.Checks[i].Row
			s.Checks[i].Row = &row
			change(&s.Checks[i])
		}
	}
}

// failing opens a signal of checks called name, as part of an incident.
func failing(s *monitor.Snapshot, name string, k monitor.SignalKind, state monitor.State, why string, o monitor.Outcome, incident string) {
	on(s, name, func(v *monitor.CheckView) {
		for i, kind := range monitor.SignalKinds {
			if kind == k {
				v.Row.Signals[i] = monitor.Signal{Phase: monitor.Open, Since: at("10:02:11"), Attempts: 10, Fails: 10}
				v.Row.Incident[i] = incident
			}
		}
		o.At, o.Took = at("10:04:45"), 31*time.Millisecond
		v.Row.Last, v.State, v.Why, v.Next = o, state, why, at("10:05:00")
	})
}

func apiDown() monitor.Incident {
	return monitor.Incident{
		ID: "inc_0193a", Version: 2, State: monitor.IncidentOpen, Severity: monitor.Down, Side: monitor.SideApaleo,
		Since: at("10:02:11"), Opened: at("10:02:56"), Updated: at("10:03:56"), Change: monitor.ChangeScope,
		Cause: monitor.Cause{Kind: monitor.NodeEdge, ID: "api.apaleo.com", Confidence: monitor.Certain},
		Scope: monitor.Scope{Failing: 8, Evaluated: 8, Blocked: 0, Watched: 8, Accounts: "all"},
		Title: "apaleo API is DOWN", Count: 8,
		Text:     "apaleo API is DOWN: 8 of 8 checks fail (HTTP 502) since 10:02:11 UTC. Identity and webhooks fine.",
		NextStep: "Nothing to fix here. bellhop watches it and tells you when it is over.",
		Doc:      "https://apaleo.dev/guides/", Public: "apaleo does not answer at present. Bookings made elsewhere may arrive late.",
		Acks: []string{"Investigating: elevated error rates"},
		Affected: []monitor.Affected{
			{Check: "api-health", Signal: monitor.Availability, Status: 502, Fault: monitor.FaultServer, Failed: 12, Of: 12, Runbook: "https://wiki.example.com/apaleo"},
			{Check: "account-current@alpine-hotels", Signal: monitor.Availability, Status: 502, Fault: monitor.FaultServer, TrackingID: "a25f0c1e", Failed: 6, Of: 6},
		},
	}
}

// hotelRevoked is one hotel's own trouble.
func hotelRevoked() monitor.Incident {
	return monitor.Incident{
		ID: "inc_0192f", Version: 1, State: monitor.IncidentOpen, Severity: monitor.AuthLost, Side: monitor.SideHotel,
		Since: at("07:40:12"), Opened: at("07:40:42"), Updated: at("07:40:42"),
		Cause: monitor.Cause{Kind: monitor.NodeAccount, ID: "seaside-inn", Confidence: monitor.Certain},
		Scope: monitor.Scope{Failing: 2, Evaluated: 2, Watched: 3, Accounts: "one"}, Count: 2,
		Title:    "Hotel seaside-inn is LOCKED OUT",
		Text:     "Hotel seaside-inn is LOCKED OUT: 2 of 2 checks fail (HTTP 403) since 07:40:12 UTC.",
		NextStep: "Ask the hotel whether it disconnected the app, then let it connect again.",
	}
}

func yesterday() monitor.Incident {
	return monitor.Incident{
		ID: "inc_0191c", Version: 3, State: monitor.IncidentResolved, Severity: monitor.Degraded, Side: monitor.SideApaleo, Reopened: 1,
		Since: at("08:10:00").AddDate(0, 0, -1), Opened: at("08:11:00").AddDate(0, 0, -1), Ended: at("08:52:30").AddDate(0, 0, -1),
		Cause: monitor.Cause{Kind: monitor.NodeEdge, ID: "webhook.apaleo.com", Confidence: monitor.Likely},
		Title: "Webhook API was DEGRADED for 42 min", Text: "Webhook API was DEGRADED for 42 min 30 s.", Public: "Notifications from apaleo were late.",
	}
}

// last is yesterday's, for one world alone.
func last() *monitor.Incident {
	i := yesterday()
	return &i
}

func worldDown() *monitor.Snapshot {
	s := world("alpine-hotels", "city-lodge")
	i := apiDown()
	s.Open, s.Recent = []*monitor.Incident{&i}, []*monitor.Incident{last()}
	for _, name := range []string{"api-health", "api-edge", "account-current", "properties-count"} {
		failing(s, name, monitor.Availability, monitor.StateDown, "HTTP 502; 12 of 12 failed since 10:02:11 UTC",
			monitor.Outcome{Status: 502, Fault: monitor.FaultServer, TrackingID: "a25f0c1e"}, i.ID)
	}
	s.Owed = []*monitor.Delivery{{
		DeliveryID: monitor.DeliveryID{Receiver: "pager", Incident: i.ID}, Wants: true, Failing: at("10:03:00"),
		LastErr: "HTTP 503", LastStatus: 503,
		Sending: &monitor.Sending{ID: "msg_1", Version: 1, Body: []byte("body-of-the-message"), Attempts: 4, Next: at("10:05:10")},
	}}
	s.Due, s.OldestOwed = 1, at("10:02:56")
	return s
}

func worldBlind() *monitor.Snapshot {
	s := world()
	s.Blind = monitor.Blindness{Since: at("10:03:20"), Before: []monitor.Interval{{From: at("09:10:00"), To: at("09:14:00")}}}
	for _, c := range s.Checks {
		on(s, c.Check.Name, func(v *monitor.CheckView) {
			v.State, v.Why = monitor.StateUnknown, "no way out"
			v.Row.Last = monitor.Outcome{At: at("10:04:30"), Fault: monitor.FaultConnect, Took: 2 * time.Millisecond}
		})
	}
	return s
}

func worldFresh() *monitor.Snapshot {
	s := world()
	s.Blind.Never, s.Engine = true, monitor.EngineStats{Started: at("10:04:59")}
	for i := range s.Checks {
		s.Checks[i].Row, s.Checks[i].State, s.Checks[i].Why = nil, monitor.StateUnknown, "not asked yet"
	}
	return s
}

// worldMixed has a bit of everything that is no outage.
func worldMixed() *monitor.Snapshot {
	s := world("alpine-hotels", "city-lodge", "seaside-inn")
	slow := monitor.Incident{
		ID: "inc_0193b", Version: 1, State: monitor.IncidentOpen, Severity: monitor.Degraded, Side: monitor.SideApaleo, Flapping: true,
		Since: at("10:02:11"), Opened: at("10:04:20"), Updated: at("10:04:20"), Title: "Webhook API is SLOW",
		Text: "Webhook API is SLOW: 10 of 10 attempts took too long since 10:02:11 UTC.", Public: "Notifications from apaleo are late.",
		Cause: monitor.Cause{Kind: monitor.NodeCheck, ID: "webhook-edge", Confidence: monitor.Certain}, Scope: monitor.Scope{Failing: 1, Evaluated: 1, Watched: 1},
	}
	hotel := hotelRevoked()
	s.Open, s.Recent = []*monitor.Incident{&slow, &hotel}, []*monitor.Incident{last()}
	failing(s, "webhook-edge", monitor.Latency, monitor.StateDegraded, "slow", monitor.Outcome{Status: 401}, slow.ID)
	for _, name := range []string{"account-current@seaside-inn", "properties-count@seaside-inn"} {
		failing(s, name, monitor.Auth, monitor.StateDegraded, "HTTP 403; 10 of 10 failed since 07:40:12 UTC", monitor.Outcome{Status: 403, Fault: monitor.FaultForbidden}, hotel.ID)
		on(s, name, func(v *monitor.CheckView) { v.Badges = []string{"auth"} })
	}
	on(s, "account-current@city-lodge", func(v *monitor.CheckView) {
		v.Badges, v.Row.Last.Status, v.Row.Last.Fault = []string{"quota"}, 429, monitor.FaultQuota
		v.Row.Last.Limit = monitor.RateLimit{Limit: 60, Remaining: 0}
	})
	on(s, "api-edge", func(v *monitor.CheckView) { v.State, v.Why = monitor.StatePaused, "paused by anna" })
	on(s, "token-edge", func(v *monitor.CheckView) { v.State, v.Why = monitor.StateUnknown, "nothing seen since 09:58:00 UTC" })
	on(s, "identity-discovery", func(v *monitor.CheckView) { v.State = monitor.StateMaintenance })
	s.Notices = []*monitor.Notice{{ID: "n1", Key: "config", At: at("09:00:00"), Text: "config.yaml could not be read: line 12: unknown key \"chekcs\".", NextStep: "The old configuration goes on. Correct the file and reload."}}
	return s
}

// worldHotels has 400 of them, and one in trouble.
func worldHotels() *monitor.Snapshot {
	var names []string
	for i := range 400 {
		names = append(names, fmt.Sprintf("hotel-%03d", i))
	}
	s := world(names...)
	hotel := hotelRevoked()
	hotel.Title, hotel.Text = "Hotel hotel-217 is LOCKED OUT", "Hotel hotel-217 is LOCKED OUT: 2 of 2 checks fail (HTTP 403) since 07:40:12 UTC."
	hotel.Cause.ID = "hotel-217"
	s.Open = []*monitor.Incident{&hotel}
	for _, name := range []string{"account-current@hotel-217", "properties-count@hotel-217"} {
		failing(s, name, monitor.Auth, monitor.StateDegraded, "HTTP 403; 10 of 10 failed since 07:40:12 UTC", monitor.Outcome{Status: 403, Fault: monitor.FaultForbidden}, hotel.ID)
	}
	return s
}

func worlds() map[string]*monitor.Snapshot {
	storeDown := world()
	storeDown.StoreDown, storeDown.Engine.CommitFailures = at("10:01:00"), 12
	return map[string]*monitor.Snapshot{
		"well": world("alpine-hotels"), "down": worldDown(), "blind": worldBlind(), "fresh": worldFresh(),
		"mixed": worldMixed(), "hotels": worldHotels(), "store-down": storeDown, "empty": {At: now}, "starting": nil,
	}
}
