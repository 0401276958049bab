package watchlist_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
)

const withWindows = `
accounts:
  - {name: alpine, client_id: a, client_secret: b}
  - {name: seaside, client_id: c, client_secret: d}
watchlist:
  include: [apaleo]
  overrides: {tls-api: {paused: true}}
  checks:
    - {name: shop, labels: {team: web}, http: {url: "https://example.com"}}
    - {name: export, labels: {team: back}, paused: true, http: {url: "https://example.com/export"}}
maintenance:
`

// TestMaintenance ensures that windows are what they are written as.
func TestMaintenance(t *testing.T) {
	w := parse(t, withWindows+`
  - {name: Database upgrade, why: "New disks", checks: [shop], labels: {team: web}, from: "2026-11-28 22:00 Europe/Berlin", until: 2026-11-28T23:30:00Z}
  - {name: Nightly, checks: [inventory], accounts: [alpine], schedule: "CRON_TZ=Europe/Berlin 0 2 * * *", for: 90m}
`, watchlist.Options{})
	if len(w.Windows) != 2 || len(w.Remarks) != 0 {
		t.Fatalf("windows %+v, remarks %v", w.Windows, w.Remarks)
	}
	once, again := w.Windows[0], w.Windows[1]
	if once.Name != "Database upgrade" || once.Why != "New disks" || !once.From.Equal(utc("2026-11-28T21:00:00Z")) || !once.Until.Equal(utc("2026-11-28T23:30:00Z")) ||
		!slices.Equal(once.Target.Checks, []monitor.CheckID{"shop"}) || once.Target.Labels["team"] != "web" || once.Schedule != nil {
		t.Errorf("once: %+v", once)
	}
	if want := []monitor.CheckID{"inventory@alpine", "inventory@seaside"}; !slices.Equal(again.Target.Checks, want) || !slices.Equal(again.Target.Accounts, []string{"alpine"}) || again.For != 90*time.Minute {
		t.Errorf("again: %+v", again)
	}
	if next := again.Schedule.Next(utc("2026-07-01T10:00:00Z")); !next.Equal(utc("2026-07-02T00:00:00Z")) {
		t.Errorf("in summer it begins at %v", next)
	}
	if next := again.Schedule.Next(utc("2026-12-01T10:00:00Z")); !next.Equal(utc("2026-12-02T01:00:00Z")) {
		t.Errorf("in winter it begins at %v", next)
	}
}

// TestPaused ensures that a check of the user's own, and one of the built-in watchlist, can be paused.
func TestPaused(t *testing.T) {
	var paused []string
	for _, c := range parse(t, withWindows, watchlist.Options{}).Checks {
		if c.Paused {
			paused = append(paused, string(c.ID()))
		}
	}
	if want := []string{"tls-api", "export"}; !slices.Equal(paused, want) {
		t.Errorf("paused %v, want %v", paused, want)
	}
}

// TestMaintenanceAcrossClockChanges ensures that a window of each night is one of each night: also of the one in which
// the clocks leave its beginning out, and of the one in which they show it twice.
func TestMaintenanceAcrossClockChanges(t *testing.T) {
	for _, tt := range []struct{ schedule, from, want string }{
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2026-03-27T12:00:00Z", "03-28 01:30, 03-29 01:30, 03-30 00:30"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2026-03-29T01:00:00Z", "03-29 01:30, 03-30 00:30, 03-31 00:30"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2026-03-29T01:10:00Z", "03-29 01:30, 03-30 00:30, 03-31 00:30"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2026-03-29T01:30:00Z", "03-30 00:30, 03-31 00:30, 04-01 00:30"},
		{"CRON_TZ=Europe/Berlin 30 2,3 * * *", "2026-03-28T12:00:00Z", "03-29 01:30, 03-30 00:30, 03-30 01:30"},
		{"CRON_TZ=Europe/Berlin 30 2 * * 0", "2026-03-22T12:00:00Z", "03-29 01:30, 04-05 00:30, 04-12 00:30"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2026-10-24T12:00:00Z", "10-25 00:30, 10-25 01:30, 10-26 01:30"},
		{"CRON_TZ=Europe/Berlin 0 22 * * *", "2026-03-28T12:00:00Z", "03-28 21:00, 03-29 20:00, 03-30 20:00"},
		{"CRON_TZ=America/New_York 0 2 * * *", "2026-03-07T12:00:00Z", "03-08 07:00, 03-09 06:00, 03-10 06:00"},
		{"0 2 * * *", "2026-03-28T12:00:00Z", "03-29 02:00, 03-30 02:00, 03-31 02:00"},
	} {
		w := parse(t, withWindows+"  - {name: n, checks: [shop], schedule: \""+tt.schedule+"\", for: 30m}\n", watchlist.Options{})
		var got []string
		for at := utc(tt.from); len(got) < 3; {
			at = w.Windows[0].Schedule.Next(at)
			got = append(got, at.Format("01-02 15:04"))
		}
		if all := strings.Join(got, ", "); all != tt.want {
			t.Errorf("%s from %s: %s, want %s", tt.schedule, tt.from, all, tt.want)
		}
	}
}

// TestIdleMaintenance ensures that a window which no check is ever in is remarked on, and refused where it names what is not there;
// but for accounts that reports may bring.
func TestIdleMaintenance(t *testing.T) {
	const idle = "  - {name: n, checks: [shop], labels: {team: back}, schedule: \"0 2 * * *\", for: 30m}\n"
	if w := parse(t, withWindows+idle, watchlist.Options{}); len(w.Remarks) != 1 || !strings.Contains(w.Remarks[0], "Maintenance n is about no check") {
		t.Errorf("remarks %q", w.Remarks)
	}
	const unknown = "  - {name: n, accounts: [ALPS], schedule: \"0 2 * * *\", for: 30m}\n"
	if _, err := watchlist.Parse("c.yaml", []byte(withWindows+unknown), watchlist.Options{}); err == nil || !strings.Contains(err.Error(), `there is no account "ALPS"`) {
		t.Errorf("error %v", err)
	}
	reported := "report: {token: 0123456789abcdef}\n"
	if w := parse(t, reported+withWindows+unknown, watchlist.Options{}); len(w.Remarks) != 0 || w.Windows[0].Target.Accounts[0] != "ALPS" {
		t.Errorf("remarks %q", w.Remarks)
	}
	if w := parse(t, reported+withWindows+"  - {name: n, checks: [traffic], schedule: \"0 2 * * *\", for: 30m}\n", watchlist.Options{}); w.Windows[0].Target.Checks[0] != "traffic" {
		t.Errorf("windows %+v", w.Windows)
	}
}

// TestReloadTellsMaintenance ensures that a reload says whether windows differ.
func TestReloadTellsMaintenance(t *testing.T) {
	const nightly, later = "  - {name: n, checks: [shop], schedule: \"0 2 * * *\", for: 30m}\n", "  - {name: n, checks: [shop], schedule: \"0 3 * * *\", for: 30m}\n"
	at := func(more string) *watchlist.Watchlist { return parse(t, withWindows+more, watchlist.Options{}) }
	if d := watchlist.Diff(at(nightly), at(nightly)); !d.Empty() {
		t.Errorf("the same file differs: %+v", d)
	}
	if d := watchlist.Diff(at(nightly), at(later)); !slices.Equal(d.Settings, []string{"maintenance"}) {
		t.Errorf("difference %+v", d)
	}
	paused := parse(t, strings.Replace(withWindows, "paused: true, http", "http", 1), watchlist.Options{})
	if d := watchlist.Diff(at(""), paused); !slices.Equal(d.Checks.Changed, []string{"export"}) {
		t.Errorf("difference %+v", d)
	}
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}
