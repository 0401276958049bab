// Package slack posts alerts through a Slack incoming webhook. Such a webhook takes a message and says "ok":
// nothing can be edited, threaded or looked up afterwards, so a receiver of this kind gets posts (an opening,
// changes of severity, the end) and, after an outcome that is not known, a late repeat that says so. Its
// address is a secret and is in no error.
package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"bellhop/monitor"
	"bellhop/notify"
)

// A Webhook is one incoming webhook: one channel.
type Webhook struct {
	url    string
	client *http.Client
	agent  string
	pace   monitor.Pace
}

// Options make a Webhook.
type Options struct {
	URL   string // https://hooks.slack.com/services/…, a secret
	Agent string // User-Agent
	Pace  monitor.Pace
}

// NewLane is an incoming webhook as a receiver.
func NewLane(r monitor.Receiver, o Options) (notify.Lane, error) {
	w, err := New(o)
	if err != nil {
		return notify.Lane{}, err
	}
	r.Kind, r.Posts, r.Keyless, r.EveryVersion = "slack", true, true, false
	// A post that is given up too early is a post that comes twice: Slack can take its time.
	return notify.Lane{Receiver: r, Render: Render, Notifier: w, Timeout: o.Pace.MaybeTimeout}, nil
}

// New makes a webhook. The error does not hold the address.
func New(o Options) (*Webhook, error) {
	to, err := url.Parse(o.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil, errors.New("webhook_url: want an http or https address")
	}
	return &Webhook{url: o.URL, client: notify.NewClient(), agent: o.Agent, pace: o.Pace}, nil
}

// Notify posts a letter once. A repeat is marked as one.
func (w *Webhook) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	var m slack.WebhookMessage
	if err := json.Unmarshal(l.Body, &m); err != nil {
		return notify.Receipt{}, fmt.Errorf("read stored message: %w", err)
	}
	if l.Repeat {
		mark(&m)
	}
	ctx, wrote := notify.Watched(ctx)
	seen := &answer{next: w.client.Transport, agent: w.agent, limit: maxAnswer}
	client := &http.Client{Transport: seen, CheckRedirect: w.client.CheckRedirect}
	err := slack.PostWebhookCustomHTTPContext(ctx, w.url, client, &m)
	if seen.status == 0 && err != nil {
		return notify.Receipt{}, notify.Broken(err, wrote.Load())
	}
	if r := seen.refusal(w.pace, time.Now()); r != nil {
		return notify.Receipt{}, r
	}
	return notify.Receipt{Status: seen.status}, nil
}

// mark says that a message may have been seen before.
func mark(m *slack.WebhookMessage) {
	const repeat = "REPEAT (Slack did not confirm this message; it may be above already): "
	m.Text = repeat + m.Text
	for i := range m.Attachments {
		m.Attachments[i].Fallback = repeat + m.Attachments[i].Fallback
	}
}
