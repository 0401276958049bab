package notify_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// TestRemovedReceiverHearsOnce ensures that a receiver that is removed hears so once for what it knows as
// open, the end of what is over, and then nothing; and that it can come back.
func TestRemovedReceiverHearsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &channel{}, &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, a), lane(monitor.Receiver{Name: "b"}, b))
		d.say(incident("i", 1, isOpen), opened, "a", "b")
		d.say(incident("later", 1, isOpen), opened, "b")
		synctest.Wait()
		d.out.Reconfigure([]notify.Lane{lane(monitor.Receiver{Name: "b"}, b)})
		synctest.Wait()
		d.say(incident("i", 2, isOver), resolved, "a", "b")
		time.Sleep(time.Hour)
		equal(t, "a was told", a.types(), events{opened, updated})
		if last := string(a.got()[1].Body); !strings.Contains(last, "NO LONGER TOLD HERE") {
			t.Errorf("last word %q", last)
		}
		if row := d.row("a", "i"); !row.Settled || row.Dead == "" {
			t.Errorf("row %+v", row)
		}
		if n := len(d.out.Stats()); n != 1 {
			t.Errorf("%d lanes", n)
		}
		d.out.Reconfigure([]notify.Lane{lane(monitor.Receiver{Name: "a"}, a), lane(monitor.Receiver{Name: "b"}, b)})
		d.say(incident("j", 1, isOpen), opened, "a")
		synctest.Wait()
		equal(t, "back again", a.types()[2:], events{opened})
	})
}

// TestRemovedDeadReceiverIsLetGo ensures that a receiver that does not answer does not keep its lane.
func TestRemovedDeadReceiverIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		for n := range 5 {
			d.say(incident(fmt.Sprint("i", n), 1, isOpen), opened, "a")
		}
		synctest.Wait()
		c.answers(func(int, notify.Letter) error { return errHang })
		d.out.Reconfigure(nil)
		time.Sleep(2 * time.Minute)
		if n := len(d.out.Stats()); n != 0 {
			t.Errorf("%d lanes", n)
		}
		for n := range 5 {
			if row := d.row("a", fmt.Sprint("i", n)); !row.Settled {
				t.Errorf("row %d: %+v", n, row)
			}
		}
	})
}

// TestReloadTriesAtOnce ensures that a corrected configuration is tried without waiting.
func TestReloadTriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad, good := &channel{answer: always(monitor.Unmended)}, &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, bad))
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Second)
		d.out.Reconfigure([]notify.Lane{lane(monitor.Receiver{Name: "a"}, good)})
		synctest.Wait()
		equal(t, "told", good.types(), events{opened})
	})
}

// TestStats ensures that each lane counts what it owes and what came of its attempts.
func TestStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &channel{answer: always(monitor.Refused)}, &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, a), lane(monitor.Receiver{Name: "b"}, b))
		d.say(incident("i", 1, isOpen), opened, "a", "b")
		d.say(incident("alone", 1, isOpen), opened, "a")
		time.Sleep(10 * time.Minute)
		if s := d.out.Stats(); s[0].Owed != 2 || s[0].Err == "" || s[1].Owed != 0 || s[1].Attempts[monitor.Accepted] != 1 {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestStatsOfNotices ensures that a notice that is not taken is counted as an incident is, with how long it waits.
func TestStatsOfNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, lane(monitor.Receiver{Name: "a"}, &channel{answer: always(monitor.Refused)}))
		n := &monitor.Notice{ID: "ntc_mine", Key: "key", At: time.Now(), Text: "a thing to know"}
		id := monitor.DeliveryID{Receiver: "a", Incident: n.ID}
		row := monitor.Delivery{DeliveryID: id, Wants: true}
		d.rows[id] = row
		d.out.Watch(monitor.Change{Notices: map[string]*monitor.Notice{n.Key: n}, Deliveries: map[monitor.DeliveryID]*monitor.Delivery{id: &row}})
		time.Sleep(10 * time.Minute)
		if s := d.out.Stats()[0]; s.Owed != 1 || !s.Oldest.Equal(n.At) {
			t.Errorf("stats %+v", s)
		}
	})
}

// TestOtherKindGetsItsOwnForm ensures that a receiver that was made another kind of receiver under its old
// name is not sent what was written for the old one; the same kind gets the same bytes.
func TestOtherKindGetsItsOwnForm(t *testing.T) {
	for _, kind := range []string{"slack", "webhook"} {
		synctest.Test(t, func(t *testing.T) {
			old, now := &channel{answer: always(monitor.Refused)}, &channel{}
			d := open(t, lane(monitor.Receiver{Name: "ops", Kind: "slack"}, old))
			d.say(incident("i", 1, isOpen), opened, "ops")
			time.Sleep(time.Minute)
			other := lane(monitor.Receiver{Name: "ops", Kind: kind}, now)
			other.Render = func(m notify.Message) ([]byte, error) { return []byte("in the form of a webhook"), nil }
			d.out.Reconfigure([]notify.Lane{other})
			synctest.Wait()
			got := now.got()
			if len(got) != 1 {
				t.Fatalf("letters %v", got)
			}
			if same := string(got[0].Body) == string(old.got()[0].Body); same != (kind == "slack") || got[0].ID != old.got()[0].ID {
				t.Errorf("%s: sent %q", kind, got[0].Body)
			}
		})
	}
}

// TestRetry ensures that what waits for one receiver leaves at once when asked to, and nothing else changes.
func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &channel{answer: always(monitor.Unmended)}, &channel{answer: always(monitor.Unmended)}
		d := open(t, lane(monitor.Receiver{Name: "a"}, a), lane(monitor.Receiver{Name: "b"}, b))
		d.say(incident("i", 1, isOpen), opened, "a", "b")
		time.Sleep(time.Second)
		d.out.Retry("a")
		d.out.Retry("nobody")
		synctest.Wait()
		if len(a.got()) != 2 || len(b.got()) != 1 {
			t.Errorf("a was tried %d times, b %d times", len(a.got()), len(b.got()))
		}
	})
}
