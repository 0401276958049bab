package monitor

import (
	"cmp"
	"time"
)

// Attempting is the row with a message in flight. A row that is owed nothing any more stays as it is.
func (d Delivery) Attempting(a Attempting) Delivery {
	if d.Settled || d.Dead != "" {
		return d
	}
	same := d.Sending != nil && d.Sending.ID == a.Sending.ID
	switch {
	case same && d.maybe():
		d.Repeats++
	case !same:
		d.Repeats = 0
	}
	s := a.Sending
	s.InFlight = true
	d.Sending = &s
	return d
}

// Received is the row after a receipt. One that is not for the message under way says nothing. An ambiguous
// receipt without a time to try again is a keyless receiver's: it is repeated late and seldom, and in the
// end taken for told.
func (d Delivery) Received(r Receipt, p Pace) Delivery {
	if r.Result == Left {
		return d.left()
	}
	if d.Sending == nil || d.Sending.ID != r.ID {
		return d
	}
	s := *d.Sending
	s.InFlight = false
	d.LastStatus, d.LastErr = r.Status, r.Reason
	if r.Result == Accepted {
		return d.accepted(s, r)
	}
	d = d.failed(&s, r)
	d.Sending = &s
	switch r.Result {
	case Ambiguous:
		return d.ambiguous(r, p)
	case Gone:
		d.Dead = cmp.Or(r.Reason, "it wants no messages any more")
	case Content:
		s.Next = d.plainer(&s, r, p)
	case Missing:
		return d.missing(r, p)
	case Unmended:
		s.Next = orAfter(r.Next, r.At, p.AskAgain)
	default:
		s.Next = orAfter(r.Next, r.At, p.BackoffFirst)
	}
	return d
}

func orAfter(next, at time.Time, wait time.Duration) time.Time {
	if next.IsZero() {
		return at.Add(wait)
	}
	return next
}

func (d Delivery) accepted(s Sending, r Receipt) Delivery {
	d = d.knowing(Told, s, r.At)
	if r.Ref != "" && s.Digest == "" {
		d.Ref, d.RefKind = r.Ref, s.Kind
	}
	d.Sending, d.Repeats, d.Failing, d.LastErr = nil, 0, time.Time{}, ""
	return d
}

// failed counts an attempt that came to nothing, or does not while we could not see out. A repeat that was
// refused for certain is none.
func (d Delivery) failed(s *Sending, r Receipt) Delivery {
	if r.Blind {
		s.Attempts = max(s.Attempts-1, 0)
	} else if d.Failing.IsZero() {
		d.Failing = s.First
	}
	if r.Result != Ambiguous {
		d.Repeats = max(d.Repeats-1, 0)
	}
	return d
}

// ambiguous is the row when the message may have arrived.
func (d Delivery) ambiguous(r Receipt, p Pace) Delivery {
	d = d.knowing(Maybe, *d.Sending, r.At)
	switch {
	case !r.Next.IsZero():
		d.Sending.Next = r.Next
	case d.Repeats >= MaybeMax:
		d.Sending = nil
	default:
		d.Sending.Next = r.At.Add(maybeWait(p, d.Repeats))
	}
	return d
}

// missing is the row when what may have arrived was looked up and is not there: the receiver knows nothing of it. One
// that has a message to edit is sent the letter again.
func (d Delivery) missing(r Receipt, p Pace) Delivery {
	if d.Ref != "" {
		d.Sending.Next = orAfter(r.Next, r.At, p.BackoffFirst)
		return d
	}
	d.Knows, d.Version, d.State = NeverTried, 0, ""
	d.Sending, d.Repeats, d.Failing = nil, 0, time.Time{}
	return d
}

// plainer asks for the message to be rendered again, at once; if it is plain already, a person must look.
func (d Delivery) plainer(s *Sending, r Receipt, p Pace) time.Time {
	if s.Plain {
		return orAfter(r.Next, r.At, p.AskAgain)
	}
	s.Plain, s.Body = true, nil
	return r.At
}

func (d Delivery) knowing(k Knowledge, s Sending, at time.Time) Delivery {
	if s.rings(d) {
		d.Rang = at
	}
	d.Knows, d.Version, d.Severity, d.Side, d.Cause, d.Digest, d.ToldAt = k, s.Version, s.Severity, s.Side, s.Cause, s.Digest, at
	d.State = IncidentOpen
	if s.Type == EventResolved || s.Type == EventRecap || s.Over {
		d.State = IncidentResolved
	}
	return d
}

// rings says whether a message is heard as an opening or a reminder by one who knew so much before.
func (s Sending) rings(before Delivery) bool {
	switch s.Type {
	case EventOpened, EventReopened, EventReminder:
		return true
	case EventDigest:
		return s.Reminder || before.Knows == NeverTried
	default:
		return false
	}
}

func (d Delivery) left() Delivery {
	d.Dead = "it is no receiver any more"
	return d.settled()
}

// stayed is the row of a receiver that was put back while it was told goodbye: an end may have been told then.
func (d Delivery) stayed() Delivery {
	if !d.inFlight() {
		return d
	}
	if d.Sending.Type == EventResolved || d.Sending.Over {
		d = d.knowing(Maybe, *d.Sending, d.Sending.First)
	}
	d.Sending = nil
	return d
}

// Ordered is the row after an operator's order: to give it up, or to try again now. Nothing interrupts a
// message in flight.
func (d Delivery) Ordered(o Order) Delivery {
	switch {
	case d.Settled:
		return d
	case o.Drop:
		d.Dead, d.Failing = "dropped by the operator", time.Time{}
	default:
		d.Dead = ""
	}
	if d.Sending != nil && !d.inFlight() {
		s := *d.Sending
		s.Next = o.At
		d.Sending = &s
	}
	return d
}

// Restarted is the row as a new run finds it: nobody knows what came of a message that was in flight.
func (d Delivery) Restarted() Delivery {
	if !d.inFlight() {
		return d
	}
	s := *d.Sending
	s.InFlight, s.Next = false, time.Time{}
	d.Sending = &s
	return d.knowing(Maybe, s, s.First)
}
