package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// BotKind is the kind of a receiver that a bot token serves: its stored messages are not those of a webhook.
const BotKind = "slack_bot"

// A Bot speaks in one channel with a bot token: one message per incident, edited as the incident goes on, its
// thread as the timeline.
type Bot struct {
	name     string // of the receiver
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
	Channel  string // its id, as in C0123ABCD: a name can be given to another channel
	API      string // of a stand-in; "" is Slack's own
	Mentions Mentions
	Agent    string // User-Agent
	Pace     monitor.Pace
}

const editsApart = 5 * time.Second // of one message

var (
	channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{2,}$`)
	printable = regexp.MustCompile(`^[\x21-\x7e]+$`)
)

// NewBotLane is a channel as a receiver that holds a conversation.
func NewBotLane(r monitor.Receiver, o BotOptions) (notify.Lane, error) {
	b, err := newBot(r.Name, o)
	if err != nil {
		return notify.Lane{}, err
	}
	// A letter can take several calls, each with a deadline of its own.
	return notify.Lane{Receiver: BotReceiver(r, o.Pace), Render: b.render, Notifier: b, Timeout: o.Pace.MaybeTimeout, Check: b.check}, nil
}

// BotReceiver is a receiver with what a bot can do: it edits, and it looks up what may have arrived.
func BotReceiver(r monitor.Receiver, p monitor.Pace) monitor.Receiver {
	r.Kind, r.Posts, r.Keyless, r.EveryVersion, r.Lookup, r.Edits = BotKind, false, false, false, true, p.Of(editsApart)
	return r
}

// newBot makes a bot. No error holds the token.
func newBot(name string, o BotOptions) (*Bot, error) {
	if o.API == "" {
		o.API = slack.APIURL
	}
	to, err := url.Parse(o.API)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return nil, errors.New("api: want an http or https address")
	case !printable.MatchString(o.Token):
		return nil, errors.New("token: want a bot token, which begins with xoxb-")
	case !channelID.MatchString(o.Channel):
		return nil, errors.New("channel: want its id, such as C0123ABCD: Slack shows it at the end of the channel's details")
	}
	if err := o.Mentions.check(); err != nil {
		return nil, err
	}
	return &Bot{
		name: name, token: o.Token, channel: o.Channel, api: strings.TrimRight(o.API, "/") + "/", mentions: o.Mentions,
		client: notify.NewClient(), agent: o.Agent, pace: o.Pace,
	}, nil
}

// Notify makes one attempt. What it takes several calls to do can be done again after any of them: an edit has the
// same effect twice, and a post that may have arrived is looked for first.
func (b *Bot) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	t := turn{bot: b, letter: l}
	if err := json.Unmarshal(l.Body, &t.script); err != nil {
		return notify.Receipt{}, fmt.Errorf("read stored message: %w", err)
	}
	at, f := t.tell(ctx)
	switch {
	case f != nil:
		return notify.Receipt{}, f.Refusal
	case at == place{}:
		return notify.Receipt{}, nil // nobody knows: it says nothing of Slack's health either
	}
	before, _ := placed(l.Ref)
	at.called = t.script.Call != "" || before.called && l.Type != monitor.EventReopened
	return notify.Receipt{Status: http.StatusOK, Ref: at.String()}, nil
}

// A place is where a message is: Slack names it by its channel and its time. With it goes whether people were called by
// name for what it is about, or would have been but for quiet hours.
type place struct {
	channel, ts string
	called      bool
}

var reference = regexp.MustCompile(`^([CGD][A-Z0-9]{2,})/([0-9]+\.[0-9]+)( called)?$`)

// placed reads a place; false is that it is none, or the reference of another kind of receiver.
func placed(ref string) (place, bool) {
	if m := reference.FindStringSubmatch(ref); m != nil {
		return place{m[1], m[2], m[3] != ""}, true
	}
	return place{}, false
}

// String is a place as it is stored.
func (p place) String() string {
	s := p.channel + "/" + p.ts
	if p.called {
		s += " called"
	}
	return s
}
