package monitor_test

import (
	"fmt"
	"testing"
	"time"

	"bellhop/monitor"
)

// BenchmarkDecideApply folds clean outcomes into a book of 10,000 checks, one at a time.
func BenchmarkDecideApply(b *testing.B) {
	book, checks := bigBook(10_000)
	at := day
	for n := 0; b.Loop(); n++ {
		at = at.Add(time.Millisecond)
		book.Apply(book.Decide([]monitor.Input{fine(checks[n%len(checks)], at)}))
	}
	b.ReportAllocs()
}

// BenchmarkDecideApplyBatch is the same with a hundred outcomes at a time; its figures are of one batch.
func BenchmarkDecideApplyBatch(b *testing.B) {
	book, checks := bigBook(10_000)
	at, n := day, 0
	in := make([]monitor.Input, 100)
	for b.Loop() {
		for k := range in {
			at, n = at.Add(time.Millisecond), n+1
			in[k] = fine(checks[n%len(checks)], at)
		}
		book.Apply(book.Decide(in))
	}
	b.ReportAllocs()
}

// BenchmarkTick is what each second costs with 10,000 checks when all is well.
func BenchmarkTick(b *testing.B) {
	book, _ := bigBook(10_000)
	for b.Loop() {
		book.Apply(book.Decide([]monitor.Input{monitor.Tick{At: day}}))
	}
	b.ReportAllocs()
}

func bigBook(n int) (*monitor.Book, []*monitor.Check) {
	checks := make([]*monitor.Check, n)
	for i := range checks {
		checks[i] = own(fmt.Sprint("check-", i), fmt.Sprintf("host-%d.example.com:443", i%500))
	}
	book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
	book.Apply(book.Decide([]monitor.Input{monitor.Reconfigure{At: day, Checks: checks, Controls: 3}}))
	for _, c := range checks {
		book.Apply(book.Decide([]monitor.Input{fine(c, day)}))
	}
	return book, checks
}

func fine(c *monitor.Check, at time.Time) monitor.Outcome {
	return monitor.Outcome{Check: c.ID(), At: at, Started: at, Took: 80 * time.Millisecond, Status: 200, IP: "203.0.113.9"}
}
