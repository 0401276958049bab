package monitor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// TestSilentAgainWithOthers ensures that a hotel which falls silent a second time, with as many others as before of
// whom some are silent still, is told of as well, and that each of the notices ends with the last of its own.
func TestSilentAgainWithOthers(t *testing.T) {
	book := reportingBook()
	at := day.Add(time.Hour)
	var begun, ended []string
	feed := func(in monitor.Input) {
		c := book.Decide([]monitor.Input{in})
		book.Apply(c)
		for key, n := range c.Notices {
			switch {
			case !strings.HasPrefix(key, "hotels-silent/"):
			case n.Over:
				ended = append(ended, n.Text)
			default:
				begun = append(begun, n.Text)
			}
		}
	}
	without := func(minutes int, silent ...string) {
		for range minutes {
			at = at.Add(time.Minute)
			r := bigReport(6, at, 200, "")
			r.Accounts = slices.DeleteFunc(r.Accounts, func(a monitor.AccountReport) bool { return slices.Contains(silent, a.Code) })
			feed(r)
			feed(monitor.Tick{At: at.Add(time.Second)})
		}
	}
	without(20)
	without(20, "H00000", "H00001", "H00002")
	without(5, "H00001", "H00002")
	without(20, "H00000", "H00001", "H00002", "H00003", "H00004")
	if len(begun) != 2 || len(ended) != 0 || !strings.Contains(begun[1], "H00004") {
		t.Fatalf("told %q, over %q", begun, ended)
	}
	without(5, "H00001")
	if len(ended) != 1 {
		t.Errorf("of the second three all are back: over %q", ended)
	}
	without(5)
	if len(begun) != 2 || len(ended) != 2 {
		t.Errorf("told %q, over %q", begun, ended)
	}
}
