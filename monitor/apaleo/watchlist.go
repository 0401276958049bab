package apaleo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bellhop/monitor"
)

// Watchlist makes the checks of Entries that are chosen: those of the platform, then those of the accounts. Where
// there are too many accounts to ask everything of each, a module is asked of one account after the other, and
// each account more seldom (docs/apaleo.md, section A). An error says which check cannot be made.
func Watchlist(c Config) ([]*monitor.Check, error) {
	if err := c.valid(); err != nil {
		return nil, fmt.Errorf("apaleo watchlist: %w", err)
	}
	p := c.load().pace()
	var checks []*monitor.Check
	for _, e := range c.chosen(platform) {
		check, err := maker{Config: c, pacing: p}.check(e)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	if p.rotate {
		inTurn, err := c.rotations(p)
		if err != nil {
			return nil, err
		}
		checks = append(checks, inTurn...)
	}
	for place := range c.Accounts {
		own, err := c.ofAccount(place, p)
		if err != nil {
			return nil, err
		}
		checks = append(checks, own...)
	}
	return checks, nil
}

func (c Config) valid() error {
	if c.Transport == nil || c.Pace.By == 0 {
		return errors.New("no transport, or no pace")
	}
	for _, name := range c.Modules {
		if !slices.Contains(ModuleNames(), name) {
			return fmt.Errorf("there is no module %s; there are %s", name, strings.Join(ModuleNames(), ", "))
		}
	}
	for name := range c.Overrides {
		if !slices.Contains(EntryNames(), name) {
			return fmt.Errorf("there is no entry %s; there are %s", name, strings.Join(EntryNames(), ", "))
		}
	}
	for _, a := range c.Accounts {
		if a.Name == "" || a.Source == nil {
			return errors.New("an account without a name or a client")
		}
	}
	return nil
}

// chosen are those of the entries that the configuration wants, as it wants them.
func (c Config) chosen(entries []Entry) []Entry {
	var all []Entry
	for _, e := range entries {
		o := c.Overrides[e.Name]
		wanted := !e.Optional || slices.Contains(c.Modules, cmp.Or(e.with, e.Name))
		if !wanted || o.Off || !c.Hosts.has(e) {
			continue
		}
		if o.Every > 0 {
			e.Every = o.Every * timesPace(c.Pace)
		}
		e.Public = *cmp.Or(o.Public, &e.Public)
		all = append(all, e)
	}
	return all
}

// rotations are the checks that ask a module of one account after the other.
func (c Config) rotations(p pacing) ([]*monitor.Check, error) {
	var checks []*monitor.Check
	for _, e := range c.chosen(slices.Concat(perAccount, modules)) {
		accounts := c.askable(e)
		if !e.rotates() || len(accounts) == 0 {
			continue
		}
		check, err := c.rotation(e, accounts, p)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	return checks, nil
}

// askable are the accounts that an entry can be asked of.
func (c Config) askable(e Entry) []Account {
	var all []Account
	for _, a := range c.Accounts {
		if !a.Connect && (!e.ofProperty() || len(a.Properties) > 0) {
			all = append(all, a)
		}
	}
	return all
}

// ofAccount makes the checks of one account.
func (c Config) ofAccount(place int, p pacing) ([]*monitor.Check, error) {
	a := c.Accounts[place]
	list := c.chosen(slices.Concat(perAccount, modules))
	if a.Connect {
		list = c.chosen([]Entry{connectEntry})
	}
	var checks []*monitor.Check
	for _, e := range list {
		inTurn := p.rotate && e.rotates() && !e.flags.eachHotel
		if inTurn || e.ofProperty() && len(a.Properties) == 0 {
			continue
		}
		m := maker{Config: c, account: &a, pacing: p, place: place, scopes: c.needs(&a)}
		if a.Kept && e.Name == keptEntry.Name {
			e = c.kept(e)
		}
		check, err := m.check(e)
		if err != nil {
			return nil, err
		}
		checks = append(checks, check)
	}
	return checks, nil
}

// kept is the check of a token that the integration keeps, in place of e. It is read often unless the operator says
// how often.
func (c Config) kept(e Entry) Entry {
	k := keptEntry
	k.Public = e.Public
	if c.Overrides[e.Name].Every > 0 {
		k.Every = e.Every
	}
	return k
}

// load is what the configuration would ask, as the table says it.
func (c Config) load() load {
	var l load
	for _, e := range c.chosen(platform) {
		rate := perMinute(e.Every)
		if e.flags.double {
			rate *= 2
		}
		l.fixed[e.host] += rate
	}
	for _, a := range c.Accounts {
		switch {
		case a.Connect:
			l.connect++
		case !a.Kept:
			l.accounts++
		}
	}
	for _, e := range c.chosen(append(slices.Concat(perAccount, modules), connectEntry)) {
		if e.flags.forced {
			l.forced = e.Every
			continue
		}
		l.each = append(l.each, demand{on: e.host, every: e.Every, of: len(c.askable(e)), rotates: e.rotates(), stays: e.flags.eachHotel})
	}
	return l
}

// needs are the scopes that the chosen modules need of an account's token, each any one of its words.
func (c Config) needs(a *Account) []string {
	var all []string
	for _, e := range c.chosen(modules) {
		if e.Scope != "" && !slices.Contains(all, e.Scope) && (a == nil || !e.ofProperty() || len(a.Properties) > 0) {
			all = append(all, e.Scope)
		}
	}
	return all
}
