package monitor

import (
	"cmp"
	"fmt"
	"time"
)

// Aged is the row after time has gone by: a message that nobody needs any more is dropped, what can no longer
// be owed is settled, and what was owed in vain until its deadline is dead.
func (d Delivery) Aged(i *Incident, r Receiver, p Pace, now time.Time) Delivery {
	r.Remind = 0
	switch {
	case d.Settled || d.inFlight():
		return d
	case i == nil:
		return d.settled()
	case givenUp(i, p, now):
		_, _, owed := Owed(d, i, r, p, i.Updated)
		return d.expired(owed, p.EndOwed)
	case d.Dead != "", d.hushed(i) && d.maybe(): // it is sought or repeated when it may be told again
		return d
	}
	if _, _, owed := Owed(d, i, r, p, now); owed {
		return d
	}
	if i.State != IncidentOpen && (i.Into != "" || !now.Before(i.Updated.Add(p.ReopenIn))) {
		return d.settled()
	}
	if d.hushed(i) || (d.maybe() || d.overtaken()) && i.State == IncidentOpen && i.Muted {
		return d // what was tried goes on with the same bytes; what may be there is wanted again for its end
	}
	return d.relieved()
}

// relieved is the row without a message that nobody needs any more.
func (d Delivery) relieved() Delivery {
	if d.Sending != nil && d.Knows == Told {
		d.Failing = time.Time{}
	}
	d.Sending = nil
	return d
}

// AgedNotice is Aged for the row of a notice.
func (d Delivery) AgedNotice(n *Notice, r Receiver, p Pace, now time.Time) Delivery {
	if d.Settled || d.inFlight() {
		return d
	}
	if n == nil {
		return d.settled()
	}
	end := n.At.Add(p.NoticeOwed)
	if !now.Before(end) {
		_, owed := OwedNotice(d, n, r, p, end.Add(-1))
		return d.expired(owed, p.NoticeOwed)
	}
	if _, owed := OwedNotice(d, n, r, p, now); !owed && d.Dead == "" {
		return d.settled()
	}
	return d
}

// givenUp says that an incident's end has been owed for so long that nobody waits for it any more. As long as
// it is open, it is owed.
func givenUp(i *Incident, p Pace, now time.Time) bool {
	return i.State != IncidentOpen && !now.Before(i.Updated.Add(p.EndOwed))
}

func (d Delivery) expired(owed bool, after time.Duration) Delivery {
	if owed && d.Dead == "" {
		d.Dead = fmt.Sprintf("not accepted within %v; last answer: %s", after, cmp.Or(d.LastErr, "none"))
	}
	return d.settled()
}

func (d Delivery) settled() Delivery {
	d.Settled, d.Sending = true, nil
	return d
}
