package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/watchlist"
)

// The keys of the notices about the configuration.
const (
	configKey  = "config"
	restartKey = "config-restart"

	nothingToDo = "Nothing to do."
)

// reloads reads the configuration again whenever somebody asks for it.
func (d *daemon) reloads(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.hangups:
		}
		if d.attended && !hasTerminal() {
			d.leave()
			return nil
		}
		d.tell(ctx, reloading()...)
		err := d.reload(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		d.tell(ctx, "READY=1")
	}
}

// reload puts a good configuration in force. One with a mistake changes nothing but a notice.
func (d *daemon) reload(ctx context.Context) error {
	old := d.inForce.Load()
	list, err := d.load(d.sources)
	if err != nil {
		return d.refuse(ctx, err)
	}
	all, err := lanes(list, d.log)
	if err != nil {
		return d.refuse(ctx, err)
	}
	if err := d.accept(ctx); err != nil {
		return err
	}
	first := reconfigure(list, receivers(all))
	first.At = d.monitor.Now()
	if err := d.monitor.Submit(ctx, first); err != nil {
		return fmt.Errorf("reload: %w", err)
	}
	d.outbox.Reconfigure(all)
	d.refused.Store(false)
	d.inForce.Store(&settings{list, all, make(chan struct{})})
	close(old.replaced)
	later := waiting(d.booted, list)
	logged(d.log.Info(), watchlist.Diff(old.list, list)).Strs("after_restart", later).Msg("configuration reloaded")
	return d.postpone(ctx, later)
}

// waiting are the settings that differ from those the daemon was started with, and that it cannot change while
// it runs.
func waiting(booted, now *watchlist.Watchlist) []string {
	var later []string
	for _, s := range []struct {
		key  string
		same bool
	}{
		{"control", slices.Equal(booted.Controls, now.Controls)},
		{"detection", booted.Pace == now.Pace},
		{"store", booted.Store == now.Store},
		{"web", sameWeb(booted.Web, now.Web)},
		{"apaleo.status_page", booted.Apaleo.StatusPage == now.Apaleo.StatusPage},
	} {
		if !s.same {
			later = append(later, s.key)
		}
	}
	return later
}

// sameWeb compares what is in force from start to end: the token is asked for each time.
func sameWeb(a, b watchlist.Web) bool {
	return a.Listen == b.Listen && a.Public == b.Public && a.PublicURL == b.PublicURL && a.ReconnectURL == b.ReconnectURL
}

// accept ends the notice about a configuration that was refused. It does so before new receivers are known:
// they have not heard of it.
func (d *daemon) accept(ctx context.Context) error { return d.note(ctx, acceptedNote()) }

// postpone says what of a configuration is not in force yet.
func (d *daemon) postpone(ctx context.Context, later []string) error {
	return d.note(ctx, postponedNote(later))
}

// refuse says why a configuration was not taken. All goes on as it was.
func (d *daemon) refuse(ctx context.Context, err error) error {
	lines := mistakes(err)
	d.refused.Store(true)
	d.log.Error().Strs("problems", lines).Msg("configuration refused")
	return d.note(ctx, refusedNote(lines))
}

// mistakes are what is wrong with a configuration, a line each.
func mistakes(err error) []string {
	if problems, _ := errors.AsType[watchlist.Problems](err); len(problems) > 0 {
		return strings.Split(problems.Error(), "\n")
	}
	return []string{err.Error()}
}

func acceptedNote() monitor.Note {
	return monitor.Note{Key: configKey, Over: true, Text: "The configuration is good, and in force.", NextStep: nothingToDo}
}

func postponedNote(later []string) monitor.Note {
	if len(later) == 0 {
		return monitor.Note{Key: restartKey, Over: true, Text: "All of the configuration is in force.", NextStep: nothingToDo}
	}
	return monitor.Note{
		Key: restartKey, Text: "The new configuration is in force, but for " + strings.Join(later, ", ") + ".",
		NextStep: "Restart bellhop when it suits you: nothing is lost by it.",
	}
}

func refusedNote(lines []string) monitor.Note {
	text := "A changed configuration was not taken, and the old one stays in force: " + lines[0]
	if !strings.HasSuffix(text, "?") {
		text += "."
	}
	switch more := len(lines) - 1; {
	case more == 1:
		text += " There is 1 more mistake."
	case more > 1:
		text += fmt.Sprintf(" There are %d more mistakes.", more)
	}
	return monitor.Note{Key: configKey, Text: text, NextStep: "Run bellhop validate, correct the file, and reload it again (SIGHUP)."}
}

// note hands in a notice. That the monitor has stopped meanwhile is no trouble of the reload's.
func (d *daemon) note(ctx context.Context, n monitor.Note) error {
	n.At = d.monitor.Now()
	if err := d.monitor.Submit(ctx, n); err != nil && ctx.Err() == nil {
		return fmt.Errorf("note %s: %w", n.Key, err)
	}
	return nil
}

// logged puts a difference into a line of the log; what is empty is left out.
func logged(e *zerolog.Event, diff watchlist.Difference) *zerolog.Event {
	for _, field := range []struct {
		name  string
		names []string
	}{
		{"checks_added", diff.Checks.Added},
		{"checks_removed", diff.Checks.Removed},
		{"checks_changed", diff.Checks.Changed},
		{"receivers_added", diff.Receivers.Added},
		{"receivers_removed", diff.Receivers.Removed},
		{"receivers_changed", diff.Receivers.Changed},
		{"settings", diff.Settings},
	} {
		if len(field.names) > 0 {
			e = e.Strs(field.name, field.names)
		}
	}
	return e
}
