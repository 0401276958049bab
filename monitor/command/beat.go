package command

import (
	"context"

	"bellhop/notify/heartbeat"
)

// beat pings the heartbeat's address while the promises hold. Another configuration begins it anew.
func (d *daemon) beat(ctx context.Context) error {
	for {
		now := d.inForce.Load()
		one, stop := context.WithCancel(ctx)
		url, err := now.list.Heartbeat.Reveal()
		if err != nil {
			d.log.Error().Err(err).Msg("heartbeat address not read")
		}
		beats := make(chan error, 1)
		go func() { beats <- d.beatAt(one, url) }()
		select {
		case <-ctx.Done():
		case <-now.replaced:
		}
		stop()
		if err := <-beats; err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// beatAt pings one address until ctx ends; none is never.
func (d *daemon) beatAt(ctx context.Context, url string) error {
	if url == "" {
		<-ctx.Done()
		return nil
	}
	p := &heartbeat.Pinger{URL: url, Agent: "bellhop/" + build().Version, Pace: d.booted.Pace, Log: d.log}
	return p.Run(ctx, d.facts)
}

// facts are what the promises rest on.
func (d *daemon) facts() heartbeat.Facts {
	s, now := d.monitor.Snapshot(), d.monitor.Now()
	f := heartbeat.Facts{
		At: now, Ticked: s.Engine.LastTick, Started: s.Engine.Started, Probed: s.Engine.LastRun,
		StoreDown: s.StoreDown, BlindSince: s.Blind.Since, UnheardSince: s.OldestOwed,
	}
	for _, c := range s.Checks {
		if f.Every == 0 || c.Check.Every < f.Every {
			f.Every = c.Check.Every
		}
	}
	return f
}
