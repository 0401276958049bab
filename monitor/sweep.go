package monitor

import (
	"slices"
	"time"
)

// When a check falls into doubt, those that can tell its cause are asked at once, and again at the quick pace while its
// own attempts go on: by the time that it is believed, each of them has given as much evidence as it has. One answer
// each would be too little: where one in twenty is wrong, one of the six witnesses of an outage often is.

// witnessFor is how long a witness is asked at the quick pace, at the real pace: for the second and third time. Each
// further failure of the check in doubt prolongs it.
const witnessFor = 40 * time.Second

// sweepMost is how many others of a kind are asked.
const sweepMost = 3

// sweep asks at once, when a check falls into doubt, all that can tell its cause: the probes that need no
// credentials; for a check of the user's own, its siblings on the same host; the same of other accounts, and others of
// the same account; where credentials are in doubt, one new token among them.
func (d *draft) sweep(c *Check, s SignalKind) {
	d.sweepNeeded(c)
	switch {
	case s == Quota:
		return
	case c.Own:
		d.sweepOnce("host "+c.Host, c, d.ownOn(c.Host))
		return
	case s == Auth && c.Account != "":
		d.sweepOnce("account "+c.Account, c, d.watched.owned(c))
	case s == Availability:
		d.sweepOnce("apaleo", c, d.anonymous())
	}
	if what := "witnesses " + d.moduleOf(c).ID; c.Reported { // there are thousands of them
		if d.within(d.sight.swept[what], d.b.pace.SweepEvery) {
			return
		}
		set(&d.editSight().swept, what, d.now)
	}
	d.callWitnesses(c)
}

// sweepOnce asks checks at once, at most once in Pace.SweepEvery.
func (d *draft) sweepOnce(what string, c *Check, ids []CheckID) {
	if !d.within(d.sight.swept[what], d.b.pace.SweepEvery) {
		set(&d.editSight().swept, what, d.now)
		d.askNow(ids, c)
	}
	if c.Own {
		d.callAll(ids, c)
	}
}

// sweepAgain prolongs what the witnesses of a check in doubt are asked, now that it has failed once more.
func (d *draft) sweepAgain(c *Check, s SignalKind) {
	switch {
	case c.Reported || s == Quota:
		return
	case c.Own:
		d.callAll(d.ownOn(c.Host), c)
	default:
		d.callWitnesses(c)
	}
	d.callAll(c.needed(), c)
}

func (d *draft) anonymous() []CheckID {
	return d.those(d.watched.asked, func(k *Check) bool { return k.Anonymous && len(k.Direct) > 0 })
}

func (d *draft) ownOn(host string) []CheckID {
	return d.those(d.watched.groups[group{host: host}], func(k *Check) bool { return k.Own })
}

func (d *draft) those(ids []CheckID, are func(*Check) bool) []CheckID {
	return slices.DeleteFunc(slices.Clone(ids), func(id CheckID) bool { return !are(d.watched.checks[id]) })
}

// callWitnesses has those asked that tell one cause of a check's trouble from another: the own probes of what it depends
// on; of its module the same of other accounts, and what else there is; of its account and of its host other modules.
func (d *draft) callWitnesses(c *Check) {
	if !c.Info && !c.Warning {
		d.callAll(d.witnessesOf(c), c)
	}
}

// witnessesOf are those that callWitnesses has asked.
func (d *draft) witnessesOf(c *Check) []CheckID {
	var all []CheckID
	if c.Own {
		all = append(d.ownOn(c.Host), c.needed()...)
		return d.those(all, func(k *Check) bool { return k != nil && k != c && k.testifies() })
	}
	for _, n := range c.Path {
		direct := d.watched.direct[n]
		all = append(all, direct...)
		if len(direct) > 1 || len(direct) > 0 && n.Kind != NodeModule {
			continue
		}
		all = append(all, d.some(d.watched.members[n], c, func(k *Check) bool { return n.Kind != NodeAPI || k.Module != c.Module })...)
	}
	if n := d.moduleOf(c); n.ID != "" && !c.dependsOn(n) {
		all = append(all, d.probesOf(n)...)
	}
	return d.those(all, func(k *Check) bool { return k != c && k.testifies() })
}

// some are a few of those that bellhop asks itself, in the order of the list, each of another account or module.
func (d *draft) some(ids []CheckID, but *Check, are func(*Check) bool) []CheckID {
	type kind struct{ account, module, name string }
	seen := map[kind]bool{}
	var few []CheckID
	for _, id := range ids {
		k := d.watched.checks[id]
		if k == but || !k.testifies() || !are(k) || seen[kind{k.Account, k.Module, k.Name}] {
			continue
		}
		seen[kind{k.Account, k.Module, k.Name}] = true
		if few = append(few, id); len(few) == sweepMost {
			break
		}
	}
	return few
}

// testifies says whether a check can be asked beside its schedule.
func (c *Check) testifies() bool { return !c.Reported && !c.Forced && !c.Info && !c.Warning }

// callAll makes checks witnesses for a while.
func (d *draft) callAll(ids []CheckID, but *Check) {
	until := d.now.Add(d.b.pace.Of(witnessFor))
	for _, id := range ids {
		k := d.watched.checks[id]
		if k == nil || k == but || !k.testifies() {
			continue
		}
		fresh := !d.witnesses(id)
		set(&d.editSight().called, id, until)
		if fresh {
			d.askNow([]CheckID{id}, but)
		}
	}
}

// witnesses says whether a check is a witness at present.
func (d *draft) witnesses(id CheckID) bool { return d.now.Before(d.sight.called[id]) }

// askNow has checks asked at once, besides their schedules, but for one of them and those that are in trouble.
func (d *draft) askNow(ids []CheckID, but *Check) {
	for _, id := range ids {
		k, r := d.watched.checks[id], d.row(id)
		if k == but || r != nil && dirty(r) && r.Plan.Every > 0 {
			continue
		}
		if d.paused(id) {
			continue
		}
		plan := d.planFor(k)
		if r != nil {
			d.setPlan(id, plan)
		}
		plan.Once = d.now
		d.c.Plans = append(d.c.Plans, CheckPlan{id, plan})
	}
}

// moduleOf is the module that a check asks, or that its hotel's report names.
func (d *draft) moduleOf(c *Check) Node {
	if at := slices.IndexFunc(c.Path, func(n Node) bool { return n.Kind == NodeModule }); at >= 0 {
		return c.Path[at]
	}
	return Node{NodeModule, d.module(c.ID(), Availability)}
}
