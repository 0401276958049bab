package monitor_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bellhop/monitor"
)

// TestTheOrderOfChecksTellsNothing ensures that what is blamed does not depend on the order in which a watchlist names its
// checks: whatever fails, and however often.
func TestTheOrderOfChecksTellsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checks, names := shipped([]string{"a-hotel", "b-hotel", "c-hotel"})
		checks = append(checks, own("shop", "shop.example.com"), own("basket", "shop.example.com"), own("mail", "mail.example.com", "shop"))
		what := rapid.SampledFrom([]string{"api", "identity", "webhook", "module:inventory", "account:b-hotel", "check:shop", "api-only"})
		broken := []string{what.Draw(t, "one"), what.Draw(t, "two")}
		share, seed := rapid.Float64Range(0.4, 1).Draw(t, "share"), rapid.Uint64().Draw(t, "seed")
		mixed := slices.Clone(checks)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		first := blamed(t, checks, checks, names, broken, share)
		if second := blamed(t, mixed, checks, names, broken, share); first != second {
			t.Fatalf("%v fail for %.0f %% of attempts: blamed is\n%s\nand in another order\n%s", broken, 100*share, first, second)
		}
	})
}

// blamed is what a book blames that watches a list, where all are asked every 15 seconds in one fixed order.
func blamed(t *rapid.T, list, asked []*monitor.Check, names map[monitor.Node]string, broken []string, share float64) string {
	book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
	feed := func(in monitor.Input) { book.Apply(book.Decide([]monitor.Input{in})) }
	feed(monitor.Reconfigure{At: day, Checks: list, Names: names, Controls: 3})
	for round := range 24 {
		for n, c := range asked {
			at := day.Add(time.Duration(round)*15*time.Second + time.Duration(n)*100*time.Millisecond)
			o := monitor.Outcome{Check: c.ID(), At: at, Started: at, Status: 200, IP: "203.0.113.7"}
			for _, b := range broken {
				if round >= 6 && concerns(b, c) && chance(c.ID(), at) < share {
					o = spoil(o, c, trouble{what: "500"}, at)
				}
			}
			feed(o)
		}
	}
	return blame(t, book)
}

// blame lists the open incidents, each with its members.
func blame(t *rapid.T, book *monitor.Book) string {
	var all []string
	causes := map[monitor.Node]bool{}
	for _, i := range book.Snapshot(day.Add(10 * time.Minute)).Open {
		if causes[i.Cause.Node()] {
			t.Fatalf("two open incidents of %v", i.Cause)
		}
		causes[i.Cause.Node()] = true
		members := make([]string, 0, len(i.Members))
		for _, m := range i.Members {
			members = append(members, fmt.Sprint(m.Check, " ", m.Signal))
		}
		slices.Sort(members)
		all = append(all, fmt.Sprint(i.Cause, ": ", strings.Join(members, ", ")))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}
