// Package heartbeat tells somebody outside, once a minute, that bellhop keeps its promises. Silence, or a call
// of /fail, is their alarm: the watcher is watched. It speaks to any service that takes a ping at an address
// and a failure at that address and /fail.
package heartbeat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/notify"
)

// Facts are what the promises rest on, as they are at one time.
type Facts struct {
	At           time.Time
	Ticked       time.Time     // the scheduler, last
	Started      time.Time     // this run
	Probed       time.Time     // an attempt ended, last
	Every        time.Duration // shortest interval of any check; 0 is that nothing is watched
	StoreDown    time.Time     // since when the store fails; zero is that it works
	UnheardSince time.Time     // since when there is an event that no receiver has taken; zero is none
	BlindSince   time.Time     // since when we cannot see out; zero is that we can
}

// Healthy says whether the promises hold, and if not, which one is broken, for people.
func Healthy(f Facts, p monitor.Pace) (ok bool, reason string) {
	switch {
	case f.At.Sub(later(f.Ticked, f.Started)) > p.Heartbeat:
		return false, "the scheduler has not ticked since " + clock(later(f.Ticked, f.Started))
	case f.Every > 0 && f.At.Sub(later(f.Probed, f.Started)) > max(p.Heartbeat, 2*f.Every):
		return false, "no check has been asked since " + clock(later(f.Probed, f.Started))
	case !f.StoreDown.IsZero() && f.At.Sub(f.StoreDown) > p.StorePatience:
		return false, "the store fails since " + clock(f.StoreDown)
	case !f.UnheardSince.IsZero() && f.At.Sub(f.UnheardSince) > p.OwedTooLong:
		return false, "no receiver has taken what is owed since " + clock(f.UnheardSince)
	case !f.BlindSince.IsZero():
		return false, "bellhop cannot see out since " + clock(f.BlindSince)
	default:
		return true, ""
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

const (
	timeout   = 10 * time.Second
	maxAnswer = 64 << 10 // bytes
)

// A Pinger pings one address. The address is a secret and is in no log.
type Pinger struct {
	URL   string
	Agent string // User-Agent
	Pace  monitor.Pace
	Log   zerolog.Logger
}

// Run pings every Pace.Heartbeat until ctx ends. Facts are asked for at each ping.
func (p *Pinger) Run(ctx context.Context, facts func() Facts) error {
	client, lost := notify.NewClient(), false
	tick := time.NewTicker(p.Pace.Heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := p.ping(ctx, client, facts())
		if err != nil && !lost && ctx.Err() == nil {
			p.Log.Warn().Err(err).Msg("heartbeat not taken")
		}
		lost = err != nil
	}
}

// ping says once how things are.
func (p *Pinger) ping(ctx context.Context, client *http.Client, f Facts) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := p.request(ctx, f)
	if err != nil {
		return fmt.Errorf("heartbeat: the address is not one")
	}
	resp, err := client.Do(req)
	if err != nil {
		return notify.Broken(err, false)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	if r := notify.Answer(resp.StatusCode, resp.Header, f.At, p.Pace.RetryAfterMax); r != nil {
		return r
	}
	return nil
}

func (p *Pinger) request(ctx context.Context, f Facts) (*http.Request, error) {
	address, method, body := p.URL, http.MethodGet, []byte(nil)
	if ok, reason := Healthy(f, p.Pace); !ok {
		address, method = failing(p.URL), http.MethodPost
		body, _ = json.Marshal(map[string]string{"reason": reason}) // a map of strings is always JSON
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", p.Agent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// failing is the address for bad news; a query stays behind the path.
func failing(address string) string {
	path, query, found := strings.Cut(address, "?")
	path = strings.TrimRight(path, "/") + "/fail"
	if found {
		return path + "?" + query
	}
	return path
}
