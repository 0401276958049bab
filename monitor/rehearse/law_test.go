package rehearse_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/probe"
	"bellhop/monitor/rehearse"
)

// hosts of the watchlist that ships.
var hosts = []string{"api.apaleo.com", "identity.apaleo.com", "webhook.apaleo.com"}

// weather is a world in which hosts fail now and then, for a while, with a share of what is asked; and all noise besides.
type weather struct {
	spells []gust
	noise  float64
	seed   uint64
}

type gust struct {
	spell
	share float64
	fault monitor.Fault
	code  int
}

func newWeather(r *rand.Rand, long time.Duration) weather {
	w := weather{noise: r.Float64() * 0.05, seed: r.Uint64()}
	for at := time.Duration(0); at < long; at += time.Duration(r.Int64N(int64(40 * time.Minute))) {
		g := gust{spell{hosts[r.IntN(len(hosts))], at, at + time.Duration(r.Int64N(int64(12*time.Minute)))}, 0.3 + 0.7*r.Float64(), monitor.FaultServer, 502}
		switch r.IntN(4) {
		case 0:
			g.fault, g.code = monitor.FaultTimeout, 0
		case 1:
			g.fault, g.code = monitor.FaultForbidden, 403
		}
		w.spells = append(w.spells, g)
	}
	return w
}

func (w weather) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	dice := rand.New(rand.NewPCG(w.seed, uint64(a.At.UnixNano())^hash(string(c.ID()))))
	o := monitor.Outcome{Took: 200 * time.Millisecond, Status: 200, IP: "203.0.113.7"}
	for _, g := range w.spells {
		if in := a.At.Sub(noon); g.host == c.Host && in >= g.from && in < g.to && dice.Float64() < g.share {
			o.Status, o.Fault = g.code, g.fault
		}
	}
	if dice.Float64() < w.noise {
		o.Status, o.Fault = 500, monitor.FaultServer
	}
	return o
}

func hash(s string) (h uint64) {
	for _, b := range []byte(s) {
		h = h*1099511628211 ^ uint64(b)
	}
	return h
}

// integration reports two hotels each minute, in the weather.
type integration struct {
	w       weather
	at, end time.Duration
	stirs   []time.Duration // when something happens that is to change nothing
	stir    func(n int, at time.Time) rehearse.Step
	n       int
}

func (i *integration) Next() (time.Time, rehearse.Step, bool) {
	if i.n < len(i.stirs) && i.stirs[i.n] <= i.at {
		at := noon.Add(i.stirs[i.n])
		i.n++
		step := i.stir(i.n, at)
		for i.at < i.stirs[i.n-1]+step.Off { // nobody takes what is reported meanwhile
			i.at += time.Minute
		}
		for i.n < len(i.stirs) && i.stirs[i.n] < i.at {
			i.n++
		}
		return at, step, true
	}
	if i.at >= i.end {
		return time.Time{}, rehearse.Step{}, false
	}
	at := noon.Add(i.at)
	i.at += time.Minute
	return at, rehearse.Step{Inputs: []monitor.Input{i.report(at)}}, true
}

func (i *integration) report(at time.Time) monitor.Report {
	r := monitor.Report{At: at, ID: fmt.Sprint(at.UnixNano()), Covers: time.Minute, Random: make([]byte, 32)}
	for _, code := range []string{"ALPN", "BERG"} {
		counts := map[int]int{}
		for k := range 30 {
			o := i.w.Ask(&monitor.Check{Name: code, Host: hosts[0]}, monitor.Attempt{At: at.Add(-time.Duration(k) * 2 * time.Second)})
			counts[o.Status]++
		}
		a := monitor.AccountReport{Code: code, Token: &monitor.TokenReport{At: at.Truncate(time.Hour), Expires: at.Truncate(time.Hour).Add(time.Hour)}}
		for status, n := range counts {
			c := monitor.Count{Module: "booking", Status: status, N: n}
			if status == 0 {
				c.Fault = monitor.FaultTimeout
			}
			a.Requests = append(a.Requests, c)
		}
		r.Accounts = append(r.Accounts, a)
	}
	return r
}

// shipped is the watchlist that ships, with two hotels that are reported.
func shipped(t *testing.T) monitor.Reconfigure {
	t.Helper()
	transport, err := probe.NewTransport(probe.TransportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	config := apaleo.Config{Hosts: apaleo.RealHosts(), Pace: monitor.RealPace(), Transport: transport}
	checks, err := apaleo.Watchlist(config)
	if err != nil {
		t.Fatal(err)
	}
	return monitor.Reconfigure{
		Checks: checks, Names: config.Names(), Controls: 3, Reported: config.Reported(), Advise: apaleo.Advise,
		Receivers: []monitor.Receiver{{Name: "ops"}},
	}
}

// TestStirsChangeNothing ensures that a restart, a gap, and a reload of the same watchlist open and end nothing,
// whatever is going on: what they set off themselves holds no event of any incident.
func TestStirsChangeNothing(t *testing.T) {
	t.Parallel()
	const long = 4 * time.Hour
	events, stirred, seen := 0, 0, 0
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 4))
		script := &integration{w: newWeather(r, long), end: long}
		for at := time.Duration(0); at < long; {
			at += time.Duration(r.Int64N(int64(20*time.Minute))) + 7*time.Nanosecond
			script.stirs = append(script.stirs, at)
		}
		p := rehearse.Play{Pace: monitor.RealPace(), Config: shipped(t), World: script.w, Script: script, Start: noon, End: noon.Add(long)}
		stirring := time.Time{}
		script.stir = func(n int, at time.Time) rehearse.Step {
			stirred++
			step := rehearse.Step{}
			switch n % 4 {
			case 0:
				again := shipped(t)
				again.At = at
				step.Inputs = []monitor.Input{again}
			case 1:
				step = rehearse.Step{Restart: true, Off: time.Duration(r.Int64N(int64(10 * time.Minute)))}
			case 2:
				step.Restart = true
			default:
				step.Off = time.Duration(r.Int64N(int64(time.Hour)))
			}
			stirring = at.Add(step.Off)
			return step
		}
		p.Watch = func(at time.Time, c monitor.Change, _ *monitor.Book) {
			events += len(c.Events)
			if at.Equal(stirring) {
				seen++
			}
			for _, e := range c.Events {
				if at.Equal(stirring) && e.Type != monitor.EventUpdated {
					t.Errorf("seed %d: at %v, when nothing happened: %s %s", seed, at.Sub(noon), e.Type, e.Incident.Text)
				}
			}
		}
		p.Run(t.Context())
	}
	if events < 50 || seen < stirred/2 {
		t.Errorf("only %d events, and %d of %d stirs seen: hardly tried", events, seen, stirred)
	}
}

// TestMemoryIsBounded ensures that what the book holds depends on what is watched, and not on for how long: after three
// days of changing weather, at a pace seven times as fast, it is no larger than after two. An eighth more is the growth of
// maps, which comes at random.
func TestMemoryIsBounded(t *testing.T) {
	const day = 24 * time.Hour
	world := weather{noise: 0.02, seed: 1}
	for at := time.Duration(0); at < 3*day; at += 5 * time.Hour {
		world.spells = append(world.spells, gust{spell{hosts[0], at, at + 10*time.Minute}, 0.9, monitor.FaultServer, 502})
	}
	config := shipped(t)
	config.Checks = []*monitor.Check{check("shop", hosts[0])}
	p := rehearse.Play{Pace: monitor.RealPace().Divide(7), Config: config, World: world, Script: &integration{w: world, end: 3 * day}, Start: noon, End: noon.Add(3 * day)}
	var sizes []uint64
	p.Watch = func(at time.Time, _ monitor.Change, _ *monitor.Book) {
		if at.Sub(noon) >= time.Duration(len(sizes)+1)*(day-time.Minute) {
			sizes = append(sizes, live())
		}
	}
	p.Run(t.Context())
	if len(sizes) != 3 || sizes[2] > sizes[1]+sizes[1]/8 {
		t.Errorf("bytes after each day: %d", sizes)
	}
}

// live is what is in use after a collection, in bytes.
func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
