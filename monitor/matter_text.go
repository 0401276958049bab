package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// hotelsNamed is how many hotels a message names.
const hotelsNamed = 5

// A matterWord is how people speak of a matter: of one hotel, of several, and once it is over.
type matterWord struct {
	one, more        string // after the number: "hotel to reconnect"
	fact             string // what is seen, before "since"; %s is what the adviser calls it
	oneOver, allOver string
}

var matterWords = map[string]matterWord{
	MatterReconnect: {
		"hotel to reconnect", "hotels to reconnect", "No new token is given (%s)",
		"is connected again", "All hotels are connected again",
	},
	MatterConsent: {
		"hotel still has to consent", "hotels still have to consent", "The token lacks it",
		"has nothing left to consent to", "No hotel has anything left to consent to",
	},
	MatterAccess: {
		"hotel does not let us in any more", "hotels do not let us in any more", "Requests are refused (%s)",
		"lets us in again", "All hotels let us in again",
	},
	MatterToken: {
		"hotel is without a token", "hotels are without a token", "No new token is given (%s)",
		"has a token again", "All hotels have tokens again",
	},
	MatterRequests: {
		"hotel's requests fail", "hotels' requests fail", "%s",
		"is served again", "All hotels' requests succeed again",
	},
	MatterWebhooks: {
		"hotel's webhooks do not arrive", "hotels' webhooks do not arrive", "%s",
		"gets its webhooks again", "All hotels' webhooks arrive again",
	},
	MatterQuota: {
		"hotel is over apaleo's limit", "hotels are over apaleo's limit", "%s",
		"is within apaleo's limit again", "All hotels are within apaleo's limit again",
	},
	MatterSuspended: {
		"hotel's account is suspended at apaleo", "hotels' accounts are suspended at apaleo", "apaleo says so",
		"is no longer suspended", "No hotel is suspended any more",
	},
	MatterDevelopment: {
		"hotel's account is not a live one", "hotels' accounts are not live ones", "apaleo says so",
		"is live again", "All hotels are live again",
	},
	MatterArchived: {
		"hotel's property is archived", "hotels' properties are archived", "apaleo says so",
		"has no archived property any more", "No hotel's property is archived any more",
	},
}

// hotelsTitle is the claim of a matter: "212 of 300 hotels still have to consent to scope reservations.read".
func (d *draft) hotelsTitle(i *Incident) string {
	w, n, of := matterWords[i.Cause.ID], i.Scope.Failing, i.Scope.Watched
	s := fmt.Sprintf("%d %s", n, w.more)
	switch {
	case n == 1:
		s = "1 " + w.one
	case of >= 10 && n >= 10 && n < of:
		s = fmt.Sprintf("%d of %d %s", n, of, w.more)
	}
	if lacking := d.lacking(i); i.Cause.ID == MatterConsent && len(lacking) > 0 {
		s += " to scope" + plural(len(lacking)) + " " + list(lacking)
	}
	return s
}

// hotelsText is the whole sentence: which hotels, what is seen, and since when.
func (d *draft) hotelsText(i *Incident, what string) string {
	accounts := d.hotelsOf(i)
	var names []string
	for _, a := range accounts[:min(len(accounts), hotelsNamed)] {
		names = append(names, d.hotelName(a))
	}
	if more := len(accounts) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	first := d.firstOf(i)
	since := "since " + d.clock(first)
	if len(accounts) > 1 {
		since = "at the first of them " + since
	}
	if text, ok := d.hotelRequests(i, len(accounts), first); ok {
		return fmt.Sprintf("%s: %s. %s", i.Title, list(names), text)
	}
	if f := d.failure(i); len(accounts) == 1 && f != nil && !ofHotels(i.Cause.ID) && f.Detail != "" {
		switch what = f.Detail; i.Cause.ID {
		case MatterWebhooks:
			what, since = what+".", "It was found out at "+d.clock(first)
		case MatterToken: // it stands in brackets
		default:
			what += ","
		}
	}
	s := fmt.Sprintf("%s: %s. %s %s.", i.Title, list(names), seenWith(matterWords[i.Cause.ID].fact, what), since)
	if n := i.Scope.Blocked; n > 0 {
		s += fmt.Sprintf(" %s cannot be asked because of it.", count(n, "check"))
	}
	if i.Severity == Warning {
		s += " Nothing has been refused for it yet."
	}
	return s
}

// seenWith is what is seen, as a matter tells it and with what the adviser calls it.
func seenWith(fact, what string) string {
	if fact == "%s" {
		return upper(what)
	}
	return strings.ReplaceAll(fact, "%s", what)
}

// hotelsEnd is the heading once nobody has to do anything any more.
func (d *draft) hotelsEnd(i *Incident) string {
	w := matterWords[i.Cause.ID]
	if one := d.onlyHotel(i); one != "" {
		return d.hotelName(one) + " " + w.oneOver
	}
	return w.allOver
}

// hotelsLabel is what a matter is called when bellhop stops to look.
func (d *draft) hotelsLabel(i *Incident) string {
	if one := d.onlyHotel(i); one != "" {
		return d.hotelName(one)
	}
	return upper(matterWords[i.Cause.ID].more)
}

// firstOf is since when the hotels suffer that an incident is about now: who was the first may be well again.
func (d *draft) firstOf(i *Incident) time.Time {
	first := time.Time{}
	for _, m := range i.Members {
		if s := d.row(m.Check).Signal(m.Signal).Since; first.IsZero() || s.Before(first) {
			first = s
		}
	}
	if i.Cause.ID == MatterConsent { // what nothing needs is told only after a while
		for _, account := range d.hotelsOf(i) {
			if h := d.hotel(account); h != nil && !h.Short.IsZero() && h.Short.Before(first) {
				first = h.Short
			}
		}
	}
	return first
}

// onlyHotel is the one hotel that an incident's last version spoke of, or "": that it had others meanwhile, which were
// not told, shows by its end, if that is not of this hotel.
func (d *draft) onlyHotel(i *Incident) string {
	one, last := "", i.State == IncidentOpen
	for _, a := range i.Affected {
		r := d.row(a.Check)
		last = last || r != nil && r.Signal(a.Signal).GoodSince.Equal(i.Ended)
		_, account, _ := strings.Cut(string(a.Check), "@")
		if one != "" && account != one {
			return ""
		}
		one = account
	}
	if i.Scope.Failing != 1 || !last && i.Change == "" {
		return ""
	}
	return one
}

// hotelName is what people call a hotel.
func (d *draft) hotelName(account string) string {
	if name := d.watched.names[Node{NodeAccount, account}]; name != "" {
		return strings.TrimPrefix(name, "Hotel ")
	}
	if h := d.hotel(account); h != nil && h.Name != "" && h.Name != h.Code {
		return h.Name + " (" + h.Code + ")"
	}
	return account
}

// lacking lists the scopes that members of an incident lack, as far as that is known.
func (d *draft) lacking(i *Incident) []string {
	found := map[string]bool{}
	for _, m := range i.Members {
		c, r := d.watched.checks[m.Check], d.row(m.Check)
		if c == nil || r == nil {
			continue
		}
		needs, scopes := d.scopesOf(c, r)
		for _, s := range lost(needs, scopes) {
			found[s] = true
		}
	}
	scopes := sortedKeys(found)
	if len(scopes) > 3 {
		scopes = append(scopes[:3:3], fmt.Sprintf("%d more", len(scopes)-3))
	}
	return scopes
}

// scopesOf is what a check's account needs, and what its token was seen to carry.
func (d *draft) scopesOf(c *Check, r *Row) (needs, scopes []string) {
	if h := d.hotel(c.Account); c.Reported && h != nil {
		return append(slices.Clip(h.Usual), d.watched.config.Reported.Needs...), h.Token.Scopes
	}
	return c.Needs, r.Last.Token.Scopes
}

// lost lists the first words of those needs that scopes do not meet; nil scopes are not known.
func lost(needs, scopes []string) []string {
	if scopes == nil {
		return nil
	}
	var l []string
	for _, need := range needs {
		words := strings.Fields(need)
		if len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(scopes, w) }) {
			l = append(l, words[0])
		}
	}
	return l
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
