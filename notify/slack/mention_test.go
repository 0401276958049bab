package slack_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/slack"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestQuietHours ensures that quiet hours follow the clock on the wall: over midnight, and on the days on which an hour
// is missing or comes twice.
func TestQuietHours(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	night := slack.QuietHours{From: 22 * time.Hour, To: 7 * time.Hour, Zone: berlin}
	noon := slack.QuietHours{From: 12 * time.Hour, To: 13*time.Hour + 30*time.Minute, Zone: berlin}
	early := slack.QuietHours{From: 2 * time.Hour, To: 3 * time.Hour, Zone: berlin}
	for _, tt := range []struct {
		q    slack.QuietHours
		at   string // in UTC
		want bool
	}{
		{night, "2026-11-22T20:59:59Z", false},
		{night, "2026-11-22T21:00:00Z", true},
		{night, "2026-11-23T00:00:00Z", true},
		{night, "2026-11-23T05:59:59Z", true},
		{night, "2026-11-23T06:00:00Z", false},
		{night, "2026-07-22T20:00:00Z", true},
		{night, "2026-07-22T19:59:59Z", false},
		{night, "2026-07-23T05:00:00Z", false}, // summer
		{night, "2026-03-29T04:59:00Z", true},
		{night, "2026-03-29T05:00:00Z", false}, // the night of 8 hours
		{night, "2026-10-25T05:59:00Z", true},
		{night, "2026-10-25T06:00:00Z", false}, // that of 10
		{early, "2026-03-29T00:59:59Z", false},
		{early, "2026-03-29T01:00:00Z", false}, // 02:00 does not come
		{early, "2026-10-25T00:30:00Z", true},
		{early, "2026-10-25T01:30:00Z", true},
		{early, "2026-10-25T02:00:00Z", false}, // and comes twice
		{noon, "2026-11-22T10:59:59Z", false},
		{noon, "2026-11-22T12:29:59Z", true},
		{noon, "2026-11-22T12:30:00Z", false},
		{slack.QuietHours{}, "2026-11-22T00:00:00Z", false},
		{slack.QuietHours{Zone: berlin}, "2026-11-22T00:00:00Z", false},
		{slack.QuietHours{From: 22 * time.Hour, To: 7 * time.Hour}, "2026-11-22T21:59:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.q.Hold(at); got != tt.want {
			t.Errorf("%v to %v at %s: %v", tt.q.From, tt.q.To, tt.at, got)
		}
	}
}

// TestMentions ensures that people are called once when an incident of theirs opens and once when it opens again, where
// it rings, and at no other time.
func TestMentions(t *testing.T) {
	const people = "<@U012345> <!subteam^S067890>"
	who := slack.Mentions{Who: []string{"U012345", "S067890"}}
	auth := slack.Mentions{Who: who.Who, Severity: []monitor.Severity{monitor.AuthLost}}
	quiet := slack.Mentions{Who: who.Who, Quiet: slack.QuietHours{From: 22 * time.Hour, To: 7 * time.Hour, Zone: zone(t, "Europe/Berlin")}}
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	test := version(monitor.EventOpened, 1, nil)
	test.Test = true
	for _, tt := range []struct {
		name     string
		mentions slack.Mentions
		at       time.Time
		letters  []notify.Message
		want     int // how often they are called
	}{
		{"the whole course", who, at, course(), 2},
		{"an opening", who, at, course()[:1], 1},
		{"nobody is named", slack.Mentions{}, at, course(), 0},
		{"another severity", auth, at, course(), 0},
		{"quiet hours", quiet, at, course(), 0},
		{"after the quiet hours", quiet, at.Add(4 * time.Hour), course(), 2},
		{"somebody is on it", who, at, []notify.Message{version(monitor.EventOpened, 1, acknowledged)}, 0},
		{"somebody takes it on", who, at, []notify.Message{course()[0], version(monitor.EventUpdated, 2, acknowledged)}, 1},
		{"only the end", who, at, course()[4:5], 0},
		{"a recap", who, at, []notify.Message{version(monitor.EventRecap, 1, ended)}, 0},
		{"a notice", who, at, []notify.Message{notice(monitor.EventNotice)}, 0},
		{"a test", who, at, []notify.Message{test}, 0},
		{"a digest", who, at, []notify.Message{digest(7, 0), digest(5, 2), digest(0, 7)}, 1},
		{"a digest that becomes worse", who, at, []notify.Message{mild(digest(7, 0)), knew(digest(7, 0)), knew(digest(8, 0)), digest(0, 7)}, 1},
		{"a farewell", who, at, []notify.Message{course()[0], version(monitor.EventUpdated, 2, leaving)}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := talking(t, func(o *slack.BotOptions) { o.Mentions = tt.mentions })
			k.at = tt.at
			k.send(tt.letters...)
			called := 0
			for _, p := range k.room.Posts() { // as they were when they were new: only those ring
				called += strings.Count(string(p.Raw), "U012345")
			}
			for _, p := range k.room.Messages() {
				if p.Edits > 0 && strings.Contains(string(p.Raw), "U012345") {
					t.Error("an edit mentions")
				}
			}
			if called != tt.want {
				t.Errorf("called %d times, want %d", called, tt.want)
			}
			for _, p := range k.room.Posts() {
				if text := textOf(p.Raw); strings.Contains(text, "U012345") && !strings.HasSuffix(text, "\n"+people) {
					t.Errorf("a post ends with %q", text)
				}
			}
		})
	}
}

func mild(m notify.Message) notify.Message {
	for n := range m.Digest.Open {
		m.Digest.Open[n].Severity = monitor.Warning
	}
	return m
}

func knew(m notify.Message) notify.Message {
	m.ID += "_more"
	m.Before = &monitor.Delivery{Knows: monitor.Told}
	return m
}

// TestMentionsWhenWorse ensures that who wants to be called for what is down is called once, in the channel, for what
// becomes so: whatever could not be told on the way, and however often it becomes so.
func TestMentionsWhenWorse(t *testing.T) {
	is := func(n int, what monitor.EventType, now, was monitor.Severity, change func(*monitor.Incident)) notify.Message {
		m := version(what, n, change)
		m.Incident.Severity = now
		if m.Before != nil {
			m.Before.Severity = was
		}
		return m
	}
	const up = monitor.EventUpdated
	mild := is(1, monitor.EventOpened, monitor.Degraded, "", nil)
	worse := is(2, up, monitor.Down, monitor.Degraded, nil)
	better := is(3, up, monitor.Degraded, monitor.Down, nil)
	taken := is(3, up, monitor.Down, monitor.Down, acknowledged)
	for _, tt := range []struct {
		name    string
		letters []notify.Message
		want    []int // how often people are called by each
	}{
		{"becomes worse", []notify.Message{mild, worse}, []int{0, 1}},
		{"again and again", []notify.Message{mild, worse, better, is(4, up, monitor.Down, monitor.Degraded, nil)}, []int{0, 1, 0, 0}},
		{"that may have been told, and was not", []notify.Message{mild, is(3, up, monitor.Down, monitor.Down, nil)}, []int{0, 1}},
		{"somebody is on it", []notify.Message{mild, taken}, []int{0, 0}},
		{"held back", []notify.Message{mild, is(2, up, monitor.Down, monitor.Degraded, silenced), is(3, up, monitor.Down, monitor.Down, unsilenced)}, []int{0, 0, 1}},
		{"opened so", []notify.Message{is(1, monitor.EventOpened, monitor.Down, "", nil), is(2, up, monitor.Degraded, monitor.Down, nil), is(3, up, monitor.Down, monitor.Degraded, nil)}, []int{1, 0, 0}},
		{
			"after it came back",
			[]notify.Message{is(1, monitor.EventOpened, monitor.Down, "", nil), version(monitor.EventResolved, 2, ended), is(3, monitor.EventReopened, monitor.Degraded, monitor.Down, again), is(4, up, monitor.Down, monitor.Degraded, nil)},
			[]int{1, 0, 0, 1},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := talking(t, func(o *slack.BotOptions) { o.Mentions.Who = []string{"U012345"} })
			for n, m := range tt.letters {
				before := len(k.room.Posts())
				k.send(m)
				called := 0
				for _, p := range k.room.Posts()[before:] {
					called += strings.Count(string(p.Raw), "U012345")
				}
				if called != tt.want[n] {
					t.Errorf("letter %d calls %d times", n+1, called)
				}
			}
		})
	}
}

// TestMentionsWhenWorseSays ensures that who is called is told what for, and what to do, where they are called.
func TestMentionsWhenWorseSays(t *testing.T) {
	k := talking(t, func(o *slack.BotOptions) { o.Mentions.Who = []string{"U012345"} })
	k.send(version(monitor.EventOpened, 1, milder))
	worse := version(monitor.EventUpdated, 2, func(i *monitor.Incident) { i.Change = monitor.ChangeSeverity })
	worse.Before.Severity = monitor.Degraded
	k.send(worse)
	all := k.room.Posts()
	text := textOf(all[len(all)-1].Raw)
	for _, want := range []string{"Now DOWN, was DEGRADED", "14 of 14", "*Next:* Nothing to fix", "<@U012345>"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if len(all) != 2 || !all[1].Broadcast || k.root().Replies != 1 {
		t.Errorf("%d posts, %+v", len(all), all[1])
	}
}

// TestNobodyElseIsCalled ensures that no name, error or note from outside can call anybody or link anywhere.
func TestNobodyElseIsCalled(t *testing.T) {
	const evil = "<!channel> <!here> <@U666666> <https://evil.example|click> @here `x` *x*"
	k := talking(t, nil)
	for n, what := range []monitor.EventType{monitor.EventOpened, monitor.EventUpdated, monitor.EventReminder, monitor.EventResolved, monitor.EventReopened} {
		m := version(what, n+1, func(i *monitor.Incident) {
			i.Title, i.Text, i.NextStep, i.Acks, i.MutedBy, i.Muted = evil, evil+" and more", evil, []string{evil}, evil, true
			i.Cause.ID, i.Affected[0].TrackingID, i.Affected[0].Check, i.Change = evil, evil, evil, monitor.ChangeNote
			i.Ack = &monitor.Ack{By: evil, Why: evil}
			i.Remarks = []monitor.Remark{{By: evil, What: monitor.ActNote, Text: evil}, {By: evil, What: monitor.ActAcknowledge, Text: evil}}
			if what == monitor.EventResolved {
				i.State, i.Ended = monitor.IncidentResolved, since.Add(time.Minute)
			}
		})
		m.Instance = evil
		k.send(m)
	}
	for _, p := range append(k.room.Messages(), k.room.Posts()...) {
		for _, text := range marked(t, p.Raw) {
			for _, mark := range []string{"<!channel", "<!here", "<@", "<https://evil", "`x`"} {
				if strings.Contains(text, mark) {
					t.Errorf("%s in %s", mark, text)
				}
			}
		}
	}
}
