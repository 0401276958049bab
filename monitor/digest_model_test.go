package monitor_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	. "bellhop/monitor"

	"pgregory.net/rapid"
)

// saying is what one message says of incidents: whether each is open.
type saying struct {
	Open   map[string]bool
	Digest bool
	Over   bool
}

// a posted message as the channel shows it, under the id of the letter that posted it.
type postedMessage struct {
	id, ref string
	said    saying
}

// telling is one receiver, many incidents and a real book, in a world where anything can go wrong.
type tellingWorld struct {
	t         *rapid.T
	now       time.Time
	r         Receiver
	book      *Book
	incidents map[string]Incident
	rows      map[DeliveryID]*Delivery

	posts []*postedMessage
	heard map[string]bool // what was said of an incident last, where nothing can be edited
}

func newTellingWorld(t *rapid.T) *tellingWorld {
	w := &tellingWorld{t: t, now: ten, incidents: map[string]Incident{}, rows: map[DeliveryID]*Delivery{}, heard: map[string]bool{}}
	w.r = Receiver{Name: "ops", Kind: "slack", Digest: rapid.IntRange(1, 3).Draw(t, "digest")}
	if rapid.Bool().Draw(t, "edits") {
		w.r.Edits, w.r.Lookup = 5*time.Second, true
	} else {
		w.r.Posts, w.r.Keyless = true, true
	}
	w.r.After = rapid.SampledFrom([]time.Duration{0, 0, time.Minute}).Draw(t, "after")
	w.r.Remind = rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(t, "remind")
	w.restart()
	return w
}

// restart opens the book on what it has stored: nobody knows what came of what was in flight.
func (w *tellingWorld) restart() {
	s := Saved{ID: "book"}
	for _, i := range w.incidents {
		s.Incidents = append(s.Incidents, &i)
	}
	for id, d := range w.rows {
		restarted := d.Restarted()
		w.rows[id] = &restarted
		s.Deliveries = append(s.Deliveries, d)
	}
	w.book = NewBook(s, pace, nil)
	w.feed(Reconfigure{At: w.now, Receivers: []Receiver{w.r}})
}

func (w *tellingWorld) feed(in Input) {
	c := w.book.Decide([]Input{in})
	w.book.Apply(c)
	w.take(c)
}

func (w *tellingWorld) take(c Change) {
	for id, i := range c.Incidents {
		w.incidents[id] = *i
	}
	for id, d := range c.Deliveries {
		if w.rows[id] = d; d.Settled {
			delete(w.rows, id)
		}
	}
}

// commit is a version of an incident, which the receiver wants.
func (w *tellingWorld) commit(i Incident) {
	i.Version++
	i.Updated = w.now
	id := DeliveryID{w.r.Name, i.ID}
	row := Delivery{DeliveryID: id}
	if old := w.rows[id]; old != nil {
		row = *old
	}
	row.Wants, row.Settled = true, false
	c := Change{At: w.now, Incidents: map[string]*Incident{i.ID: &i}, Deliveries: map[DeliveryID]*Delivery{id: &row}, Urgent: true}
	w.book.Apply(c)
	w.take(c)
}

func (w *tellingWorld) opens(t *rapid.T) {
	for range rapid.IntRange(1, 4).Draw(t, "how many") {
		n := len(w.incidents)
		w.commit(Incident{
			ID: fmt.Sprintf("inc%02d", n), State: IncidentOpen, Cause: Cause{Kind: NodeEdge, ID: fmt.Sprint("host", n)},
			Severity: rapid.SampledFrom([]Severity{Down, Degraded}).Draw(t, "severity"), Since: w.now.Add(-time.Minute), Opened: w.now,
		})
	}
}

func (w *tellingWorld) some(t *rapid.T) (Incident, bool) {
	if len(w.incidents) == 0 {
		return Incident{}, false
	}
	return w.incidents[rapid.SampledFrom(slices.Sorted(maps.Keys(w.incidents))).Draw(t, "incident")], true
}

func (w *tellingWorld) turns(t *rapid.T) {
	i, ok := w.some(t)
	switch {
	case ok && i.State == IncidentOpen:
		i.State, i.Ended = IncidentResolved, w.now
		w.commit(i)
	case ok && w.now.Before(i.Updated.Add(pace.ReopenIn)) && w.rows[DeliveryID{w.r.Name, i.ID}] != nil:
		i.State, i.Ended = IncidentOpen, time.Time{}
		i.Reopened++
		w.commit(i)
	}
}

func (w *tellingWorld) changes(t *rapid.T) {
	if i, ok := w.some(t); ok && i.State == IncidentOpen {
		i.Severity = rapid.SampledFrom([]Severity{Down, Degraded}).Draw(t, "severity")
		i.Muted = rapid.IntRange(0, 4).Draw(t, "muted") == 0
		w.commit(i)
	}
}

func (w *tellingWorld) waits(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 61, 700}).Draw(t, "seconds")) * time.Second)
	w.feed(Tick{At: w.now})
}

// A letterNow is what the lane would send now.
type letterNow struct {
	row     Delivery
	sending Sending
	covers  []Cover
	stale   bool
	again   bool // it is the letter under way
}

// next finds what leaves first, as a lane does.
func (w *tellingWorld) next() (letterNow, time.Time, bool) {
	var all []Owing
	for id, d := range w.rows {
		o := Owing{Row: d}
		if i, ok := w.incidents[id.Incident]; ok {
			o.Incident = &i
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b Owing) int { return cmpString(a.Row.Incident, b.Row.Incident) })
	own, digests := Gather(all, w.r, pace, w.now)
	var first letterNow
	var at time.Time
	found := false
	for _, o := range own {
		what, when, ok := Owed(*o.Row, o.Incident, w.r, pace, w.now)
		if ok && (!found || when.Before(at)) {
			first, at, found = w.letter(o, what), when, true
		}
	}
	for _, g := range digests {
		if !found || g.At.Before(at) {
			first, at, found = w.digest(g), g.At, true
		}
	}
	return first, at, found
}

func cmpString(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func (w *tellingWorld) letter(o Owing, what EventType) letterNow {
	d := *o.Row
	if old := d.Sending; old != nil && old.Body != nil && Resumes(d, o.Incident, w.r, pace) {
		return letterNow{row: d, sending: *old, stale: d.Ref == "" && old.Version < o.Incident.Version, again: true}
	}
	i := *o.Incident
	s := Sending{Type: what, Version: i.Version, Severity: i.Severity, Side: i.Side, Cause: i.Cause.Node(), First: w.now, Kind: w.r.Kind}
	s.ID = MessageID("book", d.DeliveryID, i.Version, string(what)+d.Rang.String())
	s.Body = body(saying{Open: map[string]bool{i.ID: i.State == IncidentOpen}})
	return letterNow{row: d, sending: s}
}

func (w *tellingWorld) digest(g Gathering) letterNow {
	if s := g.Row.Sending; g.Resumes && s.Body != nil {
		return letterNow{row: g.Row, sending: *s, covers: g.Covers, stale: g.Stale, again: true}
	}
	said := saying{Open: map[string]bool{}, Digest: true, Over: g.Over}
	for _, i := range g.Open {
		said.Open[i.ID] = true
	}
	for _, i := range g.Ended {
		said.Open[i.ID] = false
	}
	s := Sending{Type: EventDigest, First: w.now, Kind: w.r.Kind, Over: g.Over, Reminder: g.Reminder, Version: g.Row.Version + 1, Body: body(said)}
	if old := g.Row.Sending; old != nil {
		s.Version = max(s.Version, old.Version+1)
	}
	s.ID = MessageID("book", g.Row.DeliveryID, s.Version, "")
	return letterNow{row: g.Row, sending: s, covers: g.Covers}
}

func body(s saying) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return text
}

// attempt sends what is due, and lets come of it what will.
func (w *tellingWorld) attempt(t *rapid.T) {
	l, at, ok := w.next()
	if !ok || at.After(w.now) {
		return
	}
	w.begin(l)
	result := rapid.SampledFrom([]SendResult{Accepted, Accepted, Refused, Ambiguous, Unmended, "crash"}).Draw(t, "result")
	took := result == Accepted || (result == Ambiguous || result == "crash") && rapid.Bool().Draw(t, "took effect")
	if result == "crash" {
		if took {
			w.arrive(l)
		}
		w.restart()
		return
	}
	w.end(l, result, took)
}

func (w *tellingWorld) begin(l letterNow) {
	s := l.sending
	s.Attempts++
	w.feed(Attempting{At: w.now, Delivery: l.row.DeliveryID, Sending: s, Covers: l.covers})
	if d := w.rows[l.row.DeliveryID]; d == nil || d.Sending == nil || !d.Sending.InFlight || d.Sending.ID != s.ID {
		w.t.Fatalf("the attempt is not in the book: %+v, for %+v", d, l)
	}
	w.counts()
}

// counts ensures that what is shown as due is counted once, by incident, and since a time.
func (w *tellingWorld) counts() {
	for id, since := range w.book.Snapshot(w.now).Waiting {
		if IsDigest(id.Incident) || since.IsZero() {
			w.t.Fatalf("%v is shown as due since %v", id, since)
		}
	}
}

func (w *tellingWorld) end(l letterNow, result SendResult, took bool) {
	r := Receipt{At: w.now, Delivery: l.row.DeliveryID, ID: l.sending.ID, Result: result}
	if took {
		ref, missing := w.arrive(l)
		if result == Accepted {
			r.Ref = ref
		}
		if result == Accepted && missing {
			r.Result = Missing
		}
	}
	if result == Refused || result == Ambiguous && !w.r.Keyless {
		r.Next = w.now.Add(time.Second)
	}
	w.feed(r)
}

// arrive is what the channel makes of a letter: an edit, or a post, unless it is found there.
func (w *tellingWorld) arrive(l letterNow) (ref string, missing bool) {
	var said saying
	if err := json.Unmarshal(l.sending.Body, &said); err != nil {
		w.t.Fatal(err)
	}
	maps.Copy(w.heard, said.Open)
	if !w.r.Lookup {
		w.posts = append(w.posts, &postedMessage{id: l.sending.ID, said: said})
		return "", false
	}
	maybe := l.again && l.row.Knows == Maybe && l.row.Version == l.sending.Version
	for _, p := range w.posts {
		if p.ref == l.row.Ref || maybe && p.id == l.sending.ID {
			if p.ref == l.row.Ref {
				p.said = said
			}
			return p.ref, false
		}
	}
	if maybe && l.stale {
		return "", true
	}
	p := &postedMessage{id: l.sending.ID, ref: fmt.Sprint("ts", len(w.posts)), said: said}
	w.posts = append(w.posts, p)
	w.oneDigest()
	return p.ref, false
}

// oneDigest ensures that people never see two digests that are under way.
func (w *tellingWorld) oneDigest() {
	n := 0
	for _, p := range w.posts {
		if p.said.Digest && !p.said.Over {
			n++
		}
	}
	if n > 1 {
		w.t.Fatalf("%d digests under way at once", n)
	}
}

// settle lets the receiver take everything until nothing more is owed, reminders apart.
func (w *tellingWorld) settle() {
	w.r.Remind = 0
	w.restart()
	for range 200 {
		l, at, ok := w.next()
		if !ok {
			return
		}
		w.now = later(w.now, at)
		w.begin(l)
		w.end(l, Accepted, true)
	}
	w.t.Fatal("there is no end to what is owed")
}

// TestDigestConverges ensures that, whatever goes wrong, a receiver that tells many incidents in one message shows what is
// true in the end: every incident that is open and was not held back, none as open that has ended, no digest twice, and
// nothing in flight for ever.
func TestDigestConverges(t *testing.T) {
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			w := newTellingWorld(t)
			t.Repeat(map[string]func(*rapid.T){
				"open": w.opens, "turn": w.turns, "turn again": w.turns, "change": w.changes, "wait": w.waits,
				"attempt": w.attempt, "again": w.attempt, "and again": w.attempt,
			})
			w.settle()
			w.showsTruth()
		})
	}
}

func (w *tellingWorld) showsTruth() {
	for id, i := range w.incidents {
		open, said := w.shown(id)
		row := w.rows[DeliveryID{w.r.Name, id}]
		gaveUp := w.r.Keyless && row != nil && row.Knows == Maybe // it was repeated three times, and nobody knows
		switch {
		case i.State == IncidentOpen && !open && !i.Muted && !gaveUp:
			w.t.Fatalf("%s is open, and the channel does not say so: %+v", id, row)
		case i.State != IncidentOpen && said && open && !gaveUp:
			w.t.Fatalf("%s has ended, and the channel says that it is open: %+v", id, row)
		}
	}
	for id, d := range w.rows {
		heldBack := w.incidents[id.Incident].Muted
		if d.Sending != nil && d.Sending.InFlight || d.Knows == Maybe && !w.r.Keyless && !heldBack {
			w.t.Fatalf("%s is left so: %+v", id.Incident, d)
		}
	}
}

// shown is what people see of an incident: in any message as it is now or, where nothing can be edited, in the last one.
func (w *tellingWorld) shown(id string) (open, said bool) {
	if w.r.Posts {
		open, said = w.heard[id]
		return open, said
	}
	for _, p := range w.posts {
		is, ok := p.said.Open[id]
		open, said = open || is, said || ok
	}
	return open, said
}
