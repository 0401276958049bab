package monitor

import (
	"cmp"
	"maps"
	"slices"
)

// attempt puts a message in flight, and with a digest's all that it speaks for. The row of a digest is made by its
// first letter.
func (d *draft) attempt(in Attempting) {
	if _, known := d.watched.receiver(in.Delivery.Receiver); known && IsDigest(in.Delivery.Incident) && d.deliveryRow(in.Delivery) == nil {
		d.editDelivery(in.Delivery).Wants = true
	}
	for _, part := range in.Parts() {
		if d.deliveryRow(part.Delivery) != nil {
			w := d.editDelivery(part.Delivery)
			*w = w.Attempting(part)
			w.Place = cmp.Or(in.Place, w.Place)
		}
	}
}

// concerned are the rows that a receipt is about.
func (d *draft) concerned(r Receipt) []DeliveryID {
	return d.choose(r.Delivery, func(w *Delivery) bool { return r.Concerns(w) })
}

// toldIn are a row and, if it is a digest's, those that are told in it.
func (d *draft) toldIn(id DeliveryID) []DeliveryID {
	return d.choose(id, func(w *Delivery) bool {
		return w.DeliveryID == id || w.Receiver == id.Receiver && w.in(&Delivery{DeliveryID: id})
	})
}

// choose lists, in order, the row of that id and, if it is a digest's, the others of those that are not settled.
func (d *draft) choose(id DeliveryID, concerned func(*Delivery) bool) []DeliveryID {
	var list []DeliveryID
	if d.deliveryRow(id) != nil {
		list = append(list, id)
	}
	if !IsDigest(id.Incident) {
		return list
	}
	for _, other := range d.unsettled() {
		if w := d.deliveryRow(other); other != id && !w.Settled && concerned(w) {
			list = append(list, other)
		}
	}
	return list
}

// unsettled lists, in order, the rows that something may be owed on.
func (d *draft) unsettled() []DeliveryID {
	ids := slices.Collect(maps.Keys(d.b.owed))
	for id := range d.c.Deliveries {
		if !d.b.owed[id] {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b DeliveryID) int {
		return cmp.Or(compare(a.Receiver, b.Receiver), compare(a.Incident, b.Incident))
	})
	return ids
}

// agedDigest is the row of a digest after time has gone by: it is settled once its end was told, or nothing is told in
// it any more.
func (d *draft) agedDigest(w Delivery, r Receiver) Delivery {
	over := w.Knows != NeverTried && w.State == IncidentResolved && w.Sending == nil
	if w.Settled || w.inFlight() || !over && r.Digest > 0 && d.speaks(w) {
		return w
	}
	return w.settled()
}

// speaks says whether there is something yet that a digest tells of.
func (d *draft) speaks(digest Delivery) bool {
	in := func(id DeliveryID) bool {
		w := d.deliveryRow(id)
		return id.Receiver == digest.Receiver && !w.Settled && w.in(&digest)
	}
	for id := range d.b.owed {
		if in(id) {
			return true
		}
	}
	for id := range d.c.Deliveries {
		if in(id) {
			return true
		}
	}
	return false
}
