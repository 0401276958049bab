package watchlist

import (
	"maps"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// modules are the names of built-in entries that are watched only if somebody wants them.
func (b *builder) modules(items []text) []string {
	var all []string
	for _, item := range items {
		m := b.oneOf("watchlist.modules", item, apaleo.ModuleNames())
		switch {
		case m == "":
		case slices.Contains(all, m):
			b.wrong(item.At, "watchlist.modules names "+m+" twice", "keep one")
		default:
			all = append(all, m)
		}
	}
	return all
}

// overrides are what is wanted otherwise than the built-in watchlist has it.
func (b *builder) overrides(fields map[string]overrideForm) map[string]apaleo.Override {
	all := map[string]apaleo.Override{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f := fields[name]
		at := slices.IndexFunc(apaleo.Entries(), func(e apaleo.Entry) bool { return e.Name == name })
		if at < 0 && !slices.Contains(apaleo.EntryNames(), name) {
			b.notAnEntry(name, f.At)
			continue
		}
		o := apaleo.Override{Off: f.Off.V}
		o.Every = b.within(name+".every", f.Every, 0, b.pace.Of(10*time.Second), 30*24*time.Hour)
		o.Timeout = b.within(name+".timeout", f.Timeout, 0, b.pace.Of(10*time.Millisecond), 24*time.Hour)
		o.Slow, o.Untimed = time.Duration(f.Slow.V), f.Slow.Set && f.Slow.V == 0
		if f.Public.Set {
			o.Public = &f.Public.V
		}
		if f.Detection.At.line != 0 {
			rule := b.checkRule(f.Detection)
			o.Rule = &rule
		}
		all[name] = o
	}
	return all
}

func (b *builder) notAnEntry(name string, p place) {
	fix := "entries are " + strings.Join(apaleo.EntryNames(), ", ")
	if entry, _, one := strings.Cut(name, "@"); one && slices.Contains(apaleo.EntryNames(), entry) {
		b.wrong(p, "watchlist.overrides names one account's "+entry, "write "+entry+": an override is for all accounts")
		return
	}
	if n := nearest(name, apaleo.EntryNames()); n != "" {
		fix = "did you mean " + n + "?"
	}
	b.wrong(p, "watchlist.overrides: "+quoteKey(name)+" is not in the built-in watchlist", fix)
}

// fit refuses overrides with which a check could not work: what would overlap itself, and what asks for tokens too
// often. A check that is asked more seldom than is written, because there are many accounts, has only more room.
func (b *builder) fit(checks []*monitor.Check, fields map[string]overrideForm) {
	seen := map[string]bool{}
	for _, c := range checks {
		f, ok := fields[c.Name]
		if !ok || seen[c.Name] || c.Host == "" { // what the integration keeps may be read as often as anybody likes
			continue
		}
		seen[c.Name] = true
		most, least := c.Every*8/10, b.pace.Of(5*time.Minute)
		if f.Timeout.Set && f.Timeout.V > most {
			b.wrong(f.Timeout.At, c.Name+".timeout "+quote(f.Timeout.Raw)+" is too long for its interval of "+short(c.Every), "it can be up to "+short(most)+": a check never overlaps itself")
		}
		switch {
		case f.Slow.Set && (c.Info || c.Warning):
			b.wrong(f.Slow.At, c.Name+" is not timed", "remove slow")
		case time.Duration(f.Slow.V) >= c.Timeout:
			b.wrong(f.Slow.At, c.Name+".slow "+quote(f.Slow.Raw)+" is not under the timeout of "+short(c.Timeout), "an answer that late is a failure already: lower slow, or raise timeout")
		}
		if f.Every.Set && c.Forced && f.Every.V < least {
			b.wrong(f.Every.At, c.Name+".every "+quote(f.Every.Raw)+" asks for a new token too often", "it can be "+short(least)+" and more")
		}
	}
}
