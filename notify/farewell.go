package notify

import (
	"context"
	"time"

	"bellhop/monitor"
)

// assignLocked gives the lane other settings. Who reads at another place is somebody else: those at the old one are said
// goodbye to first.
func (l *lane) assignLocked(spec Lane) {
	old, now := l.spec.Receiver.Place, spec.Receiver.Place
	if old != "" && now != "" && old != now {
		l.leaving, l.heir = true, &spec
		return
	}
	l.spec, l.leaving, l.heir, l.fresh = spec, false, nil, time.Now()
}

// left says farewell if the receiver was removed or is replaced, and is true once the lane has ended.
func (l *lane) left(ctx context.Context) bool {
	if !l.isLeaving() {
		return false
	}
	moves, limit := l.moves(), l.x.options.Pace.MaybeTimeout
	if moves {
		limit = l.x.options.Pace.SendTimeout // those at the new place wait
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	l.partAll(ctx, bounded, moves)
	if moves && ctx.Err() == nil {
		return l.succeed()
	}
	if ctx.Err() == nil && l.noted() {
		l.submit(ctx, gone(l.name, time.Now()))
	}
	l.tellForm(ctx, nil, time.Now())
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	if l.leaving {
		delete(l.x.lanes, l.name)
	}
	return l.leaving
}

// moves says whether the receiver is to be replaced by one at another place.
func (l *lane) moves() bool {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.heir != nil
}

// succeed lets the heir have the lane, and is true if it was removed meanwhile, so that there is none.
func (l *lane) succeed() (ended bool) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	if l.heir != nil {
		l.spec, l.leaving, l.heir, l.fresh = *l.heir, false, nil, time.Now()
		l.sick, l.paused = time.Time{}, time.Time{}
		return false
	}
	if l.leaving {
		delete(l.x.lanes, l.name)
	}
	return l.leaving
}

// partAll ends all rows of the receiver: first those that a digest tells of, with one letter, then the others.
func (l *lane) partAll(ctx, bounded context.Context, moves bool) {
	spec, all := l.rest()
	digests, own := monitor.Farewell(all)
	for _, g := range digests {
		l.part(ctx, bounded, spec, job{row: g.Row, digest: &g, leaving: true, moving: moves}, g.Row.Dead == "")
	}
	for _, o := range own {
		j, ok := last(*o.Row, o.Incident, moves)
		l.part(ctx, bounded, spec, j, ok)
	}
}

func (l *lane) isLeaving() bool {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.leaving
}

func (l *lane) rest() (Lane, []monitor.Owing) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.spec, l.x.ledger.owings(l.name)
}

// part sends a last message, once, if there is one to send, and ends its row. What came of it does not matter any more.
func (l *lane) part(ctx, bounded context.Context, spec Lane, j job, tell bool) {
	bye := monitor.Receipt{Delivery: j.row.DeliveryID, Result: monitor.Left, Moved: j.moving}
	if tell && bounded.Err() == nil {
		s, err := l.prepare(j, spec, time.Now())
		if err == nil && l.begin(bounded, j, spec, s) {
			var got Receipt
			got, err = send(bounded, spec, letter(j, spec, s))
			bye.ID, bye.Status = s.ID, got.Status
			if err != nil {
				f := refusal(err)
				bye.Status, bye.Reason = f.Status, f.Reason
			}
		}
		l.x.options.Log.Info().AnErr("error", err).Str("receiver", l.name).Str("incident", j.row.Incident).Msg("receiver left")
	}
	if ctx.Err() == nil {
		bye.At = time.Now()
		l.submit(ctx, bye)
	}
}

// last is what a receiver that is removed is still to hear: the end of what it knows as open, or that it will
// not hear of it here.
func last(d monitor.Delivery, i *monitor.Incident, moves bool) (job, bool) {
	d.Sending = nil
	j := job{row: d, leaving: true, moving: moves}
	if i == nil || d.Knows == monitor.NeverTried || d.State != monitor.IncidentOpen || d.Dead != "" {
		return j, false
	}
	if i.State != monitor.IncidentOpen {
		j.event, j.leaving = monitor.Event{Type: monitor.EventResolved, Incident: *i}, false
	} else {
		j.event = monitor.Event{Type: monitor.EventUpdated, Incident: farewell(*i, moves)}
	}
	return j, true
}

// farewell is an incident as it is told for the last time.
func farewell(i monitor.Incident, moves bool) monitor.Incident {
	i.Change = monitor.ChangeReceiverRemoved
	why := "this receiver was removed from bellhop's configuration"
	if moves {
		why = "this receiver was given another address in bellhop's configuration"
	}
	i.Text = "No longer told here: " + why + " while the incident is open. " + i.Text
	i.NextStep = "Follow it on bellhop's status page, or on the receivers that remain."
	return i
}
