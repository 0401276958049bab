package bench

import (
	"fmt"
	"math"
	"time"
)

// A Row is one figure of the table, beside what it must be and what it aims at.
type Row struct {
	World, Figure string
	Must, Aim     string // "" where nothing is asked of it
	Measured      string
	Met, Aimed    bool
	Unlucky       bool // Must is missed by no more than chance: one in a thousand such runs would do worse
}

// Failed says whether must is missed by more than chance.
func (r Row) Failed() bool { return r.Must != "" && !r.Met && !r.Unlucky }

// Mark is how the figure passed, in words.
func (r Row) Mark() string {
	switch {
	case r.Must == "":
		return "-"
	case r.Met && r.Aimed:
		return "aim met"
	case r.Met:
		return "met"
	case r.Unlucky:
		return "missed by chance"
	}
	return "MISSED"
}

// rare is a chance so small that it is taken for none.
const rare = 0.001

// none is a bound that is not set.
const none = -1.0

// atLeast is a share of worlds that must be no smaller: k of n. Bounds are shares.
func atLeast(world, figure string, k, n int, must, aim float64) Row {
	share := ratio(k, n)
	return Row{
		World: world, Figure: figure, Must: bound("≥", must, percent), Aim: bound("≥", aim, percent), Measured: percent(share),
		Met: share >= must, Aimed: share >= aim, Unlucky: must < 1 && binomialAtLeast(n-k, n, 1-must) > rare,
	}
}

// meanAtMost is the mean of times that must be no greater. Bounds are seconds.
func meanAtMost(world, figure string, all []time.Duration, must, aim float64) Row {
	of := make([]float64, len(all))
	for n, d := range all {
		of[n] = d.Seconds()
	}
	return averageAtMost(world, figure, of, must, aim, secondsOf)
}

// averageAtMost is the mean of numbers that must be no greater.
func averageAtMost(world, figure string, all []float64, must, aim float64, say func(float64) string) Row {
	m, spread := average(all)
	return Row{
		World: world, Figure: figure, Must: bound("≤", must, say), Aim: bound("≤", aim, say), Measured: say(m),
		Met: m <= must, Aimed: m <= aim, Unlucky: m-must < 3.1*spread/math.Sqrt(float64(len(all))),
	}
}

// quantileAtMost is a quantile of times that must be no greater. Bounds are seconds.
func quantileAtMost(world, figure string, all []time.Duration, q, must, aim float64) Row {
	above := 0
	for _, d := range all {
		if d.Seconds() > must {
			above++
		}
	}
	v := quantile(all, q).Seconds()
	return Row{
		World: world, Figure: figure, Must: bound("≤", must, secondsOf), Aim: bound("≤", aim, secondsOf), Measured: secondsOf(v),
		Met: v <= must, Aimed: v <= aim, Unlucky: binomialAtLeast(above, len(all), 1-q) > rare,
	}
}

// rateAtMost is a number of events in so many check-years that must be no greater in one.
func rateAtMost(world, figure string, n int, years, must, aim float64) Row {
	rate := float64(n) / years
	return Row{
		World: world, Figure: figure, Must: bound("≤", must, plain), Aim: bound("≤", aim, plain),
		Measured: perYear(n, years),
		Met:      rate <= must, Aimed: rate <= aim, Unlucky: n == 0 || 1-poissonUpTo(n-1, must*years) > rare,
	}
}

// perYear is a rate with its bounds.
func perYear(n int, years float64) string {
	low, high := rateBounds(n, years)
	return fmt.Sprintf("%.2f (%.2f to %.2f)", float64(n)/years, low, high)
}

// only is a figure that nothing is asked of.
func only(world, figure, measured string) Row {
	return Row{World: world, Figure: figure, Measured: measured, Met: true}
}

func bound(sign string, v float64, say func(float64) string) string {
	if v == none {
		return ""
	}
	return sign + " " + say(v)
}

func secondsOf(v float64) string { return fmt.Sprintf("%.0f s", v) }

func plain(v float64) string { return fmt.Sprintf("%.4g", v) }

func ratio(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}

// average is the mean of numbers, and their standard deviation.
func average(all []float64) (mean, spread float64) {
	for _, v := range all {
		mean += v
	}
	mean /= float64(max(len(all), 1))
	for _, v := range all {
		spread += (v - mean) * (v - mean) / float64(len(all))
	}
	return mean, math.Sqrt(spread)
}
