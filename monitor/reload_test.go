package monitor_test

import (
	"slices"
	"testing"

	"bellhop/monitor"
)

// without is a watchlist that lacks a check.
func without(r monitor.Reconfigure, id monitor.CheckID) monitor.Reconfigure {
	r.Checks = slices.DeleteFunc(slices.Clone(r.Checks), func(c *monitor.Check) bool { return c.ID() == id })
	return r
}

// TestReloadsInOneBatch ensures that a check that is removed and put back before anything is stored ends what
// it had open, once, and starts afresh.
func TestReloadsInOneBatch(t *testing.T) {
	s := perform(t, "own shop shop.example.com:443\nreceiver ops\n10:00:00 start\n10:02:00 begin check:shop 500\n10:10:00 stop")
	s.config.At = s.now
	gone := without(s.config, "shop")
	var told []monitor.EventType
	watch := s.watch
	s.watch = func(c monitor.Change) {
		watch(c)
		for _, e := range c.Events {
			told = append(told, e.Type)
		}
	}
	s.feed(gone, gone, s.config, s.ask(s.check("shop"), s.now))
	if len(told) != 1 || told[0] != monitor.EventResolved {
		t.Errorf("told %v, want one end", told)
	}
	for _, v := range s.book.Snapshot(s.now).Checks {
		if sig := v.Row.Signal(monitor.Availability); sig.Phase != monitor.Suspect || sig.Attempts != 1 {
			t.Errorf("%s is %s after %d attempts, want it to start afresh", v.Check.ID(), sig.Phase, sig.Attempts)
		}
	}
}
