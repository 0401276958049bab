package command

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// judge says what outcomes mean. Nobody has answered before: what answers now is all that is known.
func judge(checks []*monitor.Check, outcomes []monitor.Outcome, answers []monitor.ControlAnswer, controls int, p monitor.Pace) Probed {
	outside, way := false, monitor.WayNotAsked
	for i, o := range outcomes {
		outside = outside || o.Status != 0 && !(checks[i].Own && loopback(o.IP))
	}
	if slices.ContainsFunc(outcomes, func(o monitor.Outcome) bool { return o.Fault.Connection() }) {
		way = monitor.Control(answers, nil, outside, controls)
	}
	var all Probed
	all.Blind = way == monitor.WayCut
	for i, o := range outcomes {
		all.Checks = append(all.Checks, result(checks[i], o, way, p))
	}
	all.Good, all.Verdict = verdict(all, len(answers))
	return all
}

// loopback tells whether an address is this machine's own: what answers there is not outside.
func loopback(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.IsLoopback()
}

// result reads one outcome.
func result(c *monitor.Check, o monitor.Outcome, way monitor.Way, p monitor.Pace) Result {
	signal := monitor.Availability
	if monitor.Classify(c, o, way, p)[2] == monitor.Fail {
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

// word is a result in a word.
func word(c *monitor.Check, o monitor.Outcome, way monitor.Way, p monitor.Pace) string {
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
func verdict(p Probed, controls int) (good bool, text string) {
	n, worst := map[string]int{}, -1
	for i, r := range p.Checks {
		n[r.Result]++
		if worst < 0 && (r.Result == isFail || r.Result == isSetUp || r.Result == isUnclear) {
			worst = i
		}
	}
	asked := len(p.Checks) - n[isInfo]
	switch {
	case p.Blind:
		return false, fmt.Sprintf("bellhop cannot see out: none of %s answers, nor does anything else. That says nothing about apaleo. %s",
			count(controls, "control host"), blindNext)
	case worst >= 0:
		return false, failing(p.Checks[worst], n[isFail]+n[isSetUp]+n[isUnclear], asked)
	case n[isNot] > 0:
		return false, fmt.Sprintf("%d of %s could not be asked; the rest is good.", n[isNot], count(asked, "check"))
	case n[isLimited] > 0:
		return false, fmt.Sprintf("%d of %s met a rate limit; nothing is down.", n[isLimited], count(asked, "check"))
	case n[isSlow] > 0:
		return false, fmt.Sprintf("%d of %s answered slowly; nothing is down.", n[isSlow], count(asked, "check"))
	case asked == 1:
		return true, "It is good."
	}
	return true, fmt.Sprintf("All %s are good.", count(asked, "check"))
}

// failing is the sentence on the first check that fails, and how many do.
func failing(first Result, n, of int) string {
	text := fmt.Sprintf("%d of %s fail, first %s (%s).", n, count(of, "check"), first.Title, first.What)
	if of == 1 {
		text = fmt.Sprintf("It fails: %s.", first.What)
	} else if n == 1 {
		text = fmt.Sprintf("1 of %s fails: %s (%s).", count(of, "check"), first.Title, first.What)
	}
	return text + " " + matter(first.Side) + " " + first.Next
}

// matter says whose matter a trouble is.
func matter(s monitor.Side) string {
	switch s {
	case monitor.SideApaleo:
		return "It is apaleo's matter."
	case monitor.SideCredentials:
		return "It is about our credentials."
	case monitor.SidePermissions:
		return "It is about our permissions."
	case monitor.SideRequest:
		return "It is about our request."
	case monitor.SideHotel:
		return "It is about this hotel's set-up."
	case monitor.SideNetwork:
		return "It is our own network."
	case monitor.SideIntegration:
		return "It is our own integration."
	}
	return "Whose matter it is, is not clear."
}

// probed prints what came of asking.
func (s *shell) probed(p Probed) error {
	if s.json {
		if err := printJSON(s.Stdout, p); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(s.Stdout, "%s\n%s\n", p.table(), wrap(p.Verdict, ""))
	}
	if !p.Good {
		return errFinding
	}
	return nil
}

func (p Probed) table() table {
	t := table{{"CHECK", "RESULT", "STATUS", "TOOK", "WHAT"}}
	for _, r := range p.Checks {
		status := ""
		if r.Status != 0 {
			status = strconv.Itoa(r.Status)
		}
		t = append(t, []string{string(r.Check), r.Result, status, took(time.Duration(r.TookMS) * time.Millisecond), r.What})
	}
	return t
}
