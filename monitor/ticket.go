package monitor

import (
	"net/url"
	"slices"
	"time"
)

// ticketAround is how long before and after an incident its checks are compared with what they were in it.
const ticketAround = time.Hour

// A Case is what a Ticket is written from.
type Case struct {
	Now      time.Time
	Incident *Incident // as it is now
	Versions []Event   // all that are known, oldest first; may be none
	Exhibits []Exhibit // of what Suspects named, in that order
	Page     *Row      // of the check that reads apaleo's status page; nil is that there is none
	Monitor  string    // who writes it: "bellhop 0.1.0"
}

// An Exhibit is what is known of one affected signal.
type Exhibit struct {
	Signal  SignalID
	Check   *Check   // nil is that it is watched no longer
	Row     *Row     // may be nil
	Account string   // apaleo's code of its account, "" if it has none
	Samples []Sample // of the check within Case.Window, oldest first
}

// A Ticket is what apaleo's support asks for when something has to be looked up: redacted, so that it can be sent
// as it is. It holds no secret, no body, and nothing of guests; its String is the text to send.
type Ticket struct {
	At         time.Time       `json:"at"`
	Monitor    string          `json:"monitor"`
	Incident   string          `json:"incident"`
	Version    int             `json:"version"`
	State      IncidentState   `json:"state"`
	Title      string          `json:"title"`
	Severity   Severity        `json:"severity"`
	Side       Side            `json:"side"`
	Cause      Cause           `json:"cause"`
	Scope      Scope           `json:"scope"`
	Since      time.Time       `json:"since"`
	Until      time.Time       `json:"until,omitzero"` // first good attempt; zero is that it lasts
	Versions   []TicketVersion `json:"versions"`
	StatusPage TicketPage      `json:"status_page"`
	Checks     []TicketCheck   `json:"checks"`
	More       int             `json:"more,omitempty"` // affected checks that are not in Checks
}

// A TicketVersion is what was said of the incident at a time.
type TicketVersion struct {
	At      time.Time  `json:"at"`
	Version int        `json:"version"`
	Type    EventType  `json:"type"`
	Change  ChangeWord `json:"change,omitempty"`
	Text    string     `json:"text"`
}

// A TicketPage is what apaleo's own status page said while it lasted.
type TicketPage struct {
	Read  bool      `json:"read"`           // it was read at all
	Since time.Time `json:"since,omitzero"` // when bellhop first saw it say something; zero is never
	Says  []string  `json:"says,omitempty"`
}

// A TicketCheck is one affected check. The times of Last and of its tracking ids are within the incident.
type TicketCheck struct {
	Check   CheckID    `json:"check"`
	Signal  SignalKind `json:"signal"`
	Title   string     `json:"title,omitempty"`
	Account string     `json:"account,omitempty"` // apaleo's code
	Request string     `json:"request"`
	Failed  int        `json:"failed"`
	Of      int        `json:"of"`
	Last    *Failure   `json:"last,omitempty"`
	Told    bool       `json:"told,omitempty"` // Last is only what the versions tell: its times are theirs, and later than the failures
	Limit   RateLimit  `json:"limit,omitzero"`
	Before  Speed      `json:"before,omitzero"` // the hour before
	During  Speed      `json:"during,omitzero"`
	After   Speed      `json:"after,omitzero"` // at most an hour
}

// Suspects are the signals that a ticket is about, the cause's own first: at most ten.
func Suspects(i *Incident, versions []Event) []SignalID {
	var all []SignalID
	add := func(id SignalID) {
		if len(all) < affectedMax && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	for _, id := range i.Leads {
		add(id)
	}
	for _, a := range i.Affected {
		add(SignalID{a.Check, a.Signal})
	}
	for _, e := range slices.Backward(versions) {
		for _, a := range e.Incident.Affected {
			add(SignalID{a.Check, a.Signal})
		}
	}
	return all
}

// Window is the time whose samples belong into the exhibits.
func (c Case) Window() (from, to time.Time) {
	return c.Incident.Since.Add(-ticketAround), c.until().Add(ticketAround)
}

// until is when the incident ended, or now.
func (c Case) until() time.Time {
	if c.Incident.State == IncidentOpen || c.Incident.Ended.IsZero() {
		return c.Now
	}
	return c.Incident.Ended
}

// Ticket writes it.
func (c Case) Ticket() Ticket {
	i := c.Incident
	t := Ticket{
		At: c.Now, Monitor: c.Monitor, Incident: i.ID, Version: i.Version, State: i.State, Title: i.Title, Severity: i.Severity,
		Side: i.Side, Cause: i.Cause, Scope: i.Scope, Since: i.Since, Versions: []TicketVersion{}, Checks: []TicketCheck{},
		StatusPage: c.page(), More: max(i.Count-len(c.Exhibits), 0),
	}
	if i.State != IncidentOpen {
		t.Until = i.Ended
	}
	for _, e := range c.Versions {
		t.Versions = append(t.Versions, TicketVersion{e.At, e.Incident.Version, e.Type, e.Incident.Change, e.Incident.Text})
	}
	for _, x := range c.Exhibits {
		t.Checks = append(t.Checks, c.check(x))
	}
	return t
}

// page is what the versions say of apaleo's status page. That it says nothing counts only where it was read.
func (c Case) page() TicketPage {
	p := TicketPage{Read: c.Page != nil && c.Page.Last.Fault == FaultNone && c.Page.LastRun.After(c.Incident.Since)}
	for _, e := range append(slices.Clone(c.Versions), Event{At: c.Incident.Updated, Incident: *c.Incident}) {
		if len(e.Incident.Acks) == 0 {
			continue
		}
		p.Read, p.Says = true, e.Incident.Acks
		if p.Since.IsZero() {
			p.Since = e.At
		}
	}
	return p
}

func (c Case) check(x Exhibit) TicketCheck {
	k := TicketCheck{Check: x.Signal.Check, Signal: x.Signal.Signal, Account: x.Account, Request: request(x.Check)}
	if x.Check != nil {
		k.Title = x.Check.Title
	}
	if a, ok := c.affected(x.Signal); ok {
		k.Failed, k.Of = a.Failed, a.Of
	}
	k.Last, k.Told = c.failure(x)
	if k.Last != nil {
		k.Limit = k.Last.Limit
	}
	if x.Row != nil && k.Limit.Limit == 0 && c.during(x.Row.Last.At) {
		k.Limit = x.Row.Last.Limit
	}
	from, to := c.Incident.Since, c.until()
	k.Before, k.During = speedOf(x, time.Time{}, from), speedOf(x, from, to)
	if c.Incident.State != IncidentOpen {
		k.After = speedOf(x, to, to.Add(ticketAround))
	}
	return k
}

// request is what a check asks, for people.
func request(c *Check) string {
	switch {
	case c == nil:
		return "no longer watched"
	case c.Request != "":
		return c.Request
	case c.Reported:
		return "none of bellhop's own: it is what the integration reports"
	}
	return c.Kind + " of " + c.Host
}

// affected is the last that versions said of a signal.
func (c Case) affected(id SignalID) (Affected, bool) {
	is := func(a Affected) bool { return a.Check == id.Check && a.Signal == id.Signal }
	if at := slices.IndexFunc(c.Incident.Affected, is); at >= 0 {
		return c.Incident.Affected[at], true
	}
	for _, e := range slices.Backward(c.Versions) {
		if at := slices.IndexFunc(e.Incident.Affected, is); at >= 0 {
			return e.Incident.Affected[at], true
		}
	}
	return Affected{}, false
}

// failure is the signal's last one within the incident, with no more than may be shown. Where the row has seen
// another since, what the versions said of it is all that is left: told is then true, and its times are those of
// the versions that told.
func (c Case) failure(x Exhibit) (f *Failure, told bool) {
	if x.Row != nil {
		if f := x.Row.Failures[signalIndex(x.Signal.Signal)]; f != nil && c.during(f.At) {
			return c.redacted(*f), false
		}
	}
	for _, e := range c.Versions {
		for _, a := range e.Incident.Affected {
			if a.Check == x.Signal.Check && a.Signal == x.Signal.Signal && a.Fault != "" {
				f = retold(f, a, e.At)
			}
		}
	}
	return f, f != nil
}

// retold is a failure as versions tell of it, one after the other.
func retold(f *Failure, a Affected, at time.Time) *Failure {
	next := &Failure{At: at, Fault: a.Fault, Status: a.Status, TrackingID: a.TrackingID}
	if f != nil {
		next.Tracking = f.Tracking
	}
	known := slices.ContainsFunc(next.Tracking, func(t Tracking) bool { return t.ID == a.TrackingID })
	if a.TrackingID != "" && !known {
		next.Tracking = append(next.Tracking, Tracking{at, a.TrackingID, a.Status})
	}
	if f != nil && known {
		next.At = f.At // nothing new
	}
	return next
}

// redacted keeps of a failure what belongs to this incident, and of the control hosts no more than their names.
func (c Case) redacted(f Failure) *Failure {
	f.Tracking = slices.DeleteFunc(slices.Clone(f.Tracking), func(t Tracking) bool { return !c.during(t.At) })
	f.Controls = slices.Clone(f.Controls)
	for i, a := range f.Controls {
		if u, err := url.Parse(a.Name); err == nil && u.Hostname() != "" {
			f.Controls[i].Name = u.Hostname()
		}
	}
	return &f
}

// during says whether an attempt may belong to the incident. One that was late began after its time.
func (c Case) during(at time.Time) bool {
	return !at.Before(c.Incident.Since) && at.Before(c.until().Add(time.Minute))
}
