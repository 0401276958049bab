package monitor

import (
	"slices"
	"time"
)

// Unheard says since when there is news of an incident that nobody has accepted: each receiver that is to hear of it
// is behind, and one at least there is. Who wants none of it, or is not to be told yet, does not count. rows gives the
// delivery to a receiver, nil if there is none. False is that somebody is up to date, or that nobody has to be.
func Unheard(i *Incident, to []Receiver, rows func(DeliveryID) *Delivery, p Pace, now time.Time) (time.Time, bool) {
	var last time.Time
	for _, r := range to {
		w := rows(DeliveryID{r.Name, i.ID})
		if w == nil || w.Settled {
			if r.When.Wants(i) {
				return time.Time{}, false // what it was owed it has heard, or never will
			}
			continue
		}
		since, behind := Behind(*w, i, r, p, now)
		switch {
		case behind:
			last = latest(last, since)
		case w.Knows != NeverTried:
			return time.Time{}, false
		}
	}
	return last, !last.IsZero()
}

// owing lists and counts what is owed, and since when the oldest news is owed that no receiver has accepted.
func (b *Book) owing(d *draft, s *Snapshot) {
	rows := func(id DeliveryID) *Delivery { return b.deliveries[id] }
	asked := map[string]bool{}
	s.Receivers = b.watched.receivers
	for id := range b.owed {
		w, i := b.deliveries[id], b.incidents[id.Incident]
		s.Owed = append(s.Owed, w)
		set(&s.Titles, id.Incident, d.called(id.Incident))
		r, known := b.watched.receiver(id.Receiver)
		if !known {
			continue
		}
		o := Owing{Row: w, Incident: i}
		if i == nil {
			o.Notice = d.noticeByID(id.Incident)
		}
		if at, behind := o.Behind(r, b.pace, d.now); behind {
			set(&s.Waiting, id, at)
		}
		if i == nil || asked[i.ID] {
			continue
		}
		asked[i.ID] = true
		at, unheard := Unheard(i, b.watched.receivers, rows, b.pace, d.now)
		if unheard && (s.OldestOwed.IsZero() || at.Before(s.OldestOwed)) {
			s.OldestOwed = at
		}
	}
	s.Due = len(s.Waiting)
	slices.SortFunc(s.Owed, func(x, y *Delivery) int {
		return compare(x.Incident+"\x00"+x.Receiver, y.Incident+"\x00"+y.Receiver)
	})
}
