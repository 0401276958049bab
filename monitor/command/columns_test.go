package command

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
)

// TestYesterdayFits ensures that what was, and what is to come, on another day, even of another year, is read whole within
// eighty columns, with the longest words that there are.
func TestYesterdayFits(t *testing.T) {
	now := time.Date(2027, 1, 1, 0, 5, 0, 0, time.UTC)
	before, later := now.Add(-10*time.Minute), now.Add(24*time.Hour)
	about := monitor.DeliveryID{Receiver: "hotel-operations-night", Incident: "inc_01a207d9d6acf1ae3e901c"}
	row := Owed{DeliveryID: about, Title: "apaleo API is DOWN", Knows: monitor.Told, Version: 123, State: monitor.IncidentResolved, ToldAt: before}
	waits, retried := row, row
	waits.Since = before
	retried.Since, retried.Attempts, retried.Next, retried.LastErr = before, 14, later, "503 Service Unavailable"
	settled := row
	settled.LastErr = "timeout"
	explained := Explanation{At: now, Told: owings{waits, retried, settled}, Signals: []SignalView{{
		Signal: monitor.Availability, Phase: monitor.Recovering, Since: before, Failed: 1412, Of: 1413,
		Evidence: []monitor.Evidence{"fail", "fail", "good", "fail", "fail", "good", "good", "good"},
	}}}
	var told []monitor.Telling
	for _, r := range []monitor.SendResult{monitor.Accepted, monitor.Ambiguous, monitor.Refused, monitor.Gone} {
		told = append(told, monitor.Telling{
			At: before, DeliveryID: about, Type: monitor.EventReminder, Severity: monitor.Degraded, Title: "apaleo API is DOWN",
			From: 1, Attempt: 14, Result: r, Reason: "503 Service Unavailable",
		})
	}
	for name, tt := range map[string]struct {
		got  string
		want []string // each on a line of its own
	}{
		"what was told":         {toldText(told, now), []string{"2026-12-31 23:55 UTC", "reminder: still degraded", "perhaps told", "unsubscribed", "inc_01a207d9d6acf1ae3e901c apaleo API is DOWN"}},
		"what is owed":          {owings{waits, retried}.text(now), []string{"v123 2026-12-31 23:55 UTC", "since 2026-12-31 23:55 UTC", "next 2027-01-02 00:05 UTC", "inc_01a207d9d6acf1ae3e901c apaleo API is DOWN", "14 attempts so far"}},
		"who was told":          {explained.told(), []string{"v123, resolved, 2026-12-31 23:55 UTC", "since 2026-12-31 23:55 UTC", "14 attempts so far; the last answer: 503 Service Unavailable.", "  The last answer: timeout."}},
		"signals":               {explained.signals(), []string{"2026-12-31 23:55 UTC", "1412 of 1413", "last: fail fail good fail fail good good good"}},
		"of today, no day":      {toldText(told[:1], before), []string{"23:55:00 UTC"}},
		"the hour of a silence": {hour(before, now), []string{"2026-12-31 23:55"}},
	} {
		for line := range strings.Lines(tt.got) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > width {
				t.Errorf("%s: %d columns: %s", name, n, line)
			}
		}
		for _, want := range tt.want {
			if !strings.Contains(tt.got, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, tt.got)
			}
		}
	}
	if got := toldText(told[:1], before); strings.Contains(got, "2026") {
		t.Errorf("today has its day:\n%s", got)
	}
}
