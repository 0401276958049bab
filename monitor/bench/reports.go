package bench

import (
	"fmt"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

// usualErrors is the share of an integration's requests that fail by themselves.
const usualErrors = 0.005

// reports adds what an integration reports of a hotel: once a minute, the outcomes of the minute before.
func (w *World) reports(s *script, hotel string) {
	r := dice(w.Seed, "reports")
	c := &monitor.Check{Name: "requests", Host: apiHost}
	counts := make([]int, 2)
	n := 0
	for from := w.Start.Add(within(r, minute)); from.Add(minute).Before(w.End); from = from.Add(minute) {
		clear(counts)
		for range w.PerMinute {
			at := from.Add(within(r, minute))
			n++
			met := w.ask(c, uint64(n), at)
			if met.Fault != monitor.FaultNone || r.Float64() < usualErrors {
				counts[1]++
			} else {
				counts[0]++
			}
		}
		s.add(from.Add(minute), rehearse.Step{Inputs: []monitor.Input{report(from.Add(minute), hotel, counts)}})
	}
}

// report is one report of a minute, with so many good and failed requests, spread over two modules.
func report(at time.Time, hotel string, counts []int) monitor.Report {
	a := monitor.AccountReport{Code: hotel, Name: hotel}
	for n, status := range []int{200, 502} {
		half := counts[n] / 2
		for m, count := range []int{half, counts[n] - half} {
			if count > 0 {
				a.Requests = append(a.Requests, monitor.Count{Module: []string{"booking", "rateplan"}[m], Status: status, N: count})
			}
		}
	}
	return monitor.Report{
		At: at, ID: fmt.Sprint("report-", at.Unix()), Covers: time.Minute, Until: at,
		Accounts: []monitor.AccountReport{a}, Random: make([]byte, 32),
	}
}
