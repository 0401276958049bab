package monitor_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

var update = flag.Bool("update", false, "rewrite what the stories in testdata/stories tell")

// day is when the stories play.
var day = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// TestStories plays each story of testdata/stories and compares what people saw with what is written below
// the line. A story begins with what it is about, then its cast, then what happens, each at its time.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, want, _ := strings.Cut(string(data), "\n---\n")
			got := play(t, script)
			if *update {
				if err := os.WriteFile(file, []byte(script+"\n---\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("people saw\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// play runs a story, and its invariants.
func play(t *testing.T, script string) string {
	var cast monitor.Reconfigure
	var s *simulation
	for n, line := range strings.Split(script, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if at, ok := moment(words[0]); ok {
			if s == nil {
				s = newSimulation(t, cast, at)
				guard(t, s)
			}
			s.until(at)
			s.happen(words[1:])
			continue
		}
		if err := enlist(&cast, words); err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
	}
	if s.out.Len() == 0 {
		return "nobody was told anything\n"
	}
	return s.out.String()
}

// moment reads 10:02:11, or 2T10:02:11 for the second day.
func moment(word string) (time.Time, bool) {
	days, clock, found := strings.Cut(word, "T")
	if !found {
		days, clock = "1", word
	}
	at, err := time.Parse(time.TimeOnly, clock)
	n, err2 := strconv.Atoi(days)
	if err != nil || err2 != nil {
		return time.Time{}, false
	}
	return day.AddDate(0, 0, n-1).Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second), true
}

// enlist reads a line of the cast.
func enlist(cast *monitor.Reconfigure, words []string) error {
	cast.Controls = 3
	switch words[0] {
	case "uncontrolled": // as the last line of the cast
		cast.Controls = 0
	case "accounts":
		checks, names := shipped(words[1:])
		cast.Checks, cast.Names, cast.Reported = append(checks, cast.Checks...), names, reporting(words[1:])
	case "needs": // scopes, after accounts
		cast.Reported.Needs = words[1:]
	case "heartbeat":
		cast.Checks = append(cast.Checks, beatCheck(words[1:]))
	case "endpoint": // of the integration, for webhooks
		cast.Checks = append(cast.Checks, endpoint(words[1])...)
	case "muting":
		cast.Mute = true
	case "own":
		cast.Checks = append(cast.Checks, own(words[1], words[2], words[3:]...))
	case "maintenance":
		cast.Maintenance = append(cast.Maintenance, planned(words[1:]))
	case "paused", "label":
		return ofCheck(cast, words)
	case "receiver":
		cast.Receivers = append(cast.Receivers, receiver(words[1:]))
	default:
		return fmt.Errorf("who is %q?", words[0])
	}
	return nil
}

func receiver(words []string) monitor.Receiver {
	r := monitor.Receiver{Name: words[0]}
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "severity":
			r.When.Severity = strings.Split(value, ",")
		case "side":
			for side := range strings.SplitSeq(value, ",") {
				r.When.Side = append(r.When.Side, monitor.Side(side))
			}
		case "scope":
			r.When.Scope = strings.Split(value, ",")
		case "after":
			r.After, _ = time.ParseDuration(value)
		case "remind":
			r.Remind, _ = time.ParseDuration(value)
		case "edits":
			r.Edits, _ = time.ParseDuration(value)
		case "phone":
			r.NoRecap = true
		case "posts":
			r.Posts, r.Keyless = true, true
		}
	}
	return r
}

// happen does what a line of the story says.
func (s *simulation) happen(words []string) {
	switch words[0] {
	case "start", "stop":
	case "begin":
		tr := trouble{what: words[2], share: 1, since: s.now}
		if len(words) > 3 {
			percent, _ := strconv.Atoi(strings.TrimSuffix(words[3], "%"))
			tr.share = float64(percent) / 100
		}
		s.troubles[words[1]] = tr
	case "end":
		delete(s.troubles, words[1])
	case "kill":
		s.stopped = true
	case "restart":
		s.start()
	case "suspend": // until the time given
		end, _ := moment(words[1])
		from := s.now
		s.now = end
		for id := range s.next {
			s.next[id] = end
		}
		s.feed(monitor.Gap{At: end, From: from, To: end})
	case "remove":
		s.remove(words[1], words[2])
	case "receiver":
		s.receivers[words[1]] = words[2]
	case "change": // what a check asks
		s.changeAsks(words[1])
	case "store": // fails or works, as the engine tells the book and the people
		note := monitor.StoreFails(s.now)
		if words[1] == "works" {
			note = monitor.StoreWorks(s.now)
		}
		s.book.SetRecording(note.Over)
		s.feed(note)
	case "ask":
		fmt.Fprintf(&s.out, "%s sentence asked: %d attempts so far\n", s.now.Format("02 15:04:05"), s.asked)
	default:
		if !s.integrate(words) && !s.page.publish(words) && !s.person(words) {
			s.t.Fatalf("nobody can %q", words)
		}
	}
}

// changeAsks reloads a watchlist in which one check asks something else.
func (s *simulation) changeAsks(id string) {
	s.config.Checks = slices.Clone(s.config.Checks)
	i := slices.IndexFunc(s.config.Checks, func(c *monitor.Check) bool { return string(c.ID()) == id })
	c := *s.config.Checks[i]
	c.Asks += "'"
	s.config.Checks[i] = &c
	s.reload()
}

func (s *simulation) remove(what, name string) {
	if what == "check" { // or several, with commas between
		gone := strings.Split(name, ",")
		s.config.Checks = slices.DeleteFunc(slices.Clone(s.config.Checks), func(c *monitor.Check) bool { return slices.Contains(gone, string(c.ID())) })
	} else {
		s.config.Receivers = slices.DeleteFunc(slices.Clone(s.config.Receivers), func(r monitor.Receiver) bool { return r.Name == name })
	}
	s.reload()
}

// guard fails the test when an invariant breaks: one open incident per cause, versions without holes, and
// every open signal in exactly one open incident.
func guard(t *testing.T, s *simulation) {
	versions := map[string]int{}
	s.watch = func(c monitor.Change) {
		for _, e := range c.Events {
			if e.Incident.Version != versions[e.Incident.ID]+1 {
				t.Errorf("%s: version %d after %d", e.Incident.ID, e.Incident.Version, versions[e.Incident.ID])
			}
			versions[e.Incident.ID] = e.Incident.Version
		}
		if len(c.Incidents) == 0 {
			return
		}
		snap := s.book.Snapshot(s.now)
		causes, member := map[monitor.Node]bool{}, map[monitor.SignalID]string{}
		for _, i := range snap.Open {
			if causes[i.Cause.Node()] {
				t.Errorf("two open incidents of %v", i.Cause)
			}
			causes[i.Cause.Node()] = true
			for _, m := range i.Members {
				if member[m] != "" {
					t.Errorf("%v is in two incidents", m)
				}
				member[m] = i.ID
			}
			if len(i.Members) == 0 {
				t.Errorf("%v is open without members", i.Cause)
			}
		}
		for _, v := range snap.Checks {
			if v.Row == nil {
				continue
			}
			for k, sig := range v.Row.Signals {
				id := monitor.SignalID{Check: v.Check.ID(), Signal: monitor.SignalKinds[k]}
				if sig.IsOpen() != (member[id] != "") || v.Row.Incident[k] != member[id] {
					t.Errorf("%s: %v is %q, its incident %q, its row says %q", s.now, id, sig.Phase, member[id], v.Row.Incident[k])
				}
			}
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
