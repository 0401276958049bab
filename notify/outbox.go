package notify

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"bellhop/monitor"
)

// Options make an Outbox.
type Options struct {
	Lanes []Lane
	// Submit hands an input to the owner of the book and returns once what came of it is durable, or an error
	// if it is not.
	Submit func(ctx context.Context, in monitor.Input) error
	Pace   monitor.Pace
	Log    zerolog.Logger
	Sender Sender
	// Blind says whether we cannot see out at present: failures do not count then. Nil is never.
	Blind func() bool
}

// An Outbox follows the book and sends what it owes. Load comes first, then Run; Watch, Reconfigure and Stats
// may be called at any time from anywhere.
type Outbox struct {
	options Options
	started chan *lane // lanes that Run has not begun yet

	mu     sync.Mutex // protects all below
	ledger *ledger
	lanes  map[string]*lane
}

// New makes an outbox that knows of no deliveries.
func New(o Options) *Outbox {
	if o.Blind == nil {
		o.Blind = func() bool { return false }
	}
	x := &Outbox{options: o, ledger: newLedger(monitor.Saved{}), lanes: map[string]*lane{}, started: make(chan *lane, maxLanes)}
	x.Reconfigure(o.Lanes)
	return x
}

// maxLanes is how many receivers can wait for Run to begin them; more than anybody has.
const maxLanes = 1024

// Load takes the book as it was stored. What was in flight then has an unknown outcome.
func (x *Outbox) Load(s monitor.Saved) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ledger = newLedger(s)
	x.nudgeLocked()
}

// Watch takes over a commit. It does not block, and is to be called in the order of the commits.
func (x *Outbox) Watch(c monitor.Change) {
	if len(c.Deliveries)+len(c.Incidents)+len(c.Events)+len(c.Notices) == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.buryLocked(c)
	x.ledger.enter(c)
	if len(c.Incidents)+len(c.Events)+len(c.Notices) > 0 {
		x.nudgeLocked()
		return
	}
	for id := range c.Deliveries { // what one receiver took is nothing to the others
		if l := x.lanes[id.Receiver]; l != nil {
			l.wake()
		}
	}
}

func (x *Outbox) nudgeLocked() {
	for _, l := range x.lanes {
		l.wake()
	}
}

// Reconfigure takes new receivers in place of the old ones. What is waiting to be tried again is tried at
// once. A receiver that is gone is told so, once for each incident it knows as open; its lane ends then. So is one that
// has its name from now on at another place, before that one is told anything.
func (x *Outbox) Reconfigure(lanes []Lane) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for name, l := range x.lanes {
		if !slices.ContainsFunc(lanes, func(n Lane) bool { return n.Receiver.Name == name }) {
			l.leaving, l.heir = true, nil
			l.wake()
		}
	}
	for _, spec := range lanes {
		x.assignLocked(spec)
	}
}

func (x *Outbox) assignLocked(spec Lane) {
	if l := x.lanes[spec.Receiver.Name]; l != nil {
		l.assignLocked(spec)
		l.wake()
		return
	}
	l := newLane(x, spec)
	x.lanes[spec.Receiver.Name] = l
	x.started <- l
}

// Retry tries at once what waits to be tried again on one receiver.
func (x *Outbox) Retry(receiver string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if l := x.lanes[receiver]; l != nil {
		l.fresh = time.Now()
		l.wake()
	}
}

// Run sends until ctx ends, and returns when every lane has stopped. A message without a receipt by then is
// the next run's.
func (x *Outbox) Run(ctx context.Context) error {
	var lanes sync.WaitGroup
	defer lanes.Wait()
	for {
		select {
		case l := <-x.started:
			lanes.Go(func() { l.run(ctx) })
		case <-ctx.Done():
			return nil
		}
	}
}
