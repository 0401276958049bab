package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// TestDigestIsPostedSeldom ensures that where nothing can be edited, openings that go on for ten minutes are at most one
// post a minute beyond the first few, ends in between wait for each other, and the last end does not.
func TestDigestIsPostedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		d := open(t, lane(monitor.Receiver{Name: "ops", Kind: "room", Posts: true, Keyless: true, Digest: 3}, c))
		for k := range 120 {
			d.say(incident(fmt.Sprintf("i%03d", k), 1, isOpen), opened, "ops")
			time.Sleep(5 * time.Second)
		}
		if n := len(c.got()); n > 3+11 {
			t.Errorf("%d posts for openings over ten minutes", n)
		}
		time.Sleep(time.Hour)
		before := len(c.got())
		for k := range 120 {
			d.say(incident(fmt.Sprintf("i%03d", k), 2, isOver), resolved, "ops")
			time.Sleep(5 * time.Second)
		}
		synctest.Wait()
		got := c.got()[before:]
		if len(got) > 3+3 || !strings.Contains(string(got[len(got)-1].Body), "ALL OVER") {
			t.Errorf("%d posts for the ends, the last is %q", len(got), got[len(got)-1].Body)
		}
	})
}

// TestManyNoticesAreOneMessage ensures that hundreds of notices at once are one message, and are told once.
func TestManyNoticesAreOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		d := open(t, lane(monitor.Receiver{Name: "ops", Digest: 5}, c))
		change := monitor.Change{Notices: map[string]*monitor.Notice{}, Deliveries: map[monitor.DeliveryID]*monitor.Delivery{}}
		for k := range 300 {
			n := &monitor.Notice{ID: fmt.Sprintf("not_%03d", k), Key: fmt.Sprint("key", k), At: time.Now(), Text: "a thing to know"}
			id := monitor.DeliveryID{Receiver: "ops", Incident: n.ID}
			row := monitor.Delivery{DeliveryID: id, Wants: true}
			change.Notices[n.Key], change.Deliveries[id], d.rows[id] = n, &row, row
		}
		d.out.Watch(change)
		time.Sleep(time.Hour)
		equal(t, "told", c.types(), events{monitor.EventNotice})
	})
}

// TestReminds ensures that an open incident is told of again after the time that was asked for, each time under an id of
// its own, and that a restart makes none earlier (Gatus E5).
func TestReminds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		l := lane(monitor.Receiver{Name: "a", Remind: 4 * time.Hour}, c)
		d := open(t, l)
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(3*time.Hour + 59*time.Minute)
		d.stop()
		d.start(t, notify.Options{Lanes: []notify.Lane{l}})
		synctest.Wait()
		equal(t, "told before its time", c.types(), events{opened})
		time.Sleep(4*time.Hour + 2*time.Minute)
		equal(t, "told", c.types(), events{opened, monitor.EventReminder, monitor.EventReminder})
		if got := c.got(); got[1].ID == got[2].ID || got[1].ID == got[0].ID {
			t.Error("a reminder has the id of another message")
		}
		acked := incident("i", 2, isOpen)
		acked.Ack = &monitor.Ack{By: "Anna"}
		d.say(acked, updated, "a")
		time.Sleep(24 * time.Hour)
		equal(t, "told while somebody is on it", c.types()[3:], events{updated})
	})
}

// TestLooksUp ensures that what may have arrived is tried again at once where it can be looked up, as the same letter,
// and that the message's name there comes with what follows.
func TestLooksUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(n int, _ notify.Letter) error {
			if n == 1 {
				return &notify.Refusal{Result: monitor.Ambiguous}
			}
			return nil
		}}
		named := naming{c}
		d := open(t, lane(monitor.Receiver{Name: "a", Lookup: true, Edits: 5 * time.Second}, named))
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(3 * time.Second)
		d.say(incident("i", 2, isOpen), updated, "a")
		time.Sleep(4 * time.Second)
		d.say(incident("i", 3, isOver), resolved, "a")
		synctest.Wait()
		got := c.got()
		if len(got) != 4 || !got[1].Maybe || got[1].ID != got[0].ID || !got[1].First.Equal(got[0].at) || got[1].Repeat || got[1].Ref != "" {
			t.Fatalf("letters %+v", got)
		}
		if got[2].Ref != "ts1" || got[3].Ref != "ts1" || got[2].Maybe {
			t.Errorf("what followed: %+v", got[2:])
		}
		if apart := got[2].at.Sub(got[1].at); apart < 5*time.Second {
			t.Errorf("edited %v after it was posted", apart)
		}
		if late := time.Since(got[3].at); late != 0 {
			t.Errorf("the end waited %v", late)
		}
	})
}

// naming is a channel that gives what it takes a name.
type naming struct{ *channel }

func (n naming) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	r, err := n.channel.Notify(ctx, l)
	if r.Ref = l.Ref; r.Ref == "" {
		r.Ref = "ts1"
	}
	return r, err
}

// TestKeeps ensures that a receiver that forgets is told each minute of all that is open there, in one call, until the
// end, and that a beat that fails is counted and made up for by the next.
func TestKeeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		var beats []int
		l := lane(monitor.Receiver{Name: "a"}, c)
		l.KeepEvery = time.Minute
		l.Keep = func(_ context.Context, open []notify.Message) error {
			if beats = append(beats, len(open)); len(beats) == 2 {
				return errors.New("connection refused")
			}
			return nil
		}
		d := open(t, l)
		d.say(incident("i", 1, isOpen), opened, "a")
		d.say(incident("j", 1, isOpen), opened, "a")
		time.Sleep(3*time.Minute + 30*time.Second)
		d.say(incident("i", 2, isOver), resolved, "a")
		time.Sleep(time.Minute)
		d.say(incident("j", 2, isOver), resolved, "a")
		time.Sleep(time.Hour)
		if equal(t, "open at each beat", beats, []int{2, 2, 2, 1}); len(c.got()) != 4 {
			t.Errorf("%d letters", len(c.got()))
		}
		if s := d.out.Stats()[0]; s.Kept != 4 || s.Unkept != 1 {
			t.Errorf("counted %d beats, %d in vain", s.Kept, s.Unkept)
		}
	})
}
