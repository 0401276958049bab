package monitor

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Owed says what a receiver is to be sent about an incident, and from when on: the difference between what
// it knows and what is true. A message under way keeps its type, bytes and id while nothing newer is owed;
// one that is in flight owes nothing until its receipt. For an EveryVersion receiver the type is empty:
// NextVersion has it.
func Owed(d Delivery, i *Incident, r Receiver, p Pace, now time.Time) (EventType, time.Time, bool) {
	if i == nil || !d.Wants || d.Settled || d.Dead != "" || d.inFlight() || givenUp(i, p, now) || d.hushed(i) {
		return "", time.Time{}, false
	}
	what, at, ok := difference(d, i, r, p)
	switch {
	case Resumes(d, i, r, p):
		return d.Sending.Type, d.again(r, p), !d.repeated(r)
	case ok && d.maybe() && !d.repeated(r) && at.After(d.again(r, p)):
		return what, d.again(r, p), true // in place of a repeat that says what is no longer true
	case ok:
		return what, at, true
	default:
		return reminder(d, i, r)
	}
}

// Resumes says whether what is owed is the message under way, and not a newer one in its place. Where what may have
// arrived can be looked up, that comes first: a newer one would not know what to edit.
func Resumes(d Delivery, i *Incident, r Receiver, p Pace) bool {
	s := d.Sending
	if s == nil || r.EveryVersion || s.Version == i.Version || d.sought(r) {
		return s != nil
	}
	_, _, ok := difference(d, i, r, p)
	return !ok && d.maybe()
}

// difference is the table of convergence, without regard to a message under way.
func difference(d Delivery, i *Incident, r Receiver, p Pace) (EventType, time.Time, bool) {
	open := i.State == IncidentOpen
	switch {
	case d.Knows == NeverTried && open:
		return typeFor(r, EventOpened), i.Opened.Add(r.After), true
	case d.Knows == NeverTried && d.Referred: // it was told that it would hear of this end
		return typeFor(r, EventResolved), i.Updated, true
	case d.Knows == NeverTried:
		return typeFor(r, EventRecap), i.Updated, worthRecap(i, r, p)
	case i.Version <= d.Version:
		return "", time.Time{}, false
	case r.EveryVersion:
		return "", i.Updated, true
	case open && d.State == IncidentResolved:
		return EventReopened, i.Updated, true
	case open:
		return updated(d, i, r, p)
	default:
		return EventResolved, i.Updated, d.State == IncidentOpen || d.overtaken()
	}
}

func typeFor(r Receiver, t EventType) EventType {
	if r.EveryVersion {
		return ""
	}
	return t
}

// updated is what a receiver that knows an incident as open is owed of a newer version that is open too: where
// messages cannot be edited, only what people have to know.
func updated(d Delivery, i *Incident, r Receiver, p Pace) (EventType, time.Time, bool) {
	switch {
	case !r.Posts && r.Edits > 0:
		return EventUpdated, later(i.Updated, d.ToldAt.Add(r.Edits)), true
	case !r.Posts, d.misled(i):
		return EventUpdated, i.Updated, true
	case d.Severity != i.Severity, i.Change == ChangeHotels, d.overtaken():
		return EventUpdated, later(i.Updated, d.ToldAt.Add(p.PostEvery)), true
	default:
		return "", time.Time{}, false
	}
}

// reminder is what a receiver is owed that knows all it has to of an open incident: to be told once more when nothing
// was heard of it for long, unless somebody is on it. A digest has a reminder of its own.
func reminder(d Delivery, i *Incident, r Receiver) (EventType, time.Time, bool) {
	if r.Remind <= 0 || r.EveryVersion || i.State != IncidentOpen || d.State != IncidentOpen || i.Muted || i.Ack != nil || d.Digest != "" || d.Knows == NeverTried {
		return "", time.Time{}, false
	}
	heard := d.Rang
	if heard.IsZero() { // told by a bellhop that did not remind
		heard = d.ToldAt
	}
	return EventReminder, heard.Add(r.Remind), true
}

// misled says whether what a receiver was told last blames what has since been found not to be the cause: one hotel's
// trouble that proved to be everybody's, or apaleo for what is our own network's.
func (d Delivery) misled(i *Incident) bool {
	return d.Cause != (Node{}) && (d.Cause != i.Cause.Node() || d.Side != i.Side)
}

// worthRecap says whether an incident that ended before the receiver could be reached is worth a message:
// not if it ended before it was to be told here, became part of another, or was over in no time.
func worthRecap(i *Incident, r Receiver, p Pace) bool {
	tooSoon := r.After > 0 && i.Ended.Before(i.Opened.Add(r.After))
	if r.EveryVersion {
		return !tooSoon
	}
	return !r.NoRecap && !tooSoon && i.Into == "" && i.Ended.Sub(i.Since) >= p.RecapOver
}

// NextVersion is the event that an EveryVersion receiver is to be sent next: the first one after what it
// knows. False is that none of the events is newer.
func NextVersion(d Delivery, events []Event) (Event, bool) {
	newer := slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.Incident.Version <= d.Version })
	if len(newer) == 0 {
		return Event{}, false
	}
	return slices.MinFunc(newer, func(a, b Event) int { return cmp.Compare(a.Incident.Version, b.Incident.Version) }), true
}

// OwedNotice says whether a receiver is to be sent a notice, and from when on.
func OwedNotice(d Delivery, n *Notice, r Receiver, p Pace, now time.Time) (time.Time, bool) {
	if n == nil || !d.Wants || d.Settled || d.Dead != "" || d.inFlight() || !now.Before(n.At.Add(p.NoticeOwed)) {
		return time.Time{}, false
	}
	if n.Text == "" {
		return time.Time{}, false // it ended without a word: what it was about is no longer watched
	}
	if ResumesNotice(d, n) {
		return d.again(r, p), !d.repeated(r)
	}
	return n.At, d.Version < n.Version()
}

// ResumesNotice says whether what is owed is the message under way: not if the notice is over meanwhile.
func ResumesNotice(d Delivery, n *Notice) bool {
	return d.Sending != nil && d.Sending.Version == n.Version()
}

// Version numbers the two things that can be said under a notice's id: that it is so, and that it is over.
func (n *Notice) Version() int {
	if n.Over {
		return 2
	}
	return 1
}

// Behind says since when a receiver has been owed the truth about an incident without confirming it. False
// is that it is owed nothing at present.
func Behind(d Delivery, i *Incident, r Receiver, p Pace, now time.Time) (time.Time, bool) {
	if d.Settled || IsDigest(d.Incident) || i != nil && d.hushed(i) && !d.inFlight() {
		return time.Time{}, false
	}
	r.Remind = 0 // nobody waits for a reminder
	_, at, owed := Owed(d, i, r, p, now)
	switch {
	case i != nil && d.Sending != nil && d.Sending.Type == EventReminder && d.Sending.Version >= i.Version:
		return time.Time{}, false
	case !d.Failing.IsZero():
		return d.Failing, owed || d.inFlight() || d.Knows == Maybe || d.Dead != ""
	case d.inFlight():
		return d.Sending.First, true
	case r.Posts && r.Digest > 0 && d.Digest != "":
		at = at.Add(p.PostEvery) // an end waits for others there
	}
	return at, owed && !at.After(now)
}

// Behind says since when a receiver has been owed a row without confirming it, be it of an incident or of a notice. The
// row of a digest stands for others, which count.
func (o Owing) Behind(r Receiver, p Pace, now time.Time) (time.Time, bool) {
	switch {
	case o.Incident != nil:
		return Behind(*o.Row, o.Incident, r, p, now)
	case o.Notice != nil:
		_, owed := OwedNotice(*o.Row, o.Notice, r, p, now)
		return o.Notice.At, owed || o.Row.inFlight()
	}
	return time.Time{}, false
}

func (d Delivery) inFlight() bool { return d.Sending != nil && d.Sending.InFlight }

// maybe says that the message under way may have arrived already.
func (d Delivery) maybe() bool {
	return d.Sending != nil && d.Knows == Maybe && d.Version == d.Sending.Version
}

// overtaken says that what may have arrived was given up for a newer message, which was then refused.
func (d Delivery) overtaken() bool {
	return d.Sending != nil && d.Knows == Maybe && !d.maybe()
}

// sought says that the receiver's message about this may be there, and has to be found before it can be edited.
func (d Delivery) sought(r Receiver) bool {
	return r.Lookup && d.maybe() && d.Ref == ""
}

// repeated says that a message that may have arrived has been repeated often enough.
func (d Delivery) repeated(r Receiver) bool {
	return r.Keyless && d.maybe() && d.Repeats >= MaybeMax
}

// again is when the message under way is to be tried again.
func (d Delivery) again(r Receiver, p Pace) time.Time {
	if !d.Sending.Next.IsZero() {
		return d.Sending.Next
	}
	at := d.Sending.First
	for n := 0; r.Keyless && d.maybe() && n <= d.Repeats; n++ {
		at = at.Add(maybeWait(p, n))
	}
	return at
}

// maybeWait is how long to wait before the repeat after n others.
func maybeWait(p Pace, n int) time.Duration {
	return [...]time.Duration{p.MaybeFirst, p.MaybeSecond, p.MaybeThird}[min(n, MaybeMax-1)]
}

// MessageID names a message for good: the same version of the same incident is the same message to the same
// receiver, after any restart. The form tells messages about one version apart: "" as it is, "plain" after
// the text was refused, "left" for the last one to a receiver that was removed.
func MessageID(book string, d DeliveryID, version int, form string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d %q", book, d.Receiver, d.Incident, version, form))
	return "msg_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:]))
}
