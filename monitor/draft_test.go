package monitor

import (
	"maps"
	"slices"
	"testing"
)

// TestOpenOnes ensures that what is open in the book, and what is open by a decision in the making, is found once each, and
// nothing that has ended.
func TestOpenOnes(t *testing.T) {
	at := func(id, host string, s IncidentState) *Incident {
		return &Incident{ID: id, State: s, Cause: Cause{Kind: NodeEdge, ID: host}}
	}
	b := &Book{incidents: map[string]*Incident{}, open: map[Node]string{}}
	for _, i := range []*Incident{
		at("stays", "a", IncidentOpen), at("edited", "b", IncidentOpen), at("moves", "c", IncidentOpen),
		at("ends", "d", IncidentOpen), at("again", "e", IncidentResolved), at("over", "f", IncidentResolved),
	} {
		b.incidents[i.ID] = i
		if i.State == IncidentOpen {
			b.open[i.Cause.Node()] = i.ID
		}
	}
	d := &draft{b: b, c: Change{Incidents: map[string]*Incident{
		"edited": at("edited", "b", IncidentOpen), "moves": at("moves", "d", IncidentOpen), "ends": at("ends", "d", IncidentResolved),
		"again": at("again", "e", IncidentOpen), "new": at("new", "c", IncidentOpen), "brief": at("brief", "g", IncidentResolved),
	}}}
	seen := map[string]int{}
	for i := range d.openOnes() {
		seen[i.ID]++
		if i != d.incident(i.ID) {
			t.Errorf("%s is shown as it was", i.ID)
		}
	}
	want := map[string]int{"stays": 1, "edited": 1, "moves": 1, "again": 1, "new": 1}
	if !maps.Equal(seen, want) {
		t.Errorf("found %v, want %v", seen, want)
	}
	if all := d.openIncidents(); !slices.Equal(all, slices.Sorted(maps.Keys(want))) {
		t.Errorf("listed %v", all)
	}
}
