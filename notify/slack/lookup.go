package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"bellhop/monitor"
)

const (
	pageSize  = 15          // the most that Slack gives an app that is not its owner's own
	maxPages  = 8           // of a lookup
	clockSkew = time.Minute // Slack's clock against ours
)

// A listing is a page of messages as far as they are of interest here: the library reads all of each message, and fails
// at the first thing in it that it does not know.
type listing struct {
	Messages []struct {
		TS       string `json:"ts"`
		Metadata struct {
			Payload struct {
				ID   string `json:"msg_id"`
				Part string `json:"part"`
			} `json:"event_payload"`
		} `json:"metadata"`
	} `json:"messages"`
	Next struct {
		Cursor string `json:"next_cursor"`
	} `json:"response_metadata"`
}

// A reader asks for the page of messages at a cursor; "" is the first one.
type reader func(ctx context.Context, api *slack.Client, cursor string) error

// look finds the message of this letter, which may have arrived: its time, or "" if it is not there, for sure, or as far
// as it can be looked up (the token lacks the scope, say), so that it is sent again: a repeat is better than a silence.
func (t turn) look(ctx context.Context, read reader, part string) (ts string, sure bool, f *failure) {
	for cursor, pages := "", 0; pages < maxPages; pages++ {
		seen, f := t.bot.call(ctx, func(ctx context.Context, api *slack.Client) error { return read(ctx, api, cursor) })
		switch {
		case f != nil && t.vain(f):
			return "", false, nil
		case f != nil:
			f.Result = monitor.Refused // nothing was sent this time
			return "", false, f
		}
		ts, next := seen.find(t.letter.ID, part)
		if ts != "" || next == "" {
			return ts, true, nil
		}
		cursor = next
	}
	return "", false, nil
}

// find is the time of a message on a page, or where the next page begins.
func (a *answer) find(id, part string) (ts, next string) {
	var page listing
	if json.Unmarshal(a.body, &page) != nil {
		return "", ""
	}
	for _, m := range page.Messages {
		if p := m.Metadata.Payload; p.ID == id && p.Part == part && stamp.MatchString(m.TS) {
			return m.TS, ""
		}
	}
	return "", page.Next.Cursor
}

// vain says that it is of no use to wait for a lookup: it is not allowed, or has not worked for so long that a message
// that comes twice is the lesser evil.
func (t turn) vain(f *failure) bool {
	return f.Result == monitor.Unmended || f.Result == monitor.Content || t.letter.At.Sub(t.letter.First) > t.bot.pace.MaybeSecond
}

func (t turn) since() string {
	return fmt.Sprintf("%d.000000", t.letter.First.Add(-clockSkew).Unix())
}

// history reads the channel, the newest messages first.
func (t turn) history() reader {
	return func(ctx context.Context, api *slack.Client, cursor string) error {
		_, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: t.bot.channel, Oldest: t.since(), Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		return err
	}
}

// replies reads a thread, in which the root comes first.
func (t turn) replies(at place) reader {
	return func(ctx context.Context, api *slack.Client, cursor string) error {
		_, _, _, err := api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: at.channel, Timestamp: at.ts, Oldest: t.since(), Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
		})
		return err
	}
}
