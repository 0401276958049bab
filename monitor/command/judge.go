package command

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// A look is all that was asked once, and what it takes to judge it.
type look struct {
	checks   []*monitor.Check
	outcomes []monitor.Outcome
	answers  []monitor.ControlAnswer
	controls int // configured
	names    map[monitor.Node]string
	pace     monitor.Pace
}

// judge says what was seen. Nobody has answered before: what answers now is all that is known.
func (l look) judge() Probed {
	checks, outcomes := l.checks, l.outcomes
	outside, way := false, monitor.WayNotAsked
	for i, o := range outcomes {
		beside := checks[i].Own && loopback(o.IP)
		outside = outside || o.Status != 0 && !beside
	}
	if slices.ContainsFunc(outcomes, func(o monitor.Outcome) bool { return o.Fault.Connection() }) {
		way = monitor.Control(l.answers, nil, outside, l.controls)
	}
	var all Probed
	all.Blind = way == monitor.WayCut
	for i, o := range outcomes {
		all.Checks = append(all.Checks, result(checks[i], o, way, l.pace))
	}
	all.Good, all.Verdict = l.verdict(all)
	return all
}

// loopback tells whether an address is this machine's own: what answers there is not outside.
func loopback(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.IsLoopback()
}

// fails tells whether a result is a failure.
func (r Result) fails() bool {
	return r.Result == isFail || r.Result == isSetUp || r.Result == isUnclear
}

// result reads one outcome.
func result(c *monitor.Check, o monitor.Outcome, way monitor.Way, p monitor.Pace) Result {
	if c.Reported {
		return Result{Check: c.ID(), Title: c.Title, Result: isTold, What: teller(c)}
	}
	signal := monitor.Availability
	if o.SecretAge = 0; monitor.Classify(c, o, way, p)[2] == monitor.Fail {
		signal = monitor.Auth
	}
	a := apaleo.Advise(monitor.Trouble{
		Node: monitor.Node{Kind: monitor.NodeCheck, ID: string(c.ID())}, Signal: signal,
		Fault: o.Fault, Status: o.Status, Code: o.Code, Kind: c.Kind, Own: c.Own,
	})
	r := Result{
		Check: c.ID(), Title: c.Title, Result: word(c, o, way, p), Status: o.Status, Fault: o.Fault,
		TookMS: o.Took.Milliseconds(), TrackingID: o.TrackingID,
	}
	switch r.Result {
	case isGood:
		return r
	case isSlow:
		r.What, r.Side = fmt.Sprintf("slower than %s", took(c.Slow)), monitor.SideUnclear
		return r
	case isUnclear:
		a.Side, a.Next = monitor.SideUnclear, "Try the address from another network: with fewer than two control hosts that answer, bellhop cannot tell the other side from our own network."
	case isNot:
		if way == monitor.WayCut && o.Fault.Connection() {
			a = monitor.Advice{What: "no way out", Side: monitor.SideNetwork, Next: blindNext}
		}
	}
	r.What, r.Side, r.Next = a.What, a.Side, a.Next
	if !strings.HasPrefix(o.Detail, r.What) && o.Detail != "" {
		r.What += ": " + o.Detail
	} else if o.Detail != "" {
		r.What = o.Detail
	}
	return r
}

// word is a result in a word. A person who asks does not wait for a new secret to settle.
func word(c *monitor.Check, o monitor.Outcome, way monitor.Way, p monitor.Pace) string {
	o.SecretAge = 0
	ev := monitor.Classify(c, o, way, p)
	switch {
	case c.Info && o.Fault != monitor.FaultNone:
		return isInfo
	case o.Fault == monitor.FaultQuota:
		return isLimited
	case monitor.ConfigNotice(c, o):
		return isSetUp
	case o.Fault.Connection() && way == monitor.WayUnknown:
		return isUnclear
	case ev[0] == monitor.Fail || ev[2] == monitor.Fail:
		return isFail
	case ev[1] == monitor.Fail:
		return isSlow
	case o.Fault != monitor.FaultNone:
		return isNot
	}
	return isGood
}

const blindNext = "Look at the network between bellhop and the internet: uplink, DNS, firewall, proxy."

// verdict is one sentence on all of it, and whether nothing is to be done.
func (l look) verdict(p Probed) (good bool, text string) {
	n, worst := map[string]int{}, -1
	for i, r := range p.Checks {
		n[r.Result]++
		if worst < 0 && r.fails() {
			worst = i
		}
	}
	asked := len(p.Checks) - n[isInfo] - n[isTold]
	switch {
	case p.Blind:
		return false, fmt.Sprintf("bellhop cannot see out: none of %s answers, nor does anything else. That says nothing about apaleo. %s",
			count(l.controls, "control host"), blindNext)
	case worst >= 0:
		return false, l.failing(p.Checks, worst)
	case len(p.Checks) == 1:
		return alone(p.Checks[0])
	case n[isNot] > 0 && n[isNot]+n[isGood] < asked:
		return false, fmt.Sprintf("%d of %s could not be asked; nothing is down.", n[isNot], count(asked, "check"))
	case n[isNot] > 0 && n[isGood] == 0:
		return false, "Nothing could be asked."
	case n[isNot] > 0:
		return false, fmt.Sprintf("%d of %s could not be asked; the rest is good.", n[isNot], count(asked, "check"))
	case n[isLimited] > 0:
		return false, fmt.Sprintf("%d of %s met a rate limit; nothing is down.", n[isLimited], count(asked, "check"))
	case n[isSlow] > 0:
		return false, fmt.Sprintf("%d of %s answered slowly; nothing is down.", n[isSlow], count(asked, "check"))
	case asked == 1:
		return true, "It is good."
	case asked == 0:
		return true, "There is nothing to ask: others tell."
	}
	return true, fmt.Sprintf("All %s are good.", count(asked, "check"))
}

// teller is who tells of a check that is not asked.
func teller(c *monitor.Check) string {
	if c.Kind == monitor.KindBeat {
		return "its job tells, by POST /api/v1/beat/KEY"
	}
	return "told by reports"
}

// alone is the sentence on one check that does not fail.
func alone(r Result) (good bool, text string) {
	switch r.Result {
	case isNot:
		return false, strings.TrimSpace(fmt.Sprintf("It could not be asked: %s. %s", r.What, r.Next))
	case isLimited:
		return false, "It met a rate limit; nothing is down."
	case isSlow:
		return false, "It answered slowly; nothing is down."
	case isTold:
		return true, fmt.Sprintf("Nobody asks it: %s. bellhop explain %s says what was told.", r.What, r.Check)
	case isInfo:
		return true, fmt.Sprintf("It does not answer as it should (%s), which annotates alerts and is never one itself.", r.What)
	}
	return true, "It is good."
}
