package monitor

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// A Book is all that is known: what is watched, the rows, the incidents, and what each receiver is owed.
// One goroutine owns it. Rows, incidents and deliveries are replaced, never changed, so that what was handed
// out stays as it was.
type Book struct {
	id   string
	pace Pace

	watched    *watched
	sight      *sight
	rows       map[CheckID]*Row
	incidents  map[string]*Incident // open, and ended within Pace.EndOwed
	open       map[Node]string      // the open incident of each cause
	byCause    map[Node][]string    // all incidents of each cause
	deliveries map[DeliveryID]*Delivery
	owed       map[DeliveryID]bool // those not settled
	notices    map[string]*Notice
	clients    map[string]*Client
	hotels     map[string]*Hotel    // by account; under "" is what all of them report together
	listed     []*Hotel             // the same for readers, by account
	reports    map[string]time.Time // ids of the reports taken lately
	heard      time.Time            // the last report; zero is that there never was one
	silences   map[string]*Silence  // in force, to come, or over not long ago
	acts       map[string]time.Time // ids of the acts done lately
	stint      *Stint
	unrecorded bool
	unclean    map[CheckID]bool // those with a signal in trouble
	pausedRows map[CheckID]bool

	mustered map[string]muster // what matters of hotels come to, by incident, until something in trouble changes
}

// NewBook opens a book on what was saved. Nothing is watched until the first Reconfigure. A message that was
// in flight when the last run ended may have arrived.
func NewBook(s Saved, p Pace, advise Adviser) *Book {
	b := emptyBook(s.ID, p, advise)
	c := Change{
		Rows: map[CheckID]*Row{}, Incidents: map[string]*Incident{}, Deliveries: map[DeliveryID]*Delivery{},
		Hotels: map[string]*Hotel{}, Reports: s.Reports, Silences: map[string]*Silence{}, Acts: s.Acts,
	}
	for _, r := range s.Rows {
		c.Rows[r.Check] = r
	}
	for _, i := range s.Incidents {
		c.Incidents[i.ID] = i
	}
	for _, d := range s.Deliveries {
		r := d.Restarted()
		c.Deliveries[d.DeliveryID] = &r
	}
	for _, x := range s.Silences {
		c.Silences[x.ID] = x
	}
	for _, h := range s.Hotels {
		c.Hotels[h.Account] = h
		c.heard = latest(c.heard, h.Seen)
	}
	for _, at := range s.Reports {
		c.heard = latest(c.heard, at)
	}
	b.Apply(c)
	b.stint = s.Stint
	for _, n := range s.Notices {
		b.notices[n.Key] = n
	}
	for _, k := range s.Clients {
		b.clients[k.ID] = k
	}
	return b
}

func emptyBook(id string, p Pace, advise Adviser) *Book {
	return &Book{
		id: id, pace: p,
		watched: &watched{advise: advise}, sight: &sight{},
		rows: map[CheckID]*Row{}, incidents: map[string]*Incident{}, open: map[Node]string{}, byCause: map[Node][]string{},
		deliveries: map[DeliveryID]*Delivery{}, owed: map[DeliveryID]bool{},
		notices: map[string]*Notice{}, clients: map[string]*Client{}, hotels: map[string]*Hotel{}, reports: map[string]time.Time{}, unclean: map[CheckID]bool{},
		silences: map[string]*Silence{}, acts: map[string]time.Time{}, pausedRows: map[CheckID]bool{},
	}
}

// SetRecording says whether the store takes what is decided; incidents decided while it does not say so.
func (b *Book) SetRecording(on bool) { b.unrecorded = !on }

// Decide finds what the inputs, in order, change. It reads the book and never writes it: the same book and
// the same inputs give the same change.
func (b *Book) Decide(in []Input) Change {
	d := &draft{b: b, watched: b.watched, sight: b.sight}
	for _, i := range in {
		d.at(i.at())
		switch i := i.(type) {
		case Outcome:
			d.observe(i)
		case Tick:
			d.tick()
		case Controls:
			d.controls(i.Answers)
		case Gap:
			d.gap(i)
		case Reconfigure:
			d.reconfigure(i)
		case Note:
			d.note(i)
		case Report:
			d.report(i)
		case Beat:
			d.beat(i)
		case HotelOrder:
			d.hotelOrder(i)
		case Act:
			d.person(i)
		default:
			d.delivery(i)
		}
	}
	return d.finish()
}

// Apply makes a change true. It takes only changes that Decide made on the book as it stands.
func (b *Book) Apply(c Change) {
	for _, id := range c.Removed {
		delete(b.rows, id)
		delete(b.unclean, id)
		delete(b.pausedRows, id)
	}
	b.applyRows(c.Rows)
	for id, i := range c.Incidents {
		b.applyIncident(id, i)
	}
	for id, d := range c.Deliveries {
		b.deliveries[id] = d
		if b.owed[id] = true; d.Settled {
			delete(b.owed, id)
		}
	}
	maps.Copy(b.notices, c.Notices)
	b.stint = cmp.Or(c.Stint, b.stint)
	maps.Copy(b.clients, c.Clients)
	b.applyHotels(c)
	b.applyActs(c)
	b.muster(c)
	if c.config != nil {
		b.watched = c.config
	}
	if c.sight != nil {
		b.sight = c.sight
	}
}

func (b *Book) applyRows(rows map[CheckID]*Row) {
	for id, r := range rows {
		b.rows[id] = r
		if dirty(r) {
			b.unclean[id] = true
		} else if len(b.unclean) > 0 {
			delete(b.unclean, id)
		}
		if r.Paused {
			b.pausedRows[id] = true
		} else if len(b.pausedRows) > 0 {
			delete(b.pausedRows, id)
		}
	}
}

// applyActs takes over what people did. However many ids come, no more are kept than are needed.
func (b *Book) applyActs(c Change) {
	for id, s := range c.Silences {
		if b.silences[id] = s; s == nil {
			delete(b.silences, id)
		}
	}
	if maps.Copy(b.acts, c.Acts); len(b.acts) > 2*actsMax {
		b.forgetActs(c.At)
	}
}

// muster keeps what matters of hotels come to for as long as that is so.
func (b *Book) muster(c Change) {
	if c.Urgent || c.config != nil || b.mustered == nil {
		b.mustered = map[string]muster{}
	}
	if !c.Urgent && c.config == nil {
		maps.Copy(b.mustered, c.mustered)
	}
}

func (b *Book) applyIncident(id string, i *Incident) {
	old := b.incidents[id]
	if old != nil && b.open[old.Cause.Node()] == id {
		delete(b.open, old.Cause.Node())
	}
	if old == nil || old.Cause.Node() != i.Cause.Node() {
		b.forgetCause(id, old)
		b.byCause[i.Cause.Node()] = append(b.byCause[i.Cause.Node()], id)
	}
	b.incidents[id] = i
	if i.State == IncidentOpen {
		b.open[i.Cause.Node()] = id
	}
}

// forgetCause takes an incident from the list of its cause.
func (b *Book) forgetCause(id string, i *Incident) {
	if i == nil {
		return
	}
	n := i.Cause.Node()
	left := slices.DeleteFunc(b.byCause[n], func(other string) bool { return other == id })
	if b.byCause[n] = left; len(left) == 0 {
		delete(b.byCause, n)
	}
}

// applyHotels takes over what was reported.
func (b *Book) applyHotels(c Change) {
	for account, h := range c.Hotels {
		if b.hotels[account] = h; h == nil {
			delete(b.hotels, account)
		}
	}
	if len(c.Hotels) > 0 {
		b.listed = make([]*Hotel, 0, len(b.hotels))
		for _, account := range sortedKeys(b.hotels) {
			if account != "" {
				b.listed = append(b.listed, b.hotels[account])
			}
		}
	}
	maps.Copy(b.reports, c.Reports)
	b.heard = latest(b.heard, c.heard)
}
