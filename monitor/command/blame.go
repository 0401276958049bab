package command

import (
	"fmt"
	"slices"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
)

// failing is the sentence on the checks that fail, given the first of them: what they have in common, or else
// the check itself, whose matter it is, and what to do.
func (l look) failing(results []Result, first int) string {
	r, c, o := results[first], l.checks[first], l.outcomes[first]
	node, failing, of := l.common(results, c)
	others := -failing
	for _, r := range results {
		if r.fails() {
			others++
		}
	}
	if node.Kind == monitor.NodeCheck {
		text := fmt.Sprintf("%s fails (%s). %s %s", r.Title, r.What, matter(r.Side), r.Next)
		return text + tooMany(others)
	}
	a := apaleo.Advise(monitor.Trouble{
		Node: node, Signal: monitor.Availability, Severity: monitor.Down, Fault: o.Fault, Status: o.Status, Code: o.Code, Kind: c.Kind, Own: c.Own,
	})
	if r.Result == isUnclear {
		a.Side, a.Next = r.Side, r.Next
	}
	name := l.names[node]
	if name == "" {
		name = node.ID
	}
	return fmt.Sprintf("%s: %d of %s fail (%s). %s %s", name, failing, count(of, "check"), a.What, matter(a.Side), a.Next) + tooMany(others)
}

func tooMany(others int) string {
	switch others {
	case 0:
		return ""
	case 1:
		return " One other check fails too."
	}
	return fmt.Sprintf(" %d other checks fail too.", others)
}

// common is the place furthest upstream on a failing check's path on which two checks or more, and at least
// 80 %, fail; else the check itself. A certificate or what annotates says nothing about a place.
func (l look) common(results []Result, c *monitor.Check) (n monitor.Node, failing, of int) {
	for _, n := range c.Path {
		failing, of := 0, 0
		for i, other := range l.checks {
			if !passes(other, n) {
				continue
			}
			of++
			if results[i].fails() {
				failing++
			}
		}
		if failing >= 2 && 5*failing >= 4*of {
			return n, failing, of
		}
	}
	return monitor.Node{Kind: monitor.NodeCheck, ID: string(c.ID())}, 1, 1
}

func passes(c *monitor.Check, n monitor.Node) bool {
	return !c.Warning && !c.Info && slices.Contains(c.Path, n)
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
		return "It is about our own network."
	case monitor.SideIntegration:
		return "It is about our own integration."
	default:
		return "Whose matter it is, is not clear."
	}
}
