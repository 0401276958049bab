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

// minuteOf is what is reported of a hotel's requests in one minute. They come at any time in it, half of them to each
// of two modules.
func (w *World) minuteOf(r *rand.Rand, c *monitor.Check, from time.Time) monitor.AccountReport {
	a := monitor.AccountReport{Code: c.Account, Name: c.Account}
	for n := range w.PerMinute {
		met := w.ask(c, r.Uint64(), from.Add(within(r, minute)))
		one := monitor.Count{Module: []string{"booking", "rateplan"}[n%2], Status: 200, N: 1}
		switch {
		case met.Fault != monitor.FaultNone && met.Status == 0:
			one.Status, one.Fault = 0, met.Fault
		case met.Fault != monitor.FaultNone:
			one.Status = met.Status
		case r.Float64() < usualErrors:
			one.Status = 502
		}
		a.Requests = counted(a.Requests, one)
	}
	return a
}

// counted adds a request to those that came to the same end.
func counted(all []monitor.Count, one monitor.Count) []monitor.Count {
	for n, c := range all {
		if c.N = one.N; c == one {
			all[n].N++
			return all
		}
	}
	return append(all, one)
}
