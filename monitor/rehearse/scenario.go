package rehearse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Scenario is what goes wrong, and when.
type Scenario struct {
	Name  string
	About string // a sentence
	Lines []Line // in the order of their times
}

// A Line is one thing that happens.
type Line struct {
	At    time.Duration // since the scenario began
	Do    Verb
	On    Target        // of begin and end
	Fault string        // of begin: a word of Faults
	Share float64       // of begin: how many of the attempts fail, 1 is all
	For   time.Duration // of suspend and restart: how long nobody watches
	Place int           // its line in the text, from 1
}

// Verb is what a line does.
type Verb string

// The verbs.
const (
	Begin   Verb = "begin"   // TARGET FAULT [SHARE]: from now on; what it did before is over
	End     Verb = "end"     // TARGET: it works again
	Suspend Verb = "suspend" // DURATION: bellhop's machine sleeps
	Restart Verb = "restart" // [DURATION]: bellhop is stopped, and started again after so long
	Stop    Verb = "stop"    // nothing is looked at after this
)

// A Mistake is one line that cannot be played. Line counts from 1.
type Mistake struct {
	File      string
	Line      int
	What, Fix string
}

// Error is the mistake in one line: night.txt:3: what is wrong: what to do.
func (m Mistake) Error() string { return fmt.Sprintf("%s:%d: %s: %s", m.File, m.Line, m.What, m.Fix) }

// Mistakes are all those of a text, in the order of its lines.
type Mistakes []Mistake

// Error is one line per mistake.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, each := range m {
		lines[i] = each.Error()
	}
	return strings.Join(lines, "\n")
}

// Bounds of a scenario: how much it can ask for, how long it can be, and how much can be said against it.
const (
	maxLines    = 10_000
	maxLong     = 31 * 24 * time.Hour
	maxMistakes = 100
)

// Parse reads a scenario. Its comments at the beginning say what it is about. The error is Mistakes.
func Parse(file, text string) (Scenario, error) {
	p := parser{file: file, s: Scenario{Name: file}}
	for n, raw := range strings.Split(text, "\n") {
		p.at = n + 1
		line, comment, has := strings.Cut(raw, "#")
		words := strings.Fields(line)
		switch {
		case len(words) > 0:
			p.line(words)
		case has && len(p.s.Lines) == 0 && len(p.wrong) == 0:
			p.about = append(p.about, strings.TrimSpace(comment))
		}
	}
	p.s.About = strings.TrimSpace(strings.Join(p.about, " "))
	if len(p.s.Lines) == 0 && len(p.wrong) == 0 {
		p.at = 1
		p.mistake("nothing happens", "write lines like +2m begin api 502")
	}
	if len(p.wrong) > 0 {
		return Scenario{}, p.wrong
	}
	return p.s, nil
}

type parser struct {
	file  string
	at    int
	s     Scenario
	last  time.Duration // time of the line before
	back  time.Duration // when bellhop looks again after the pause before
	over  bool          // stop was read
	about []string
	wrong Mistakes
}

func (p *parser) mistake(what, fix string) {
	if len(p.wrong) >= maxMistakes {
		return
	}
	p.wrong = append(p.wrong, Mistake{p.file, p.at, what, fix})
}

// line reads "+2m begin api 502 30%".
func (p *parser) line(words []string) {
	l := Line{Place: p.at}
	at, err := time.ParseDuration(strings.TrimPrefix(words[0], "+"))
	switch {
	case err != nil || !strings.HasPrefix(words[0], "+") || at < 0:
		p.mistake(strconv.Quote(words[0])+" is no time", "begin each line with the time since the scenario began, like +90s, +2m or +1h30m")
		return
	case at > maxLong:
		p.mistake("it is too late", "a scenario lasts 31 days at most")
		return
	case at < p.last:
		p.mistake(fmt.Sprintf("%s comes after a line of +%s", words[0], Clock(p.last)), "put the lines in the order of their times")
		return
	case len(p.s.Lines) >= maxLines:
		p.mistake("there are too many lines", fmt.Sprintf("keep %d", maxLines))
		return
	case p.over:
		p.mistake("it comes after stop, and is not looked at", "remove it, or put stop below it")
		return
	case len(words) < 2:
		p.mistake("nothing happens at "+words[0], "add what: begin, end, suspend, restart or stop")
		return
	}
	p.last = at
	l.At, l.Do = at, Verb(words[1])
	if p.verb(&l, words[2:]) {
		p.s.Lines = append(p.s.Lines, l)
	}
}

// verb reads what follows a verb, and says whether it could.
func (p *parser) verb(l *Line, rest []string) bool {
	switch l.Do {
	case Begin:
		return p.begin(l, rest)
	case End:
		if len(rest) != 1 {
			p.mistake("end is of one target", "write end api, for instance")
			return false
		}
		return p.target(l, rest[0]) && p.begun(l)
	case Suspend, Restart:
		return p.pause(l, rest)
	case Stop:
		if len(rest) > 0 {
			p.mistake("nothing comes after stop", "remove "+strings.Join(rest, " "))
		}
		p.over = true
		return len(rest) == 0
	}
	p.mistake(fmt.Sprintf("nobody can %q", l.Do), "use begin, end, suspend, restart or stop")
	return false
}

// begin reads "api 502 30%".
func (p *parser) begin(l *Line, rest []string) bool {
	if len(rest) < 2 || len(rest) > 3 {
		p.mistake("begin is of a target and a fault", "write begin api 502, or begin api 502 30%")
		return false
	}
	if !p.target(l, rest[0]) {
		return false
	}
	l.Fault, l.Share = rest[1], 1
	if !known(l.Fault) {
		p.mistake(fmt.Sprintf("there is no fault %q", l.Fault), "use one of "+strings.Join(FaultWords(), ", "))
		return false
	}
	if len(rest) == 3 {
		percent, err := strconv.ParseFloat(strings.TrimSuffix(rest[2], "%"), 64)
		if err != nil || !strings.HasSuffix(rest[2], "%") || !(percent > 0 && percent <= 100) {
			p.mistake(fmt.Sprintf("%q is no share", rest[2]), "write how many of the attempts fail, like 30%")
			return false
		}
		l.Share = percent / 100
	}
	return true
}

func (p *parser) target(l *Line, word string) bool {
	t, ok := ParseTarget(word)
	if !ok {
		p.mistake(fmt.Sprintf("there is no target %q", word), "use one of "+strings.Join(TargetWords(), ", "))
	}
	l.On = t
	return ok
}

// begun says whether there is something to end.
func (p *parser) begun(l *Line) bool {
	for _, before := range slices.Backward(p.s.Lines) {
		if before.On == l.On {
			if before.Do == Begin {
				return true
			}
			break
		}
	}
	p.mistake(fmt.Sprintf("nothing has begun on %s", l.On), "write its begin above, or remove this line")
	return false
}

// pause reads the duration of suspend, which has to have one, and of restart.
func (p *parser) pause(l *Line, rest []string) bool {
	if l.At < p.back {
		p.mistake("bellhop is off until +"+Clock(p.back)+" already", "put it after that, or make one pause of both")
		return false
	}
	if len(rest) > 0 || l.Do == Suspend {
		d, err := time.ParseDuration(strings.Join(rest, " "))
		if len(rest) != 1 || err != nil || d < 0 || d > maxLong {
			p.mistake(fmt.Sprintf("%s wants how long", l.Do), fmt.Sprintf("write %s 10m", l.Do))
			return false
		}
		l.For = d
	}
	p.back = l.At + l.For
	return true
}

// Clock is a duration as people read it: 1h2m, 90s as 1m30s, without what is nought.
func Clock(d time.Duration) string {
	d = d.Round(time.Second)
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
