package traffic

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// now is when all of these tests take place.
var now = time.Date(2026, 11, 22, 10, 5, 0, 0, time.UTC)

func at(clock string) time.Time {
	t, err := time.Parse(time.RFC3339, "2026-11-22T"+clock+"Z")
	if err != nil {
		panic(err)
	}
	return t
}

const whole1 = `{
  "id": "0193f3c2-7b1e-7cc4-a0e5-2b9d6d1f0001",
  "covers": "60s",
  "until": "2026-11-22T11:04:30+01:00",
  "accounts": [
    {
      "account": "ALPN",
      "name": " Hotel\tAlpenrose\u202e\n",
      "requests": {"Booking": {"200": 41, "502": 3, "timeout": 1, "304": 0}, "inventory": {"200": 2}},
      "token": {"at": "2026-11-22T10:04:11.5Z", "result": "ok", "expires": "2026-11-22T12:04:11+01:00", "scopes": ["setup.read", "reservations.read", "setup.read"]},
      "webhooks": {"last_healthcheck": "2026-11-22T10:07:00+0000", "last_event": 1795341600, "events": 17},
      "gone": false
    },
    {"account": "SEAS", "token": {"result": "invalid_grant", "scopes": "a.read b.read"}, "webhooks": {"last_healthcheck": 1795341600000, "last_event": null}},
    {"account": "OLDE", "gone": true, "name": null}
  ]
}`

// TestParse ensures that all of a report arrives as it is meant: modules in lower case, times in UTC, a clock
// that is a little ahead forgiven, scopes in order, a name that cannot disturb what stands around it.
func TestParse(t *testing.T) {
	got, err := Parse([]byte(whole1), now)
	if err != nil {
		t.Fatal(err)
	}
	want := monitor.Report{
		At: now, ID: "0193f3c2-7b1e-7cc4-a0e5-2b9d6d1f0001", Covers: time.Minute, Until: at("10:04:30"),
		Accounts: []monitor.AccountReport{
			{
				Code: "ALPN", Name: "Hotel Alpenrose",
				Requests: []monitor.Count{
					{Module: "booking", Status: 200, N: 41},
					{Module: "booking", Status: 502, N: 3},
					{Module: "booking", Fault: monitor.FaultTimeout, N: 1},
					{Module: "inventory", Status: 200, N: 2},
				},
				Token: &monitor.TokenReport{
					At: at("10:04:11").Add(time.Second / 2), Expires: at("11:04:11"), Scopes: []string{"reservations.read", "setup.read"},
				},
				Webhooks: &monitor.WebhookReport{LastPing: now, LastEvent: time.Unix(1795341600, 0).UTC(), Events: 17},
			},
			{
				Code:     "SEAS",
				Token:    &monitor.TokenReport{Fault: monitor.FaultGrant, Code: "invalid_grant", Scopes: []string{"a.read", "b.read"}},
				Webhooks: &monitor.WebhookReport{LastPing: time.Unix(1795341600, 0).UTC()},
			},
			{Code: "OLDE", Gone: true},
		},
	}
	if !reflect.DeepEqual(got.Report, want) || got.Source != "" {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// TestLittleIsEnough ensures that what need not be said can be left out, and that marks of encoders do not count.
func TestLittleIsEnough(t *testing.T) {
	for _, body := range []string{
		`{"id":"1","accounts":[]}`,
		"\uFEFF{\"id\":\"1\",\"accounts\":[]}\r\n",
		`{"accounts":[{"account":"ALPN"}],"id":"x","covers":null}`,
		`{"id":"1","accounts":[{"account":"ALPN","requests":[],"webhooks":[ ]}]}`,
		`{"id":"1","accounts":[{"account":"ALPN","requests":{"booking":[]}}]}`,
		`{"id":"1","covers":59,"accounts":[{"account":"a-b_c.9","name":"x","requests":{},"webhooks":{},"token":{"result":200}}]}`,
	} {
		if _, err := Parse([]byte(body), now); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// report1 is a report of one account with this in it.
func report1(account string) string {
	return `{"id":"1","accounts":[{"account":"ALPN",` + account + `}]}`
}

// TestMistakes ensures what each mistake is answered with: where it is, what is wrong, what to do. No answer
// shows a value.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{"", "the report is empty: send JSON"},
		{" \n", "the report is empty: send JSON"},
		{"{\n \"id\": 'x'}", "the report is no JSON from line 2, column 8 on: invalid character '\\'' looking for beginning of value"},
		{`{"id":"1"`, "the report is no JSON from line 1, column 9 on: unexpected end of JSON input"},
		{`[7]`, "the report is no object: write it in braces"},
		{`[]`, "the report has no id"},
		{report1(`"requests":[7]`), "accounts[0].requests: is no object"},
		{`{"accounts":[]}`, "the report has no id: give each report one of its own"},
		{`{"id":"1"}`, "the report has no accounts: list them; write [] if there are none"},
		{`{"id":"","accounts":[]}`, "id: cannot be used: write 1 to 128"},
		{`{"id":"` + strings.Repeat("x", 129) + `","accounts":[]}`, "id: cannot be used: write 1 to 128"},
		{`{"id":"a b","accounts":[]}`, "id: cannot be used"},
		{`{"id":7,"accounts":[]}`, "id: is no string"},
		{`{"id":"1","id":"2","accounts":[]}`, "id: is given twice: keep one"},
		{`{"id":"1","accounts":{}}`, "accounts: is no list"},
		{`{"id":"1","accounts":[7]}`, "accounts[0]: is no object"},
		{`{"id":"1","accounts":[{}]}`, "accounts[0]: has no account: write apaleo's account code"},
		{`{"id":"1","accounts":[{"account":".."}]}`, "accounts[0].account: cannot be used: write apaleo's account code"},
		{`{"id":"1","accounts":[{"account":"Anna Müller"}]}`, "accounts[0].account: cannot be used: write apaleo's account code"},
		{`{"id":"1","accounts":[{"account":"A"},{"account":"B"},{"account":"A"}]}`, "accounts[2]: has the code of accounts[0]: name each account once"},
		{`{"id":"1","covers":"a minute","accounts":[]}`, "covers: is no time span"},
		{`{"id":"1","covers":-9223372036854775807,"accounts":[]}`, "covers: is no time span"},
		{`{"id":"1","covers":"25h","accounts":[]}`, "covers: is no time span"},
		{`{"id":"1","until":"10:05","accounts":[]}`, "until: is no time with its zone: write it like"},
		{`{"id":"1","until":"2026-11-22T10:10:01Z","accounts":[]}`, "until: has not come yet: it is now 2026-11-22T10:05:00Z: set the clock right"},
		{report1(`"guests":[{"name":"Anna"}]`), "accounts[0].guests: is not known: the keys here are account, name, requests, token, webhooks and gone; a report has no room for others, so that no guest data comes with it"},
		{report1(`"guest":null`), "accounts[0].guest: is not known"},
		{report1(`"anna@example.com":1`), `accounts[0]["anna@example.com"]: is not known`},
		{report1(`"name":7`), "accounts[0].name: is no string"},
		{report1(`"requests":{"booking":41}`), "accounts[0].requests.booking: is no object"},
		{report1(`"requests":{"/booking/v1":{"200":1}}`), `accounts[0].requests["/booking/v1"]: is no module`},
		{report1(`"requests":{"booking":{"2xx":1}}`), "accounts[0].requests.booking.2xx: is no outcome of a request: write an HTTP status, or timeout, connect, reset, dns or tls"},
		{report1(`"requests":{"booking":{"600":1}}`), "accounts[0].requests.booking.600: is no outcome"},
		{report1(`"requests":{"booking":{"200":-1}}`), "accounts[0].requests.booking.200: is no count"},
		{report1(`"requests":{"booking":{"200":1.5}}`), "accounts[0].requests.booking.200: is no count"},
		{report1(`"requests":{"booking":{"200":"4"}}`), "accounts[0].requests.booking.200: is no count"},
		{report1(`"requests":{"booking":{"200":1e99}}`), "accounts[0].requests.booking.200: is no count"},
		{report1(`"token":{"expires":"2026-11-22T11:00:00Z"}`), "accounts[0].token: has no result: say how the last token request ended"},
		{report1(`"token":{"result":"ok","expires":"22.11.2026"}`), `accounts[0].token.expires: is no time with its zone: write it like "2026-11-22T10:02:11Z"`},
		{report1(`"token":{"result":"ok","expires":"2026-11-22T10:02:11"}`), "accounts[0].token.expires: is no time with its zone"},
		{report1(`"token":{"result":"ok","expires":"2028-11-22T10:02:11Z"}`), "accounts[0].token.expires: is more than a year ahead"},
		{report1(`"token":{"result":"ok","expires":"0001-01-01T00:00:00Z"}`), "accounts[0].token.expires: is before 2015: leave it out"},
		{report1(`"token":{"result":"ok","at":0}`), "accounts[0].token.at: is before 2015"},
		{report1(`"token":{"result":"ok","at":"2026-11-22T10:10:01Z"}`), "accounts[0].token.at: has not come yet: it is now 2026-11-22T10:05:00Z: set the clock right"},
		{report1(`"token":{"result":0}`), "accounts[0].token.result: is no result"},
		{report1(`"token":{"result":null}`), "accounts[0].token.result: is no result"},
		{report1(`"token":{"result":"ok","refresh_token":"07fabbd"}`), "accounts[0].token.refresh_token: is not known"},
		{report1(`"token":{"result":"ok","scopes":["a b"]}`), "accounts[0].token.scopes[0]: is no scope"},
		{report1(`"token":{"result":"ok","scopes":[7]}`), "accounts[0].token.scopes[0]: is no scope"},
		{report1(`"token":{"result":"ok","scopes":7}`), "accounts[0].token.scopes: is no list"},
		{report1(`"webhooks":{"last_event":"2026-11-22T12:00:00Z"}`), "accounts[0].webhooks.last_event: has not come yet"},
		{report1(`"webhooks":{"events":"many"}`), "accounts[0].webhooks.events: is no count"},
		{report1(`"gone":"yes"`), "accounts[0].gone: is neither true nor false"},
		{report1(`"requests":{` + manyKeys(129) + `}`), "accounts[0].requests.k64: is one of more than 64 modules"},
		{`{"id":"1","accounts":[` + accounts(accountsMax+1) + `]}`, "accounts[10000]: is one more than 10000 accounts: send them in several reports"},
		{strings.Repeat(" ", BytesMax+1), "the report is larger than 8 MiB: send the accounts in several reports"},
	} {
		_, err := Parse([]byte(tt.body), now)
		wrong, ok := errors.AsType[*Mistakes](err)
		if !ok {
			t.Errorf("%.60s: error %v, want mistakes", tt.body, err)
			continue
		}
		if got := wrong.Error(); !strings.HasPrefix(got, tt.want) {
			t.Errorf("%.60s:\n got %s\nwant %s", tt.body, got, tt.want)
		}
	}
}

func manyKeys(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`"k%d":{"200":1}`, i))
	}
	return strings.Join(all, ",")
}

func accounts(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`{"account":"A%d"}`, i))
	}
	return strings.Join(all, ",")
}

// TestAllMistakesAtOnce ensures that who reports mends all of them in one go, and is not sent a book.
func TestAllMistakesAtOnce(t *testing.T) {
	_, err := Parse([]byte(`{"id":7,"accounts":[{"account":"ALPN","x":1,"gone":2},{"account":"ALPM","token":{"result":"ok","at":"soon"}}]}`), now)
	want := []string{"id: is no string", "accounts[0].x: is not", "accounts[0].gone: is neither", "accounts[1].token.at: is no time"}
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		if len(lines) != len(want) || !strings.HasPrefix(line, want[i]) {
			t.Fatalf("got %q, want %q", lines, want)
		}
	}
	_, err = Parse([]byte(report1(`"requests":{"booking":{`+strings.ReplaceAll(manyKeys(30), `{"200":1}`, "1")+`}}`)), now)
	if wrong, _ := errors.AsType[*Mistakes](err); wrong == nil || len(wrong.First) != 10 || wrong.More != 20 || !strings.HasSuffix(err.Error(), "\nand 20 more") {
		t.Errorf("%d mistakes and %d more", len(wrong.First), wrong.More)
	}
}

// TestResults ensures what each end of a token request is taken for. A word that nobody knows is a refusal,
// and is kept only if it cannot be anything but an error code.
func TestResults(t *testing.T) {
	for _, tt := range []struct {
		result string
		want   monitor.TokenReport
	}{
		{`"ok"`, monitor.TokenReport{}},
		{`200`, monitor.TokenReport{Status: 200}},
		{`"OK"`, monitor.TokenReport{}},
		{`"invalid_grant"`, monitor.TokenReport{Fault: monitor.FaultGrant, Code: "invalid_grant"}},
		{`"access_denied"`, monitor.TokenReport{Fault: monitor.FaultGrant, Code: "access_denied"}},
		{`"invalid_client"`, monitor.TokenReport{Fault: monitor.FaultClient, Code: "invalid_client"}},
		{`"invalid_scope"`, monitor.TokenReport{Fault: monitor.FaultScope, Code: "invalid_scope"}},
		{`"unauthorized_client"`, monitor.TokenReport{Fault: monitor.FaultScope, Code: "unauthorized_client"}},
		{`"invalid_request"`, monitor.TokenReport{Fault: monitor.FaultRequest, Code: "invalid_request"}},
		{`"temporarily_unavailable"`, monitor.TokenReport{Fault: monitor.FaultServer, Code: "temporarily_unavailable"}},
		{`"something_new"`, monitor.TokenReport{Fault: monitor.FaultRequest, Code: "something_new"}},
		{`"Anna's token eyJhbGciOi"`, monitor.TokenReport{Fault: monitor.FaultRequest}},
		{`""`, monitor.TokenReport{Fault: monitor.FaultRequest}},
		{`"timeout"`, monitor.TokenReport{Fault: monitor.FaultTimeout}},
		{`"dns"`, monitor.TokenReport{Fault: monitor.FaultDNS}},
		{`502`, monitor.TokenReport{Fault: monitor.FaultServer, Status: 502}},
		{`"502"`, monitor.TokenReport{Fault: monitor.FaultServer, Status: 502}},
		{`400`, monitor.TokenReport{Fault: monitor.FaultRequest, Status: 400}},
		{`401`, monitor.TokenReport{Fault: monitor.FaultClient, Status: 401}},
		{`403`, monitor.TokenReport{Fault: monitor.FaultForbidden, Status: 403}},
		{`415`, monitor.TokenReport{Fault: monitor.FaultClientError, Status: 415}},
		{`429`, monitor.TokenReport{Fault: monitor.FaultQuota, Status: 429}},
		{`302`, monitor.TokenReport{Fault: monitor.FaultUnexpected, Status: 302}},
	} {
		r, err := Parse([]byte(report1(`"token":{"result":`+tt.result+`}`)), now)
		if err != nil {
			t.Errorf("%s: %v", tt.result, err)
		} else if got := *r.Accounts[0].Token; !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, want %+v", tt.result, got, tt.want)
		}
	}
}

// TestLongNames ensures that a name is cut between characters.
func TestLongNames(t *testing.T) {
	r, err := Parse([]byte(report1(`"name":"x`+strings.Repeat("ü", 200)+`"`)), now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Accounts[0].Name, "x"+strings.Repeat("ü", 49)+"…"; got != want {
		t.Errorf("name %q", got)
	}
}

// TestReportOfNothingButKeys ensures that a report which is all keys costs little more memory than it is large.
func TestReportOfNothingButKeys(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"id":"x","accounts":[{"account":"A","requests":{"0":{}`)
	for i := 1; b.Len() < BytesMax-100; i++ {
		fmt.Fprintf(&b, `,"%x":{}`, i)
	}
	body := []byte(b.String() + "}}]}")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := Parse(body, now); err == nil {
		t.Error("it is taken")
	}
	runtime.ReadMemStats(&after)
	used := after.TotalAlloc - before.TotalAlloc
	if used > 2*uint64(len(body)) {
		t.Errorf("a report of %d MB takes %d MB", len(body)>>20, used>>20)
	}
}
