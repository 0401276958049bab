package monitor

import (
	"fmt"
	"slices"
	"time"
)

// reportedTokens is the Client under which is kept how long the tokens that are reported usually live. Its Expires is
// when the first ends of those that live too short, zero where there are none. No client has a space in its id.
const reportedTokens = "reported hotels"

// meterLives compares the lives of the tokens that are reported with what is usual, for all hotels together: apaleo gives
// them for one app. They are told of once most are short, or the first short one has ended: a few are renewed each minute,
// and a first message of one hotel would say little.
func (d *draft) meterLives() {
	lives, first := d.tokenLives()
	if len(lives) == 0 {
		return
	}
	k := d.client(reportedTokens)
	if k == nil {
		k = &Client{}
	}
	n, _ := slices.BinarySearch(lives, (k.Life+1)/2) // so many are short
	usual := lives[len(lives)/2]
	key, most := noticeLife+reportedTokens, 2*n >= len(lives)
	switch stands := d.stands(key); {
	case n == 0:
		d.usualLife(k, usual, time.Time{})
		d.notify(key, fmt.Sprintf("Tokens of all hotels live %s again.", span(usual)), "Nothing to do.", true)
	case stands && most && d.now.Sub(d.notice(key).At) >= d.b.pace.NoticeOwed:
		d.usualLife(k, usual, time.Time{})
		d.notify(key, fmt.Sprintf("Tokens of most hotels have lived %s for a day: that is usual from now on.", span(usual)), "Nothing to do.", true)
	case !stands && (most || !k.Expires.IsZero() && !d.now.Before(k.Expires)):
		d.notify(key, fmt.Sprintf("Tokens of %s live %s instead of %s.", count(n, "hotel"), span(lives[n/2]), span(k.Life)),
			"Keep a token until it ends, by its expires_in, and ask for a new one before: an integration that counts on an hour fails between. If apaleo did not announce it, ask support@apaleo.com.", false)
	case !stands && k.Expires.IsZero():
		d.usualLife(k, k.Life, first)
	}
}

// usualLife keeps what is usual, and when the first short token ends.
func (d *draft) usualLife(k *Client, life time.Duration, ends time.Time) {
	if life.Round(time.Minute) == k.Life.Round(time.Minute) && ends.Equal(k.Expires) {
		return
	}
	e := d.editClient(reportedTokens)
	e.Life, e.Expires = life, ends
}

// tokenLives lists how long the tokens live that hotels use, shortest first, as far as that is reported, and when the
// shortest of them ends.
func (d *draft) tokenLives() (lives []time.Duration, first time.Time) {
	var shortest time.Duration
	for account := range d.watched.hotels {
		h := d.hotel(account)
		if h == nil || h.Silent || h.Token.Fault != FaultNone || h.Token.At.IsZero() || !h.Token.Expires.After(h.Token.At) {
			continue
		}
		life := h.Token.Expires.Sub(h.Token.At)
		if lives = append(lives, life); len(lives) == 1 || life < shortest || life == shortest && h.Token.Expires.Before(first) {
			shortest, first = life, h.Token.Expires
		}
	}
	slices.Sort(lives)
	return lives, first
}
