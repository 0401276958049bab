package watchlist

import (
	"regexp"
	"slices"
	"time"

	"bellhop/monitor"
	"bellhop/notify/slack"
)

// slack fills in an incoming webhook, or a bot if there is a token or a channel for one.
func (r *reader) slack(w *Receiver, f *slackForm) {
	w.Digest = r.digest(f.Digest)
	bot := f.Token.Set || f.TokenFile.Set || f.Channel.Set
	hook := f.URL.Set || f.URLFile.Set
	switch {
	case bot && hook:
		r.wrong(f.At, "slack is both an incoming webhook and a bot", "keep webhook_url, or token and channel; the bot can edit what it posted")
	case bot:
		r.bot(w, f)
	default:
		r.incoming(w, f)
	}
}

// manyOpen is how many incidents have messages of their own where nothing else is said.
const manyOpen = 5

// digest is from how many open incidents on one message speaks for the others.
func (r *reader) digest(f number) int {
	n := f.or(manyOpen)
	if n == 1 || n > 100 {
		r.wrong(f.At, "slack.digest "+quote(f.Raw)+" is out of bounds", "it can be 2 to 100, or 0 for never")
	}
	return n
}

// incoming fills in an incoming webhook: it can neither edit what it posted nor say whether a post arrived.
func (r *reader) incoming(w *Receiver, f *slackForm) {
	w.Kind, w.Posts, w.Keyless = "slack", true, true
	w.URL = r.address("slack.webhook_url", f.URL, f.URLFile, f.At, false)
	if f.API.Set {
		r.wrong(f.API.At, "slack.api is for a bot", "remove it, or use token and channel in place of webhook_url")
	}
	if f.Mention != nil {
		r.wrong(f.Mention.At, "slack.mention is for a bot", "use token and channel in place of webhook_url, or remove it")
	}
}

var channelID = regexp.MustCompile("^[CGD][A-Z0-9]{2,20}$")

func (r *reader) bot(w *Receiver, f *slackForm) {
	w.Receiver = slack.BotReceiver(w.Receiver, r.o.Pace)
	token, value, p := r.secret("slack.token", f.Token, f.TokenFile)
	switch {
	case !token.IsSet() && p.line == 0:
		r.wrong(f.At, "slack.token is missing", "add the bot token of your Slack app (xoxb-…), or token_file with the file that holds it")
	case token.IsSet() && !botToken.MatchString(value):
		r.wrong(p, "slack.token is no bot token", "it is the Bot User OAuth Token of your Slack app, and starts with xoxb-")
	}
	w.Secret = token
	switch {
	case !f.Channel.Set:
		r.wrong(f.At, "slack.channel is missing", "add the channel's id, like C0123ABCD; Slack shows it at the end of the channel's details")
	case !channelID.MatchString(f.Channel.V):
		r.wrong(f.Channel.At, "slack.channel "+quote(f.Channel.Raw)+" is no channel's id", "it is like C0123ABCD; Slack shows it at the end of the channel's details")
	}
	w.Bot.Channel = f.Channel.V
	if f.API.Set {
		w.Bot.API = r.base("slack.api", f.API, f.API.V)
	}
	if f.Mention != nil {
		w.Bot.Mentions = r.mentions(f.Mention)
	}
}

// botToken is any token that can stand in a header: a stand-in for Slack may take what Slack would not.
var botToken = regexp.MustCompile(`^xox[a-z]?[.-][\x21-\x7e]+$`)

var memberID = regexp.MustCompile("^[UWS][A-Z0-9]{2,20}$")

func (r *reader) mentions(f *mentionForm) slack.Mentions {
	m := slack.Mentions{Severity: []monitor.Severity{monitor.Down}}
	if len(f.Who) == 0 {
		r.wrong(f.At, "slack.mention names nobody", "add who: [U0123ABCD], with the ids of people or of user groups (S…)")
	}
	for _, who := range f.Who {
		if !memberID.MatchString(who.V) {
			r.wrong(who.At, "slack.mention.who "+quote(who.Raw)+" is no id of a person or a user group", "they are like U0123ABCD and S0123ABCD: open the profile, then ⋮ and Copy member ID")
		} else if !slices.Contains(m.Who, who.V) {
			m.Who = append(m.Who, who.V)
		}
	}
	if f.Severity != nil {
		m.Severity = nil
		for _, s := range r.choice(f.At, "slack.mention.severity", f.Severity, severities()) {
			m.Severity = append(m.Severity, monitor.Severity(s))
		}
	}
	if f.Quiet != nil {
		m.Quiet = r.quietHours(f.Quiet)
	}
	return m
}

func (r *reader) quietHours(f *quietForm) slack.QuietHours {
	from, okFrom := r.clock("slack.mention.quiet_hours.from", f.From, f.At)
	to, okTo := r.clock("slack.mention.quiet_hours.to", f.To, f.At)
	q := slack.QuietHours{From: from, To: to, Zone: time.UTC}
	if okFrom && okTo && from == to {
		r.wrong(f.At, "slack.mention.quiet_hours end when they begin", "give two times, or remove mention to mention nobody")
	}
	if f.Zone.Set {
		zone, err := time.LoadLocation(f.Zone.V)
		if err != nil || f.Zone.V == "" || f.Zone.V == "Local" {
			r.wrong(f.Zone.At, "slack.mention.quiet_hours.zone "+quote(f.Zone.Raw)+" is not known", "write it like Europe/Berlin or UTC")
			return q
		}
		q.Zone = zone
	}
	return q
}

// clock is a time of day, as the time since midnight.
func (r *reader) clock(key string, f text, p place) (since time.Duration, ok bool) {
	if !f.Set {
		r.wrong(p, key+" is missing", "write it like \"22:00\"")
		return 0, false
	}
	t, err := time.Parse("15:04", f.V)
	if err != nil {
		r.wrong(f.At, key+" "+quote(f.Raw)+" is no time of day", "write it like \"22:00\"")
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}
