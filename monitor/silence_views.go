package monitor

import "slices"

// standingSilences lists what is in force or to come, by when it begins: of what the configuration plans, the window that is open
// or the next one.
func (d *draft) standingSilences() []*Silence {
	all := slices.DeleteFunc(d.silences(), func(s *Silence) bool { return s.Over(d.now) })
	for _, w := range d.watched.config.Maintenance {
		if s, ok := w.At(d.now); ok {
			all = append(all, &s)
		}
	}
	slices.SortStableFunc(all, func(a, b *Silence) int { return a.From.Compare(b.From) })
	return all
}

// silenceOf is the pause, maintenance or silence in force that says most of a check, or nil.
func (d *draft) silenceOf(c *Check, r *Row) *Silence {
	if s := d.pauseOf(c); s != nil {
		return s
	}
	if len(d.inForce().mutes) == 0 {
		return nil
	}
	if s := d.covering("", c.ID()); s != nil {
		return s
	}
	if r == nil {
		return nil
	}
	for _, at := range r.Incident {
		if s := d.covering(at, c.ID()); at != "" && s != nil {
			return s
		}
	}
	return nil
}

// bySomeone is a view in which a person's word on the state of a check comes first: how it fares in a maintenance is said
// beside it.
func (d *draft) bySomeone(v CheckView) CheckView {
	if v.Silence == nil || v.Silence.Kind == ActSilence {
		return v
	}
	words := v.Silence.Words(d.now)
	switch {
	case v.Silence.Kind == ActPause:
		v.State, v.Why, v.Badges = StatePaused, words, nil
	case v.State == StateUp || v.State == StateUnknown:
		v.State, v.Why = StateMaintenance, words
	default:
		v.Why = words + "; it is " + string(v.State) + ": " + v.Why
		v.State = StateMaintenance
	}
	return v
}
