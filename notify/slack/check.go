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
	return append([]notify.Step{token}, append(checkScopes(granted, b.channel), b.checkChannel(ctx))...)
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
	step.OK, step.Detail = true, "it is of "+clip(who.User, maxName)+" in the workspace "+clip(who.Team, maxName)
	value := seen.header.Get("X-Oauth-Scopes")
	if value == "" {
		return step, nil
	}
	return step, strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

// checkScopes compares what the token may do with what is needed.
func checkScopes(granted []string, channel string) []notify.Step {
	if granted == nil {
		return []notify.Step{{Name: "scopes", OK: true, Detail: "Slack did not say what the token may do; the messages will show"}}
	}
	post := notify.Step{Name: "scope chat:write", OK: slices.Contains(granted, "chat:write"), Detail: "it may post and edit"}
	if !post.OK {
		post.Detail, post.Missing = "without it bellhop cannot post: add it on the app's page (OAuth & Permissions), and install the app again", "chat:write"
	}
	want := "channels:history"
	if strings.HasPrefix(channel, "G") {
		want = "groups:history"
	}
	history := notify.Step{Name: "scope " + want, OK: true, Detail: "what may have arrived can be looked up"}
	if !slices.Contains(granted, "channels:history") && !slices.Contains(granted, "groups:history") {
		history.Missing = want
		history.Detail = "it is optional; without it a message may come twice after a connection broke, because it cannot be looked up"
	}
	return []notify.Step{post, history}
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
		step.Detail = "#" + clip(c.Name, maxName) + " is archived: take it out of the archive, or give another channel"
	case !c.IsMember:
		step.Detail = "the app is not in #" + clip(c.Name, maxName) + ": invite it there (/invite)"
	default:
		step.OK, step.Detail = true, "the app is in #"+clip(c.Name, maxName)
	}
	return step
}
