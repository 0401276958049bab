package apaleo

import "bellhop/monitor"

// A meaning is what one line of the tables says.
type meaning struct {
	side   monitor.Side
	what   string // seen, in a few words
	next   string // what to do, in a sentence or two
	doc    string // the page that explains it, "" for none
	ticket bool   // apaleo's support has to be asked
}

func mean(side monitor.Side, what, next, doc string) meaning {
	return meaning{side: side, what: what, next: next, doc: doc}
}

// ticket is a meaning that apaleo's support has to be asked about: it cannot know of it.
func ticket(side monitor.Side, what, next, doc string) meaning {
	m := mean(side, what, next, doc)
	m.ticket = true
	return m
}

// A line is a meaning for certain troubles only; what is left empty fits all.
type line struct {
	fault  monitor.Fault
	signal monitor.SignalKind
	node   monitor.NodeKind
	id     string // of the node
	check  string // its name, if the cause is a check
	kind   string
	code   string
	status int
	own    whose
	unsure bool // only where the cause is unclear
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
		(l.id == "" || l.id == t.Node.ID) &&
		(l.check == "" || l.check == checkName(t.Node)) &&
		(l.kind == "" || l.kind == t.Kind) &&
		(l.code == "" || l.code == t.Code) &&
		(l.status == 0 || l.status == t.Status) &&
		(l.own == anybodys || (l.own == users) == t.Own) &&
		(!l.unsure || t.Confidence == monitor.Unclear)
}
