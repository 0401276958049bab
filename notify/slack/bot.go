package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// A Bot speaks in one channel with a bot token: one message per incident, edited as the incident goes on, its
// thread as the timeline.
type Bot struct {
	token    string
	channel  string
	api      string
	mentions Mentions
	client   *http.Client
	agent    string
	pace     monitor.Pace
}

// BotOptions make a Bot.
type BotOptions struct {
	Token    string // xoxb-…, a secret
	Channel  string // its id (C0123ABCD), or a name that chat.postMessage takes
	API      string // of a stand-in; "" is Slack's own
	Mentions Mentions
	Agent    string // User-Agent
	Pace     monitor.Pace
}

var (
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,}$`)
	header    = regexp.MustCompile(`^[\x21-\x7e]+$`)
)

// NewBotLane is a channel as a receiver that holds a conversation.
func NewBotLane(r monitor.Receiver, o BotOptions) (notify.Lane, error) {
	b, err := newBot(o)
	if err != nil {
		return notify.Lane{}, err
	}
	r.Kind, r.Posts, r.Keyless, r.EveryVersion = "slack_bot", false, false, false
	return notify.Lane{Receiver: r, Render: Render, Notifier: b, Timeout: o.Pace.MaybeTimeout}, nil
}

// newBot makes a bot. No error holds the token.
func newBot(o BotOptions) (*Bot, error) {
	api := o.API
	if api == "" {
		api = slack.APIURL
	}
	to, err := url.Parse(api)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return nil, errors.New("api: want an http or https address")
	case !header.MatchString(o.Token):
		return nil, errors.New("token: want a bot token, which begins with xoxb-")
	case !channelID.MatchString(o.Channel):
		return nil, errors.New("channel: want its id, such as C0123ABCD (Slack shows it at the end of a channel's details)")
	}
	if err := o.Mentions.check(); err != nil {
		return nil, err
	}
	return &Bot{
		token: o.Token, channel: o.Channel, api: strings.TrimRight(api, "/") + "/", mentions: o.Mentions,
		client: notify.NewClient(), agent: o.Agent, pace: o.Pace,
	}, nil
}

// Notify makes one attempt.
func (b *Bot) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	return notify.Receipt{}, errors.New("not built yet")
}
