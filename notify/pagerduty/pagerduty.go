// Package pagerduty sends incidents to PagerDuty's Events API v2
// (https://developer.pagerduty.com/docs/events-api-v2/overview/): one alert for each incident, by its dedup_key,
// which is triggered, acknowledged and resolved. Notices and recaps never go there, since they would page.
package pagerduty

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"bellhop/monitor"
	"bellhop/notify"
)

// DefaultURL is where events go; accounts in the EU have https://events.eu.pagerduty.com/v2/enqueue.
const DefaultURL = "https://events.pagerduty.com/v2/enqueue"

// Options make a receiver of one PagerDuty service.
type Options struct {
	RoutingKey string // the integration key of the service, a secret
	URL        string // "" is DefaultURL
	Agent      string // User-Agent
	Pace       monitor.Pace
}

// NewLane is a PagerDuty service as a receiver. An error names what is wrong with the options, and no secret.
func NewLane(r monitor.Receiver, o Options) (notify.Lane, error) {
	if o.URL == "" {
		o.URL = DefaultURL
	}
	to, err := url.Parse(o.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return notify.Lane{}, errors.New("url: want an http or https address")
	}
	if o.RoutingKey == "" {
		return notify.Lane{}, errors.New("routing_key: want the integration key of a service")
	}
	s := &service{options: o, client: notify.NewClient()}
	return notify.Lane{Receiver: Receiver(r), Render: Render, Notifier: s, Timeout: o.Pace.SendTimeout}, nil
}

// Receiver is r as a receiver of this kind, which is never told of notices.
func Receiver(r monitor.Receiver) monitor.Receiver {
	r.Kind, r.Posts, r.Keyless, r.EveryVersion = "pagerduty", false, false, false
	r.NoRecap, r.Digest, r.Remind = true, 0, 0 // it reminds people by itself
	r.When = notify.NeverNotices(r.When)
	return r
}

type service struct {
	options Options
	client  *http.Client
}

// Notify sends an event once.
func (s *service) Notify(_ context.Context, _ notify.Letter) (notify.Receipt, error) {
	return notify.Receipt{}, errors.New("not yet")
}

// Render is a message as an event, without the key of the service.
func Render(m notify.Message) ([]byte, error) { return notify.RenderText(m) }
