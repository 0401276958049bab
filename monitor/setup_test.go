package monitor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// tokens is a book that watches hotels whose tokens come from one place, and hands on what it tells of them.
func tokens(hotels int) (begin time.Time, fare func(at time.Time, fault monitor.Fault, hotels ...int) []string) {
	var names []string
	for n := range hotels {
		names = append(names, fmt.Sprintf("h%d", n))
	}
	checks, called := shipped(names)
	book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
	book.Apply(book.Decide([]monitor.Input{monitor.Reconfigure{At: day, Checks: checks, Names: called, Controls: 3, Receivers: []monitor.Receiver{{Name: "ops"}}}}))
	return day, func(at time.Time, fault monitor.Fault, hotels ...int) (told []string) {
		for _, n := range hotels {
			for _, check := range []string{"auth-token", "account", "inventory"} {
				o := monitor.Outcome{Check: monitor.CheckID(fmt.Sprintf("%s@h%d", check, n)), At: at, Started: at, Fault: fault}
				if fault == "" {
					o.Status = 200
				}
				c := book.Decide([]monitor.Input{o})
				book.Apply(c)
				for _, note := range c.Notices {
					told = append(told, note.Text)
				}
			}
		}
		return told
	}
}

// TestOnePlaceOfTokens ensures that what keeps many accounts' tokens, and does not work, is one notice and not one for
// each check of each account; and that nobody is forgotten over it.
func TestOnePlaceOfTokens(t *testing.T) {
	at, fare := tokens(40)
	all := make([]int, 40)
	for n := range all {
		all[n] = n
	}
	expect := func(step string, told []string, want ...string) {
		t.Helper()
		ok := len(told) == len(want)
		for n := range min(len(told), len(want)) {
			ok = ok && strings.Contains(told[n], want[n])
		}
		if !ok {
			t.Errorf("%s: people hear %q, want %q", step, told, want)
		}
	}
	expect("good", fare(at, "", all...))
	expect("gone", fare(at.Add(time.Minute), monitor.FaultSecret, all...), "auth-token@h0 cannot be asked")
	expect("still gone", fare(at.Add(3*time.Hour), monitor.FaultSecret, all...))
	expect("back for the first", fare(at.Add(4*time.Hour), "", 0), "auth-token@h0 works now")
	expect("gone for the others", fare(at.Add(5*time.Hour), monitor.FaultSecret, all[1:]...), "auth-token@h1 cannot be asked")
	expect("and much later for another", fare(at.Add(48*time.Hour), monitor.FaultSecret, 0), "auth-token@h0 cannot be asked")
	expect("back for all", fare(at.Add(49*time.Hour), "", all...), "auth-token@h0 works now", "auth-token@h1 works now")
}
