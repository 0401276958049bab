package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// worldLedger is an outage of which one receiver does not take the news, and one was given up.
func worldLedger() *monitor.Snapshot {
	s := worldDown()
	id := func(r, i string) monitor.DeliveryID { return monitor.DeliveryID{Receiver: r, Incident: i} }
	s.Receivers = []monitor.Receiver{{Name: "ops", Kind: "slack"}, {Name: "pager", Kind: "pagerduty"}, {Name: "wiki", Kind: "webhook"}, {Name: "audit", Kind: "webhook"}}
	s.Owed[0].LastErr = "503 Service Unavailable"
	s.Owed = append(s.Owed,
		&monitor.Delivery{DeliveryID: id("ops", "inc_0193a"), Wants: true, Knows: monitor.Told, Version: 2, State: monitor.IncidentOpen},
		&monitor.Delivery{DeliveryID: id("audit", "ntc_0193c"), Wants: true, Sending: &monitor.Sending{ID: "msg_4", Attempts: 1, InFlight: true}},
		&monitor.Delivery{DeliveryID: id("wiki", "inc_0193a"), Wants: true, Dead: "410 Gone: the receiver wants no messages any more", Failing: at("10:03:02")},
	)
	s.Waiting = map[monitor.DeliveryID]time.Time{id("pager", "inc_0193a"): at("10:02:56"), id("audit", "ntc_0193c"): at("10:04:58")}
	s.Titles = map[string]string{"inc_0193a": apiDown().Title, "ntc_0193c": "Receiver \"pager\" has taken no alerts since 10:03:00 UTC."}
	s.Due, s.OldestOwed = len(s.Waiting), time.Time{}
	return s
}

// tellings is what was told in that world, newest first.
func tellings() []monitor.Telling {
	line := func(clock, receiver, incident, title string, what monitor.EventType, r monitor.SendResult) monitor.Telling {
		return monitor.Telling{
			At: at(clock), DeliveryID: monitor.DeliveryID{Receiver: receiver, Incident: incident}, ID: "msg_" + receiver, Type: what,
			Version: 1, Severity: monitor.Down, Title: title, From: 1, Attempt: 1, Result: r, Status: 200,
		}
	}
	all := []monitor.Telling{
		line("10:04:50", "pager", "inc_0193a", apiDown().Title, monitor.EventOpened, monitor.Refused),
		line("10:04:10", "ops", "inc_0193a", apiDown().Title, monitor.EventUpdated, monitor.Accepted),
		line("10:03:02", "wiki", "inc_0193a", apiDown().Title, monitor.EventOpened, monitor.Gone),
		line("10:02:57", "ops", "inc_0193a", apiDown().Title, monitor.EventOpened, monitor.Accepted),
		line("09:00:01", "ops", "ntc_0193a", "config.yaml could not be read: line 12: unknown key \"chekcs\".", monitor.EventNotice, monitor.Accepted),
	}
	all[0].Attempt, all[0].Status, all[0].Reason = 4, 503, "503 Service Unavailable"
	all[1].Version, all[1].Ref = 2, "1763805777.000100"
	all[2].Status, all[2].Reason = 410, "410 Gone"
	old := line("08:52:30", "ops", "dig_0191c", "one message for several incidents", monitor.EventDigest, monitor.Ambiguous)
	old.At, old.Of, old.Status, old.Reason = old.At.AddDate(0, 0, -1), 14, 0, "no answer in time"
	return append(all, old)
}

// ledgerOf is a ledger in memory.
func ledgerOf(all []monitor.Telling) func(context.Context, monitor.TellingFilter) ([]monitor.Telling, error) {
	return func(_ context.Context, f monitor.TellingFilter) ([]monitor.Telling, error) {
		var out []monitor.Telling
		for _, t := range all {
			old := f.Before.IsZero() || t.At.Before(f.Before)
			if (f.Receiver == "" || f.Receiver == t.Receiver) && (f.Incident == "" || f.Incident == t.Incident) && old && len(out) < cmp.Or(f.Limit, 50) {
				out = append(out, t)
			}
		}
		return out, nil
	}
}

func ledgerSite() http.Handler {
	return protect(New(Options{Reader: fixed{worldLedger()}, Told: ledgerOf(tellings())}).operatorRoutes())
}

// TestLedgerPages ensures that the ledger looks as it did when somebody last read it.
func TestLedgerPages(t *testing.T) {
	h := ledgerSite()
	golden(t, "ledger.html", live(t, get(h, "/ledger").Body.String()))
	golden(t, "ledger-pager.html", live(t, get(h, "/ledger?receiver=pager&incident=inc_0193a").Body.String()))
	golden(t, "ledger-empty.html", live(t, get(own(world()), "/ledger").Body.String()))
	golden(t, "incident-told.html", live(t, get(h, "/incidents/inc_0193a").Body.String()))
	golden(t, "deliveries-ledger.json", get(h, "/api/v1/deliveries").Body.Bytes())
}

// TestLedgerAnswers ensures that both the page and the API choose by receiver and incident, go back in time, and say
// what is wrong with a question.
func TestLedgerAnswers(t *testing.T) {
	h := ledgerSite()
	for _, tt := range []struct {
		query  string
		status int
		owed   int
		told   []string
		older  string
	}{
		{"", 200, 4, []string{"pager", "ops", "wiki", "ops", "ops", "ops"}, ""},
		{"?receiver=pager", 200, 1, []string{"pager"}, ""},
		{"?incident=inc_0193a", 200, 3, []string{"pager", "ops", "wiki", "ops"}, ""},
		{"?incident=inc_0193a&receiver=ops&limit=1", 200, 1, []string{"ops"}, "/api/v1/deliveries?before=2026-11-22T10%3A04%3A10.000Z&incident=inc_0193a&limit=1&receiver=ops"},
		{"?before=2026-11-22T10%3A03%3A00.000Z&limit=50", 200, 4, []string{"ops", "ops", "ops"}, ""},
		{"?receiver=nobody", 200, 0, nil, ""},
		{"?before=yesterday", 400, 0, nil, ""},
		{"?limit=0", 400, 0, nil, ""},
	} {
		w := get(h, "/api/v1/deliveries"+tt.query)
		var body struct {
			Deliveries, Told []struct{ Receiver string }
			Older            string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, line := range body.Told {
			told = append(told, line.Receiver)
		}
		if w.Code != tt.status || len(body.Deliveries) != tt.owed || !slices.Equal(told, tt.told) || body.Older != tt.older {
			t.Errorf("%s: status %d, %d owed, told %v, older %q", tt.query, w.Code, len(body.Deliveries), told, body.Older)
		}
		if page := get(h, "/ledger"+tt.query); page.Code != tt.status {
			t.Errorf("page %s: status %d, want %d", tt.query, page.Code, tt.status)
		}
	}
}

// TestLedgerUnread ensures that a ledger that cannot be read hides neither what is owed nor that it cannot be read.
func TestLedgerUnread(t *testing.T) {
	broken := func(context.Context, monitor.TellingFilter) ([]monitor.Telling, error) {
		return nil, errors.New("disk on fire")
	}
	h := protect(New(Options{Reader: fixed{worldLedger()}, Told: broken}).operatorRoutes())
	page := get(h, "/ledger").Body.String()
	if !strings.Contains(page, "cannot be read") || !strings.Contains(page, "503 Service Unavailable") || strings.Contains(page, "fire") {
		t.Error(page)
	}
	if w := get(h, "/api/v1/deliveries"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("the API answers %d", w.Code)
	}
	if w := get(h, "/incidents/inc_0193a"); w.Code != http.StatusOK {
		t.Errorf("the incident's page answers %d", w.Code)
	}
}

// TestDeliveryState ensures what the ledger's first sentence says.
func TestDeliveryState(t *testing.T) {
	for want, change := range map[string]func(*monitor.Snapshot){
		"pager and wiki do not take what is owed.": func(*monitor.Snapshot) {},
		"No receiver has taken the latest news.":   func(s *monitor.Snapshot) { s.OldestOwed = at("09:59:00") },
		"2 messages are on the way.":               func(s *monitor.Snapshot) { s.Owed = nil },
		"Every receiver knows what is true.":       func(s *monitor.Snapshot) { s.Owed, s.Due = nil, 0 },
		"wiki took nothing when last tried.": func(s *monitor.Snapshot) {
			s.Owed, s.Waiting, s.Due = []*monitor.Delivery{{DeliveryID: monitor.DeliveryID{Receiver: "ops", Incident: "inc_0193a"}, Failing: at("10:03:02")}}, nil, 0
			s.Notices = []*monitor.Notice{{Key: monitor.ReceiverKey("wiki")}}
		},
		"Alerts go to the log alone: no receiver is configured.": func(s *monitor.Snapshot) {
			s.Owed, s.Due, s.Receivers = nil, 0, []monitor.Receiver{{Name: "log", Kind: "log"}}
		},
	} {
		s := worldLedger()
		change(s)
		if got := deliveryState(s).Sentence; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
