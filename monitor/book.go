package monitor

import (
	"maps"
	"slices"
	"time"
)

// A Book is all that is known: what is watched, the rows, the incidents, and what each receiver is owed.
// One goroutine owns it. Rows, incidents and deliveries are replaced, never changed, so that what was handed
// out stays as it was.
type Book struct {
	id     string
	pace   Pace
	advise Adviser

	watched    *watched
	sight      *sight
	rows       map[CheckID]*Row
	incidents  map[string]*Incident // open, and ended within Pace.EndOwed
	open       map[Node]string      // the open incident of each cause
	deliveries map[DeliveryID]*Delivery
	owed       map[DeliveryID]bool // those not settled
	notices    map[string]*Notice
	clients    map[string]*Client
	unrecorded bool
}

// NewBook opens a book on what was saved. Nothing is watched until the first Reconfigure. A message that was
// in flight when the last run ended may have arrived.
func NewBook(s Saved, p Pace, advise Adviser) *Book {
	b := &Book{
		id: s.ID, pace: p, advise: advise,
		watched: &watched{}, sight: &sight{},
		rows: map[CheckID]*Row{}, incidents: map[string]*Incident{}, open: map[Node]string{},
		deliveries: map[DeliveryID]*Delivery{}, owed: map[DeliveryID]bool{},
		notices: map[string]*Notice{}, clients: map[string]*Client{},
	}
	c := Change{Rows: map[CheckID]*Row{}, Incidents: map[string]*Incident{}, Deliveries: map[DeliveryID]*Delivery{}}
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
	b.Apply(c)
	for _, n := range s.Notices {
		b.notices[n.Key] = n
	}
	for _, k := range s.Clients {
		b.clients[k.ID] = k
	}
	return b
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
	}
	maps.Copy(b.rows, c.Rows)
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
	maps.Copy(b.clients, c.Clients)
	if c.config != nil {
		b.watched = c.config
	}
	if c.sight != nil {
		b.sight = c.sight
	}
}

func (b *Book) applyIncident(id string, i *Incident) {
	if old := b.incidents[id]; old != nil && b.open[old.Cause.Node()] == id {
		delete(b.open, old.Cause.Node())
	}
	b.incidents[id] = i
	if i.State == IncidentOpen {
		b.open[i.Cause.Node()] = id
	}
}

// Forget drops from memory what ended so long ago that nobody is owed it, and returns how much that was. The
// store keeps it. It is no decision: nothing that Decide reads depends on it.
func (b *Book) Forget(now time.Time) int {
	n := 0
	for id, i := range b.incidents {
		if i.State == IncidentResolved && now.Sub(i.Updated) > b.pace.EndOwed {
			delete(b.incidents, id)
			n++
		}
	}
	for id, d := range b.deliveries {
		if d.Settled && b.incidents[id.Incident] == nil {
			delete(b.deliveries, id)
			n++
		}
	}
	return n
}

// watched is what is watched and who is told, as the watchlist says, with the graph that follows from it. It
// is made anew by each Reconfigure.
type watched struct {
	checks    map[CheckID]*Check
	order     []CheckID
	receivers []Receiver
	names     map[Node]string
	controls  int
	rules     map[CheckID][4]SignalRule
	members   map[Node][]CheckID  // checks that depend on a node
	direct    map[Node][]CheckID  // its own probes
	groups    map[group][]CheckID // checks that share a host and an account
	accounts  int
	mute      bool // hold back what is apaleo's while its maintenance is under way
}

// group is where one representative is enough.
type group struct{ host, account string }

func newWatched(r Reconfigure, p Pace) *watched {
	w := &watched{
		checks: map[CheckID]*Check{}, receivers: r.Receivers, names: r.Names, controls: r.Controls, mute: r.Mute,
		rules: map[CheckID][4]SignalRule{}, members: map[Node][]CheckID{}, direct: map[Node][]CheckID{},
		groups: map[group][]CheckID{},
	}
	accounts := map[string]bool{}
	for _, c := range r.Checks {
		id := c.ID()
		w.checks[id] = c
		w.order = append(w.order, id)
		w.rules[id] = Rules(p, c)
		g := group{c.Host, c.Account}
		w.groups[g] = append(w.groups[g], id)
		for _, n := range c.Path {
			w.members[n] = append(w.members[n], id)
		}
		for _, n := range c.Direct {
			w.direct[n] = append(w.direct[n], id)
		}
		if c.Account != "" {
			accounts[c.Account] = true
		}
	}
	w.accounts = len(accounts)
	return w
}

func (w *watched) receiver(name string) (Receiver, bool) {
	i := slices.IndexFunc(w.receivers, func(r Receiver) bool { return r.Name == name })
	if i < 0 {
		return Receiver{}, false
	}
	return w.receivers[i], true
}

// isDirect says whether a check is a node's own probe.
func (c *Check) isDirect(n Node) bool { return slices.Contains(c.Direct, n) }

// dependsOn says whether a node can explain a check's failures.
func (c *Check) dependsOn(n Node) bool { return slices.Contains(c.Path, n) }
