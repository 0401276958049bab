package monitor

import (
	"slices"
	"time"
)

// letter says what a digest's next letter is about, and when it may leave. False is that there is nothing to say.
func (g *gathering) letter(d Gathering, members []candidate) (Gathering, bool) {
	s := d.Row.Sending
	under, news := g.under(s, members), g.news(d.Row, members)
	same := s != nil && s.Over == d.Over && (len(news) > 0 || s.Over || s.Reminder) && g.same(under, news)
	switch {
	case s != nil && (same || d.Row.sought(g.r) || len(news) == 0 && d.Row.maybe()):
		d.Resumes, d.Stale, d.Reminder = true, !same && len(news) > 0, s.Reminder
		d.Covers, d.Over, d.At = under, s.Over, d.Row.again(g.r, g.p)
		return d, !d.Row.repeated(g.r)
	case len(news) == 0 && !d.unsaid():
		return g.reminds(d)
	}
	d.Covers, d.At = news, g.due(d, members)
	if s == nil {
		return d, true
	}
	if d.Row.maybe() && !d.Row.repeated(g.r) && d.At.After(d.Row.again(g.r, g.p)) {
		d.At = d.Row.again(g.r, g.p)
	} else if !d.Row.maybe() {
		d.At = later(d.At, s.Next)
	}
	return d, true
}

// unsaid says that all has ended, and the receiver has not heard that: somebody gave up the last one's end.
func (d *Gathering) unsaid() bool {
	return d.Over && d.Row.Knows != NeverTried && d.Row.State == IncidentOpen
}

// under are the covers of the letter under way, as they were.
func (g *gathering) under(s *Sending, members []candidate) []Cover {
	var covers []Cover
	for _, c := range members {
		if old := c.Row.Sending; s != nil && old != nil && old.ID == s.ID {
			covers = append(covers, Cover{c.Row.Incident, old.Type, old.Version, old.Severity, old.Side, old.Cause})
		}
	}
	return covers
}

// news are the covers of a letter that says what is true now: of what has changed enough to be told and, with that, of
// what has changed a little or may not have arrived.
func (g *gathering) news(digest Delivery, members []candidate) []Cover {
	var covers, again []Cover
	for _, c := range members {
		switch {
		case c.news:
			covers = append(covers, c.cover())
		case c.Notice != nil || !c.shown():
		case c.Incident.Version > c.Row.Version, c.Row.maybe() && c.Row.Sending.Digest == digest.Incident:
			again = append(again, c.cover())
		}
	}
	if len(covers) == 0 {
		return nil
	}
	return append(covers, again...)
}

// cover is what is said of a row now.
func (c candidate) cover() Cover {
	if c.Notice != nil {
		return Cover{Incident: c.Row.Incident, Type: EventNotice, Version: c.Notice.Version()}
	}
	i, what := c.Incident, c.what
	switch {
	case what == "" && i.State == IncidentOpen:
		what = EventUpdated
	case what == "":
		what = EventResolved
	}
	return Cover{i.ID, what, i.Version, i.Severity, i.Side, i.Cause.Node()}
}

// same says whether the letter under way says just what is to be said.
func (g *gathering) same(under, news []Cover) bool {
	key := func(a, b Cover) int { return compare(a.Incident, b.Incident) }
	slices.SortFunc(under, key)
	slices.SortFunc(news, key)
	return slices.EqualFunc(under, news, func(a, b Cover) bool {
		return a.Incident == b.Incident && a.Type == b.Type && a.Version == b.Version
	})
}

// due is when a letter with news may leave. That all is over does not wait; the end of one waits for others where each
// letter is a post of its own.
func (g *gathering) due(d Gathering, members []candidate) time.Time {
	var opening, end time.Time // the first of each kind of news
	for _, c := range members {
		if !c.news {
			continue
		}
		if to := &opening; c.what == EventResolved {
			end = sooner(end, c.at)
		} else {
			*to = sooner(*to, c.at)
		}
	}
	told := d.Row.ToldAt
	switch {
	case opening.IsZero() && end.IsZero():
		return told
	case d.Row.Knows == NeverTried, d.Over:
		return sooner(opening, end)
	case !g.r.Posts:
		return later(sooner(opening, end), told.Add(g.r.Edits))
	case opening.IsZero():
		return later(end, told.Add(g.p.PostEvery))
	case end.IsZero():
		return later(opening, told.Add(g.p.DigestEvery))
	default:
		return sooner(later(end, told.Add(g.p.PostEvery)), later(opening, told.Add(g.p.DigestEvery)))
	}
}

// sooner is the sooner of two times; zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// reminds is the reminder of a digest of which nothing was heard for long, if there is somebody to remind.
func (g *gathering) reminds(d Gathering) (Gathering, bool) {
	waiting := slices.ContainsFunc(d.Open, func(i *Incident) bool { return i.Ack == nil && !i.Muted })
	if g.r.Remind <= 0 || d.Row.Knows == NeverTried || !waiting {
		return d, false
	}
	d.Reminder, d.At = true, d.Row.Rang.Add(g.r.Remind)
	return d, true
}

// Parts are the rows that an attempt puts in flight: that of the letter and, if it is a digest's, those of what it
// speaks for. The body is in the first alone.
func (a Attempting) Parts() []Attempting {
	parts := make([]Attempting, 1, 1+len(a.Covers))
	parts[0] = a
	for _, c := range a.Covers {
		s := a.Sending
		s.Body, s.Over, s.Reminder, s.Digest = nil, false, false, a.Delivery.Incident
		s.Type, s.Version, s.Severity, s.Side, s.Cause = c.Type, c.Version, c.Severity, c.Side, c.Cause
		parts = append(parts, Attempting{At: a.At, Delivery: DeliveryID{a.Delivery.Receiver, c.Incident}, Sending: s})
	}
	return parts
}

// Concerns says whether a receipt is about this row: about its own letter, or about that of a digest which speaks
// for it. The last word to a receiver is about all that its digest ever told.
func (r Receipt) Concerns(d *Delivery) bool {
	if d.DeliveryID == r.Delivery || d.Receiver != r.Delivery.Receiver || !IsDigest(r.Delivery.Incident) {
		return d.DeliveryID == r.Delivery
	}
	return d.in(&Delivery{DeliveryID: r.Delivery}) && (r.Result == Left || d.Sending != nil && d.Sending.ID == r.ID)
}

// Farewell are the last letters of the digests of a receiver that was removed, each with what it tells as it is now, and
// the rows that are in none.
func Farewell(all []Owing) (digests []Gathering, own []Owing) {
	for _, o := range all {
		if o.isDigest() && o.Row.Knows != NeverTried && o.Row.State == IncidentOpen {
			d := Gathering{Row: *o.Row}
			d.Row.Sending = nil
			digests = append(digests, d)
		}
	}
	for _, o := range all {
		at := slices.IndexFunc(digests, func(d Gathering) bool { return o.Row.in(&d.Row) })
		switch {
		case at < 0 && !slices.ContainsFunc(digests, func(d Gathering) bool { return d.Row.DeliveryID == o.Row.DeliveryID }):
			own = append(own, o)
		case at >= 0 && o.Incident != nil && o.Row.Knows != NeverTried && o.Row.Dead == "":
			digests[at].speaks(o.Incident)
		}
	}
	slices.SortStableFunc(own, func(a, b Owing) int { return one(a.isDigest()) - one(b.isDigest()) }) // they end the rest
	for n := range digests {
		digests[n].sort()
		digests[n].Over = len(digests[n].Open) == 0
	}
	return digests, own
}
