package monitor

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// ErrEpoch is what Save fails with when another instance has taken the book over. It ends Run.
var ErrEpoch = errors.New("another instance has taken over the book")

// ErrStopped is what Submit fails with when the monitor has stopped; whether the input counted is not known.
var ErrStopped = errors.New("the monitor has stopped")

// Options are what a Monitor is made of.
type Options struct {
	Store    Store
	Saved    Saved // what Store.Load gave
	Pace     Pace
	Advise   Adviser
	First    Reconfigure // what is watched at first; At may be left zero
	Controls []ControlHost
	// Watch is told each change after it was applied, by the goroutine that owns the book: it must not
	// block, nor write to the change.
	Watch      func(Change)
	Log        zerolog.Logger
	Instance   string // what this instance calls itself
	MaxRunning int    // attempts under way at a time; 0 is 512
}

// A Monitor asks, decides and stores: it is the only owner of the Book.
type Monitor struct {
	Options

	clock    *clock
	inbox    *inbox
	sched    *scheduler
	controls *controls
	stats    *stats
	owner    *owner

	shown   atomic.Pointer[Snapshot]
	wanted  atomic.Bool // somebody wants a newer snapshot
	spilled atomic.Bool // the inbox was full once, and that was logged
	stopped chan struct{}
}

// New opens a Book on what was saved. Nothing is asked before Run.
func New(o Options) *Monitor { return newMonitor(o, NewBook(o.Saved, o.Pace, o.Advise)) }

func newMonitor(o Options, book ledger) *Monitor {
	if o.MaxRunning <= 0 {
		o.MaxRunning = defaultRunning
	}
	m := &Monitor{Options: o, clock: newClock(), inbox: newInbox(), stopped: make(chan struct{})}
	m.stats = newStats(m.Now())
	m.stats.window = cmp.Or(o.Pace.BudgetWindow, time.Minute)
	m.controls = newControls(o.Controls, o.Pace, m.Now, func(c Controls) { m.inbox.put(item{in: c}) })
	m.sched = &scheduler{
		agenda: newAgenda(o.Pace, o.MaxRunning), orders: make(chan order), over: make(chan *entry),
		now: m.Now, jolted: m.clock.jolted, controls: m.controls, stats: m.stats, log: o.Log, post: m.post,
	}
	m.owner = newOwner(m, book)
	m.Saved = Saved{ID: o.Saved.ID, Epoch: o.Saved.Epoch, Committed: o.Saved.Committed} // the book holds the rest by now
	m.inbox.fit(len(o.First.Checks))
	m.shown.Store(m.owner.view())
	return m
}

// Run asks, decides and stores until ctx ends, which is no error, or until another instance has taken over
// (ErrEpoch). It is called once, and returns when all it started has ended.
func (m *Monitor) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer close(m.stopped)
	defer parts.Wait()
	defer cancel()
	m.open()
	parts.Go(func() { m.sched.run(ctx) })
	parts.Go(func() { m.controls.run(ctx) })
	parts.Go(func() { m.watchClock(ctx) })
	return m.owner.run(ctx)
}

// open puts what the book must know before anything is asked: what to watch, and since when nobody did. How long
// a check may go unseen is the watchlist's to say, so that comes first.
func (m *Monitor) open() {
	now := m.Now()
	if m.First.At.IsZero() {
		m.First.At = now
	}
	m.inbox.put(item{in: m.First})
	if from := m.Saved.Committed; !from.IsZero() {
		if from.After(now) {
			from = time.Time{} // the clock was wrong then or is now: nobody knows how long it was
		}
		m.gap(Gap{At: now, From: from, To: now})
	}
}

func (m *Monitor) gap(g Gap) {
	m.stats.change(func(s *EngineStats) {
		s.Gaps++
		if !g.From.IsZero() {
			s.GapTime += g.To.Sub(g.From)
		}
	})
	m.inbox.put(item{in: g})
}

// Now is engine time: UTC, and steady while the machine's clock is being set. Inputs carry it.
func (m *Monitor) Now() time.Time { return m.clock.Now() }

// Submit hands in an input, and returns once it is durable and applied. While the book goes on without its
// store, applied is enough. After an error (of ctx, or ErrStopped) it may be applied all the same.
func (m *Monitor) Submit(ctx context.Context, in Input) error {
	done := make(chan error, 1)
	m.inbox.put(item{in: in, done: done})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-m.stopped:
	}
	select {
	case err := <-done:
		return err
	default:
		return ErrStopped
	}
}

// Snapshot is the book as it was lately: a second ago at most, and four times a second if somebody asks so
// often; older only while the store hangs, which Snapshot.At shows. It never waits.
func (m *Monitor) Snapshot() *Snapshot {
	s := m.shown.Load()
	if m.Now().Sub(s.At) >= m.showEvery() && m.wanted.CompareAndSwap(false, true) {
		m.inbox.poke()
	}
	return s
}

// showEvery is how far apart snapshots are at least.
func (m *Monitor) showEvery() time.Duration {
	return max(m.Pace.Of(time.Second/4), 25*time.Millisecond)
}

// post hands an outcome to the owner, and waits for nothing.
func (m *Monitor) post(c *Check, o Outcome) {
	if m.inbox.offer(item{in: o, check: c}) {
		return
	}
	m.stats.change(func(s *EngineStats) { s.Overflow++ })
	if m.spilled.CompareAndSwap(false, true) {
		m.Log.Error().Str("check", string(c.ID())).Msg("inbox overflowed")
	}
}

// watchClock finds out when time did not go on as it should. What was under way then says nothing.
func (m *Monitor) watchClock(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	last := m.reading()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := m.reading()
		if j, unseen := judge(last, now, m.clock.off(now)); j != noJolt {
			m.jolt(ctx, j, now, unseen)
		}
		last = now
	}
}

func (m *Monitor) reading() reading {
	r := m.clock.read()
	r.boot = bootTime()
	return r
}

func (m *Monitor) jolt(ctx context.Context, j jolt, now reading, unseen time.Duration) {
	m.clock.set(now)
	m.sched.send(ctx, (*agenda).resync)
	at := m.clock.at(now)
	m.gap(Gap{At: at, From: at.Add(-unseen), To: at})
	m.Log.Warn().Str("what", string(j)).Dur("unseen", unseen).Msg("time jumped")
}
