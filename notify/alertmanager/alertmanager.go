// Package alertmanager posts incidents as alerts to a Prometheus Alertmanager (API v2, POST /api/v2/alerts,
// api/v2/openapi.yaml of prometheus/alertmanager). An alert is its labels: two that differ in one are two
// alerts, so that an incident keeps those it was first posted with, and what changes stands in annotations. An
// alert ends by itself when nobody posts it again; every open one is posted again each minute.
package alertmanager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
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
	a := &api{base: strings.TrimRight(o.URL, "/") + "/api/v2/", labels: o.Labels, lives: o.Pace.Of(lives), post: notify.Poster{
		Client: notify.NewClient(), Agent: o.Agent, Headers: o.Headers, Limit: o.Pace.RetryAfterMax, Keyed: true,
	}}
	return notify.Lane{
		Receiver: Receiver(r), Render: Render(o.Labels), Notifier: a, Timeout: o.Pace.SendTimeout,
		Keep: a.keep, KeepEvery: o.Pace.Of(keepEvery), Check: a.check,
	}, nil
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
	base   string
	labels map[string]string
	lives  time.Duration
	post   notify.Poster
}

// Notify posts an alert once. Its labels are those that it has there already.
func (a *api) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	var one alert
	if err := json.Unmarshal(l.Body, &one); err != nil {
		return notify.Receipt{}, fmt.Errorf("read stored message: %w", err)
	}
	one.known(l.Ref)
	got, err := a.send(ctx, []alert{one}, l.At)
	got.Ref = one.ref()
	return got, err
}

// keep posts all alerts that Alertmanager has, so that it does not take them for over.
func (a *api) keep(ctx context.Context, open []notify.Message) error {
	all := make([]alert, 0, len(open))
	for _, m := range open {
		if m.Incident == nil || m.Incident.State != monitor.IncidentOpen {
			continue
		}
		one := about(m, a.labels)
		if m.Before != nil {
			one.known(m.Before.Ref)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil
	}
	_, err := a.send(ctx, all, time.Now())
	return err
}

// send posts alerts; those that have not ended live on for a while.
func (a *api) send(ctx context.Context, all []alert, now time.Time) (notify.Receipt, error) {
	for n := range all {
		if all[n].EndsAt == nil {
			ends := now.Add(a.lives).UTC()
			all[n].EndsAt = &ends
		}
	}
	raw, err := notify.Encode(all)
	if err != nil {
		return notify.Receipt{}, err
	}
	return a.post.Post(ctx, a.base+"alerts", "application/json", raw)
}

// maxStatus is more than the status of an Alertmanager comes to, in bytes.
const maxStatus = 1 << 20

// check asks the Alertmanager what it is.
func (a *api) check(ctx context.Context) []notify.Step {
	step := notify.Step{Name: "reach Alertmanager"}
	step.Detail, step.OK = a.version(ctx)
	return []notify.Step{step}
}

func (a *api) version(ctx context.Context) (found string, ok bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"status", http.NoBody)
	if err != nil {
		return "the address is not one", false
	}
	for name, value := range a.post.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("User-Agent", a.post.Agent)
	resp, err := a.post.Client.Do(req)
	if err != nil {
		return notify.Broken(err, false).Reason, false
	}
	defer resp.Body.Close()
	if r := notify.Answer(resp.StatusCode, resp.Header, time.Now(), a.post.Limit); r != nil {
		return r.Reason, false
	}
	var status struct {
		Version struct {
			Version string `json:"version"`
		} `json:"versionInfo"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, maxStatus)).Decode(&status); err != nil || status.Version.Version == "" {
		return "something that is no Alertmanager answers at this address", false
	}
	return "version " + notify.Cut(status.Version.Version, 40), true
}
