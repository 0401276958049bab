package monitor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Of the integration's own requests it is told how many of how many fail: they are what its users feel. How bellhop's
// own probes fare beside them is told with it, since what both see lies further up than what one of them sees.

// apart splits what an incident's numbers are of: what bellhop asked itself, and streams of the integration's requests.
// Where there are streams of all hotels together, those of single ones are left out: they are in them.
func (d *draft) apart(i *Incident) (asked, streams []SignalID) {
	var pooled []SignalID
	kind := i.kind() // it looks through all members
	for _, m := range d.own(i) {
		c := d.watched.checks[m.Check]
		switch {
		case m.Signal != kind:
		case c == nil || c.Kind != KindTraffic || m.Signal != Availability:
			asked = append(asked, m)
		case c.Account == "":
			pooled = append(pooled, m)
		default:
			streams = append(streams, m)
		}
	}
	if len(pooled) > 0 {
		return asked, d.widest(pooled)
	}
	return asked, streams
}

// widest is the stream with the most requests: that to one module is part of that to all.
func (d *draft) widest(streams []SignalID) []SignalID {
	most := streams[:1]
	for n, m := range streams {
		if d.row(m.Check).Signal(m.Signal).Attempts > d.row(most[0].Check).Signal(most[0].Signal).Attempts {
			most = streams[n : n+1]
		}
	}
	return most
}

// tally adds up the attempts of signals since their trouble began, but for the Goods that may be its end.
func (d *draft) tally(ids []SignalID) (t Tally) {
	for _, m := range ids {
		if r := d.row(m.Check); r != nil {
			s := r.Signal(m.Signal)
			t.N, t.Bad = t.N+s.Attempts-s.GoodRun, t.Bad+s.Fails
		}
	}
	return t
}

// usualRequests is how many of the requests of streams usually fail, or "" where too few were seen to say so.
func (d *draft) usualRequests(streams []SignalID) string {
	var all Rate
	for _, m := range streams {
		if s := d.streamAt(m); s != nil {
			all.N, all.Bad = all.N+s.Usual.N, all.Bad+s.Usual.Bad
		}
	}
	return rateText(all.Share())
}

// streamAt is the stream that a signal is of, or nil.
func (d *draft) streamAt(m SignalID) *Stream {
	if c := d.watched.checks[m.Check]; c != nil && m.Signal == Availability {
		return d.streamOf(c)
	}
	return nil
}

// requestsText is how many requests fail: "31 % of 412 requests failed (mostly booking: HTTP 503)".
func (d *draft) requestsText(i *Incident, streams []SignalID) string {
	text := shareText(d.tally(streams)) + " failed"
	if what := d.mostly(i); what != "" {
		text += " (mostly " + what + ")"
	}
	return text
}

// shareText is a share of requests.
func shareText(t Tally) string {
	switch {
	case t.N > 1 && t.Bad == t.N:
		return "all " + thousands(t.N, "request")
	case t.N < fewAttempts:
		return fmt.Sprintf("%d of %s", t.Bad, count(t.N, "request"))
	}
	return percent(float64(t.Bad)/float64(t.N)) + " of " + thousands(t.N, "request")
}

// mostly is how requests fail most, and where, unless that is what the incident is called.
func (d *draft) mostly(i *Incident) string {
	f := d.failure(i)
	if f == nil || f.Fault == FaultNone {
		return ""
	}
	if _, what, ok := strings.Cut(f.Detail, "mostly "); ok {
		if i.Cause.Kind == NodeModule {
			what = strings.TrimPrefix(what, i.Cause.ID+": ")
		}
		return what
	}
	return ending{f.Fault, f.Status}.words()
}

// usualOf is how many requests usually fail, where that says something: not where nearly all do.
func (d *draft) usualOf(streams []SignalID) string {
	if t := d.tally(streams); 5*t.Bad >= 4*t.N {
		return ""
	}
	return d.usualRequests(streams)
}

// requestNumbers is the whole of it, with how bellhop's own probes fare.
func (d *draft) requestNumbers(i *Incident, streams []SignalID) string {
	text := d.requestsText(i, streams)
	if n := d.hotelsIn(streams); n > 1 {
		text += fmt.Sprintf(" at %d hotels", n)
	}
	return text + " since " + joined(", ", d.began(i), d.usualOf(streams)) + "." + d.beside(i)
}

// hotelRequests is how many of the requests for some hotels fail, and since when; ok is false for another matter.
func (d *draft) hotelRequests(i *Incident, hotels int, since time.Time) (text string, ok bool) {
	_, streams := d.apart(i)
	if i.Cause.ID != MatterRequests || len(streams) == 0 {
		return "", false
	}
	from := " since "
	if hotels > 1 {
		from = ", the first since "
	}
	return upper(d.requestsText(i, streams)) + from + joined(", ", d.clock(since), d.usualOf(streams)) + "." + d.beside(i), true
}

// tooText is what of the integration's requests fails where bellhop's own probes fail, too.
func (d *draft) tooText(streams []SignalID) string {
	t := d.tally(streams)
	if t.Bad == 0 {
		return ""
	}
	return " The integration meets it, too: " + shareText(t) + "."
}

// hotelsIn counts the hotels that streams are of.
func (d *draft) hotelsIn(streams []SignalID) int {
	accounts := map[string]bool{}
	for _, m := range streams {
		if c := d.watched.checks[m.Check]; c != nil && c.Account != "" {
			accounts[c.Account] = true
		}
	}
	return len(accounts)
}

// beside says how bellhop's own probes fare where the integration's requests fail.
func (d *draft) beside(i *Incident) string {
	c := d.streamed(i)
	if c == nil {
		return ""
	}
	fine, of := d.probes(c, i.Cause.Node())
	switch {
	case of > 0:
		return " " + upper(probesText(fine, of)) + "."
	case i.Cause.Kind == NodeModule:
		return " None of our own probes asks this module."
	}
	return ""
}

// streamed is the check of the requests that an incident is told of by, where these alone tell of it; else nil.
func (d *draft) streamed(i *Incident) *Check {
	asked, streams := d.apart(i)
	if len(asked) > 0 || len(streams) == 0 {
		return nil
	}
	return d.watched.checks[streams[0].Check]
}

// spoken is the host whose probes an incident's sentence has told of already, or "".
func (d *draft) spoken(i *Incident) string {
	c := d.streamed(i)
	if c == nil || i.Cause.Kind == NodeModule {
		return ""
	}
	return c.Host
}

// probes counts bellhop's own checks of what a stream's requests go to, or of the module among it that is the cause, and
// those of them that are well.
func (d *draft) probes(stream *Check, cause Node) (fine, of int) {
	module := stream.Module
	if cause.Kind == NodeModule {
		module = cause.ID
	}
	for _, id := range d.watched.asked {
		c := d.watched.checks[id]
		if c.Own || c.Info || c.Warning || c.Host != stream.Host || module != "" && c.Module != module {
			continue
		}
		failing, seen := d.failing(id, Availability)
		of += one(seen)
		fine += one(seen && !failing && !d.row(id).Signal(Availability).IsOpen())
	}
	return fine, of
}

func probesText(fine, of int) string {
	switch {
	case of == 1 && fine == 1:
		return "our own probe is fine"
	case of == 1:
		return "our own probe fails, too"
	case fine == of:
		return fmt.Sprintf("our own probes are fine (%d of %d)", fine, of)
	case of-fine == 1:
		return fmt.Sprintf("1 of our own %d probes fails", of)
	}
	return fmt.Sprintf("%d of our own %d probes fail", of-fine, of)
}

// hardRequests says whether requests fail so that it is an outage: at least 80 % of those since the trouble began, or
// all of the last two minutes, if they are eight or more.
func (d *draft) hardRequests(m SignalID, s Signal) bool {
	if of := s.Attempts - s.GoodRun; of > 0 && 5*s.Fails >= 4*of {
		return true
	}
	stream := d.streamAt(m)
	if stream == nil {
		return false
	}
	last := stream.Window.Sum(stream.Asked.Add(-d.b.pace.Of(2*time.Minute)), d.b.pace)
	return last.N >= 8 && last.Bad == last.N
}

// requestsWhy is why a stream of requests is shown as it is.
func (d *draft) requestsWhy(c *Check, r *Row) string {
	id := SignalID{c.ID(), Availability}
	t, text := d.tally([]SignalID{id}), ""
	if f := r.Failures[0]; f != nil {
		text = ending{f.Fault, f.Status}.words() + "; "
	}
	text += shareText(t) + " failed since "
	text += joined(", ", d.clock(r.Signal(Availability).Since), d.usualRequests([]SignalID{id}))
	if fine, of := d.probes(c, Node{}); of > 0 {
		text += "; " + probesText(fine, of)
	}
	return text
}

// thousands is a count that may be large: 1,234,567 requests.
func thousands(n int, what string) string {
	digits := strconv.Itoa(n)
	for k := len(digits) - 3; k > 0; k -= 3 {
		digits = digits[:k] + "," + digits[k:]
	}
	if n == 1 {
		return "1 " + what
	}
	return digits + " " + what + "s"
}
