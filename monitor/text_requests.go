package monitor

import (
	"fmt"
	"strconv"
	"time"
)

// Of the integration's own requests it is told how many of how many fail: they are what its users feel. How bellhop's
// own probes fare beside them is told with it, since what both see lies further up than what one of them sees.

// apart splits what an incident's numbers are of: what bellhop asked itself, and streams of the integration's requests.
// Where there are streams of all hotels together, those of single ones are left out: they are in them.
func (d *draft) apart(i *Incident) (asked, streams []SignalID) {
	var pooled []SignalID
	for _, m := range d.own(i) {
		c := d.watched.checks[m.Check]
		switch {
		case m.Signal != i.kind():
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
	return rateText(usually(float64(all.N-all.Bad), float64(all.Bad)))
}

// streamAt is the stream that a signal is of, or nil.
func (d *draft) streamAt(m SignalID) *Stream {
	if c := d.watched.checks[m.Check]; c != nil && m.Signal == Availability {
		return d.streamOf(c)
	}
	return nil
}

// requestsText is how many requests fail: "31 % of 412 requests failed (mostly HTTP 503)".
func (d *draft) requestsText(i *Incident, streams []SignalID) string {
	t := d.tally(streams)
	text := fmt.Sprintf("%s of %s failed", percent(float64(t.Bad)/float64(max(t.N, 1))), thousands(t.N, "request"))
	if t.N < fewAttempts {
		text = fmt.Sprintf("%d of %s failed", t.Bad, count(t.N, "request"))
	}
	if f := d.failure(i); f != nil && f.Fault != FaultNone {
		text += " (mostly " + ending{f.Fault, f.Status}.words() + ")"
	}
	return text
}

// requestNumbers is the whole of it, with how bellhop's own probes fare.
func (d *draft) requestNumbers(i *Incident, streams []SignalID) string {
	text := d.requestsText(i, streams)
	if n := d.hotelsIn(streams); n > 1 {
		text += fmt.Sprintf(" at %d hotels", n)
	}
	return text + " since " + joined(", ", d.began(i), d.usualRequests(streams)) + "." + d.beside(i)
}

// hotelRequests is how many of the requests for some hotels fail, and since when; ok is false for another matter.
func (d *draft) hotelRequests(i *Incident, since string) (text string, ok bool) {
	_, streams := d.apart(i)
	if i.Cause.ID != MatterRequests || len(streams) == 0 {
		return "", false
	}
	return d.requestsText(i, streams) + " " + joined(", ", since, d.usualRequests(streams)) + "." + d.beside(i), true
}

// tooText is what of the integration's requests fails where bellhop's own probes fail, too.
func (d *draft) tooText(streams []SignalID) string {
	t := d.tally(streams)
	if t.Bad == 0 {
		return ""
	}
	of := joined(", ", fmt.Sprintf("%s of %s", percent(float64(t.Bad)/float64(t.N)), thousands(t.N, "request")), d.usualRequests(streams))
	return " The integration meets it, too: " + of + "."
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

// beside says how bellhop's own probes fare where the integration's requests fail, or "" where there are none.
func (d *draft) beside(i *Incident) string {
	m, ok := d.witness(i)
	c := d.watched.checks[m.Check]
	if !ok || c == nil {
		return ""
	}
	if fine, of := d.probes(c); of > 0 {
		return " " + upper(probesText(fine, of)) + "."
	}
	return ""
}

// probes counts bellhop's own checks of what a stream's requests go to, and those of them that are well.
func (d *draft) probes(stream *Check) (fine, of int) {
	for _, id := range d.watched.asked {
		c := d.watched.checks[id]
		if c.Own || c.Info || c.Warning || c.Host != stream.Host || stream.Module != "" && c.Module != "" && c.Module != stream.Module {
			continue
		}
		failing, seen := d.failing(id, Availability)
		of += one(seen)
		fine += one(seen && !failing && !d.row(id).Signal(Availability).IsOpen())
	}
	return fine, of
}

func probesText(fine, of int) string {
	if fine == of {
		return fmt.Sprintf("our own probes are fine (%d of %d)", fine, of)
	}
	return fmt.Sprintf("of our own probes %d of %d fail", of-fine, of)
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
	text += fmt.Sprintf("%s of %s failed since ", percent(float64(t.Bad)/float64(max(t.N, 1))), thousands(t.N, "request"))
	text += joined(", ", d.clock(r.Signal(Availability).Since), d.usualRequests([]SignalID{id}))
	if fine, of := d.probes(c); of > 0 {
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
