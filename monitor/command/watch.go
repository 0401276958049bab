package command

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/web"
)

const (
	lookEvery = time.Second
	tidyEvery = time.Hour // how often the store is rid of what is too old
	// lively is how old the last tick and the last snapshot may be: both come every second, but for a store
	// that hangs, which is waited for up to five.
	lively = 10 * time.Second
)

// watch says how the daemon is, to the log and to systemd, as long as it runs.
func (d *daemon) watch(ctx context.Context) error {
	if err := d.greet(ctx); err != nil {
		return err
	}
	look, tidy, alive := time.NewTicker(lookEvery), time.NewTicker(tidyEvery), time.NewTicker(d.systemd.period())
	defer look.Stop()
	defer tidy.Stop()
	defer alive.Stop()
	var said saying
	for {
		select {
		case <-ctx.Done():
			d.tell(context.WithoutCancel(ctx), "STOPPING=1", status("stopping"))
			d.log.Info().Msg("bellhop stopped")
			return nil
		case e := <-d.news:
			d.report(e)
		case <-look.C:
			said = d.say(ctx, said, d.monitor.Snapshot())
		case <-alive.C:
			if works(d.monitor.Snapshot(), d.monitor.Now()) {
				d.tell(ctx, "WATCHDOG=1")
			}
		case <-tidy.C:
			if err := d.store.Prune(ctx, d.monitor.Now()); err != nil && ctx.Err() == nil {
				d.log.Warn().Err(err).Msg("store not pruned")
			}
		}
	}
}

// greet waits until the watchlist is in the book, and says so.
func (d *daemon) greet(ctx context.Context) error {
	for _, n := range d.store.Notes() {
		if err := d.note(ctx, n); err != nil {
			return err
		}
	}
	if err := errors.Join(d.accept(ctx), d.postpone(ctx, nil)); err != nil || ctx.Err() != nil {
		return err
	}
	now, at, list := d.fresh(ctx), d.serving(), d.booted
	d.log.Info().Str("page", at.Page).Str("public", at.Public).Int("checks", len(list.Checks)).Int("receivers", len(list.Receivers)).
		Int("controls", len(list.Controls)).Str("store", list.Store.Path).Str("config", d.config).Str("version", build().Version).Msg("bellhop started")
	if len(list.Receivers) == 0 {
		d.log.Warn().Str("next", "name one under receivers: in "+d.config).Msg("alerts only logged")
	}
	if !list.Web.Token.IsSet() && slices.ContainsFunc(d.doors, offLoopback) {
		d.log.Warn().Str("next", "set web.token_file in "+d.config+", or a loopback address as web.listen").Msg("operator's page closed to all")
	}
	d.tell(ctx, "READY=1", status(statusLine(now)))
	if d.Started != nil {
		d.Started(at)
	}
	return nil
}

// offLoopback tells whether a door of the operator's can be reached from elsewhere, so that it asks for a token.
func offLoopback(door web.Door) bool {
	at, err := netip.ParseAddrPort(door.Addr().String())
	return !door.Public && err == nil && !at.Addr().IsLoopback()
}

// fresh is the book as it is now: who asks a moment after something happened wants to see it. While the owner
// is busy it is what there is after two seconds.
func (d *daemon) fresh(ctx context.Context) *monitor.Snapshot {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for from := d.monitor.Now(); ; {
		s := d.monitor.Snapshot()
		if !s.At.Before(from) {
			return s
		}
		select {
		case <-ctx.Done():
			return s
		case <-again.C:
		}
	}
}

// saying is what was last said.
type saying struct {
	blind  time.Time
	status string
}

// say tells what has changed: to the log whether we can see out, to systemd how all is.
func (d *daemon) say(ctx context.Context, last saying, s *monitor.Snapshot) saying {
	next := saying{blind: s.Blind.Since, status: statusLine(s)}
	switch {
	case last.blind.IsZero() && !next.blind.IsZero():
		d.log.Warn().Time("since", next.blind).Str("text", "bellhop cannot see out: no control host answers. It blames nobody until it can.").
			Str("next", "look at this machine's network: uplink, DNS, firewall, proxy").Msg("sight lost")
	case !last.blind.IsZero() && next.blind.IsZero():
		d.log.Info().Time("since", last.blind).Msg("sight regained")
	}
	if next.status != last.status {
		d.tell(ctx, status(next.status))
	}
	return next
}

// report puts an incident into the log, whoever else is told.
func (d *daemon) report(e monitor.Event) {
	if len(d.inForce.Load().list.Receivers) == 0 {
		return // its text is there already
	}
	i := e.Incident
	level := zerolog.WarnLevel
	if i.State == monitor.IncidentResolved {
		level = zerolog.InfoLevel
	}
	d.log.WithLevel(level).Str("incident", i.ID).Int("version", i.Version).Str("type", string(e.Type)).Str("text", i.Text).Msg("incident changed")
}

// tell sends to systemd. That it does not listen is no trouble of ours.
func (d *daemon) tell(ctx context.Context, assignments ...string) {
	if err := d.systemd.tell(ctx, assignments...); err != nil && ctx.Err() == nil {
		d.log.Debug().Err(err).Msg("systemd not told")
	}
}

// works tells whether the daemon does its work. A store that fails is no reason to restart it: it would forget
// what it told.
func works(s *monitor.Snapshot, now time.Time) bool {
	ticked := s.Engine.LastTick
	if ticked.IsZero() {
		ticked = s.Engine.Started
	}
	return now.Sub(s.At) < lively && now.Sub(ticked) < lively
}

// statusLine is how all is, in one line.
func statusLine(s *monitor.Snapshot) string {
	if !s.Blind.Since.IsZero() {
		return "blind: bellhop cannot see out since " + clock(s.Blind.Since, s.At)
	}
	n := map[monitor.State]int{}
	for _, c := range s.Checks {
		n[c.State]++
	}
	parts := []string{fmt.Sprintf("%d of %s up", n[monitor.StateUp], count(len(s.Checks), "check"))}
	for _, state := range []monitor.State{monitor.StateDown, monitor.StateDegraded, monitor.StateUnknown} {
		if n[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[state], state))
		}
	}
	line := strings.Join(parts, ", ")
	if len(s.Open) > 0 {
		line += fmt.Sprintf("; %s open, the newest: %s", count(len(s.Open), "incident"), s.Open[0].Title)
	}
	return line
}
