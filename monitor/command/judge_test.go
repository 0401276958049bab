package command

import (
	"encoding/json"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
)

// One look is told in one sentence: whose matter it is, what was seen, what to do. It never blames anybody for
// our own network.
func TestVerdict(t *testing.T) {
	api := &monitor.Check{Name: "api-edge", Kind: "http", Title: "apaleo API", Host: "api"}
	token := &monitor.Check{Name: "auth-token", Account: "alpine", Kind: "token", Title: "New token for alpine", Host: "identity", Client: "c1"}
	own := &monitor.Check{Name: "booking", Kind: "http", Title: "booking", Host: "127.0.0.1", Own: true, Slow: 1}
	page := &monitor.Check{Name: "status-page", Kind: "status-page", Title: "apaleo's status page", Info: true}
	good := monitor.Outcome{Status: 200}
	dns := monitor.Outcome{Fault: monitor.FaultDNS}
	seen := []monitor.ControlAnswer{{Name: "a", OK: true}, {Name: "b", OK: true}, {Name: "c"}}
	cut := []monitor.ControlAnswer{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for _, tt := range []struct {
		name     string
		checks   []*monitor.Check
		outcomes []monitor.Outcome
		answers  []monitor.ControlAnswer
		good     bool
		want     string
		words    string // results
	}{
		{"all good", []*monitor.Check{api, token}, []monitor.Outcome{good, good}, nil, true, "All 2 checks are good.", "good good"},
		{"one, good", []*monitor.Check{api}, []monitor.Outcome{good}, nil, true, "It is good.", "good"},
		{"apaleo fails", []*monitor.Check{api, token}, []monitor.Outcome{{Status: 502, Fault: monitor.FaultServer}, good}, nil, false, "apaleo API fails (HTTP 502). It is apaleo's matter.", "FAIL good"},
		{"secret revoked", []*monitor.Check{api, token}, []monitor.Outcome{good, {Status: 400, Fault: monitor.FaultClient, Code: "invalid_client"}}, nil, false, "It is about our credentials.", "good FAIL"},
		{"we are cut off", []*monitor.Check{api, token}, []monitor.Outcome{dns, dns}, cut, false, "bellhop cannot see out", "not asked,not asked"},
		{"they are cut off", []*monitor.Check{api, token}, []monitor.Outcome{dns, good}, seen, false, "apaleo API fails (the name is not found).", "FAIL good"},
		{"nobody can tell", []*monitor.Check{api, token}, []monitor.Outcome{dns, good}, cut, false, "Whose matter it is, is not clear.", "unclear good"},
		{"what answers beside us is not outside", []*monitor.Check{api, own}, []monitor.Outcome{dns, {Status: 200, IP: "127.0.0.1"}}, cut, false, "cannot see out", "not asked,good"},
		{"quota", []*monitor.Check{api, token}, []monitor.Outcome{{Status: 429, Fault: monitor.FaultQuota}, good}, nil, false, "1 of 2 checks met a rate limit; nothing is down.", "limited good"},
		{"slow", []*monitor.Check{own}, []monitor.Outcome{{Status: 200, Took: 5}}, nil, false, "answered slowly; nothing is down.", "slow"},
		{"no token", []*monitor.Check{api, token}, []monitor.Outcome{good, {Fault: monitor.FaultNoToken}}, nil, false, "1 of 2 checks could not be asked", "good not asked"},
		{"no token, alone", []*monitor.Check{token}, []monitor.Outcome{{Fault: monitor.FaultNoToken, Detail: "no token: HTTP 400 invalid_client"}}, nil, false, "It could not be asked: ", "not asked"},
		{"no token, and a limit", []*monitor.Check{api, token}, []monitor.Outcome{{Status: 429, Fault: monitor.FaultQuota}, {Fault: monitor.FaultNoToken}}, nil, false, "1 of 2 checks could not be asked; nothing is down.", "limited not asked"},
		{"no token for any", []*monitor.Check{token, token}, []monitor.Outcome{{Fault: monitor.FaultNoToken}, {Fault: monitor.FaultNoToken}}, nil, false, "Nothing could be asked.", "not asked,not asked"},
		{"the status page alone", []*monitor.Check{page}, []monitor.Outcome{{Status: 500, Fault: monitor.FaultServer}}, nil, true, "never one itself.", "info"},
		{"set-up", []*monitor.Check{api}, []monitor.Outcome{{Status: 404, Fault: monitor.FaultNotFound}}, nil, false, "apaleo API fails (HTTP 404)", "set-up"},
		{"the status page is no finding", []*monitor.Check{api, page}, []monitor.Outcome{good, {Status: 500, Fault: monitor.FaultServer}}, nil, true, "It is good.", "good info"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := look{tt.checks, tt.outcomes, tt.answers, 3, nil, monitor.RealPace()}.judge()
			if got.Good != tt.good || !strings.Contains(got.Verdict, tt.want) {
				t.Errorf("got %v %q, want %v and %q", got.Good, got.Verdict, tt.good, tt.want)
			}
			var words []string
			for _, r := range got.Checks {
				words = append(words, r.Result)
			}
			if strings.Join(words, " ") != strings.ReplaceAll(tt.words, ",", " ") {
				t.Errorf("results are %q, want %q", words, tt.words)
			}
		})
	}
}

// Asking once against the stand-in: all is good, then not, and the exit status says so.
func TestProbeAsksOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure("")
	if text, status := p.says("probe"); status != exitGood || !strings.Contains(text, "All 13 checks are good.") || !strings.Contains(text, "inventory@alpine-hotels") {
		t.Errorf("probe says %d\n%s", status, text)
	}
	outage := p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	if text, status := p.says("probe"); status != exitFinding || !strings.Contains(text, "\napaleo API: 4 of 4 checks fail (HTTP 502). It is apaleo's matter.") {
		t.Errorf("probe says %d\n%s", status, text)
	}
	outage.Clear()
	p.apaleo.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = "" })
	if text, status := p.says("probe"); status != exitFinding || !strings.Contains(strings.Join(strings.Fields(text), " "), "It is about our credentials.") {
		t.Errorf("probe says %d\n%s", status, text)
	}
	p.apaleo.Change("ALPN", func(a *apaleotest.Account) { a.ClientSecret = "s3cret" })
	p.apaleo.Fault(apaleotest.Gateway(503).On(apaleotest.Webhook))
	text, status := p.says("probe", "--json")
	var got Probed
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != exitFinding || got.Good || got.Blind || len(got.Checks) != 13 {
		t.Errorf("probe --json says %d %v\n%s", status, err, text)
	}
	if text, status := p.says("probe", "api-edge"); status != exitGood || !strings.Contains(text, "It is good.") {
		t.Errorf("probe api-edge says %d\n%s", status, text)
	}
	if text, status := p.says("probe", "webhook-api-edge"); status != exitFinding || !strings.Contains(text, "HTTP 503") || !strings.Contains(text, "apaleo's matter") {
		t.Errorf("probe webhook-api-edge says %d\n%s", status, text)
	}
}
