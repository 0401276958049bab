package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"bellhop/monitor"
	"bellhop/notify"
)

// A room is a receiver whose messages can be edited, which takes so many a second and shows what it was told last.
type room struct {
	*channel
	now      map[string]*words // what each message says now, by the receiver's name for it
	posts    int               // messages that people see as new: posts, and ends
	edits    int
	last     time.Time
	limited  int
	biggest  int // body, in bytes
	took     func(notify.Letter) error
	byLetter map[string]string
}

// words are what a message says: which incidents are open, and that all of its are over.
type words struct {
	Open map[string]bool
	Over bool
}

func newRoom() *room {
	return &room{channel: &channel{}, now: map[string]*words{}, byLetter: map[string]string{}}
}

// Notify takes one message a second.
func (r *room) Notify(_ context.Context, l notify.Letter) (notify.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if wait := time.Second - time.Since(r.last); wait > 0 {
		r.limited++
		return notify.Receipt{}, &notify.Refusal{Result: monitor.Refused, Status: 429, Reason: "429 Too Many Requests", After: wait}
	}
	r.last = time.Now()
	r.letters = append(r.letters, told{l, time.Now()})
	r.biggest = max(r.biggest, len(l.Body))
	ref := l.Ref
	if found := r.byLetter[l.ID]; l.Maybe && found != "" {
		return notify.Receipt{Status: 200, Ref: found}, nil
	}
	var w words
	if err := json.Unmarshal(l.Body, &w); err != nil {
		return notify.Receipt{}, err
	}
	if r.now[ref] == nil {
		ref = fmt.Sprint("ts", len(r.now))
		r.posts++
	} else if r.edits++; w.Over {
		r.posts++ // an end is an edit, and a message that all see
	}
	r.now[ref], r.byLetter[l.ID] = &w, ref
	if r.took != nil {
		return notify.Receipt{Status: 200, Ref: ref}, r.took(l)
	}
	return notify.Receipt{Status: 200, Ref: ref}, nil
}

// takes says what it answers from now on to what it has taken; nil is that it did.
func (r *room) takes(f func(notify.Letter) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took = f
}

// shows counts the incidents that the room says are open.
func (r *room) shows() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, w := range r.now {
		n += len(w.Open)
	}
	return n
}

// seen counts the messages that are there, and those that people saw as new.
func (r *room) seen() (messages, asNew int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.now), r.posts
}

// renderRoom is what a room reads.
func renderRoom(m notify.Message) ([]byte, error) {
	w := words{Open: map[string]bool{}}
	if m.Digest != nil {
		w.Over = m.Digest.Over
		for _, i := range m.Digest.Open {
			w.Open[i.ID] = true
		}
	} else if m.Incident != nil {
		if w.Over = m.Incident.State == isOver; !w.Over {
			w.Open[m.Incident.ID] = true
		}
	}
	return json.Marshal(w)
}

func roomLane(r *room) notify.Lane {
	return notify.Lane{
		Receiver: monitor.Receiver{Name: "ops", Kind: "room", Edits: 5 * time.Second, Lookup: true, Digest: 5},
		Render:   renderRoom, Notifier: r, Timeout: 15 * time.Second,
	}
}

// flood opens so many incidents, one each millisecond, or ends them.
func flood(d *desk, n, version int, state monitor.IncidentState, what monitor.EventType) {
	for k := range n {
		i := incident(fmt.Sprintf("i%04d", k), version, state)
		i.Since = i.Since.Add(-2 * time.Minute)
		d.say(i, what, "ops")
		time.Sleep(time.Millisecond)
	}
}

// TestThousandIncidents ensures that a thousand incidents that open within a second, and end, are told to a room that
// takes one message a second in at most twelve messages, and that the room says what is true at both times.
func TestThousandIncidents(t *testing.T) {
	const many = 1000
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		d := open(t, roomLane(r))
		began := time.Now()
		before := heap()
		flood(d, many, 1, isOpen, opened)
		for r.shows() < many && time.Since(began) < 5*time.Minute {
			time.Sleep(time.Second)
		}
		told := time.Since(began)
		held := heap() - before
		if n := r.shows(); n != many {
			t.Errorf("the room says %d are open", n)
		}
		ended := time.Now()
		flood(d, many, 2, isOver, resolved)
		for r.shows() > 0 && time.Since(ended) < 5*time.Minute {
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		d.stop()
		if n := r.shows(); n != 0 || r.posts > 12 {
			t.Errorf("the room says %d are open in the end; %d messages, want at most 12", n, r.posts)
		}
		t.Logf("%d messages, %d edits, %d times asked to wait, %d commits; all told after %v, all over after %v; body of %d bytes at most, %d KiB held",
			r.posts, r.edits, r.limited, d.commits, told, time.Since(ended)-time.Minute, r.biggest, held/1024)
	})
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestDigestAcrossRestart ensures that a digest that was in flight when a run ended is found, and not posted twice.
func TestDigestAcrossRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		l := roomLane(r)
		l.Receiver.Digest = 1
		d := open(t, l)
		r.takes(func(n notify.Letter) error {
			if n.Type == monitor.EventDigest {
				return &notify.Refusal{Result: monitor.Ambiguous, Reason: "no answer in time"}
			}
			return nil
		})
		flood(d, 4, 1, isOpen, opened)
		time.Sleep(1900 * time.Millisecond) // the digest is there, and nobody knows
		d.stop()
		r.takes(nil)
		flood(d, 6, 1, isOpen, opened)
		d.start(t, notify.Options{Lanes: []notify.Lane{l}})
		time.Sleep(time.Minute)
		if n, _ := r.seen(); n != 2 || r.shows() != 6 {
			t.Errorf("%d messages say that %d are open, want 2 and 6", n, r.shows())
		}
		flood(d, 6, 2, isOver, resolved)
		time.Sleep(time.Minute)
		if n, asNew := r.seen(); n != 2 || r.shows() != 0 || asNew != 4 {
			t.Errorf("in the end %d messages say that %d are open, %d seen as new", n, r.shows(), asNew)
		}
	})
}

// TestDigestLeaves ensures that a receiver that is removed hears once of all that its digest told.
func TestDigestLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		d := open(t, roomLane(r))
		flood(d, 50, 1, isOpen, opened)
		time.Sleep(time.Minute)
		n := len(r.got())
		d.out.Reconfigure(nil)
		time.Sleep(time.Minute)
		left := r.got()[n:]
		if len(left) == 0 || left[0].Type != monitor.EventDigest || left[0].Ref == "" {
			t.Errorf("letters when it left: %v", left)
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for id, row := range d.rows {
			if !row.Settled {
				t.Errorf("%s is left: %+v", id.Incident, row)
			}
		}
	})
}
