package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// tokenLife is how long apaleo's tokens live: after it all tokens carry what the app asks for.
const tokenLife = time.Hour

// short says what a hotel's token lacks, in words; "" is nothing. What is needed counts at once, and so does all that
// disappeared once requests are refused. The rest counts when a newer token of another hotel carries it: the app may
// have given it up, and has if most hotels lack it when all have new tokens. If one hotel alone lacks it for a day, and
// nothing comes of it, that is usual by then.
func (d *draft) short(h *Hotel, c *Check, refused bool, now time.Time) string {
	has, needs := h.Token.Scopes, d.watched.config.Reported.Needs
	gone := without(h.Usual, has)
	switch {
	case len(gone) == 0:
		h.Short = time.Time{}
	case h.Short.IsZero():
		h.Short = now
	}
	lacks := lostScopes(h.Usual, has, needs)
	if len(gone) > 0 && !refused && !d.refusedAt(h.Account) && !needed(gone, has, needs) {
		r, lasted := d.row(c.ID()), now.Sub(h.Short)
		told := r != nil && r.Signal(Auth).Last == Fail
		all, newer := d.carried(gone, h.Short.Add(d.b.pace.Relation))
		switch late := lasted >= d.b.pace.Of(tokenLife); {
		case late && !all && !newer, lasted >= d.b.pace.HotelsEvery:
			lacks = lostScopes(nil, has, needs)
		case !late && !newer && !told:
			return lostScopes(nil, has, needs)
		}
	}
	if lacks == "" {
		h.Usual, h.Short = has, time.Time{}
	}
	return lacks
}

// needed says whether anything is needed that a token had and has no more.
func needed(gone, has, needs []string) bool {
	return slices.ContainsFunc(lost(needs, has), func(first string) bool {
		at := slices.IndexFunc(needs, func(n string) bool { return strings.Fields(n)[0] == first })
		return slices.ContainsFunc(strings.Fields(needs[at]), func(s string) bool { return slices.Contains(gone, s) })
	})
}

// A carrier is who carries a scope: so many hotels, and the newest of their tokens that is of a known time.
type carrier struct {
	hotels int
	newest time.Time
}

// carried says whether at least half of the hotels, of those of which that is known, carry one of these scopes, and
// whether a token does that was asked for after a time.
func (d *draft) carried(scopes []string, after time.Time) (half, newer bool) {
	if d.carriers == nil {
		d.carriers = map[string]carrier{}
		for _, account := range d.hotelAccounts() {
			t := d.hotel(account).Token
			for _, s := range t.Scopes {
				d.carriers[s] = carrier{d.carriers[s].hotels + 1, latest(d.carriers[s].newest, t.At)}
			}
			if len(t.Scopes) > 0 {
				d.carriers[""] = carrier{hotels: d.carriers[""].hotels + 1}
			}
		}
	}
	for _, s := range scopes {
		c := d.carriers[s]
		half, newer = half || 2*c.hotels >= d.carriers[""].hotels, newer || c.newest.After(after)
	}
	return half, newer
}

// sameScopes is sorted scopes, in the one copy that hotels of the same scopes share.
func (d *draft) sameScopes(scopes []string) []string {
	if scopes == nil {
		return nil
	}
	scopes = slices.Compact(sorted(slices.Clone(scopes)))
	if !slices.Equal(scopes, d.scopes) {
		d.scopes = scopes
	}
	return d.scopes
}

// without is the usual scopes that a token no longer has.
func without(usual, has []string) (gone []string) {
	for _, s := range usual {
		if !slices.Contains(has, s) {
			gone = append(gone, s)
		}
	}
	return gone
}

// lostScopes says what a token that carries the scopes in has lacks of what such tokens usually carried, and of
// what is needed; "" is nothing.
func lostScopes(usual, has, needs []string) string {
	if gone := without(usual, has); len(gone) > 0 {
		return scopeList(gone) + " disappeared"
	}
	switch lost := lost(needs, has); len(lost) {
	case 0:
		return ""
	case 1:
		return scopeList(lost) + " is not granted"
	default:
		return scopeList(lost) + " are not granted"
	}
}

// scopesNamed is how many scopes a sentence names.
const scopesNamed = 3

func scopeList(scopes []string) string {
	if len(scopes) == 1 {
		return "scope " + scopes[0]
	}
	if more := len(scopes) - scopesNamed; more > 0 {
		return fmt.Sprintf("scopes %s and %d more", strings.Join(scopes[:scopesNamed], ", "), more)
	}
	return "scopes " + list(scopes)
}
