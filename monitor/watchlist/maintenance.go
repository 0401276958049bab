package watchlist

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// A window of maintenance is for a night, not for good: what is longer is a check that should be paused.
const (
	longestWindow  = 31 * 24 * time.Hour
	shortestWindow = time.Minute
)

// windows are the maintenance of a file, of its own checks and of the built-in ones.
func (b *builder) windows(f fileForm, checks []*monitor.Check) []monitor.MaintenanceWindow {
	var all []monitor.MaintenanceWindow
	taken, known := map[string]place{}, b.targets(checks, f.Report.At.line != 0)
	for _, f := range f.Maintenance {
		w := monitor.MaintenanceWindow{Why: b.label("why", f.Why), Target: b.target(f, known)}
		w.Name = b.windowName(f, taken)
		b.span(&w, f)
		all = append(all, w)
	}
	return all
}

// windowName is what people call a window. Reloads tell windows apart by it.
func (b *builder) windowName(f windowForm, taken map[string]place) string {
	if !f.Name.Set {
		b.wrong(f.At, "maintenance has no name", "add name: a few words that people will read, like Database upgrade")
		return ""
	}
	name := b.label("name", f.Name)
	if at, twice := taken[name]; twice {
		b.wrong(f.Name.At, "maintenance is named "+quote(f.Name.Raw)+" twice", "it is so on "+at.from(f.Name.At)+" already: names are unique")
	}
	taken[name] = f.Name.At
	return name
}

// span is when a window is: once, or as often as its schedule fires.
func (b *builder) span(w *monitor.MaintenanceWindow, f windowForm) {
	switch {
	case f.Schedule.Set && (f.From.Set || f.Until.Set):
		b.wrong(f.At, "maintenance has both a schedule and from or until", "once is from and until, again and again is schedule and for")
	case f.Schedule.Set:
		b.again(w, f)
	case !f.From.Set:
		b.wrong(f.At, "maintenance does not say when it is", "add from: and until:, or schedule: and for:")
	default:
		b.once(w, f)
	}
}

// once is a window with a beginning and an end.
func (b *builder) once(w *monitor.MaintenanceWindow, f windowForm) {
	w.From = b.moment("from", f.From)
	switch {
	case f.Until.Set && f.For.Set:
		b.wrong(f.For.At, "maintenance has both until and for", "keep one of them")
	case f.Until.Set:
		w.Until = b.moment("until", f.Until)
	case f.For.Set:
		w.Until = w.From.Add(f.For.V)
	default:
		b.wrong(f.At, "maintenance does not say when it ends", "add until: or for:")
		return
	}
	end := cmp.Or(f.Until.At, f.For.At)
	switch long := w.Until.Sub(w.From); {
	case w.From.IsZero() || w.Until.IsZero():
	case long <= 0:
		b.wrong(end, "maintenance ends before it begins", "until is after from")
	case long > longestWindow:
		b.wrong(end, "maintenance of "+short(long)+" is too long", "it can be 31d: pause what you do not want to watch, with paused: true")
	}
}

// again is a window that comes again.
func (b *builder) again(w *monitor.MaintenanceWindow, f windowForm) {
	r, err := b.rhythm(f.Schedule.V)
	switch {
	case err != nil:
		b.wrong(f.Schedule.At, "schedule "+quote(f.Schedule.Raw)+" cannot be used: "+err.Error(), `write five cron fields like "0 2 * * *", with CRON_TZ=Europe/Berlin before them for local time`)
	case r.every > 0:
		b.wrong(f.Schedule.At, "schedule "+quote(f.Schedule.Raw)+" has no beginning", `maintenance takes five cron fields like "0 2 * * *", with CRON_TZ=Europe/Berlin before them for local time`)
	case !f.For.Set:
		b.wrong(f.Schedule.At, "maintenance has a schedule and does not say how long it is", "add for: 2h")
	case f.For.V < shortestWindow:
		b.wrong(f.For.At, "for "+quote(f.For.Raw)+" is too short", "it can be "+short(shortestWindow)+" and more")
	case f.For.V > longestWindow:
		b.wrong(f.For.At, "for "+quote(f.For.Raw)+" is too long", "it can be 31d: pause what you do not want to watch, with paused: true")
	case f.For.V >= apart(r.spec):
		b.wrong(f.For.At, "for "+quote(f.For.Raw)+" is not under the "+short(apart(r.spec))+" from one beginning to the next: maintenance would never end", "shorten it, or pause the check with paused: true")
	default:
		w.Schedule, w.For = unskipped(r.spec), f.For.V
	}
}

// target is what a window is about. Of each kind of thing that it names one has to match.
func (b *builder) target(f windowForm, known targets) monitor.Target {
	var t monitor.Target
	for _, c := range f.Checks {
		t.Checks = append(t.Checks, b.checksNamed(c, known)...)
	}
	for _, a := range f.Accounts {
		if b.oneKnown("account", a, known.accounts, known.reports) {
			t.Accounts = append(t.Accounts, a.V)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Labels)) {
		if v := f.Labels[name]; b.oneKnown("label", labelled(name, v), known.labels, false) {
			if t.Labels == nil {
				t.Labels = map[string]string{}
			}
			t.Labels[name] = v.V
		}
	}
	if len(f.Checks)+len(f.Accounts)+len(f.Labels) == 0 {
		b.wrong(f.At, "maintenance does not say of what", "add checks:, accounts: or labels:")
	}
	return t
}

// labelled is a label as people write it in one word.
func labelled(name string, v text) text {
	v.V, v.Raw = name+"="+v.V, name+"="+v.Raw
	return v
}

// targets is what windows can be about.
type targets struct {
	checks   []*monitor.Check
	names    []string
	accounts []string
	labels   []string
	reports  bool // the integration reports hotels that no file names
}

func (b *builder) targets(checks []*monitor.Check, reports bool) targets {
	t := targets{checks: checks, reports: reports}
	for _, c := range checks {
		t.names = append(t.names, c.Name, string(c.ID()))
		for k, v := range c.Labels {
			t.labels = append(t.labels, k+"="+v)
		}
	}
	if reports {
		for _, c := range append(b.config.Reported().Hotel("a"), b.config.Reported().Pooled...) {
			t.names = append(t.names, c.Name)
		}
	}
	for _, a := range b.order {
		t.accounts = append(t.accounts, a.name)
	}
	return t
}

// checksNamed are the checks that a name means: one, or those of all accounts.
func (b *builder) checksNamed(f text, known targets) []monitor.CheckID {
	var all []monitor.CheckID
	for _, c := range known.checks {
		if c.Name == f.V || string(c.ID()) == f.V {
			all = append(all, c.ID())
		}
	}
	if len(all) == 0 && b.oneKnown("check", f, known.names, false) {
		all = append(all, monitor.CheckID(f.V)) // what reports bring
	}
	return all
}

// oneKnown refuses what is not there. What reports may bring is not known before they come.
func (b *builder) oneKnown(what string, f text, known []string, others bool) bool {
	if slices.Contains(known, f.V) || others {
		return true
	}
	fix := "name one that is watched: bellhop probe lists them"
	if n := nearest(f.V, known); n != "" {
		fix = "did you mean " + n + "?"
	}
	b.wrong(f.At, "there is no "+what+" "+quote(f.Raw)+" for maintenance", fix)
	return false
}

// moment is a point in time as written.
func (b *builder) moment(key string, f text) time.Time {
	t, err := ParseTime(f.V)
	if err != nil {
		b.wrong(f.At, key+" "+quote(f.Raw)+" is no time: "+err.Error(), `write it like "2026-11-28 22:00 Europe/Berlin" or "2026-11-28T21:00:00Z"; without a zone it is UTC`)
	}
	return t
}

// ParseTime understands a day and a time with a zone: RFC 3339, or 2026-11-28 22:00 with the zone's name after it;
// without one it is UTC. A time that a zone leaves out, or has twice, is an error: an offset tells which is meant.
func ParseTime(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	words, zone := strings.Fields(strings.Replace(s, "T", " ", 1)), time.UTC
	if len(words) == 3 {
		loc, err := time.LoadLocation(words[2])
		if err != nil || words[2] == "Local" {
			return time.Time{}, errors.New("its time zone is not known here")
		}
		zone, words = loc, words[:2]
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, strings.Join(words, " "), zone); err == nil {
			return unambiguous(t, layout, strings.Join(words, " "))
		}
	}
	return time.Time{}, errors.New("not understood")
}

// unambiguous is t, unless clocks are changed then.
func unambiguous(t time.Time, layout, as string) (time.Time, error) {
	if t.Format(layout) != as {
		return time.Time{}, errors.New("clocks are put forward then, and show no such time")
	}
	for _, other := range []time.Duration{-time.Hour, time.Hour} {
		if t.Add(other).Format(layout) == as {
			return time.Time{}, errors.New("clocks are put back then, and show it twice: write it with its offset, like 2026-10-25T02:30:00+01:00")
		}
	}
	return t.UTC(), nil
}

// idle are remarks about windows that change nothing: no check is all that they name.
func (b *builder) idle(w *Watchlist) []string {
	var all []string
	for _, one := range w.Windows {
		if w.Report.Token.IsSet() && len(one.Target.Accounts) > 0 {
			continue // it may be about hotels that are reported
		}
		if !slices.ContainsFunc(w.Checks, func(c *monitor.Check) bool { return about(one.Target, c) }) {
			all = append(all, "Maintenance "+one.Name+" is about no check that is watched: none is of all that it names at once.")
		}
	}
	return all
}

// about is whether a check is a target's: of each kind of thing that is named one has to match.
func about(t monitor.Target, c *monitor.Check) bool {
	for k, v := range t.Labels {
		if c.Labels[k] != v {
			return false
		}
	}
	return (len(t.Checks) == 0 || slices.Contains(t.Checks, c.ID())) && (len(t.Accounts) == 0 || slices.Contains(t.Accounts, c.Account))
}
