package bench

import (
	"fmt"
	"math/rand/v2"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

// usualErrors is the share of an integration's requests that fail by themselves.
const usualErrors = 0.005

// reports adds what an integration reports: once a minute, the outcomes of the minute before.
func (w *World) reports(s *script) {
	r := dice(w.Seed, "reports")
	hotels := make([]*monitor.Check, w.Hotels)
	for n := range hotels {
		hotels[n] = &monitor.Check{Name: "requests", Host: apiHost, Account: hotelCode(n)}
	}
	for from := w.Start.Add(within(r, minute)); from.Add(minute).Before(w.End); from = from.Add(minute) {
		all := make([]monitor.AccountReport, len(hotels))
		for n, c := range hotels {
			all[n] = w.minuteOf(r, c, from)
		}
		to := from.Add(minute)
		report := monitor.Report{At: to, ID: fmt.Sprint("report-", to.Unix()), Covers: minute, Until: to, Accounts: all, Random: make([]byte, 32)}
		s.add(to, rehearse.Step{Inputs: []monitor.Input{report}})
	}
}

// minuteOf is what is reported of a hotel's requests in one minute. They come at any time in it.
func (w *World) minuteOf(r *rand.Rand, c *monitor.Check, from time.Time) monitor.AccountReport {
	failed := 0
	for range w.PerMinute {
		met := w.ask(c, r.Uint64(), from.Add(within(r, minute)))
		if met.Fault != monitor.FaultNone || r.Float64() < usualErrors {
			failed++
		}
	}
	return account(c.Account, w.PerMinute-failed, failed)
}

// account tells of so many good and failed requests, spread over two modules.
func account(code string, good, failed int) monitor.AccountReport {
	a := monitor.AccountReport{Code: code, Name: code}
	add := func(module string, status, n int) {
		if n > 0 {
			a.Requests = append(a.Requests, monitor.Count{Module: module, Status: status, N: n})
		}
	}
	add("booking", 200, good/2)
	add("rateplan", 200, good-good/2)
	add("booking", 502, failed/2)
	add("rateplan", 502, failed-failed/2)
	return a
}
