package monitor

import "time"

// Most of what is reported is that all is still well. Such news changes nothing in a row but times, which are the
// same for all hotels of a report: so they share one row, that is moved on once, and is not stored. Without this,
// five thousand hotels take three times the memory.

// A glance is good news for a row: of checks for which all of this is the same, what comes of it is the same.
type glance struct {
	row      *Row
	at       time.Time
	status   int
	evidence [4]Evidence
	rules    *[4]SignalRule
}

// A likeness is all that can differ in a row after a glance.
type likeness struct {
	asks     string
	signals  [4]Signal
	failures [4]*Failure
	status   int
	lastRun  time.Time
	lastGood time.Time
}

// glance takes in an outcome that is the good news of each report, if that is all it is.
func (d *draft) glance(c *Check, o Outcome, ev [4]Evidence) bool {
	old := d.row(o.Check)
	if j := d.judgement; j != nil && j.verdict != Calm {
		return false
	}
	if !c.Reported || c.Account == "" || o.Fault != FaultNone || o.Detail != "" || !d.light(o.Check, old) {
		return false
	}
	seen := glance{old, o.At, o.Status, ev, d.watched.rules[o.Check]}
	next := d.glanced[seen]
	if next == nil {
		next = d.alike(seen.take(o))
		set(&d.glanced, seen, next)
	}
	set(&d.c.Rows, o.Check, next)
	set(&d.c.Light, o.Check, true)
	return true
}

// catchUp moves the rows of hotels on, at the start of a run, to when all was last well with them.
func (d *draft) catchUp() {
	for _, account := range d.hotelAccounts() {
		for _, c := range d.watched.hotels[account] {
			id, h := c.ID(), *d.hotel(account)
			at, r := h.Well.of(c.Kind), d.row(id)
			if at == nil || r == nil || r.Paused || !at.After(r.LastRun) {
				continue
			}
			o := Outcome{Check: id, At: *at, Started: *at, Status: r.Last.Status}
			d.glance(c, o, Classify(c, o, WaySeen, d.b.pace))
		}
	}
}

// light says whether nothing but the time of a good report can be new in a row after the next one.
func (d *draft) light(id CheckID, r *Row) bool {
	if r == nil || dirty(r) || !r.EverGood || r.Last.Fault != FaultNone || r.SetUp != "" {
		return false
	}
	_, edited := d.c.Rows[id]
	return !edited || d.c.Light[id]
}

// take is the row after the news.
func (g glance) take(o Outcome) *Row {
	r := *g.row
	o.Check = ""
	r.Check, r.Last, r.LastRun = "", o, o.At
	for k, e := range g.evidence {
		r.Signals[k], _ = r.Signals[k].Step(o.At, e, g.rules[k])
	}
	if g.evidence[0] == Good {
		r.LastGood = o.At
	}
	return &r
}

// alike is a row, or the same one of another check.
func (d *draft) alike(r *Row) *Row {
	l := likeness{r.Asks, r.Signals, r.Failures, r.Last.Status, r.LastRun, r.LastGood}
	if same := d.likes[l]; same != nil {
		return same
	}
	set(&d.likes, l, r)
	return r
}

// of is a row of one check's own again, that may be written.
func (r *Row) of(id CheckID) *Row {
	own := *r
	own.Check, own.Last.Check = id, id
	return &own
}
