package monitor

import "slices"

// What people read is made here, once per version: every receiver and page says the same words.

// titleMax is the longest heading, in characters: Slack takes 150.
const titleMax = 150

// word writes an incident's sentences.
func (d *draft) word(i *Incident) {
	t := d.trouble(i)
	a := d.advise(t)
	if i.State == IncidentOpen {
		i.Side, i.NextStep, i.Doc, i.Public, i.Past, i.Ticket = sideOf(i, a), a.Next, a.Doc, a.Public, a.Past, a.Ticket
		if f := d.failure(i); f != nil && f.Unclear && f.Fault.Connection() && !d.failsOthers(i) {
			i.Side, i.Public, i.Past, i.Ticket = SideUnclear, publicUnclear, pastUnclear, false
			i.NextStep = "bellhop cannot tell whether this is the other side or our network: it has fewer than two control hosts that work. Try the address from another network."
		}
		if d.answersOthers(i) {
			i.Side, i.Public, i.Past, i.Doc, i.Ticket = SideNetwork, "", "", "", false
			i.NextStep = "Look at the way from this machine to apaleo: resolver, routes, firewall, proxy. If all is well, ask support@apaleo.com whether its address is kept out. Your hotels are served."
		}
		i.Title, i.Text = d.claim(i, a.What)
		i.Text += d.quietText(i)
		if i.NotRecorded {
			i.Text += " Not recorded: bellhop's own store fails."
		}
		return
	}
	i.NextStep, i.Public = "", i.Past
	i.Title = d.endTitle(i)
	i.Text = d.endText(i)
}

// sideOf is whose matter an incident is. What several hotels have to settle each for itself is theirs, though the
// same fault might be ours where it befalls all.
func sideOf(i *Incident, a Advice) Side {
	if i.Cause.Kind == NodeHotels && ofHotels(i.Cause.ID) {
		return SideHotel
	}
	return a.Side
}

// claim is the heading of an open incident, and the whole sentence.
func (d *draft) claim(i *Incident, what string) (title, text string) {
	if i.Cause.Kind == NodeHotels {
		i.Title = shorten(d.hotelsTitle(i), titleMax)
		return i.Title, d.hotelsText(i, what)
	}
	title = shorten(d.name(i)+" "+headline(i), titleMax)
	if text, ok := d.missedText(i); ok {
		return title, title + text
	}
	text = title + d.sinceText(i, what) + d.othersText(i) + d.countdownText(i)
	if f := d.failure(i); f != nil {
		text += quoted(f.Messages)
	}
	return title, text + d.besides(i)
}

// trouble is what the adviser is asked about an incident.
func (d *draft) trouble(i *Incident) Trouble {
	t := Trouble{Node: i.Cause.Node(), Signal: i.kind(), Severity: i.Severity, Accounts: i.Scope.Accounts, Confidence: i.Cause.Confidence}
	if f := d.failure(i); f != nil {
		t.Fault, t.Status, t.Code = f.Fault, f.Status, f.Code
	}
	if m, ok := d.witness(i); ok {
		if c := d.watched.checks[m.Check]; c != nil {
			t.Kind, t.Own, t.Module = c.Kind, c.Own, c.Module
		}
	}
	return t
}

// witness is the failing check that an incident is best described by: one of the cause's own, if it has any.
func (d *draft) witness(i *Incident) (SignalID, bool) {
	kind, node := i.kind(), i.Cause.Node()
	if m, ok := d.matterWitness(i); ok {
		return m, true
	}
	ids, own := i.Leads, d.watched.direct[node]
	if node.Kind == NodeCheck { // others may need it, and fail otherwise
		own = []CheckID{CheckID(node.ID)}
	}
	for _, id := range own {
		if failing, _ := d.fares(id, i, kind); failing {
			ids = append(slices.Clip(ids), SignalID{id, kind})
		}
	}
	for _, m := range append(slices.Clip(ids), i.Members...) {
		if m.Signal == kind {
			return m, true
		}
	}
	return SignalID{}, false
}

// failure is the last failing attempt of that member.
func (d *draft) failure(i *Incident) *Failure {
	m, ok := d.witness(i)
	if r := d.row(m.Check); ok && r != nil {
		return r.Failures[signalIndex(m.Signal)]
	}
	return nil
}

// name is what people call a cause.
func (d *draft) name(i *Incident) string {
	n := i.Cause.Node()
	if s := d.watched.names[n]; s != "" {
		return s
	}
	switch n.Kind {
	case NodeHotels:
		return d.hotelsLabel(i)
	case NodeCheck:
		c := d.watched.checks[CheckID(n.ID)]
		switch {
		case c != nil && c.Reported && (c.Account != "" || c.Kind == KindReports):
			return d.reportedName(c)
		case c != nil && c.Title != "" && c.Kind != KindBeat:
			return c.Title
		}
		return "Check " + n.ID
	case NodeClient:
		return "OAuth client " + n.ID
	case NodeAccount:
		return "Hotel " + d.hotelName(n.ID)
	case NodeScope:
		return "The scope " + n.ID
	case NodeModule:
		return "apaleo " + n.ID + " API"
	case NodeNetwork:
		return "Our way out (" + n.ID + ")"
	default:
		return n.ID
	}
}

// reportedName is what people call what is reported of a hotel.
func (d *draft) reportedName(c *Check) string {
	what := c.Title
	switch c.Kind {
	case KindReports:
		return "The integration's report"
	case KindTraffic:
		what = "Our traffic for "
	case KindConsent:
		what = "The renewal of our token for "
	case KindWebhooks:
		what = "The delivery of webhooks for "
	default:
		return what
	}
	return what + d.hotelName(c.Account)
}

// headline is the claim, without its numbers.
func headline(i *Incident) string {
	switch i.fault() {
	case FaultOverdue:
		return "is OVERDUE"
	case FaultFailed:
		return "has FAILED"
	default: // how bad it is says more than what it is
	}
	switch i.Severity {
	case Down:
		if fromHere(i) {
			return "CANNOT BE REACHED from this machine"
		}
		return "is DOWN"
	case AuthLost:
		switch i.Cause.Kind {
		case NodeClient:
			return "is REJECTED"
		case NodeScope:
			return "is REFUSED"
		default:
		}
		return "is LOCKED OUT"
	case QuotaOut:
		return "is OVER QUOTA"
	case Warning:
		if len(i.Affected) > 0 && i.Affected[0].Fault == FaultExpiring {
			return "ENDS SOON"
		}
		return "will BREAK SOON"
	default:
		if i.kind() == Latency {
			return "is SLOW"
		}
		return "is DEGRADED"
	}
}

// besides says what answers all the while, where there is evidence, and what apaleo itself says.
func (d *draft) besides(i *Incident) string {
	var fine []string
	told := d.spoken(i)
	for _, n := range d.platform() {
		if told != "" && n.ID == told {
			continue // it is told how many of its probes are fine
		}
		if n == i.Cause.Node() || d.openAt(n) != "" {
			continue
		}
		if weight, of := d.weigh(d.watched.direct[n], Availability); of > 0 && weight == 0 {
			fine = append(fine, d.watched.names[n])
		}
	}
	s := ""
	if len(fine) > 0 {
		s = " " + list(fine) + " " + answers(len(fine)) + "."
	}
	return s + d.pageText(i)
}

// platform lists the named nodes that have probes of their own, in the order of their checks.
func (d *draft) platform() []Node {
	var nodes []Node
	for _, id := range d.watched.order {
		for _, n := range d.watched.checks[id].Direct {
			platform := n.Kind == NodeIdentity || n.Kind == NodeEdge
			if platform && d.watched.names[n] != "" && !slices.Contains(nodes, n) {
				nodes = append(nodes, n)
			}
		}
	}
	return nodes
}

func answers(n int) string {
	if n == 1 {
		return "answers"
	}
	return "answer"
}
