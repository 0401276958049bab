package monitor

import (
	"fmt"
	"slices"
	"strings"
)

// noticeMoved begins the keys of notices about receivers that were given another address while nobody could say goodbye.
const noticeMoved = "receiver-moved/"

// movedTo says whether a receiver is at another place than when it was last sent something.
func (d Delivery) movedTo(r Receiver) bool {
	return d.Place != "" && r.Place != "" && d.Place != r.Place
}

// moved is the row of a receiver that is at another place now, where nothing is known of what was told at the old one.
// What is open is to be told there; what is over was told where it was known.
func (d Delivery) moved(open bool) Delivery {
	switch {
	case open: // though the old one may have wanted nothing any more
		return Delivery{DeliveryID: d.DeliveryID, Wants: d.Wants}
	case d.Knows == NeverTried && !d.inFlight():
		return d
	}
	return d.settled()
}

// isOpen says whether an id is an incident's that is open.
func (d *draft) isOpen(id string) bool {
	i := d.incident(id)
	return i != nil && i.State == IncidentOpen
}

// rehouse lets receivers that moved while bellhop was stopped know nothing, and says in a notice what people at the old
// place may believe for ever.
func (d *draft) rehouse() {
	stuck := map[string][]string{}
	for _, id := range d.unsettled() {
		w := d.deliveryRow(id)
		r, known := d.watched.receiver(id.Receiver)
		if !known || !w.movedTo(r) {
			continue
		}
		if w.Knows != NeverTried && w.State == IncidentOpen && !IsDigest(id.Incident) && d.incident(id.Incident) != nil {
			stuck[r.Name] = append(stuck[r.Name], d.about(id.Incident))
		}
		w = d.editDelivery(id)
		*w = w.moved(d.isOpen(id.Incident))
	}
	for _, name := range sortedKeys(stuck) {
		slices.Sort(stuck[name])
		d.notify(noticeMoved+name, fmt.Sprintf("Receiver %s was given another address while bellhop was stopped; who read it at the old one may still believe in %s.",
			name, strings.Join(stuck[name], "; ")), "Tell the people there. At the new address what is open is told from its beginning.", false)
	}
}
