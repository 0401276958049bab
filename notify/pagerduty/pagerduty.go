// Package pagerduty sends incidents to PagerDuty's Events API v2
// (https://developer.pagerduty.com/docs/events-api-v2/overview/, schema in PagerDuty/api-schema,
// reference/events-v2/openapiv3.json): one alert for each incident, by its dedup_key, which is triggered,
// acknowledged and resolved. Notices, reminders and recaps never go there: they would page.
package pagerduty

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	s := &service{key: o.RoutingKey, url: o.URL, post: notify.Poster{
		Client: notify.NewClient(), Agent: o.Agent, Limit: o.Pace.RetryAfterMax, Keyed: true,
	}}
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
	key, url string
	post     notify.Poster
}

// Notify sends the events of a letter, which are none where PagerDuty has nothing to do. Each may be sent twice:
// they are about one alert, by its key. Once one of them was taken the letter may have arrived, whatever becomes of
// the next: who knows of an alert has to hear its end.
func (s *service) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	var b body
	if err := json.Unmarshal(l.Body, &b); err != nil {
		return notify.Receipt{}, fmt.Errorf("read stored message: %w", err)
	}
	got := notify.Receipt{Ref: b.Alert}
	for n, e := range b.Events {
		err := s.enqueue(ctx, e)
		if r, ok := errors.AsType[*notify.Refusal](err); ok && n > 0 {
			r.Result = monitor.Ambiguous
		}
		if err != nil {
			return notify.Receipt{}, err
		}
		got.Status = http.StatusAccepted
	}
	return got, nil
}

// enqueue sends one event.
func (s *service) enqueue(ctx context.Context, e event) error {
	e.RoutingKey = s.key
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	got, err := s.post.Post(ctx, s.url, "application/json", raw)
	if err == nil && got.Status != http.StatusAccepted {
		return &notify.Refusal{
			Result: monitor.Unmended, Status: got.Status, Reason: "an answer other than PagerDuty's 202: something else answers at this address",
		}
	}
	return err //nolint:wrapcheck // a *Refusal is all that is to be said
}
