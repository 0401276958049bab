package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
	"bellhop/notify"
	"bellhop/notify/slack"
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
	lane.Notifier = &rotating{receiver: r, pace: p, used: secrets, with: lane.Notifier}
	return lane, nil
}

// A rotating receiver reads its secrets before each letter, so that a file that was replaced serves the next
// one without a reload.
type rotating struct {
	receiver watchlist.Receiver
	pace     monitor.Pace

	mu   sync.Mutex // protects all below
	used secrets
	with notify.Notifier
}

// Notify sends a letter with the secrets as they are now.
func (r *rotating) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	n, err := r.current()
	if err != nil {
		return notify.Receipt{}, &notify.Refusal{Result: monitor.Unmended, Reason: "its address or secret cannot be used: " + err.Error()}
	}
	return n.Notify(ctx, l)
}

func (r *rotating) current() (notify.Notifier, error) {
	now, err := reveal(r.receiver)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.same(r.used) {
		return r.with, nil
	}
	lane, err := now.lane(r.receiver, r.pace)
	if err != nil {
		return nil, err
	}
	r.used, r.with = now, lane.Notifier
	return r.with, nil
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
	case "webhook":
		return webhook.NewLane(r.Receiver, webhook.Options{URL: s.url, Secret: s.key, Headers: s.headers, Agent: agent, Pace: p})
	}
	return notify.Lane{}, fmt.Errorf("there is no kind %q of receiver", r.Kind)
}
