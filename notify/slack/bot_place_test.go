package slack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/slack"
	"bellhop/notify/slack/slacktest"
)

// TestStale ensures that what is true no more is looked up, and never sent again.
func TestStale(t *testing.T) {
	for name, arrives := range map[string]bool{"arrived": true, "did not arrive": false} {
		for n, m := range map[string]notify.Message{"root": course()[0], "line": course()[4]} {
			k := talking(t, nil)
			letter := notify.Letter{ID: m.ID, Type: m.Type, Maybe: true, Stale: true, First: time.Now(), At: time.Now()}
			if n == "line" {
				k.send(course()[0])
				letter.Ref = k.ref
			}
			if arrives {
				k.send(m)
			}
			before := len(k.room.Messages())
			letter.Body, _ = k.lane.Render(m)
			got, err := k.lane.Notifier.Notify(t.Context(), letter)
			var r *notify.Refusal
			if missing := errors.As(err, &r) && r.Result == monitor.Missing; missing == arrives || arrives && got.Ref != k.ref {
				t.Errorf("%s %s: %v, %+v", n, name, err, got)
			}
			if len(k.room.Messages()) != before {
				t.Errorf("%s %s: sent again", n, name)
			}
		}
	}
}

// TestStaleOutOfSight ensures that what may have arrived and cannot be looked up is taken for there: its end is told.
func TestStaleOutOfSight(t *testing.T) {
	for name, tt := range map[string]struct {
		scopes []string
		edit   func(*talk)
	}{
		"no scope": {[]string{slacktest.ScopeWrite}, func(*talk) {}},
		"posted without what it is found by": {nil, func(k *talk) {
			k.plain = true
			k.room.Delete(k.room.Messages()[0].TS)
		}},
		"too far back": {nil, func(k *talk) {
			for n := range 200 {
				k.room.Say("Anna", fmt.Sprint(n))
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			k := talking(t, nil, tt.scopes...)
			k.space.Fail("chat.postMessage", slacktest.TookEffect())
			if k.try(course()[0]) == nil {
				t.Fatal("took it")
			}
			tt.edit(k)
			m := course()[0]
			m.Plain = k.plain
			body, err := k.lane.Render(m)
			if err != nil {
				t.Fatal(err)
			}
			shown := len(k.room.Posts())
			got, err := k.lane.Notifier.Notify(t.Context(), notify.Letter{ID: course()[0].ID, Body: body, At: k.at, First: k.first, Maybe: true, Stale: true})
			if err != nil || got != (notify.Receipt{}) || len(k.room.Posts()) != shown {
				t.Fatalf("%+v, %v", got, err)
			}
		})
	}
}

// TestForeignReference ensures that what another kind of receiver called its message is not taken for ours.
func TestForeignReference(t *testing.T) {
	for _, ref := range []string{"bellhop/inc_0193", "dedup-key", "C0/", "C012345/1.2/3", "x C012345/1.2"} {
		k := talking(t, nil)
		k.ref = ref
		k.send(course()[4])
		if k.room.Shown() != 1 || !strings.Contains(k.room.Posts()[0].Text, "Recovered") || k.space.Count("chat.update") != 0 {
			t.Errorf("%q: %v", ref, k.room)
		}
	}
}

// TestMovedToAnotherChannel ensures that what was told in one channel goes on there, and in the new one if the old one
// is out of reach.
func TestMovedToAnotherChannel(t *testing.T) {
	for _, reachable := range []bool{true, false} {
		k := talking(t, nil)
		old := k.space.Open("old")
		ts := old.Say("x", "y")
		k.ref = old.ID() + "/" + ts
		old.Member(reachable)
		k.send(course()[4])
		if reachable { // it is not the bot's own message
			continue
		}
		if k.room.Shown() != 1 || !strings.HasPrefix(k.ref, k.room.ID()+"/") {
			t.Errorf("%d shown, %s", k.room.Shown(), k.ref)
		}
	}
}

// TestMovedAway ensures that what can be edited where it was told, but not spoken of there any more, goes on in the new
// channel.
func TestMovedAway(t *testing.T) {
	k := talking(t, nil)
	old := k.space.Open("old")
	before, err := slack.NewBotLane(monitor.Receiver{Name: "ops"}, slack.BotOptions{Token: k.token, Channel: old.ID(), API: k.api, Pace: monitor.RealPace()})
	if err != nil {
		t.Fatal(err)
	}
	now := k.lane
	k.lane = before
	k.send(course()[0])
	k.lane = now
	k.space.Fail("chat.postMessage", slacktest.Refuses("not_in_channel"))
	if k.send(course()[4]); k.room.Shown() != 1 || !strings.HasPrefix(k.ref, k.room.ID()+"/") || !strings.Contains(k.room.Posts()[0].Text, "Recovered after 17 min") {
		t.Errorf("%d shown, %s", k.room.Shown(), k.ref)
	}
}

// TestMetadataRefused ensures that metadata, by which a message can be looked up, is left out where Slack refuses even
// text with it.
func TestMetadataRefused(t *testing.T) {
	for _, tt := range []struct {
		word  string
		plain bool
		taken bool
	}{{"metadata_too_large", false, false}, {"invalid_metadata_format", true, true}, {"invalid_arguments", true, true}, {"invalid_blocks", false, false}} {
		for n, method := range []string{"chat.postMessage", "chat.update"} {
			k := talking(t, nil)
			k.send(course()[:n]...)
			m := course()[n]
			m.Plain = tt.plain
			k.space.Fail(method, slacktest.Refuses(tt.word))
			err := k.try(m)
			if (err == nil) != tt.taken {
				t.Fatalf("%s, %s: %v", method, tt.word, err)
			}
			if err == nil && (k.root().Edits != n || len(k.room.Posts()) != 1) {
				t.Errorf("%s, %s: %d posts, %d edits", method, tt.word, len(k.room.Posts()), k.root().Edits)
			}
		}
	}
}

// TestPlainTwice ensures that the plain form, too, is looked up when it may have arrived.
func TestPlainTwice(t *testing.T) {
	k := talking(t, nil)
	m := course()[0]
	m.Plain = true
	k.space.Fail("chat.postMessage", slacktest.TookEffect())
	if k.try(m) == nil {
		t.Fatal("took it")
	}
	if k.send(m); len(k.room.Messages()) != 1 {
		t.Errorf("%d messages", len(k.room.Messages()))
	}
}

// TestPlain ensures that the plain form is text alone.
func TestPlain(t *testing.T) {
	k := talking(t, nil)
	m := course()[0]
	m.Plain = true
	k.send(m)
	if p := k.room.Posts()[0]; bytes.Contains(p.Raw, []byte("attachments\":[{")) || p.Event != "bellhop" || !strings.Contains(p.Text, "Next: Nothing to fix") {
		t.Errorf("posted %s", p.Raw)
	}
	var got map[string]any
	if body, err := k.lane.Render(m); err != nil || json.Unmarshal(body, &got) != nil {
		t.Error(err)
	}
}
