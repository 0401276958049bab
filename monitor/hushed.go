package monitor

// hushed says whether a receiver is told nothing of an incident at present, because a silence or a maintenance holds it
// back. Who knows that it is open is told that it was silenced, and always its end.
func (d Delivery) hushed(i *Incident) bool {
	switch {
	case !i.Muted:
		return false
	case i.State != IncidentOpen:
		return d.State != IncidentOpen && !d.Referred && !d.maybe() && !d.overtaken() // an end that may not have arrived is repeated
	case d.maybe() && d.Sending.Version < i.Version: // no repeats meanwhile
		return true
	}
	return d.State != IncidentOpen || i.Change != ChangeSilenced
}
