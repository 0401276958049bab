package monitor

import (
	"slices"
	"time"
)

// statusPage is what apaleo's own status page said when it was last read, if that was not long ago.
func (d *draft) statusPage() (Outcome, bool) {
	o, fresh := d.lastPage()
	if !fresh {
		return Outcome{}, false
	}
	return o, true
}

// lastPage is what apaleo's own status page said when it was last read, and whether that was not long ago.
func (d *draft) lastPage() (o Outcome, fresh bool) {
	for _, id := range d.watched.pages {
		if r := d.row(id); r != nil {
			return r.Last, d.now.Sub(r.LastRun) < 2*d.watched.checks[id].Every+time.Minute
		}
	}
	return Outcome{}, false
}

// acks is what apaleo's own status page says at present.
func (d *draft) acks() []string {
	o, _ := d.statusPage()
	return o.Acks
}

// underway is the maintenance that apaleo's status page says is under way, or that it announced for now: the page is
// read every few minutes only, and what it announced goes on while bellhop is started anew.
func (d *draft) underway() []Maintenance {
	o, fresh := d.lastPage()
	return slices.DeleteFunc(slices.Clone(o.Maintenance), func(m Maintenance) bool {
		planned := !m.From.IsZero() && !d.now.Before(m.From) && d.now.Before(m.To)
		return !planned && (!fresh || !m.Underway || !m.To.IsZero() && d.now.After(m.To.Add(d.b.pace.Of(maintenanceOver))))
	})
}

// maintenanceOver is how long after its announced end maintenance counts as under way at most, though the page still
// says so.
const maintenanceOver = time.Hour

// pageText is what apaleo itself says of an incident, or that it says nothing yet. Only what concerns apaleo at
// large is to be found there.
func (d *draft) pageText(i *Incident) string {
	s := ""
	for _, a := range i.Acks {
		if s != "" {
			s += "; "
		}
		s += a
	}
	if s != "" {
		s = " apaleo says: " + s + "."
	}
	under := d.underway()
	for _, m := range under {
		how := "is under way"
		if !m.Underway {
			how = "was planned for now"
		}
		s += " apaleo's maintenance " + how + ": " + m.Title
		if !m.To.IsZero() {
			s += ", until " + d.clock(m.To)
		}
		s += "."
	}
	o, read := d.statusPage()
	silent := read && o.Fault == FaultNone && o.Acks != nil && len(i.Acks)+len(under) == 0
	if silent && i.Side == SideApaleo && ofPlatform(i) {
		s += " Nothing on apaleo's own status page yet."
	}
	return s
}

// ofPlatform says whether an incident is of something that all accounts depend on.
func ofPlatform(i *Incident) bool {
	return i.Cause.Kind != NodeReceiver && slices.Contains(platformKinds, i.Cause.Kind)
}

// onPage says whether apaleo's status page speaks of an incident that it had nothing on before.
func (d *draft) onPage(i *Incident) bool {
	return i.Side == SideApaleo && ofPlatform(i) && len(i.Acks) == 0 && len(d.acks()) > 0
}
