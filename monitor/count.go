package monitor

import "time"

// count counts the checks that depend on a node, and those of them that fail.
func (d *draft) count(n Node, s SignalKind) (failing, evaluated int) {
	a := d.once(question{"count", n, s, time.Time{}}, func() answer { f, e := d.countAll(n, s); return answer{f, e} })
	return a.failing, a.evaluated
}

func (d *draft) countAll(n Node, s SignalKind) (failing, evaluated int) {
	for _, id := range d.watched.members[n] {
		f, seen := d.standing(id, s)
		if seen {
			evaluated++
		}
		if f {
			failing++
		}
	}
	return failing, evaluated
}

// standing is how a check fares, as far as a node upstream can be the reason: a hotel whose own matter is known
// says nothing of anybody else.
func (d *draft) standing(id CheckID, s SignalKind) (failing, seen bool) {
	c := d.watched.checks[id]
	if c.Info || c.Warning {
		return false, false
	}
	failing, seen = d.failing(id, s)
	if r := d.row(id); s == Availability && r != nil && r.EverGood && r.SetUp == "" && r.Last.Fault == FaultInvalid {
		return true, true // what it is evidence of is being found out
	}
	if failing && s == Auth && d.followsFromHotel(c) {
		return false, false
	}
	return failing, seen
}

// countFor is count, as far as it can say something of a signal: of an account, the checks that ask the same host,
// or, where credentials are in doubt, speak for the same client. The integration's own requests are another matter.
func (d *draft) countFor(n Node, id SignalID) (failing, evaluated int) {
	c := d.watched.checks[id.Check]
	if n.Kind != NodeAccount || c == nil {
		return d.count(n, id.Signal)
	}
	for _, m := range d.watched.members[n] {
		k := d.watched.checks[m]
		if id.Signal == Auth && k.Client != c.Client || id.Signal != Auth && k.Host != c.Host {
			continue
		}
		f, seen := d.standing(m, id.Signal)
		if seen {
			evaluated++
		}
		if f {
			failing++
		}
	}
	return failing, evaluated
}

// clients counts the OAuth clients whose checks fail: what befalls one alone is not the API's doing. The
// integration has one for all its hotels: there each hotel counts.
func (d *draft) clients(n Node, s SignalKind) int {
	return d.once(question{"clients", n, s, time.Time{}}, func() answer { return answer{d.countClients(n, s), 0} }).failing
}

func (d *draft) countClients(n Node, s SignalKind) int {
	seen := map[string]bool{}
	for _, id := range d.watched.members[n] {
		if f, _ := d.standing(id, s); f {
			c := d.watched.checks[id]
			if c.Reported {
				seen["@"+c.Account] = true
				continue
			}
			seen[c.Client] = true
		}
		if len(seen) > 1 {
			break
		}
	}
	return len(seen)
}
