package slack_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/slack"
	"bellhop/notify/slack/slacktest"
)

// A talk is a bot that talks in a stand-in for Slack, letter after letter.
type talk struct {
	*testing.T
	space *slacktest.Workspace
	room  *slacktest.Channel
	lane  notify.Lane
	token string
	api   string
	plain bool   // the letter is sent as text alone
	ref   string // of the message so far
	maybe bool   // the attempt before may have arrived
	tries int
	at    time.Time
	first time.Time // of the letter under way
}

func talking(t *testing.T, change func(*slack.BotOptions), granted ...string) *talk {
	t.Helper()
	space := slacktest.New(slacktest.Options{Unlimited: true})
	srv := httptest.NewServer(space)
	t.Cleanup(srv.Close)
	k := &talk{T: t, space: space, room: space.Open("ops"), token: space.Token(granted...), at: time.Now()}
	k.api = srv.URL + "/api"
	o := slack.BotOptions{Token: k.token, Channel: k.room.ID(), API: k.api, Pace: monitor.RealPace(), Agent: "bellhop/test"}
	if change != nil {
		change(&o)
	}
	lane, err := slack.NewBotLane(monitor.Receiver{Name: "ops"}, o)
	if err != nil {
		t.Fatal(err)
	}
	k.lane = lane
	return k
}

// try makes one attempt at a message, and takes over what came of it as the outbox does.
func (k *talk) try(m notify.Message) error {
	k.Helper()
	body, err := k.lane.Render(k.known(m))
	if err != nil {
		k.Fatal(err)
	}
	if k.tries == 0 {
		k.first = time.Now()
	}
	k.tries++
	got, err := k.lane.Notifier.Notify(k.Context(), notify.Letter{
		ID: m.ID, Type: m.Type, Body: body, Attempt: k.tries, At: k.at, Ref: k.ref, First: k.first, Maybe: k.maybe,
	})
	var r *notify.Refusal
	switch {
	case err == nil:
		k.ref, k.maybe, k.tries = got.Ref, false, 0
	case !errors.As(err, &r):
		k.Fatalf("not classified: %v", err)
	case r.Result == monitor.Ambiguous:
		k.maybe = true
	}
	if err != nil && strings.Contains(err.Error(), k.token) {
		k.Errorf("the error tells the token: %v", err)
	}
	return err
}

// known is a message to somebody who knows of the one before, by the name that was given to it.
func (k *talk) known(m notify.Message) notify.Message {
	if m.Before != nil {
		before := *m.Before
		m.Before, before.Ref = &before, k.ref
	}
	return m
}

func (k *talk) send(all ...notify.Message) {
	k.Helper()
	for _, m := range all {
		if err := k.try(m); err != nil {
			k.Fatalf("%s: %v", m.Type, err)
		}
	}
}

// root is the message that the talk is about, as it stands.
func (k *talk) root() slacktest.Post {
	k.Helper()
	all := k.room.Messages()
	i := slices.IndexFunc(all, func(p slacktest.Post) bool { return strings.HasSuffix(strings.TrimSuffix(k.ref, " called"), "/"+p.TS) })
	if i < 0 {
		k.Fatalf("no message %q among %d", k.ref, len(all))
	}
	return all[i]
}

func (k *talk) thread() []slacktest.Post { return k.room.Thread(k.root().TS) }

// version is a message about a version of the usual incident, to somebody who knew the one before.
func version(what monitor.EventType, n int, change func(*monitor.Incident)) notify.Message {
	m := message(what, monitor.Down, nil)
	m.ID, m.Late = fmt.Sprintf("msg_%d", n), false
	if change != nil {
		change(m.Incident)
	}
	m.Incident.Version = n
	if n > 1 {
		m.Before = &monitor.Delivery{Knows: monitor.Told, Version: n - 1, Severity: monitor.Down, Side: monitor.SideApaleo, ToldAt: since.Add(time.Minute)}
	}
	return m
}

func numbers(i *monitor.Incident) {
	i.Scope.Failing, i.Text = 12, strings.Replace(i.Text, "14 of", "12 of", 1)
}

func milder(i *monitor.Incident) {
	i.Severity, i.Change, i.Title = monitor.Degraded, monitor.ChangeSeverity, "apaleo API is DEGRADED"
	i.Text = "apaleo API is DEGRADED: 18 of 58 attempts failed (31 %, HTTP 502) since 10:02:11 UTC."
}

func acknowledged(i *monitor.Incident) {
	i.Change = monitor.ChangeAcknowledged
	i.Ack = &monitor.Ack{By: "Anna", Why: "on the phone with apaleo", At: since.Add(2 * time.Minute), Until: since.Add(2 * time.Hour)}
	i.Remarks = []monitor.Remark{{At: since.Add(2 * time.Minute), By: "Anna", What: monitor.ActAcknowledge, Text: "until 12:02:11 UTC: on the phone with apaleo"}}
	i.Text += " Anna is on it until 12:02:11 UTC: on the phone with apaleo."
}

func again(i *monitor.Incident) { i.Reopened, i.Flapping, i.Change = 1, true, monitor.ChangeReopened }

// course are the letters about one incident, from its beginning to its end and back.
func course() []notify.Message {
	return []notify.Message{
		version(monitor.EventOpened, 1, nil), version(monitor.EventUpdated, 2, numbers), version(monitor.EventUpdated, 3, milder),
		version(monitor.EventReminder, 4, nil), version(monitor.EventResolved, 5, ended), version(monitor.EventReopened, 6, again),
	}
}

// TestConversation ensures that an incident is one message that is edited, its thread the timeline, and that only its
// opening, a reminder, its end and its opening again are shown to the channel as new.
func TestConversation(t *testing.T) {
	k := talking(t, nil)
	for _, want := range []struct{ edits, replies, shown int }{{0, 0, 1}, {1, 0, 1}, {2, 1, 1}, {3, 2, 2}, {4, 3, 3}, {5, 4, 4}} {
		m := course()[want.edits]
		k.send(m)
		if p := k.root(); p.Edits != want.edits || p.Replies != want.replies || k.room.Shown() != want.shown {
			t.Errorf("after %s #%d: %d edits, %d replies, %d shown; want %+v", m.Type, m.Incident.Version, p.Edits, p.Replies, k.room.Shown(), want)
		}
	}
	if first := k.room.Messages()[0].TS; !strings.HasSuffix(k.ref, "/"+first) {
		t.Errorf("speaks of %s at the end, the first message is %s", k.ref, first)
	}
	var colours []string
	for _, m := range course() {
		k.send(m)
		colours = append(colours, k.root().Colour())
	}
	if want := []string{"#D00000", "#D00000", "#ECB22E", "#D00000", "#2EB67D", "#D00000"}; !slices.Equal(colours, want) {
		t.Errorf("colours %v, want %v", colours, want)
	}
}

// TestEveryStepTwice ensures that a letter can be sent again after any of its calls failed, whether it had taken effect
// or not, and that people see nothing twice.
func TestEveryStepTwice(t *testing.T) {
	faults := map[string]slacktest.Fault{
		"took effect": slacktest.TookEffect(), "dropped": slacktest.Dropped(), "500": slacktest.Fails(500), "{}": slacktest.Empty(),
		"503, took effect": {Status: 503, Takes: true}, "200 HTML, took effect": {Body: "<html>", Takes: true}, "internal error": slacktest.Refuses("internal_error"),
	}
	for _, name := range slices.Sorted(maps.Keys(faults)) {
		for _, method := range []string{"chat.postMessage", "chat.update"} {
			t.Run(method+", "+name, func(t *testing.T) {
				k := talking(t, nil)
				for _, m := range course() {
					k.space.Fail(method, faults[name], faults[name])
					failed := 0
					for err := k.try(m); err != nil; err = k.try(m) {
						if failed++; failed > 4 {
							t.Fatalf("%s: %v", m.Type, err)
						}
					}
				}
				if all := k.room.Messages(); len(all) != 5 || k.room.Shown() != 4 || k.root().Replies != 4 {
					t.Errorf("%d messages, %d shown, %d in the thread; want 5, 4 and 4", len(all), k.room.Shown(), k.root().Replies)
				}
			})
		}
	}
}

// TestAnyFaults ensures the same for faults in any order, on what looks up as well as on what posts: whoever tries
// again for long enough has told everything, once.
func TestAnyFaults(t *testing.T) {
	faults := []slacktest.Fault{
		{},
		{},
		slacktest.TookEffect(), slacktest.Dropped(), slacktest.Fails(500),
		{Status: 503, Takes: true},
		slacktest.Limited(0),
		slacktest.SignIn(), slacktest.Empty(), slacktest.Refuses("internal_error"), slacktest.Refuses("ratelimited"),
		{Body: `{"ok":true}`, Takes: true},
	}
	for seed := range uint64(20) {
		k, dice := talking(t, nil), rand.New(rand.NewPCG(seed, 1))
		made := 0
		k.space.Script(func(c slacktest.Call) (f slacktest.Fault) {
			if made++; made <= 40 {
				f = faults[dice.IntN(len(faults))]
			}
			if f.Body == `{"ok":true}` && c.Method != "chat.postMessage" {
				return slacktest.Fault{} // of a page or an edit that is no lie
			}
			return f
		})
		for _, m := range course() {
			for tries := 0; k.try(m) != nil; tries++ {
				if tries > 60 {
					t.Fatalf("seed %d: %s is never told", seed, m.Type)
				}
			}
		}
		if all := k.room.Messages(); len(all) != 5 || k.room.Shown() != 4 || k.root().Colour() != "#D00000" {
			t.Errorf("seed %d: %d messages, %d shown, the last colour %s; want 5, 4 and red", seed, len(all), k.room.Shown(), k.root().Colour())
		}
	}
}

// TestEditRefused ensures that a message that cannot be edited any more is continued in a new one, which says so and
// which the next letters edit.
func TestEditRefused(t *testing.T) {
	for _, word := range []string{"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "block_mismatch"} {
		k := talking(t, func(o *slack.BotOptions) { o.Mentions.Who = []string{"U012345"} })
		k.send(course()[0])
		old := k.ref
		k.space.Fail("chat.update", slacktest.Refuses(word))
		k.send(course()[4])
		if k.ref == old || k.room.Shown() != 2 || k.root().Replies != 0 {
			t.Errorf("%s: %d shown, %d replies", word, k.room.Shown(), k.root().Replies)
		}
		if p := k.room.Posts()[1]; !strings.Contains(p.Text, "Recovered after 17 min") || !strings.Contains(p.Text, "continues an earlier message") || strings.Contains(string(p.Raw), "U012345") {
			t.Errorf("%s: posted\n%s", word, p.Text)
		}
		k.send(course()[5])
		if k.room.Shown() != 3 || k.root().Edits != 1 {
			t.Errorf("%s: the new message was not edited", word)
		}
	}
}

// TestThreadRefused ensures that what has to be heard is said in the channel where the thread takes nothing, once.
func TestThreadRefused(t *testing.T) {
	for _, word := range []string{"cannot_reply_to_message", "restricted_action_thread_locked"} {
		k := talking(t, nil)
		k.send(course()[0])
		k.space.Fail("chat.postMessage", slacktest.Refuses(word))
		k.send(course()[2]) // a line of the timeline
		if k.room.Shown() != 1 || k.root().Colour() != "#ECB22E" {
			t.Errorf("%s: %d shown", word, k.room.Shown())
		}
		k.space.Fail("chat.postMessage", slacktest.Refuses(word), slacktest.TookEffect())
		if k.try(course()[4]) == nil {
			t.Fatal("took it")
		}
		k.space.Fail("chat.postMessage", slacktest.Refuses(word))
		if k.send(course()[4]); k.room.Shown() != 2 || !strings.Contains(k.room.Posts()[1].Text, "Recovered after 17 min") {
			t.Errorf("%s: %d shown", word, k.room.Shown())
		}
	}
}

// TestLineRefused ensures that a letter whose edit was made is not taken for untold because its line in the thread was
// refused: the message says already what is owed an end, and the pause that Slack asks for is kept.
func TestLineRefused(t *testing.T) {
	for name, f := range map[string]slacktest.Fault{"too fast": slacktest.Limited(7 * time.Second), "failing": slacktest.Fails(503), "unknown": slacktest.Refuses("channel_not_found")} {
		k := talking(t, nil)
		k.send(course()[0], course()[4])
		k.space.Fail("chat.postMessage", f)
		var r *notify.Refusal
		if err := k.try(course()[5]); !errors.As(err, &r) || r.Result != monitor.Ambiguous || name == "too fast" && r.After != 7*time.Second {
			t.Errorf("%s: %+v", name, r)
		}
		if k.root().Colour() != "#D00000" {
			t.Errorf("%s: the message is not edited", name)
		}
		k.send(course()[5])
		if n := len(k.thread()); n != 2 {
			t.Errorf("%s: %d messages in the thread, want an end and an opening again", name, n)
		}
	}
}

// TestEditRefusedTwice ensures that the message that takes another's place is not posted twice either.
func TestEditRefusedTwice(t *testing.T) {
	k := talking(t, nil)
	k.send(course()[0])
	k.room.Delete(k.room.Messages()[0].TS)
	k.space.Fail("chat.postMessage", slacktest.TookEffect())
	if err := k.try(course()[1]); err == nil {
		t.Fatal("took it")
	}
	k.send(course()[1])
	if all := k.room.Messages(); len(all) != 1 || k.root().TS != all[0].TS {
		t.Errorf("%d messages", len(all))
	}
}

// TestOverlooked ensures that the message that may have arrived is found in a busy channel, and that without the
// permission to look, or where looking is broken for long, it is sent again rather than lost.
func TestOverlooked(t *testing.T) {
	for _, tt := range []struct {
		name   string
		scopes []string
		edit   func(*talk)
		tries  int
		want   int
	}{
		{"busy channel", nil, func(k *talk) {
			for n := range 40 {
				k.room.Say("Anna", fmt.Sprintf("what is up, %d?", n))
			}
		}, 1, 1},
		{"no scope", []string{slacktest.ScopeWrite}, func(*talk) {}, 1, 2},
		{"looking fails once", nil, func(k *talk) { k.space.Fail("conversations.history", slacktest.Fails(500)) }, 2, 1},
		{"looking is limited", nil, func(k *talk) { k.space.Fail("conversations.history", slacktest.Limited(time.Second)) }, 2, 1},
		{"looking has failed for long", nil, func(k *talk) {
			k.space.Always("conversations.history", slacktest.Fails(500))
			k.at = k.at.Add(6 * time.Minute)
		}, 1, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := talking(t, nil, tt.scopes...)
			k.space.Fail("chat.postMessage", slacktest.TookEffect())
			if err := k.try(course()[0]); err == nil {
				t.Fatal("took it")
			}
			tt.edit(k)
			tries := 1
			for ; k.try(course()[0]) != nil; tries++ {
				if tries > 3 {
					t.Fatal("never taken")
				}
			}
			ours := slices.DeleteFunc(k.room.Messages(), func(p slacktest.Post) bool { return p.By == "Anna" })
			if len(ours) != tt.want || tries != tt.tries {
				t.Errorf("%d messages after %d tries, want %d after %d", len(ours), tries, tt.want, tt.tries)
			}
		})
	}
}
