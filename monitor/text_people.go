package monitor

import "strings"

// peopleText is what people did about an open incident, for those who read of it: who is on it, that it is silenced, and
// the note that makes this version.
func (d *draft) peopleText(i *Incident) string {
	if i.State != IncidentOpen {
		return ""
	}
	s := ""
	if i.Change == ChangeNote && len(i.Remarks) > 0 {
		note := i.Remarks[len(i.Remarks)-1]
		s += " " + note.By + " notes: " + stopped(note.Text)
	}
	switch {
	case i.Ack != nil && !i.Ack.Until.IsZero():
		s += " " + stopped(reasoned(i.Ack.By+" is on it until "+d.clock(i.Ack.Until), i.Ack.Why))
	case i.Ack != nil:
		s += " " + stopped(reasoned(i.Ack.By+" is on it", i.Ack.Why))
	case i.Change == ChangeUnacknowledged:
		s += " Nobody is on it any more."
	}
	if i.Muted {
		s += " " + strings.ToUpper(i.MutedBy[:1]) + stopped(i.MutedBy[1:]) + " Nothing but its end is told meanwhile."
	}
	return s
}

// stopped is a sentence with its stop.
func stopped(s string) string {
	if s = strings.TrimSpace(s); s == "" || strings.ContainsAny(s[len(s)-1:], ".!?…") {
		return s
	}
	return s + "."
}
