package slack

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"bellhop/notify"
)

// check is what can be known of the token and the channel without a message.
func (b *Bot) check(ctx context.Context) []notify.Step {
	token, granted := b.checkToken(ctx)
	if !token.OK {
		return []notify.Step{token}
	}
	return []notify.Step{token, checkScope(granted), b.checkHistory(ctx), b.checkChannel(ctx)}
}

// checkToken asks Slack whose token it is, and what it may do; nil is that Slack did not say.
func (b *Bot) checkToken(ctx context.Context) (notify.Step, []string) {
	var who *slack.AuthTestResponse
	seen, f := b.call(ctx, func(ctx context.Context, api *slack.Client) (err error) {
		who, err = api.AuthTestContext(ctx)
		return err
	})
	step := notify.Step{Name: "token"}
	if f != nil {
		step.Detail = f.Reason
		return step, nil
	}
	if who == nil {
		step.Detail = "something that is not Slack answers at this address"
		return step, nil
	}
	step.OK, step.Detail = true, "it is of "+notify.Cut(who.User, maxName)+" in the workspace "+notify.Cut(who.Team, maxName)
	value := seen.header.Get("X-Oauth-Scopes")
	if value == "" {
		return step, nil
	}
	return step, strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

// checkScope compares what the token may do with what it takes to post.
func checkScope(granted []string) notify.Step {
	post := notify.Step{Name: "scope chat:write", OK: granted == nil || slices.Contains(granted, "chat:write"), Detail: "it may post and edit"}
	switch {
	case granted == nil:
		post.Detail = "Slack did not say what the token may do; the messages will show"
	case !post.OK:
		post.Detail, post.Missing = "without it bellhop cannot post: add it on the app's page (OAuth & Permissions), and install the app again", "chat:write"
	}
	return post
}

// checkHistory reads the channel as it is read to look up what may have arrived: which scope that takes is a matter of
// the channel, and its id does not tell whether it is a private one.
func (b *Bot) checkHistory(ctx context.Context) notify.Step {
	_, f := b.call(ctx, func(ctx context.Context, api *slack.Client) error {
		_, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: b.channel, Limit: 1})
		return err
	})
	step := notify.Step{Name: "look up messages", OK: true, Detail: "what may have arrived can be looked up"}
	if f != nil {
		step.Missing, _, _ = strings.Cut(f.needed, ",")
		step.Detail = "it is optional; without it a message may come twice after a connection broke (" + f.Reason + ")"
	}
	return step
}

// checkChannel asks Slack about the channel, if the token may.
func (b *Bot) checkChannel(ctx context.Context) notify.Step {
	var c *slack.Channel
	_, f := b.call(ctx, func(ctx context.Context, api *slack.Client) (err error) {
		c, err = api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: b.channel})
		return err
	})
	step := notify.Step{Name: "channel " + b.channel}
	switch {
	case f != nil && f.word == "missing_scope":
		step.OK, step.Detail = true, "it cannot be looked at without channels:read or groups:read, which are not needed; the messages will show"
	case f != nil:
		step.Detail = f.Reason
	case c == nil:
		step.Detail = "Slack said nothing of the channel"
	case c.IsArchived:
		step.Detail = "#" + notify.Cut(c.Name, maxName) + " is archived: take it out of the archive, or give another channel"
	case !c.IsMember:
		step.Detail = "the app is not in #" + notify.Cut(c.Name, maxName) + ": invite it there (/invite)"
	default:
		step.OK, step.Detail = true, "the app is in #"+notify.Cut(c.Name, maxName)
	}
	return step
}
