package apaleo

import (
	"strconv"
	"strings"

	"bellhop/monitor"
)

// Advise says what a trouble means and what to do next (docs/apaleo.md, section B). It is a pure function:
// a line of the tables in advice.go, the most particular one that fits. What the tables do not know is unclear.
func Advise(t monitor.Trouble) monitor.Advice {
	m := find(t)
	said := public(t, m.side)
	return monitor.Advice{Side: m.side, What: what(t, m.what), Next: m.next, Doc: m.doc, Public: said, Past: pastOf(said)}
}

// pastOf is a public sentence once it is over.
func pastOf(sentence string) string {
	return strings.NewReplacer(
		" at present", "", "does not", "did not", "do not know yet", "did not know",
		"is slower", "was slower", "works only", "worked only", "have to", "had to", "is not", "was not", "is due soon", "was due",
		"is affected yet", "was affected", "cannot", "could not", "how apaleo is doing", "how apaleo was doing", "has trouble", "had trouble",
	).Replace(sentence)
}

// find takes the first line that fits, the particular before the general.
func find(t monitor.Trouble) meaning {
	for _, line := range particular {
		if line.fits(t) {
			return line.meaning
		}
	}
	if t.Own {
		if m, ok := ofOwn[t.Fault]; ok {
			return m
		}
	}
	if m, ok := ofStatus[t.Status]; ok && t.Fault == monitor.FaultServer && !t.Own {
		return m
	}
	if m, ok := ofFault[t.Fault]; ok {
		return m
	}
	return meaning{monitor.SideUnclear, "something bellhop has no word for", "Look at the evidence: what it means is not known.", docTrouble}
}

// A meaning is what one line of the tables says.
type meaning struct {
	side monitor.Side
	what string
	next string
	doc  string
}

// A line is a meaning for certain troubles only; what is left empty fits all.
type line struct {
	fault  monitor.Fault
	signal monitor.SignalKind
	node   monitor.NodeKind
	check  string // its name, if the cause is a check
	kind   string
	code   string
	status int
	own    whose
	meaning
}

type whose int

const (
	anybodys whose = iota
	apaleos        // a check that ships
	users          // a check of the user's own
)

func (l line) fits(t monitor.Trouble) bool {
	return (l.fault == "" || l.fault == t.Fault) &&
		(l.signal == "" || l.signal == t.Signal) &&
		(l.node == "" || l.node == t.Node.Kind) &&
		(l.check == "" || l.check == checkName(t.Node)) &&
		(l.kind == "" || l.kind == t.Kind) &&
		(l.code == "" || l.code == t.Code) &&
		(l.status == 0 || l.status == t.Status) &&
		(l.own == anybodys || (l.own == users) == t.Own)
}

// checkName is the name of the check that a node is, without its account.
func checkName(n monitor.Node) string {
	if n.Kind != monitor.NodeCheck {
		return ""
	}
	name, _, _ := strings.Cut(n.ID, "@")
	return name
}

// what names what was seen: the status, if there was one and it is the news, and the OAuth error.
func what(t monitor.Trouble, words string) string {
	status := ""
	if t.Status != 0 {
		status = "HTTP " + strconv.Itoa(t.Status)
	}
	switch {
	case status == "" || t.Signal == monitor.Latency || t.Fault == monitor.FaultSuspended || t.Fault == monitor.FaultWrongAccount:
		return words
	case t.Code != "":
		return status + " " + t.Code
	case t.Status >= 300 && t.Fault != monitor.FaultBody && t.Fault != monitor.FaultCut:
		return status
	}
	return status + ", " + words
}

// public is a sentence for those who work or stay in the hotels: what they may notice, in their words.
func public(t monitor.Trouble, side monitor.Side) string {
	switch {
	case t.Severity == monitor.Warning || t.Fault == monitor.FaultExpiring:
		return "A renewal is due soon. Nothing is affected yet."
	case t.Own && (t.Signal == monitor.Quota || t.Fault == monitor.FaultQuota):
		return "Some requests to one of our own services have to wait at present."
	case t.Signal == monitor.Quota || t.Fault == monitor.FaultQuota:
		return "Some of our requests to apaleo have to wait at present."
	case side == monitor.SideApaleo:
		return publicApaleo(t)
	}
	return publicOurs(t, side)
}

func publicApaleo(t monitor.Trouble) string {
	who, does := "apaleo", "does not answer as it should at present."
	switch {
	case t.Node.Kind == monitor.NodeIdentity, t.Node.Kind == monitor.NodeToken:
		who, does = "Signing in to apaleo", "does not work at present."
	case t.Node.Kind == monitor.NodeEdge && strings.HasPrefix(t.Node.ID, "webhook."):
		who, does = "The part of apaleo that sends notifications", "does not answer as it should at present."
	case t.Node.Kind == monitor.NodeAccount, t.Node.Kind == monitor.NodeCheck, t.Node.Kind == monitor.NodeClient:
		who = "A part of apaleo"
	}
	switch {
	case t.Signal == monitor.Latency:
		does = "is slower than usual at present."
	case t.Severity == monitor.Degraded:
		does = "works only some of the time at present."
	}
	return who + " " + does
}

func publicOurs(t monitor.Trouble, side monitor.Side) string {
	switch side {
	case monitor.SideNetwork:
		return "We cannot see at present how apaleo is doing: our own connection to the outside has trouble."
	case monitor.SideIntegration:
		if t.Signal == monitor.Latency {
			return "One of our own services is slower than usual at present."
		}
		return "One of our own services does not work as it should at present."
	case monitor.SideHotel:
		return "apaleo is not open to one hotel at present."
	case monitor.SideCredentials, monitor.SidePermissions, monitor.SideRequest:
		return "Our own access to apaleo does not work as it should at present."
	default:
		return "Something between us and apaleo does not work as it should at present. We do not know yet what."
	}
}
