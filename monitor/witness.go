package monitor

import (
	"fmt"
	"slices"
	"time"
)

// The integration's reports are a witness: where its requests to a host succeed and ours do not, the host answers others,
// and it is our own way there that fails. Such an answer is none to us: it does not prove that we see out.

// reportLately is how old a report may be that tells of now, at the real pace: reports come once a minute.
const reportLately = 2 * time.Minute

// A testimony is what the reports of the last minutes tell of a trouble since it began, in hotels.
type testimony struct {
	answered, failed int
	errors           int // those that failed because the host itself says so
	of               int // whose requests are reported since then, though perhaps too soon to tell
}

func (t testimony) good() bool { return 2*t.answered > t.of }
func (t testimony) bad() bool  { return 2*t.failed > t.of }

// certain says whether the host fails, whatever network the integration is in: it answers, and with errors.
func (t testimony) certain() bool { return 2*t.errors > t.of }

// served asks the reports how requests to a host have fared since a trouble began. They are answered only as far as
// that can be told: if nothing had been since then, half of the requests of the time that the report is of would
// have failed. No node stands for any host.
func (d *draft) served(n Node, began time.Time) (t testimony) {
	for _, checks := range d.watched.hotels {
		for _, c := range checks {
			if c.Kind != KindTraffic || n != (Node{}) && !c.dependsOn(n) {
				continue
			}
			r := d.row(c.ID())
			if r == nil || r.Signal(Availability).LastAt.Before(began) || !d.within(r.Signal(Availability).LastAt, d.b.pace.Of(reportLately)) {
				continue
			}
			t.of++
			switch s := r.Signal(Availability); {
			case s.Last == Fail:
				t.failed++
				if f := r.Failures[signalIndex(Availability)]; f != nil && f.Fault == FaultServer {
					t.errors++
				}
			case !s.LastAt.Before(began.Add(c.Every / 2)):
				t.answered++
			}
		}
	}
	return t
}

// onlyOurs says whether an attempt that failed, and of which no control host can tell, failed on our own way out: the
// host has answered most hotels since the check began to fail, and nothing outside has answered us. Once we are
// known to be cut off it is so until something answers.
func (d *draft) onlyOurs(c *Check, o Outcome) bool {
	began := d.failingSince(c, o)
	switch {
	case !d.sight.cut.IsZero():
		return true
	case !d.sight.outside.Before(began):
		return false
	}
	return slices.ContainsFunc(c.Path, func(n Node) bool {
		return n.Kind == NodeEdge && d.served(n, began).good()
	})
}

// failingSince is since when a check has been failing, with an attempt that fails.
func (d *draft) failingSince(c *Check, o Outcome) time.Time {
	if r := d.row(c.ID()); r != nil && !r.Signal(Availability).Since.IsZero() {
		return r.Signal(Availability).Since
	}
	return o.At
}

// awaitsReport says whether the last word on a trouble has to wait: nothing outside has answered us since it began, no
// control host can tell whether that is our own network, and a report that can is due.
func (d *draft) awaitsReport(way Way, began time.Time) bool {
	lately := d.b.pace.Of(reportLately)
	if way != WayUnknown || !d.sight.outside.Before(began) || !d.within(began, lately) || !d.within(d.lastReport(), lately) {
		return false
	}
	return !d.served(Node{}, began).bad()
}

// answersOthers says whether an incident's cause answers the integration, and only this machine not. Where no report
// can tell, that is as it was told before.
func (d *draft) answersOthers(i *Incident) bool {
	f, n := d.failure(i), i.Cause.Node()
	if n.Kind != NodeEdge && n.Kind != NodeAPI || i.State != IncidentOpen || i.Severity != Down || f == nil || !unreached(f.Fault) {
		return false
	}
	t := d.served(n, i.Since)
	return t.good() && d.failsStill(i) || !t.bad() && fromHere(i)
}

// failsStill says whether we get no answer at the time that the last report tells of, and got none after it: when it is
// over, the first good report comes before our own next attempt.
func (d *draft) failsStill(i *Incident) bool {
	still := false
	for _, m := range i.Leads {
		s := d.row(m.Check).Signal(m.Signal)
		if s.Last == Good {
			return false
		}
		still = still || d.lastReport().Sub(s.LastAt) <= d.b.pace.Of(reportLately)/4
	}
	return still
}

// unreached says whether a fault may lie on the way, and does not say itself that it does.
func unreached(f Fault) bool { return f.Connection() && f != FaultProxy && f != FaultTLSAuthority }

// fromHere says whether an incident was told as one of our own way to a host that answers others.
func fromHere(i *Incident) bool {
	return i.Side == SideNetwork && i.Severity == Down && (i.Cause.Kind == NodeEdge || i.Cause.Kind == NodeAPI) && unreached(i.fault())
}

// hearWitness tells anew of incidents of which a report shows that they are not what they were taken for.
func (d *draft) hearWitness() {
	for _, at := range d.openIncidents() {
		i := d.incident(at)
		if others := d.answersOthers(i); others != fromHere(i) && (others || d.now.Sub(i.Updated) >= d.b.pace.UpdateEvery) {
			d.version(at, EventUpdated, ChangeRerooted)
		}
	}
}

// failsOthers says whether an incident's cause is known to fail the integration, too.
func (d *draft) failsOthers(i *Incident) bool { return d.served(i.Cause.Node(), i.Since).certain() }

// othersText says who is answered.
func (d *draft) othersText(i *Incident) string {
	if !fromHere(i) {
		return ""
	}
	s := " apaleo answers your integration, but not this machine"
	if t := d.served(i.Cause.Node(), i.Since); t.good() {
		s += fmt.Sprintf(": requests for %d of %s succeed", t.answered, count(t.of, "hotel"))
	}
	return s + "."
}
