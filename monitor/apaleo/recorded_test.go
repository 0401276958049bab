package apaleo_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/apaleo/apaleotest"
)

// TestRecordedBodies ensures that each body that was recorded of apaleo is understood for what it is. It fails when
// one is added that is not played.
func TestRecordedBodies(t *testing.T) {
	type want struct {
		status  int
		fault   monitor.Fault
		code    string
		message string
	}
	wants := map[string]want{
		"403-headers-real-2021.json":                   {status: 403, fault: monitor.FaultForbidden},
		"422-messages-docs-channel.json":               {422, monitor.FaultInvalid, "", "Source is required for ChannelManager channel and should be configured."},
		"422-webhook-subscription-create-PARTIAL.json": {422, monitor.FaultInvalid, "invalid_property_id", "Subscription can..."},
		"token-400-invalid_grant.json":                 {400, monitor.FaultGrant, "invalid_grant", ""},
		"token-400-invalid_request.json":               {400, monitor.FaultRequest, "invalid_request", ""},
		"token-400-invalid_scope.json":                 {400, monitor.FaultScope, "invalid_scope", ""},
		"token-invalid_client.json":                    {400, monitor.FaultClient, "invalid_client", ""},
	}
	files, err := os.ReadDir("testdata/errors")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		w, ok := wants[f.Name()]
		if !ok {
			t.Errorf("%s is not played", f.Name())
			continue
		}
		on, id := apaleotest.API, monitor.CheckID("inventory@alpine")
		if strings.HasPrefix(f.Name(), "token-") {
			on, id = apaleotest.Identity, "auth-token@alpine"
		}
		t.Run(f.Name(), func(t *testing.T) {
			s := open(t, true)
			answer := apaleotest.Status(w.status).On(on).For("ALPN").WithBody("application/json", recorded(t, f.Name()))
			if w.status == http.StatusForbidden { // headers are what was recorded: there was no body
				answer = apaleotest.Status(w.status).On(on).For("ALPN").WithHeader("Apaleo-Tracking-Id", "a25f065f-0029-4745-9c0a-1e3127e12490")
			}
			s.Fault(answer)
			o := s.ask(t, id)
			if o.Fault != w.fault || o.Code != w.code || strings.Join(o.Messages, "|") != w.message || o.TrackingID == "" {
				t.Errorf("fault %q, code %q, messages %q, tracking id %q; want %+v", o.Fault, o.Code, o.Messages, o.TrackingID, w)
			}
		})
	}
}

// FuzzUnknownBodies ensures that whatever apaleo may answer some day is told as something, with a side that there is,
// and that nothing of it gets out but what may: a known word, and a 422's masked messages.
func FuzzUnknownBodies(f *testing.F) {
	for _, body := range []string{
		`{"title":"Bad","detail":"guest Mara Lind"}`, `{"messages":"text"}`, `{"messages":[7,{}]}`, `{"type":7,"message":{}}`, `{"error":["invalid_grant"]}`,
		`{"type":"HealthcheckFailed","message":"'mara@example.com' 4111111111111111"}`, `[]`, `null`, `"x"`, ``, `{`, "\xff\xfe", `<html>`, `{"error":"invalid_client ` + strings.Repeat("x", 99) + `"}`,
	} {
		for _, status := range []int{200, 204, 301, 400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 520, 599} {
			f.Add(status, body)
		}
	}
	s := open(f, true)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		defer s.ClearFaults()
		s.Fault(apaleotest.Status(status).WithBody("application/json", body))
		for _, id := range []monitor.CheckID{"account@alpine", "token-edge", "apaleo-health"} {
			o := s.ask(t, id)
			a := apaleo.Advise(monitor.Trouble{
				Node: monitor.Node{Kind: monitor.NodeCheck, ID: string(id)}, Signal: monitor.Availability, Fault: o.Fault, Status: o.Status, Code: o.Code, Kind: "http",
			})
			if !slices.Contains(sides, a.Side) || a.What == "" || a.Next == "" || jargon.MatchString(a.Public) {
				t.Fatalf("%s: %+v of %+v", id, a, o)
			}
			shown := o.Detail + o.Code + strings.Join(o.Messages, " ")
			for _, secret := range []string{"mara@example.com", "4111111111111111", "Mara Lind"} {
				if strings.Contains(shown, secret) {
					t.Fatalf("%s: %q gets out", id, shown)
				}
			}
			if len(o.Code) > 64 || len(o.Messages) > 5 {
				t.Fatalf("%s: %q, %q", id, o.Code, o.Messages)
			}
		}
	})
}

// TestTextsOfTheOperator ensures that public sentences can be one's own, and that a key which is none is named.
func TestTextsOfTheOperator(t *testing.T) {
	advise, err := apaleo.Adviser(map[string]string{"part": "Im PMS klemmt es{part}.", "part_over": "Im PMS ging etwas {part} nicht."})
	if err != nil {
		t.Fatal(err)
	}
	booking := monitor.Trouble{Node: monitor.Node{Kind: monitor.NodeModule, ID: "booking"}, Signal: monitor.Availability, Severity: monitor.Down, Fault: monitor.FaultServer, Status: 500, Kind: "http"}
	if a := advise(booking); a.Public != "Im PMS klemmt es (bookings)." || a.Past != "Im PMS ging etwas (bookings) nicht." {
		t.Errorf("%q, %q", a.Public, a.Past)
	}
	if a := advise(booking); a.Next != apaleo.Advise(booking).Next {
		t.Errorf("the next step changed too: %q", a.Next)
	}
	if _, err := apaleo.Adviser(map[string]string{"hotel_connected": "Ihr Hotel ist verbunden."}); err != nil {
		t.Error(err)
	}
	for _, bad := range []map[string]string{{"parts": "x"}, {"hotel_connected_over": "x"}, {"part": " "}, {"part": strings.Repeat("x", 301)}} {
		if _, err := apaleo.Adviser(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if _, err := apaleo.Adviser(map[string]string{"parts": "x"}); !strings.Contains(err.Error(), "sign_in_slow") {
		t.Errorf("the keys are not named: %v", err)
	}
}
