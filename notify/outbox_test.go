package notify_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

const (
	isOpen, isOver = monitor.IncidentOpen, monitor.IncidentResolved

	opened   = monitor.EventOpened
	updated  = monitor.EventUpdated
	resolved = monitor.EventResolved
	recap    = monitor.EventRecap
)

type events = []monitor.EventType

// TestTellsAtOnce ensures that a committed event leaves at once, and its end too, to each receiver once.
func TestTellsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &channel{}, &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, a), lane(monitor.Receiver{Name: "b"}, b))
		began := time.Now()
		d.say(incident("i", 1, isOpen), opened, "a", "b")
		synctest.Wait()
		d.say(incident("i", 2, isOver), resolved, "a", "b")
		synctest.Wait()
		for _, c := range []*channel{a, b} {
			equal(t, "told", c.types(), events{opened, resolved})
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v of a receiver that answers at once", took)
		}
		if a.got()[0].ID == b.got()[0].ID {
			t.Error("two receivers got one id")
		}
	})
}

// TestRetriesSameBytes ensures that a receiver that fails gets the same bytes under the same id, ever more
// seldom, until it takes them.
func TestRetriesSameBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(n int, _ notify.Letter) error {
			if n < 8 {
				return always(monitor.Refused)(n, notify.Letter{})
			}
			return nil
		}}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(10 * time.Minute)
		got := c.got()
		if len(got) != 8 {
			t.Fatalf("%d letters, want 8", len(got))
		}
		for n, l := range got {
			if l.ID != got[0].ID || string(l.Body) != string(got[0].Body) || l.Attempt != n+1 {
				t.Errorf("letter %d is %s %q, attempt %d", n, l.ID, l.Body, l.Attempt)
			}
		}
		if row := d.row("a", "i"); row.Knows != monitor.Told || row.Sending != nil {
			t.Errorf("in the end: %+v", row)
		}
	})
}

// TestFailingIncidentBlocksNoOther ensures that one incident whose letters are refused holds up only itself.
func TestFailingIncidentBlocksNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		d.say(incident("bad", 1, isOpen), opened, "a")
		synctest.Wait()
		c.answers(func(_ int, l notify.Letter) error {
			if l.Type == updated {
				return &notify.Refusal{Result: monitor.Unmended, Reason: "400 Bad Request"}
			}
			return nil
		})
		d.say(incident("bad", 2, isOpen), updated, "a")
		synctest.Wait()
		d.say(incident("good", 1, isOpen), opened, "a")
		synctest.Wait()
		if row := d.row("a", "good"); row.Knows != monitor.Told {
			t.Errorf("the other incident: %+v", row)
		}
		if row := d.row("a", "bad"); row.Version != 1 || row.Sending == nil {
			t.Errorf("the refused one: %+v", row)
		}
	})
}

// TestRetryAfterPausesReceiver ensures that a receiver that asks for a pause is left alone for so long, with
// everything.
func TestRetryAfterPausesReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(n int, _ notify.Letter) error {
			if n == 1 {
				return &notify.Refusal{Result: monitor.Refused, Status: 429, After: 7 * time.Minute}
			}
			return nil
		}}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		began := time.Now()
		d.say(incident("i", 1, isOpen), opened, "a")
		synctest.Wait()
		d.say(incident("j", 1, isOpen), opened, "a")
		time.Sleep(20 * time.Minute)
		got := c.got()
		if len(got) != 3 || got[1].at.Sub(began) != 7*time.Minute {
			t.Errorf("%d letters, the second after %v", len(got), got[1].at.Sub(began))
		}
	})
}

// TestDeadThroughTheOutage ensures that a receiver that could not be reached gets one recap, marked as late.
func TestDeadThroughTheOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: always(monitor.Refused)}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		first := incident("i", 1, isOpen)
		d.say(first, opened, "a")
		time.Sleep(17 * time.Minute)
		end := first
		end.Version, end.State = 2, isOver
		d.say(end, resolved, "a")
		time.Sleep(time.Second)
		c.answers(nil)
		before := len(c.got())
		time.Sleep(time.Hour)
		got := c.got()[before:]
		if len(got) != 1 || got[0].Type != recap || !strings.Contains(string(got[0].Body), "late true") {
			t.Errorf("after it worked again: %v", got)
		}
	})
}

// TestSlowSlackGetsAHandful ensures that a receiver that takes every post and never says so in time is not
// flooded: the post, three repeats that are marked, and the end.
func TestSlowSlackGetsAHandful(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(int, notify.Letter) error { return errHang }}
		d := open(t, lane(monitor.Receiver{Name: "slack", Posts: true, Keyless: true}, c))
		d.say(incident("i", 1, isOpen), opened, "slack")
		time.Sleep(40 * time.Minute)
		got := c.got()
		if len(got) != 4 {
			t.Fatalf("%d posts in 40 min, want 4", len(got))
		}
		for n, l := range got {
			if l.Repeat != (n > 0) || l.ID != got[0].ID {
				t.Errorf("post %d: repeat %v, id %s", n, l.Repeat, l.ID)
			}
		}
		c.answers(nil)
		d.say(incident("i", 2, isOver), resolved, "slack")
		time.Sleep(time.Hour)
		equal(t, "after it answered again", c.types()[4:], events{resolved})
	})
}

// TestEveryVersion ensures that a receiver that asked for it gets each version in order, late ones marked.
func TestEveryVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: always(monitor.Refused)}
		d := open(t, lane(monitor.Receiver{Name: "a", EveryVersion: true}, c))
		for v, what := range (events{opened, updated, resolved}) {
			d.say(incident("i", v+1, map[bool]monitor.IncidentState{true: isOver, false: isOpen}[what == resolved]), what, "a")
			time.Sleep(time.Minute)
		}
		before := len(c.got())
		c.answers(nil)
		time.Sleep(time.Hour)
		got := c.got()[before:]
		equal(t, "told", c.types()[before:], events{opened, updated, resolved})
		for n, l := range got {
			// The first was rendered when it was news; its bytes stay.
			if late := strings.Contains(string(l.Body), "late true"); late != (n == 1) {
				t.Errorf("letter %d: %s", n, l.Body)
			}
		}
	})
}

// TestContentFallsBackToPlain ensures that a message that is not taken as it is, or cannot be rendered, goes
// out plainer, at once.
func TestContentFallsBackToPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: func(_ int, l notify.Letter) error {
			if !strings.Contains(string(l.Body), "plain true") {
				return &notify.Refusal{Result: monitor.Content, Status: 413}
			}
			return nil
		}}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		began := time.Now()
		d.say(incident("i", 1, isOpen), opened, "a")
		synctest.Wait()
		if got := c.got(); len(got) != 2 || got[0].ID == got[1].ID || time.Since(began) != 0 {
			t.Errorf("letters %v after %v", got, time.Since(began))
		}
		unspeakable := incident("j", 1, isOpen)
		unspeakable.Title = "unspeakable"
		d.say(unspeakable, opened, "a")
		synctest.Wait()
		if row := d.row("a", "j"); row.Knows != monitor.Told {
			t.Errorf("what cannot be rendered: %+v", row)
		}
	})
}

// TestSickReceiverIsTold ensures that the others hear of a receiver that does not work: at once if a person
// must mend it, after five minutes if it may come back, once, and that it works again.
func TestSickReceiverIsTold(t *testing.T) {
	for result, after := range map[monitor.SendResult]time.Duration{monitor.Unmended: 0, monitor.Refused: 5 * time.Minute} {
		t.Run(string(result), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &channel{answer: always(result)}
				d := open(t, lane(monitor.Receiver{Name: "a"}, c))
				d.say(incident("i", 1, isOpen), opened, "a")
				if after > 0 {
					time.Sleep(after - time.Second)
					if len(d.noted()) > 0 {
						t.Error("told too early")
					}
				}
				time.Sleep(2 * time.Minute)
				notes := d.noted()
				if len(notes) != 1 || notes[0].Key != monitor.ReceiverKey("a") || !strings.Contains(notes[0].Text, "503") {
					t.Fatalf("notes %v", notes)
				}
				c.answers(nil)
				time.Sleep(10 * time.Minute)
				if notes = d.noted(); len(notes) != 2 || !notes[1].Over {
					t.Errorf("notes %v", notes)
				}
			})
		})
	}
}
