package monitor

import (
	"math"
	"time"
)

// What checks share puts them at a common risk: a host, a module, an account, a client, a scope. Of such a group it is
// asked whether its members fail together with a signal that has just opened. Each member's last answers are weighed
// by how much likelier they are if it suffers from the same than if one in twenty answers is wrong: one wrong answer
// among three is then neither an alibi nor a conviction.

// A trial is what is known of the signal that opened, when it is asked what explains it.
type trial struct {
	id    SignalID
	since time.Time // of its first failure that counts
	floor time.Time // what was seen up to then was of an incident that has just ended
	hard  bool      // nearly all of its attempts failed: what explains it fails as hard
}

// Of the answers of what fails, so many fail: in an outage, and in a brown-out. Of those of what is well, so many are
// wrong.
const (
	hardRate  = 0.85
	brownRate = 0.40
	wrongRate = 0.05
)

// trials open the case of a signal. Where its last answers failed, it is of them: what it met with before may have been
// something else. Where it has failed now and then since it fell into doubt, it may as well be of a brown-out since then.
func (d *draft) trials(id SignalID) []trial {
	s := d.row(id.Check).Signal(id.Signal)
	since, of := latest(s.Since, d.after), s.Attempts-s.GoodRun
	whole := trial{id, since, d.after, id.Signal == Auth || of <= 0 || 4*s.Fails >= 3*of}
	n := s.streak()
	if n < 2 {
		return []trial{whole}
	}
	last := trial{id, latest(since, s.Recent[n-1].At), d.after, true}
	if whole.hard {
		return []trial{last}
	}
	return []trial{last, whole}
}

// streak is how many of the last answers failed, one after the other: at most three are remembered.
func (s Signal) streak() int {
	for n, r := range s.Recent {
		if r.What != Fail {
			return n
		}
	}
	return len(s.Recent)
}

// worth is how much an answer tells of what fails at a rate, in nats.
func worth(e Evidence, rate float64) float64 {
	if e == Fail {
		return math.Log(rate / wrongRate)
	}
	return math.Log((1 - rate) / (1 - wrongRate))
}

// A word is what a check's last answers tell of the time since a trial's first failure, in nats: of an outage,
// and of a brown-out.
type word struct {
	hard, brown  float64
	fails, goods int // of these answers
}

func (w word) plus(o word) word {
	return word{w.hard + o.hard, w.brown + o.brown, w.fails + o.fails, w.goods + o.goods}
}

// steady is how much likelier the last answers are in an outage than in a brown-out, in nats.
func (w word) steady() float64 {
	return float64(w.fails)*(worth(Fail, hardRate)-worth(Fail, brownRate)) + float64(w.goods)*(worth(Good, hardRate)-worth(Good, brownRate))
}

func (w word) hear(e Evidence, n int) word {
	if e == Fail {
		w.fails += n
	} else {
		w.goods += n
	}
	w.hard, w.brown = w.hard+float64(n)*worth(e, hardRate), w.brown+float64(n)*worth(e, brownRate)
	return w
}

// word adds up the answers of a signal within a window, since the trial's first failure, and what leads up to it. Of one
// that is in doubt since about then, all answers tell of a brown-out. known is false where there are none.
func (t trial) word(s Signal, now time.Time, window, relation time.Duration) (w word, known bool) {
	fine := false
	for _, r := range s.Recent {
		if r.What == None || now.Sub(r.At).Abs() > window || r.At.Before(t.since) && !t.leadsUp(r, fine, relation) {
			break
		}
		w, known, fine = w.hear(r.What, 1), true, fine || r.What == Good
	}
	if known && s.Phase == Suspect && s.Since.Sub(t.since).Abs() < relation {
		w.brown = word{}.hear(Fail, s.Fails).hear(Good, s.Attempts-s.Fails).brown
	}
	return w, known
}

// leadsUp says whether an answer from before the first failure belongs to it: others may have failed a little earlier, by
// relation at most, or, if they were good meanwhile, by a twelfth of that.
func (t trial) leadsUp(r Sighting, goodSince bool, relation time.Duration) bool {
	early := t.since.Sub(r.At)
	return r.What == Fail && r.At.After(t.floor) && early <= relation && (!goodSince || early <= relation/12)
}

// A poll is what the members of a group say.
type poll struct {
	failing, of int // members that fail, of those that can say something
	said        word
}

// hitOf in hitIn is the least share of a group's members that fail where it fails: the hit ratio of SCORE (Kompella et al.,
// NSDI 2005).
const hitOf, hitIn = 4, 5

// convicts says whether a group fails: two of its members at least, and four in five. In a brown-out, where members have
// their good moments, half of them, and all answers together must tell of it.
func (t poll) convicts(of trial) bool {
	switch {
	case t.failing < 2:
		return false
	case t.failing*hitIn >= t.of*hitOf:
		return true
	}
	return !of.hard && 2*t.failing >= t.of && t.said.brown >= proof
}

// proof is how much answers have to tell together, in nats: twenty to one. Where most of a node's own probes fail, less is
// enough: more than one wrong answer that a right one nearly outweighs.
const proof, lean = 3, 2

// faresSince says how a check fares since a trial's first failure, as far as a node upstream can be the reason.
func (d *draft) faresSince(id CheckID, t trial) (failing, seen bool, said word) {
	c, r := d.watched.checks[id], d.row(id)
	switch {
	case c.Info || c.Warning || r == nil:
		return false, false, said
	case id == t.id.Check:
		return true, true, said
	case t.id.Signal == Availability && r.EverGood && r.SetUp == "" && r.Last.Fault == FaultInvalid:
		return true, true, said // what it is evidence of is being found out
	}
	s := r.Signal(t.id.Signal)
	if f := r.Failures[signalIndex(t.id.Signal)]; f != nil && f.For != "" && f.For == d.watched.checks[t.id.Check].Account {
		s.Recent = unseenAt(s.Recent, f.At) // that one is being heard itself
	}
	said, seen = t.word(s, d.now, max(d.b.pace.Fresh, 2*c.Every), d.b.pace.Relation)
	sure := t.id.Signal == Auth && s.Last == Fail && c.Account != "" // what is said of credentials is no matter of chance
	failing = said.hard > 0 || seen && sure
	if _, any := d.failing(id, t.id.Signal); any && s.Phase == Open {
		failing, seen = true, true
	}
	if failing && t.id.Signal == Auth && d.followsFromHotel(c) {
		return false, false, word{}
	}
	return failing, seen, said
}

// poll asks all that depend on a node how they fare: of an account, those that ask the same host, or, where credentials
// are in doubt, speak for the same client. The integration's own requests are another matter.
func (d *draft) poll(n Node, t trial) poll {
	if n.Kind == NodeAccount {
		c := d.watched.checks[t.id.Check]
		return d.pollOf(n, t, func(k *Check) bool {
			return c == nil || t.id.Signal == Auth && k.Client == c.Client || t.id.Signal != Auth && k.Host == c.Host
		})
	}
	a := d.once(question{"poll", n, t.id.Signal, t.since}, func() answer {
		all := d.pollOf(n, t, func(*Check) bool { return true })
		hotels := d.naming(n, t)
		all.failing, all.of = all.failing+hotels, all.of+hotels
		return answer{all.failing, all.of, all.said}
	})
	return poll{a.failing, a.evaluated, a.said}
}

func (d *draft) pollOf(n Node, t trial, counts func(*Check) bool) (all poll) {
	for _, id := range d.watched.members[n] {
		if !counts(d.watched.checks[id]) {
			continue
		}
		failing, seen, said := d.faresSince(id, t)
		all.said = all.said.plus(said)
		if seen {
			all.of++
		}
		if failing && d.module(id, t.id.Signal) == "" { // else what the module lies in works
			all.failing++
		}
	}
	return all
}

// weighSince adds up a node's own probes: two for one that fails since a trial's first failure, one for one that is in
// doubt, so that a brown-out, in which each fails now and then, is not taken for health. They are hung where their answers
// tell neither that it fails nor that it does not.
func (d *draft) weighSince(probes []CheckID, t trial) (weight, of int, hung bool) {
	var all word
	for _, id := range probes {
		failing, seen, said := d.faresSince(id, t)
		if !seen {
			continue
		}
		of++
		if failing && said.hard <= 0 { // it is known otherwise
			said.hard = proof
		}
		all = all.plus(said)
		switch {
		case failing:
			weight += 2
		case t.hard && said.fails > 0, !t.hard && d.shaken(id, t):
			weight++
		}
	}
	switch {
	case !t.hard && all.brown >= proof:
		weight = max(weight, of+1)
	case all.hard < lean:
		weight = min(weight, of)
	}
	return weight, of, weight <= of && all.hard > -lean
}

// shaken says whether a check has failed more than once in a suspicion that is as old as a trial's.
func (d *draft) shaken(id CheckID, t trial) bool {
	s := d.row(id).Signal(t.id.Signal)
	return s.Phase == Suspect && s.Fails > 1 && s.Since.Sub(t.since).Abs() <= d.b.pace.Relation
}

// naming counts the hotels whose last report names a module: one report stands for a minute of requests.
func (d *draft) naming(n Node, t trial) (hotels int) {
	if n.Kind != NodeModule || len(d.watched.hotels) == 0 {
		return 0
	}
	for _, id := range d.traffics() {
		r := d.row(id)
		if r == nil || d.module(id, t.id.Signal) != n.ID {
			continue
		}
		if s := r.Signal(t.id.Signal); s.Last == Fail && s.LastAt.Sub(t.since).Abs() <= d.b.pace.Relation {
			hotels++
		}
	}
	return hotels
}

// unseenAt leaves out what was seen at a time.
func unseenAt(all [3]Sighting, at time.Time) (left [3]Sighting) {
	n := 0
	for _, r := range all {
		if !r.At.Equal(at) {
			left[n] = r
			n++
		}
	}
	return left
}

// ofAccountAlone says whether a scope is refused where all is: to the account itself.
func (d *draft) ofAccountAlone(c *Check, n Node, id SignalID) bool {
	account := Node{NodeAccount, c.Account}
	if n.Kind != NodeScope || !c.dependsOn(account) {
		return false
	}
	if at := d.openAt(account); at != "" && covers(d.incident(at), id.Signal) {
		return true
	}
	_, all := d.fails(account, id)
	return all
}
