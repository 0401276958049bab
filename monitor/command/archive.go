package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/store"
)

// recentMax is how many incidents are named to who asks for one that is not there.
const recentMax = 10

// An archive is all that is known of incidents, now and before.
type archive struct {
	book     *store.Reader
	snapshot *monitor.Snapshot
	codes    map[string]string // apaleo's code of each account
}

// find is the incident of that id, the only one whose id begins so, or the last one.
func (a archive) find(ctx context.Context, name string) (*monitor.Incident, error) {
	begun := name
	if name == "last" {
		begun = ""
	}
	all, err := a.named(ctx, begun)
	if err != nil {
		return nil, err
	}
	exact := slices.IndexFunc(all, func(i *monitor.Incident) bool { return i.ID == name })
	switch {
	case name == "":
		return nil, misused("which incident?")
	case exact >= 0:
		return all[exact], nil
	case len(all) == 1, name == "last" && len(all) > 0:
		return all[0], nil
	case len(all) > 1:
		return nil, misused("there are several incidents whose id begins with %q:\n%s", name, listed(all))
	}
	if all, err = a.named(ctx, ""); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, misused("there is no incident %q: there was none at all", name)
	}
	return nil, misused("there is no incident %q. The last ones are:\n%s", name, listed(all))
}

// named lists incidents whose ids begin so, newest first, as they are now: while the store fails, only the
// snapshot has them.
func (a archive) named(ctx context.Context, begun string) ([]*monitor.Incident, error) {
	all, err := a.book.Named(ctx, begun, recentMax)
	if err != nil {
		return nil, fmt.Errorf("read incidents: %w", err)
	}
	for _, i := range slices.Concat(a.snapshot.Open, a.snapshot.Recent) {
		at := slices.IndexFunc(all, func(k *monitor.Incident) bool { return k.ID == i.ID })
		switch {
		case !strings.HasPrefix(i.ID, begun):
		case at < 0:
			all = append(all, i)
		case all[at].Version < i.Version:
			all[at] = i
		}
	}
	slices.SortStableFunc(all, func(x, y *monitor.Incident) int { return y.Since.Compare(x.Since) })
	return all[:min(len(all), recentMax)], nil
}

// listed names incidents, a line each.
func listed(all []*monitor.Incident) string {
	t := table{}
	for _, i := range all {
		t = append(t, []string{"", i.ID, i.Since.UTC().Format("2006-01-02 15:04 UTC"), i.Title})
	}
	return strings.TrimRight(strings.Join(t.lines(1), ""), "\n")
}

// ticket gathers what is known of an incident.
func (a archive) ticket(ctx context.Context, i *monitor.Incident) (monitor.Ticket, error) {
	versions, err := a.book.Events(ctx, i.ID)
	if err != nil {
		return monitor.Ticket{}, fmt.Errorf("read versions of %s: %w", i.ID, err)
	}
	c := monitor.Case{Now: a.snapshot.At, Incident: i, Versions: versions, Page: a.page(), Monitor: "bellhop " + build().Version}
	from, to := c.Window()
	for _, id := range monitor.Suspects(i, versions) {
		x, err := a.exhibit(ctx, id, from, to)
		if err != nil {
			return monitor.Ticket{}, err
		}
		c.Exhibits = append(c.Exhibits, x)
	}
	return c.Ticket(), nil
}

func (a archive) exhibit(ctx context.Context, id monitor.SignalID, from, to time.Time) (monitor.Exhibit, error) {
	x := monitor.Exhibit{Signal: id}
	samples, err := a.book.Samples(ctx, id.Check, from, to)
	if err != nil {
		return x, err
	}
	x.Samples = samples
	at := slices.IndexFunc(a.snapshot.Checks, func(v monitor.CheckView) bool { return v.Check.ID() == id.Check })
	if at >= 0 {
		v := a.snapshot.Checks[at]
		x.Check, x.Row, x.Account = v.Check, v.Row, a.codes[v.Check.Account]
	}
	return x, nil
}

// page is the row of the check that reads apaleo's status page.
func (a archive) page() *monitor.Row {
	for _, v := range a.snapshot.Checks {
		if v.Check.Kind == "status-page" {
			return v.Row
		}
	}
	return nil
}
