package command

import (
	"encoding/json"
	"strings"
	"testing"

	"bellhop/monitor"
	"bellhop/monitor/apaleo/apaleotest"
)

// What apaleo's support needs is had of an outage while it lasts, from the page and the command line, and when it
// is over, without a daemon too.
func TestEvidence(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.configure(p.pager())
	r := p.start()
	p.until("all is well", func() bool { return p.state("api-edge") == "up" && p.state("inventory") == "up" })
	if text, status := p.says("evidence", "last"); status != exitMisuse || !strings.Contains(text, "there was none at all") {
		t.Errorf("of nothing: %d %s", status, text)
	}
	outage := p.apaleo.Fault(apaleotest.Gateway(502).On(apaleotest.API))
	p.until("it is told", func() bool { return len(p.hook.of("incident.opened")) > 0 })
	id := p.hook.of("incident.opened")[0].Data.Incident.ID
	text, status := p.says("evidence", id[:len(id)-2])
	for _, want := range []string{"TIMELINE (UTC)", "HTTP 502", "Before       in the hour before: ", "version 1, opened: ", id, "it lasts"} {
		if status != exitGood || !strings.Contains(text, want) {
			t.Errorf("evidence lacks %q (%d):\n%s", want, status, text)
		}
	}
	if page := r.get("/api/v1/incidents/" + id + "/evidence"); !strings.Contains(page, "TIMELINE (UTC)") || !strings.Contains(page, id) {
		t.Errorf("the page gives\n%s", page)
	}
	if text, status := p.says("evidence", "inc_nothing"); status != exitMisuse || !strings.Contains(text, "The last ones are:\n") || !strings.Contains(text, id) {
		t.Errorf("of one that is not there: %d %s", status, text)
	}
	outage.Clear()
	p.until("its end is told", func() bool { return len(p.hook.of("incident.resolved")) > 0 })
	r.halt()
	text, status = p.says("evidence", "last", "--json")
	var got monitor.Ticket
	if err := json.Unmarshal([]byte(text), &got); err != nil || status != exitGood {
		t.Fatalf("%d, %v: %s", status, err, text)
	}
	if got.State != monitor.IncidentResolved || len(got.Checks) < 2 || got.Checks[0].Last.Status != 502 || got.Checks[0].During.Failed == 0 {
		t.Errorf("without a daemon:\n%s", got)
	}
	if testing.Verbose() {
		t.Logf("\n%s", got)
	}
}
