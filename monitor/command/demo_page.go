package command

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"bellhop/monitor"
)

// A mood is how something is shown where there are colours. The words alone say the same.
type mood string

const (
	plainly mood = ""
	bold    mood = "\x1b[1m"
	faint   mood = "\x1b[2m"
	bad     mood = "\x1b[31m"
	amber   mood = "\x1b[33m"
	well    mood = "\x1b[32m"
)

// The columns: seconds, what is true, what is told.
const (
	truthAt = 7
	toldAt  = 28
)

// A demoPage is where the demo is printed.
type demoPage struct {
	colours bool

	mu  sync.Mutex // protects all below
	out io.Writer
}

func newDemoPage(out io.Writer, colours bool) *demoPage { return &demoPage{out: out, colours: colours} }

// print writes lines. A reader who is gone does not stop the story: its status still counts.
func (p *demoPage) print(m mood, text ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range text {
		if p.colours && m != plainly && line != "" {
			line = string(m) + line + "\x1b[0m"
		}
		_, _ = fmt.Fprintln(p.out, line)
	}
}

// truth prints what is true from now on.
func (p *demoPage) truth(at time.Duration, text string) { p.print(bold, column(at, truthAt, text)...) }

// alert prints what is told.
func (p *demoPage) alert(at time.Duration, text string, m mood) {
	p.print(m, column(at, toldAt, text)...)
}

// column lays a text out in the column that begins there, with the time before it.
func column(at time.Duration, begins int, text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, "\n") {
		for _, line := range fold(part, width-begins) {
			out = append(out, strings.Repeat(" ", begins)+line)
		}
	}
	if len(out) > 0 {
		seconds := fmt.Sprintf("%5.1f", at.Seconds())
		out[0] = seconds + out[0][min(len(seconds), begins):]
	}
	return out
}

// fold breaks a text into lines of at most n places on the screen; a word that is longer has a line of its own.
func fold(text string, n int) []string {
	var out []string
	line, at := "", 0
	for word := range strings.FieldsSeq(text) {
		w := places(word)
		switch {
		case line == "":
			line, at = word, w
		case at+1+w > n:
			out = append(out, line)
			line, at = word, w
		default:
			line, at = line+" "+word, at+1+w
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// places is how wide a text is on the screen: the pictures in front of alerts take two places.
func places(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r == 0xFE0F: // says that the one before is a picture
		case r >= 0x1F000, r == '✅':
			n += 2
		default:
			n++
		}
	}
	return n
}

// opening says what is about to be seen.
func (p *demoPage) opening(at demoPages, pace monitor.Pace) {
	p.print(plainly, fold(fmt.Sprintf("The real bellhop watches a stand-in for apaleo on this machine, %d times faster than in earnest: "+
		"%.0f s here are a minute. Things break on the left; on the right is what people are told.", pace.By, pace.Of(time.Minute).Seconds()), width)...)
	p.print(plainly, "", "  Status page  "+at.status, "  Slack        "+at.slack, "")
	p.print(bold, "    s  WHAT IS TRUE"+strings.Repeat(" ", toldAt-19)+"WHAT PEOPLE ARE TOLD")
}

// summary is the whole story as a table.
func (p *demoPage) summary(scenes []scene, pace monitor.Pace) {
	if len(scenes) == 0 {
		return
	}
	t := table{{"WHAT HAPPENED", "BEGAN", "TOLD AFTER", "REAL PACE", "SLACK", "WEBHOOK"}}
	for _, s := range scenes {
		t = append(t, s.row(pace))
	}
	p.print(plainly, "")
	for i, line := range strings.Split(strings.TrimRight(t.String(), "\n"), "\n") {
		p.print(map[bool]mood{true: bold}[i == 0], line)
	}
	p.print(plainly, "")
}

// row is an act in the table.
func (s scene) row(pace monitor.Pace) []string {
	row := []string{s.act.what, fmt.Sprintf("%5.1f s", s.began.Seconds()), "not told", "-", "", ""}
	if s.told > 0 {
		row[2] = fmt.Sprintf("%4.1f s", s.told.Seconds())
		row[3] = minutes(s.told * time.Duration(pace.By))
	} else if s.act.begin != nil {
		row[2] = "(later)"
	}
	for i, r := range receiversShown {
		row[4+i] = s.sent(r)
	}
	return row
}

// sent is what a receiver was told during an act.
func (s scene) sent(receiver string) string {
	n := s.heard[receiver]
	switch {
	case n == 0:
		return "-"
	case n > 1 || s.act.tale == nil:
		return count(n, "message") + "!"
	case receiver == bySlack:
		return s.act.tale.word
	}
	return strings.TrimPrefix(string(s.act.tale.what), "incident.")
}

// minutes is a duration as people say it.
func minutes(d time.Duration) string {
	d = d.Round(time.Second)
	if d < time.Minute {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return fmt.Sprintf("%d min %2d s", d/time.Minute, d%time.Minute/time.Second)
}

// praise says that all was as it should be.
func (p *demoPage) praise(all []tale, took time.Duration) {
	p.print(well, fold(fmt.Sprintf("GOOD: exactly the expected messages arrived, %d at Slack and %d at the webhook, in order, "+
		"and nothing else, in %.0f s.", len(lines(all, bySlack)), len(lines(all, byHook)), took.Seconds()), width)...)
	p.print(plainly, "Now in earnest: bellhop --config config.yaml needs no credentials to begin with.")
}

// differences prints what was expected beside what was seen.
func (p *demoPage) differences(receiver string, c comparison) {
	p.print(bad, "NOT AS EXPECTED: "+receiver)
	for _, d := range c {
		words, m := "as expected", plainly
		switch d.how {
		case lineMissing:
			words, m = "MISSING", bad
		case lineTooMuch:
			words, m = "TOO MUCH", bad
		}
		for i, line := range fold(d.line, width-16) {
			head := strings.Repeat(" ", 16)
			if i == 0 {
				head = fmt.Sprintf("  %c %-11s ", d.how, words)
			}
			p.print(m, head+line)
		}
	}
}

// trouble says why the story ended early.
func (p *demoPage) trouble(err error) {
	p.print(bad, fold("The story could not go on: "+err.Error(), width)...)
}

// stopped says that somebody ended it.
func (p *demoPage) stopped() { p.print(plainly, "", "Stopped before the end. Nothing is left behind.") }

// log shows the end of bellhop's own log.
func (p *demoPage) log(lines []string) {
	if len(lines) > 0 {
		p.print(plainly, append([]string{"", "The last lines of bellhop's own log (all of it: --verbose):"}, lines...)...)
	}
}

// keeping says that all goes on.
func (p *demoPage) keeping(at demoPages) {
	p.print(plainly, "", "All of it goes on until Ctrl-C:", "  Status page  "+at.status, "  Slack        "+at.slack)
}
