package bench

import (
	"fmt"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestRivals ensures that each rule tells what its monitor would: a string is what its probes see from the first one on,
// the last letter for good; then come the seconds after the first probe at which it tells.
func TestRivals(t *testing.T) {
	rules := map[string]func() Policy{}
	for _, r := range Rivals() {
		rules[r.Name] = r.New
	}
	for _, tt := range []struct{ rule, sees, want string }{
		{"Gatus 3/2", ".xx.xxx..", "began 360 ended 480"},
		{"Gatus 3/2", ".xxx.x..", "began 180 ended 420"},
		{"Uptime Kuma", ".x.", "began 60 ended 120"},
		{"Uptime Kuma 3x20 s", ".xxx.", ""},
		{"Uptime Kuma 3x20 s", ".xxxx.", "began 120 ended 180"}, // 60, 80, 100, 120
		{"Icinga", ".xxx.", "began 420 ended 720"},              // 300, 360, 420
		{"Icinga", ".xx.", ""},
		{"Prometheus for 2m", ".xxxxxxxx.", ""},                                    // true for 105 s
		{"Prometheus for 2m", ".xxxxxxxxxxx.", "began 165 ended 465"},              // from 15, fires at 135, waits 30 s, is told over 5 min later
		{"Prometheus for 2m", ".xxxxxxxxx.", ""},                                   // fires at 135, over before it is told
		{"Prometheus avg 5m", "....................xxxxx.", "began 450 ended 750"}, // 5 of 20 are over a fifth, from 360 on
		{"burn rate 14.4", ".x.", "began 90 ended 390"},
	} {
		if got := rehearsed(rules[tt.rule](), tt.sees); got != tt.want {
			t.Errorf("%s sees %s and tells %q, want %q", tt.rule, tt.sees, got, tt.want)
		}
	}
}

// rehearsed is what a rule tells of what it sees.
func rehearsed(p Policy, sees string) (told string) {
	first := at(0)
	next := first
	for n := 0; next.Before(first.Add(30 * time.Minute)); n++ {
		a := Answer{}
		if sees[min(n, len(sees)-1)] == 'x' {
			a.Fault = monitor.FaultServer
		}
		again, messages := p.Step(next, a)
		for _, m := range messages {
			told += fmt.Sprintf(" %s %.0f", m.What, m.At.Sub(first).Seconds())
		}
		next = again
	}
	if told == "" {
		return ""
	}
	return told[1:]
}
