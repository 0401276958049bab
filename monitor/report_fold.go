package monitor

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The ids of reports are kept so long, and so many of them, so that a repeat is known. A repeat comes within
// minutes: these are real durations at any pace.
const (
	reportsFor = 24 * time.Hour
	reportsMax = 2000
)

// report takes in what the integration tells. An id that was taken before changes nothing.
func (d *draft) report(r Report) {
	if r.ID != "" {
		_, old := d.b.reports[r.ID]
		if _, again := d.c.Reports[r.ID]; again || old {
			return
		}
		set(&d.c.Reports, r.ID, r.At)
	}
	d.c.Urgent = true
	if before := d.lastReport(); !before.IsZero() && r.At.Sub(before) > d.reports().overdue(d.b.pace) {
		d.editSight().steady = r.At
	}
	d.c.heard = latest(d.c.heard, r.At)
	accounts := united(r.Accounts)
	d.expect(len(accounts))
	d.meet(accounts, r)
	d.together(func() {
		d.countRequests(accounts, r.timing())
		for _, a := range accounts {
			d.account(a, r.timing())
		}
		d.pool(accounts, r.At)
		d.poolRequests(accounts, r.timing())
	})
	d.returned(d.reported(accounts), "is reported again")
	d.missing(r.At)
	d.hearWitness()
	d.meterLives()
}

// reported lists the accounts that a report tells of, as checks call them.
func (d *draft) reported(accounts []AccountReport) []string {
	all := make([]string, len(accounts))
	for n, a := range accounts {
		all[n] = d.watched.account(a.Code)
	}
	return all
}

// expect makes room for what so many accounts change.
func (d *draft) expect(accounts int) {
	const checks = 3 // of each
	if d.c.Rows == nil {
		d.c.Rows, d.c.Light = make(map[CheckID]*Row, checks*accounts), make(map[CheckID]bool, checks*accounts)
	}
	if d.c.Hotels == nil {
		d.c.Hotels = make(map[string]*Hotel, accounts)
	}
}

// lastReport is when the last report came; zero is never.
func (d *draft) lastReport() time.Time { return latest(d.b.heard, d.c.heard) }

// united is what a report tells of each account, by code: of one that it names twice, all of it. apaleo's codes are in
// capitals, however the integration writes them.
func united(in []AccountReport) []AccountReport {
	all := slices.Clone(in)
	for n := range all {
		all[n].Code = strings.ToUpper(all[n].Code)
	}
	slices.SortStableFunc(all, func(a, b AccountReport) int { return cmp.Compare(a.Code, b.Code) })
	to := 0
	for _, a := range all {
		if to > 0 && all[to-1].Code == a.Code {
			all[to-1] = all[to-1].and(a)
			continue
		}
		all[to] = a
		to++
	}
	return all[:to]
}

// and is what two reports on one account tell together.
func (a AccountReport) and(b AccountReport) AccountReport {
	a.Name = max(a.Name, b.Name)
	a.Gone = a.Gone && b.Gone
	a.Requests = append(slices.Clip(a.Requests), b.Requests...)
	if a.Token == nil || b.Token != nil && b.Token.newer(*a.Token) {
		a.Token = b.Token
	}
	if a.Webhooks != nil && b.Webhooks != nil {
		both := pool([]WebhookReport{*a.Webhooks, *b.Webhooks})
		a.Webhooks = &both
	}
	a.Webhooks = cmp.Or(a.Webhooks, b.Webhooks)
	return a
}

// newer says whether t was asked for after u; of two at once the worse one is.
func (t TokenReport) newer(u TokenReport) bool {
	if c := t.At.Compare(u.At); c != 0 {
		return c > 0
	}
	return t.Fault > u.Fault
}

// account takes in what is told of one account.
func (d *draft) account(a AccountReport, w timing) {
	at := w.now
	h := d.editHotel(d.watched.account(a.Code))
	if a.Gone || h == nil {
		return
	}
	h.Seen, h.Name = at, cmp.Or(a.Name, h.Name)
	for _, c := range d.watched.hotels[h.Account] {
		o, known := Outcome{}, false
		switch {
		case c.Kind == KindTraffic:
			d.traffic(h, c, a.Requests, w)
		case c.Kind == KindConsent && a.Token != nil:
			o, known = d.consent(h, c, a, at)
			o = o.refusedBy(a.Requests, d.row(c.ID()))
		case c.Kind == KindWebhooks && a.Webhooks != nil:
			o, known = d.hears(h, *a.Webhooks, at)
		}
		if !known {
			continue
		}
		if well := h.Well.of(c.Kind); o.Fault == FaultNone && well != nil {
			*well = at
		}
		o.Check = c.ID()
		d.told(o, at)
	}
}

// traffic takes in how the integration's requests for a hotel fared.
func (d *draft) traffic(h *Hotel, c *Check, counts []Count, w timing) {
	o, known := traffic(counts)
	if !known {
		return
	}
	at := w.evidenceAt(d.b.pace)
	if o.Fault == FaultNone {
		h.Well.Traffic = at
	}
	o.Check = c.ID()
	calm := !dirty(d.row(c.ID()))
	j := d.judged(h, counts, w, calm)
	h.Traffic = h.Traffic.learn(w, j, calm)
	d.heardRequests(o, j, at)
}

// pool takes in what all accounts tell together.
func (d *draft) pool(accounts []AccountReport, at time.Time) {
	var webhooks []WebhookReport
	for _, a := range accounts {
		if a.Webhooks != nil && !a.Gone {
			webhooks = append(webhooks, *a.Webhooks)
		}
	}
	h := d.pooledHotel(at)
	h.Seen, h.Reports = at, h.Reports.report(h.Seen, at, d.b.pace)
	for _, c := range d.watched.config.Reported.Pooled {
		switch {
		case c.Kind == KindReports:
			d.told(Outcome{Check: c.ID()}, at)
		case c.Kind == KindWebhooks && len(webhooks) > 0:
			if o, known := d.hears(h, pool(webhooks), at); known {
				o.Check = c.ID()
				d.told(o, at)
			}
		}
	}
}

// hears takes in what a webhook receiver saw for a hotel, or for all.
func (d *draft) hears(h *Hotel, w WebhookReport, at time.Time) (Outcome, bool) {
	next, v := h.hears(w, at, d.b.pace)
	*h = next
	return Outcome{Fault: v.Fault, Detail: v.Detail}, v.Known
}

// told folds an outcome that came with a report or a beat.
func (d *draft) told(o Outcome, at time.Time) {
	o.At, o.Started = at, at
	d.observe(o)
}

// forgetReports drops the ids of old reports.
func (b *Book) forgetReports(now time.Time) int {
	return forgetIDs(b.reports, now, reportsMax, reportsFor)
}

// forgetIDs drops the old ones of ids that were taken, and the oldest of too many.
func forgetIDs(taken map[string]time.Time, now time.Time, most int, keep time.Duration) int {
	before := len(taken)
	ids := sortedKeys(taken)
	slices.SortStableFunc(ids, func(x, y string) int { return taken[y].Compare(taken[x]) })
	for k, id := range ids {
		if k >= most || now.Sub(taken[id]) > keep {
			delete(taken, id)
		}
	}
	return before - len(taken)
}
