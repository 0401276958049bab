package probe

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/apaleo/apaleotest"
)

// TestStatusPageOfTheStandIn reads each format as somebody else wrote it down: an incident, maintenance under way and
// planned, and the end of it all.
func TestStatusPageOfTheStandIn(t *testing.T) {
	for _, format := range []apaleotest.StatusFormat{
		apaleotest.Statuspage, apaleotest.Instatus, apaleotest.BetterUp, apaleotest.RSS, apaleotest.Atom, apaleotest.StatusIO,
	} {
		t.Run(string(format), func(t *testing.T) {
			s, err := apaleotest.Start(apaleotest.Config{Plain: true})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.SetStatusFormat(format)
			now := time.Now()
			s.PostIncidents(apaleotest.StatusIncident{Name: "Reservations fail", Impact: "major", Components: []string{"API"}, Started: now.Add(-time.Minute)})
			p, err := StatusPage(s.StatusPage, transport(t, TransportConfig{}))
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // to look for the format takes that many runs
				ask(t, p, 5*time.Second, false)
			}
			o := ask(t, p, 5*time.Second, false)
			said := strings.Join(o.Acks, "; ")
			if o.Fault != "" || !strings.Contains(said, "Reservations fail (") && !strings.Contains(said, "Service Disruption") {
				t.Errorf("%q (%s), acks %q", o.Fault, o.Detail, o.Acks)
			}
			s.PostIncidents()
			if o = ask(t, p, 5*time.Second, false); o.Fault != "" || o.Acks == nil || len(o.Acks) != 0 {
				t.Errorf("all is well: %q (%s), acks %#v", o.Fault, o.Detail, o.Acks)
			}
			if format == apaleotest.RSS || format == apaleotest.Atom || format == apaleotest.StatusIO {
				return // tells of no maintenance
			}
			s.PlanMaintenance(apaleotest.StatusMaintenance{Name: "Network work", From: now.Add(-time.Hour), To: now.Add(time.Hour)},
				apaleotest.StatusMaintenance{Name: "Database work", From: now.Add(24 * time.Hour), To: now.Add(25 * time.Hour)})
			o = ask(t, p, 5*time.Second, false)
			var got []string
			for _, m := range o.Maintenance {
				got = append(got, m.Title)
				if m.Underway != (m.Title != "Database work") {
					t.Errorf("%+v", m)
				}
			}
			slices.Sort(got)
			if want := []string{"Database work", "Network work"}; !slices.Equal(got, want) {
				t.Errorf("maintenance %q, want %q", got, want)
			}
		})
	}
}
