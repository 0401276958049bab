package rehearse_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// A spell is a time in which a host fails.
type spell struct {
	host     string
	from, to time.Duration
}

// spells is a world of them.
type spells []spell

func (w spells) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	o := monitor.Outcome{Took: 200 * time.Millisecond, Status: 200, IP: "203.0.113.7"}
	for _, s := range w {
		if in := a.At.Sub(noon); s.host == c.Host && in >= s.from && in < s.to {
			o.Status, o.Fault = 502, monitor.FaultServer
		}
	}
	return o
}

func check(name, host string) *monitor.Check {
	c := &monitor.Check{
		Name: name, Kind: "http", Host: host, Every: time.Minute, Spec: "@every 1m", Own: true, Asks: name, Anonymous: true,
		Path: []monitor.Node{{Kind: monitor.NodeEdge, ID: host}},
	}
	c.Schedule = monitor.EverySchedule(c.ID(), c.Every)
	return c
}

func playing(w rehearse.World, checks ...*monitor.Check) rehearse.Play {
	return rehearse.Play{
		Pace:  monitor.RealPace(),
		World: w, Start: noon, End: noon.Add(time.Hour),
		Config: monitor.Reconfigure{Checks: checks, Controls: 3, Receivers: []monitor.Receiver{{Name: "ops", Kind: "log"}}},
	}
}

// heard plays and lists what people heard.
func heard(t *testing.T, p rehearse.Play) []string {
	t.Helper()
	var list []string
	p.Hear = func(m rehearse.Message) {
		list = append(list, fmt.Sprintf("%v %s %s v%d edit=%v", m.At.Sub(noon).Round(time.Second), m.Receiver, strings.TrimPrefix(string(m.Type), "incident."), m.Version, m.Edit))
	}
	p.Run(t.Context())
	return list
}

// An outage is told as it begins and as it ends, and nothing else is told.
func TestOutageIsToldTwice(t *testing.T) {
	p := playing(spells{{"shop.example.com", 10 * time.Minute, 15 * time.Minute}}, check("shop", "shop.example.com"))
	got := heard(t, p)
	if len(got) != 2 || !strings.Contains(got[0], "ops opened v1") || !strings.Contains(got[1], "ops resolved v2") {
		t.Errorf("heard %q", got)
	}
	if quiet := heard(t, playing(spells{}, check("shop", "shop.example.com"))); len(quiet) > 0 {
		t.Errorf("heard of nothing: %q", quiet)
	}
}

// steps is a script.
type steps []struct {
	at time.Duration
	rehearse.Step
}

func (s *steps) Next() (time.Time, rehearse.Step, bool) {
	if len(*s) == 0 {
		return time.Time{}, rehearse.Step{}, false
	}
	first := (*s)[0]
	*s = (*s)[1:]
	return noon.Add(first.at), first.Step, true
}

// A restart in the middle of an outage, in doubt or once it is told, changes nothing that people hear.
func TestRestartChangesNothing(t *testing.T) {
	world := spells{{"shop.example.com", 10 * time.Minute, 15 * time.Minute}}
	want := heard(t, playing(world, check("shop", "shop.example.com")))
	for at := 9 * time.Minute; at < 18*time.Minute; at += 17 * time.Second {
		p := playing(world, check("shop", "shop.example.com"))
		script := steps{{at, rehearse.Step{Restart: true}}}
		p.Script = &script
		got := heard(t, p)
		if len(got) != 2 || len(script) > 0 {
			t.Errorf("restart at %v: heard %q, want %q", at, got, want)
		}
	}
}

// A removed receiver is told so, and a new one hears what is open.
func TestReloadReachesReceivers(t *testing.T) {
	p := playing(spells{{"shop.example.com", 10 * time.Minute, 20 * time.Minute}}, check("shop", "shop.example.com"))
	config := p.Config
	config.At, config.Receivers = noon.Add(14*time.Minute), []monitor.Receiver{{Name: "pager", Kind: "log"}}
	p.Script = &steps{{14 * time.Minute, rehearse.Step{Inputs: []monitor.Input{config}}}}
	got := heard(t, p)
	want := []string{"ops opened", "ops updated", "pager opened", "pager resolved"}
	if len(got) != len(want) || !slices.EqualFunc(got, want, strings.Contains) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

// BenchmarkQuiet is what one attempt costs while all is well.
func BenchmarkQuiet(b *testing.B) {
	p := playing(spells{}, check("shop", "shop.example.com"))
	p.End = p.Start.Add(time.Duration(b.N) * time.Minute)
	b.ReportAllocs()
	p.Run(b.Context())
}
