package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// deliver makes one attempt: durable first, then sent, then what came of it.
func (l *lane) deliver(ctx context.Context, j job, spec Lane) {
	l.tried[j.row.DeliveryID] = time.Now()
	s, err := l.prepare(j, spec, time.Now())
	if err != nil {
		l.x.options.Log.Error().Err(err).Str("receiver", l.name).Str("incident", j.row.Incident).Msg("message not rendered")
		l.hold(j, time.Now().Add(l.x.options.Pace.AskAgain))
		return
	}
	if !l.begin(ctx, j, spec, s) {
		return
	}
	l.tellForm(ctx, l.unfit, time.Now())
	l.counted(func(c *counts) { c.left(j, s, time.Now()) })
	got, err := send(ctx, spec, letter(j, spec, s))
	if err != nil && ctx.Err() != nil {
		return // cut short by our own end: nobody knows, and the next run treats it so
	}
	l.finish(ctx, j, spec, s, got, err)
}

// hold puts off what cannot be rendered.
func (l *lane) hold(j job, until time.Time) {
	if j.digest != nil {
		l.unsaid = until
		return
	}
	l.held[j.row.DeliveryID] = until
}

// letter is a message as it leaves.
func letter(j job, spec Lane, s monitor.Sending) Letter {
	again := maybe(j.row) && j.row.Sending.ID == s.ID
	n := Letter{
		ID: s.ID, Type: s.Type, Body: s.Body, Attempt: s.Attempts, At: time.Now(), First: s.First,
		Repeat: spec.Receiver.Keyless && maybe(j.row), Maybe: again, Stale: again && j.stale,
	}
	if j.row.RefKind == "" || j.row.RefKind == spec.Receiver.Kind {
		n.Ref = j.row.Ref
	}
	return n
}

// prepare is the message as it will be stored and sent: the bytes of the attempt before, or new ones. Bytes
// made for another kind of receiver, which had this name before, are of no use to this one.
func (l *lane) prepare(j job, spec Lane, now time.Time) (monitor.Sending, error) {
	attempts := 1
	if old := j.row.Sending; old != nil {
		attempts = old.Attempts + 1
	}
	kind := spec.Receiver.Kind
	if old := j.row.Sending; j.resumes && old.Body != nil && cmp.Or(old.Kind, kind) == kind {
		s := *old
		s.Attempts, s.Next = attempts, time.Time{}
		return s, nil
	}
	s := monitor.Sending{First: now, Attempts: attempts, Kind: kind, Plain: j.resumes && j.row.Sending.Plain}
	err := l.render(j, spec, &s)
	if !s.Plain {
		l.unfit = err
	}
	if err != nil && !s.Plain {
		s.Plain = true
		err = errors.Join(err, l.render(j, spec, &s))
		if s.Body != nil {
			err = nil
		}
	}
	return s, err
}

// render fills in what is said.
func (l *lane) render(j job, spec Lane, s *monitor.Sending) (err error) {
	defer func() {
		if r := recover(); r != nil { // a message that cannot be rendered must not end the watching
			err = fmt.Errorf("render: panic: %v", r)
		}
	}()
	m := l.compose(j, s, form(j, s))
	m.Plain, m.Late = s.Plain, j.late
	s.ID = m.ID
	s.Body, err = spec.Render(m)
	return err
}

// form tells messages about one version apart in their ids.
func form(j job, s *monitor.Sending) string {
	form := ""
	switch {
	case j.leaving:
		return "left"
	case j.event.Type == monitor.EventReminder:
		form = "reminder after " + j.row.Rang.UTC().Format(time.RFC3339)
	}
	if s.Plain {
		form += "plain"
	}
	return form
}

func (l *lane) compose(j job, s *monitor.Sending, form string) Message {
	o, book := l.x.options, l.x.ledger.book
	o.Sender.Book = book
	switch {
	case j.digest != nil:
		return l.composeDigest(j, s, form)
	case j.notice != nil:
		s.Type, s.Version = monitor.EventNotice, j.notice.Version()
		return o.Sender.noting(monitor.MessageID(book, j.row.DeliveryID, s.Version, form), j.notice)
	}
	i := j.event.Incident
	s.Type, s.Version, s.Severity, s.Side, s.Cause = j.event.Type, i.Version, i.Severity, i.Side, i.Cause.Node()
	m := o.Sender.about(monitor.MessageID(book, j.row.DeliveryID, s.Version, form), j.event)
	if s.Type == monitor.EventReminder {
		m.Reminder, m.At = true, s.First // it says how long it has been so
	}
	if j.row.Knows != monitor.NeverTried {
		before := j.row
		m.Before = &before
	}
	return m
}

// begin makes an attempt durable. False is that it must not be made: it could not be stored, or the row was
// settled meanwhile.
func (l *lane) begin(ctx context.Context, j job, spec Lane, s monitor.Sending) bool {
	s.InFlight = true
	id := j.row.DeliveryID
	in := monitor.Attempting{At: time.Now(), Delivery: id, Sending: s, Place: spec.Receiver.Place}
	if j.digest != nil {
		in.Covers = j.digest.Covers
	}
	if err := l.x.options.Submit(ctx, in); err != nil {
		if ctx.Err() == nil {
			l.x.options.Log.Warn().Err(err).Str("receiver", id.Receiver).Msg("attempt not stored")
			l.wait(ctx, time.Now().Add(l.x.options.Pace.BackoffFirst))
		}
		return false
	}
	seen, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for !l.inFlight(id, s.ID) {
		if seen.Err() != nil {
			// The row is not ours to send any more. Should it be in flight after all, this ends it.
			l.submit(ctx, monitor.Receipt{At: time.Now(), Delivery: id, ID: s.ID, Result: monitor.Refused, Reason: "not sent", Blind: true})
			return false
		}
		l.wait(seen, time.Time{})
	}
	return true
}

// inFlight says whether the ledger has seen the commit that puts a message in flight.
func (l *lane) inFlight(id monitor.DeliveryID, message string) bool {
	l.x.mu.Lock()
	defer l.x.mu.Unlock()
	d := l.x.ledger.rows[id]
	return d != nil && d.Sending != nil && d.Sending.InFlight && d.Sending.ID == message
}

// send gives the letter to the notifier, with a deadline. A panic there leaves open what came of it.
func send(ctx context.Context, spec Lane, n Letter) (got Receipt, err error) {
	ctx, cancel := context.WithTimeout(ctx, spec.Timeout)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return spec.Notifier.Notify(ctx, n)
}

// finish hands in what came of an attempt, and draws the lane's conclusions.
func (l *lane) finish(ctx context.Context, j job, spec Lane, s monitor.Sending, got Receipt, err error) {
	now := time.Now()
	r := monitor.Receipt{At: now, Delivery: j.row.DeliveryID, ID: s.ID, Result: monitor.Accepted, Status: got.Status, Ref: got.Ref}
	if err != nil {
		r = l.refused(j, spec, s, refusal(err), now)
	}
	l.counted(func(c *counts) { c.came(r, s.Type) })
	l.log(r, s, j.row.LastErr != "")
	l.submit(ctx, r)
	l.judge(ctx, r, orElse(j.row.Failing, now))
}

// refused is the receipt of an attempt that came to nothing, and the pause that the receiver asked for.
func (l *lane) refused(j job, spec Lane, s monitor.Sending, f *Refusal, now time.Time) monitor.Receipt {
	var failing time.Duration
	if !j.row.Failing.IsZero() {
		failing = now.Sub(j.row.Failing)
	}
	if f.After > 0 {
		l.paused = now.Add(f.After)
	}
	wait, blind := Backoff(l.x.options.Pace, failing, s.Attempts, rand.Float64()), l.x.options.Blind()
	if blind { // the attempt will not count, so that no later one waits longer
		wait = max(wait, l.x.options.Pace.BlindRound)
	}
	return monitor.Receipt{
		At: now, Delivery: j.row.DeliveryID, ID: s.ID, Result: f.Result, Status: f.Status, Reason: f.Reason,
		Next: next(f, now, wait, spec.Receiver.Keyless), Blind: blind,
	}
}

// submit hands in an input until it is taken. Where our own end comes first, it has a moment more: a receipt
// that is lost is a message that is sent twice.
func (l *lane) submit(ctx context.Context, in monitor.Input) {
	for ctx.Err() == nil {
		err := l.x.options.Submit(ctx, in)
		if err == nil {
			return
		}
		if ctx.Err() == nil {
			l.x.options.Log.Warn().Err(err).Str("receiver", l.name).Msg("receipt not stored")
			l.wait(ctx, time.Now().Add(l.x.options.Pace.BackoffFirst))
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := l.x.options.Submit(last, in); err != nil {
		l.x.options.Log.Warn().Err(err).Str("receiver", l.name).Msg("receipt lost")
	}
}

func (l *lane) log(r monitor.Receipt, s monitor.Sending, again bool) {
	level := zerolog.WarnLevel
	switch {
	case r.Result == monitor.Accepted:
		level = zerolog.InfoLevel
	case s.Attempts > 1, r.Blind && again:
		level = zerolog.DebugLevel // the same trouble is not told on every attempt
	}
	l.x.options.Log.WithLevel(level).Str("receiver", r.Delivery.Receiver).Str("incident", r.Delivery.Incident).Str("type", string(s.Type)).
		Int("version", s.Version).Int("attempt", s.Attempts).Str("result", string(r.Result)).
		Str("reason", r.Reason).Msg("message tried")
}
