package bench

import (
	"fmt"
	"testing"
	"time"

	"bellhop/monitor"
)

// A candidate is a detector that could be ours.
type candidate struct {
	name string
	make func() Policy
}

func bucket(fail, alarm, over int, span time.Duration) candidate {
	return candidate{fmt.Sprintf("bucket %d/%d span %s", fail, alarm, short(span)), func() Policy {
		return Own(monitor.Rule{Fail: fail, Alarm: alarm, Cap: alarm + over, Span: span})
	}}
}

func cusum(p0, p1, alarm float64, span time.Duration) candidate {
	return candidate{fmt.Sprintf("cusum %s %s h %.1f span %s", percent(p0), percent(p1), alarm, short(span)), func() Policy {
		return NewCusum(p0, p1, alarm, span)
	}}
}

// candidates are the detectors to compare: add yours.
func candidates() []candidate {
	const d = 40 * time.Second
	return []candidate{
		{"ours, as it is", func() Policy { return Own(monitor.Rule{}) }},
		bucket(9, 27, 9, 25*time.Second),
		bucket(9, 36, 9, d), bucket(14, 42, 14, d), bucket(14, 56, 14, d), bucket(19, 57, 19, d), bucket(19, 76, 19, d), bucket(9, 45, 9, d), bucket(9, 54, 9, 70*time.Second),
		cusum(0.01, 0.20, 9, d), cusum(0.01, 0.25, 9, d), cusum(0.01, 0.30, 9, d),
		cusum(0.01, 0.20, 10.5, d), cusum(0.01, 0.25, 10.5, d), cusum(0.01, 0.30, 10.5, d),
		cusum(0.01, 0.20, 12, d), cusum(0.01, 0.25, 12, d), cusum(0.01, 0.30, 12, d),
	}
}

// TestDetector prints how the candidates compare, one check at a time and without the book:
//
//	go test ./monitor/bench -run Detector -v -count=1 -seeds 2000 -seed 1
func TestDetector(t *testing.T) {
	if !testing.Verbose() {
		t.Skip("it prints a table: run with -v")
	}
	fmt.Printf("%d seeds, seed %d; false alarms in %.1f check-years of each\n", *seeds, *run, float64(*seeds)/yearParts)
	fmt.Printf("%-31s %-11s %-6s %-20s %-16s %-22s %s\n", "", "hard 5 min", "clear", "brown-out 30 %", "10 %", "false/year quiet", "false/year noisy")
	fmt.Printf("%-31s %-11s %-6s %-20s %-16s %-22s %s\n", "", "mean/p95", "median", "seen median messages", "seen median msg", "(95 % bounds)", "(95 % bounds)")
	for _, c := range candidates() {
		hard := Measure(Hard(5*minute), *seeds, *run, c.make)
		brown := Measure(Brownout(0.3), *seeds, *run, c.make)
		faint := Measure(Brownout(0.1), *seeds, *run, c.make)
		fmt.Printf("%-31s %3.0f/%3.0f s   %3.0f s  %5.1f %% %4.0f s %5.2f   %3.0f %% %4.0f s %4.2f %-22s %s\n", c.name,
			mean(hard.Delays).Seconds(), quantile(hard.Delays, 0.95).Seconds(), quantile(hard.Clears, 0.5).Seconds(),
			100*float64(brown.Seen)/float64(brown.Truths), quantile(brown.Delays, 0.5).Seconds(), float64(brown.Messages)/float64(brown.Truths),
			100*float64(faint.Seen)/float64(faint.Truths), quantile(faint.Delays, 0.5).Seconds(), float64(faint.Messages)/float64(faint.Truths),
			falseOf(Quiet().Scenario("quiet"), c), falseOf(Noisy().Scenario("noisy"), c))
	}
}

// falseOf is a candidate's rate of false alarms.
func falseOf(s Scenario, c candidate) string {
	o := Measure(s, *seeds, *run, c.make)
	return perYear(o.False, o.Years)
}
