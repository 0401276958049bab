package notify_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// TestBlindIsNobodysFault ensures that while we cannot see out a receiver is tried and not blamed.
func TestBlindIsNobodysFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: always(monitor.Refused)}
		d := open(t)
		d.stop()
		d.start(t, notify.Options{Lanes: []notify.Lane{lane(monitor.Receiver{Name: "a"}, c)}, Blind: func() bool { return true }})
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Hour)
		if len(d.noted()) > 0 || !d.row("a", "i").Failing.IsZero() {
			t.Errorf("blamed: %v, failing since %v", d.noted(), d.row("a", "i").Failing)
		}
		if len(c.got()) < 100 {
			t.Errorf("tried %d times in an hour", len(c.got()))
		}
	})
}

// TestRestartRepeatsInFlight ensures that what was in flight when a run ended is sent by the next one, with
// the same bytes and id, and that what was told is not told again.
func TestRestartRepeatsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(int, notify.Letter) error { return errHang }}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Second)
		d.stop()
		row := d.row("a", "i")
		if row.Sending == nil || !row.Sending.InFlight {
			t.Fatalf("not in flight: %+v", row)
		}
		c.answers(nil)
		d.start(t, notify.Options{Lanes: []notify.Lane{lane(monitor.Receiver{Name: "a"}, c)}})
		time.Sleep(time.Hour)
		got := c.got()
		if len(got) != 2 || got[0].ID != got[1].ID || string(got[0].Body) != string(got[1].Body) {
			t.Errorf("letters %v", got)
		}
	})
}

// TestNothingLeavesUnstored ensures that a message does not leave before its attempt is durable.
func TestNothingLeavesUnstored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		d.storeDown(true)
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Minute)
		if len(c.got()) > 0 {
			t.Error("sent without being stored")
		}
		d.storeDown(false)
		time.Sleep(2 * time.Second)
		equal(t, "told", c.types(), events{opened})
	})
}

// TestReceiptOutlivesStoreTrouble ensures that a receipt is handed in again until it is stored, and the
// message is not sent twice.
func TestReceiptOutlivesStoreTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		c.answers(func(int, notify.Letter) error { d.storeDown(true); return nil })
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Minute)
		d.storeDown(false)
		time.Sleep(time.Minute)
		if row := d.row("a", "i"); len(c.got()) != 1 || row.Knows != monitor.Told {
			t.Errorf("%d letters, %+v", len(c.got()), row)
		}
	})
}

// TestNotifierThatPanics ensures that a bug in a notifier ends neither the lane nor the daemon.
func TestNotifierThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(n int, _ notify.Letter) error {
			if n == 1 {
				panic(errors.New("bug"))
			}
			return nil
		}}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Minute)
		if row := d.row("a", "i"); row.Knows != monitor.Told {
			t.Errorf("row %+v", row)
		}
	})
}

// TestAcceptanceReleasesTheRest ensures that when a receiver takes something, what it refused before follows at
// once; but not what may have arrived.
func TestAcceptanceReleasesTheRest(t *testing.T) {
	for result, want := range map[monitor.SendResult]events{
		monitor.Refused:   {opened, opened, opened},
		monitor.Ambiguous: {opened, opened},
	} {
		t.Run(string(result), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &channel{answer: func(n int, _ notify.Letter) error {
					if n == 1 {
						return &notify.Refusal{Result: result, After: 0}
					}
					return nil
				}}
				l := lane(monitor.Receiver{Name: "slack", Keyless: true}, c)
				d := open(t, l)
				d.pace.BackoffFirst, d.pace.BackoffCap = time.Hour, time.Hour
				d.stop()
				d.start(t, notify.Options{Lanes: []notify.Lane{l}})
				d.say(incident("i", 1, isOpen), opened, "slack")
				time.Sleep(time.Second)
				d.say(incident("j", 1, isOpen), opened, "slack")
				time.Sleep(time.Second)
				equal(t, "told", c.types(), want)
			})
		})
	}
}

// TestAttemptsGoOnAcrossVersions ensures that a dead receiver is not asked more often because there is more to say.
func TestAttemptsGoOnAcrossVersions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: always(monitor.Refused)}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		for v := range 3 {
			d.say(incident("i", v+1, isOpen), updated, "a")
			time.Sleep(5 * time.Minute)
		}
		for n, l := range c.got() {
			if l.Attempt != n+1 {
				t.Fatalf("letter %d is attempt %d", n+1, l.Attempt)
			}
		}
	})
}

// TestOldVersionStaysItself ensures that a version that is rendered again, plainer, is still that version when
// a newer one exists.
func TestOldVersionStaysItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(int, notify.Letter) error { return errHang }}
		d := open(t, lane(monitor.Receiver{Name: "a", EveryVersion: true}, c))
		d.say(incident("i", 1, isOpen), opened, "a")
		synctest.Wait()
		d.say(incident("i", 2, isOver), resolved, "a")
		c.answers(func(_ int, l notify.Letter) error {
			if l.Type == opened && !strings.Contains(string(l.Body), "plain true") {
				return &notify.Refusal{Result: monitor.Content}
			}
			return nil
		})
		time.Sleep(time.Hour)
		id := func(version int, form string) string {
			return monitor.MessageID("book", monitor.DeliveryID{Receiver: "a", Incident: "i"}, version, form)
		}
		var got []string
		for _, l := range c.got() {
			got = append(got, l.ID)
		}
		equal(t, "ids", got, []string{id(1, ""), id(1, ""), id(1, "plain"), id(2, "")})
	})
}
