package monitor

import (
	"cmp"
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

const (
	// defaultRunning is how many attempts may be under way: far more than hang when a tenth of a
	// thousand checks does, and few enough that their sockets fit into the usual limit of 1024 files.
	defaultRunning = 512
	// lookEvery is how long the scheduler sleeps at most: its tick shows that it lives.
	lookEvery = time.Second
	// defaultTimeout is for a check that was made without one.
	defaultTimeout = 10 * time.Second
	// overrun is how far past its deadline an attempt can end and still tell something: beyond that,
	// the machine stood still and nobody watched the deadline.
	overrun = 2 * time.Second
)

// scheduler asks checks when they are due. One goroutine owns its agenda; others send it orders.
type scheduler struct {
	agenda   *agenda
	orders   chan order
	over     chan *entry
	now      func() time.Time
	jolted   func() bool
	controls *controls
	stats    *stats
	log      zerolog.Logger
	post     func(*Check, Outcome)
}

// An order changes the agenda. The attempts of the entries it returns are cut short.
type order func(a *agenda, now time.Time) (void []*entry)

// send gives an order, and waits only for the scheduler, which waits for nobody.
func (s *scheduler) send(ctx context.Context, o order) {
	select {
	case s.orders <- o:
	case <-ctx.Done():
	}
}

// next tells when each check is asked next.
func (s *scheduler) next(ctx context.Context) map[CheckID]time.Time {
	next := make(chan map[CheckID]time.Time, 1)
	s.send(ctx, func(a *agenda, _ time.Time) []*entry {
		times := make(map[CheckID]time.Time, len(a.entries))
		for id, e := range a.entries {
			times[id] = e.due()
		}
		next <- times
		return nil
	})
	select {
	case times := <-next:
		return times
	case <-ctx.Done():
		return nil
	}
}

// run asks until ctx ends, and returns when every attempt has.
func (s *scheduler) run(ctx context.Context) {
	var attempts sync.WaitGroup
	defer attempts.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case e := <-s.over:
			s.agenda.ended(e)
		case o := <-s.orders:
			for _, e := range o(s.agenda, s.now()) {
				if e.cut != nil {
					e.cut()
				}
			}
		}
		for _, st := range s.agenda.due(s.now()) {
			s.begin(ctx, st, &attempts)
		}
		s.count()
		timer.Reset(s.pause())
	}
}

// begin starts an attempt on a goroutine of its own. Its outcome is posted before the check can be asked
// again, so that outcomes of one check arrive in order.
func (s *scheduler) begin(ctx context.Context, st Start, attempts *sync.WaitGroup) {
	asking, cut := context.WithCancel(ctx)
	st.entry.cut = cut
	attempts.Go(func() {
		defer cut()
		s.post(st.Check, s.attempt(asking, st))
		select {
		case s.over <- st.entry:
		case <-ctx.Done():
		}
	})
}

// pause is how long nothing is due. With nobody free to ask, the end of an attempt is what to wait for.
func (s *scheduler) pause() time.Duration {
	a := s.agenda
	if len(a.queue) == 0 || a.running >= a.max {
		return lookEvery
	}
	return min(max(a.queue[0].due().Sub(s.now()), 0), lookEvery)
}

// count hands on what the agenda counted.
func (s *scheduler) count() {
	a, now := s.agenda, s.now()
	s.stats.change(func(st *EngineStats) {
		st.LastTick = now
		st.Skipped += uint64(len(a.skipped))
		st.PutOff += uint64(a.putOff)
		for _, id := range a.skipped {
			st.SkippedBy[id]++
		}
	})
	a.skipped, a.putOff = a.skipped[:0], 0
}

// attempt asks once and fills in what the probe cannot know.
func (s *scheduler) attempt(ctx context.Context, st Start) Outcome {
	c, begun := st.Check, s.now()
	s.stats.began(c, begun, begun.Sub(st.Attempt.At))
	limit := cmp.Or(c.Timeout, defaultTimeout)
	o := s.ask(ctx, c, st.Attempt, limit)
	ended := s.now()
	s.stats.ended(c, o, ended)
	o.Check, o.At, o.Started = c.ID(), st.Attempt.At, begun
	o.Took = cmp.Or(o.Took, ended.Sub(begun))
	// What was cut short looks like an outage and is none; nor can an attempt be believed during which
	// the machine slept or stood still.
	if ctx.Err() != nil || s.jolted() || ended.Sub(begun) > limit+overrun || ended.Before(begun) {
		return Outcome{Check: o.Check, At: o.At, Started: begun, Took: max(o.Took, 0), Forced: o.Forced, Fault: FaultCanceled}
	}
	if o.Fault.Connection() {
		o.Controls = s.controls.ask(ctx)
	}
	return o
}

// ask runs the probe with a deadline. A panic is our own fault, and no outage.
func (s *scheduler) ask(ctx context.Context, c *Check, a Attempt, limit time.Duration) (o Outcome) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			o = Outcome{Fault: FaultPanic}
			if s.stats.panic(c.ID()) {
				s.log.Error().Str("check", string(c.ID())).Any("panic", p).Bytes("stack", debug.Stack()).Msg("probe panicked")
			}
		}
	}()
	return c.Ask(ctx, a)
}
