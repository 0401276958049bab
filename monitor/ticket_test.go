package monitor_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

func clockAt(h, m, s int) time.Time { return day.Add(time.Duration(h*3600+m*60+s) * time.Second) }

// gateway is an incident of apaleo's API that is over: four attempts failed with 502.
func gateway() monitor.Case {
	lead := monitor.SignalID{Check: "inventory@alpine-hotels", Signal: monitor.Availability}
	i := monitor.Incident{
		ID: "inc_019ab3c2d4", Version: 1, State: monitor.IncidentOpen, Severity: monitor.Down, Side: monitor.SideApaleo,
		Since: clockAt(10, 2, 11), Opened: clockAt(10, 3, 26), Updated: clockAt(10, 3, 26), Title: "apaleo API is DOWN: 2 of 2 checks fail",
		Cause: monitor.Cause{Kind: monitor.NodeAPI, ID: "api.apaleo.com", Confidence: monitor.Likely},
		Scope: monitor.Scope{Failing: 2, Evaluated: 2, Watched: 4, Accounts: "all"}, Count: 2, Leads: []monitor.SignalID{lead},
		Affected: []monitor.Affected{
			{Check: lead.Check, Signal: lead.Signal, Status: 502, Fault: monitor.FaultServer, TrackingID: "t-4", Failed: 4, Of: 4},
			{Check: "gone@alpine-hotels", Signal: lead.Signal, Status: 502, Fault: monitor.FaultServer, TrackingID: "t-9", Failed: 2, Of: 2},
		},
		Text: "apaleo API is DOWN: 2 of 2 checks that need an account's token fail (HTTP 502) since 10:02:11 UTC. Identity and webhooks answer.",
	}
	acked, over := i, i
	acked.Version, acked.Updated, acked.Change, acked.Acks = 2, clockAt(10, 9, 30), monitor.ChangeScope, []string{"Elevated error rates"}
	over.Version, over.State, over.Updated, over.Ended, over.Acks = 3, monitor.IncidentResolved, clockAt(10, 21, 1), clockAt(10, 20, 5), acked.Acks
	over.Title, over.Text = "apaleo API WORKS again", "apaleo API WORKS again since 10:20:05 UTC. It was down for 17 min 54 s, from 10:02:11 to 10:20:05 UTC."
	return monitor.Case{
		Now: clockAt(11, 0, 0), Incident: &over, Monitor: "bellhop 0.1.0",
		Versions: []monitor.Event{
			{Type: monitor.EventOpened, At: i.Updated, Incident: i},
			{Type: monitor.EventUpdated, At: acked.Updated, Incident: acked},
			{Type: monitor.EventResolved, At: over.Updated, Incident: over},
		},
		Exhibits: []monitor.Exhibit{
			{Signal: lead, Account: "ALPN", Check: inventory(), Row: &monitor.Row{Failures: [4]*monitor.Failure{badGateway()}}, Samples: samples()},
			{Signal: monitor.SignalID{Check: "gone@alpine-hotels", Signal: monitor.Availability}},
		},
	}
}

func inventory() *monitor.Check {
	return &monitor.Check{
		Name: "inventory", Account: "alpine-hotels", Title: "Inventory API for alpine-hotels", Kind: "http", Host: "api.apaleo.com",
		Request: "GET https://api.apaleo.com/inventory/v1/properties/$count",
	}
}

func badGateway() *monitor.Failure {
	f := &monitor.Failure{
		At: clockAt(10, 19, 11), Fault: monitor.FaultServer, Status: 502, Detail: "status == 200 is not so", TrackingID: "t-4",
		Took: 134 * time.Millisecond, IP: "20.50.2.1", Addrs: []string{"20.50.2.1", "20.50.2.2"},
		Phases: monitor.Phases{DNS: time.Millisecond, Connect: 12 * time.Millisecond, TLS: 20 * time.Millisecond, FirstByte: 100 * time.Millisecond},
		TLS:    monitor.TLSFacts{Version: "TLS 1.3", Issuer: "Microsoft Azure RSA TLS Issuing CA 07", Names: []string{"*.apaleo.com"}},
		Body:   monitor.BodyFacts{Type: "text/html", Length: 166, Hash: "0123456789ab"}, CertUntil: clockAt(0, 0, 0).AddDate(0, 2, 0),
		Limit: monitor.RateLimit{Limit: 3500, Remaining: 3412, Reset: clockAt(10, 25, 0)},
	}
	for n := range 5 {
		f.Tracking = append(f.Tracking, monitor.Tracking{ID: fmt.Sprintf("t-%d", n), At: clockAt(10, 0+5*n, 0), Status: 502})
	}
	return f
}

// samples are one a minute from an hour before to an hour after: 50 to 109 ms, then 500 to 559 while it lasts.
func samples() []monitor.Sample {
	var all []monitor.Sample
	for n := range 130 {
		s := monitor.Sample{At: clockAt(9, 2, 11).Add(time.Duration(n) * time.Minute), Took: time.Duration(50+n%60) * time.Millisecond, Status: 200}
		s.Evidence[0] = monitor.Good
		if n >= 60 && n < 78 {
			s.Took, s.Status, s.Evidence[0] = s.Took+450*time.Millisecond, 502, monitor.Fail
		}
		if n == 77 {
			s.Status = 0
		}
		all = append(all, s)
	}
	return all
}

// unanswered is an incident that lasts: no answer on a new connection, while the control hosts answer.
func unanswered() monitor.Case {
	c := gateway()
	open := c.Versions[0].Incident
	open.Leads = []monitor.SignalID{{Check: "inventory@alpine-hotels", Signal: monitor.Availability}}
	open.Count, open.Scope.Blocked = 14, 3
	c.Incident, c.Versions, c.Now = &open, c.Versions[:1], clockAt(10, 20, 0)
	c.Page = &monitor.Row{LastRun: clockAt(10, 18, 0)}
	c.Exhibits = c.Exhibits[:1]
	c.Exhibits[0].Row = &monitor.Row{Failures: [4]*monitor.Failure{{
		At: clockAt(10, 19, 0), Fault: monitor.FaultTimeout, Detail: "no answer from api.apaleo.com in time", Took: 10 * time.Second,
		Controls: []monitor.ControlAnswer{{Name: "https://cp.cloudflare.com/generate_204?key=k", OK: true}, {Name: "https://other.example/", OK: false}},
	}}}
	return c
}

// TestTicket compares the text that is sent to apaleo's support with what was read and found good.
func TestTicket(t *testing.T) {
	for name, c := range map[string]monitor.Case{"gateway": gateway(), "unanswered": unanswered()} {
		t.Run(name, func(t *testing.T) {
			file, got := filepath.Join("testdata", "tickets", name+".txt"), c.Ticket().String()
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || got != string(want) {
				t.Errorf("got\n%s\nwant\n%s(%v)", got, want, err)
			}
			for line := range strings.Lines(got) {
				if utf8.RuneCountInString(line) > 81 {
					t.Errorf("over 80 columns: %s", line)
				}
			}
		})
	}
}

// TestTicketOfLongAgo ensures that evidence of a later incident is not given out as this one's: what the versions
// said is used, and older tracking ids are left out.
func TestTicketOfLongAgo(t *testing.T) {
	c := gateway()
	if got := c.Ticket().Checks[0].Last.Tracking; len(got) != 4 || got[0].ID != "t-1" {
		t.Errorf("tracking ids %v, want those since 10:02", got)
	}
	later := badGateway()
	later.At, later.Status, later.IP = clockAt(10, 50, 0), 503, "192.0.2.9"
	c.Exhibits[0].Row = &monitor.Row{Failures: [4]*monitor.Failure{later}}
	if got := c.Ticket().Checks[0].Last; got == nil || got.Status != 502 || got.IP != "" || len(got.Tracking) != 1 || got.Tracking[0].ID != "t-4" {
		t.Errorf("the last failure is %+v", got)
	}
}

// TestTicketOfNoRecovery ensures that no good attempt is spoken of where none ended the incident.
func TestTicketOfNoRecovery(t *testing.T) {
	const good = "first good attempt"
	c := gateway()
	if text := c.Ticket().String(); !strings.Contains(text, good) {
		t.Errorf("no recovery in\n%s", text)
	}
	for _, how := range []monitor.ChangeWord{monitor.ChangeUnwatched, monitor.ChangePaused, monitor.ChangeMerged} {
		c.Versions[len(c.Versions)-1].Incident.Change = how
		if text := c.Ticket().String(); strings.Contains(text, good) {
			t.Errorf("%s: a recovery in\n%s", how, text)
		}
	}
}

// TestSuspects ensures that the cause's own checks come first, and that a ticket is about ten checks at most.
func TestSuspects(t *testing.T) {
	c := gateway()
	for n := range 20 {
		c.Versions[1].Incident.Affected = append(c.Versions[1].Incident.Affected, monitor.Affected{Check: monitor.CheckID(fmt.Sprint(n))})
	}
	got := monitor.Suspects(c.Incident, c.Versions)
	if len(got) != 10 || got[0] != c.Incident.Leads[0] || got[1].Check != "gone@alpine-hotels" {
		t.Errorf("suspects %v", got)
	}
}

// TestTicketIsWholeAndPlain ensures, for any text in it, that a ticket goes through JSON as it is, keeps its lines,
// and carries nothing that does not print.
func TestTicketIsWholeAndPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, text := gateway(), rapid.String().Draw(t, "text")
		c.Versions[0].Incident.Text, c.Incident.Title, c.Versions[1].Incident.Acks = text, text, []string{text}
		c.Exhibits[0].Row.Failures[0].Detail = text
		first := c.Ticket()
		body, err := json.Marshal(first)
		var again monitor.Ticket
		if err != nil || json.Unmarshal(body, &again) != nil || again.String() != first.String() {
			t.Fatalf("not the same through JSON (%v)", err)
		}
		for _, r := range first.String() {
			if r != '\n' && (r < ' ' || r == 0x7f) {
				t.Fatalf("%q in it", r)
			}
		}
	})
}
