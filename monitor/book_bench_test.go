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

// BenchmarkCrowdOpens is one decision in which a thousand incidents open, each with a cause of its own.
func BenchmarkCrowdOpens(b *testing.B) {
	const many = 1000
	for b.Loop() {
		b.StopTimer()
		checks := make([]*monitor.Check, many)
		for i := range checks {
			checks[i] = own(fmt.Sprint("check-", i), fmt.Sprintf("host-%d.example.com:443", i))
		}
		book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
		book.Apply(book.Decide([]monitor.Input{monitor.Reconfigure{At: day, Checks: checks, Controls: 3, Receivers: []monitor.Receiver{{Name: "ops"}, {Name: "pager"}}}}))
		in := make([]monitor.Input, many)
		opened := 0
		for at := day; opened == 0; at = at.Add(15 * time.Second) {
			for k, c := range checks {
				o := fine(c, at)
				if at.After(day) {
					o.Status, o.Fault = 503, monitor.FaultServer
				}
				in[k] = o
			}
			b.StartTimer()
			c := book.Decide(in)
			b.StopTimer()
			book.Apply(c)
			opened = len(c.Incidents)
			if at.Sub(day) > time.Hour {
				b.Fatal("nothing opened")
			}
		}
		if opened != many {
			b.Fatalf("%d incidents opened", opened)
		}
		b.StartTimer()
	}
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
