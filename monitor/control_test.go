package monitor

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// controlHosts are three that answer as long as up says, after so long.
func controlHosts(up *atomic.Bool, asked *atomic.Int32, takes time.Duration) (list []ControlHost) {
	for i := range 3 {
		list = append(list, ControlHost{Name: fmt.Sprint("host", i), Ask: func(ctx context.Context) bool {
			asked.Add(1)
			select {
			case <-time.After(takes):
				return up.Load()
			case <-ctx.Done():
				return false
			}
		}})
	}
	return list
}

// A hundred connection failures at once ask the control hosts one time; other failures do not ask them.
func TestControlsAreAskedOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		var asked atomic.Int32
		up.Store(true)
		var checks []*Check
		for i := range 100 {
			f := FaultConnect
			if i == 0 {
				f = FaultServer
			}
			c := testCheck(fmt.Sprint("c", i), 10*time.Second, func(context.Context, Attempt) Outcome { return Outcome{Fault: f} })
			c.Schedule = EverySchedule("the same for all", 10*time.Second)
			checks = append(checks, c)
		}
		r := begin(t, Options{Controls: controlHosts(&up, &asked, 50*time.Millisecond)}, checks...)
		after(10 * time.Second)
		r.end(t)
		if n := asked.Load(); n != 3 {
			t.Errorf("3 control hosts were asked %d times", n)
		}
		for _, o := range seen[Outcome](r.book) {
			if want := o.Fault == FaultConnect; want != (len(o.Controls) == 3) || want && !o.Controls[0].OK {
				t.Errorf("%s %s: controls %v", o.Check, o.Fault, o.Controls)
			}
		}
	})
}

// While we are cut off the control hosts are asked again by themselves, in bounded time each, until two
// rounds in a row found a way out.
func TestControlsAreAskedAgainWhileCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		var asked atomic.Int32
		r := begin(t, Options{Controls: controlHosts(&up, &asked, 0)}, testCheck("a", time.Hour, func(context.Context, Attempt) Outcome {
			return Outcome{Fault: FaultDNS}
		}))
		after(time.Minute + 35*time.Second)
		n := len(seen[Controls](r.book))
		if n < 3 {
			t.Fatalf("asked again %d times, want every 10 s", n)
		}
		up.Store(true)
		after(5 * time.Minute)
		r.end(t)
		again := seen[Controls](r.book)
		if got := len(again) - n; got != 2 {
			t.Errorf("asked again %d times after the way out was back, want 2", got)
		}
		for i := 1; i < len(again); i++ {
			if d := again[i].At.Sub(again[i-1].At); d < 10*time.Second || d > 16*time.Second {
				t.Errorf("asked again after %v, want 10s", d)
			}
		}
	})
}

func TestControlsThatHangAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		var asked atomic.Int32
		r := begin(t, Options{Controls: controlHosts(&up, &asked, time.Hour)}, testCheck("a", 10*time.Second, func(context.Context, Attempt) Outcome {
			return Outcome{Fault: FaultConnect}
		}))
		after(16 * time.Second)
		got := seen[Outcome](r.book)
		r.end(t)
		if len(got) == 0 || len(got[0].Controls) != 3 || got[0].Controls[0].OK {
			t.Errorf("got %+v, want three that did not answer", got)
		}
	})
}
