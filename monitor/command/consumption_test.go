package command

import (
	"testing"
	"time"

	"bellhop/monitor"
)

// explain says what bellhop costs a host, and what the host says of that: of apaleo's hosts and of others.
func TestConsumption(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 4, 30, 0, time.UTC)
	check := &monitor.Check{Name: "inventory", Account: "alpine-hotels", Host: "api.apaleo.com", Client: "ALPN-SP-MON"}
	other := &monitor.Check{Name: "inventory", Account: "bernese-inn", Host: "api.apaleo.com"}
	limited := func(at time.Time, l monitor.RateLimit) *monitor.Row {
		return &monitor.Row{Last: monitor.Outcome{At: at, Limit: l}}
	}
	s := &monitor.Snapshot{At: now, Checks: []monitor.CheckView{
		{Check: check, Row: limited(now, monitor.RateLimit{Limit: 3500, Remaining: 3412, Reset: now.Add(30 * time.Second)})},
		{Check: other, Row: limited(now, monitor.RateLimit{Limit: -1, Remaining: 7})},
	}}
	own := &monitor.Check{Name: "own", Own: true, Host: "example.com"}
	for _, tt := range []struct {
		check *monitor.Check
		hosts map[string]monitor.HostUse
		want  string
	}{
		{check, map[string]monitor.HostUse{"api.apaleo.com": {Total: 99, Minute: 14}}, "api.apaleo.com: 14 requests in the last minute of at most 60 while all is well; 2 token requests of its client since start; apaleo says 3,412 of 3,500 left until 10:05:00 UTC"},
		{other, map[string]monitor.HostUse{"api.apaleo.com": {Total: 1, Minute: 1}}, "api.apaleo.com: 1 request in the last minute of at most 60 while all is well; apaleo says 7 left"},
		{own, map[string]monitor.HostUse{"example.com": {}}, "example.com: 0 requests in the last minute"},
		{own, nil, ""},
	} {
		s.Engine.Hosts, s.Engine.Tokens = tt.hosts, map[string]uint64{"ALPN-SP-MON": 2}
		if got := consumption(s, tt.check).text(now); got != tt.want {
			t.Errorf("%s says\n%q, want\n%q", tt.check.ID(), got, tt.want)
		}
	}
}
