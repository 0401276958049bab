package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// maxReply is as much of an answer of the Web API as is read, in bytes: a page of a channel's history can be long.
const maxReply = 4 << 20

// A failure is why a call came to nothing: what it means for the letter, and Slack's own word for it, if it said one.
type failure struct {
	*notify.Refusal
	word   string
	needed string // the scope that is missing, if Slack named it
}

// call makes one call of the Web API, with a deadline of its own. Nil is that Slack did what was asked. What the
// library makes of an answer is not enough to tell: it takes {} and {"ok":false} for success, and forgets why a 429
// came. So the answer itself decides.
func (b *Bot) call(ctx context.Context, do func(context.Context, *slack.Client) error) (*answer, *failure) {
	ctx, cancel := context.WithTimeout(ctx, b.pace.SendTimeout)
	defer cancel()
	ctx, wrote := notify.Watched(ctx)
	seen := &answer{next: b.client.Transport, agent: b.agent, limit: maxReply}
	client := &http.Client{Transport: seen, CheckRedirect: b.client.CheckRedirect}
	err := do(ctx, slack.New(b.token, slack.OptionAPIURL(b.api), slack.OptionHTTPClient(client)))
	if seen.status == 0 && err != nil {
		return seen, &failure{Refusal: notify.Broken(err, wrote.Load())}
	}
	return seen, seen.failure(b.pace, time.Now())
}

// failure is what an answer of the Web API means; nil is that it said ok.
func (a *answer) failure(p monitor.Pace, now time.Time) *failure {
	if a.status != http.StatusOK {
		return &failure{Refusal: a.unusual(p, now)}
	}
	var said struct {
		OK     bool   `json:"ok"`
		Error  string `json:"error"`
		Needed string `json:"needed"`
	}
	if err := json.Unmarshal(a.body, &said); err != nil {
		return a.unsure("200 OK, but no answer of Slack's: something else answers at this address, or in its place")
	}
	switch {
	case said.OK:
		return nil
	case !errorWord.MatchString(said.Error):
		return a.unsure("Slack did not say whether it took this")
	}
	f := &failure{Refusal: &notify.Refusal{Status: a.status, Reason: said.Error + plainly(said.Error), Result: meaning(said.Error)}, word: said.Error}
	if scopes.MatchString(said.Needed) {
		f.needed = said.Needed
		f.Reason += ": the token needs " + said.Needed
	}
	if limited(said.Error) {
		f.After = orPause(notify.RetryAfter(a.header.Get("Retry-After"), now, p.RetryAfterMax), p)
	}
	return f
}

// unusual is what a status other than 200 means: the Web API answers with 200 but for 429 and its own trouble.
func (a *answer) unusual(p monitor.Pace, now time.Time) *notify.Refusal {
	r := notify.Answer(a.status, a.header, now, p.RetryAfterMax)
	if r == nil { // another 2xx
		r = &notify.Refusal{Status: a.status, Reason: http.StatusText(a.status), Result: monitor.Unmended}
	}
	switch {
	case a.status == http.StatusTooManyRequests:
		r.After = orPause(r.After, p)
	case a.status >= http.StatusInternalServerError:
		r.Result = monitor.Ambiguous // it can fail after the deed
	case r.Result == monitor.Gone:
		r.Result = monitor.Unmended
	}
	return r
}

func (a *answer) unsure(why string) *failure {
	return &failure{Refusal: &notify.Refusal{Result: monitor.Ambiguous, Status: a.status, Reason: why}}
}

func orPause(asked time.Duration, p monitor.Pace) time.Duration {
	if asked > 0 {
		return asked
	}
	return p.Of(noHeader)
}

var (
	errorWord = regexp.MustCompile(`^[a-z0-9_]{1,80}$`)
	scopes    = regexp.MustCompile(`^[a-z:._,-]{1,200}$`)
)

// The words of Slack's error tables (docs.slack.dev, chat.postMessage and chat.update, "Errors"). What stands in
// none of these is for a person to mend.
var (
	limits = []string{"ratelimited", "rate_limited", "message_limit_exceeded"}
	// Of these Slack says that a part may have been done.
	halfway = []string{"internal_error", "fatal_error", "service_unavailable", "update_failed", "team_added_to_org"}
	// These did not get that far.
	retried  = []string{"request_timeout"}
	unusable = []string{
		"no_text", "metadata_must_be_sent_from_app", "invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large",
		"too_many_attachments", "invalid_attachments", "invalid_arguments", "invalid_array_arg", "cannot_parse_attachments",
		"attachment_payload_limit_exceeded", "invalid_form_data", "markdown_text_conflict", "unfurls_parse_failed",
	}
	// With these a message cannot be edited, now or ever: another one has to take its place.
	uneditable = []string{
		"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "block_mismatch", "thread_not_found",
	}
	// With these nothing can be said in a message's thread, though the message can be edited.
	unthreadable = []string{
		"thread_not_found", "cannot_reply_to_message", "restricted_action_non_threadable_channel", "restricted_action_thread_locked",
	}
)

// plainly says what a word of Slack's means to whoever set the receiver up, "" if there is no more to say.
func plainly(word string) string {
	switch word {
	case "invalid_auth", "not_authed":
		return ": Slack does not know this token"
	case "token_revoked", "token_expired":
		return ": install the app again, and give bellhop its new token"
	case "account_inactive":
		return ": the app, or whoever installed it, was removed from the workspace"
	case "channel_not_found":
		return ": there is no such channel, or it is private and the app is not in it"
	case "not_in_channel":
		return ": invite the app to the channel"
	case "is_archived":
		return ": the channel is archived"
	default:
		return ""
	}
}

func limited(word string) bool { return slices.Contains(limits, word) }

func meaning(word string) monitor.SendResult {
	switch {
	case limited(word), slices.Contains(retried, word):
		return monitor.Refused
	case slices.Contains(halfway, word):
		return monitor.Ambiguous
	case slices.Contains(unusable, word), strings.HasPrefix(word, "invalid_blocks"), strings.HasSuffix(word, "_too_long"):
		return monitor.Content
	default:
		return monitor.Unmended
	}
}
