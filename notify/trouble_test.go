package notify_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// TestBlindTriesAreNotHurried ensures that a night without a way out is no storm of attempts, each of them two
// commits: failures do not count then, and so do not slow down what follows.
func TestBlindTriesAreNotHurried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{answer: always(monitor.Refused)}
		d := open(t)
		d.stop()
		d.start(t, notify.Options{Lanes: []notify.Lane{lane(monitor.Receiver{Name: "a"}, c)}, Blind: func() bool { return true }})
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Hour)
		if n := len(c.got()); n > 400 {
			t.Errorf("tried %d times in an hour", n)
		}
	})
}

// TestSickSinceItLastTook ensures that a receiver is not said to have taken nothing since before it last took
// something, and that a message which is refused all the while is told once, however much else is taken.
func TestSickSinceItLastTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, refused := &channel{}, map[string]bool{}
		refuse := func(next bool) {
			c.answers(func(_ int, l notify.Letter) error {
				if refused[l.ID] = refused[l.ID] || next; refused[l.ID] {
					return &notify.Refusal{Result: monitor.Unmended, Reason: "404 Not Found", Status: 404}
				}
				return nil
			})
		}
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		refuse(true)
		d.say(incident("bad", 1, isOpen), opened, "a")
		time.Sleep(20 * time.Minute)
		refuse(false)
		for _, id := range []string{"good", "better", "best"} {
			d.say(incident(id, 1, isOpen), opened, "a")
			time.Sleep(20 * time.Minute)
		}
		if notes := d.noted(); len(notes) != 2 || !notes[1].Over {
			t.Fatalf("one message is refused, three are taken: told %v", notes)
		}
		took := time.Now().Add(-20 * time.Minute)
		refuse(true)
		d.say(incident("bad too", 1, isOpen), opened, "a")
		time.Sleep(20 * time.Minute)
		notes := d.noted()
		if last := notes[len(notes)-1]; len(notes) != 3 || !strings.Contains(last.Text, took.UTC().Format("15:04:05")) {
			t.Errorf("it took one at %v; told: %v", took, notes)
		}
	})
}

// TestNoRequestIsNoAnswer ensures that a receiver which does not work is not said to work by a message that came to no
// request at all.
func TestNoRequestIsNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &silent{channel{answer: always(monitor.Unmended)}}
		d := open(t, lane(monitor.Receiver{Name: "a", Kind: "pagerduty"}, c))
		d.say(incident("bad", 1, isOpen), opened, "a")
		time.Sleep(time.Minute)
		c.answers(func(n int, _ notify.Letter) error { return nil })
		d.say(incident("quiet", 1, isOpen), opened, "a")
		time.Sleep(time.Minute)
		if notes := d.noted(); len(notes) != 1 || notes[0].Over {
			t.Errorf("told %v", notes)
		}
	})
}

// silent takes a letter without asking anybody.
type silent struct{ channel }

func (s *silent) Notify(ctx context.Context, l notify.Letter) (notify.Receipt, error) {
	_, err := s.channel.Notify(ctx, l)
	return notify.Receipt{}, err
}

// TestFailureIsLogged ensures that what nobody else can be told, as there is only this receiver, is in the log, once.
func TestFailureIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c := &channel{answer: always(monitor.Unmended)}
		d := open(t)
		d.stop()
		d.logs(&log)
		d.start(t, notify.Options{Lanes: []notify.Lane{lane(monitor.Receiver{Name: "a"}, c)}})
		d.say(incident("i", 1, isOpen), opened, "a")
		time.Sleep(time.Hour)
		c.answers(nil)
		time.Sleep(time.Hour)
		d.stop()
		for text, want := range map[string]int{`"receiver failed"`: 1, `"receiver recovered"`: 1, "503 Service Unavailable": 2} {
			if n := strings.Count(log.String(), text); n != want {
				t.Errorf("%s is in the log %d times, want %d:\n%s", text, n, want, log.String())
			}
		}
	})
}
