// Package template posts messages in a form of the operator's own: a text/template that makes the body of a
// POST. Ready-made ones are there for Microsoft Teams, Discord and ntfy; they are texts that anybody could have
// written. A template is tried on every kind of message before it is used. Should it fail all the same, the
// message goes out in a plain form: what is wrong with a template swallows no alert.
package template

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"bellhop/monitor"
	"bellhop/notify"
)

// Options make a receiver of one address.
type Options struct {
	URL      string // a secret
	Template *Template
	Headers  map[string]string // to send besides; their values may be secrets
	Agent    string            // User-Agent
	Pace     monitor.Pace
}

// NewLane is an address that takes what a template makes, as a receiver. An error names no secret.
func NewLane(r monitor.Receiver, o Options) (notify.Lane, error) {
	to, err := url.Parse(o.URL)
	switch {
	case err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https":
		return notify.Lane{}, errors.New("url: want an http or https address")
	case o.Template == nil:
		return notify.Lane{}, errors.New("template: there is none")
	}
	p := &poster{url: o.URL, post: notify.Poster{
		Client: notify.NewClient(), Agent: o.Agent, Headers: o.Headers, Limit: o.Pace.RetryAfterMax,
	}}
	if o.Template.source.Use == Ntfy {
		if p.url, p.topic = split(to); p.topic == "" {
			return notify.Lane{}, errors.New("url: has no topic")
		}
	}
	// A post that is given up too early is a post that comes twice.
	return notify.Lane{Receiver: Receiver(r), Render: o.Template.Render, Notifier: p, Timeout: o.Pace.MaybeTimeout}, nil
}

// Receiver is r as a receiver of this kind: what it posts cannot be edited, nor looked up.
func Receiver(r monitor.Receiver) monitor.Receiver {
	r.Kind, r.Posts, r.Keyless, r.EveryVersion = "template", true, true, false
	return r
}

// split is the address of an ntfy server, which takes JSON, and the topic at the end of a topic's address
// (https://docs.ntfy.sh/publish/#publish-as-json).
func split(topic *url.URL) (server, name string) {
	u := *topic
	dir, name := path.Split(strings.TrimRight(u.Path, "/"))
	u.Path, u.RawPath = dir, ""
	return u.String(), name
}

type poster struct {
	url   string
	topic string // of ntfy; a secret, so that it is not in what is stored
	post  notify.Poster
}

// Notify posts a letter once. A repeat is marked as one.
func (p *poster) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	var s stored
	if err := json.Unmarshal(l.Body, &s); err != nil {
		return notify.Receipt{}, fmt.Errorf("read stored message: %w", err)
	}
	text := s.Body
	if l.Repeat && s.Repeat != "" {
		text = s.Repeat
	}
	raw := []byte(text)
	if p.topic != "" {
		var err error
		if raw, err = addressed(raw, p.topic); err != nil {
			return notify.Receipt{}, err
		}
	}
	got, err := p.post.Post(ctx, p.url, s.ContentType, raw)
	if r, ok := errors.AsType[*notify.Refusal](err); ok && r.Status == http.StatusGone {
		r.Result = monitor.Unmended // chats say so of a webhook that was deleted, and a new one can be made
	}
	return got, err
}

// addressed is a message to ntfy with its topic.
func addressed(raw []byte, topic string) ([]byte, error) {
	var fields map[string]json.RawMessage
	err := json.Unmarshal(raw, &fields)
	if err != nil {
		return nil, fmt.Errorf("read stored message: %w", err)
	}
	if fields["topic"], err = notify.Encode(topic); err != nil {
		return nil, err
	}
	return notify.Encode(fields)
}
