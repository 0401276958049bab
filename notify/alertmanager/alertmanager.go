// Package alertmanager posts incidents as alerts to a Prometheus Alertmanager (API v2, POST /api/v2/alerts). An
// alert ends there by itself when nobody posts it again, so that every open one is posted again each minute.
package alertmanager

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

const (
	keepEvery = time.Minute
	lives     = 3 * time.Minute // of an alert that is not posted again
)

// Options make a receiver of one Alertmanager.
type Options struct {
	URL     string            // of the Alertmanager, without /api/v2/alerts; may hold a password
	Labels  map[string]string // that each alert gets besides
	Headers map[string]string // to send besides; their values may be secrets
	Agent   string            // User-Agent
	Pace    monitor.Pace
}

// NewLane is an Alertmanager as a receiver. An error names what is wrong with the options, and no secret.
func NewLane(r monitor.Receiver, o Options) (notify.Lane, error) {
	to, err := url.Parse(o.URL)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return notify.Lane{}, errors.New("url: want an http or https address")
	}
	a := &api{options: o, client: notify.NewClient()}
	return notify.Lane{Receiver: Receiver(r), Render: notify.RenderText, Notifier: a, Timeout: o.Pace.SendTimeout}, nil
}

// Receiver is r as a receiver of this kind: notices are sent only where r names them.
func Receiver(r monitor.Receiver) monitor.Receiver {
	r.Kind, r.Posts, r.Keyless, r.EveryVersion = "alertmanager", false, false, false
	r.NoRecap, r.Digest, r.Remind = true, 0, 0 // grouping and reminding is what it does
	r.When = notify.IncidentsOnly(r.When)
	return r
}

// OwnLabels are those that bellhop sets; alertname is another, which an operator may set in its place.
func OwnLabels() []string { return []string{"severity", "side", "cause", "incident", "instance"} }

type api struct {
	options Options
	client  *http.Client
}

// Notify posts an alert once.
func (a *api) Notify(_ context.Context, _ notify.Letter) (notify.Receipt, error) {
	return notify.Receipt{}, errors.New("not yet")
}
