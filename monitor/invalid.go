package monitor

import (
	"slices"
	"strings"
	"time"
)

// sharedInvalid says whether an unchanged request that was good before is refused as invalid for nearly all of several
// accounts at once. For one account that is a matter of its set-up; for all it is apaleo's (docs/apaleo.md, section
// 6: #292, a property that existed did not), and evidence after all.
func (d *draft) sharedInvalid(c *Check, o Outcome) bool {
	r := d.row(c.ID())
	if o.Fault != FaultInvalid || c.Own || c.Info || r == nil || !r.EverGood {
		return false
	}
	if f := r.Failures[0]; r.Signals[0].IsOpen() && f != nil && f.Fault == FaultInvalid {
		return true
	}
	if c.Account == "" { // it asks one account after the other
		last := r.Last
		return last.Fault == FaultInvalid && (last.Token.Account != o.Token.Account || last.Detail != o.Detail)
	}
	began := map[CheckID]time.Time{}
	first := d.now
	for _, id := range d.likeIt(c) {
		if at, ok := d.invalidSince(id, c.ID()); ok {
			began[id], first = at, earlier(at, first)
		}
	}
	near := func(at time.Time) bool { return at.Sub(first) <= max(d.b.pace.Relation, c.Every) }
	failing, asked := 0, 0
	for _, id := range d.likeIt(c) {
		at, bad := began[id]
		if bad || !d.row(id).LastRun.Before(first) {
			asked++
		}
		if bad && near(at) {
			failing++
		}
	}
	enough := 5*asked >= 4*len(d.likeIt(c))
	return enough && failing > 1 && failing*5 >= asked*4 && near(began[c.ID()])
}

// likeIt lists the checks that ask the same of other accounts, and the check itself.
func (d *draft) likeIt(c *Check) []CheckID {
	at := slices.IndexFunc(c.Path, func(n Node) bool { return n.Kind == NodeModule || n.Kind == NodeAPI })
	if at < 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.watched.members[c.Path[at]]), func(id CheckID) bool {
		k := d.watched.checks[id]
		return k.Name != c.Name || k.Account == "" || d.row(id) == nil
	})
}

// invalidSince is since when a check is refused as invalid that was good before; self is just being refused.
func (d *draft) invalidSince(id, self CheckID) (time.Time, bool) {
	r := d.row(id)
	if !r.EverGood || id != self && r.Last.Fault != FaultInvalid {
		return time.Time{}, false
	}
	if n := d.notice(noticeSetUp + string(id)); n != nil && !n.Over && r.SetUp == string(FaultInvalid) {
		return n.At, true
	}
	if f := r.Failures[0]; r.Signals[0].Phase == Suspect && f != nil && f.Fault == FaultInvalid {
		return r.Signals[0].Since, true
	}
	if r.Last.Fault == FaultInvalid {
		return r.LastRun, true
	}
	return d.now, true
}

// firstInvalid says whether a request that was good before is refused as invalid for the first time, while other
// accounts are asked the same: they are asked at once, and before the next attempt nobody is told anything.
func (d *draft) firstInvalid(c *Check, o Outcome) bool {
	r := d.row(c.ID())
	if o.Fault != FaultInvalid || c.Own || c.Info || r == nil || !r.EverGood || r.Last.Fault == FaultInvalid {
		return false
	}
	like := d.likeIt(c)
	if c.Account == "" || len(like) < 2 {
		return c.Account == ""
	}
	if what := "invalid " + c.Name; !d.within(d.sight.swept[what], d.b.pace.SweepEvery) {
		set(&d.editSight().swept, what, d.now)
		d.askNow(like, c)
	}
	return true
}

// quoted is what apaleo says of a request that it refuses, word for word but for what the probe masked.
func quoted(messages []string) string {
	if len(messages) == 0 {
		return ""
	}
	return " apaleo says: " + shorten(strings.Join(messages, "; "), quotedMax) + "."
}

// quotedMax is how many characters of apaleo's messages a sentence takes.
const quotedMax = 400
