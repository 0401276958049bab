package monitor_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// manyHotels is how many accounts bellhop has to take in one report.
const manyHotels = 5000

// bigReport tells of many hotels, all of them alike.
func bigReport(n int, at time.Time, status int, token monitor.Fault) monitor.Report {
	r := monitor.Report{At: at, ID: at.String(), Accounts: make([]monitor.AccountReport, n), Random: make([]byte, 32)}
	scopes := func() []string {
		return []string{"availability.read", "folios.read", "reservations.read", "setup.read"}
	}
	for i := range r.Accounts {
		r.Accounts[i] = monitor.AccountReport{
			Code: fmt.Sprintf("H%05d", i), Name: fmt.Sprintf("Hotel number %d", i),
			Requests: []monitor.Count{{Module: "booking", Status: status, N: 40}, {Module: "inventory", Status: status, N: 3}, {Module: "booking", Status: 422, N: 2}},
			Token:    &monitor.TokenReport{At: at.Truncate(time.Hour), Status: 200, Fault: token, Expires: at.Truncate(time.Hour).Add(time.Hour), Scopes: scopes()},
			Webhooks: &monitor.WebhookReport{LastPing: at.Truncate(5 * time.Minute), LastEvent: at.Add(-10 * time.Second), Events: 5},
		}
	}
	return r
}

func reportingBook() *monitor.Book {
	checks, names := shipped(nil)
	book := monitor.NewBook(monitor.Saved{ID: "book"}, monitor.RealPace(), advise)
	book.Apply(book.Decide([]monitor.Input{monitor.Reconfigure{
		At: day, Checks: checks, Names: names, Controls: 3, Reported: reporting(nil), Receivers: []monitor.Receiver{{Name: "ops"}},
	}}))
	return book
}

// BenchmarkReport folds a report of 5,000 hotels in which all is well.
func BenchmarkReport(b *testing.B) {
	book, at := reportingBook(), day
	fold(book, bigReport(manyHotels, at, 200, ""))
	for b.Loop() {
		b.StopTimer()
		at = at.Add(time.Minute)
		r := bigReport(manyHotels, at, 200, "")
		b.StartTimer()
		fold(book, r)
	}
	b.ReportAllocs()
}

func fold(book *monitor.Book, in ...monitor.Input) time.Duration {
	begun := time.Now()
	book.Apply(book.Decide(in))
	return time.Since(begun)
}

// TestReportSpeed measures what 5,000 reported hotels cost: BELLHOP_BENCH=1 asks for it, as its figures need a
// machine that does nothing else.
func TestReportSpeed(t *testing.T) {
	if os.Getenv("BELLHOP_BENCH") == "" {
		t.Skip("BELLHOP_BENCH is not set")
	}
	const most = 250 * time.Millisecond
	book, at := reportingBook(), day
	next := func(what string, status int, token monitor.Fault) {
		at = at.Add(time.Minute)
		r := bigReport(manyHotels, at, status, token)
		took := fold(book, r)
		t.Logf("%-40s %8.1f ms", what, float64(took.Microseconds())/1000)
		if took > most {
			t.Errorf("%s: took %v, want at most %v", what, took, most)
		}
		tick := fold(book, monitor.Tick{At: at.Add(time.Second)})
		begun := time.Now()
		open := len(book.Snapshot(at).Open)
		t.Logf("%-40s %8.1f ms, a snapshot %.1f ms, %d open", "  a tick after", float64(tick.Microseconds())/1000, float64(time.Since(begun).Microseconds())/1000, open)
		if tick > most {
			t.Errorf("a tick after %s: took %v, want at most %v", what, tick, most)
		}
	}
	next("the first report", 200, "")
	for range 5 {
		next("all is well", 200, "")
	}
	heap := measured()
	t.Logf("%-40s %8.1f MiB", "live heap", heap)
	for range 4 {
		next("all requests fail", 502, "")
	}
	for range 4 {
		next("all is well again", 200, "")
	}
	for range 4 {
		next("no consent", 401, monitor.FaultGrant)
	}
	for range 4 {
		next("consent again", 200, "")
	}
	for range 4 {
		next("identity is down", 200, monitor.FaultServer)
	}
	next("and back", 200, "")
	for range 4 {
		next("a scope is lost", 200, monitor.FaultScopeLost)
	}
	for range 4 {
		next("and granted again", 200, "")
	}
	for range 16 { // of one hotel alone: the others fall silent
		at = at.Add(time.Minute)
		fold(book, bigReport(1, at, 200, ""))
	}
	next("all but one are back", 200, "")
	runtime.KeepAlive(book)
}

// TestReportMemory measures what a process with 5,000 reported hotels holds, the collector set as main.go sets it.
func TestReportMemory(t *testing.T) {
	if os.Getenv("BELLHOP_BENCH") == "" {
		t.Skip("BELLHOP_BENCH is not set")
	}
	debug.SetGCPercent(25)
	book := reportingBook()
	for n := range 20 {
		fold(book, bigReport(manyHotels, day.Add(time.Duration(n)*time.Minute), 200, ""))
		for s := range 10 {
			book.Snapshot(day.Add(time.Duration(n)*time.Minute + time.Duration(s)*time.Second))
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmRSS:" {
			const most = 120 << 10
			if kib, _ := strconv.Atoi(f[1]); kib == 0 || kib > most {
				t.Errorf("resident are %s KiB, want at most %d", f[1], most)
			}
			t.Log(f)
		}
	}
	t.Logf("live heap %.1f MiB", measured())
	runtime.KeepAlive(book)
}

// measured is how much of the heap lives, in MiB.
func measured() float64 {
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
