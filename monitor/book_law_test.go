package monitor_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// lawSteps is how many inputs the laws of the book are tried on: BELLHOP_LAWS, of which make torture wants a
// million.
func lawSteps(t *testing.T) int {
	given := os.Getenv("BELLHOP_LAWS")
	if given == "" {
		return 24_000
	}
	n, err := strconv.Atoi(given)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBookLaws feeds the book with whatever can come, and more, in random order: outcomes of all faults,
// gaps, notes, receipts, acts, reloads, restarts. Whatever comes, there is one open incident per cause, every open
// signal is in one, versions have no holes, every event is owed to every receiver that wants it, Decide
// leaves the book as it was, and a restart is invisible. Of what people silence: those of people's laws below.
func TestBookLaws(t *testing.T) {
	steps := lawSteps(t)
	for seed := range uint64(steps / 3000) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := newWild(t, seed)
			for range 3000 {
				w.step()
				if t.Failed() {
					return
				}
			}
			if w.events < 10 {
				t.Errorf("only %d events: the laws were hardly tried", w.events)
			}
		})
	}
}

// wild is a world without reason.
type wild struct {
	*simulation
	r      *rand.Rand
	all    []*monitor.Check
	events int
	people *people
	mood   [4]float64 // how likely failures are, by host: the world has good and bad hours
}

func newWild(t *testing.T, seed uint64) *wild {
	checks, names := shipped([]string{"a", "b", "c"})
	checks = append(checks, beatCheck(strings.Fields("nightly @every 20m grace 5m")), own("shop", "shop.example.com:443"), own("till", "shop.example.com:443"), own("desk", "desk.example.com:443"))
	cast := monitor.Reconfigure{Checks: checks, Names: names, Controls: 3, Reported: reporting([]string{"a", "b", "c"}), Receivers: []monitor.Receiver{
		{Name: "ops"},
		{Name: "pager", When: monitor.When{Severity: []string{"down"}, Scope: []string{"all"}}, After: 5 * time.Minute},
		{Name: "desk", Edits: 5 * time.Second, Remind: 20 * time.Minute},
		{Name: "phone", NoRecap: true, When: monitor.When{Severity: []string{"down"}}, Remind: 5 * time.Minute},
		{Name: "room", Posts: true, Keyless: true, When: monitor.When{Side: []monitor.Side{monitor.SideApaleo}}},
	}}
	w := &wild{r: rand.New(rand.NewPCG(seed, 1)), all: checks}
	cast.Maintenance = []monitor.MaintenanceWindow{{Name: "backup", Target: monitor.Target{Accounts: []string{"b"}}, Schedule: monitor.EverySchedule("x", 50*time.Minute), For: 12 * time.Minute}}
	w.simulation = newSimulation(t, cast, day)
	w.people = newPeople(w, cast.Receivers)
	guard(t, w.simulation)
	laws := w.watch
	w.watch = func(c monitor.Change) {
		laws(c)
		w.owedToAll(c)
		w.people.watch(c)
		w.events += len(c.Events)
	}
	return w
}

// faults are all that an attempt can come to, often good.
var faults = []monitor.Fault{
	"", "", "", monitor.FaultServer, monitor.FaultServer, monitor.FaultTimeout, monitor.FaultConnect, monitor.FaultForbidden,
	monitor.FaultUnauthorized, monitor.FaultClient, monitor.FaultQuota, monitor.FaultNoToken, monitor.FaultNotFound,
	monitor.FaultCanceled, monitor.FaultBody, monitor.FaultExpiring, monitor.FaultUnconfirmed, monitor.FaultSuspended,
}

func (w *wild) step() {
	w.now = w.now.Add(time.Duration(w.r.IntN(9000)) * time.Millisecond)
	if w.r.IntN(400) == 0 {
		for i := range w.mood {
			w.mood[i] = float64(w.r.IntN(3)) / 2
		}
	}
	switch n := w.r.IntN(1000); {
	case n < 2:
		w.decide(monitor.Gap{At: w.now, From: w.now.Add(-time.Duration(w.r.IntN(4000)) * time.Second), To: w.now})
	case n < 4:
		w.shuffle()
	case n < 6:
		w.restarted()
	case n < 8:
		w.decide(monitor.HotelOrder{At: w.now, Account: oneOf(w.r, wildCodes), What: oneOf(w.r, []monitor.HotelWord{monitor.HotelForget, monitor.HotelRekey}), Random: make([]byte, 32)})
	case n < 20:
		w.decide(monitor.Beat{At: w.now, Check: "nightly", Fail: w.r.IntN(4) == 0})
	case n < 60:
		w.decide(w.report())
	case n < 70:
		w.decide(w.people.act())
	case n < 72:
		w.receivers[oneOf(w.r, []string{"ops", "pager", "room", "desk", "phone"})] = oneOf(w.r, []string{"", "", "dead", "slow"})
		if w.r.IntN(3) == 0 {
			w.people.dismiss()
		}
	case n < 200:
		w.decide(monitor.Tick{At: w.now})
		w.people.ticked()
		w.deliver()
	default:
		w.decide(w.outcome())
	}
}

// outcome is one attempt of a random check, as the mood of its host wants it.
func (w *wild) outcome() monitor.Outcome {
	n := w.r.IntN(len(w.config.Checks))
	c := w.config.Checks[n]
	if c.Reported {
		return w.outcome()
	}
	o := monitor.Outcome{Check: c.ID(), At: w.now, Started: w.now, Took: time.Duration(w.r.IntN(5000)) * time.Millisecond, Status: 200, IP: "203.0.113.9"}
	if w.r.Float64() < w.mood[len(c.Host)%len(w.mood)] {
		o.Fault, o.Status = faults[w.r.IntN(len(faults))], 502
		if o.Fault == monitor.FaultQuota {
			o.Status = 429
		}
	}
	if o.Fault.Connection() {
		o.Status, o.IP, o.Controls = 0, "", controls(w.r.IntN(4) > 0)
	}
	return o
}

// shuffle reloads a watchlist that lacks some checks, or asks some of them something else.
func (w *wild) shuffle() {
	w.config.Checks = nil
	for _, c := range w.all {
		k := *c
		switch w.r.IntN(12) {
		case 0:
			continue
		case 1:
			k.Asks += "'"
		}
		w.config.Checks = append(w.config.Checks, &k)
	}
	w.people.replanned(w.config.Checks)
	w.config.At = w.now
	w.decide(w.config)
}

// restarted checks that a new process goes on as the old one would have: it decides the same on what comes
// next. What is known of the way out since start is not kept, so what comes next is a good answer.
func (w *wild) restarted() {
	w.decide(monitor.Tick{At: w.now}) // a new process learns the time at once, and with it which pauses are over
	old := w.book
	w.book = monitor.NewBook(w.kept.saved(w.t), w.pace, advise)
	clear(w.plans)
	w.config.At = w.now
	w.decide(w.config)
	if a, b := old.Snapshot(w.now).Silences, w.book.Snapshot(w.now).Silences; !reflect.DeepEqual(a, b) {
		w.t.Fatalf("after a restart %v are in force or to come, without %v", b, a)
	}
	next := w.outcome()
	for next.Fault.Connection() {
		next = w.outcome()
	}
	a, b := old.Decide([]monitor.Input{next}), w.book.Decide([]monitor.Input{next})
	if len(a.Events) != len(b.Events) || len(a.Events) > 0 && !reflect.DeepEqual(a.Events, b.Events) {
		w.t.Fatalf("after a restart %v\nwithout %v", b.Events, a.Events)
	}
}

// decide feeds one input, and fails the test if deciding changed the book.
func (w *wild) decide(in monitor.Input) {
	first := w.book.Decide([]monitor.Input{in})
	if second := w.book.Decide([]monitor.Input{in}); !reflect.DeepEqual(first.Events, second.Events) {
		w.t.Errorf("%T: decided %v, then %v", in, first.Events, second.Events)
	}
	w.feed(in)
}

// owedToAll fails the test if a receiver that wants an event is not owed it.
func (w *wild) owedToAll(c monitor.Change) {
	for _, e := range c.Events {
		for _, r := range w.config.Receivers {
			if !r.When.Wants(&e.Incident) {
				continue
			}
			d := c.Deliveries[monitor.DeliveryID{Receiver: r.Name, Incident: e.Incident.ID}]
			if d == nil || !d.Wants {
				w.t.Errorf("%s is not owed version %d of %s", r.Name, e.Incident.Version, e.Incident.ID)
				continue
			}
			if e.Incident.State == monitor.IncidentOpen && c.Incidents[e.Incident.ID].State == monitor.IncidentOpen && d.Settled && d.Dead == "" {
				w.t.Errorf("%s is owed nothing of %s, which is open", r.Name, e.Incident.ID)
			}
		}
	}
}
