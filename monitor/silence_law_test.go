package monitor_test

import (
	"fmt"
	"slices"
	"time"

	"bellhop/monitor"
)

// people act without reason in a world without reason, and keep count of what was said: who was told that something is
// open hears, or is owed, its end; what a person's word covered from first to last rings nobody; and what the book
// holds back is what the silences in force say.
type people struct {
	w         *wild
	acts      int
	told      map[monitor.DeliveryID]string // what a receiver knows to be open: told or referred
	heard     map[string]bool               // incidents that were uncovered for a moment of their last run
	receivers []monitor.Receiver            // all that there ever are
	quiet     int                           // incidents that nobody heard of
}

func newPeople(w *wild, all []monitor.Receiver) *people {
	p := &people{w: w, receivers: all, told: map[monitor.DeliveryID]string{}, heard: map[string]bool{}}
	w.simulation.heard = p.hears
	return p
}

// act is anything that anybody could ask for, sensible or not.
func (p *people) act() monitor.Act {
	r, now := p.w.r, p.w.now
	p.acts++
	a := monitor.Act{At: now, ID: fmt.Sprint("act-", p.acts-r.IntN(20)/19), By: "Anna", Why: "so", Until: now.Add(time.Duration(r.IntN(60*60)) * time.Second)}
	a.Kind = oneOf(r, []monitor.ActKind{
		monitor.ActSilence, monitor.ActSilence, monitor.ActSilence, monitor.ActMaintenance, monitor.ActPause, monitor.ActResume,
		monitor.ActAcknowledge, monitor.ActUnacknowledge, monitor.ActNote, monitor.ActLift, "nonsense",
	})
	snap := p.w.book.Snapshot(now)
	if n := len(snap.Silences); n > 0 {
		a.Lifts = snap.Silences[r.IntN(n)].ID
	}
	if r.IntN(6) == 0 {
		a.From = now.Add(time.Duration(r.IntN(1200)-300) * time.Second)
	}
	for _, i := range slices.Concat(snap.Open, snap.Recent) {
		if r.IntN(3) > 0 {
			a.Target.Incident = i.ID
			break
		}
	}
	if one := a.Kind == monitor.ActAcknowledge || a.Kind == monitor.ActUnacknowledge || a.Kind == monitor.ActNote; !one && r.IntN(3) > 0 {
		a.Target = p.target()
	}
	if r.IntN(5) == 0 {
		a.Until = time.Time{}
	}
	return a
}

func (p *people) target() (t monitor.Target) {
	r := p.w.r
	switch r.IntN(4) {
	case 0:
		t.Accounts = []string{oneOf(r, []string{"a", "b", "c", "nobody"})}
	case 1:
		t.Labels = map[string]string{"team": "web"}
	default:
		for range 1 + r.IntN(4) {
			t.Checks = append(t.Checks, oneOf(r, p.w.all).ID())
		}
	}
	return t
}

// covered says whether a person's word covers all of an open incident now, found without the book's own rule.
func covered(s *monitor.Snapshot, i *monitor.Incident) bool {
	for _, m := range i.Members {
		if !slices.ContainsFunc(s.Silences, func(x *monitor.Silence) bool {
			n := slices.IndexFunc(s.Checks, func(v monitor.CheckView) bool { return v.Check.ID() == m.Check })
			return x.Kind != monitor.ActPause && x.InForce(s.At) && n >= 0 && x.Target.Covers(i.ID, s.Checks[n].Check)
		}) {
			return false
		}
	}
	return true
}

// watch looks at the book after each change.
func (p *people) watch(c monitor.Change) {
	if len(c.Incidents)+len(c.Silences)+len(c.Deliveries) == 0 {
		return
	}
	s := p.w.book.Snapshot(p.w.now)
	for _, i := range s.Open {
		if i.Change == monitor.ChangeReopened && i.Updated.Equal(p.w.now) {
			p.heard[i.ID] = false
		}
		if !covered(s, i) {
			p.heard[i.ID] = true
		}
	}
	for id, how := range p.told {
		p.owed(id, how)
	}
}

// owed fails the test where somebody knows as open what has ended, and is not owed its end.
func (p *people) owed(id monitor.DeliveryID, how string) {
	i, d := p.w.incident(id.Incident), p.w.kept.deliveries[id]
	if i == nil || d == nil || i.State == monitor.IncidentOpen {
		return
	}
	r, known := p.w.receiver(id.Receiver)
	if !known || how == "left" {
		return
	}
	_, _, owed := monitor.Owed(*d, i, r, p.w.pace, p.w.now)
	flying := d.Sending != nil && d.Sending.InFlight
	if !owed && !flying && p.w.now.Sub(i.Updated) < p.w.pace.EndOwed {
		p.w.t.Errorf("%s: %s was %s that %s is open, it ended, and nothing is owed: %+v", p.w.now, id.Receiver, how, id.Incident, *d)
		delete(p.told, id)
	}
}

// hears notes what a receiver is told, and fails the test where it should not be.
func (p *people) hears(receiver string, t monitor.EventType, i *monitor.Incident) {
	id := monitor.DeliveryID{Receiver: receiver, Incident: i.ID}
	if t == monitor.EventResolved {
		if p.told[id] == "" {
			p.w.t.Errorf("%s: %s hears the end of %s, of which it knew nothing", p.w.now, receiver, i.ID)
		}
		delete(p.told, id)
		whole := monitor.DeliveryID{Receiver: receiver, Incident: i.Into}
		if d := p.w.kept.deliveries[whole]; i.Into != "" && (d == nil || d.State != monitor.IncidentResolved) { // else it has its end
			p.told[whole] = "referred"
		}
		return
	}
	if !p.heard[i.ID] {
		p.w.t.Errorf("%s: %s hears %s of %s, which a person's word covers", p.w.now, receiver, t, i.ID)
	}
	if t != monitor.EventRecap {
		p.told[id] = "told"
	}
}

// replanned forgets the plans of checks that are gone or ask something else, as the scheduler does.
func (p *people) replanned(next []*monitor.Check) {
	asks := map[monitor.CheckID]string{}
	for _, c := range next {
		asks[c.ID()] = c.Asks
	}
	for _, v := range p.w.book.Snapshot(p.w.now).Checks {
		if asks[v.Check.ID()] != v.Check.Asks {
			delete(p.w.plans, v.Check.ID())
		}
	}
}

// ticked looks at the book when it was told the time.
func (p *people) ticked() {
	s := p.w.book.Snapshot(p.w.now)
	for _, i := range s.Open {
		late := i.Change == monitor.ChangeUnsilenced && p.w.now.Sub(i.Updated) < p.w.pace.UpdateEvery
		if is := covered(s, i); is != i.Muted && (!is || !late) {
			p.w.t.Errorf("%s: %s is muted: %v, covered: %v (%s)", p.w.now, i.ID, i.Muted, is, i.MutedBy)
		}
		if i.Muted {
			p.quiet++
		}
		if i.Ack != nil && !i.Ack.Until.IsZero() && !i.Ack.Until.After(p.w.now) {
			p.w.t.Errorf("%s: %s is acknowledged until %s", p.w.now, i.ID, i.Ack.Until)
		}
	}
	for _, v := range s.Checks {
		if paused := v.State == monitor.StatePaused; !v.Check.Reported && paused != p.w.plans[v.Check.ID()].Paused {
			p.w.t.Errorf("%s: %s is shown as %s, its plan is %+v", p.w.now, v.Check.ID(), v.State, p.w.plans[v.Check.ID()])
		}
		for k := range monitor.SignalKinds {
			if v.State == monitor.StatePaused && v.Row != nil && !v.Row.Signals[k].LastAt.IsZero() {
				p.w.t.Errorf("%s: %s is paused and heard of: %+v", p.w.now, v.Check.ID(), v.Row.Signals[k])
			}
		}
	}
}

// dismiss reloads some of the receivers: others are gone, or back. Who is gone hears no end, unless it is put back.
func (p *people) dismiss() {
	p.w.config.Receivers = nil
	for _, r := range p.receivers {
		if p.w.r.IntN(6) > 0 {
			p.w.config.Receivers = append(p.w.config.Receivers, r)
			continue
		}
		for id := range p.told {
			if id.Receiver == r.Name {
				p.told[id] = "left"
			}
		}
	}
	p.w.config.At = p.w.now
	p.w.decide(p.w.config)
}
