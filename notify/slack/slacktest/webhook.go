package slacktest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// ServeHTTP takes what is posted to the channel's incoming webhook, and shows the channel to those who GET.
func (c *Channel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		c.servePage(w, r)
		return
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	k := &call{Workspace: c.space, method: "webhook", args: args{"channel": c.id}, now: time.Now(), channel: c}
	f := c.webhookFault(k)
	answer := worded(http.StatusInternalServerError, "rollup_error")
	if f.takes() {
		answer = c.take(raw, k.now, f.fails())
	}
	if c.space != nil {
		c.space.note(k, f, answer)
	}
	f.answer(w, r, answer)
}

// webhookFault is that of the workspace, or else the channel's.
func (c *Channel) webhookFault(k *call) Fault {
	if c.space == nil {
		return c.fault()
	}
	f := c.space.fault(k, nil)
	if own := c.fault(); f.idle() {
		return own
	}
	return f
}

func (f Fault) idle() bool { return !f.fails() && !f.Takes && f.Delay == 0 && len(f.Header) == 0 }

// take posts what came by the webhook, in the words of docs.slack.dev/messaging/sending-messages-using-incoming-webhooks;
// forced is that a fault says so.
func (c *Channel) take(raw []byte, now time.Time, forced bool) reply {
	given, word := payload(raw)
	if word == "" {
		if wrong := validate("webhook", given); wrong != nil {
			word = wrong.Word
		}
	}
	if word != "" && !forced {
		return worded(http.StatusBadRequest, word)
	}
	if c.space != nil {
		if wait := c.space.rates.take("webhook"+c.id, perChannel, now); wait > 0 {
			r := limited(wait)
			r.body, r.header["Content-Type"] = "rate_limited", []string{"text/html"}
			return r
		}
	}
	return c.arrive(raw, given)
}

func (c *Channel) arrive(raw []byte, given args) reply {
	c.mu.Lock()
	if c.archived {
		c.mu.Unlock()
		return worded(http.StatusGone, "channel_is_archived")
	}
	// An incoming webhook answers without a ts, and its message cannot be edited by chat.update.
	m := c.add(&message{by: c.app(), foreign: true, raw: raw, body: contentOf(given)})
	c.show(m)
	c.mu.Unlock()
	c.announce()
	return worded(http.StatusOK, "ok")
}

func (c *Channel) app() string {
	if c.space == nil {
		return "bellhop"
	}
	return c.space.options.Bot
}

// payload reads the body of an incoming webhook: JSON, or a form with JSON in it.
func payload(raw []byte) (given args, word string) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, "invalid_payload"
	}
	given = args{}
	for name, value := range fields {
		if string(value) != "null" {
			given[name] = unquoted(value)
		}
	}
	return given, ""
}

func worded(status int, word string) reply {
	return reply{status: status, header: http.Header{"Content-Type": {"text/html"}}, body: word, word: strings.TrimSpace(word)}
}
