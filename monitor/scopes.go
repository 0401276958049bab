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
// disappeared once requests are refused. The rest is looked at when all hotels have new tokens: if most of them lack it
// too, the app has given it up. If one hotel alone lacks it for a day, and nothing comes of it, that is usual by then.
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
		switch late := lasted >= d.b.pace.Of(tokenLife); {
		case late && (lasted >= d.b.pace.HotelsEvery || !d.carried(gone)):
			lacks = lostScopes(nil, has, needs)
		case !late && !told:
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

// carried says whether at least half of the hotels carry one of these scopes, of those of which that is known.
func (d *draft) carried(scopes []string) bool {
	if d.carry == nil {
		d.carry = map[string]int{}
		for _, account := range d.hotelAccounts() {
			for _, s := range d.hotel(account).Token.Scopes {
				d.carry[s]++
			}
			if len(d.hotel(account).Token.Scopes) > 0 {
				d.carry[""]++
			}
		}
	}
	return slices.ContainsFunc(scopes, func(s string) bool { return 2*d.carry[s] >= d.carry[""] })
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
