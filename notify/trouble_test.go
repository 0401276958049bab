package notify_test

import (
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
// something, because one message is refused all the while.
func TestSickSinceItLastTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		bad := ""
		c.answers(func(_ int, l notify.Letter) error {
			if bad == "" {
				bad = l.ID
			}
			if l.ID == bad {
				return &notify.Refusal{Result: monitor.Unmended, Reason: "404 Not Found", Status: 404}
			}
			return nil
		})
		d := open(t, lane(monitor.Receiver{Name: "a"}, c))
		d.say(incident("bad", 1, isOpen), opened, "a")
		time.Sleep(20 * time.Minute)
		took := time.Now()
		d.say(incident("good", 1, isOpen), opened, "a")
		time.Sleep(20 * time.Minute)
		notes := d.noted()
		if last := notes[len(notes)-1]; last.Over || !strings.Contains(last.Text, took.UTC().Format("15:04:05")) {
			t.Errorf("it took one at %v; told: %q", took, last.Text)
		}
	})
}
