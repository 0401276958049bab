package watchlist_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
)

// parse is a file that has to be good.
func parse(t *testing.T, data string, o watchlist.Options) *watchlist.Watchlist {
	t.Helper()
	w, err := watchlist.Parse("config.yaml", []byte(data), o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// only is the one check of a file.
func only(t *testing.T, data string, o watchlist.Options) *monitor.Check {
	t.Helper()
	w := parse(t, data, o)
	if len(w.Checks) != 1 {
		t.Fatalf("%d checks, want 1", len(w.Checks))
	}
	return w.Checks[0]
}

// TestOwnCheck ensures that all that is written about a check is in it, and the right defaults for the rest.
func TestOwnCheck(t *testing.T) {
	balanced, _ := monitor.Preset("balanced", monitor.RealPace())
	c := only(t, `watchlist: {checks: [{name: shop, http: {url: "https://Example.com/health"}}]}`, watchlist.Options{})
	if c.ID() != "shop" || c.Title != "shop" || c.Kind != "http" || !c.Own || !c.Anonymous || c.Warning || c.Spec != "@every 60s" ||
		c.Every != time.Minute || c.Timeout != 10*time.Second || c.Slow != 3*time.Second || !c.Learns || c.Host != "example.com:443" || c.Rule != balanced {
		t.Errorf("check %+v", c)
	}
	if want := []monitor.Node{{Kind: monitor.NodeEdge, ID: "example.com:443"}}; !slices.Equal(c.Path, want) || c.Direct != nil {
		t.Errorf("path %v, direct %v, want %v and none", c.Path, c.Direct, want)
	}

	c = only(t, `
accounts: [{name: alpine, client_id: ALPN, client_secret: x}]
watchlist:
  checks:
    - {name: shop, schedule: "@every 5s", slow: 1s, account: alpine, labels: {team: web}, runbook: "https://wiki.example.com/x",
       detection: {preset: quiet, span: 1m}, http: {url: "http://localhost:8081/health"}}
`, watchlist.Options{})
	quiet, _ := monitor.Preset("quiet", monitor.RealPace())
	quiet.Span = time.Minute
	if c.ID() != "shop@alpine" || c.Client != "ALPN" || c.Anonymous || c.Timeout != 4*time.Second || c.Slow != time.Second ||
		!maps.Equal(c.Labels, map[string]string{"team": "web"}) || c.Runbook != "https://wiki.example.com/x" || c.Rule != quiet {
		t.Errorf("check %+v", c)
	}
	want := []monitor.Node{{Kind: monitor.NodeEdge, ID: "localhost:8081"}, {Kind: monitor.NodeClient, ID: "ALPN"}, {Kind: monitor.NodeAccount, ID: "alpine"}}
	if !slices.Equal(c.Path, want) {
		t.Errorf("path %v, want %v", c.Path, want)
	}

	c = only(t, `watchlist: {checks: [{name: cert, tls: {host: "Example.com:8443"}}]}`, watchlist.Options{})
	if c.Kind != "tls" || !c.Warning || c.Every != 24*time.Hour || c.Host != "example.com:8443" || !c.Own {
		t.Errorf("check %+v", c)
	}
}

// TestOwnChecksOfApaleo ensures that a user's check of apaleo depends on the same nodes as the built-in ones,
// so that one outage is one incident.
func TestOwnChecksOfApaleo(t *testing.T) {
	w := parse(t, `
accounts: [{name: alpine, client_id: ALPN, client_secret: x}]
watchlist:
  include: [apaleo]
  checks: [{name: units, account: alpine, http: {url: "https://api.apaleo.com:443/inventory/v1/units/$count"}}]
`, watchlist.Options{})
	paths := map[string][]monitor.Node{}
	for _, c := range w.Checks {
		paths[c.Name] = c.Path
	}
	if len(paths["units"]) != 5 || !slices.Equal(paths["units"], paths["inventory"]) {
		t.Errorf("path %v, want that of inventory, %v", paths["units"], paths["inventory"])
	}
}

// TestAsks ensures that a check's state starts afresh when it asks something else, and not for less.
func TestAsks(t *testing.T) {
	const base = `watchlist: {checks: [{name: shop, http: {url: "https://example.com/a", headers: {Authorization: "${KEY}"}}}]}`
	asks := func(old, changed, key string) string {
		data := strings.Replace(base, old, changed, 1)
		return only(t, data, watchlist.Options{Env: func(string) (string, bool) { return key, true }}).Asks
	}
	before := asks("", "", "a")
	if before == "" || before != asks("", "", "b") || before != asks("name: shop", "name: shop, schedule: '@every 10s', slow: 1s", "a") {
		t.Error("another secret, schedule or limit makes it another question")
	}
	for _, changed := range []string{`/a", method: HEAD`, `/b"`, `/a", expect: "status == 204"`, `/a", body: x`, `/a", follow_redirects: true`} {
		if asks(`/a"`, changed, "a") == before {
			t.Errorf("%s makes it no other question", changed)
		}
	}
}

// TestSchedules ensures what schedules mean: UTC without a zone, the zone's hours with one, exact with
// spread: 0s, and never more than a minute, or the interval, late.
func TestSchedules(t *testing.T) {
	from := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		fields  string
		want    time.Duration // after from
		late    time.Duration // at most so much later
		every   time.Duration // the longest gap, summer time's end included
		timeout time.Duration
	}{
		{`schedule: "0 9 * * *", spread: 0s`, 9 * time.Hour, 0, 24 * time.Hour, 10 * time.Second},
		{`schedule: "CRON_TZ=Europe/Berlin 0 9 * * *", spread: 0s`, 7 * time.Hour, 0, 25 * time.Hour, 10 * time.Second},
		{`schedule: "CRON_TZ=Europe/Berlin   0 9 * * 1-5"`, 7 * time.Hour, time.Minute, 73 * time.Hour, 10 * time.Second},
		{`schedule: "*/5 9-17 * * *"`, 9 * time.Hour, time.Minute, 15*time.Hour + 5*time.Minute, 10 * time.Second},
		{`schedule: "0 0 29 2 *"`, 608 * 24 * time.Hour, time.Minute, 1461 * 24 * time.Hour, 10 * time.Second},
		{`schedule: "@every 10s"`, 0, 10 * time.Second, 10 * time.Second, 8 * time.Second},
		{`schedule: "@every 1d"`, 0, 24 * time.Hour, 24 * time.Hour, 10 * time.Second},
	} {
		c := only(t, `watchlist: {checks: [{name: a, `+tt.fields+`, http: {url: "https://example.com"}}]}`, watchlist.Options{})
		next := c.Schedule.Next(from.Add(-time.Second)).Sub(from)
		if next < tt.want-time.Second || next > tt.want+tt.late || tt.late == 0 && next != tt.want {
			t.Errorf("%s: first run after %s, want %s and at most %s more", tt.fields, next, tt.want, tt.late)
		}
		if c.Every != tt.every || c.Timeout != tt.timeout {
			t.Errorf("%s: every %s and timeout %s, want %s and %s", tt.fields, c.Every, c.Timeout, tt.every, tt.timeout)
		}
	}
}

// TestPace ensures that a faster world may ask faster, and that its own limits follow.
func TestPace(t *testing.T) {
	const data = `watchlist: {checks: [{name: a, schedule: "@every 100ms", http: {url: "https://example.com"}}]}`
	c := only(t, data, watchlist.Options{Pace: monitor.RealPace().Divide(20)})
	if c.Every != 100*time.Millisecond || c.Timeout != 80*time.Millisecond {
		t.Errorf("every %s, timeout %s", c.Every, c.Timeout)
	}
	if _, err := watchlist.Parse("c", []byte(data), watchlist.Options{}); err == nil {
		t.Error("100 ms is taken at the real pace")
	}
	w := parse(t, data+"\ndetection: {reprobe: 2s, hold: 10s, preset: fast}\n", watchlist.Options{Pace: monitor.RealPace().Divide(20)})
	fast, _ := monitor.Preset("fast", w.Pace)
	if w.Pace.Quick != 2*time.Second || w.Pace.Hold != 10*time.Second || w.Checks[0].Rule != fast {
		t.Errorf("quick %s, hold %s, rule %+v", w.Pace.Quick, w.Pace.Hold, w.Checks[0].Rule)
	}
}

// TestAnchors ensures that YAML's own means of saying things once work.
func TestAnchors(t *testing.T) {
	w := parse(t, `
watchlist:
  checks:
    - &web {name: a, schedule: "@every 30s", labels: {team: web}, http: {url: "https://example.com/a"}}
    - {<<: *web, name: b}
    - {name: c, <<: [{slow: 1s}, *web], http: {url: "https://example.com/c"}}
`, watchlist.Options{})
	a, b, c := w.Checks[0], w.Checks[1], w.Checks[2]
	if b.Name != "b" || b.Asks != a.Asks || b.Spec != a.Spec || b.Labels["team"] != "web" {
		t.Errorf("merged check %+v", b)
	}
	if c.Name != "c" || c.Asks == a.Asks || c.Spec != a.Spec || c.Slow != time.Second {
		t.Errorf("merged check %+v", c)
	}
}

// TestEmptyValues ensures that a key with nothing after it is as if it was not there, and [] is not.
func TestEmptyValues(t *testing.T) {
	w := parse(t, "receivers:\naccounts:\ncontrol:\nheartbeat: {url: \"\"}\nwatchlist: {include: [apaleo], checks: }\nweb: ~\n", watchlist.Options{})
	if len(w.Controls) != 3 || w.Heartbeat.IsSet() || len(w.Receivers) != 0 {
		t.Errorf("controls %v, heartbeat %v, receivers %v", w.Controls, w.Heartbeat, w.Receivers)
	}
	if w := parse(t, "control: []\nwatchlist: {include: [apaleo]}", watchlist.Options{}); len(w.Controls) != 0 {
		t.Errorf("controls %v, want none", w.Controls)
	}
}

// TestPaths ensures that files are found beside the configuration, and through systemd's credentials.
func TestPaths(t *testing.T) {
	dir, credentials := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(dir, "slack"):         "https://hooks.slack.com/services/T/B/beside\n",
		filepath.Join(credentials, "slack"): " https://hooks.slack.com/services/T/B/credential\n\n",
		filepath.Join(dir, "config.yaml"): `
watchlist: {include: [apaleo]}
store: {path: data/bellhop.db}
receivers:
  - {name: a, slack: {webhook_url_file: slack}}
  - {name: b, slack: {webhook_url_file: "${CREDENTIALS_DIRECTORY}/slack"}}
`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, err := watchlist.Load(filepath.Join(dir, "config.yaml"), watchlist.Options{Env: func(name string) (string, bool) {
		return credentials, name == "CREDENTIALS_DIRECTORY"
	}})
	if err != nil {
		t.Fatal(err)
	}
	if w.Store.Path != filepath.Join(dir, "data/bellhop.db") {
		t.Errorf("store %s", w.Store.Path)
	}
	for i, want := range []string{"beside", "credential"} {
		if got, err := w.Receivers[i].URL.Reveal(); err != nil || got != "https://hooks.slack.com/services/T/B/"+want {
			t.Errorf("receiver %d: address %q, error %v", i, got, err)
		}
	}
}

// TestLiterals ensures that dollars are kept where they name no variable.
func TestLiterals(t *testing.T) {
	c := only(t, `watchlist: {checks: [{name: a, runbook: "https://example.com/$count?a=$$b&c=$${D}&e=${E}", http: {url: "https://example.com"}}]}`,
		watchlist.Options{Env: func(name string) (string, bool) { return "${X}$$", name == "E" }})
	if want := "https://example.com/$count?a=$b&c=${D}&e=${X}$$"; c.Runbook != want {
		t.Errorf("runbook %s, want %s", c.Runbook, want)
	}
}

// TestHash ensures that the hash is the file's.
func TestHash(t *testing.T) {
	a, b := parse(t, "watchlist: {include: [apaleo]}", watchlist.Options{}), parse(t, "watchlist: {include: [apaleo]} # x", watchlist.Options{})
	if a.Hash == "" || a.Hash == b.Hash || a.Hash != parse(t, "watchlist: {include: [apaleo]}", watchlist.Options{}).Hash {
		t.Errorf("hashes %s and %s", a.Hash, b.Hash)
	}
}

// TestHostsOfPrivateNetworks ensures that the names that Compose and the like give to their hosts are taken.
func TestHostsOfPrivateNetworks(t *testing.T) {
	for _, host := range []string{"booking_engine:8080", "shop", "shop.internal.", "[::1]:8080", "10.0.0.7"} {
		only(t, `watchlist: {checks: [{name: a, http: {url: "http://`+host+`/health"}}]}`, watchlist.Options{})
	}
}
