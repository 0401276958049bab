package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A quota is nearly used up when less than a tenth of it remains, and has room again above a fifth.
const (
	lowPart  = 10
	roomPart = 5
)

// see takes in what an answer said of a quota.
func (a Allowance) see(l RateLimit, now time.Time) Allowance {
	switch day := now.UTC().Truncate(24 * time.Hour); {
	case a.Day.Equal(day):
	case a.Day.Equal(day.Add(-24 * time.Hour)):
		a.Day, a.Before, a.Today = day, a.Today, 0
	default:
		a.Day, a.Before, a.Today = day, 0, 0
	}
	a.Today = max(a.Today, l.Remaining, l.Limit)
	if most := a.most(); l.Remaining*lowPart < most || !a.Low.IsZero() && l.Remaining*roomPart < most {
		a.Low = now
	}
	return a
}

// most is how much the quota allows, as far as is known: the most that remained of late.
func (a Allowance) most() int { return max(a.Today, a.Before) }

// low says whether an answer shows that the quota is nearly used up.
func (a Allowance) low(l RateLimit) bool { return l.Remaining*lowPart < a.most() }

// meter takes in what an outcome tells of its client: how much of its quota is left, and how long its tokens live.
func (d *draft) meter(c *Check, o Outcome) {
	if c.Own || c.Reported {
		return
	}
	if o.Limit.Limit != 0 && o.Fault != FaultQuota { // a refusal is the quota signal's to tell: a burst of them is no news
		d.meterQuota(c, o)
	}
	if o.Token.Life > 0 && c.Client != "" {
		d.meterLife(c, o.Token)
	}
	if k := d.client(c.Client); c.Client != "" && o.Token.Expires.After(d.now) && (k == nil || o.Token.Expires.After(k.Expires)) {
		d.editClient(c.Client).Expires = o.Token.Expires
	}
}

func (d *draft) meterQuota(c *Check, o Outcome) {
	old, at := Allowance{Account: c.Account}, -1
	if k := d.client(c.Client); k != nil {
		if at = slices.IndexFunc(k.Quota, func(a Allowance) bool { return a.Account == c.Account }); at >= 0 {
			old = k.Quota[at]
		}
	}
	a := old.see(o.Limit, d.now)
	key := noticeQuota + c.Client + "@" + c.Account
	switch stands := d.stands(key); {
	case a.low(o.Limit) && !stands:
		d.notify(key, d.quotaText(c, o.Limit, a), "Spread requests, obey Retry-After, and see what asks so often. The quota is counted by client and account.", false)
	case stands && d.now.Sub(a.Low) >= d.b.pace.LimitCalm:
		a.Low = time.Time{}
		d.notify(key, fmt.Sprintf("%s has room in its request quota again: %d of %d left.", upper(d.quotaOf(c)), o.Limit.Remaining, a.most()), "Nothing to do.", true)
	case !stands:
		a.Low = time.Time{}
	}
	if a == old {
		return
	}
	k := d.editClient(c.Client)
	if at < 0 {
		k.Quota = append(slices.Clone(k.Quota), a)
		return
	}
	k.Quota = slices.Clone(k.Quota)
	k.Quota[at] = a
}

func (d *draft) stands(key string) bool {
	n := d.notice(key)
	return n != nil && !n.Over
}

func (d *draft) quotaText(c *Check, l RateLimit, a Allowance) string {
	s := fmt.Sprintf("%s has nearly used up its request quota at %s: %d of %d left", upper(d.quotaOf(c)), c.Host, l.Remaining, a.most())
	if l.Limit < 0 {
		s = fmt.Sprintf("%s has nearly used up its request quota at %s: %d left, where %d were left at most since yesterday", upper(d.quotaOf(c)), c.Host, l.Remaining, a.most())
	}
	if l.Reset.After(d.now) {
		s += ", until it is counted anew at " + d.clock(l.Reset)
	}
	return s + "."
}

// quotaOf is whose quota it is.
func (d *draft) quotaOf(c *Check) string {
	switch {
	case c.Client != "" && c.Account != "":
		return "client " + c.Client + " for " + d.hotelName(c.Account)
	case c.Client != "":
		return "client " + c.Client
	case c.Account != "":
		return d.hotelName(c.Account)
	}
	return "this machine"
}

// meterLife compares a token's life with what is usual for its client. A short one that is usual for a day is so
// from then on.
func (d *draft) meterLife(c *Check, t TokenFacts) {
	key, usual := noticeLife+c.Client, time.Duration(0)
	if k := d.client(c.Client); k != nil {
		usual = k.Life
	}
	switch {
	case usual == 0 || 2*t.Life >= usual:
		if t.Life.Round(time.Minute) != usual.Round(time.Minute) {
			d.editClient(c.Client).Life = t.Life
		}
		d.notify(key, fmt.Sprintf("Tokens of client %s live %s again.", c.Client, span(t.Life)), "Nothing to do.", true)
	case !d.stands(key):
		d.notify(key, fmt.Sprintf("Tokens of client %s live %s now, and %s usually.", c.Client, span(t.Life), span(usual)),
			"Keep a token until it ends, by its expires_in, and ask for a new one before: an integration that counts on an hour fails between. If apaleo did not announce it, ask support@apaleo.com.", false)
	case d.now.Sub(d.notice(key).At) >= d.b.pace.NoticeOwed:
		d.editClient(c.Client).Life = t.Life
		d.notify(key, fmt.Sprintf("Tokens of client %s have lived %s for a day: that is usual from now on.", c.Client, span(t.Life)), "Nothing to do.", true)
	}
}

// unmetered says whether a notice is of a quota, or of the life of tokens, that no check can tell anything of any more.
func (d *draft) unmetered(key string) bool {
	quota, ofQuota := strings.CutPrefix(key, noticeQuota)
	life, ofLife := strings.CutPrefix(key, noticeLife)
	if !ofQuota && !ofLife {
		return false
	}
	return !slices.ContainsFunc(d.watched.asked, func(id CheckID) bool {
		c := d.watched.checks[id]
		return !c.Own && (ofQuota && c.Client+"@"+c.Account == quota || ofLife && c.Client == life)
	})
}

// editClient is a client of the draft's own, that may be written. Its slices are replaced, not written into.
func (d *draft) editClient(id string) *Client {
	if k := d.c.Clients[id]; k != nil {
		return k
	}
	k := &Client{ID: id}
	if old := d.b.clients[id]; old != nil {
		*k = *old
	}
	set(&d.c.Clients, id, k)
	return k
}
