package monitor

import (
	"fmt"
	"slices"
	"time"
)

// The integration's requests are judged by windows: of each hotel alone, of all of them together, and of each module.
// What hotels have for themselves is left out of what is counted together, so that it shows what befalls all.

// tallied counts the requests that the other side answered as it should, and those that it did not, as the table of
// evidence reads them; what says nothing of that, as a 429, is left out.
func tallied(counts []Count) (t Tally) {
	for _, c := range counts {
		e, known := c.ending()
		if !known {
			continue
		}
		switch readings[e.fault][0] {
		case Good:
			t.N += min(c.N, countMost)
		case Fail, byWay:
			n := min(c.N, countMost)
			t.N, t.Bad = t.N+n, t.Bad+n
		default:
		}
	}
	return t
}

// unserved is the most frequent of the failures that tallied counts.
func unserved(counts []Count, t Tally) Outcome {
	failed := slices.DeleteFunc(slices.Clone(counts), func(c Count) bool {
		e, known := c.ending()
		return !known || readings[e.fault][0] != Fail && readings[e.fault][0] != byWay
	})
	most, module := foremost(failed, true)
	what := most.words()
	if module != "" {
		what = module + ": " + what
	}
	return Outcome{
		Fault: most.fault, Status: most.status, Module: alone(counts),
		Detail: fmt.Sprintf("%d of %d requests failed, mostly %s", t.Bad, t.N, what),
	}
}

// A timing is of what time a report's counts are.
type timing struct {
	now, end time.Time
	covers   time.Duration
}

// timing is that of a report. One that came late tells of a time that is over.
func (r Report) timing() timing {
	if r.Until.IsZero() {
		return timing{r.At, r.At, r.Covers}
	}
	return timing{r.At, r.Until, r.Covers}
}

// evidenceAt is the time of the evidence that a report is: when it came, unless it came late.
func (t timing) evidenceAt(p Pace) time.Time {
	if t.now.Sub(t.end) > p.Of(reportLately) {
		return t.end
	}
	return t.now
}

// countRequests puts the counts of a report into the windows of its hotels, before any is judged: where many of them fail
// at once, less is enough for each.
func (d *draft) countRequests(accounts []AccountReport, w timing) {
	hotels := Tally{}
	for _, a := range accounts {
		h := d.editHotel(d.watched.account(a.Code))
		if a.Gone || h == nil {
			continue
		}
		t := tallied(a.Requests)
		s := d.requestsOf(h.Account)
		h.Traffic = h.Traffic.add(w, t, d.b.pace)
		if t.N > 0 && !s.IsOpen() {
			hotels.N, hotels.Bad = hotels.N+1, hotels.Bad+one(t.evidence() == Fail)
		}
	}
	const many = 3
	h := d.pooledHotel(w.now)
	h.Minutes, _ = h.Minutes.Add(w.now, w.end, 0, hotels, d.b.pace)
	d.manyFail = hotels.Bad >= many && h.Minutes.Verdict(w.end, hotelsOK, d.b.pace) == Alarming
}

// requestsOf is how the requests of a hotel stand.
func (d *draft) requestsOf(account string) Signal {
	for _, c := range d.watched.hotels[account] {
		if r := d.row(c.ID()); c.Kind == KindTraffic && r != nil {
			return r.Signal(Availability)
		}
	}
	return Signal{}
}

// judged finds what a report's requests for a hotel come to.
func (d *draft) judged(h *Hotel, counts []Count, w timing, calm bool) judgement {
	j := judgement{Tally: tallied(counts)}
	if j.Bad > 0 || !calm {
		j = d.judgedBy(h.Traffic.Window, j.Tally, counts, w)
	}
	if d.manyFail && j.evidence() == Fail && h.Traffic.Window.mostly(w.end, d.b.pace) {
		j.verdict = Alarming
	}
	return j
}

func (d *draft) judgedBy(window Window, t Tally, counts []Count, w timing) judgement {
	j := judgement{Tally: t, verdict: window.Verdict(w.end, requestsOK, d.b.pace)}
	if t.Bad > 0 {
		j.outcome = unserved(counts, t)
	}
	if j.verdict != Calm {
		j.onset = window.onset(requestsOK, d.b.pace)
	}
	return j
}

// pooledHotel is the draft's own record of what all hotels report together.
func (d *draft) pooledHotel(at time.Time) *Hotel {
	h := d.editHotel("")
	if h == nil {
		h = &Hotel{First: at}
		set(&d.c.Hotels, "", h)
	}
	return h
}

// poolRequests judges the requests of all hotels together, and those to each module. What comes of it is acted on
// first: else what befalls all would begin as a matter of those hotels for which it shows first.
func (d *draft) poolRequests(accounts []AccountReport, w timing) {
	counts, own, news := d.pooledCounts(accounts), len(*d.turns), false
	h := d.pooledHotel(w.now)
	h.Streams = slices.Clone(h.Streams)
	for _, c := range d.watched.config.Reported.Pooled {
		if !c.pooledTraffic() {
			continue
		}
		of := counts
		if c.Module != "" {
			of = slices.DeleteFunc(slices.Clone(counts), func(k Count) bool { return k.Module != c.Module })
		}
		if t := tallied(of); t.N > 0 {
			news = d.poolStream(h, c, of, t, w) || news
		}
	}
	pooled := slices.Clone((*d.turns)[own:])
	if cause, ok := d.onlyModule(&Check{}); ok {
		slices.SortStableFunc(pooled, func(a, b turn) int { return one(a.check.Module != cause.ID) - one(b.check.Module != cause.ID) })
	}
	*d.turns = append(pooled, (*d.turns)[:own]...)
	if news {
		d.watched = d.made(d.watched.config, d.watched.hotels)
	}
}

// poolStream adds to a pooled stream, and judges it. What was never asked for before is news: it is watched from then
// on.
func (d *draft) poolStream(h *Hotel, c *Check, counts []Count, t Tally, w timing) (news bool) {
	s, r := h.stream(c.ID()), d.row(c.ID())
	calm := !dirty(r)
	*s = s.add(w, t, d.b.pace)
	if d.watched.checks[c.ID()] != c {
		return d.watched.checks[c.ID()] == nil
	}
	j := judgement{Tally: t}
	if t.Bad > 0 || !calm {
		j = d.judgedBy(s.Window, t, counts, w)
	}
	*s = s.learn(w, j, calm)
	o := Outcome{Status: 200}
	if j.evidence() == Fail {
		o = j.outcome
	}
	o.Check = c.ID()
	d.heardRequests(o, j, w.evidenceAt(d.b.pace))
	return false
}

// stream is a pooled stream of the record, that may be written.
func (h *Hotel) stream(id CheckID) *Stream {
	i := slices.IndexFunc(h.Streams, func(s CheckStream) bool { return s.Check == id })
	if i < 0 {
		i = len(h.Streams)
		h.Streams = append(h.Streams, CheckStream{Check: id})
	}
	return &h.Streams[i].Stream
}

// pooledTraffic says whether a check is of the requests of all hotels together.
func (c *Check) pooledTraffic() bool { return c.Reported && c.Kind == KindTraffic && c.Account == "" }

// pooledCounts adds up the requests of all hotels. Those of hotels in trouble are left out while they are fewer than
// four in five of those that have requests: that is theirs, and told as such.
func (d *draft) pooledCounts(accounts []AccountReport) []Count {
	asking, failing := 0, map[string]bool{}
	for _, a := range accounts {
		if account := d.watched.account(a.Code); len(a.Requests) > 0 && !a.Gone {
			if asking++; d.requestsOf(account).IsOpen() {
				failing[a.Code] = true
			}
		}
	}
	if 5*len(failing) >= 4*asking {
		clear(failing)
	}
	sums := map[Count]int{}
	for _, a := range accounts {
		for _, c := range a.Requests {
			if n := c.N; !failing[a.Code] && !a.Gone && n > 0 {
				c.N = 0
				sums[c] = min(sums[c]+min(n, countMost), countMost)
			}
		}
	}
	counts := make([]Count, 0, len(sums))
	for c, n := range sums {
		c.N = n
		counts = append(counts, c)
	}
	return counts
}

// heardRequests folds what a report tells of requests: o is read for the signals of credentials and quota, j for
// availability.
func (d *draft) heardRequests(o Outcome, j judgement, at time.Time) {
	d.judgement = &j
	d.told(o, at)
	d.judgement = nil
}

// stepRequests brings what a report tells of requests to the signal of availability.
func (d *draft) stepRequests(c *Check, o Outcome, way Way) {
	j, id, r := *d.judgement, SignalID{o.Check, Availability}, d.editRow(o.Check)
	if before := r.Signals[0]; j.Bad > 0 && (j.evidence() == Fail || j.verdict != Calm || before.IsOpen()) {
		f := j.outcome
		f.Check, f.At, f.Started = o.Check, o.At, o.Started
		r.Failures[0] = failed(r.Failures[0], f, way)
	}
	next, edge := r.Signals[0].judge(o.At, j, d.watched.rules[o.Check][0])
	r.Signals[0] = next
	if edge == Closed {
		d.settleRequests(id)
	}
	d.turn(turn{c, id, edge})
}

// settleRequests forgets the requests that a trouble was told by which is over: they open nothing again.
func (d *draft) settleRequests(id SignalID) { d.editWindow(id, func(Window) Window { return "" }) }

// forgiveRequests forgets the requests up to the end of a trouble that explains them, and those of the report which tells of
// that minute. What has failed since is no part of it: else how long its end took to be believed would decide what counts.
func (d *draft) forgiveRequests(id SignalID, end time.Time) {
	if c := d.watched.checks[id.Check]; c != nil {
		end = end.Add(d.reportSpan(c))
	}
	d.editWindow(id, func(w Window) Window { return w.since(end, d.b.pace) })
}

// editWindow replaces the window that a signal of requests is judged by.
func (d *draft) editWindow(id SignalID, by func(Window) Window) {
	c := d.watched.checks[id.Check]
	if c == nil || c.Kind != KindTraffic || id.Signal != Availability {
		return
	}
	h := d.editHotel(c.Account)
	switch {
	case h == nil:
	case c.Account != "":
		h.Traffic.Window = by(h.Traffic.Window)
	default:
		h.Streams = slices.Clone(h.Streams)
		s := h.stream(c.ID())
		s.Window = by(s.Window)
	}
}
