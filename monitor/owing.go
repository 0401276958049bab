package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// owe makes sure that every receiver that wants an incident, or has heard of it, is owed its new version.
func (d *draft) owe(i *Incident) {
	for _, r := range d.watched.receivers {
		id := DeliveryID{r.Name, i.ID}
		old := d.deliveryRow(id)
		if old == nil && !r.When.Wants(i) {
			continue
		}
		w := d.editDelivery(id)
		switch {
		case w.Settled && w.movedTo(r): // it is back at another place
			*w = w.moved(true)
		case w.Settled: // the receiver was removed, and is back: it goes on from what it knows
			w.Dead, w.Failing = "", time.Time{}
		}
		w.Wants, w.Settled = true, false
	}
}

// inherit lets the receivers of an incident that became part of another hear of that one's end, too.
func (d *draft) inherit(from, to string) {
	for _, r := range d.watched.receivers {
		if old := d.deliveryRow(DeliveryID{r.Name, from}); old != nil && (old.Knows != NeverTried || old.inFlight()) {
			w := d.editDelivery(DeliveryID{r.Name, to})
			w.Wants, w.Settled = true, false
			w.Referred = w.Referred || old.State == IncidentOpen || old.Referred || old.inFlight()
		}
	}
}

// oweNotice makes sure that every receiver that wants a notice is owed it. Both what it tells and its end go
// under one id.
func (d *draft) oweNotice(n *Notice) {
	for _, r := range d.watched.receivers {
		if r.WantsNotice(n) {
			w := d.editDelivery(DeliveryID{r.Name, n.ID})
			w.Wants, w.Settled = true, false
		}
	}
}

func (d *draft) deliveryRow(id DeliveryID) *Delivery {
	if w := d.c.Deliveries[id]; w != nil {
		return w
	}
	return d.b.deliveries[id]
}

func (d *draft) editDelivery(id DeliveryID) *Delivery {
	if w := d.c.Deliveries[id]; w != nil {
		return w
	}
	w := &Delivery{DeliveryID: id}
	if old := d.b.deliveries[id]; old != nil {
		*w = *old
	}
	set(&d.c.Deliveries, id, w)
	d.c.Urgent = true
	return w
}

// delivery folds what the lanes and the operator say of deliveries.
func (d *draft) delivery(in Input) {
	switch in := in.(type) {
	case Attempting:
		d.attempt(in)
	case Receipt:
		for _, id := range d.concerned(in) {
			w := d.editDelivery(id)
			d.record(in, w)
			_, back := d.watched.receiver(id.Receiver)
			switch {
			case in.Result == Left && in.Moved:
				*w = w.moved(d.isOpen(id.Incident))
			case in.Result == Left && back:
				*w = w.stayed()
			default:
				*w = w.Received(in, d.b.pace)
			}
		}
	case Order:
		for _, id := range d.toldIn(in.Delivery) {
			w := d.editDelivery(id)
			*w = w.Ordered(in)
		}
	}
}

// settle closes the deliveries of this draft that nothing is owed on any more; digests last, as they are over with the
// last of what they tell.
func (d *draft) settle() {
	for _, digests := range []bool{false, true} {
		for id, w := range d.c.Deliveries {
			if IsDigest(id.Incident) == digests {
				*w = d.aged(id, *w)
			}
		}
	}
}

// expire gives up on what time has made pointless.
func (d *draft) expire() {
	for _, digests := range []bool{false, true} {
		for id := range d.b.owed {
			w := d.deliveryRow(id)
			if IsDigest(id.Incident) != digests || w.Settled {
				continue
			}
			if aged := d.aged(id, *w); aged.Settled {
				*d.editDelivery(id) = aged
			}
		}
	}
}

// aged is a delivery after time has gone by. A receiver that is gone has a last word to send first.
func (d *draft) aged(id DeliveryID, w Delivery) Delivery {
	r, known := d.watched.receiver(id.Receiver)
	switch i := d.incident(id.Incident); {
	case !known:
		return w
	case IsDigest(id.Incident):
		return d.agedDigest(w, r)
	case i != nil:
		return w.Aged(i, r, d.b.pace, d.now)
	}
	return w.AgedNotice(d.noticeByID(id.Incident), r, d.b.pace, d.now)
}

// noticeByID is the notice of that id, or nil if a newer one of its key has overtaken it.
func (d *draft) noticeByID(id string) *Notice {
	for _, n := range d.c.Notices {
		if n.ID == id {
			return n
		}
	}
	for key, n := range d.b.notices {
		if n.ID == id && d.c.Notices[key] == nil {
			return n
		}
	}
	return nil
}

// bury settles a delivery that is still owed something, and says why.
func (d *draft) bury(id DeliveryID, why string) {
	w := d.editDelivery(id)
	w.Settled, w.Dead, w.Sending = true, why, nil
}

// about is what an incident or a notice is called.
func (d *draft) about(id string) string {
	if i := d.incident(id); i != nil {
		return fmt.Sprintf("%q (%s)", i.Title, i.State)
	}
	return "a notice"
}

// welcome brings the receivers of a new watchlist what is true: open incidents to those that have not heard
// of them. What was owed to a receiver that is gone since the last run is named in a notice.
func (d *draft) welcome() {
	for _, at := range d.openIncidents() {
		d.owe(d.incident(at))
	}
	first := d.b.watched.checks == nil
	d.dismiss(first)
	if first {
		d.rehouse()
	}
	gone := map[string][]string{}
	for id := range d.b.owed {
		w := d.deliveryRow(id)
		if _, known := d.watched.receiver(id.Receiver); known || w.Settled {
			continue
		}
		switch {
		case id.Receiver == LogReceiver: // it stood in: that it is gone means that there are others
			d.bury(id, "there are receivers now")
		case first && IsDigest(id.Incident):
			d.bury(id, "the receiver was removed while bellhop was stopped")
		case first:
			gone[id.Receiver] = append(gone[id.Receiver], d.about(id.Incident))
			d.bury(id, "the receiver was removed while bellhop was stopped")
		case w.Knows == NeverTried:
			d.bury(id, "the receiver was removed")
		}
	}
	for _, name := range sortedKeys(gone) {
		slices.Sort(gone[name])
		d.notify(noticeGone+name, fmt.Sprintf("Receiver %s was removed while bellhop was stopped; it may still be owed news of %s.",
			name, strings.Join(gone[name], "; ")), "Tell the people behind it, or put it back under the same name.", false)
	}
}

// dismiss ends, without a word, what stands of receivers and is not so any more: that one was removed, once it
// is back or nobody is owed the news; and, at the start of a run, that one fails which is a receiver no longer. So does
// what stands of a client or an account that nothing asks for any more: nobody would ever say that it is over.
func (d *draft) dismiss(first bool) {
	for _, key := range sortedKeys(d.b.notices) {
		n := d.b.notices[key]
		gone, wasGone := strings.CutPrefix(key, noticeGone)
		sick, wasSick := cutAny(key, ReceiverKey(""), noticeDead, FormKey(""))
		_, back := d.watched.receiver(gone)
		_, known := d.watched.receiver(sick)
		old := first && !d.now.Before(n.At.Add(d.b.pace.NoticeOwed))
		if wasGone && (back || old) || wasSick && first && !known || d.unmetered(key) {
			d.notify(key, "", "", true)
		}
	}
}

// cutAny is CutPrefix of the first of them that s starts with.
func cutAny(s string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if after, is := strings.CutPrefix(s, p); is {
			return after, true
		}
	}
	return s, false
}
