package slack

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// A turn is one attempt at one letter.
type turn struct {
	bot    *Bot
	letter notify.Letter
	script script
}

// The parts of a conversation, in the metadata of each message: what is a root is looked for in the channel, what is a
// line in its thread.
const (
	partRoot = "root"
	partLine = "line"
)

var stamp = regexp.MustCompile(`^[0-9]+\.[0-9]+$`)

// tell does what the letter asks for, and says where the incident's message is then.
func (t turn) tell(ctx context.Context) (place, *failure) {
	at, known := placed(t.letter.Ref)
	if t.letter.Maybe && t.letter.Stale {
		return t.recall(ctx, at, known)
	}
	if !known {
		return t.open(ctx, t.script.fresh(), true)
	}
	f := t.edit(ctx, at)
	edited := f == nil
	if edited {
		f = t.add(ctx, at)
	}
	switch {
	case f != nil && slices.Contains(uneditable, f.word):
		return t.open(ctx, continued(t.script.fresh()), t.script.Loud)
	case f != nil && at.channel != t.bot.channel && f.Result == monitor.Unmended:
		return t.open(ctx, continued(t.script.fresh()), t.script.Loud) // the channel it was in is out of reach
	case edited:
		return at, begun(f)
	default:
		return at, f
	}
}

// begun is what came of a letter whose edit is there, and whose line is not: who refuses the line has not refused what
// the message says by now. Were it taken for untold, nothing would be owed when that is no longer true.
func begun(f *failure) *failure {
	if f != nil && (f.Result == monitor.Refused || f.Result == monitor.Unmended) {
		f.Result = monitor.Ambiguous
	}
	return f
}

// recall looks for what may have arrived and says what is true no more: it is not sent again. What cannot be looked up
// is taken for there, at a place that is not known: who may know of an incident has to hear its end.
func (t turn) recall(ctx context.Context, at place, known bool) (place, *failure) {
	if known && t.script.Line != "" {
		if found, sure, f := t.look(ctx, t.replies(at), partLine); f != nil || found != "" || !sure {
			return at, f
		}
	}
	found, sure, f := t.look(ctx, t.history(), partRoot)
	switch {
	case f != nil:
		return at, f
	case !sure, found == "" && t.script.Bare: // which may have been posted without what it is found by
		return place{}, nil
	case found == "":
		return at, &failure{Refusal: &notify.Refusal{Result: monitor.Missing, Reason: "it had not arrived, and is true no more"}}
	}
	return place{channel: t.bot.channel, ts: found}, nil
}

// open posts the incident's message, unless it is there already.
func (t turn) open(ctx context.Context, p post, call bool) (place, *failure) {
	if t.letter.Maybe {
		if found, _, f := t.look(ctx, t.history(), partRoot); f != nil || found != "" {
			return place{channel: t.bot.channel, ts: found}, f
		}
	}
	ts, f := t.post(ctx, t.bot.channel, call, partRoot, p)
	return place{channel: t.bot.channel, ts: ts}, f
}

// add says in the thread what is to be said there, unless it is there already.
func (t turn) add(ctx context.Context, at place) *failure {
	if t.script.Line == "" {
		return nil
	}
	if t.letter.Maybe {
		if found, _, f := t.look(ctx, t.replies(at), partLine); f != nil || found != "" {
			return f
		}
	}
	options := []slack.MsgOption{slack.MsgOptionTS(at.ts)}
	if t.script.Loud {
		options = append(options, slack.MsgOptionBroadcast())
	}
	_, f := t.post(ctx, at.channel, t.script.Loud, partLine, post{Text: t.script.Line}, options...)
	if f != nil && slices.Contains(unthreadable, f.word) {
		return t.aloud(ctx, at)
	}
	return f
}

// aloud says in the channel what a thread does not take. What need not be heard stands in the incident's message.
func (t turn) aloud(ctx context.Context, at place) *failure {
	if !t.script.Loud {
		return nil
	}
	if t.letter.Maybe {
		if found, _, f := t.look(ctx, t.history(), partLine); f != nil || found != "" {
			return f
		}
	}
	_, f := t.post(ctx, at.channel, true, partLine, post{Text: t.script.Line})
	return f
}

// post posts. A message that Slack gives no time for cannot be edited, and nobody knows whether it is there.
func (t turn) post(ctx context.Context, channel string, call bool, part string, p post, options ...slack.MsgOption) (string, *failure) {
	if call && t.script.Call != "" && !t.bot.mentions.Quiet.Hold(t.letter.At) {
		p.Text += "\n" + t.script.Call
	}
	seen, f := t.say(ctx, part, p, func(ctx context.Context, api *slack.Client, said ...slack.MsgOption) error {
		_, _, err := api.PostMessageContext(ctx, channel, append(said, options...)...)
		return err
	})
	if f != nil {
		return "", f
	}
	var made struct {
		TS string `json:"ts"`
	}
	if err := json.Unmarshal(seen.body, &made); err != nil || !stamp.MatchString(made.TS) {
		return "", seen.unsure("Slack named no message")
	}
	return made.TS, nil
}

// edit makes the incident's message what it is to be now.
func (t turn) edit(ctx context.Context, at place) *failure {
	_, f := t.say(ctx, partRoot, t.script.Root, func(ctx context.Context, api *slack.Client, said ...slack.MsgOption) error {
		_, _, _, err := api.UpdateMessageContext(ctx, at.channel, at.ts, said...)
		return err
	})
	return f
}

// say makes a call that says something: with the metadata by which it can be looked up and, where Slack refuses even
// text alone with it, without. Nothing was said then.
func (t turn) say(ctx context.Context, part string, p post, do func(context.Context, *slack.Client, ...slack.MsgOption) error) (*answer, *failure) {
	call := func(said ...slack.MsgOption) (*answer, *failure) {
		return t.bot.call(ctx, func(ctx context.Context, api *slack.Client) error { return do(ctx, api, said...) })
	}
	seen, f := call(append(message(p), t.metadata(part))...)
	if f != nil && f.Result == monitor.Content && t.script.Bare {
		return call(message(p)...)
	}
	return seen, f
}

// message is what a post and an edit have in common. No attachments take away those that were there.
func message(p post) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(p.Text, false), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
		slack.MsgOptionAttachments(append([]slack.Attachment{}, p.Attachments...)...),
	}
}

func (t turn) metadata(part string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "bellhop", EventPayload: map[string]any{
		"msg_id": t.letter.ID, "part": part, "incident": notify.Cut(t.script.Subject, maxName),
	}})
}

// continued is a post that takes the place of one that cannot be edited any more.
func continued(p post) post {
	const why = "This continues an earlier message, which cannot be edited any more."
	p.Attachments = slices.Clone(p.Attachments)
	for n := range p.Attachments {
		set := slices.Clone(p.Attachments[n].Blocks.BlockSet)
		p.Attachments[n].Blocks.BlockSet = append(set, slack.NewContextBlock("", plain(why)))
		return p
	}
	p.Text += "\n" + why
	return p
}
