package monitor

import (
	"testing"
	"time"
)

// TestNoticesTakeNoDigestsPlace ensures that a message of many notices which never arrived is not taken for the digest of
// the open incidents: what those are told in would else stay as it is for good.
func TestNoticesTakeNoDigestsPlace(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	r, p := Receiver{Name: "ops", Digest: 1, Edits: 5 * time.Second, Lookup: true}, RealPace()
	row := func(id string) *Delivery { return &Delivery{DeliveryID: DeliveryID{"ops", id}, Wants: true} }

	var notices []Owing
	for _, id := range []string{"ntc_1", "ntc_2"} {
		notices = append(notices, Owing{Row: row(id), Notice: &Notice{ID: id, Key: id, At: now, Text: "look"}})
	}
	_, told := Gather(notices, r, p, now)
	if len(told) != 1 || len(told[0].Notices) != 2 {
		t.Fatalf("two notices where one is a flood: %+v", told)
	}
	refused := told[0].Row
	refused.ToldAt, refused.LastErr = now, "it had not arrived, and is true no more"

	root, member := row("dig_aa"), row("inc_1")
	root.Knows, root.State, root.Version, root.ToldAt, root.Ref = Told, IncidentOpen, 1, now.Add(-time.Minute), "root"
	member.Knows, member.State, member.Version, member.ToldAt, member.Digest = Told, IncidentOpen, 1, now.Add(-time.Minute), "dig_aa"
	over := &Incident{ID: "inc_1", Version: 2, State: IncidentResolved, Opened: now.Add(-time.Hour), Since: now.Add(-time.Hour), Updated: now, Ended: now}
	_, told = Gather([]Owing{{Row: root}, {Row: member, Incident: over}, {Row: &refused}}, r, p, now)
	if len(told) != 1 || told[0].Row.Incident != "dig_aa" || !told[0].Over {
		t.Errorf("the end is told in %+v, want it in the digest that holds its beginning", told)
	}
}
