package monitor

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// news is a version of an incident that is still to be made.
type news struct {
	at     string
	event  EventType
	change ChangeWord
}

// announce makes a version, or, of a matter of hotels, sees to it that one is made once all hotels are in it that
// the same report tells of: the first message says how many they are.
func (d *draft) announce(at string, t EventType, change ChangeWord) {
	if d.incident(at).Cause.Kind != NodeHotels {
		d.version(at, t, change)
		return
	}
	if !d.waits(at) {
		d.news = append(d.news, news{at, t, change})
	}
}

// waits says whether a version of an incident is still to be made.
func (d *draft) waits(at string) bool {
	return slices.ContainsFunc(d.news, func(n news) bool { return n.at == at })
}

// announceAll makes the versions that wait: those of one incident, or all where at is "".
func (d *draft) announceAll(at string) {
	waiting := d.news
	d.news = nil
	for _, n := range waiting {
		if at != "" && n.at != at {
			d.news = append(d.news, n)
			continue
		}
		d.version(n.at, n.event, n.change)
	}
}

// reviewHotels tells of a matter of hotels anew: at once where it got worse, quietly as the number of hotels grows,
// and else at most once in Pace.HotelsEvery.
func (d *draft) reviewHotels(at string) {
	i := d.incident(at)
	if d.now.Sub(i.Updated) < d.b.pace.UpdateEvery {
		return
	}
	m := d.muster(at)
	graver := worse(m.severity, i.Severity) == m.severity && m.severity != i.Severity
	every := d.b.pace.HotelsEvery
	if i.kind() != Auth { // nobody waits for a person: it may be over before the day is
		every = d.b.pace.PostEvery
	}
	switch n := m.hotels; {
	case graver:
		d.version(at, EventUpdated, ChangeSeverity)
	case m.set == i.Set:
	case d.now.Sub(i.Updated) >= every, mostNow(i.Scope.Failing, n, d.watchedAccounts()):
		d.version(at, EventUpdated, ChangeHotels)
	case n >= 2*i.Scope.Failing && n-i.Scope.Failing >= hotelsNamed:
		d.version(at, EventUpdated, ChangeScope)
	}
}

// A muster is what a matter of hotels comes to: it takes thousands of rows to find, and is asked for each second.
type muster struct {
	hotels   int
	set      string
	severity Severity
}

// muster finds what a matter comes to, and takes it from the last time where nothing that is in trouble has changed
// since: that would be an urgent change.
func (d *draft) muster(at string) muster {
	still := !d.c.Urgent && d.watched == d.b.watched
	if m, ok := d.b.mustered[at]; ok && still {
		return m
	}
	i := d.incident(at)
	m := muster{len(d.hotelsOf(i)), d.hotelSet(i), d.severity(i)}
	if still {
		set(&d.c.mustered, at, m)
	}
	return m
}

// mostNow says whether a matter of few hotels has become one of most of them, and of more than a few.
func mostNow(told, now, of int) bool { return now > 5 && 2*told < of && 2*now >= of }

// hotelsOf lists the accounts that an incident's members are of, in order.
func (d *draft) hotelsOf(i *Incident) []string {
	seen := map[string]bool{}
	for _, m := range i.Members {
		if c := d.watched.checks[m.Check]; c != nil && c.Account != "" {
			seen[c.Account] = true
		}
	}
	return sortedKeys(seen)
}

// hotelSet names a set of hotels in a few bytes.
func (d *draft) hotelSet(i *Incident) string {
	sum := sha256.Sum256([]byte(strings.Join(d.hotelsOf(i), "\x00")))
	return hex.EncodeToString(sum[:8])
}

func (d *draft) watchedAccounts() int { return len(d.watched.accounts) }

// hotelScope is how far a matter of hotels reaches, in hotels; what it blocks is in checks.
func (d *draft) hotelScope(i *Incident) Scope {
	hotels, all := d.hotelsOf(i), d.watchedAccounts()
	s := Scope{Failing: len(hotels), Evaluated: all, Watched: all, Accounts: d.reach(i.Cause, len(hotels))}
	for _, account := range hotels {
		for _, id := range d.watched.accountOf[account] {
			if d.blocked(d.watched.checks[id], id) {
				s.Blocked++
			}
		}
	}
	return s
}

// breaksSoon says whether a hotel's matter has no effect yet: a scope is missing, and no request was refused for it.
func (d *draft) breaksSoon(m SignalID) bool {
	c, r := d.watched.checks[m.Check], d.row(m.Check)
	if c == nil || r == nil || m.Signal != Auth {
		return false
	}
	f := r.Failures[signalIndex(Auth)]
	if f == nil || f.Fault != FaultScopeLost || f.Status == 403 {
		return false
	}
	return !d.refusedAt(c.Account)
}
