package monitor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// An attempt that was cut short, slept through, or not watched at its deadline says nothing, whatever the
// probe says; what it spent of the client's tokens is spent.
func TestOutcomesNotToBeBelieved(t *testing.T) {
	for _, tt := range []struct {
		name   string
		takes  time.Duration
		cut    bool
		jolted bool
		want   Fault
	}{
		{"on time", time.Second, false, false, FaultServer},
		{"at its deadline", 8 * time.Second, false, false, FaultServer},
		{"cut short", time.Second, true, false, FaultCanceled},
		{"slept through", time.Second, false, true, FaultCanceled},
		{"long past its deadline", 11 * time.Second, false, false, FaultCanceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &scheduler{
				now: time.Now, jolted: func() bool { return tt.jolted }, stats: newStats(time.Now()), log: zerolog.Nop(),
			}
			ctx, cut := context.WithCancel(t.Context())
			defer cut()
			c := testCheck("a", 10*time.Second, func(context.Context, Attempt) Outcome {
				time.Sleep(tt.takes)
				if tt.cut {
					cut()
				}
				return Outcome{Fault: FaultServer, Forced: 1}
			})
			at := time.Now().Add(-2 * time.Second)
			o := s.attempt(ctx, Start{Check: c, Attempt: Attempt{At: at}})
			if o.Fault != tt.want || o.Forced != 1 || o.Check != "a" || !o.At.Equal(at) || o.Took != tt.takes {
				t.Errorf("%s: got %+v, want %q", tt.name, o, tt.want)
			}
			if n := s.stats.read(); n.Runs != 1 || n.Late != 1 {
				t.Errorf("%s: counted %d runs, %d late, want 1 and 1", tt.name, n.Runs, n.Late)
			}
		})
	}
}

// A probe has until its check's deadline, and no longer.
func TestAttemptsHaveADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &scheduler{now: time.Now, jolted: func() bool { return false }, stats: newStats(time.Now()), log: zerolog.Nop()}
		c := testCheck("a", 10*time.Second, func(ctx context.Context, _ Attempt) Outcome {
			<-ctx.Done()
			return Outcome{Fault: FaultCut}
		})
		if o := s.attempt(t.Context(), Start{Check: c, Attempt: Attempt{At: time.Now()}}); o.Took != 8*time.Second || o.Fault != FaultCut {
			t.Errorf("got %+v after %v, want it cut off after 8s", o, o.Took)
		}
	})
}
