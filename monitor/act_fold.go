package monitor

import (
	"reflect"
	"slices"
	"time"
)

// The ids of acts are kept so long, and so many of them, so that a repeat is known. A repeat comes within minutes.
const (
	actsFor = 24 * time.Hour
	actsMax = 2000
)

// remarksMax is how many lines of what people did an incident keeps, and wordsMax how long each may be, in characters.
const (
	remarksMax = 20
	wordsMax   = 1000
	nameMax    = 100
)

// person does what a person asked for. What cannot be done, though Refused saw nothing against it a moment ago, changes
// nothing.
func (d *draft) person(a Act) {
	if _, old := d.b.acts[a.ID]; old || a.ID == "" {
		return
	}
	if _, again := d.c.Acts[a.ID]; again || a.invalid(d.now) != nil {
		return
	}
	set(&d.c.Acts, a.ID, d.now)
	d.c.Urgent = true
	a.Name, a.By, a.Why = shorten(a.Name, nameMax), shorten(a.By, nameMax), shorten(a.Why, wordsMax)
	switch a.Kind {
	case ActAcknowledge, ActUnacknowledge, ActNote:
		d.speak(a)
	case ActSilence, ActMaintenance, ActPause:
		d.keepSilence(a)
	case ActLift, ActResume:
		d.undo(a)
	}
	d.repause()
	d.hushAll()
}

// speak does what a person does about one incident.
func (d *draft) speak(a Act) {
	at := a.Target.Incident
	i := d.incident(at)
	if i == nil {
		return
	}
	line := Remark{By: a.By, What: a.Kind, Text: a.Why}
	if !a.Until.IsZero() {
		line.Text = reasoned("until "+d.clock(a.Until), a.Why)
	}
	if i.State != IncidentOpen {
		if a.Kind == ActNote { // of what is over, for those who read of it: it is no news
			d.remark(d.editIncident(at), line)
		}
		return
	}
	d.announceAll(at)
	i = d.editIncident(at)
	change := ChangeNote
	switch {
	case a.Kind == ActAcknowledge:
		change, i.Ack = ChangeAcknowledged, &Ack{By: a.By, Why: a.Why, At: d.now, Until: a.Until}
	case a.Kind == ActUnacknowledge && i.Ack == nil:
		return
	case a.Kind == ActUnacknowledge:
		change, i.Ack = ChangeUnacknowledged, nil
	}
	d.remark(i, line)
	d.version(at, EventUpdated, change)
}

// expireAck ends an acknowledgement whose time is over, and says whether that made a version.
func (d *draft) expireAck(at string) bool {
	a := d.incident(at).Ack
	if a == nil || a.Until.IsZero() || d.now.Before(a.Until) {
		return false
	}
	i := d.editIncident(at)
	i.Ack = nil
	d.remark(i, Remark{What: ActUnacknowledge, Text: "the time is over for which " + a.By + " was on it"})
	d.version(at, EventUpdated, ChangeUnacknowledged)
	return true
}

// remark adds a line to what people did about an incident.
func (d *draft) remark(i *Incident, r Remark) {
	r.At, r.Text = d.now, shorten(r.Text, wordsMax)
	i.Remarks = append(slices.Clone(i.Remarks), r)
	i.Remarks = i.Remarks[max(0, len(i.Remarks)-remarksMax):]
}

// keepSilence takes in a silence, a maintenance or a pause.
func (d *draft) keepSilence(a Act) {
	standing := 0
	for _, s := range d.silences() {
		if !s.Over(d.now) {
			standing++
		}
	}
	if i := d.incident(a.Target.Incident); a.Target.Incident != "" && (i == nil || i.State != IncidentOpen) || standing >= silencesMax {
		return
	}
	from := a.From
	if !from.After(d.now) {
		from = d.now
	}
	for _, s := range d.silences() { // the last word on the same counts
		if s.Kind == a.Kind && s.InForce(d.now) && from.Equal(d.now) && reflect.DeepEqual(s.Target, a.Target) {
			d.lift(s)
		}
	}
	d.setSilence(&Silence{ID: a.ID, Kind: a.Kind, Name: a.Name, By: a.By, Why: a.Why, Target: a.Target, Made: d.now, From: from, Until: a.Until})
}

// undo ends silences early: the one that is named, or the pauses of the checks that are.
func (d *draft) undo(a Act) {
	for _, s := range d.silences() {
		if s.Over(d.now) {
			continue
		}
		if a.Kind == ActLift && s.ID == a.Lifts || a.Kind == ActResume && s.Kind == ActPause && d.onlyOf(s, a.Target) {
			d.lift(s)
			d.remarkLift(s, a)
		}
	}
}

// remarkLift says in the incidents that a silence held back who ended it.
func (d *draft) remarkLift(s *Silence, a Act) {
	for _, at := range d.openIncidents() {
		i := d.incident(at)
		held := func(m SignalID) bool { return s.Kind != ActPause && s.Target.Covers(at, d.watched.checks[m.Check]) }
		if i.Muted && slices.ContainsFunc(i.Members, held) {
			d.remark(d.editIncident(at), Remark{By: a.By, What: ActLift, Text: a.Why})
		}
	}
}

// onlyOf says whether a silence is of nothing but checks that are meant.
func (d *draft) onlyOf(s *Silence, t Target) bool {
	some := false
	for _, id := range d.watched.order {
		if c := d.watched.checks[id]; s.Target.Covers("", c) {
			if some = true; !t.Covers("", c) {
				return false
			}
		}
	}
	return some
}

// forgetActs drops the ids of old acts.
func (b *Book) forgetActs(now time.Time) int { return forgetIDs(b.acts, now, actsMax, actsFor) }
