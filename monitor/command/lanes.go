package command

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
	"bellhop/notify"
	"bellhop/notify/alertmanager"
	"bellhop/notify/pagerduty"
	"bellhop/notify/slack"
	"bellhop/notify/template"
	"bellhop/notify/webhook"
)

// lanes are the ways to the receivers of a watchlist; without receivers, alerts go to the log.
func lanes(list *watchlist.Watchlist, log zerolog.Logger) ([]notify.Lane, error) {
	if len(list.Receivers) == 0 {
		return []notify.Lane{notify.NewLogLane(monitor.LogReceiver, log, list.Pace)}, nil
	}
	var all []notify.Lane
	for _, r := range list.Receivers {
		lane, err := newLane(r, list.Pace)
		if err != nil {
			return nil, fmt.Errorf("receiver %s: %w", r.Name, err)
		}
		all = append(all, lane)
	}
	return all, nil
}

// receivers are what deciding needs to know of the lanes.
func receivers(all []notify.Lane) []monitor.Receiver {
	var known []monitor.Receiver
	for _, l := range all {
		known = append(known, l.Receiver)
	}
	return known
}

func newLane(r watchlist.Receiver, p monitor.Pace) (notify.Lane, error) {
	secrets, err := reveal(r)
	if err != nil {
		return notify.Lane{}, err
	}
	lane, err := secrets.lane(r, p)
	if err != nil {
		return notify.Lane{}, err
	}
	lane.Receiver.Place = whereabouts(r, secrets)
	return rotate(r, p, secrets, lane), nil
}

// whereabouts stand for where a receiver's messages go. What is in a file can be replaced there, and is the same place then.
func whereabouts(r watchlist.Receiver, s secrets) string {
	parts := []string{r.Kind, written(r.URL, s.url)}
	switch r.Kind {
	case "slack_bot":
		parts = append(parts, r.Bot.Channel, r.Bot.API)
	case "pagerduty":
		parts = append(parts, written(r.Secret, s.key))
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return hex.EncodeToString(sum[:8])
}

// written is a value that stands in the configuration itself.
func written(s watchlist.Secret, value string) string {
	if _, changed, err := s.Dated(); err != nil || !changed.IsZero() {
		return ""
	}
	return value
}

// secrets are what it takes to reach a receiver, as they are at one moment.
type secrets struct {
	url, key string
	headers  map[string]string
}

func reveal(r watchlist.Receiver) (secrets, error) {
	s := secrets{headers: map[string]string{}}
	var errs [2]error
	s.url, errs[0] = r.URL.Reveal()
	s.key, errs[1] = r.Secret.Reveal()
	for name, header := range r.Headers {
		value, err := header.Reveal()
		if err != nil {
			return secrets{}, err
		}
		s.headers[name] = value
	}
	return s, errors.Join(errs[:]...)
}

func (s secrets) same(o secrets) bool {
	return s.url == o.url && s.key == o.key && maps.Equal(s.headers, o.headers)
}

func (s secrets) lane(r watchlist.Receiver, p monitor.Pace) (notify.Lane, error) {
	agent := "bellhop/" + build().Version
	switch r.Kind {
	case "slack":
		return slack.NewLane(r.Receiver, slack.Options{URL: s.url, Agent: agent, Pace: p})
	case "slack_bot":
		return slack.NewBotLane(r.Receiver, slack.BotOptions{
			Token: s.key, Channel: r.Bot.Channel, API: r.Bot.API, Mentions: r.Bot.Mentions, Agent: agent, Pace: p,
		})
	case "webhook":
		return webhook.NewLane(r.Receiver, webhook.Options{URL: s.url, Secret: s.key, Headers: s.headers, Agent: agent, Pace: p})
	case "pagerduty":
		return pagerduty.NewLane(r.Receiver, pagerduty.Options{RoutingKey: s.key, URL: s.url, Agent: agent, Pace: p})
	case "alertmanager":
		return alertmanager.NewLane(r.Receiver, alertmanager.Options{URL: s.url, Labels: r.Labels, Headers: s.headers, Agent: agent, Pace: p})
	case "template":
		return template.NewLane(r.Receiver, template.Options{URL: s.url, Template: r.Template, Headers: s.headers, Agent: agent, Pace: p})
	}
	return notify.Lane{}, fmt.Errorf("there is no kind %q of receiver", r.Kind)
}
