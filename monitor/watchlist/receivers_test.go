package watchlist_test

import (
	"slices"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
)

const watched = "watchlist: {checks: [{name: a, http: {url: \"https://example.com\"}}]}\n"

// TestReceiverRemarks ensures that who sets up a receiver is told what it cannot do, and what nobody would hear.
func TestReceiverRemarks(t *testing.T) {
	const (
		hook  = "slack: {webhook_url: \"https://hooks.slack.com/services/T/B/x\"}"
		pager = "pagerduty: {routing_key: 0123456789abcdef0123456789abcdef}"
		page  = "web: {public_url: \"https://bellhop.example.com\"}\n"
		beat  = page + "heartbeat: {url: \"https://hc.example.com/x\"}\n"
	)
	for name, tt := range map[string]struct {
		file string
		want []string // what each remark starts with
	}{
		"none":            {"", nil},
		"one hook":        {"receivers: [{name: ops, " + hook + "}]\n", []string{"Receiver ops is an incoming webhook of Slack.", "There is one receiver", "There is no web.public_url", "There is no heartbeat"}},
		"two hooks":       {beat + "receivers: [{name: a, " + hook + "}, {name: b, " + hook + "}]\n", []string{"Receivers a and b are each an incoming webhook of Slack."}},
		"nobody listens":  {beat + "receivers: [{name: a, when: {severity: [down]}, " + hook + "}, {name: b, " + pager + "}]\n", []string{"Receiver a is", "Receiver b is PagerDuty.", "No receiver takes notices"}},
		"with a template": {beat + "receivers: [{name: a, template: {use: teams, url: \"https://example.com\"}}, {name: b, alertmanager: {url: \"http://am:9093\"}}]\n", []string{"Receiver a is made by a template.", "Receiver b is an Alertmanager."}},
		"a bot":           {beat + "receivers: [{name: a, slack: {token: xoxb-1, channel: C0123ABCD}}, {name: b, " + pager + "}]\n", []string{"Receiver b is PagerDuty."}},
	} {
		t.Run(name, func(t *testing.T) {
			w := parse(t, watched+tt.file, watchlist.Options{})
			if len(w.Remarks) != len(tt.want) {
				t.Fatalf("remarks %q", w.Remarks)
			}
			for n, want := range tt.want {
				if !strings.HasPrefix(w.Remarks[n], want) {
					t.Errorf("%q, want %q", w.Remarks[n], want)
				}
			}
		})
	}
}

// TestReceiverKinds ensures that what a kind of receiver can do is known wherever receivers are.
func TestReceiverKinds(t *testing.T) {
	w := parse(t, watched+`receivers:
  - {name: a, pagerduty: {routing_key: 0123456789abcdef0123456789abcdef}}
  - {name: b, alertmanager: {url: "http://user:S3CR3T@am:9093"}}
  - {name: c, when: {severity: [notice, down]}, alertmanager: {url: "http://am:9093"}}
  - {name: d, template: {use: ntfy, url: "https://ntfy.sh/topic"}, remind: 2h}
  - {name: e, slack: {webhook_url: "https://hooks.slack.com/services/T/B/x", digest: 0}, remind: off}
  - {name: f, slack: {token: xoxb-S3CR3T, channel: C0123ABCD, mention: {who: [U1234]}}}
`, watchlist.Options{})
	of := map[string]watchlist.Receiver{}
	for _, r := range w.Receivers {
		of[r.Name] = r
	}
	if a := of["a"]; !a.NoRecap || a.When.WantsNotice() || !a.When.Wants(&monitor.Incident{Severity: monitor.QuotaOut}) || a.URL.IsSet() {
		t.Errorf("PagerDuty %+v", a.Receiver)
	}
	if !of["b"].NoRecap || of["b"].When.WantsNotice() || !of["c"].When.WantsNotice() {
		t.Errorf("Alertmanager %+v, %+v", of["b"].Receiver, of["c"].Receiver)
	}
	if d := of["d"]; !d.Posts || !d.Keyless || d.Remind.Hours() != 2 || d.Template == nil {
		t.Errorf("template %+v", d.Receiver)
	}
	if e := of["e"]; e.Digest != 0 || e.Remind != 0 || e.Kind != "slack" {
		t.Errorf("incoming webhook %+v", e.Receiver)
	}
	f := of["f"]
	if f.Digest != 5 || f.Kind != "slack_bot" || !slices.Equal(f.Bot.Mentions.Severity, []monitor.Severity{monitor.Down}) || f.Posts || f.Keyless {
		t.Errorf("bot %+v, %+v", f.Receiver, f.Bot)
	}
}

// TestReceiverChangesAreSeen ensures that a reload knows which receivers were changed.
func TestReceiverChangesAreSeen(t *testing.T) {
	const file = watched + `receivers:
  - {name: am, alertmanager: {url: "http://am:9093", labels: {team: web}}}
  - {name: bot, slack: {token: xoxb-1, channel: C0123ABCD, mention: {who: [U1234], quiet_hours: {from: "22:00", to: "07:00", zone: Europe/Berlin}}}}
  - {name: own, template: {url: "https://example.com", body: "{\"text\": {{.Text | json}}}"}}
  - {name: pd, pagerduty: {routing_key: 0123456789abcdef0123456789abcdef}}
`
	before := parse(t, file, watchlist.Options{})
	if d := watchlist.Diff(before, parse(t, file, watchlist.Options{})); !d.Empty() {
		t.Errorf("nothing was changed, but %+v", d)
	}
	for change, name := range map[string]string{
		"team: web,team: ops": "am", "C0123ABCD,C0123ABCE": "bot", "U1234,U1235": "bot", "22:00,21:00": "bot", "{{.Text,{{.Title": "own",
		"0123456789abcdef0,0123456789abcdef1": "pd",
	} {
		was, is, _ := strings.Cut(change, ",")
		d := watchlist.Diff(before, parse(t, strings.Replace(file, was, is, 1), watchlist.Options{}))
		if !slices.Equal(d.Receivers.Changed, []string{name}) {
			t.Errorf("%s: %+v", change, d.Receivers)
		}
	}
}
