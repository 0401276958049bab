package bench

import "fmt"

// A figure is one that monitors are compared by.
type figure struct {
	world, name string
	say         func(Standing) string
}

// figures are what the comparison shows, in two parts.
func figures() [2][]figure {
	return [2][]figure{{
		{"down 2 min", "seen", func(s Standing) string { return percent(round(s.HardShort.recall())) }},
		{"down 5 min", "mean / p95", func(s Standing) string { return s.Hard.delays() }},
		{"down 5 min", "all-clear", func(s Standing) string { return medianOf(s.Hard.Clears) }},
		{"30 % fail", "seen", func(s Standing) string { return percent(round(s.Brown.recall())) }},
		{"30 % fail", "median", func(s Standing) string { return said(s.Brown) }},
		{"30 % fail", "messages", func(s Standing) string { return tenths(s.Brown.perTruth()) }},
		{"10 % fail", "seen", func(s Standing) string { return percent(round(s.Faint.recall())) }},
		{"ten flaps", "messages", func(s Standing) string { return tenths(s.Flaps.perTruth()) }},
	}, {
		{"429 burst", "told down", func(s Standing) string { return percent(round(ratio(s.Quota.Wrong, s.Quota.Worlds))) }},
		{"quiet", "false a year", func(s Standing) string { return rate(s.Quiet.falsePerYear()) }},
		{"noisy", "false a year", func(s Standing) string { return rate(s.Noisy.falsePerYear()) }},
		{"noisy", "days between", func(s Standing) string { return apart(s.Noisy) }},
		{"noisy", "stands for", func(s Standing) string { return stands(s.Noisy) }},
		{"lived year", "precision", func(s Standing) string { return percent(round(s.Lived.precision())) }},
		{"lived year", "recall", func(s Standing) string { return percent(round(s.Lived.recall())) }},
		{"quiet", "probes a day", func(s Standing) string { return fmt.Sprintf("%.0f", float64(s.Quiet.Probes)/s.Quiet.Years/daysInYear) }},
	}}
}

// round is a share as the comparison shows it: to a thousandth.
func round(share float64) float64 { return float64(int(share*1000+0.5)) / 1000 }

func tenths(v float64) string { return fmt.Sprintf("%.1f", v) }

// rate is a number of false alarms a year.
func rate(v float64) string {
	if v >= 20 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// said is the median of when a trouble is told, those never told included.
func said(s Score) string {
	d, known := s.median()
	if !known {
		return "never"
	}
	return seconds(d)
}

func apart(s Score) string {
	days, _, known := s.mistakes()
	if !known {
		return "-"
	}
	return fmt.Sprintf("%.1f", days)
}

func stands(s Score) string {
	_, lasts, known := s.mistakes()
	if !known {
		return "-"
	}
	return seconds(lasts)
}
