package monitor

import (
	"slices"
	"time"
)

// refusals are what the token endpoint says to a client that it does not take.
var refusals = []Fault{FaultClient, FaultGrant, FaultScope, FaultRequest}

// refused says whether the token endpoint itself turned a client away. What an API answers to a token that was
// issued is no word on the client.
func (d *draft) refused(n Node) bool {
	return d.onceSo(question{"refused", n, Auth, time.Time{}}, func() bool {
		return slices.ContainsFunc(d.watched.members[n], func(id CheckID) bool { return d.refusal(id) != "" })
	})
}

// refusal is how the token endpoint turned a check away the last time, or "".
func (d *draft) refusal(id CheckID) Fault {
	r := d.row(id)
	if r == nil || r.Signal(Auth).Last != Fail {
		return ""
	}
	f := r.Failures[signalIndex(Auth)]
	if f == nil || !slices.Contains(refusals, f.Fault) {
		return ""
	}
	return f.Fault
}

// refusedLately says whether the token endpoint has turned the integration's client away, for nearly all hotels
// that it asked for since the first of these refusals: each of the others is asked for once an hour, and has
// nothing to say yet. A client that is not known is so whichever hotel it asks for.
func (d *draft) refusedLately(n Node, id SignalID) bool {
	lately := d.row(id.Check).Signal(Auth).Since.Add(-d.b.pace.Relation)
	return d.onceSo(question{"refused since", n, Auth, lately}, func() bool { return d.refusedSince(n, lately) })
}

func (d *draft) refusedSince(n Node, lately time.Time) bool {
	first := d.now
	for _, m := range d.watched.members[n] {
		if d.refusal(m) != "" && d.watched.checks[m].Kind == KindConsent {
			if at := d.row(m).Signal(Auth).Since; !at.Before(lately) && at.Before(first) {
				first = at
			}
		}
	}
	refused, asked, unknown := 0, 0, 0
	for _, m := range d.watched.members[n] {
		f, c := d.refusal(m), d.watched.checks[m]
		if c.Kind != KindConsent || f != "" && d.row(m).Signal(Auth).Since.Before(first) || f == "" && d.tokenAsked(m).Before(first.Add(-c.Every)) {
			continue // refused for long, or not asked for since: a report tells of the minute before it
		}
		asked++
		if f != "" {
			refused++
		}
		if f == FaultClient {
			unknown++
		}
	}
	return refused*5 >= asked*4 && (refused > 1 || unknown > 0)
}

// tokenAsked is when the integration last asked for a token for the account of a check; zero is that it does not
// say, or that this is not the check to tell.
func (d *draft) tokenAsked(id CheckID) time.Time {
	c, r := d.watched.checks[id], d.row(id)
	if c.Kind != KindConsent || r == nil {
		return time.Time{}
	}
	if h := d.hotel(c.Account); c.Reported && h != nil && !h.Token.At.IsZero() {
		return h.Token.At
	}
	return r.Signal(Auth).LastAt
}

// withoutToken is why the integration has no token for a hotel whose requests are refused for want of one: an open
// incident that keeps it from getting any, or what the token endpoint says to its client.
func (d *draft) withoutToken(c *Check, id SignalID, without Node) (Cause, bool) {
	f := d.row(id.Check).Failures[signalIndex(id.Signal)]
	if id.Signal != Auth || !c.Reported || f == nil || f.Fault != FaultUnauthorized {
		return Cause{}, false
	}
	for _, other := range d.ofAccount(c.Account) {
		k := d.watched.checks[other]
		if k.Kind != KindConsent || d.row(other) == nil {
			continue
		}
		if i := d.explaining(k, Availability); i != nil {
			return i.Cause, true
		}
		if d.refusal(other) != "" {
			return d.attribute(SignalID{other, Auth}, without), true
		}
	}
	return Cause{}, false
}

// followsFromHotel says whether a check is refused only because its hotel has no token, or lacks what is needed: that
// says nothing of anybody upstream.
func (d *draft) followsFromHotel(c *Check) bool {
	f := d.row(c.ID()).Failures[signalIndex(Auth)]
	if c.Account == "" || f == nil {
		return false
	}
	if m := matters[f.Fault]; m != "" && !shared(m) || !letsNobodyIn(f.Fault) {
		return m != "" && !shared(m)
	}
	return slices.ContainsFunc(d.ofAccount(c.Account), func(id CheckID) bool { return d.refusal(id) != "" }) || d.besideMatter(c) != "" && !shared(d.besideMatter(c))
}

// askClient has a client's own check asked at once, when the token endpoint gave another check no token: that one was
// not executed, and says nothing of the client. While a changed secret settles there is no hurry.
func (d *draft) askClient(c *Check, o Outcome) {
	settling := o.SecretAge > 0 && o.SecretAge < d.b.pace.SecretSettle
	if o.Fault != FaultNoToken || o.Code == "" || c.Account == "" || settling {
		return
	}
	what := "client " + c.Client + " for " + c.Account
	if d.within(d.sight.swept[what], d.b.pace.SweepEvery) {
		return
	}
	set(&d.editSight().swept, what, d.now)
	ofOthers := func(id CheckID) bool { return d.watched.checks[id].Account != c.Account }
	d.askNow(slices.DeleteFunc(slices.Clone(d.watched.forced[c.Client]), ofOthers), c)
}
