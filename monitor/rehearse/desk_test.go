package rehearse_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

// failing are checks of so many hosts, all of which fail in an hour from minute 10 to 40.
func failing(names ...string) (world spells, checks []*monitor.Check) {
	for _, name := range names {
		world = append(world, spell{name, 10 * time.Minute, 40 * time.Minute})
		checks = append(checks, check(name, name))
	}
	return world, checks
}

// TestDigestAndReminderAreRehearsed ensures that what one message says of many incidents, and what is told again, is heard
// as the receiver would, across a restart, too.
func TestDigestAndReminderAreRehearsed(t *testing.T) {
	world, checks := failing("a.example.com", "b.example.com", "c.example.com", "d.example.com")
	p := playing(world, checks...)
	p.Config.Receivers = []monitor.Receiver{{Name: "ops", Edits: 5 * time.Second, Lookup: true, Digest: 2, Remind: 20 * time.Minute}}
	p.Script = &steps{{30 * time.Minute, rehearse.Step{Restart: true}}}
	count := map[string]int{}
	var most int
	p.Hear = func(m rehearse.Message) {
		word := strings.TrimPrefix(string(m.Type), "incident.")
		if m.Edit {
			word += " in place"
		}
		count[word]++
		if m.Digest != nil {
			most = max(most, len(m.Digest.Open))
		}
	}
	p.Run(t.Context())
	if count["opened"] != 2 || count["resolved"] != 2 || most != 2 {
		t.Errorf("2 incidents are told by themselves, the other 2 together; got %v, %d together", count, most)
	}
	if count["reminder"] != 2 || count["digest"] != 3 { // it is opened, told again, and over
		t.Errorf("all are told again after 20 minutes; got %v", count)
	}
}

// TestRemovedReceiverHearsOfItsDigest ensures that a receiver that is removed is told once that it hears no more of what
// its digest tells.
func TestRemovedReceiverHearsOfItsDigest(t *testing.T) {
	world, checks := failing("a.example.com", "b.example.com", "c.example.com")
	p := playing(world, checks...)
	p.Config.Receivers = []monitor.Receiver{{Name: "ops", Edits: 5 * time.Second, Lookup: true, Digest: 1}, {Name: "others"}}
	config := p.Config
	config.At, config.Receivers = noon.Add(20*time.Minute), config.Receivers[1:]
	p.Script = &steps{{20 * time.Minute, rehearse.Step{Inputs: []monitor.Input{config}}}}
	got := heard(t, p)
	got = slices.DeleteFunc(got, func(m string) bool { return !strings.Contains(m, "ops") || !strings.HasPrefix(m, "20m0s") })
	if len(got) != 2 || !strings.Contains(got[0]+got[1], "ops digest") || !strings.Contains(got[0]+got[1], "ops updated") {
		t.Errorf("removed, it hears %q", got)
	}
}

// TestMaintenanceAndSilenceAreRehearsed ensures that nobody is told of what a window of the configuration, or a person's
// word, covers from first to last, and that a restart forgets neither.
func TestMaintenanceAndSilenceAreRehearsed(t *testing.T) {
	world, checks := failing("a.example.com", "b.example.com", "c.example.com")
	p := playing(world, checks...)
	p.Config.Maintenance = []monitor.MaintenanceWindow{{
		Name: "backup", Target: monitor.Target{Checks: []monitor.CheckID{"a.example.com"}}, From: noon, Until: noon.Add(time.Hour),
	}}
	silence := monitor.Act{
		At: noon.Add(time.Minute), ID: "1", Kind: monitor.ActSilence, By: "Anna", Target: monitor.Target{Checks: []monitor.CheckID{"b.example.com"}}, Until: noon.Add(time.Hour),
	}
	p.Script = &steps{{time.Minute, rehearse.Step{Inputs: []monitor.Input{silence}}}, {20 * time.Minute, rehearse.Step{Restart: true}}}
	var told []string
	p.Hear = func(m rehearse.Message) { told = append(told, m.About.Cause.ID) }
	p.Run(t.Context())
	if !slices.Equal(told, []string{"c.example.com", "c.example.com"}) {
		t.Errorf("told of %q, want of c.example.com alone", told)
	}
}
