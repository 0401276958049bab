package monitor

import (
	"fmt"
	"slices"
	"time"
)

// soonFor is how far ahead the first mark of a countdown lies.
const soonFor = 10 * time.Minute

// A countdown is what follows for the hotels while no new tokens are to be had: their tokens go on working until
// they end, one after the other.
type countdown struct {
	Of     int       // hotels whose tokens' ends are known
	Lost   int       // of which these have ended already
	Soon   int       // and so many end, those that have included, by
	SoonBy time.Time //
	Half   time.Time // by this time at least half have ended
	All    time.Time // and by this all
}

// count down from the ends of tokens as they are known at a time. All marks are whole minutes, rounded up, so that
// what is said of them is true. ok is false where nothing is known.
func countDown(ends []time.Time, now time.Time) (c countdown, ok bool) {
	ends = slices.DeleteFunc(slices.Clone(ends), time.Time.IsZero)
	if len(ends) == 0 {
		return countdown{}, false
	}
	slices.SortFunc(ends, time.Time.Compare)
	by := func(t time.Time) int {
		return len(ends) - len(slices.DeleteFunc(slices.Clone(ends), func(e time.Time) bool { return !e.After(t) }))
	}
	c = countdown{Of: len(ends), Lost: by(now)}
	c.Half, c.All = wholeMinute(ends[(len(ends)-1)/2]), wholeMinute(ends[len(ends)-1])
	if c.Lost == c.Of {
		return c, true
	}
	c.SoonBy = wholeMinute(latest(now.Add(soonFor), ends[c.Lost]))
	c.Soon = by(c.SoonBy)
	return c, true
}

// wholeMinute is the first whole minute that is not before t.
func wholeMinute(t time.Time) time.Time {
	if m := t.Truncate(time.Minute); m.Equal(t) {
		return m
	}
	return t.Truncate(time.Minute).Add(time.Minute)
}

// text says it: "If it lasts, 12 of 300 hotels lose access by 02:10, half by 02:32 and all by 03:00 UTC."
func (c countdown) text(now time.Time) string {
	switch {
	case c.Of == 1 && c.Lost == 1:
		return "The hotel has lost access: its last token has ended."
	case c.Of == 1:
		return "If it lasts, the hotel loses access by " + minute(c.All, now) + " UTC."
	case c.Lost == c.Of:
		return fmt.Sprintf("All %d hotels have lost access: their last tokens have ended.", c.Of)
	}
	soon, half := fmt.Sprintf("%d of %d hotels", c.Soon, c.Of), fmt.Sprintf("half of %d hotels", c.Of)
	all, verb, start := fmt.Sprintf("all %d hotels", c.Of), " lose access by ", "If it lasts, "
	if c.Soon == 1 {
		verb = " loses access by "
	}
	if c.Lost > 0 {
		soon, half, all, verb = fmt.Sprint(c.Soon), "half", "all", " will have by "
		start = fmt.Sprintf("%d of %d hotels %s lost access by now; if it lasts, ", c.Lost, c.Of, has(c.Lost))
	}
	var marks []string
	add := func(first, then string, at time.Time) {
		if len(marks) == 0 {
			marks = append(marks, first+verb+minute(at, now))
			return
		}
		marks = append(marks, then+" by "+minute(at, now))
	}
	if c.Soon > c.Lost && c.Soon < c.Of {
		add(soon, soon, c.SoonBy)
	}
	if 2*c.Soon < c.Of && c.Half.Before(c.All) {
		add(half, "half", c.Half)
	}
	add(all, "all", c.All)
	return start + list(marks) + " UTC."
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// minute is a time to the minute, with its day unless that is today.
func minute(t, now time.Time) string {
	if t.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("15:04")
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// countdownText says what it means that no new tokens are to be had, and by when. Of a brown-out, in which some are,
// it says nothing.
func (d *draft) countdownText(i *Incident) string {
	if i.Severity != Down || i.Cause.Kind != NodeIdentity && i.Cause.Kind != NodeToken {
		return ""
	}
	ends, unknown := d.tokenEnds()
	if c, ok := countDown(ends, d.now); ok {
		s := " " + c.text(d.now)
		if unknown > 0 {
			s += fmt.Sprintf(" Of %s it is not known.", count(unknown, "more hotel"))
		}
		return s
	}
	life := d.longestLife()
	until := i.Since.Add(life)
	switch {
	case life == 0:
		return ""
	case d.now.Before(until):
		return fmt.Sprintf(" Tokens issued before %s go on working until %s at the latest.", d.clock(i.Since), d.clock(until))
	}
	return fmt.Sprintf(" Tokens issued before it have ended by %s at the latest.", d.clock(until))
}

// tokenEnds lists when the tokens of the reported hotels end, and counts those of whom that is not known. Who has lost
// access already is no part of it; who lacks a scope has something to lose.
func (d *draft) tokenEnds() (ends []time.Time, unknown int) {
	for _, account := range d.hotelAccounts() {
		h := d.hotel(account)
		switch {
		case h.Silent || d.withoutAccess(account):
		case h.Token.Expires.IsZero():
			unknown++
		default:
			ends = append(ends, h.Token.Expires)
		}
	}
	return ends, unknown
}

// withoutAccess says whether a hotel has to connect again, or the like, before anything works there.
func (d *draft) withoutAccess(account string) bool {
	at := d.hotelsAt(account)
	return at != "" && d.incident(at).Cause.ID != MatterConsent
}

// longestLife is how long the longest-lived tokens that are known usually live.
func (d *draft) longestLife() time.Duration {
	life := time.Duration(0)
	for id, k := range d.b.clients {
		if newer := d.c.Clients[id]; newer != nil {
			k = newer
		}
		life = max(life, k.Life)
	}
	return life
}
