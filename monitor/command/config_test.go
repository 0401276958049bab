package command

import (
	"maps"
	"slices"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
)

// TestReconfigure ensures that all that the book takes of a file reaches it: what is reported, the operator's own
// sentences, and whether maintenance mutes.
func TestReconfigure(t *testing.T) {
	list, err := watchlist.Parse("config.yaml", []byte(`
apaleo: {maintenance: mute}
accounts:
  - {name: app, kind: connect, client_id: STOR-AC-APP, client_secret: x}
  - {name: sea, kind: token, code: SEAS, token_file: a}
  - {name: lake, kind: token, code: LAKE, token_file: b}
  - {name: alpine, client_id: ALPN-SP-MON, client_secret: x}
watchlist: {include: [apaleo], modules: [booking]}
report: {token: 0123456789abcdef}
texts: {apaleo: We look into it.}
`), watchlist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := reconfigure(list, nil)
	if !r.Mute || len(r.Reported.Needs) == 0 || len(r.Reported.Pooled) == 0 || r.Reported.Accounts["SEAS"] != "sea" || r.Controls != 3 {
		t.Errorf("reconfigure %+v", r)
	}
	down := monitor.Trouble{Node: monitor.Node{Kind: monitor.NodeEdge, ID: "api.apaleo.com"}, Signal: monitor.Availability, Severity: monitor.Down, Fault: monitor.FaultServer, Status: 502}
	if said := r.Advise(down).Public; said != "We look into it." {
		t.Errorf("the public is told %q", said)
	}
	for id, want := range map[string]string{"STOR-AC-APP": "Our OAuth client …-APP", "ALPN-SP-MON": "Our OAuth client …-MON of alpine"} {
		if got := r.Names[monitor.Node{Kind: monitor.NodeClient, ID: id}]; got != want {
			t.Errorf("client %s is called %q, want %q", id, got, want)
		}
	}
	if got := r.Names[monitor.Node{Kind: monitor.NodeModule, ID: "booking"}]; got == "" {
		t.Error("the booking module has no name")
	}
}

// at is a schedule of fixed times after the start of the time that manners looks at.
type at []time.Duration

func (a at) Next(t time.Time) time.Time {
	from := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, d := range a {
		if when := from.Add(d); when.After(t) {
			return when
		}
	}
	return time.Time{}
}

// TestManners ensures that the fullest minute counts, of each host for itself, and nothing that asks nobody.
func TestManners(t *testing.T) {
	check := func(host string, times ...time.Duration) *monitor.Check {
		return &monitor.Check{Host: host, Schedule: at(times)}
	}
	forced := func(account string) *monitor.Check {
		return &monitor.Check{Name: "auth-token", Account: account, Client: account, Host: "identity", Forced: true, Schedule: at{}}
	}
	keys := check("identity", 3*time.Minute)
	keys.Name = "identity-jwks"
	told := check("a", time.Second)
	told.Reported = true
	checks := []*monitor.Check{
		check("a", 5*time.Second, 59*time.Second, 60*time.Second), check("a", 59*time.Minute), check("a:443", 61*time.Second), told,
		keys, forced("x"), forced("y"), check("late", 2*time.Hour), check("", time.Second),
	}
	for n := range 60 {
		checks = append(checks, forced(string(rune('À'+n))))
	}
	want := map[string]int{"a": 2, "identity": 2 + 2, "late": 1}
	if got := manners(checks, monitor.RealPace()); !maps.Equal(got, want) {
		t.Errorf("requests a minute %v, want %v", got, want)
	}
	if got := manners(nil, monitor.RealPace()); len(slices.Collect(maps.Keys(got))) != 0 {
		t.Errorf("requests of nothing %v", got)
	}
}
