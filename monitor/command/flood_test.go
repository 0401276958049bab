package command

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/notify/slack/slacktest"
)

const (
	floodOf     = 1000 // incidents that open in one second, where there is time: with BELLHOP_TORTURE
	floodUsual  = 60
	floodHeard  = 12 // messages that people are to hear of all of it, at most
	floodGrowth = 96 // MiB in use that it may take
	perMessage  = time.Second
)

// A thousand checks fail in one second, and bellhop tells it to a Slack that takes a message a second: probes stay on time, memory
// is bounded, and the channel ends up true in a dozen messages, whether all of it ends at once or in two halves, and
// though the daemon is killed in the middle.
func TestFloodOfIncidents(t *testing.T) {
	t.Parallel()
	many := floodUsual
	if os.Getenv("BELLHOP_TORTURE") != "" {
		many = floodOf
	}
	space := slacktest.New(slacktest.Options{Unlimited: true, Keep: 1_000_000})
	channel := space.Open("ops")
	limit := &limited{next: space}
	to := newRoom(t, "ops", roomKind{name: "slack bot", opens: func() (string, http.Handler) {
		return fmt.Sprintf(`slack: {token: %s, channel: %s, api: "%%s/api/"}`, space.Token(), channel.ID()), limit
	}})
	replayed(t, []*room{to}, func(n *replay) {
		var checks, names []string
		for i := range many {
			names = append(names, fmt.Sprintf("shop-%04d", i))
			checks = append(checks, fmt.Sprintf(`{name: %s, schedule: "* * * * *", spread: 0s, http: {url: "https://%[1]s.example.com/"}}`, names[i]))
		}
		n.checks = "[" + strings.Join(checks, ", ") + "]"
		limit.now = n.clock()
		n.start()
		n.pass(2 * time.Minute)
		before := heap()
		n.breaks(names...)
		n.pass(3 * time.Minute)
		if open := len(n.during.monitor.Snapshot().Open); open != many {
			n.Fatalf("%d incidents are open", open)
		}
		most := heap()
		n.kill()
		n.start()
		n.pass(2 * time.Minute)
		n.onTime(names)
		n.mends(names[:many/2]...)
		n.pass(5 * time.Minute)
		n.mends(names...)
		n.pass(5 * time.Minute)
		if open := len(n.during.monitor.Snapshot().Open); open != 0 {
			n.Errorf("%d incidents are open in the end", open)
		}
		n.onTime(names)
		if grown := int(most) - int(before); grown > floodGrowth {
			n.Errorf("%d MiB more are in use than before", grown)
		}
		heard := channel.Posts()
		n.Logf("%d messages heard, %d posts and %d edits asked for, %d of them too fast; %d MiB in use before, %d while all were open",
			len(heard), space.Count("chat.postMessage"), space.Count("chat.update"), limit.refused, before, most)
		if len(heard) > floodHeard {
			n.Errorf("%d messages, want %d at most:\n%s", len(heard), floodHeard, channel)
		}
		for _, m := range channel.Messages() {
			if colour := m.Colour(); m.Thread == "" && colour != "#2EB67D" && colour != "#8D8D8D" {
				n.Errorf("in the end the channel says (%s): %s", colour, m.Text)
			}
		}
	})
}

// onTime fails unless each check was asked at least once in each minute, and no attempt was skipped or late.
func (n *replay) onTime(names []string) {
	n.Helper()
	if s := n.during.monitor.Snapshot().Engine; s.Skipped > 0 || s.Late > 0 {
		n.Errorf("%d attempts skipped, %d late", s.Skipped, s.Late)
	}
	for _, name := range names {
		asked := n.attempts(name)
		for i, at := range asked[1:] {
			if gap := at.Sub(asked[i]); gap > time.Minute+time.Second {
				n.Errorf("%s was not asked for %v", name, gap)
			}
		}
	}
}

// heap is the memory in use, in MiB.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc >> 20
}

// limited is a Slack that takes a message a second in the time of a replay, and so many edits a minute as Slack does.
type limited struct {
	next http.Handler
	now  func() time.Time

	mu      sync.Mutex // protects all below
	last    time.Time
	edits   []time.Time
	refused int
}

const editsAMinute = 50 // of chat.update, tier 3

func (l *limited) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.takes(r.URL.Path) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	l.next.ServeHTTP(w, r)
}

func (l *limited) takes(path string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, ok := l.now(), true
	switch {
	case strings.HasSuffix(path, "chat.postMessage"):
		if ok = now.Sub(l.last) >= perMessage; ok {
			l.last = now
		}
	case strings.HasSuffix(path, "chat.update"):
		for len(l.edits) > 0 && now.Sub(l.edits[0]) >= time.Minute {
			l.edits = l.edits[1:]
		}
		if ok = len(l.edits) < editsAMinute; ok {
			l.edits = append(l.edits, now)
		}
	}
	if !ok {
		l.refused++
	}
	return ok
}
