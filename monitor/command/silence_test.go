package command

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/monitor/web"
)

// TestSilencesAreReadable ensures what a person reads of what is silenced, in maintenance and paused, within eighty columns.
func TestSilencesAreReadable(t *testing.T) {
	const want = `ID              KIND         WHAT             FROM (UTC)        UNTIL (UTC)
pau_k3j5x9q2ab  pause        booking-engine   now               resumed
  by Anna: moving to another host
(config)        maintenance  all with team=…  now               11:30
  Nightly import: twice as long on Mondays
sil_m4p2r7s3cd  silence      apaleo API is…   now               it ends
  by Bob: apaleo knows, and says that it will take until the evening or later,
  for all hotels
mnt_rain12345c  maintenance  inventory of a…  2026-11-23 22:00  2026-11-24 01:30
  Database upgrade, by Bob
`
	now := time.Date(2026, 11, 22, 10, 5, 0, 0, time.UTC)
	at := func(hours float64) time.Time {
		return now.Truncate(time.Hour).Add(time.Duration(hours * float64(time.Hour)))
	}
	list := web.Silences{At: &now, Silences: []web.Quieted{
		{Silence: monitor.Silence{ID: "pau_k3j5x9q2ab", Kind: monitor.ActPause, By: "Anna", Why: "moving to another host", From: at(-1)}, InForce: true, What: "booking-engine"},
		{Silence: monitor.Silence{Kind: monitor.ActMaintenance, Name: "Nightly import", Why: "twice as long on Mondays", From: at(-1), Until: at(1.5)}, InForce: true, What: "all with team=web"},
		{Silence: monitor.Silence{ID: "sil_m4p2r7s3cd", Kind: monitor.ActSilence, By: "Bob", Why: "apaleo knows, and says that it will take until the evening or later, for all hotels", Target: monitor.Target{Incident: "inc_1"}, From: at(0)}, InForce: true, What: "apaleo API is DOWN"},
		{Silence: monitor.Silence{ID: "mnt_rain12345c", Kind: monitor.ActMaintenance, Name: "Database upgrade", By: "Bob", From: at(36), Until: at(39.5)}, What: "inventory of alpine-hotels with team=web"},
	}}
	got := silenceTable(list)
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	if got != want {
		t.Errorf("got\n%s", got)
	}
	if got := silenceTable(web.Silences{}); !strings.HasPrefix(got, "Nothing is silenced") {
		t.Error(got)
	}
}
