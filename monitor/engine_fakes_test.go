package monitor

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// scribe is a book that writes down what it is told: a sample for every outcome, urgent if it failed, and a
// notice for every note.
type scribe struct {
	mu      sync.Mutex // protects all below
	decided int
	applied []Input
	alone   bool
	plans   func(Outcome) []CheckPlan
	pending []Input
}

func (s *scribe) Decide(in []Input) Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decided++
	s.pending = slices.Clone(in)
	c := Change{Notices: map[string]*Notice{}}
	for _, i := range in {
		c.At = i.at()
		switch i := i.(type) {
		case Outcome:
			c.Samples = append(c.Samples, Sample{Check: i.Check, At: i.At, Fault: i.Fault})
			c.Urgent = c.Urgent || i.Fault != FaultNone
			if s.plans != nil {
				c.Plans = append(c.Plans, s.plans(i)...)
			}
		case Attempting:
			c.Deliveries = map[DeliveryID]*Delivery{i.Delivery: {}}
		case Note:
			c.Notices[i.Key] = &Notice{Key: i.Key, Over: i.Over, Text: i.Text}
			c.Urgent = true
		}
	}
	return c
}

func (s *scribe) Apply(Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.applied, s.pending = append(s.applied, s.pending...), nil
}

func (s *scribe) SetRecording(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alone = !on
}

func (s *scribe) Snapshot(now time.Time) *Snapshot { return &Snapshot{At: now} }
func (s *scribe) Forget(time.Time) int             { return 0 }

// seen are the applied inputs of one kind, in order.
func seen[T Input](s *scribe) (in []T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.applied {
		if i, ok := i.(T); ok {
			in = append(in, i)
		}
	}
	return in
}

var errDisk = errors.New("disk full")

// shelf is a store in memory. fault says what becomes of the nth Save.
type shelf struct {
	takes time.Duration
	fault func(n int) (applied bool, err error)

	mu    sync.Mutex // protects all below
	tries int
	saves int // that were applied and held more than a tick's nothing
	all   Change
	epoch int64
}

func (s *shelf) Load(context.Context) (Saved, error) { return Saved{}, nil }

func (s *shelf) Save(ctx context.Context, epoch int64, c Change) error {
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries++
	s.epoch = epoch
	if s.fault != nil {
		if applied, err := s.fault(s.tries); err != nil {
			if applied {
				s.all = s.all.Merge(c)
			}
			return err
		}
	}
	s.saves++
	s.all = s.all.Merge(c)
	return nil
}

func (s *shelf) state() (saves int, all Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saves, s.all
}

// A rig is a running Monitor with a scribe for a book.
type rig struct {
	*Monitor
	book *scribe
	stop context.CancelFunc
	done chan error
}

// begin runs a Monitor inside a synctest bubble; the test's end stops it and waits for it.
func begin(t *testing.T, o Options, checks ...*Check) *rig {
	t.Helper()
	if o.Store == nil {
		o.Store = &shelf{}
	}
	if o.Pace.By == 0 {
		o.Pace = RealPace()
	}
	o.Log, o.First.Checks = zerolog.New(t.Output()), checks
	r := &rig{book: &scribe{}, done: make(chan error, 1)}
	r.Monitor = newMonitor(o, r.book)
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	go func() { r.done <- r.Run(ctx) }()
	return r
}

func (r *rig) end(t *testing.T) {
	t.Helper()
	r.stop()
	if err := <-r.done; err != nil {
		t.Errorf("run: %v", err)
	}
}

// after lets time pass, and everything come to rest.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
