package monitor_test

import (
	"testing"
	"time"
)

// putOff brings shop's opening to where it waits for the other checks of its host: its failures are enough, and were no
// three in a row at last. When it fails again after a good answer, till begins to fail, or, if all is set, both others have
// failed from the first.
func putOff(t *testing.T, all bool) *hostBook {
	h := newHostBook(t, false)
	for n, bad := range []bool{true, true, true, false, true, true} {
		h.now = h.now.Add(13 * time.Second)
		h.answers(1, all || n > 3)
		h.now = h.now.Add(time.Second)
		h.answers(2, all)
		h.now = h.now.Add(time.Second)
		if h.answers(0, bad) {
			t.Fatal("it was believed at once")
		}
	}
	if h.open(1) != all {
		t.Fatalf("that till is in trouble is %v", !all)
	}
	return h
}

// others has all but shop be well for a while, in which shop is not asked.
func (h *hostBook) others() {
	for range 20 {
		h.now = h.now.Add(15 * time.Second)
		h.answers(1, false)
		h.answers(2, false)
	}
}

// TestAWaitOpens ensures that an opening which waits for its witnesses is told once they have answered, be it with a good
// answer of the check itself.
func TestAWaitOpens(t *testing.T) {
	h := putOff(t, false)
	h.now = h.now.Add(15 * time.Second)
	h.answers(1, false)
	if !h.answers(0, false) {
		t.Error("its witnesses are heard, and nothing is told")
	}
}

// TestAWaitThatEndedOpensNothing ensures that where a suspicion ends while its opening waits, one failure after that is no
// more than that.
func TestAWaitThatEndedOpensNothing(t *testing.T) {
	for name, ended := range map[string]func() *hostBook{
		"a gap": func() *hostBook {
			h := putOff(t, false)
			h.others()
			h.befalls("gap")
			return h
		},
		"a restart": func() *hostBook {
			h := putOff(t, false)
			h.others()
			h.befalls("restart after a gap")
			return h
		},
		"another question": func() *hostBook {
			h := putOff(t, false)
			h.others()
			h.changeAsks("shop")
			return h
		},
		"the end of what its host was in": func() *hostBook {
			h := putOff(t, true)
			if h.others(); len(h.book.Snapshot(h.now).Open) > 0 {
				t.Fatal("the others are well, and something is open")
			}
			return h
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := ended()
			before := h.told
			for n, bad := range []bool{true, false, false, true} {
				h.now = h.now.Add(15 * time.Second)
				h.answers(1, false)
				if h.answers(0, bad) || h.told > before {
					t.Fatalf("answer %d opens what one failure tells of", n)
				}
			}
		})
	}
}
