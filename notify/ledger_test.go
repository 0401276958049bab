package notify

import (
	"testing"

	"bellhop/monitor"
)

// TestLedgerForgets ensures that what is settled is not kept: the outbox grows with what is owed, not with time.
func TestLedgerForgets(t *testing.T) {
	l := newLedger(monitor.Saved{})
	for _, settled := range []bool{false, true} {
		i := &monitor.Incident{ID: "i", Version: 2, State: monitor.IncidentResolved}
		n := &monitor.Notice{ID: "n", Key: "k"}
		c := monitor.Change{
			Incidents:  map[string]*monitor.Incident{"i": i, "unwanted": {ID: "unwanted", State: monitor.IncidentResolved}},
			Events:     []monitor.Event{{Incident: *i}},
			Notices:    map[string]*monitor.Notice{"k": n},
			Deliveries: map[monitor.DeliveryID]*monitor.Delivery{},
		}
		for _, about := range []string{"i", "n"} {
			id := monitor.DeliveryID{Receiver: "a", Incident: about}
			c.Deliveries[id] = &monitor.Delivery{DeliveryID: id, Settled: settled}
		}
		l.enter(c)
		want := map[bool]int{false: 1, true: 0}[settled]
		if len(l.incidents) != want || len(l.events) != want || len(l.notices) != want || len(l.rows) != 2*want {
			t.Errorf("settled %v: kept %d incidents, %d events, %d notices, %d rows",
				settled, len(l.incidents), len(l.events), len(l.notices), len(l.rows))
		}
	}
}
