package monitor

import (
	"slices"
	"time"
)

// seenFor is how long is kept, at the real pace, what counts for two minutes at most of what the book saw and did at
// large: for much longer, so that a clock that is set back a little changes nothing.
const seenFor = time.Hour

// allowanceFor is after how long an allowance that is seen again begins anew: it counts for its day and the next one.
const allowanceFor = 48 * time.Hour

// Forget drops from memory what ended so long ago that nobody is owed it, and what belongs to checks that are watched no
// longer, and returns how much that was. The store keeps it. It is no decision: all that Decide could tell by it is a
// repeat of a report, or of an act, that is a day old, and how long the tokens of a client lived that was put back after
// a week.
func (b *Book) Forget(now time.Time) int {
	n := 0
	for id, i := range b.incidents {
		if i.State == IncidentResolved && now.Sub(i.Updated) > b.pace.EndOwed {
			b.forgetCause(id, i)
			delete(b.incidents, id)
			n++
		}
	}
	n += b.forgetReports(now) + b.forgetActs(now) + b.forgetNotices(now)
	for id, d := range b.deliveries {
		if d.Settled && b.incidents[id.Incident] == nil {
			delete(b.deliveries, id)
			n++
		}
	}
	if b.watched.checks != nil { // before the first Reconfigure nobody knows what is watched
		n += b.forgetClients(now) + b.forgetSight(now)
	}
	return n
}

// forgetNotices drops what is over and told. What a notice is about may be anything, so that there is no end of keys.
func (b *Book) forgetNotices(now time.Time) int {
	owed := map[string]bool{}
	for id := range b.owed {
		owed[id.Incident] = true
	}
	n := 0
	for key, notice := range b.notices {
		if notice.Over && !owed[notice.ID] && now.Sub(notice.At) > b.pace.NoticeOwed {
			delete(b.notices, key)
			n++
		}
	}
	return n
}

// forgetClients drops clients that nothing asks with any more, when the last of their tokens has long ended, and of
// the others the quotas that are so old that they would begin anew.
func (b *Book) forgetClients(now time.Time) int {
	asking := map[string]bool{}
	for _, c := range b.watched.checks {
		asking[c.Client] = true
	}
	n := 0
	for id, k := range b.clients {
		if !asking[id] && now.Sub(k.lastSeen()) > b.pace.EndOwed {
			delete(b.clients, id)
			n++
			continue
		}
		left := slices.DeleteFunc(slices.Clone(k.Quota), func(a Allowance) bool {
			told := b.notices[noticeQuota+id+"@"+a.Account]
			return now.Sub(a.Day) > allowanceFor && (told == nil || told.Over)
		})
		if gone := len(k.Quota) - len(left); gone > 0 {
			kept := *k
			kept.Quota = left
			b.clients[id] = &kept
			n += gone
		}
	}
	return n
}

// lastSeen is the last time that anything is known of for a client.
func (k *Client) lastSeen() time.Time {
	at := k.Expires
	for _, t := range k.Forced {
		at = latest(at, t)
	}
	for _, a := range k.Quota {
		at = latest(at, a.Day)
	}
	return at
}

// forgetSight drops what counts no more of sweeps, witnesses and hosts, and what was put off or lost of checks and hosts
// that are watched no longer. Readers may have the sight there is: another takes its place.
func (b *Book) forgetSight(now time.Time) int {
	hosts := map[string]bool{}
	for _, c := range b.watched.checks {
		hosts[c.Host] = true
	}
	s, keep := *b.sight, b.pace.Of(seenFor)
	old := func(at time.Time) bool { return now.Sub(at).Abs() > keep }
	n := 0
	s.swept = rest(s.swept, &n, func(_ string, at time.Time) bool { return old(at) })
	s.got = rest(s.got, &n, func(_ string, at time.Time) bool { return old(at) })
	s.called = rest(s.called, &n, func(_ CheckID, until time.Time) bool { return now.Sub(until) > keep })
	s.held = rest(s.held, &n, func(id SignalID, at time.Time) bool { return b.watched.checks[id.Check] == nil && old(at) })
	// A host that is watched stays lost until it answers, or another is: that there is one at all says something.
	s.lost = rest(s.lost, &n, func(host string, at time.Time) bool { return !hosts[host] && old(at) })
	if n > 0 {
		b.sight = &s
	}
	return n
}

// rest is a map of times without those that are gone, which are counted. The one that was given stays as it was.
func rest[K comparable](all map[K]time.Time, n *int, gone func(K, time.Time) bool) map[K]time.Time {
	kept := make(map[K]time.Time, len(all))
	for k, at := range all {
		if gone(k, at) {
			*n++
			continue
		}
		kept[k] = at
	}
	return kept
}
