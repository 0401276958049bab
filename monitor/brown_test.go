package monitor

import (
	"strings"
	"testing"
	"time"
)

// TestWhatFailsWithItsGroup ensures that a check is no word on the host where all of its module or account fails, and is one
// where they fail now and then, where others of them are answered, and where it has hardly been asked. Answers are newest first.
func TestWhatFailsWithItsGroup(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers map[string]string // of a check MODULE@ACCOUNT
		want    bool              // that stock@a is explained
	}{
		{"its account of two fails", map[string]string{"stock@a": "xx", "desk@a": "xx", "stock@b": "...", "desk@b": "..."}, true},
		{"its module of two fails", map[string]string{"stock@a": "xxx", "desk@a": "...", "stock@b": "xx", "desk@b": "..."}, true},
		{"its module of three fails, with one wrong answer", map[string]string{"stock@a": "xxx", "stock@b": "x.x", "stock@c": "xxx", "desk@a": "..."}, true},
		{"its module of five fails", map[string]string{"stock@a": "xxx", "stock@b": "xxx", "stock@c": "xx", "stock@d": "xxx", "stock@e": "xx."}, true},
		{"its account fails at one host and not at another", map[string]string{"stock@a": "xxx", "desk@a": "xxx", "hook@a": "..."}, true},
		{"it is answered itself, as one of many that fail", map[string]string{"stock@a": ".xx", "stock@b": "xxx", "stock@c": "xxx", "stock@d": "xxx"}, true},
		{"it fails alone", map[string]string{"stock@a": "xxx", "desk@a": "...", "stock@b": "...", "desk@b": "..."}, false},
		{"all fail now and then", map[string]string{"stock@a": "xx.", "desk@a": "x.x", "stock@b": ".x.", "desk@b": "x.x"}, false},
		{"two of its module of five fail", map[string]string{"stock@a": "xxx", "stock@b": "xxx", "stock@c": "...", "stock@d": "...", "stock@e": "..."}, false},
		{"each has failed once", map[string]string{"stock@a": "x", "desk@a": "x", "stock@b": "x"}, false},
		{"it was answered while the others failed", map[string]string{"stock@a": "x..", "stock@b": "xxx"}, false},
		{"nobody has been asked", map[string]string{}, false},
		{"its account is answered again", map[string]string{"stock@a": "..x", "desk@a": "..x"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := askedSoFar(tt.answers)
			g := groups{d, "api", map[Node]bool{}}
			if got := g.explain(d.watched.checks["stock@a"]); got != tt.want {
				t.Errorf("explained: %v", got)
			}
		})
	}
}

// askedSoFar is a book's draft in which modules were asked for accounts every 15 s: x is a failure.
func askedSoFar(answers map[string]string) *draft {
	now := time.Date(2026, 11, 22, 10, 5, 0, 0, time.UTC)
	var r Reconfigure
	rows := map[CheckID]*Row{}
	for _, id := range []string{"stock@a", "desk@a", "stock@b", "desk@b", "stock@c", "stock@d", "stock@e", "hook@a"} {
		module, account, _ := strings.Cut(id, "@")
		c := &Check{Name: module, Account: account, Module: module, Host: "api", Every: time.Minute, Path: []Node{{NodeEdge, "api"}, {NodeModule, module}, {NodeAccount, account}}}
		said, asked := answers[id]
		if module == "hook" {
			c.Host, c.Path = "hooks", []Node{{NodeEdge, "hooks"}, {NodeAccount, account}}
		}
		if r.Checks = append(r.Checks, c); !asked {
			continue
		}
		row := &Row{Check: c.ID()}
		for n, a := range said {
			seen := Sighting{now.Add(-time.Duration(n) * 15 * time.Second), Good}
			if a == 'x' {
				seen.What = Fail
			}
			row.Signals[signalIndex(Availability)].Recent[n] = seen
		}
		rows[c.ID()] = row
	}
	b := NewBook(Saved{ID: "book"}, RealPace(), nil)
	b.rows = rows
	return &draft{b: b, now: now, watched: newWatched(r, RealPace(), nil, nil)}
}
