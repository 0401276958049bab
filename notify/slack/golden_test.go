package slack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/slack"
	"bellhop/notify/slack/slacktest"
)

// digest is a message about so many incidents, open and over.
func digest(open, over int) notify.Message {
	m := notify.Message{
		ID: fmt.Sprintf("msg_digest_%d_%d", open, over), Type: monitor.EventDigest, At: since.Add(time.Minute), Instance: "fra1", Build: "0.1.0",
		Links: notify.Links{StatusPage: "https://status.apaleo.com"}, Digest: &notify.Digest{Since: since, Over: open == 0},
	}
	for n := range open + over {
		i := message(monitor.EventOpened, monitor.Down, nil).Incident
		if n > 0 {
			i.Severity, i.Side = monitor.AuthLost, monitor.SideHotel
			i.Title, i.Text = fmt.Sprintf("Hotel H%04d is LOCKED OUT", n), fmt.Sprintf("Hotel H%04d is LOCKED OUT: 2 of 2 checks fail (HTTP 403) since 10:02:11 UTC.", n)
		}
		if n < open {
			m.Digest.Open = append(m.Digest.Open, *i)
		} else {
			ended(i)
			m.Digest.Ended = append(m.Digest.Ended, *i)
		}
	}
	return m
}

func leaving(i *monitor.Incident) {
	i.Change = monitor.ChangeReceiverRemoved
	i.Text = "No longer told here: this receiver was removed from bellhop's configuration while the incident is open. " + i.Text
	i.NextStep = "Follow it on bellhop's status page, or on the receivers that remain."
}

func noted(i *monitor.Incident) {
	i.Change = monitor.ChangeNote
	i.Remarks = []monitor.Remark{{At: since.Add(5 * time.Minute), By: "Anna", What: monitor.ActNote, Text: "apaleo's support calls it a broken switch in Frankfurt"}}
	i.Text += " Anna notes: apaleo's support calls it a broken switch in Frankfurt."
}

func silenced(i *monitor.Incident) {
	i.Change, i.Muted, i.MutedBy = monitor.ChangeSilenced, true, "silenced by Anna until 12:00:00 UTC: we know"
	i.Text += " Silenced by Anna until 12:00:00 UTC: we know. Nothing but its end is told meanwhile."
	i.Remarks = []monitor.Remark{{At: since.Add(5 * time.Minute), By: "Anna", What: monitor.ActSilence, Text: "until 12:00:00 UTC: we know"}}
}

// meanwhile is what several people did while the receiver could not be reached.
func meanwhile(i *monitor.Incident) {
	i.Change = monitor.ChangeUnacknowledged
	i.Remarks = []monitor.Remark{
		{At: since, By: "Ben", What: monitor.ActNote, Text: "told already"},
		{At: since.Add(5 * time.Minute), By: "Anna", What: monitor.ActAcknowledge, Text: "looking"},
		{At: since.Add(6 * time.Minute), By: "Anna", What: monitor.ActSilence, Text: "until 11:00:00 UTC"},
		{At: since.Add(7 * time.Minute), By: "Ben", What: monitor.ActLift, Text: "too early"},
		{At: since.Add(65 * time.Minute), What: monitor.ActUnacknowledge, Text: "the time is over for which Anna was on it"},
	}
}

func unsilenced(i *monitor.Incident) { i.Change = monitor.ChangeUnsilenced }

func wider(i *monitor.Incident) { i.Change, i.Scope.Accounts = monitor.ChangeScope, "some" }

func otherCause(i *monitor.Incident) {
	i.Change, i.Side, i.Cause = monitor.ChangeRerooted, monitor.SideNetwork, monitor.Cause{Kind: monitor.NodeNetwork, ID: "proxy.example.com:3128", Confidence: monitor.Likely}
	i.Title, i.Text = "Our way out (proxy.example.com:3128) is DOWN", "Our way out (proxy.example.com:3128) is DOWN: 14 of 14 checks fail (no connection) since 10:02:11 UTC."
}

func statusPage(i *monitor.Incident) {
	i.Change, i.Acks = monitor.ChangeStatusPage, []string{"Elevated errors on the API (investigating)"}
}

func unwatched(i *monitor.Incident) {
	ended(i)
	i.Change, i.Title, i.Text = monitor.ChangeUnwatched, "apaleo API is no longer watched", "apaleo API is no longer watched: its checks were removed at 10:19:11 UTC. It was down until then."
}

// requests is an incident of the integration's own requests.
func requests(i *monitor.Incident) {
	i.Severity, i.Side = monitor.Degraded, monitor.SideApaleo
	i.Title = "The integration's traffic to apaleo is DEGRADED"
	i.Text = "The integration's traffic to apaleo is DEGRADED: 33 % of 720 requests failed (mostly booking: HTTP 502) since 10:10:20 UTC, usually under 0.2 %. Our own probes are fine (4 of 4)."
	i.Affected, i.Count = []monitor.Affected{{Check: "traffic", Signal: monitor.Availability, Status: 502, Fault: monitor.FaultServer, Failed: 240, Of: 720}}, 1
}

// letters are what a bot is sent, each after the opening of the same incident if it is about one that is known.
func letters() map[string]notify.Message {
	up := func(change func(*monitor.Incident)) notify.Message { return version(monitor.EventUpdated, 2, change) }
	reminder := version(monitor.EventReminder, 2, nil)
	reminder.Reminder, reminder.At = true, since.Add(4*time.Hour)
	plain := version(monitor.EventOpened, 1, nil)
	plain.Plain = true
	plainEnd := version(monitor.EventResolved, 2, ended)
	plainEnd.Plain = true
	recap := version(monitor.EventRecap, 2, ended)
	recap.Late, recap.Before = true, nil
	still := digest(3, 0)
	still.Reminder, still.At = true, since.Add(26*time.Hour)
	left := digest(3, 0)
	left.Digest.Left = true
	all := map[string]notify.Message{
		"opened": version(monitor.EventOpened, 1, nil), "opened-requests": version(monitor.EventOpened, 1, requests),
		"opened-hotels": version(monitor.EventOpened, 1, hotels), "opened-plain": plain,
		"updated-numbers": up(numbers), "updated-severity": up(milder), "updated-cause": up(otherCause), "updated-scope": up(wider),
		"updated-acknowledged": up(acknowledged), "updated-silenced": up(silenced), "updated-note": up(noted), "updated-status-page": up(statusPage),
		"updated-meanwhile": up(meanwhile), "updated-unsilenced": up(unsilenced),
		"left": up(leaving), "reminder": reminder, "reopened": version(monitor.EventReopened, 2, again),
		"resolved": version(monitor.EventResolved, 2, ended), "resolved-unwatched": version(monitor.EventResolved, 2, unwatched), "resolved-plain": plainEnd,
		"recap": recap, "notice": notice(monitor.EventNotice), "test": notice(monitor.EventTest),
		"digest": digest(1000, 12), "digest-over": digest(0, 1000), "digest-left": left, "digest-reminder": still,
	}
	sender := notify.Sender{Instance: "fra1", Version: "0.1.0"}
	for n, m := range sender.Trial(since) {
		all[fmt.Sprintf("trial-%d", n+1)] = m
	}
	return all
}

// TestBotGolden ensures that each letter does what it did when it was last read: as it is stored, and as people see it,
// in the channel and in the thread. The stand-in refuses what is over Slack's limits.
func TestBotGolden(t *testing.T) {
	for name, m := range letters() {
		t.Run(name, func(t *testing.T) {
			k := talking(t, func(o *slack.BotOptions) { o.Mentions.Who = []string{"U012345", "S067890"} })
			if m.Incident != nil && m.Incident.Version > 1 && m.Type != monitor.EventRecap {
				k.send(version(monitor.EventOpened, 1, nil))
			}
			if m.Digest != nil && (m.Digest.Over || m.Digest.Left || m.Reminder) {
				k.send(digest(1000, 0))
			}
			body, err := k.lane.Render(k.known(m))
			if err != nil {
				t.Fatal(err)
			}
			k.send(m)
			var indented bytes.Buffer
			if err := json.Indent(&indented, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/bot/"+name+".json", indented.String())
			golden(t, "testdata/bot/"+name+".txt", seen(k))
		})
	}
}

// TestSamples ensures that Slack takes every message there is, by either way, and that none of them is without words.
func TestSamples(t *testing.T) {
	for _, s := range notify.Samples(since) {
		for _, plain := range []bool{false, true} {
			s.Plain = plain
			k := talking(t, nil)
			k.send(s.Message)
			if p := k.room.Posts(); len(p) != 1 || len(p[0].Text) < 20 {
				t.Errorf("%s: %d posts", s.Name, len(p))
			}
			c, lane := channel(t)
			if _, err := notify.Try(t.Context(), lane, s.Message); err != nil || len(c.Posts()[0].Text) < 20 {
				t.Errorf("%s: by webhook: %v", s.Name, err)
			}
		}
	}
}

// seen is the conversation as it stands.
func seen(k *talk) string {
	root := k.root()
	said := []string{root.Text}
	for _, p := range k.thread() {
		where := "in the thread"
		if p.Broadcast {
			where = "in the thread, and in the channel"
		}
		said = append(said, "--- "+where+":\n"+p.Text)
	}
	return strings.Join(said, "\n")
}

// TestBudget ensures that no message comes near Slack's limits, whatever it is about: at most 12 blocks, 8,000
// characters, and a text that an edit takes.
func TestBudget(t *testing.T) {
	all := letters()
	for name, m := range letters() {
		if m.Incident != nil {
			i := *m.Incident
			m.Incident = &i
			huge(&i)
			all[name+", huge"] = m
		}
		if m.Digest != nil {
			d := *m.Digest
			d.Open, d.Ended = slices.Clone(d.Open), slices.Clone(d.Ended)
			for n := range d.Open {
				huge(&d.Open[n])
			}
			for n := range d.Ended {
				huge(&d.Ended[n])
			}
			m.Digest = &d
			all[name+", huge"] = m
		}
	}
	for name, m := range all {
		k := talking(t, func(o *slack.BotOptions) { o.Mentions.Who = slices.Repeat([]string{"S0123456789"}, 20) })
		k.send(m)
		p := k.room.Posts()[0]
		var post struct {
			Text        string
			Attachments []struct{ Blocks []any }
		}
		if err := json.Unmarshal(p.Raw, &post); err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(post.Text); n > 4000 {
			t.Errorf("%s: a text of %d characters", name, n)
		}
		for _, a := range post.Attachments {
			if n := readable(a.Blocks); len(a.Blocks) > 12 || n > 8000 {
				t.Errorf("%s: %d blocks, %d characters", name, len(a.Blocks), n)
			}
		}
		if err := slacktest.Validate("chat.update", p.Raw); err != nil {
			t.Errorf("%s: not as an edit: %v", name, err)
		}
	}
}

// TestEscapesStayWhole ensures that a text is cut before it is escaped: half an escape is none.
func TestEscapesStayWhole(t *testing.T) {
	whole := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "")
	for pad := range 12 {
		m := version(monitor.EventOpened, 1, func(i *monitor.Incident) {
			i.Text = strings.Repeat("x", pad) + strings.Repeat("&<!channel>ä😀", 300)
			i.NextStep, i.Title = i.Text, i.Text[:pad+40]
		})
		k := talking(t, nil)
		k.send(m)
		if rest := whole.Replace(textOf(k.room.Posts()[0].Raw)); strings.ContainsAny(rest, "&<>") {
			t.Errorf("padded by %d: half an escape in %q", pad, rest)
		}
	}
}

// huge makes everything in an incident as long as it can be, in characters that all must be escaped.
func huge(i *monitor.Incident) {
	long := strings.Repeat("&<!channel>ä😀", 320)
	i.ID, i.Title, i.Text, i.NextStep, i.Count, i.Acks, i.MutedBy = long, long, long, long, 400, []string{long, long}, long
	i.Affected = slices.Clone(i.Affected)
	for range 30 {
		i.Affected = append(i.Affected, monitor.Affected{Check: monitor.CheckID(long), Fault: monitor.FaultReset, TrackingID: long, Runbook: "https://" + long})
	}
	i.Affected[0].TrackingID, i.Cause.ID = long, long
	i.Ack, i.Muted = &monitor.Ack{By: long, Why: long}, true
	for range 20 {
		i.Remarks = append(i.Remarks, monitor.Remark{At: since.Add(time.Hour), By: long, What: monitor.ActNote, Text: long})
	}
}

// readable counts the characters of all texts in a value.
func readable(v any) (n int) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += readable(e)
		}
	case map[string]any:
		for name, e := range v {
			if s, ok := e.(string); ok && name == "text" {
				n += utf8.RuneCountInString(s)
			} else if !ok {
				n += readable(e)
			}
		}
	}
	return n
}

// textOf is the text of a post.
func textOf(raw []byte) string {
	var p struct{ Text string }
	_ = json.Unmarshal(raw, &p)
	return p.Text
}

// marked are the texts of a post in which Slack reads marks.
func marked(t *testing.T, raw []byte) []string {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	all := []string{fmt.Sprint(p["text"])}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if v["type"] == "mrkdwn" {
				all = append(all, fmt.Sprint(v["text"]))
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(p["attachments"])
	return all
}

// TestStretch ensures that the times of a short trouble are not the same minute twice.
func TestStretch(t *testing.T) {
	k := talking(t, nil)
	k.send(version(monitor.EventOpened, 1, nil), version(monitor.EventResolved, 2, func(i *monitor.Incident) {
		ended(i)
		i.Ended = i.Since.Add(5 * time.Second)
	}))
	if all := k.room.Posts(); !strings.Contains(textOf(all[1].Raw), "Recovered after 5 s* (10:02:11–10:02:16 UTC)") {
		t.Error(all[1].Text)
	}
}
