package notify_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"bellhop/monitor"
	"bellhop/notify"
)

// TestTemplateThatFails ensures that a message that cannot be made as configured goes out in a plain form, that
// the operator is told so once, and once more when messages can be made again.
func TestTemplateThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &channel{}
		l := lane(monitor.Receiver{Name: "a"}, c)
		broken := true
		l.Render = func(m notify.Message) ([]byte, error) {
			if broken && !m.Plain {
				return nil, errors.New("there is no .Titel")
			}
			return []byte("made"), nil
		}
		d := open(t, l)
		for _, id := range []string{"i", "j"} {
			d.say(incident(id, 1, isOpen), opened, "a")
			synctest.Wait()
		}
		notes := d.noted()
		if len(c.got()) != 2 || len(notes) != 1 || notes[0].Key != monitor.FormKey("a") || notes[0].Over || !strings.Contains(notes[0].Text, "there is no .Titel") {
			t.Fatalf("%d letters, notes %+v", len(c.got()), notes)
		}
		broken = false
		d.say(incident("i", 2, isOver), resolved, "a")
		synctest.Wait()
		if notes := d.noted(); len(c.got()) != 3 || len(notes) != 2 || !notes[1].Over {
			t.Errorf("%d letters, notes %+v", len(c.got()), notes)
		}
	})
}
