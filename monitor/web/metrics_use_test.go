package web

import (
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestUseMetrics ensures that what bellhop costs others is to be seen, and how much of it they still take: the
// tightest of the limits that hold, an account's own only where accounts are named.
func TestUseMetrics(t *testing.T) {
	s := world("alpine-hotels", "bernese-inn")
	s.Engine.Hosts = map[string]monitor.HostUse{"api.apaleo.com": {Total: 900, Minute: 14}}
	s.Engine.Tokens = map[string]uint64{"ALPN-SP-MON": 3}
	for n, id := range []string{"properties-count@alpine-hotels", "properties-count@bernese-inn"} {
		for _, v := range s.Checks {
			if string(v.Check.ID()) == id {
				v.Row.Last.Limit = monitor.RateLimit{Limit: 3500, Remaining: 3412 - n, Reset: s.At.Add(time.Minute)}
			}
		}
	}
	for accounts, lines := range map[bool][]string{
		false: {
			`bellhop_requests_total{host="api.apaleo.com"} 900`, `bellhop_requests_last_minute{host="api.apaleo.com"} 14`,
			`bellhop_token_requests_total{client="ALPN-SP-MON"} 3`, `bellhop_rate_limit_remaining{host="api.apaleo.com"} 3411`,
			`bellhop_rate_limit{host="api.apaleo.com"} 3500`,
		},
		true: {`bellhop_rate_limit_remaining{account="alpine-hotels",host="api.apaleo.com"} 3412`, `{account="bernese-inn",host="api.apaleo.com"} 3411`},
	} {
		page := get(New(Options{Reader: fixed{s}, AccountLabels: accounts}).operatorRoutes(), "/metrics").Body.String()
		for _, line := range lines {
			if !strings.Contains(page, line+"\n") {
				t.Errorf("accounts %v: no line %s", accounts, line)
			}
		}
	}
	s.At = s.At.Add(2 * time.Minute)
	if page := get(New(Options{Reader: fixed{s}}).operatorRoutes(), "/metrics").Body.String(); strings.Contains(page, "bellhop_rate_limit{") {
		t.Error("a limit that was renewed is still shown as it was")
	}
}
