package watchlist_test

import (
	"fmt"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
)

// TestHeartbeats ensures that a heartbeat check waits at the exact times of its schedule, and that its key, and no
// other, leads to it.
func TestHeartbeats(t *testing.T) {
	const data = `
watchlist:
  checks:
    - {name: export, title: Nightly export, public: Exports, schedule: "CRON_TZ=Europe/Berlin 0 3 * * *", heartbeat: {grace: 30m, key: "${KEY}"}}
    - {name: sync, schedule: "@every 10m", heartbeat: {key: fedcba9876543210}}
`
	env := func(key string) watchlist.Options {
		return watchlist.Options{Env: func(string) (string, bool) { return key, true }}
	}
	w := parse(t, data, env("0123456789abcdef"))
	export, sync := w.Checks[0], w.Checks[1]
	if export.Kind != monitor.KindBeat || !export.Reported || export.Ask != nil || export.Grace != 30*time.Minute || export.Title != "Nightly export" ||
		export.Public != "Exports" || !export.Own {
		t.Errorf("check %+v", export)
	}
	if at := export.Schedule.Next(time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)); !at.Equal(time.Date(2026, 7, 2, 1, 0, 0, 0, time.UTC)) {
		t.Errorf("next at %s", at)
	}
	if sync.Every != 10*time.Minute || sync.Grace != 5*time.Minute || sync.Title != "sync" || sync.Public != "" {
		t.Errorf("check %+v", sync)
	}
	if from := time.Date(2026, 7, 1, 12, 34, 56, 0, time.UTC); !sync.Schedule.Next(from).Equal(from.Add(10 * time.Minute)) {
		t.Errorf("after a beat at %s the next is due at %s", from, sync.Schedule.Next(from))
	}
	for key, want := range map[string]monitor.CheckID{"0123456789abcdef": "export", "fedcba9876543210": "sync", "": "", "0123456789abcdeF": "", "export": ""} {
		if id, ok := w.Beats.Check(key); id != want || ok != (want != "") {
			t.Errorf("key %q is of %q", key, id)
		}
	}
	other := parse(t, data, env("another-key-that-is-long"))
	if d := watchlist.Diff(w, other); !reflect.DeepEqual(d, watchlist.Difference{Settings: []string{"heartbeat keys"}}) || other.Checks[0].Asks != export.Asks {
		t.Errorf("another key changes %+v", d)
	}
	if strings.Contains(export.Asks, "0123456789abcdef") {
		t.Error("the key is in the check")
	}
}

// TestNetChecks ensures that dns and tcp checks are made of what is written.
func TestNetChecks(t *testing.T) {
	w := parse(t, `
watchlist:
  checks:
    - {name: a, dns: {name: Example.com}}
    - {name: b, dns: {name: example.com, type: mx, server: 1.1.1.1, expect: ["10 mail.example.com"]}}
    - {name: c, dns: {name: example.com, server: "NS1.example.com:5353"}}
    - {name: d, tcp: {host: "Smtp.example.com:25", send: "EHLO x\r\n", expect: "250"}}
    - {name: e, tcp: {host: "[::1]:853", tls: true}}
    - {name: f, tcp: {host: "Smtp.example.com:25", send: "EHLO y\r\n", expect: "250"}}
`, watchlist.Options{})
	asks := map[string]string{}
	for i, want := range []struct {
		kind, host string
		path       []monitor.Node
	}{
		{"dns", "example.com", nil},
		{"dns", "1.1.1.1:53", []monitor.Node{{Kind: monitor.NodeEdge, ID: "1.1.1.1:53"}}},
		{"dns", "ns1.example.com:5353", []monitor.Node{{Kind: monitor.NodeEdge, ID: "ns1.example.com:5353"}}},
		{"tcp", "smtp.example.com:25", []monitor.Node{{Kind: monitor.NodeEdge, ID: "smtp.example.com:25"}}},
		{"tcp", "[::1]:853", []monitor.Node{{Kind: monitor.NodeEdge, ID: "[::1]:853"}}},
		{"tcp", "smtp.example.com:25", []monitor.Node{{Kind: monitor.NodeEdge, ID: "smtp.example.com:25"}}},
	} {
		c := w.Checks[i]
		if c.Kind != want.kind || c.Host != want.host || !slices.Equal(c.Path, want.path) || c.Ask == nil || !c.Own || !c.Anonymous || c.Every != time.Minute {
			t.Errorf("check %+v, want %+v", c, want)
		}
		if other := asks[c.Asks]; other != "" {
			t.Errorf("%s asks the same as %s", c.Name, other)
		}
		asks[c.Asks] = c.Name
	}
}

// TestTCPChecksAsk ensures that a tcp check says what it is told, on the wire.
func TestTCPChecksAsk(t *testing.T) {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			line := make([]byte, 6)
			_, _ = c.Read(line)
			fmt.Fprintf(c, "you said %s", strings.ToUpper(string(line)))
			c.Close()
		}
	}()
	for expect, want := range map[string]monitor.Fault{"HELLO": monitor.FaultNone, "${KEY}": monitor.FaultBody} {
		c := only(t, fmt.Sprintf(`watchlist: {checks: [{name: a, tcp: {host: %q, send: "hello\n", expect: "%s"}}]}`, l.Addr(), expect), watchlist.Options{
			Env: func(string) (string, bool) { return "S3CR3T", true },
		})
		if o := ask(t, c); o.Fault != want || strings.Contains(fmt.Sprintf("%+v", o), "S3CR3T") {
			t.Errorf("expecting %s: %+v, want fault %q", expect, o, want)
		}
	}
}

// TestFingerprintsKeepSecrets ensures that what a variable brought is in no fingerprint: a short secret could be
// guessed from its hash.
func TestFingerprintsKeepSecrets(t *testing.T) {
	asks := func(value string) (all []string) {
		w := parse(t, `
watchlist:
  checks:
    - {name: a, http: {url: "https://example.com/${V}", body: "${V}", expect: "body == \"${V}\""}}
    - {name: b, tcp: {host: "example.com:1", send: "${V}", expect: "${V}"}}
    - {name: c, dns: {name: example.com, type: TXT, expect: ["${V}"]}}
`, watchlist.Options{Env: func(string) (string, bool) { return value, true }})
		for _, c := range w.Checks {
			all = append(all, c.Asks)
		}
		return all
	}
	if one, other := asks("one"), asks("other"); !slices.Equal(one, other) {
		t.Errorf("fingerprints %v and %v differ by a variable's value", one, other)
	}
}

// TestModulesAndOverrides ensures that modules add checks, and that an override changes its entry and no other.
func TestModulesAndOverrides(t *testing.T) {
	const data = `
accounts: [{name: alpine, client_id: A, client_secret: x}]
watchlist: {include: [apaleo]%s}
`
	plain := parse(t, fmt.Sprintf(data, ""), watchlist.Options{})
	w := parse(t, fmt.Sprintf(data, `, modules: [booking, settings], overrides: {inventory: {every: 5m, timeout: 20s, slow: 2s, public: Rooms,
  detection: {preset: quiet}}, settings: {every: 1h}, tls-api: {off: true}}`), watchlist.Options{})
	d := watchlist.Diff(plain, w)
	want := watchlist.Delta{Added: []string{"booking@alpine", "settings@alpine"}, Removed: []string{"tls-api"}, Changed: []string{"inventory@alpine"}}
	if !reflect.DeepEqual(d.Checks, want) {
		t.Errorf("checks %+v, want %+v", d.Checks, want)
	}
	quiet, _ := monitor.Preset("quiet", monitor.RealPace())
	if c := find(t, w, "inventory@alpine"); c.Every != 5*time.Minute || c.Timeout != 20*time.Second || c.Slow != 2*time.Second || c.Public != "Rooms" || c.Rule != quiet ||
		c.Asks != find(t, plain, "inventory@alpine").Asks {
		t.Errorf("check %+v", c)
	}
	if c := find(t, w, "settings@alpine"); c.Every != time.Hour || c.Rule == quiet {
		t.Errorf("check %+v", c)
	}
}

// TestWebhooks ensures that an endpoint is looked for with the account that is named, and asked only on demand.
func TestWebhooks(t *testing.T) {
	for written, want := range map[string][]string{
		"ping: true":                            {"webhook-receiver"},
		"account: sea, events: [reservation/*]": {"webhook-subscription@sea"},
		"name: hooks, account: sea, ping: true": {"hooks-receiver", "hooks-subscription@sea"},
	} {
		w := parse(t, `
accounts: [{name: sea, kind: token, client_id: APP, token_file: token}]
watchlist: {checks: [{name: a, http: {url: "https://example.com"}}]}
webhooks: [{endpoint: "https://example.com/s3cret", `+written+`}]
`, watchlist.Options{})
		var got []string
		for _, c := range w.Checks[1:] {
			got = append(got, string(c.ID()))
			if strings.Contains(fmt.Sprintf("%+v", *c), "s3cret") {
				t.Errorf("%s shows the endpoint", c.ID())
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: checks %v, want %v", written, got, want)
		}
	}
}

// TestReportedNamesAreTaken ensures that no check of the user's own has the name of one that reports will bring.
func TestReportedNamesAreTaken(t *testing.T) {
	const own = `watchlist: {checks: [{name: traffic, http: {url: "https://example.com"}}]}`
	only(t, own, watchlist.Options{})
	_, err := watchlist.Parse("c.yaml", []byte(own+"\nreport: {token: 0123456789abcdef}\n"), watchlist.Options{})
	if err == nil || !strings.Contains(err.Error(), `a check is named "traffic"`) {
		t.Errorf("error %v", err)
	}
}

// TestReportSettings ensures that what reports need is in the watchlist, and that a change of it is told.
func TestReportSettings(t *testing.T) {
	const data = `
accounts: [{name: alpine, code: ALPN, client_id: A, client_secret: x}]
watchlist: {include: [apaleo], modules: [booking]}
report: {token: %s}
apaleo: {maintenance: %s}
`
	w := parse(t, fmt.Sprintf(data, "0123456789abcdef", "show"), watchlist.Options{})
	if token, err := w.Report.Token.Reveal(); token != "0123456789abcdef" || err != nil || w.Apaleo.Mute || w.Advise == nil {
		t.Errorf("report %v, mute %v", w.Report, w.Apaleo.Mute)
	}
	if w.Reported.Accounts["ALPN"] != "alpine" || len(w.Reported.Needs) == 0 || len(w.Reported.Hotel("SEAS")) != 3 {
		t.Errorf("reported %+v", w.Reported)
	}
	if quiet := parse(t, strings.Replace(fmt.Sprintf(data, "x", "show"), "report:", "#", 1), watchlist.Options{}); quiet.Reported.Hotel != nil || len(quiet.Needs) == 0 {
		t.Errorf("without report: reported %+v, needs %v", quiet.Reported, quiet.Needs)
	}
	other := parse(t, fmt.Sprintf(data, "fedcba9876543210", "mute"), watchlist.Options{})
	if d := watchlist.Diff(w, other); !reflect.DeepEqual(d, watchlist.Difference{Settings: []string{"apaleo", "report"}}) || !other.Apaleo.Mute {
		t.Errorf("difference %+v", d)
	}
}

// TestSlow ensures that what is slow is learned unless somebody says it, and that off is that nothing is.
func TestSlow(t *testing.T) {
	const data = `
watchlist:
  include: [apaleo]
  overrides: {api-edge: {slow: 2s}, token-edge: {slow: off}, apaleo-health: {slow: 0s}}
  checks:
    - {name: said, slow: 5s, http: {url: "https://example.com/a"}}
    - {name: none, slow: off, http: {url: "https://example.com/b"}}
    - {name: learned, timeout: 5s, http: {url: "https://example.com/c"}}
`
	w := parse(t, data, watchlist.Options{})
	for id, want := range map[monitor.CheckID]struct {
		slow   time.Duration
		learns bool
	}{
		"api-edge": {2 * time.Second, false}, "token-edge": {0, false}, "apaleo-health": {0, false}, "identity-discovery": {3 * time.Second, true},
		"said": {5 * time.Second, false}, "none": {0, false}, "learned": {1500 * time.Millisecond, true}, "tls-api": {0, false},
	} {
		if c := find(t, w, id); c.Slow != want.slow || c.Learns != want.learns {
			t.Errorf("%s: slow over %s, learned %t, want %s, %t", id, c.Slow, c.Learns, want.slow, want.learns)
		}
	}
}
