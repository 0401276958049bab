package rehearse_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

// night is a world in which the shop is down, the desk times out, the till is over its quota, and our line is cut for a
// while.
type night struct{ start time.Time }

func (w night) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	in := func(from, to time.Duration) bool {
		at := a.At.Sub(w.start)
		return at >= from && at < to
	}
	o := monitor.Outcome{Took: 200 * time.Millisecond, Status: 200, IP: "203.0.113.7"}
	switch {
	case in(40*time.Minute, 43*time.Minute):
		return monitor.Outcome{Took: 10 * time.Millisecond, Fault: monitor.FaultDNS}
	case c.Host == "shop.example.com" && in(10*time.Minute, 15*time.Minute):
		o.Status, o.Fault = 502, monitor.FaultServer
	case c.Name == "desk" && in(20*time.Minute, 26*time.Minute):
		o = monitor.Outcome{Took: 8 * time.Second, Fault: monitor.FaultTimeout}
	case c.Name == "till" && in(30*time.Minute, 33*time.Minute):
		o.Status, o.Fault, o.RetryAfter = 429, monitor.FaultQuota, 20*time.Second
	}
	return o
}

func (w night) Controls(at time.Time) []monitor.ControlAnswer {
	var answers []monitor.ControlAnswer
	for _, name := range []string{"a", "b", "c"} {
		answers = append(answers, monitor.ControlAnswer{Name: name, OK: at.Sub(w.start) < 40*time.Minute || at.Sub(w.start) >= 43*time.Minute})
	}
	return answers
}

func nightChecks() []*monitor.Check {
	var checks []*monitor.Check
	for i := range 4 {
		checks = append(checks, check(fmt.Sprint("shop-", i), "shop.example.com"))
	}
	checks = append(checks, check("desk", "desk.example.com"), check("till", "till.example.com"))
	for i := range 3 {
		c := check(fmt.Sprint("booking-", i), "api.example.com")
		c.Account, c.Anonymous = "alpine", false
		checks = append(checks, c)
	}
	return checks
}

// A noted list is what was asked, and what was told.
type noted struct {
	mu   sync.Mutex // protects all below
	list []string
}

func (n *noted) add(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, fmt.Sprintf(format, args...))
}

func (n *noted) events(start time.Time, c monitor.Change) {
	for _, e := range c.Events {
		n.add("%v %s %s v%d", e.At.Sub(start).Round(time.Second), e.Type, e.Incident.Cause.ID, e.Incident.Version)
	}
	for key, notice := range c.Notices {
		n.add("%v notice of %s, over=%v", notice.At.Sub(start).Round(time.Second), key, notice.Over)
	}
}

func (n *noted) asked(start time.Time, c *monitor.Check, a monitor.Attempt) {
	n.add("%v %s fresh=%v", a.At.Sub(start), c.ID(), a.Fresh)
}

// noting is a world that notes what it is asked.
type noting struct {
	night
	n *noted
}

func (w noting) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	w.n.asked(w.start, c, a)
	return w.night.Ask(c, a)
}

// nowhere is a store that keeps nothing.
type nowhere struct{}

func (nowhere) Load(context.Context) (monitor.Saved, error)             { return monitor.Saved{}, nil }
func (nowhere) Save(context.Context, int64, monitor.Change) (err error) { return nil }

const playTime = 50 * time.Minute

// engineNight runs the real engine through it.
func engineNight(t *testing.T, n *noted) (start time.Time) {
	synctest.Test(t, func(t *testing.T) {
		start = time.Now().UTC()
		w := night{start}
		checks := nightChecks()
		for _, c := range checks {
			c.Ask = func(_ context.Context, a monitor.Attempt) monitor.Outcome {
				n.asked(start, c, a)
				o := w.Ask(c, a)
				time.Sleep(o.Took)
				return o
			}
		}
		var hosts []monitor.ControlHost
		for i, name := range []string{"a", "b", "c"} {
			hosts = append(hosts, monitor.ControlHost{Name: name, Ask: func(context.Context) bool { return w.Controls(time.Now())[i].OK }})
		}
		m := monitor.New(monitor.Options{
			Store: nowhere{}, Pace: monitor.RealPace(), Advise: plain, Log: zerolog.Nop(), Controls: hosts,
			First: monitor.Reconfigure{Checks: checks, Controls: 3, Receivers: []monitor.Receiver{{Name: "ops", Kind: "log"}}},
			Watch: func(c monitor.Change) { n.events(start, c) },
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- m.Run(ctx) }()
		time.Sleep(playTime - time.Millisecond)
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return start
}

func plain(monitor.Trouble) monitor.Advice { return monitor.Advice{What: "it fails"} }

// The engine and a play ask the same at the same times, and decide the same.
func TestPlayIsAsTheEngine(t *testing.T) {
	var real, played noted
	start := engineNight(t, &real)
	p := rehearse.Play{
		Pace: monitor.RealPace(), World: noting{night{start}, &played}, Start: start, End: start.Add(playTime - time.Millisecond),
		Config: monitor.Reconfigure{Checks: nightChecks(), Controls: 3, Advise: plain, Receivers: []monitor.Receiver{{Name: "ops", Kind: "log"}}},
		Watch:  func(_ time.Time, c monitor.Change, _ *monitor.Book) { played.events(start, c) },
	}
	p.Run(t.Context())
	slices.Sort(real.list)
	slices.Sort(played.list)
	if len(real.list) < 400 {
		t.Errorf("the engine did only %d things", len(real.list))
	}
	for i := range min(len(real.list), len(played.list)) {
		if real.list[i] != played.list[i] {
			t.Fatalf("the engine: %q\nthe play:   %q", around(real.list, i), around(played.list, i))
		}
	}
	if len(real.list) != len(played.list) {
		t.Errorf("the engine did %d things, the play %d", len(real.list), len(played.list))
	}
}

func around(list []string, i int) []string { return list[max(i-2, 0):min(i+6, len(list))] }
