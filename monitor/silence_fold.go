package monitor

import (
	"slices"
	"strings"
	"time"
)

// Silences are kept so long after their end, and so many of them; and so many may be in force or to come.
const (
	silencesFor  = 30 * 24 * time.Hour
	silencesOver = 500
	silencesMax  = 300
)

// silences lists all of them, by id.
func (d *draft) silences() []*Silence {
	var all []*Silence
	for id, s := range d.b.silences {
		if _, edited := d.c.Silences[id]; !edited {
			all = append(all, s)
		}
	}
	for _, s := range d.c.Silences {
		if s != nil {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b *Silence) int { return compare(a.ID, b.ID) })
	return all
}

// setSilence puts a silence in the place of the one with its id.
func (d *draft) setSilence(s *Silence) {
	set(&d.c.Silences, s.ID, s)
	d.hushing = nil
	d.c.Urgent = true
}

// lift ends a silence before its time.
func (d *draft) lift(s *Silence) {
	over := *s
	over.Ended = d.now
	d.setSilence(&over)
}

// hushing is what is in force at a time.
type hushing struct {
	at    time.Time
	mutes []*Silence // maintenance first, then silences
	stops []*Silence // pauses
}

// inForce is what is in force now, of what people asked for and of what the configuration plans.
func (d *draft) inForce() *hushing {
	if d.hushing != nil && d.hushing.at.Equal(d.now) {
		return d.hushing
	}
	h := &hushing{at: d.now}
	for _, w := range d.watched.config.Maintenance {
		if s, ok := w.At(d.now); ok && s.InForce(d.now) {
			h.mutes = append(h.mutes, &s)
		}
	}
	var silent []*Silence
	for _, s := range d.silences() {
		switch {
		case !s.InForce(d.now):
		case s.Kind == ActPause:
			h.stops = append(h.stops, s)
		case s.Kind == ActMaintenance:
			h.mutes = append(h.mutes, s)
		default:
			silent = append(silent, s)
		}
	}
	h.mutes = append(h.mutes, silent...)
	d.hushing = h
	return h
}

// covering is the maintenance or silence in force that covers a check as a member of an incident, or nil.
func (d *draft) covering(incident string, id CheckID) *Silence {
	for _, s := range d.inForce().mutes {
		if s.Target.Covers(incident, d.watched.checks[id]) {
			return s
		}
	}
	return nil
}

// mutedBy is what keeps an open incident from being told, "" for nothing: a maintenance or a silence for each of its
// members, or apaleo's own maintenance, which holds back only what begins in it.
func (d *draft) mutedBy(i *Incident, begins bool) (words string, by *Silence) {
	if d.watched.mute && (begins || i.Muted) && i.Side == SideApaleo {
		if under := d.underway(); len(under) > 0 {
			return `in apaleo's maintenance "` + under[0].Title + `"`, nil
		}
	}
	if len(d.inForce().mutes) == 0 {
		return "", nil
	}
	for _, m := range i.Members {
		s := d.covering(i.ID, m.Check)
		if s == nil {
			return "", nil
		}
		if by == nil {
			by = s
		}
	}
	if by == nil {
		return "", nil
	}
	return by.Words(d.now), by
}

// mute finds whether a version of an incident is to be told.
func (d *draft) mute(i *Incident, t EventType) {
	if i.State == IncidentOpen {
		i.MutedBy, _ = d.mutedBy(i, t == EventOpened || t == EventReopened)
		i.Muted = i.MutedBy != ""
	}
}

// hush brings an open incident in line with the silences in force, and says whether that made a version.
func (d *draft) hush(at string) bool {
	i := d.incident(at)
	words, by := d.mutedBy(i, false)
	switch {
	case i.Muted && words == "":
		d.version(at, EventUpdated, i.loosened())
		return true
	case !i.Muted && words != "" && (i.Change != ChangeUnsilenced || d.now.Sub(i.Updated) >= d.b.pace.UpdateEvery):
		if by.ID != "" {
			d.remark(d.editIncident(at), Remark{By: by.By, What: by.Kind, Text: reasoned(by.until(d.now), by.Why)})
		}
		d.version(at, EventUpdated, ChangeSilenced)
		return true
	case words != i.MutedBy && i.Muted:
		d.editIncident(at).MutedBy = words
	}
	return false
}

// loosened is what changes when an incident is held back no more.
func (i *Incident) loosened() ChangeWord {
	if strings.HasPrefix(i.MutedBy, "silenced") {
		return ChangeUnsilenced
	}
	return ChangeMaintenanceOver
}

// hushAll brings all open incidents in line at once.
func (d *draft) hushAll() {
	for _, at := range d.openIncidents() {
		if !d.waits(at) {
			d.hush(at)
		}
	}
}

// outgrown ends the silences of an incident that proves to be more than what was silenced.
func (d *draft) outgrown(at string) {
	for _, s := range d.silences() {
		if s.Target.Incident == at && !s.Over(d.now) {
			d.lift(s)
			d.remark(d.editIncident(at), Remark{What: ActLift, Text: "it proved to be more than what was silenced"})
		}
	}
}

// settleSilences ends what was to last as long as an incident. One that became part of another does not come back.
func (d *draft) settleSilences(i *Incident) {
	for _, s := range d.silences() {
		if s.Target.Incident == i.ID && !s.Over(d.now) && (s.Until.IsZero() || i.Into != "") {
			d.lift(s)
		}
	}
}

// forgetSilences drops silences that were over long ago, and the oldest of too many.
func (d *draft) forgetSilences() {
	if len(d.b.silences) == 0 {
		return
	}
	over := slices.DeleteFunc(d.silences(), func(s *Silence) bool { return !s.Over(d.now) })
	slices.SortStableFunc(over, func(a, b *Silence) int { return b.end().Compare(a.end()) })
	for n, s := range over {
		if n >= silencesOver || d.now.Sub(s.end()) > silencesFor {
			set(&d.c.Silences, s.ID, nil)
			d.hushing = nil
		}
	}
}
