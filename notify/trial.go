package notify

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"bellhop/monitor"
)

const (
	trialText = "TEST: this is how an alert from bellhop reaches this receiver. Nothing is wrong, and nothing is to be done."
	trialDone = "TEST: this is how the end of an alert reaches this receiver. Nothing was wrong."
)

// Trial is the course of an incident that is none: it opens, changes and ends. Every message is marked TEST, and
// looks otherwise as the real one would. Nothing of it is stored.
func (s Sender) Trial(at time.Time) [3]Message {
	id := "test_" + at.UTC().Format("20060102t150405.000000000z")
	open := trialIncident(id, at)
	changed := open
	changed.Version, changed.Change = 2, monitor.ChangeSeverity
	changed.Severity, changed.Worst = monitor.Degraded, monitor.Degraded
	changed.Title, changed.Text = "TEST: an alert that changes", "TEST: this is how a change of an alert reaches this receiver. Nothing is wrong."
	ended := changed
	ended.Version, ended.State, ended.Ended, ended.Change = 3, monitor.IncidentResolved, at, ""
	ended.Title, ended.Text = "TEST: the end of an alert", trialDone
	return [3]Message{
		s.trial(monitor.EventOpened, open), s.trial(monitor.EventUpdated, changed), s.trial(monitor.EventResolved, ended),
	}
}

func trialIncident(id string, at time.Time) monitor.Incident {
	return monitor.Incident{
		ID: id, Version: 1, State: monitor.IncidentOpen, Severity: monitor.Warning, Worst: monitor.Warning,
		Side: monitor.SideIntegration, Since: at, Opened: at, Updated: at,
		Cause: monitor.Cause{Kind: monitor.NodeCheck, ID: "test-alert", Confidence: monitor.Certain},
		Scope: monitor.Scope{Failing: 1, Evaluated: 1, Watched: 1},
		Title: "TEST: an alert that is none", Text: trialText, NextStep: "Nothing to do.",
	}
}

func (s Sender) trial(t monitor.EventType, i monitor.Incident) Message {
	id := monitor.MessageID(s.Instance, monitor.DeliveryID{Incident: i.ID}, i.Version, "test")
	m := s.about(id, monitor.Event{Type: t, Incident: i})
	m.Test, m.Links = true, Links{} // it is on no page
	return m
}

// A Tried is one step of a trial: what was done with a receiver, and what came of it.
type Tried struct {
	Step
	Status int           // HTTP status, or 0
	Ref    string        // the receiver's own name for the message, if it has one
	Took   time.Duration // all attempts together
}

// TryOut takes a receiver through a whole trial, outside of any outbox, and says of each step what came of it. First
// what can be known without a message; then the messages, a moment apart, each tried again where that can help. What
// may be open there is ended whatever happens, also after ctx has ended.
func (s Sender) TryOut(ctx context.Context, l Lane, p monitor.Pace, at time.Time) []Tried {
	t := &trial{lane: l, pace: p}
	t.check(ctx)
	for n, m := range s.Trial(at) {
		last := n == 2
		if last {
			ctx = context.WithoutCancel(ctx)
		}
		if n > 0 {
			pause(ctx, p.Of(trialApart))
		}
		if ctx.Err() != nil {
			continue
		}
		t.tell(ctx, [...]string{"open", "change", TrialEnd}[n], m, last)
		if !t.arrived {
			break // nothing is open there
		}
	}
	return t.steps
}

// TrialEnd is the name of a trial's last step: a receiver that took it has nothing open.
const TrialEnd = "end"

const (
	trialApart = time.Second // messages: Slack takes one a second
	trialTries = 3
	trialLimit = 15 * time.Second // of one attempt
)

// A trial is one under way.
type trial struct {
	lane    Lane
	pace    monitor.Pace
	arrived bool // what was sent is there, or may be
	ref     string
	before  *monitor.Delivery
	steps   []Tried
}

func (t *trial) check(ctx context.Context) {
	if t.lane.Check == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, t.pace.SendTimeout)
	defer cancel()
	for _, s := range t.lane.Check(ctx) {
		t.steps = append(t.steps, Tried{Step: s})
	}
}

// tell sends one message until it is taken, or there is no use in trying again.
func (t *trial) tell(ctx context.Context, name string, m Message, last bool) {
	step, l := Tried{Step: Step{Name: name}}, Letter{ID: m.ID, Type: m.Type, First: time.Now()}
	for m.Before = t.before; ; {
		l.Attempt, l.At, l.Ref = l.Attempt+1, time.Now(), t.ref
		receipt, err := t.send(ctx, m, l)
		if err == nil {
			step.OK, step.Status, step.Ref = true, receipt.Status, receipt.Ref
			t.took(m, receipt)
			break
		}
		f := refusal(err)
		step.Status, step.Detail = f.Status, f.Reason
		t.arrived = t.arrived || f.Result == monitor.Ambiguous
		wait, again := t.again(f, m)
		if !again || l.Attempt == trialTries {
			break
		}
		m.Plain = m.Plain || f.Result == monitor.Content
		l.Maybe = l.Maybe || f.Result == monitor.Ambiguous
		pause(ctx, wait)
	}
	if last && !step.OK {
		step.Detail += "; it may still be open there: close it by hand"
	}
	step.Took = time.Since(l.First)
	t.steps = append(t.steps, step)
}

func (t *trial) send(ctx context.Context, m Message, l Letter) (got Receipt, err error) {
	defer func() {
		if r := recover(); r != nil { // a bug in one kind of receiver ends neither the test nor the daemon
			err = &Refusal{Result: monitor.Unmended, Reason: fmt.Sprintf("panic: %v", r)}
		}
	}()
	if l.Body, err = t.lane.Render(m); err != nil {
		return Receipt{}, &Refusal{Result: monitor.Content, Reason: "render: " + err.Error()}
	}
	ctx, cancel := context.WithTimeout(ctx, min(t.lane.Timeout, trialLimit)) // a person waits
	defer cancel()
	return t.lane.Notifier.Notify(ctx, l)
}

// again says whether another attempt can help, and after how long.
func (t *trial) again(f *Refusal, m Message) (wait time.Duration, ok bool) {
	switch f.Result {
	case monitor.Refused:
		return max(f.After, t.pace.BackoffFirst), f.After <= t.pace.SendTimeout
	case monitor.Ambiguous: // what came twice would be seen twice
		return t.pace.BackoffFirst, !t.lane.Receiver.Keyless
	case monitor.Content:
		return 0, !m.Plain
	default:
		return 0, false
	}
}

func (t *trial) took(m Message, r Receipt) {
	i := m.Incident
	t.arrived, t.ref = true, cmp.Or(r.Ref, t.ref)
	t.before = &monitor.Delivery{
		DeliveryID: monitor.DeliveryID{Receiver: t.lane.Receiver.Name, Incident: i.ID}, Knows: monitor.Told, Ref: t.ref,
		Version: i.Version, State: i.State, Severity: i.Severity, Side: i.Side, Cause: i.Cause.Node(), ToldAt: i.Updated,
	}
}

// pause is time that goes by, unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Try renders a message and sends it once, outside of any outbox: for test-alert, and for what has to be said
// when nothing can be stored.
func Try(ctx context.Context, l Lane, m Message) (Receipt, error) {
	body, err := l.Render(m)
	if err != nil {
		return Receipt{}, fmt.Errorf("render: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	return l.Notifier.Notify(ctx, Letter{ID: m.ID, Type: m.Type, Body: body, Attempt: 1, At: m.At})
}
