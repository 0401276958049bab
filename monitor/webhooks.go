package monitor

import (
	"fmt"
	"time"
)

// A verdict is what is made of what did or did not come. Known is whether anything can be said at all.
type verdict struct {
	Fault  Fault
	Detail string // one line, safe to show
	Known  bool
}

// How sure one has to be that events have stopped: one hotel can have a quiet day for reasons of its own, all of
// them cannot.
var (
	oneHotel  = silence{expected: 20, longest: 3, least: time.Hour}
	allHotels = silence{expected: 16, longest: 1.5, least: 10 * time.Minute}
)

// hears takes in what the integration's webhook receiver saw for a hotel, or, where h has no account, for all of
// them, and says how apaleo's delivery stands by it. In 2019 pings went on while events had stopped (docs/apaleo.md,
// section 4), so each is judged by its own rhythm; what arrives proves the way that it came by.
func (h Hotel) hears(w WebhookReport, at time.Time, p Pace) (Hotel, verdict) {
	ping, event := earlier(w.LastPing, at), earlier(w.LastEvent, at)
	came := w.Events > 0 || event.After(h.LastEvent)
	if w.Events > 0 && !event.After(h.LastEvent) {
		event = at // when exactly was not told
	}
	if ping.After(h.LastPing) || h.Events.resumed(at, p) && !h.Pings.overdue(h.Events.Looked, p) {
		h.Pings.Looked = at
	}
	h.LastPing, h.LastEvent = latest(h.LastPing, ping), latest(h.LastEvent, event)
	h.Pings = h.Pings.ping(ping, p)
	h.Events = h.Events.look(came, event, at, h.sure(), p)
	return h, h.judge(at, p)
}

// sure is how sure one has to be of a hotel's silence.
func (h Hotel) sure() silence {
	if h.Account == "" {
		return allHotels
	}
	return oneHotel
}

// judge says how delivery stands by what is known at a time.
func (h Hotel) judge(now time.Time, p Pace) verdict {
	mute := h.Events.silent(h.sure(), now, p)
	switch {
	case h.LastPing.IsZero() && h.LastEvent.IsZero():
		return verdict{}
	case h.Pings.overdue(now, p) && !h.LastEvent.After(h.LastPing.Add(2*h.Pings.Period)):
		return verdict{FaultStalled, fmt.Sprintf("no ping since %s, usually one every %s, and no event either", sinceClock(h.LastPing, now), span(h.Pings.Period)), true}
	case mute && h.Pings.Count >= periodKnown && h.LastPing.After(h.LastEvent) && !h.Pings.overdue(now, p):
		return verdict{FaultQuiet, fmt.Sprintf("pings arrive, but no event has since %s", sinceClock(h.LastEvent, now)), true}
	case mute:
		return verdict{FaultStalled, "no event has arrived since " + sinceClock(h.LastEvent, now), true}
	}
	return verdict{Known: true}
}

// pool is what all hotels together saw.
func pool(all []WebhookReport) WebhookReport {
	var sum WebhookReport
	for _, w := range all {
		sum.LastPing, sum.LastEvent = latest(sum.LastPing, w.LastPing), latest(sum.LastEvent, w.LastEvent)
		sum.Events += w.Events
	}
	return sum
}

// earlier is t, but not after now: the integration's clock may be ahead of ours.
func earlier(t, now time.Time) time.Time {
	if t.After(now) {
		return now
	}
	return t
}
