package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"bellhop/monitor"
)

// stalled is how old the book, or the scheduler's last tick, is when bellhop no longer works. Both move
// each second.
const stalled = 30 * time.Second

// owedLong is how old the oldest owed message may be before receivers count as dead. The heartbeat stops then too.
const owedLong = 5 * time.Minute

// A grade is a health status of application/health+json.
type grade string

const (
	pass grade = "pass"
	warn grade = "warn"
	fail grade = "fail"
)

// A finding is one thing that was examined. Live is that nothing works without it: a restart may help.
type finding struct {
	Name   string
	Grade  grade
	Output string // for the operator
	Live   bool
}

// examine finds whether the monitor can do its work. It says nothing about apaleo: nobody must restart the
// watcher because of an outage it watches.
func examine(s *monitor.Snapshot, now time.Time) []finding {
	if s == nil {
		return []finding{{"book", fail, "the watchlist is not loaded yet", false}}
	}
	return []finding{examineBook(s, now), examineScheduler(s, now), examineStore(s), examineSight(s), examineDeliveries(s)}
}

func examineBook(s *monitor.Snapshot, now time.Time) finding {
	if stale(s, now) {
		return finding{"book", fail, "has decided nothing since " + clock(s.At, now), true}
	}
	return finding{Name: "book", Grade: pass, Live: true}
}

// stale tells whether a snapshot is older than a working monitor's ever is.
func stale(s *monitor.Snapshot, now time.Time) bool { return now.Sub(s.At) > stalled }

func examineScheduler(s *monitor.Snapshot, now time.Time) finding {
	last := s.Engine.LastTick
	if last.IsZero() {
		last = s.Engine.Started
	}
	if !last.IsZero() && now.Sub(last) > stalled {
		return finding{"scheduler", fail, "has not ticked since " + clock(last, now), true}
	}
	return finding{Name: "scheduler", Grade: pass, Live: true}
}

func examineStore(s *monitor.Snapshot) finding {
	if !s.StoreDown.IsZero() {
		return finding{"store", fail, "cannot be written since " + clock(s.StoreDown, s.At), false}
	}
	return finding{Name: "store", Grade: pass}
}

func examineSight(s *monitor.Snapshot) finding {
	if blind(s) {
		return finding{"sight", warn, blindText(s), false}
	}
	return finding{Name: "sight", Grade: pass}
}

func examineDeliveries(s *monitor.Snapshot) finding {
	f := finding{Name: "deliveries", Grade: pass}
	if n := s.Due; n > 0 {
		f.Output = count(n, "delivery", "deliveries") + " owed"
	}
	if age := s.At.Sub(s.OldestOwed); !s.OldestOwed.IsZero() && age > owedLong {
		return finding{"deliveries", warn, "have not been accepted by any receiver for " + span(age), false}
	}
	for _, d := range due(s, everything) {
		if failing := d.Failing; !failing.IsZero() && s.At.Sub(failing) > owedLong {
			return finding{"deliveries", warn, fmt.Sprintf("are not accepted by receiver %s since %s", d.Receiver, clock(failing, s.At)), false}
		}
	}
	for _, n := range s.Notices { // a receiver that a person has to mend is told of before that
		if name, is := strings.CutPrefix(n.Key, monitor.ReceiverKey("")); is {
			return finding{"deliveries", warn, fmt.Sprintf("are not accepted by receiver %s, found at %s", name, clock(n.At, s.At)), false}
		}
	}
	return f
}

func (s *Site) serveLive(full bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var live []finding
		for _, f := range s.examined() {
			if f.Live {
				live = append(live, f)
			}
		}
		s.serveHealth(w, r, live, full)
	}
}

func (s *Site) serveReady(full bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.serveHealth(w, r, s.examined(), full) }
}

func (s *Site) examined() []finding {
	snap := s.Reader.Snapshot()
	return examine(snap, s.at(snap))
}

// A healthBody is draft-inadarei-api-health-check-06, as far as it has something to say.
type healthBody struct {
	Status  grade                    `json:"status"`
	Version string                   `json:"version,omitempty"`
	Checks  map[string][]healthCheck `json:"checks"`
}

type healthCheck struct {
	Status grade  `json:"status"`
	Output string `json:"output,omitempty"`
}

// serveHealth answers with one word, or with all findings to ?verbose. Outputs are for the operator alone:
// they can name receivers.
func (s *Site) serveHealth(w http.ResponseWriter, r *http.Request, findings []finding, full bool) {
	body := healthBody{Status: pass, Checks: map[string][]healthCheck{}}
	if full {
		body.Version = s.Version
	}
	for _, f := range findings {
		if f.Grade == fail || f.Grade == warn && body.Status == pass {
			body.Status = f.Grade
		}
		if !full {
			f.Output = ""
		}
		body.Checks[f.Name] = []healthCheck{{f.Grade, f.Output}}
	}
	status := http.StatusOK
	if body.Status == fail {
		status = http.StatusServiceUnavailable
	}
	if _, verbose := r.URL.Query()["verbose"]; verbose {
		s.writeJSON(w, "application/health+json", status, body)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, body.Status)
}
