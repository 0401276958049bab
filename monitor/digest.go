package monitor

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Owing is one row of a receiver with what it is about: an incident, a notice, or neither, if it is a digest's.
type Owing struct {
	Row      *Delivery
	Incident *Incident
	Notice   *Notice
}

// A Cover is what the letter of a digest says of one of its incidents or notices: what a message of its own would.
type Cover struct {
	Incident string // or a notice's id
	Type     EventType
	Version  int
	Severity Severity
	Side     Side
	Cause    Node
}

// A Gathering is the next letter of a digest.
type Gathering struct {
	Row      Delivery // the digest's own
	At       time.Time
	Resumes  bool // it is the letter under way
	Stale    bool // which is not what is true any more
	Covers   []Cover
	Open     []*Incident // worst first
	Ended    []*Incident // the last one first
	Notices  []*Notice   // instead of incidents
	Over     bool
	Reminder bool // nothing is new
}

// How the ids of digests begin, of incidents and of notices; those of incidents and notices themselves begin otherwise.
const (
	digestID = "dig_"
	boardID  = digestID + "n" // no figure of the ids of the others
)

// IsDigest says whether the id of a delivery is a digest's: a row that stands for the message, and for no incident.
func IsDigest(id string) bool { return strings.HasPrefix(id, digestID) }

// Gather shares out what a receiver is owed: what has a message of its own, and the digests that speak for the rest.
// So many openings as the receiver is to see at once have a message of their own, those that came first; the
// further ones are told together, and what becomes of them is, too. Notices that come in hundreds are one message.
func Gather(all []Owing, r Receiver, p Pace, now time.Time) (own []Owing, digests []Gathering) {
	if r.Digest <= 0 || r.EveryVersion {
		return slices.DeleteFunc(all, Owing.isDigest), nil
	}
	g := gathering{r: r, p: p, now: now}
	for _, o := range all {
		g.file(o)
	}
	for _, o := range all {
		g.sort(o)
	}
	if d, ok := g.incidents(); ok {
		digests = append(digests, d)
	}
	if d, ok := g.noticed(); ok {
		digests = append(digests, d)
	}
	return g.own, digests
}

// gathering is what Gather has found so far.
type gathering struct {
	r   Receiver
	p   Pace
	now time.Time

	live, board *Delivery // the digest that is under way, of incidents and of notices
	own         []Owing
	known       int         // incidents that are open there, as far as it knows
	waiting     []candidate // openings that may have a message of their own
	members     []candidate // of the digest
	notices     []candidate
}

// A candidate is a row with what it is owed, if anything is.
type candidate struct {
	Owing
	what EventType
	at   time.Time
	news bool
}

func (o Owing) isDigest() bool { return IsDigest(o.Row.Incident) }

// file finds the digest that is under way: one is over once that was told, and what it was about is told anew.
func (g *gathering) file(o Owing) {
	d := o.Row
	if !o.isDigest() || d.Settled || d.Dead != "" || d.State == IncidentResolved && d.Sending == nil {
		return
	}
	if strings.HasPrefix(d.Incident, boardID) {
		g.board = d
	} else if g.live == nil || d.ToldAt.After(g.live.ToldAt) {
		g.live = d
	}
}

func (g *gathering) sort(o Owing) {
	d := *o.Row
	switch {
	case o.isDigest(), d.Settled, d.Dead != "", !d.Wants:
	case o.Notice != nil:
		g.sortNotice(o)
	case o.Incident != nil:
		c := g.candidate(o)
		if d.Knows != NeverTried && d.State == IncidentOpen && o.Incident.State == IncidentOpen {
			g.known++
		}
		switch {
		case d.in(g.live):
			g.members = append(g.members, c)
		case c.joins() && !c.at.After(g.now):
			g.waiting = append(g.waiting, c)
		default:
			g.own = append(g.own, o)
		}
	}
}

// in says whether a row is told of, or is being told of, in a digest.
func (d Delivery) in(digest *Delivery) bool {
	return digest != nil && (d.Digest == digest.Incident || d.Sending != nil && d.Sending.Digest == digest.Incident)
}

// candidate is what a row is owed, regardless of how long a message has to wait for others.
func (g *gathering) candidate(o Owing) candidate {
	r := g.r
	r.Edits = 0
	c := candidate{Owing: o}
	if !givenUp(o.Incident, g.p, g.now) && !o.Row.hushed(o.Incident) {
		c.what, c.at, c.news = difference(*o.Row, o.Incident, r, g.p)
	}
	return c
}

// joins says whether what a row is owed may be said in a digest: what has no message yet, or had a part of one that is
// past. What may have arrived by itself goes on by itself.
func (c candidate) joins() bool {
	d := c.Row
	if !c.news || d.inFlight() || d.maybe() && d.Sending.Digest == "" {
		return false
	}
	return d.Ref == "" && (c.what != EventUpdated && c.what != EventResolved || d.Digest != "")
}

func (g *gathering) sortNotice(o Owing) {
	at, owed := OwedNotice(*o.Row, o.Notice, g.r, g.p, g.now)
	switch {
	case o.Row.in(g.board):
		g.notices = append(g.notices, candidate{Owing: o, what: EventNotice, at: o.Notice.At, news: owed})
	case owed && !o.Row.maybe() && (!at.After(g.now) || ResumesNotice(*o.Row, o.Notice)):
		g.notices = append(g.notices, candidate{Owing: o, what: EventNotice, at: o.Notice.At, news: true})
	default:
		g.own = append(g.own, o)
	}
}

// incidents is the next letter of the digest of incidents.
func (g *gathering) incidents() (Gathering, bool) {
	slices.SortFunc(g.waiting, first)
	slots := min(max(g.r.Digest-g.known, 0), len(g.waiting))
	for _, c := range g.waiting[:slots] {
		g.own = append(g.own, c.Owing)
	}
	g.members = append(g.members, g.waiting[slots:]...)
	if len(g.members) == 0 || g.live != nil && g.live.inFlight() {
		return Gathering{}, false
	}
	d := g.start(g.live, digestID, g.members)
	for _, c := range g.members {
		if c.shown() {
			d.speaks(c.Incident)
		}
	}
	d.sort()
	d.Over = len(d.Open) == 0
	return g.letter(d, g.members)
}

// first is the order in which openings get a message of their own.
func first(a, b candidate) int {
	return cmp.Or(a.at.Compare(b.at), bySeverity(a.Incident, b.Incident), cmp.Compare(a.Incident.ID, b.Incident.ID))
}

func bySeverity(a, b *Incident) int {
	return cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity))
}

// shown says whether a digest tells of a row: not of what it has said nothing of yet and is not to say now, nor of what
// has ended there and is held back since it came again.
func (c candidate) shown() bool {
	d, i := c.Row, c.Incident
	return c.news || d.Knows != NeverTried && (d.State == IncidentOpen || i.State != IncidentOpen || !i.Muted)
}

// speaks puts an incident on the list where it belongs.
func (d *Gathering) speaks(i *Incident) {
	if i.State == IncidentOpen {
		d.Open = append(d.Open, i)
	} else {
		d.Ended = append(d.Ended, i)
	}
}

func (d *Gathering) sort() {
	slices.SortFunc(d.Open, func(a, b *Incident) int {
		return cmp.Or(bySeverity(a, b), a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID))
	})
	slices.SortFunc(d.Ended, func(a, b *Incident) int {
		return cmp.Or(b.Ended.Compare(a.Ended), cmp.Compare(a.ID, b.ID))
	})
}

// noticed is one message for many notices.
func (g *gathering) noticed() (Gathering, bool) {
	if g.board == nil && len(g.notices) <= g.r.Digest {
		for _, c := range g.notices {
			g.own = append(g.own, c.Owing)
		}
		return Gathering{}, false
	}
	if len(g.notices) == 0 || g.board != nil && g.board.inFlight() {
		return Gathering{}, false
	}
	d := g.start(g.board, boardID, g.notices)
	for _, c := range g.notices {
		d.Notices = append(d.Notices, c.Notice)
	}
	slices.SortFunc(d.Notices, func(a, b *Notice) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	d.Over = true
	return g.letter(d, g.notices)
}

// start is a letter of the digest that is under way, or of a new one. Its id is made of what it is about first, and when.
func (g *gathering) start(live *Delivery, kind string, about []candidate) Gathering {
	if live != nil {
		return Gathering{Row: *live}
	}
	first := slices.MinFunc(about, func(a, b candidate) int { return cmp.Compare(a.Row.Incident, b.Row.Incident) }).cover()
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %d", g.r.Name, first.Incident, first.Version, g.now.UnixNano()))
	id := DeliveryID{Receiver: g.r.Name, Incident: fmt.Sprintf("%s%x", kind, sum[:10])}
	return Gathering{Row: Delivery{DeliveryID: id, Wants: true}}
}
