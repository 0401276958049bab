package slack_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
	"bellhop/notify/slack"
	"bellhop/notify/slack/slacktest"
)

// TestTraps ensures that each answer of the Web API is taken for what it is: the library calls some of them a success,
// fails at others in ways that do not tell what they were, and forgets the reason of the rest.
func TestTraps(t *testing.T) {
	type fault = slacktest.Fault
	said := func(word string) fault { return slacktest.Refuses(word) }
	in := time.Now().Add(90 * time.Second)
	for _, tt := range []struct {
		name   string
		fault  fault
		want   monitor.SendResult
		reason string
		after  time.Duration
	}{
		{"{}", slacktest.Empty(), monitor.Ambiguous, "did not say", 0},
		{"ok false without a word", said(""), monitor.Ambiguous, "did not say", 0},
		{"ok true without a ts", fault{Body: `{"ok":true}`}, monitor.Ambiguous, "named no message", 0},
		{"ok true with an empty ts", fault{Body: `{"ok":true,"ts":""}`}, monitor.Ambiguous, "named no message", 0},
		{"a word that is none", fault{Body: `{"ok":false,"error":"<b>SECRET</b>"}`}, monitor.Ambiguous, "did not say", 0},
		{"429", slacktest.Limited(7 * time.Second), monitor.Refused, "429", 7 * time.Second},
		{"429 without a time", slacktest.Limited(0), monitor.Refused, "429", 30 * time.Second},
		{"429 with a date", slacktest.LimitedUntil(in), monitor.Refused, "429", 90 * time.Second},
		{"429 with nonsense", fault{Status: 429, Header: http.Header{"Retry-After": {"soon"}}}, monitor.Refused, "429", 30 * time.Second},
		{"429 for a day", slacktest.Limited(24 * time.Hour), monitor.Refused, "429", 15 * time.Minute},
		{"200 ratelimited", said("ratelimited"), monitor.Refused, "ratelimited", 30 * time.Second},
		{"200 rate_limited", said("rate_limited"), monitor.Refused, "rate_limited", 30 * time.Second},
		{"HTML", slacktest.SignIn(), monitor.Ambiguous, "something else answers", 0},
		{"half an answer", fault{Body: `{"ok":tr`}, monitor.Ambiguous, "", 0},
		{"500", slacktest.Fails(500), monitor.Ambiguous, "500", 0},
		{"503", slacktest.Fails(503), monitor.Ambiguous, "503", 0},
		{"504", slacktest.Fails(504), monitor.Ambiguous, "504", 0},
		{"404", slacktest.Fails(404), monitor.Unmended, "404", 0},
		{"410", slacktest.Fails(410), monitor.Unmended, "410", 0},
		{"redirect", fault{Status: 302, Header: http.Header{"Location": {"/signin"}}}, monitor.Unmended, "302", 0},
		{"204", fault{Status: 204}, monitor.Unmended, "", 0},
		{"internal error", said("internal_error"), monitor.Ambiguous, "internal_error", 0},
		{"fatal error", said("fatal_error"), monitor.Ambiguous, "fatal_error", 0},
		{"request timeout", said("request_timeout"), monitor.Refused, "request_timeout", 0},
		{"invalid auth", said("invalid_auth"), monitor.Unmended, "invalid_auth: Slack does not know this token", 0},
		{"inactive", said("account_inactive"), monitor.Unmended, "account_inactive", 0},
		{"revoked", said("token_revoked"), monitor.Unmended, "token_revoked", 0},
		{"expired", said("token_expired"), monitor.Unmended, "token_expired", 0},
		{"not in channel", said("not_in_channel"), monitor.Unmended, "not_in_channel: invite the app", 0},
		{"no channel", said("channel_not_found"), monitor.Unmended, "channel_not_found", 0},
		{"archived", said("is_archived"), monitor.Unmended, "is_archived", 0},
		{"no permission", said("no_permission"), monitor.Unmended, "no_permission", 0},
		{"not known yet", said("moon_is_full"), monitor.Unmended, "moon_is_full", 0},
		{
			"missing scope",
			fault{Body: `{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"identify"}`},
			monitor.Unmended, "missing_scope: the token needs chat:write", 0,
		},
		{"bad blocks", said("invalid_blocks"), monitor.Content, "invalid_blocks", 0},
		{"bad blocks, the other word", said("invalid_blocks_format"), monitor.Content, "invalid_blocks_format", 0},
		{"too many blocks", said("msg_blocks_too_long"), monitor.Content, "msg_blocks_too_long", 0},
		{"too long", said("msg_too_long"), monitor.Content, "msg_too_long", 0},
		{"no answer, and it took effect", slacktest.TookEffect(), monitor.Ambiguous, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for method, letter := range map[string]notify.Message{"chat.postMessage": course()[0], "chat.update": course()[1]} {
				k := talking(t, nil)
				if method == "chat.update" {
					if strings.HasPrefix(tt.name, "ok true") {
						continue // an edit needs no ts
					}
					k.send(course()[0])
				}
				k.space.Fail(method, tt.fault)
				before := k.space.Count(method)
				err := k.try(letter)
				var r *notify.Refusal
				if !errors.As(err, &r) || r.Result != tt.want || !near(r.After, tt.after) || !strings.Contains(r.Reason, tt.reason) {
					t.Errorf("%s: %v (pause %v), want %s %q after %v", method, err, r.After, tt.want, tt.reason, tt.after)
				}
				if strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), k.token) {
					t.Errorf("%s: told too much: %v", method, err)
				}
				if n := k.space.Count(method) - before; n != 1 {
					t.Errorf("%s: asked %d times in one attempt", method, n)
				}
			}
		})
	}
}

// near says whether a pause is the one that was asked for; a date is in whole seconds.
func near(got, want time.Duration) bool { return got <= want && want-got < 3*time.Second }

// TestTimeouts ensures that a Slack that cannot be reached refused, and that one that takes a letter and says nothing,
// or is too slow with it, may have taken it. No attempt waits longer than its deadline.
func TestTimeouts(t *testing.T) {
	k := talking(t, func(o *slack.BotOptions) { o.Pace.SendTimeout = 500 * time.Millisecond })
	var r *notify.Refusal
	for name, f := range map[string]slacktest.Fault{"hangs": slacktest.Hangs(), "late": slacktest.Late(time.Minute)} {
		k.maybe = false
		k.space.Fail("chat.postMessage", f)
		if err := k.try(course()[0]); !errors.As(err, &r) || r.Result != monitor.Ambiguous || r.Reason != "no answer in time" {
			t.Errorf("%s: %v", name, err)
		}
	}
	k.maybe = false
	gone := httptest.NewServer(nil)
	gone.Close()
	lane, err := slack.NewBotLane(monitor.Receiver{Name: "ops"}, slack.BotOptions{Token: k.token, Channel: "C012345", API: gone.URL, Pace: monitor.RealPace()})
	if err != nil {
		t.Fatal(err)
	}
	k.lane = lane
	if err := k.try(course()[0]); !errors.As(err, &r) || r.Result != monitor.Refused {
		t.Errorf("unreachable: %v", err)
	}
}

// TestEndlessAnswer ensures that an answer that does not end is not read to its end.
func TestEndlessAnswer(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for line := strings.Repeat(`{"ok":true}`, 1000); ; {
			if _, err := w.Write([]byte(line)); err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	lane, err := slack.NewBotLane(monitor.Receiver{Name: "ops"}, slack.BotOptions{Token: "xoxb-1", Channel: "C012345", API: srv.URL, Pace: monitor.RealPace()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var r *notify.Refusal
	if _, err := notify.Try(ctx, lane, course()[0]); !errors.As(err, &r) || r.Result != monitor.Ambiguous {
		t.Errorf("%v", err)
	}
}

// TestBotOptions ensures that what cannot work is refused at once, in words without the token.
func TestBotOptions(t *testing.T) {
	good := slack.BotOptions{Token: "xoxb-SECRET", Channel: "C012345", Pace: monitor.RealPace()}
	if _, err := slack.NewBotLane(monitor.Receiver{}, good); err != nil {
		t.Error(err)
	}
	for name, edit := range map[string]func(*slack.BotOptions){
		"no token":        func(o *slack.BotOptions) { o.Token = "" },
		"a line in it":    func(o *slack.BotOptions) { o.Token = "xoxb-SECRET\nx" },
		"a channel name":  func(o *slack.BotOptions) { o.Channel = "#ops" },
		"no address":      func(o *slack.BotOptions) { o.API = "slack.com/SECRET" },
		"mention of all":  func(o *slack.BotOptions) { o.Mentions.Who = []string{"!channel"} },
		"mention by name": func(o *slack.BotOptions) { o.Mentions.Who = []string{"@anna"} },
	} {
		o := good
		edit(&o)
		if _, err := slack.NewBotLane(monitor.Receiver{}, o); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
