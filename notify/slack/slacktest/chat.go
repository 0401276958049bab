package slacktest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// chatPost posts a message (docs.slack.dev/reference/methods/chat.postMessage).
func chatPost(k *call) reply {
	if wrong := validate(k.method, k.args); wrong != nil {
		return wrong.reply()
	}
	c := k.channel
	c.mu.Lock()
	m, word := c.post(k)
	if word != "" {
		c.mu.Unlock()
		return refusal(word)
	}
	answer := good(map[string]any{"channel": c.id, "ts": m.ts, "message": c.asJSON(m, true)})
	c.mu.Unlock()
	c.announce()
	return answer
}

// post takes a message that is well formed, or says why the channel does not.
func (c *Channel) post(k *call) (m *message, word string) {
	switch {
	case c.archived:
		return nil, "is_archived"
	case c.outside && c.private:
		return nil, "channel_not_found"
	case c.outside && !k.may(ScopeWritePublic):
		return nil, "not_in_channel"
	}
	m = &message{by: k.options.Bot, body: contentOf(k.args), thread: k.args["thread_ts"]}
	if root := c.find(m.thread); root == nil {
		// A reply to a message that is gone is posted all the same, and not as a reply (slack-go, PostMessageWithResponse).
		m.thread = ""
	} else if root.thread != "" {
		return nil, "invalid_thread_ts"
	}
	m.broadcast = m.thread != "" && yes(k.args["reply_broadcast"])
	c.add(m)
	if m.thread == "" || m.broadcast {
		c.show(m)
	}
	return m, ""
}

func (k *call) may(scope string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Contains(k.token.scopes, scope)
}

// yes reads a truth as forms have it.
func yes(s string) bool { return s == "true" || s == "1" }

// chatUpdate edits a message (docs.slack.dev/reference/methods/chat.update). Blocks that are not given go when there
// is a text; attachments and metadata that are not given stay.
func chatUpdate(k *call) reply {
	if wrong := validate(k.method, k.args); wrong != nil {
		return wrong.reply()
	}
	c := k.channel
	c.mu.Lock()
	m, word := c.edit(k)
	if word != "" {
		c.mu.Unlock()
		return refusal(word)
	}
	answer := good(map[string]any{"channel": c.id, "ts": m.ts, "text": m.body.Text, "message": c.asJSON(m, true)})
	c.mu.Unlock()
	c.announce()
	return answer
}

func (c *Channel) edit(k *call) (m *message, word string) {
	m = c.find(k.args["ts"])
	switch {
	case c.outside:
		return nil, "channel_not_found"
	case c.archived:
		return nil, "is_inactive"
	case m == nil:
		return nil, "message_not_found"
	case m.foreign:
		return nil, "cant_update_message"
	case c.editable > 0 && k.now.Sub(m.at) > c.editable:
		return nil, "edit_window_closed"
	case yes(k.args["reply_broadcast"]):
		return c.rebroadcast(m, k)
	}
	next := contentOf(k.args).over(m.body, k.args)
	if m.body.rich() && !next.rich() {
		return nil, "block_mismatch"
	}
	m.before = append(m.before, m.body)
	if len(m.before) > maxVersions {
		m.before = slices.Delete(m.before, 1, 2) // the first is what people were shown as new
	}
	m.write(next)
	m.raw, m.edited, m.edits = nil, k.now, m.edits+1
	return m, ""
}

// rebroadcast shows a reply in the channel after all.
func (c *Channel) rebroadcast(m *message, k *call) (*message, string) {
	switch {
	case k.args["text"] != "" || k.args["blocks"] != "" || k.args["attachments"] != "":
		return nil, "no_dual_broadcast_content_update"
	case m.thread == "" || m.broadcast:
		return nil, "cant_broadcast_message"
	}
	m.broadcast = true
	c.show(m)
	return m, ""
}

// over is what a message is after it is edited to this.
func (n content) over(was content, given args) content {
	if n.Text == "" && given["blocks"] == "" {
		n.Blocks = was.Blocks
	}
	if given["attachments"] == "" {
		n.Attachments = was.Attachments
	}
	if given["metadata"] == "" {
		n.Metadata = was.Metadata
	}
	return n
}

// chatPermalink is a link to a message (docs.slack.dev/reference/methods/chat.getPermalink).
func chatPermalink(k *call) reply {
	link := k.channel.Permalink(k.args["message_ts"])
	if link == "" {
		return refusal("message_not_found")
	}
	return good(map[string]any{"channel": k.channel.id, "permalink": link})
}

// Permalink is Slack's link to a message of the channel, or "".
func (c *Channel) Permalink(ts string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.find(ts)
	if m == nil {
		return ""
	}
	link := fmt.Sprintf("%s/archives/%s/p%s", c.origin(), c.id, strings.ReplaceAll(ts, ".", ""))
	if m.thread != "" {
		link += "?thread_ts=" + m.thread + "&cid=" + url.QueryEscape(c.id)
	}
	return link
}

// origin is the workspace's address in links.
func (c *Channel) origin() string {
	if c.space == nil {
		return "https://slack.example"
	}
	return "https://" + c.space.options.Name + ".slack.com"
}
