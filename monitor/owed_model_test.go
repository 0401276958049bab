package monitor_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	. "bellhop/monitor"

	"pgregory.net/rapid"
)

// arrival is a message as the receiver got it.
type arrival struct {
	id, body string
	what     EventType
	version  int
}

// delivering is one receiver and one incident in a world where anything can go wrong.
type delivering struct {
	t        *rapid.T
	now      time.Time
	r        Receiver
	i        Incident
	events   []Event
	d        Delivery
	again    bool // the letter under way may have arrived before
	arrivals []arrival
}

func newDelivering(t *rapid.T) *delivering {
	w := &delivering{t: t, now: ten, d: Delivery{Wants: true}}
	w.r = Receiver{
		Posts: rapid.Bool().Draw(t, "posts"), EveryVersion: rapid.Bool().Draw(t, "every version"),
		After: rapid.SampledFrom([]time.Duration{0, 0, 5 * time.Minute}).Draw(t, "after"),
	}
	w.r.Keyless = w.r.Posts && !w.r.EveryVersion
	if !w.r.Posts && !w.r.EveryVersion {
		w.r.Edits = rapid.SampledFrom([]time.Duration{0, 5 * time.Second, time.Minute}).Draw(t, "edits")
		w.r.Lookup = w.r.Edits > 0
		w.r.NoRecap = w.r.Edits == 0 && rapid.Bool().Draw(t, "no recap")
	}
	w.r.Remind = rapid.SampledFrom([]time.Duration{0, 0, 15 * time.Minute}).Draw(t, "remind")
	w.i = Incident{ID: "inc", State: IncidentOpen, Severity: Down, Since: ten, Opened: ten}
	w.version(EventOpened)
	return w
}

func (w *delivering) version(what EventType) {
	w.i.Version++
	w.i.Updated = w.now
	w.events = append(w.events, Event{Type: what, At: w.now, Incident: w.i})
}

func (w *delivering) update(t *rapid.T) {
	if w.i.State == IncidentOpen {
		w.i.Severity = rapid.SampledFrom([]Severity{Down, Degraded}).Draw(t, "severity")
		w.version(EventUpdated)
	}
}

// ask is what a person does: it is held back, or somebody is on it, or no longer so.
func (w *delivering) ask(t *rapid.T) {
	if w.i.State != IncidentOpen {
		return
	}
	w.i.Muted, w.i.Ack = rapid.Bool().Draw(t, "muted"), nil
	if rapid.Bool().Draw(t, "acknowledged") {
		w.i.Ack = &Ack{By: "Anna"}
	}
	w.version(EventUpdated)
}

func (w *delivering) turn(*rapid.T) {
	if w.i.State == IncidentOpen {
		w.i.State, w.i.Ended = IncidentResolved, w.now
		w.version(EventResolved)
	} else if w.now.Before(w.i.Updated.Add(pace.ReopenIn)) {
		w.i.State, w.i.Ended = IncidentOpen, time.Time{}
		w.version(EventReopened)
	}
}

func (w *delivering) wait(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(1, 1200).Draw(t, "seconds")) * time.Second)
	w.d = w.d.Aged(&w.i, w.r, pace, w.now)
}

// attempt sends what is owed now, if anything is, and lets the receipt be what it will.
func (w *delivering) attempt(t *rapid.T) {
	if !w.begin() {
		return
	}
	if w.missing() {
		w.end(Missing, false)
		return
	}
	result := rapid.SampledFrom([]SendResult{Accepted, Refused, Ambiguous, Unmended, Content, ""}).Draw(t, "result")
	if w.r.Lookup && w.again && w.arrived(w.d.Sending.ID) && result == Content {
		result = Accepted // it is found, and not sent
	}
	took := result == Accepted || result == Ambiguous && rapid.Bool().Draw(t, "took effect")
	w.end(result, took)
}

// missing says that the letter is looked up, is not there, and is too old to be sent now.
func (w *delivering) missing() bool {
	s := w.d.Sending
	return w.r.Lookup && w.again && w.d.Ref == "" && s.Version < w.i.Version && !w.arrived(s.ID)
}

func (w *delivering) arrived(id string) bool {
	return slices.ContainsFunc(w.arrivals, func(a arrival) bool { return a.id == id })
}

func (w *delivering) crash(t *rapid.T) {
	if !w.begin() {
		return
	}
	if rapid.Bool().Draw(t, "took effect") {
		w.arrive()
	}
	w.d = w.d.Restarted()
}

// begin puts in flight what is owed now.
func (w *delivering) begin() bool {
	what, at, ok := Owed(w.d, &w.i, w.r, pace, w.now)
	if !ok || at.After(w.now) {
		return false
	}
	s := w.d.Sending
	w.again = s != nil && w.d.Knows == Maybe && s.Version == w.d.Version && Resumes(w.d, &w.i, w.r, pace)
	switch {
	case !Resumes(w.d, &w.i, w.r, pace):
		s = w.render(what, nil)
		w.inManners(what)
	case s.Body == nil:
		s = w.render(what, s)
	}
	if w.r.NoRecap && what != EventResolved && w.i.State != IncidentOpen {
		w.t.Fatalf("%s rings for what is over", what)
	}
	w.d = w.d.Attempting(Attempting{At: w.now, Sending: *s})
	return true
}

// inManners ensures that a new letter comes neither too soon nor unasked for.
func (w *delivering) inManners(what EventType) {
	apart := w.now.Sub(w.d.ToldAt)
	if what == EventUpdated && apart < w.r.Edits && w.d.Knows == Told {
		w.t.Fatalf("an edit %v after the last one", apart)
	}
	if what != EventReminder {
		return
	}
	if since := w.now.Sub(w.d.Rang); since < w.r.Remind || w.i.Muted || w.i.Ack != nil || w.i.State != IncidentOpen {
		w.t.Fatalf("reminded after %v: %+v", since, w.i)
	}
}

func (w *delivering) render(what EventType, old *Sending) *Sending {
	e := Event{Type: what, Incident: w.i}
	if w.r.EveryVersion {
		e, _ = NextVersion(w.d, w.events)
	}
	if old != nil {
		e = Event{Type: what, Incident: w.events[old.Version-1].Incident}
	}
	s := &Sending{Type: e.Type, Version: e.Incident.Version, Severity: e.Incident.Severity, First: w.now}
	form := ""
	if old != nil && old.Plain {
		s.Plain, form = true, "plain"
	}
	if s.Type == EventReminder {
		form += w.d.Rang.String()
	}
	s.ID = MessageID("book", w.d.DeliveryID, s.Version, form)
	s.Body = fmt.Appendf(nil, "%s %d %s", s.Type, s.Version, form)
	return s
}

func (w *delivering) arrive() {
	s := w.d.Sending
	w.arrivals = append(w.arrivals, arrival{s.ID, string(s.Body), s.Type, s.Version})
}

func (w *delivering) end(result SendResult, took bool) {
	if took {
		w.arrive()
	}
	r := Receipt{At: w.now, ID: w.d.Sending.ID, Result: result, Next: w.now.Add(time.Second)}
	if result == "" {
		r.Result = Refused
	}
	if w.r.Keyless && result == Ambiguous {
		r.Next = time.Time{}
	}
	if result == Accepted && w.r.Lookup {
		r.Ref = "root"
	}
	w.d = w.d.Received(r, pace)
	if _, at, ok := Owed(w.d, &w.i, w.r, pace, w.now); ok && result == Ambiguous && !w.r.Keyless && at.After(r.Next) && w.i.State != IncidentOpen {
		w.t.Fatalf("what may have arrived waits until %v", at)
	}
}

// settle lets the receiver accept everything until nothing more is owed.
func (w *delivering) settle() {
	w.r.Remind = 0
	for range 500 {
		_, at, ok := Owed(w.d, &w.i, w.r, pace, w.now)
		if !ok {
			return
		}
		if at.After(w.now) {
			w.now = at
		}
		switch {
		case !w.begin():
		case w.missing():
			w.end(Missing, false)
		default:
			w.end(Accepted, !w.r.Lookup || !w.arrived(w.d.Sending.ID))
		}
	}
	w.t.Fatal("there is no end to what is owed")
}

// TestToldDownToldUp ensures that whatever goes wrong, a receiver that works in the end knows the truth:
// in order, each message under one id with the same bytes, no opening after an end but as a re-opening, and
// no incident that is opened for it for ever.
func TestToldDownToldUp(t *testing.T) {
	for range 20 { // a hundred worlds each; a bug may need a rare one
		rapid.Check(t, func(t *rapid.T) {
			w := newDelivering(t)
			t.Repeat(map[string]func(*rapid.T){
				"update": w.update, "turn": w.turn, "wait": w.wait, "attempt": w.attempt, "again": w.attempt, "crash": w.crash,
				"ask": w.ask,
			})
			w.settle()
			w.knowsTruth()
			w.inOrder()
		})
	}
}

func (w *delivering) knowsTruth() {
	if w.i.Muted && w.i.State == IncidentOpen {
		return // it is held back
	}
	if w.d.Knows == Maybe && !w.r.Keyless {
		w.t.Fatalf("a receiver that knows duplicates is left with maybe: %+v", w.d)
	}
	if len(w.arrivals) == 0 || w.d.Knows != Told {
		if w.i.State == IncidentOpen && !w.r.Keyless {
			w.t.Fatalf("open, and never told: %+v", w.d)
		}
		return
	}
	last := w.arrivals[len(w.arrivals)-1]
	saysOpen := last.what != EventResolved && last.what != EventRecap
	if saysOpen != (w.i.State == IncidentOpen) {
		w.t.Fatalf("the last it heard is %s, the incident is %s", last.what, w.i.State)
	}
	if !w.r.Posts && last.version < w.i.Version && saysOpen {
		w.t.Fatalf("it knows version %d of %d", last.version, w.i.Version)
	}
}

func (w *delivering) inOrder() {
	bodies := map[string]string{}
	var first []arrival
	for _, a := range w.arrivals {
		if body, ok := bodies[a.id]; ok && body != a.body {
			w.t.Fatalf("message %s has two bodies: %q and %q", a.id, body, a.body)
		} else if !ok {
			first = append(first, a)
		}
		bodies[a.id] = a.body
	}
	if !slices.IsSortedFunc(first, func(a, b arrival) int { return a.version - b.version }) {
		w.t.Fatalf("out of order: %v", first)
	}
	for n, a := range first {
		if a.what == EventOpened && n > 0 && first[n-1].version != a.version {
			w.t.Fatalf("opened after something else: %v", first)
		}
		if w.r.EveryVersion && n > 0 && a.version > first[n-1].version+1 {
			w.t.Fatalf("a version is missing: %v", first)
		}
	}
}
