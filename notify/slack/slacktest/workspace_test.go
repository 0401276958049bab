package slacktest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"bellhop/notify/slack/slacktest"
)

// place is a workspace with one channel, and a client of it.
type place struct {
	*slacktest.Workspace
	ops   *slacktest.Channel
	api   *slack.Client
	url   string
	token string
}

func newPlace(t *testing.T, o slacktest.Options, scopes ...string) *place {
	t.Helper()
	p := &place{Workspace: slacktest.New(o)}
	p.ops, p.token = p.Open("#ops"), p.Token(scopes...)
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	p.url = srv.URL
	p.api = p.client(p.token)
	return p
}

func (p *place) client(token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(p.url+"/api/"))
}

func (p *place) post(t *testing.T, options ...slack.MsgOption) string {
	t.Helper()
	_, ts, err := p.api.PostMessageContext(t.Context(), p.ops.ID(), options...)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

func text(s string) slack.MsgOption { return slack.MsgOptionText(s, false) }

var free = slacktest.Options{Unlimited: true}

// TestConversation ensures that a client can post, edit, reply and broadcast, and read back what it did.
func TestConversation(t *testing.T) {
	p := newPlace(t, free)
	ctx := t.Context()
	meta := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "bellhop_message", EventPayload: map[string]any{"msg_id": "m1"}})
	root := p.post(t, text("down"), meta)
	p.post(t, text("still down"), slack.MsgOptionTS(root))
	up := p.post(t, text("up again"), slack.MsgOptionTS(root), slack.MsgOptionBroadcast())
	if _, _, now, err := p.api.UpdateMessageContext(ctx, p.ops.ID(), root, text("*resolved*")); err != nil || now != "*resolved*" {
		t.Fatalf("edited to %q, %v", now, err)
	}
	h, err := p.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: p.ops.ID(), IncludeAllMetadata: true})
	if err != nil || len(h.Messages) != 2 || h.Messages[0].Timestamp != up || h.Messages[1].Text != "*resolved*" || h.Messages[1].Edited == nil {
		t.Fatalf("history %+v, %v", h, err)
	}
	if got := h.Messages[1]; got.Metadata.EventPayload["msg_id"] != "m1" || got.ReplyCount != 2 || h.Messages[0].SubType != "thread_broadcast" {
		t.Errorf("root %+v", got)
	}
	thread, _, _, err := p.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: p.ops.ID(), Timestamp: root})
	if err != nil || len(thread) != 3 || thread[0].Timestamp != root || thread[2].ThreadTimestamp != root {
		t.Errorf("thread %+v, %v", thread, err)
	}
	if link, err := p.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: p.ops.ID(), Ts: up}); err != nil || !strings.Contains(link, "thread_ts="+root) {
		t.Errorf("permalink %q, %v", link, err)
	}
	posts := p.ops.Posts()
	if len(posts) != 2 || posts[0].Text != "down" || !posts[1].Broadcast || len(p.ops.Messages()) != 3 || len(p.ops.Thread(root)) != 2 {
		t.Errorf("posts %+v", posts)
	}
}

// TestWho ensures that the token and its scopes are asked for, and named.
func TestWho(t *testing.T) {
	p := newPlace(t, free, slacktest.ScopeWrite)
	ctx := t.Context()
	who, err := p.api.AuthTestContext(ctx)
	if err != nil || who.Header.Get("X-OAuth-Scopes") != "chat:write" || who.TeamID == "" || who.BotID == "" {
		t.Errorf("auth.test %+v, %v", who, err)
	}
	_, err = p.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: p.ops.ID()})
	var r slack.SlackErrorResponse
	if !errors.As(err, &r) || r.Err != "missing_scope" || r.Needed != "channels:history" || r.Provided != "chat:write" {
		t.Errorf("history without the scope: %+v", err)
	}
	if _, err := p.client("").AuthTestContext(ctx); err == nil || err.Error() != "not_authed" {
		t.Errorf("no token: %v", err)
	}
	if _, err := p.client("xoxb-other").AuthTestContext(ctx); err == nil || err.Error() != "invalid_auth" {
		t.Errorf("wrong token: %v", err)
	}
	p.Revoke(p.token)
	if _, err := p.api.AuthTestContext(ctx); err == nil || err.Error() != "token_revoked" {
		t.Errorf("revoked: %v", err)
	}
}

// TestRefusals ensures that each thing that Slack does not do is refused with Slack's word for it.
func TestRefusals(t *testing.T) {
	ctx := context.Background()
	update := func(ts string) func(*place) error {
		return func(p *place) error {
			_, _, _, err := p.api.UpdateMessageContext(ctx, p.ops.ID(), ts, text("x"))
			return err
		}
	}
	post := func(o ...slack.MsgOption) func(*place) error {
		return func(p *place) error { _, _, err := p.api.PostMessageContext(ctx, p.ops.ID(), o...); return err }
	}
	blocks := func(b ...slack.Block) func(*place) error { return post(text("x"), slack.MsgOptionBlocks(b...)) }
	nothing := func(*place) {}
	long := strings.Repeat("x", 3001)
	for _, tt := range []struct {
		want   string
		before func(*place)
		do     func(*place) error
	}{
		{"channel_not_found", nothing, func(p *place) error { _, _, err := p.api.PostMessageContext(ctx, "C999", text("x")); return err }},
		{"channel_not_found", nothing, func(p *place) error {
			_, _, _, err := p.api.UpdateMessageContext(ctx, "ops", "1.000000", text("x"))
			return err
		}},
		{"channel_not_found", func(p *place) { p.ops.Private(true); p.ops.Member(false) }, post(text("x"))},
		{"not_in_channel", func(p *place) { p.Grant(p.token, slacktest.ScopeWrite); p.ops.Member(false) }, post(text("x"))},
		{"is_archived", func(p *place) { p.ops.Archive(true) }, post(text("x"))},
		{"missing_scope", func(p *place) { p.Grant(p.token, slacktest.ScopeRead) }, post(text("x"))},
		{"no_text", nothing, post()},
		{"msg_too_long", nothing, post(text(strings.Repeat("x", 40_001)))},
		{"invalid_thread_ts", nothing, post(text("x"), slack.MsgOptionTS("yesterday"))},
		{"invalid_blocks", nothing, blocks(slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", long, false, false), nil, nil))},
		{"invalid_blocks", nothing, blocks(slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", long[:151], false, false)))},
		{"metadata_too_large", nothing, post(text("x"), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "a", EventPayload: map[string]any{"x": strings.Repeat("x", 9000)}}))},
		{"message_not_found", nothing, update("1.000000")},
		{"too_many_attachments", nothing, post(slack.MsgOptionAttachments(slices.Repeat([]slack.Attachment{{Text: "x"}}, 101)...))},
		{"no_such", func(p *place) { p.Fail("chat.postMessage", slacktest.Refuses("no_such")) }, post(text("x"))},
	} {
		p := newPlace(t, free)
		tt.before(p)
		if err := tt.do(p); err == nil || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
		if n := p.ops.Shown(); n != 0 {
			t.Errorf("%s: shown %d", tt.want, n)
		}
	}
}

// TestEditsThatAreRefused ensures that a message which may not be edited stays as it was.
func TestEditsThatAreRefused(t *testing.T) {
	for want, before := range map[string]func(*place) string{
		"cant_update_message": func(p *place) string { return p.ops.Say("anna", "on it") },
		"edit_window_closed": func(p *place) string {
			p.ops.EditWindow(time.Nanosecond)
			return p.ops.Messages()[0].TS
		},
		"is_inactive":       func(p *place) string { p.ops.Archive(true); return p.ops.Messages()[0].TS },
		"message_not_found": func(p *place) string { ts := p.ops.Messages()[0].TS; p.ops.Delete(ts); return ts },
		"block_mismatch":    func(p *place) string { return p.ops.Messages()[1].TS },
	} {
		p := newPlace(t, free)
		p.post(t, text("down"))
		p.post(t, slack.MsgOptionBlocks(slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement("rich", nil)))))
		ts := before(p)
		was := p.ops.Text()
		if _, _, _, err := p.api.UpdateMessageContext(t.Context(), p.ops.ID(), ts, text("changed")); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
		if p.ops.Text() != was {
			t.Errorf("%s: changed to\n%s", want, p.ops.Text())
		}
	}
}

// TestWhatAnEditKeeps ensures that an edit keeps and removes what Slack's does: a text alone removes blocks, and
// attachments and metadata stay unless they are given.
func TestWhatAnEditKeeps(t *testing.T) {
	p := newPlace(t, free)
	block := slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject("plain_text", "in a block", false, false), nil, nil))
	ts := p.post(t, text("before"), block, slack.MsgOptionAttachments(slack.Attachment{Text: "attached"}),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "a", EventPayload: map[string]any{"b": "c"}}))
	if _, _, _, err := p.api.UpdateMessageContext(t.Context(), p.ops.ID(), ts, text("after")); err != nil {
		t.Fatal(err)
	}
	got := p.ops.Messages()[0]
	if raw := string(got.Raw); strings.Contains(raw, "in a block") || !strings.Contains(raw, "attached") || got.Event != "a" || got.Edits != 1 {
		t.Errorf("%+v\n%s", got, raw)
	}
	if _, _, _, err := p.api.UpdateMessageContext(t.Context(), p.ops.ID(), ts, text("after"), slack.MsgOptionAttachments([]slack.Attachment{}...)); err != nil {
		t.Fatal(err)
	}
	if got := string(p.ops.Messages()[0].Raw); strings.Contains(got, "attached") {
		t.Errorf("still attached: %s", got)
	}
}

// TestReplyToWhatIsGone ensures that a reply to a deleted message is posted as Slack does: in the channel.
func TestReplyToWhatIsGone(t *testing.T) {
	p := newPlace(t, free)
	root := p.post(t, text("down"))
	p.ops.Delete(root)
	_, _, m, err := p.api.PostMessageWithResponseContext(t.Context(), p.ops.ID(), text("up"), slack.MsgOptionTS(root), slack.MsgOptionBroadcast())
	if err != nil || m.ThreadTimestamp != "" || p.ops.Shown() != 2 {
		t.Errorf("%+v, %v, shown %d", m, err, p.ops.Shown())
	}
}

// TestPages ensures that pages, put together, are what there is between two times, and each message once.
func TestPages(t *testing.T) {
	p := newPlace(t, free)
	var want []string
	for i := range 25 {
		want = append(want, p.post(t, text(fmt.Sprint(i))))
	}
	slices.Reverse(want)
	q := slack.GetConversationHistoryParameters{ChannelID: p.ops.ID(), Limit: 7, Oldest: want[23], Latest: want[2], Inclusive: true}
	var got []string
	for {
		h, err := p.api.GetConversationHistoryContext(t.Context(), &q)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range h.Messages {
			got = append(got, m.Timestamp)
		}
		if !h.HasMore {
			break
		}
		q.Cursor = h.ResponseMetaData.NextCursor
	}
	if !slices.Equal(got, want[2:24]) {
		t.Errorf("got %v\nwant %v", got, want[2:24])
	}
	q.Inclusive, q.Cursor, q.Limit = false, "", 100
	if h, err := p.api.GetConversationHistoryContext(t.Context(), &q); err != nil || len(h.Messages) != 20 {
		t.Errorf("not inclusive: %+v, %v", h, err)
	}
}

// TestKeepsWithinBounds ensures that a channel that is written to for ever does not grow for ever.
func TestKeepsWithinBounds(t *testing.T) {
	p := newPlace(t, slacktest.Options{Unlimited: true, Keep: 10})
	first := p.post(t, text("first"))
	p.post(t, text("reply"), slack.MsgOptionTS(first))
	for range 30 {
		p.post(t, text("x"))
	}
	if all := p.ops.Messages(); len(all) > 10 || p.ops.Shown() != 31 || len(p.ops.Posts()) != 10 || all[0].Text == "reply" {
		t.Errorf("%d messages, %d shown", len(all), p.ops.Shown())
	}
}

// TestFaults ensures that each fault looks to slack-go as it does in Slack, and takes effect or not as it says.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault slacktest.Fault
		takes bool
		want  string
	}{
		{"took effect", slacktest.TookEffect(), true, "EOF"},
		{"dropped", slacktest.Dropped(), false, "EOF"},
		{"hangs", slacktest.Hangs(), false, "deadline"},
		{"late", slacktest.Late(time.Hour), true, "deadline"},
		{"500", slacktest.Fails(500), false, "500"},
		{"ratelimited", slacktest.Refuses("ratelimited"), false, "ratelimited"},
		{"not ok, no word", slacktest.Refuses(""), false, ""},
		{"empty", slacktest.Empty(), false, ""},
		{"HTML", slacktest.SignIn(), false, "invalid character '<'"},
		{"429", slacktest.Limited(7 * time.Second), false, "retry after 7s"},
		{"429 without header", slacktest.Limited(0), false, "429"},
		{"429 until", slacktest.LimitedUntil(time.Now()), false, "invalid syntax"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t, free)
			p.Fail("chat.postMessage", tt.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, ts, err := p.api.PostMessageContext(ctx, p.ops.ID(), text("x"))
			if tt.want == "" && (err != nil || ts != "") || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("ts %q, %v; want %q", ts, err, tt.want)
			}
			if (p.ops.Shown() == 1) != tt.takes {
				t.Errorf("shown %d", p.ops.Shown())
			}
			p.post(t, text("y")) // the next one is well
			if n := p.Count("chat.postMessage"); n != 2 || len(p.Calls("chat.postMessage")) != 2 || p.Calls("")[0].Answer == "ok" != (tt.name == "late") {
				t.Errorf("%d calls: %+v", n, p.Calls(""))
			}
		})
	}
}

// TestScript ensures that a script decides about calls of which nothing else was said.
func TestScript(t *testing.T) {
	p := newPlace(t, free)
	p.Script(func(c slacktest.Call) slacktest.Fault {
		if c.Args["text"] == "no" {
			return slacktest.Fails(503)
		}
		return slacktest.Fault{}
	})
	p.post(t, text("yes"))
	if _, _, err := p.api.PostMessageContext(t.Context(), p.ops.ID(), text("no")); err == nil || p.ops.Shown() != 1 {
		t.Errorf("%v, shown %d", err, p.ops.Shown())
	}
	c := p.Calls("")[0]
	if c.Args["token"] != "" || c.Channel != p.ops.ID() || strings.Contains(fmt.Sprint(c), p.token) {
		t.Errorf("call %+v", c)
	}
}

// TestWebhookOfAWorkspace ensures that an incoming webhook posts to its channel, and that its answers are Slack's.
func TestWebhookOfAWorkspace(t *testing.T) {
	p := newPlace(t, slacktest.Options{})
	post := func() int {
		resp, err := http.Post(p.url+p.ops.WebhookPath(), "application/json", strings.NewReader(`{"text":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if a, n := post(), p.ops.Shown(); a != 200 || n != 1 {
		t.Errorf("%d, shown %d", a, n)
	}
	last := 0
	for range 5 {
		last = post()
	}
	if last != 429 {
		t.Errorf("the sixth in a second is answered %d", last)
	}
	p.ops.Archive(true)
	p.Always("webhook", slacktest.Fails(503))
	if a := post(); a != 503 {
		t.Errorf("fault of the workspace: %d", a)
	}
}

// post posts to a channel's incoming webhook without a network; what a fault does to the answer does not matter.
func post(c *slacktest.Channel, body string) {
	defer func() { _ = recover() }() // a connection that breaks
	c.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
}
