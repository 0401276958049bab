package watchlist

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"bellhop/monitor"
)

// A Difference is what a reload changes.
type Difference struct {
	Checks    Delta    // by identity
	Receivers Delta    // by name
	Settings  []string // top-level keys of the file whose values differ: "control", "web"
}

// A Delta is a sorted list of names each.
type Delta struct{ Added, Removed, Changed []string }

// Empty is whether nothing differs.
func (d Difference) Empty() bool {
	return d.Checks.empty() && d.Receivers.empty() && len(d.Settings) == 0
}

func (d Delta) empty() bool { return len(d.Added)+len(d.Removed)+len(d.Changed) == 0 }

// Diff is what differs between two watchlists. Both can be nil, which has nothing in it.
func Diff(before, after *Watchlist) Difference {
	if before == nil {
		before = &Watchlist{}
	}
	if after == nil {
		after = &Watchlist{}
	}
	return Difference{
		Checks: delta(before.Checks, after.Checks, func(c *monitor.Check) string { return string(c.ID()) }, sameCheck),
		Receivers: delta(before.Receivers, after.Receivers, func(r Receiver) string { return r.Name }, func(a, b Receiver) bool {
			return reflect.DeepEqual(a.Receiver, b.Receiver) && a.URL.same(b.URL) && a.Secret.same(b.Secret) &&
				maps.EqualFunc(a.Headers, b.Headers, Secret.same) && reflect.DeepEqual(a.Bot, b.Bot) &&
				maps.Equal(a.Labels, b.Labels) && a.Template.Same(b.Template)
		}),
		Settings: settings(before, after),
	}
}

func delta[T any](before, after []T, name func(T) string, same func(a, b T) bool) Delta {
	was := map[string]T{}
	for _, x := range before {
		was[name(x)] = x
	}
	var d Delta
	for _, x := range after {
		old, ok := was[name(x)]
		delete(was, name(x))
		switch {
		case !ok:
			d.Added = append(d.Added, name(x))
		case !same(old, x):
			d.Changed = append(d.Changed, name(x))
		}
	}
	d.Removed = slices.Collect(maps.Keys(was))
	for _, names := range [][]string{d.Added, d.Removed, d.Changed} {
		slices.Sort(names)
	}
	return d
}

// sameCheck compares what a person wrote; how a check asks is compared by what it asks.
func sameCheck(a, b *monitor.Check) bool {
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	return a.Asks == b.Asks && a.Spec == b.Spec && a.Every == b.Every && a.Timeout == b.Timeout && a.Slow == b.Slow && a.Learns == b.Learns &&
		a.Rule == b.Rule && a.Title == b.Title && a.Public == b.Public && a.Runbook == b.Runbook && a.Client == b.Client &&
		a.Grace == b.Grace && a.Paused == b.Paused && slices.Equal(a.Path, b.Path) && maps.Equal(a.Labels, b.Labels) && a.Schedule.Next(at).Equal(b.Schedule.Next(at))
}

// sameWindow compares when windows of the same name are by when they begin next.
func sameWindow(a, b monitor.MaintenanceWindow) bool {
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	next := func(w monitor.MaintenanceWindow) time.Time {
		if w.Schedule == nil {
			return w.From
		}
		return w.Schedule.Next(at)
	}
	return a.Name == b.Name && a.Why == b.Why && a.For == b.For && a.Until.Equal(b.Until) && next(a).Equal(next(b)) && reflect.DeepEqual(a.Target, b.Target)
}

func settings(a, b *Watchlist) []string {
	var changed []string
	for _, s := range []struct {
		key  string
		same bool
	}{
		{"apaleo", reflect.DeepEqual(a.Apaleo, b.Apaleo)},
		{"control", slices.Equal(a.Controls, b.Controls)},
		{"detection", a.Pace == b.Pace},
		{"heartbeat", a.Heartbeat.same(b.Heartbeat)},
		{"heartbeat keys", maps.EqualFunc(a.Beats, b.Beats, Secret.same)},
		{"maintenance", slices.EqualFunc(a.Windows, b.Windows, sameWindow)},
		{"report", a.Report.Token.same(b.Report.Token)},
		{"still_watching", a.StillWatching.Spec == b.StillWatching.Spec},
		{"store", a.Store == b.Store},
		{"texts", maps.Equal(a.Texts, b.Texts)},
		{"webhooks", slices.EqualFunc(a.Webhooks, b.Webhooks, Webhook.same)},
		{"web", a.Web.Listen == b.Web.Listen && a.Web.Public == b.Web.Public && a.Web.PublicURL == b.Web.PublicURL && a.Web.Token.same(b.Web.Token)},
	} {
		if !s.same {
			changed = append(changed, s.key)
		}
	}
	return changed
}
