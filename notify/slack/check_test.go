package slack_test

import (
	"strings"
	"testing"

	"bellhop/notify"
	"bellhop/notify/slack"
	"bellhop/notify/slack/slacktest"
)

// TestCheck ensures that what a token lacks is named before anybody has to be alerted, and what is lost without it.
func TestCheck(t *testing.T) {
	type want struct {
		ok      bool
		missing string
		says    string
	}
	for _, tt := range []struct {
		name   string
		scopes []string
		edit   func(*talk)
		want   []want // a step each
	}{
		{"all is well", nil, func(*talk) {}, []want{{true, "", "workspace"}, {true, "", "post and edit"}, {true, "", "looked up"}, {true, "", "#ops"}}},
		{
			"cannot post",
			[]string{slacktest.ScopeHistory, slacktest.ScopeRead},
			func(*talk) {},
			[]want{{true, "", ""}, {false, "chat:write", "cannot post"}, {true, "", ""}, {true, "", ""}},
		},
		{
			"may post, and nothing else",
			[]string{slacktest.ScopeWrite},
			func(*talk) {},
			[]want{{true, "", ""}, {true, "", ""}, {true, "channels:history", "twice"}, {true, "", "cannot be looked at"}},
		},
		{
			"may look into other channels",
			[]string{slacktest.ScopeWrite, slacktest.ScopeHistory, slacktest.ScopeRead},
			func(k *talk) {
				k.space.Always("conversations.history", slacktest.Fault{Body: `{"ok":false,"error":"missing_scope","needed":"groups:history","provided":"channels:history"}`})
			},
			[]want{{true, "", ""}, {true, "", ""}, {true, "groups:history", "twice"}, {true, "", "#ops"}},
		},
		{"not in the channel", []string{slacktest.ScopeWrite, slacktest.ScopeHistory, slacktest.ScopeRead}, func(k *talk) { k.room.Member(false) }, []want{{true, "", ""}, {true, "", ""}, {true, "", ""}, {false, "", "/invite"}}},
		{"archived", nil, func(k *talk) { k.room.Archive(true) }, []want{{true, "", ""}, {true, "", ""}, {true, "", ""}, {false, "", "archived"}}},
		{"revoked", nil, func(k *talk) { k.space.Revoke(k.token) }, []want{{false, "", "token_revoked"}}},
		{"not Slack", nil, func(k *talk) { k.space.Always("auth.test", slacktest.SignIn()) }, []want{{false, "", "something else"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := talking(t, nil, tt.scopes...)
			tt.edit(k)
			steps := k.lane.Check(t.Context())
			if len(steps) != len(tt.want) {
				t.Fatalf("%d steps, want %d: %+v", len(steps), len(tt.want), steps)
			}
			for n, s := range steps {
				if w := tt.want[n]; s.OK != w.ok || s.Missing != w.missing || !strings.Contains(s.Detail, w.says) || s.Name == "" {
					t.Errorf("step %d: %+v, want %+v", n, s, w)
				}
				if strings.Contains(s.Detail+s.Name, k.token) {
					t.Errorf("step %d tells the token: %+v", n, s)
				}
			}
			if len(k.room.Messages()) > 0 {
				t.Error("people saw something of it")
			}
		})
	}
}

// TestTrial ensures that a test is the course of one message that says of itself that it is one, and rings nobody.
func TestTrial(t *testing.T) {
	k := talking(t, func(o *slack.BotOptions) { o.Mentions.Who = []string{"U012345"} })
	sender := notify.Sender{Instance: "fra1"}
	for _, m := range sender.Trial(since) {
		k.send(m)
	}
	if p := k.root(); p.Edits != 2 || p.Replies != 2 || k.room.Shown() != 2 || p.Colour() != "#2EB67D" {
		t.Errorf("%d edits, %d replies, %d shown, %s", p.Edits, p.Replies, k.room.Shown(), p.Colour())
	}
	for _, p := range k.room.Messages() {
		if !strings.Contains(p.Text, "TEST") || strings.Contains(p.Text, "@U") {
			t.Errorf("says\n%s", p.Text)
		}
	}
}
