package slacktest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The app, its user and its team, as every answer names them.
const (
	teamID = "T00000001"
	botID  = "B00000001"
	userID = "U00000001"
	appID  = "A00000001"
)

// authTest says whose token it is (docs.slack.dev/reference/methods/auth.test). The scopes are in the header.
func authTest(k *call) reply {
	return good(map[string]any{
		"url": "https://" + k.options.Name + ".slack.com/", "team": k.options.Name, "user": k.options.Bot,
		"team_id": teamID, "user_id": userID, "bot_id": botID, "is_enterprise_install": false,
	})
}

func (c *Channel) historyScope() string { return c.scope(ScopeHistory, ScopeHistoryGroups) }

func (c *Channel) readScope() string { return c.scope(ScopeRead, ScopeReadGroups) }

func (c *Channel) scope(public, private string) string {
	if c == nil {
		return public
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.private {
		return private
	}
	return public
}

// info describes a channel (docs.slack.dev/reference/methods/conversations.info).
func info(k *call) reply {
	c := k.channel
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.private && c.outside {
		return refusal("channel_not_found")
	}
	return good(map[string]any{"channel": map[string]any{
		"id": c.id, "name": c.name, "name_normalized": c.name, "is_channel": !c.private, "is_group": c.private, "is_private": c.private,
		"is_archived": c.archived, "is_member": !c.outside, "context_team_id": teamID, "creator": userID, "created": 1,
	}})
}

// unseen is why the app cannot read the channel, if it cannot.
func (c *Channel) unseen() string {
	switch {
	case c.outside && c.private:
		return "channel_not_found"
	case c.outside:
		return "not_in_channel"
	}
	return ""
}

// history lists what is in the channel, newest first (docs.slack.dev/reference/methods/conversations.history). Which end
// a page is from when only oldest is given is not documented: here it is always the newest.
func history(k *call) reply {
	c := k.channel
	c.mu.Lock()
	defer c.mu.Unlock()
	if word := c.unseen(); word != "" {
		return refusal(word)
	}
	var all []*message
	for _, m := range slices.Backward(c.messages) {
		if m.thread == "" || m.broadcast {
			all = append(all, m)
		}
	}
	return k.page(all, true)
}

// replies lists a thread: the message it hangs on, and the replies, oldest first
// (docs.slack.dev/reference/methods/conversations.replies).
func replies(k *call) reply {
	c := k.channel
	c.mu.Lock()
	defer c.mu.Unlock()
	if word := c.unseen(); word != "" {
		return refusal(word)
	}
	root := c.find(k.args["ts"])
	switch {
	case root == nil:
		return refusal("thread_not_found")
	case root.thread != "":
		root = c.find(root.thread)
	}
	all := []*message{root}
	for _, m := range c.messages {
		if m.thread == root.ts {
			all = append(all, m)
		}
	}
	return k.page(all, false)
}

var stampForm = regexp.MustCompile(`^\d{1,13}(\.\d{1,6})?$`)

// stampOf reads a ts, which may have fewer digits than Slack gives it.
func stampOf(s string) (string, bool) {
	if !stampForm.MatchString(s) {
		return "", false
	}
	whole, part, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return "", false
	}
	return fmt.Sprintf("%d.%s", n, (part + "000000")[:6]), true
}

// page is the part of a list that is asked for.
func (k *call) page(all []*message, newestFirst bool) reply {
	within, word := k.within()
	if word != "" {
		return refusal(word)
	}
	all = slices.DeleteFunc(all, func(m *message) bool { return !within(m.ts) })
	begin, word := k.begin(all)
	if word != "" {
		return refusal(word)
	}
	limit, err := strconv.Atoi(k.args["limit"])
	if k.args["limit"] == "" {
		limit, err = 100, nil
	}
	if err != nil || limit < 1 || limit > 999 {
		return refusal("invalid_limit")
	}
	end := min(len(all), begin+limit)
	var list []map[string]any
	for _, m := range all[begin:end] {
		list = append(list, k.channel.asJSON(m, yes(k.args["include_all_metadata"])))
	}
	fields := map[string]any{"messages": list, "has_more": end < len(all), "pin_count": 0}
	if end < len(all) {
		fields["response_metadata"] = map[string]any{"next_cursor": base64.StdEncoding.EncodeToString([]byte("next_ts:" + all[end].ts))}
	}
	if !newestFirst {
		delete(fields, "pin_count")
	}
	return good(fields)
}

// within tells which messages lie between oldest and latest; those at the ends do if inclusive.
func (k *call) within() (func(ts string) bool, string) {
	var ends [2]string
	for i, name := range []string{"oldest", "latest"} {
		if k.args[name] == "" || name == "latest" && k.args[name] == "now" {
			continue
		}
		var ok bool
		if ends[i], ok = stampOf(k.args[name]); !ok {
			return nil, "invalid_ts_" + name
		}
	}
	inclusive := yes(k.args["inclusive"])
	return func(ts string) bool {
		after := ends[0] == "" || compareStamps(ts, ends[0]) > 0 || inclusive && ts == ends[0]
		before := ends[1] == "" || compareStamps(ts, ends[1]) < 0 || inclusive && ts == ends[1]
		return after && before
	}, ""
}

// begin is where a page begins.
func (k *call) begin(all []*message) (int, string) {
	if k.args["cursor"] == "" {
		return 0, ""
	}
	raw, err := base64.StdEncoding.DecodeString(k.args["cursor"])
	ts, ok := strings.CutPrefix(string(raw), "next_ts:")
	i := slices.IndexFunc(all, func(m *message) bool { return m.ts == ts })
	if err != nil || !ok || i < 0 {
		return 0, "invalid_cursor"
	}
	return i, ""
}

// asJSON is a message as Slack answers it.
func (c *Channel) asJSON(m *message, metadata bool) map[string]any {
	out := map[string]any{"type": "message", "ts": m.ts, "text": m.body.Text, "user": userID, "team": teamID}
	if !m.foreign {
		out["bot_id"], out["app_id"] = botID, appID
	}
	if len(m.body.Blocks) > 0 {
		out["blocks"] = m.body.Blocks
	}
	if len(m.body.Attachments) > 0 {
		out["attachments"] = numbered(m.body.Attachments)
	}
	if metadata && len(m.body.Metadata) > 0 {
		out["metadata"] = m.body.Metadata
	}
	if m.edits > 0 {
		out["edited"] = map[string]any{"user": userID, "ts": stamp(m.edited.UnixMicro())}
	}
	c.threaded(m, out)
	return out
}

// threaded adds what a message says of its thread.
func (c *Channel) threaded(m *message, out map[string]any) {
	if m.thread != "" {
		out["thread_ts"] = m.thread
		if m.broadcast {
			out["subtype"] = "thread_broadcast"
		}
		return
	}
	n, latest := 0, ""
	for _, r := range c.messages {
		if r.thread == m.ts {
			n, latest = n+1, r.ts
		}
	}
	if n > 0 {
		out["thread_ts"], out["reply_count"], out["latest_reply"] = m.ts, n, latest
	}
}

// numbered gives each attachment the id that Slack gives it.
func numbered(raw json.RawMessage) any {
	var all []map[string]any
	if json.Unmarshal(raw, &all) != nil {
		return raw
	}
	for i := range all {
		all[i]["id"] = i + 1
	}
	return all
}
