package notify

import (
	"context"
	"time"

	"bellhop/monitor"
)

// left says farewell if the receiver was removed, and is true once the lane has ended.
func (l *lane) left(ctx context.Context) bool {
	if !l.isLeaving() {
		return false
	}
	bounded, cancel := context.WithTimeout(ctx, l.x.options.Pace.MaybeTimeout)
	defer cancel()
	spec, rows := l.rest()
	for _, d := range rows {
		l.part(ctx, bounded, spec, *d)
	}
	if ctx.Err() == nil && l.noted() {
		l.submit(ctx, gone(l.name, time.Now()))
	}
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	if l.leaving {
		delete(l.x.lanes, l.name)
	}
	return l.leaving
}

func (l *lane) isLeaving() bool {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.leaving
}

func (l *lane) rest() (Lane, []*monitor.Delivery) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	return l.spec, l.x.ledger.of(l.name)
}

// part sends the last message about one incident, once, if there is one to send, and ends its row. What came
// of it does not matter any more.
func (l *lane) part(ctx, bounded context.Context, spec Lane, d monitor.Delivery) {
	if j, ok := l.last(d); ok && bounded.Err() == nil {
		s, err := l.prepare(j, spec, time.Now())
		if err == nil && l.begin(bounded, d.DeliveryID, s) {
			_, err = send(bounded, spec, s, false)
		}
		l.x.options.Log.Info().AnErr("error", err).Str("receiver", d.Receiver).Str("incident", d.Incident).Msg("receiver left")
	}
	if ctx.Err() == nil {
		l.submit(ctx, monitor.Receipt{At: time.Now(), Delivery: d.DeliveryID, Result: monitor.Left})
	}
}

// last is what a receiver that is removed is still to hear: the end of what it knows as open, or that it will
// not hear of it here.
func (l *lane) last(d monitor.Delivery) (job, bool) {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	i := l.x.ledger.incidents[d.Incident]
	if i == nil || d.Knows == monitor.NeverTried || d.State != monitor.IncidentOpen || d.Dead != "" {
		return job{}, false
	}
	d.Sending = nil
	if i.State != monitor.IncidentOpen {
		return job{row: d, event: monitor.Event{Type: monitor.EventResolved, Incident: *i}}, true
	}
	return job{row: d, event: monitor.Event{Type: monitor.EventUpdated, Incident: farewell(*i)}, leaving: true}, true
}

// farewell is an incident as it is told for the last time.
func farewell(i monitor.Incident) monitor.Incident {
	i.Change = monitor.ChangeReceiverRemoved
	i.Text = "No longer told here: this receiver was removed from bellhop's configuration while the incident is open. " + i.Text
	i.NextStep = "Follow it on bellhop's status page, or on the receivers that remain."
	return i
}
