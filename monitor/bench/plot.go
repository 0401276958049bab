package bench

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// The plot's place on its page, in pixels.
const (
	plotWide, plotHigh              = 860, 470
	plotLeft, plotRight             = 70, 560
	plotTop, plotBottom             = 50, 410
	leastDelay, mostDelay           = 20.0, 1800.0
	leastShare, mostShare           = 0.05, 1.0
	plotLabels, plotLabelsApart int = 576, 17
)

// Plot is an SVG image of how long each monitor takes to tell a brown-out, by the share of attempts that fail. Lines
// are told apart by their marks and by their names beside them, and only then by colour.
func Plot(all []Standing, r *Run) string {
	var b strings.Builder
	fmt.Fprintf(&b, plotHead, plotWide, plotHigh, plotWide, plotHigh, plotWords(all), (plotLeft+plotRight)/2, (plotLeft+plotRight)/2, r.Seeds, r.Seed)
	axes(&b)
	order := labelled(all)
	for n, s := range all {
		line(&b, n, s, order[n])
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// across and up are where a share and a delay are; both axes are logarithmic.
func across(share float64) float64 {
	return plotLeft + (plotRight-plotLeft)*math.Log(share/leastShare)/math.Log(mostShare/leastShare)
}

func up(d time.Duration) float64 {
	v := min(max(d.Seconds(), leastDelay), mostDelay)
	return plotBottom - (plotBottom-plotTop)*math.Log(v/leastDelay)/math.Log(mostDelay/leastDelay)
}

func axes(b *strings.Builder) {
	for _, d := range []time.Duration{20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute} {
		fmt.Fprintf(b, "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"small\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", plotLeft, up(d), plotRight, plotLeft-8, up(d)+4, short(d))
	}
	for _, share := range brownShares() {
		x := across(share)
		fmt.Fprintf(b, "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text class=\"small\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, plotTop, plotBottom, x, plotBottom+18, percent(share))
	}
}

// mark is a shape around a point.
func mark(n int, x, y float64) string {
	const r = 4.5
	switch n % 8 {
	case 0:
		return fmt.Sprintf("<circle class=\"full\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", x, y, r+1)
	case 1:
		return fmt.Sprintf("<path d=\"M%.1f %.1fh9v9h-9z\"/>", x-r, y-r)
	case 2:
		return fmt.Sprintf("<path d=\"M%.1f %.1fl5 9h-10z\"/>", x, y-5)
	case 3:
		return fmt.Sprintf("<path d=\"M%.1f %.1fl5 -9h-10z\"/>", x, y+5)
	case 4:
		return fmt.Sprintf("<path d=\"M%.1f %.1fl5 5l-5 5l-5 -5z\"/>", x, y-5)
	case 5:
		return fmt.Sprintf("<path d=\"M%.1f %.1fl9 9m0 -9l-9 9\"/>", x-r, y-r)
	case 6:
		return fmt.Sprintf("<path d=\"M%.1f %.1fv10m-5 -5h10\"/>", x, y-5)
	}
	return fmt.Sprintf("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>", x, y, r)
}

// line is one monitor: its points, as far as it tells at least half of the brown-outs, and its name.
func line(b *strings.Builder, n int, s Standing, labelAt float64) {
	var path, marks strings.Builder
	for i, share := range brownShares() {
		d, known := s.Shares[i].median()
		if !known {
			continue
		}
		letter := "L"
		if path.Len() == 0 {
			letter = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", letter, across(share), up(d))
		marks.WriteString(mark(n, across(share), up(d)))
	}
	fmt.Fprintf(b, "<g class=\"m%d\"><path class=\"line\" d=\"%s\"/>%s", n, path.String(), marks.String())
	fmt.Fprintf(b, "%s<text x=\"%d\" y=\"%.1f\"><tspan class=\"name\">%s</tspan> <tspan class=\"small\">%s false a year</tspan></text></g>\n",
		mark(n, float64(plotLabels)+6, labelAt-4), plotLabels+18, labelAt, s.Name, rate(s.Noisy.falsePerYear()))
}

// labelled is where each monitor's name stands: beside the end of its line, and below the one above.
func labelled(all []Standing) []float64 {
	at := make([]float64, len(all))
	for n, s := range all {
		d, _ := s.Shares[len(s.Shares)-1].median()
		at[n] = up(d) + 4
	}
	for range all {
		for n := range at {
			for m := range at {
				if n < m && math.Abs(at[n]-at[m]) < float64(plotLabelsApart) {
					at[m] = at[n] + float64(plotLabelsApart)
				}
			}
		}
	}
	return at
}

// plotWords say what the plot shows.
func plotWords(all []Standing) string {
	words := make([]string, len(all))
	for n, s := range all {
		words[n] = fmt.Sprintf("%s: %s at 10 %%, %s at 30 %%, %s at 100 %%", s.Name, said(s.Faint), said(s.Brown), said(s.Shares[len(s.Shares)-1]))
	}
	return strings.Join(words, "; ") + "."
}

const plotHead = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title words">
<title id="title">Told after how long, by the share of attempts that fail</title>
<desc id="words">Median time from the beginning of a brown-out of 30 minutes to the first message, one check a minute. %s</desc>
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.paper { fill: #ffffff; }
.small { font-size: 11px; fill: #57606a; }
.grid { stroke: #d0d7de; stroke-width: 1; fill: none; }
g { stroke: #57606a; stroke-width: 1.6; fill: none; }
g text { stroke: none; }
.line { stroke-opacity: 0.75; }
.m0 { stroke: #0550ae; stroke-width: 2.6; } .m0 .full { fill: #0550ae; } .m0 .name { font-weight: 700; }
@media (prefers-color-scheme: dark) {
.paper { fill: #0d1117; }
text { fill: #e6edf3; }
.small { fill: #9198a1; }
.grid { stroke: #3d444d; }
g { stroke: #9198a1; }
.m0 { stroke: #79c0ff; } .m0 .full { fill: #79c0ff; }
}
</style>
<rect class="paper" width="100%%" height="100%%"/>
<text x="70" y="22" font-weight="700">Told after how long (median), where fewer than half go untold</text>
<text class="small" x="%d" y="452" text-anchor="middle">share of attempts that fail, for 30 minutes</text>
<text class="small" x="%d" y="40" text-anchor="middle">%d worlds each, seed %d; both axes are logarithmic; false alarms a year are those of the noisy world</text>
`
