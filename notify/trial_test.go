package notify_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// try takes a channel through a trial, and says what came of each step.
func try(ctx context.Context, c *channel, r monitor.Receiver) (ok []string, tried []notify.Tried) {
	l := lane(r, c)
	l.Check = func(context.Context) []notify.Step { return []notify.Step{{Name: "token", OK: true}} }
	tried = notify.Sender{Instance: "fra1"}.TryOut(ctx, l, monitor.RealPace(), time.Now())
	for _, s := range tried {
		if s.OK {
			ok = append(ok, s.Name)
		}
	}
	return ok, tried
}

// TestTrialIsAWholeAlert ensures that a receiver is taken through an opening, a change and an end, that each of the
// letters knows what the one before is called there, and that every message says that it is a test.
func TestTrialIsAWholeAlert(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		ok, _ := try(t.Context(), c, monitor.Receiver{Name: "a"})
		equal(t, "went well", ok, []string{"token", "open", "change", "end"})
		equal(t, "told", c.types(), events{opened, updated, resolved})
		for _, l := range c.got() {
			if !strings.Contains(string(l.Body), "TEST") {
				t.Errorf("no test: %s", l.Body)
			}
		}
	})
}

// TestTrialLeavesNothingOpen ensures that what was opened by a test is ended, whatever came between, and that a
// receiver which did not take the opening is sent nothing more.
func TestTrialLeavesNothingOpen(t *testing.T) {
	refuses := func(what monitor.EventType, result monitor.SendResult, times int) func(int, notify.Letter) error {
		return func(_ int, l notify.Letter) error {
			if l.Type == what && times > 0 {
				times--
				return &notify.Refusal{Result: result, Reason: "503 Service Unavailable", Status: 503}
			}
			return nil
		}
	}
	for name, tt := range map[string]struct {
		answer func(int, notify.Letter) error
		r      monitor.Receiver
		ok     []string
		told   events
	}{
		"the change fails":           {refuses(updated, monitor.Refused, 9), monitor.Receiver{}, []string{"token", "open", "end"}, events{opened, updated, updated, updated, resolved}},
		"the change is not possible": {refuses(updated, monitor.Unmended, 9), monitor.Receiver{}, []string{"token", "open", "end"}, events{opened, updated, resolved}},
		"the end fails at first":     {refuses(resolved, monitor.Refused, 2), monitor.Receiver{}, []string{"token", "open", "change", "end"}, events{opened, updated, resolved, resolved, resolved}},
		"the opening may be there":   {refuses(opened, monitor.Ambiguous, 9), monitor.Receiver{Keyless: true}, []string{"token", "change", "end"}, events{opened, updated, resolved}},
		"the opening comes twice":    {refuses(opened, monitor.Ambiguous, 1), monitor.Receiver{}, []string{"token", "open", "change", "end"}, events{opened, opened, updated, resolved}},
		"it did not open":            {refuses(opened, monitor.Unmended, 9), monitor.Receiver{}, []string{"token"}, events{opened}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &channel{answer: tt.answer}
				ok, _ := try(t.Context(), c, tt.r)
				equal(t, "went well", ok, tt.ok)
				equal(t, "told", c.types(), tt.told)
			})
		})
	}
	t.Run("who asked has gone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			c := &channel{answer: func(int, notify.Letter) error { cancel(); return nil }}
			try(ctx, c, monitor.Receiver{})
			equal(t, "told", c.types(), events{opened, resolved})
		})
	})
	t.Run("the end fails", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := &channel{answer: refuses(resolved, monitor.Refused, 9)}
			_, tried := try(t.Context(), c, monitor.Receiver{})
			last := tried[len(tried)-1]
			if last.OK || !strings.Contains(last.Detail, "503") || !strings.Contains(last.Detail, "close it by hand") {
				t.Errorf("the end: %+v", last)
			}
		})
	})
}

// TestTrialFallsBackToPlain ensures that a test shows what a receiver would get: the plain form, where it does not take
// the full one, and the time it asks for.
func TestTrialFallsBackToPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(n int, l notify.Letter) error {
			switch {
			case n == 1:
				return &notify.Refusal{Result: monitor.Refused, Status: 429, After: 7 * time.Second}
			case !strings.Contains(string(l.Body), "plain true"):
				return &notify.Refusal{Result: monitor.Content, Status: 413}
			}
			return nil
		}}
		began := time.Now()
		ok, _ := try(t.Context(), c, monitor.Receiver{})
		if !slices.Contains(ok, notify.TrialEnd) || time.Since(began) != 9*time.Second {
			t.Errorf("went well: %v after %v", ok, time.Since(began))
		}
	})
}
