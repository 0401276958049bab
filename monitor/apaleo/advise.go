package apaleo

import (
	"strconv"
	"strings"

	"bellhop/monitor"
)

// Advise says what a trouble means and what to do next (docs/apaleo.md, section B). It is a pure function:
// a line of the tables in advice.go, the most particular one that fits. What the tables do not know is unclear.
func Advise(t monitor.Trouble) monitor.Advice { return advise(t, nil) }

func advise(t monitor.Trouble, texts map[string]string) monitor.Advice {
	m := find(t)
	said := says(t, m.side).of(t, texts)
	return monitor.Advice{Side: m.side, What: what(t, m.what), Next: m.next, Doc: m.doc, Ticket: m.ticket, Public: said.now, Past: said.past}
}

// find takes the first line that fits, the particular before the general.
func find(t monitor.Trouble) meaning {
	m := first(t)
	if t.Kind == KindReceiver && t.Own && t.Signal == monitor.Availability && m.side == integration {
		m.next, m.doc = m.next+ofReceiver, docWebhook
	}
	if signingIn(t) && m.side == ofApaleo {
		m.next = keepTokens
	}
	return m
}

// signingIn says whether apaleo's identity server is the one that fails to answer.
func signingIn(t monitor.Trouble) bool {
	fails := t.Fault == monitor.FaultServer || t.Fault == monitor.FaultTimeout || t.Fault == monitor.FaultCut
	return fails && !t.Own && t.Signal == monitor.Availability && (t.Node.Kind == monitor.NodeIdentity || t.Node.Kind == monitor.NodeToken)
}

func first(t monitor.Trouble) meaning {
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
	return mean(monitor.SideUnclear, "something bellhop has no word for", "Look at the evidence: what it means is not known.", docTrouble)
}

// checkName is the name of the check that a node is, without its account.
func checkName(n monitor.Node) string {
	if n.Kind != monitor.NodeCheck {
		return ""
	}
	name, _, _ := strings.Cut(n.ID, "@")
	return name
}

// tellsItself are faults whose news is not the status.
var tellsItself = map[monitor.Fault]bool{
	monitor.FaultSuspended: true, monitor.FaultWrongAccount: true, monitor.FaultDevelopment: true,
	monitor.FaultScopeLost: true, monitor.FaultUnsubscribed: true,
}

// what names what was seen: the status, if there was one and it is the news, and the OAuth error.
func what(t monitor.Trouble, words string) string {
	status := ""
	if t.Status != 0 {
		status = "HTTP " + strconv.Itoa(t.Status)
	}
	switch {
	case status == "" || t.Signal == monitor.Latency || tellsItself[t.Fault]:
		return words
	case t.Code == codePage || t.Fault == monitor.FaultArchived:
		return status + ", " + words
	case t.Code != "":
		return status + " " + t.Code
	case t.Status >= 300 && t.Fault != monitor.FaultBody && t.Fault != monitor.FaultCut:
		return status
	}
	return status + ", " + words
}
