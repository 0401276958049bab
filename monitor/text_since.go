package monitor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// sinceText is the numbers behind the claim.
func (d *draft) sinceText(i *Incident, what string) string {
	if i.Severity == Warning {
		return ": " + d.detail(i, what) + "."
	}
	var b strings.Builder
	b.WriteString(": ")
	if i.kind() == Latency {
		b.WriteString(d.slowNumbers(i))
	} else {
		b.WriteString(d.failNumbers(i, what))
	}
	if n := i.Scope.Blocked; n > 0 {
		fmt.Fprintf(&b, " %s cannot be asked because of it.", count(n, "more check"))
	}
	if i.Reopened > 0 {
		fmt.Fprintf(&b, " This is outage number %d.", i.Reopened+1)
	}
	if i.Flapping && i.Hold > 0 {
		fmt.Fprintf(&b, " It comes and goes: its end is told after %s of calm.", span(i.Hold))
	}
	return b.String()
}

// failNumbers is what fails, how often and since when. How often it usually does is said where something fails only now
// and then: that is when somebody asks whether it is news. Where all of it fails it would be one more number to read.
func (d *draft) failNumbers(i *Incident, what string) string {
	asked, streams := d.apart(i)
	if len(asked) == 0 && len(streams) > 0 {
		return d.requestNumbers(i, streams)
	}
	t, text, usual, reach := d.tally(asked), "", "", ""
	seen := []string{d.detail(i, what)}
	if i.Severity == Degraded {
		seen, usual = append([]string{share(t)}, seen...), d.usualText(asked)
	}
	switch s := i.Scope; {
	case s.Evaluated > 1 && i.Severity != Degraded:
		text = fmt.Sprintf("%d of %s", s.Failing, fail(s.Evaluated))
	case s.Failing > len(asked): // the attempts are of the cause's own probes
		text = fmt.Sprintf("%d of %s failed", t.Bad, count(t.N, "attempt"))
		reach = fmt.Sprintf(" It shows at %d of %s.", s.Failing, count(s.Evaluated, "check"))
	case s.Evaluated > 1:
		text = fmt.Sprintf("%d of %s on %d of %s failed", t.Bad, count(t.N, "attempt"), s.Failing, count(s.Evaluated, "check"))
	default:
		text = fmt.Sprintf("%d of %s failed", t.Bad, count(t.N, "attempt"))
	}
	if words := joined(", ", seen...); words != "" {
		text += " (" + words + ")"
	}
	return text + " since " + joined(", ", d.began(i), usual) + "." + reach + d.tooText(streams)
}

// slowNumbers is how many answers take how long, and what they took last and usually take.
func (d *draft) slowNumbers(i *Incident) string {
	asked, _ := d.apart(i)
	t := d.tally(asked)
	text := fmt.Sprintf("%d of %s", t.Bad, count(t.N, "answer"))
	if s := i.Scope; s.Evaluated > 1 {
		text += fmt.Sprintf(" on %d of %s", s.Failing, count(s.Evaluated, "check"))
	}
	text += " took " + d.slowLimit(i) + " since " + d.began(i)
	var last, usual string
	if m, ok := d.witness(i); ok && d.row(m.Check) != nil {
		r := d.row(m.Check)
		if f := r.Failures[signalIndex(Latency)]; f != nil && f.Took > 0 {
			last = "last " + seconds(f.Took)
		}
		if r.Usual != nil && r.Usual.Median > 0 {
			usual = "usually " + seconds(r.Usual.Median)
		}
	}
	if took := joined(", ", last, usual); took != "" {
		text += " (" + took + ")"
	}
	return text + "."
}

// slowWhy is how slow a check's answers are, in a few words.
func (d *draft) slowWhy(c *Check, r *Row) string {
	t := d.tally([]SignalID{{c.ID(), Latency}})
	text := fmt.Sprintf("slow; %d of %s took over %s", t.Bad, count(t.N, "answer"), seconds(c.SlowOver(r.Usual)))
	usual := ""
	if r.Usual != nil && r.Usual.Median > 0 {
		usual = "usually " + seconds(r.Usual.Median)
	}
	return text + " since " + joined(", ", d.clock(r.Signal(Latency).Since), usual)
}

// slowLimit is the time over which the answers of an incident's own checks are slow.
func (d *draft) slowLimit(i *Incident) string {
	var least, most time.Duration
	for _, m := range d.own(i) {
		c, r := d.watched.checks[m.Check], d.row(m.Check)
		if c == nil || r == nil || c.SlowOver(r.Usual) == 0 {
			continue
		}
		over := c.SlowOver(r.Usual)
		if most = max(most, over); least == 0 || over < least {
			least = over
		}
	}
	switch from, to := seconds(least), seconds(most); {
	case most == 0:
		return "too long"
	case from != to:
		return fmt.Sprintf("too long (over %s to %s, by check)", from, to)
	default:
		return "over " + to
	}
}

// detail is what was seen, with what the probe adds to it.
func (d *draft) detail(i *Incident, what string) string {
	f := d.failure(i)
	if f != nil && f.Detail != "" && (i.Cause.Kind == NodeCheck || f.Fault == FaultExpiring) {
		if f.Fault == FaultExpiring || strings.HasPrefix(f.Detail, what) {
			return f.Detail
		}
		return what + ", " + f.Detail
	}
	return what
}

// own are the signals that an incident's numbers are of: those of its cause's own checks, else all of its members.
func (d *draft) own(i *Incident) []SignalID {
	if len(i.Leads) > 0 {
		return i.Leads
	}
	return i.Members
}

// usualText is how often the attempts at checks usually fail, or "" where too few were seen to say so.
func (d *draft) usualText(asked []SignalID) string {
	var good, fails float64
	for _, m := range asked {
		if u := d.row(m.Check).usual(); u != nil && m.Signal == Availability {
			good, fails = good+u.Good, fails+u.Fails
		}
	}
	return rateText(usually(good, fails))
}

// rateText is a rate that is usual.
func rateText(rate float64, under, known bool) string {
	switch {
	case !known:
		return ""
	case under:
		return "usually under " + strings.TrimPrefix(percent(rate), "under ")
	default:
		return "usually " + percent(rate)
	}
}

// fewAttempts are too few for a percentage to say more than the counts do.
const fewAttempts = 10

// share is a part in percent, or "" where the counts say it all.
func share(t Tally) string {
	if t.N < fewAttempts || t.Bad == 0 || t.Bad == t.N {
		return ""
	}
	return percent(float64(t.Bad) / float64(t.N))
}

// percent is a rate from 0 to 1 for people: no more digits than it deserves, and never rounded to all or nothing.
func percent(rate float64) string {
	p, text := 100*rate, ""
	switch {
	case p >= 99 && p < 100:
		return "over 99 %"
	case p >= 9.95:
		text = strconv.FormatFloat(p, 'f', 0, 64)
	case p >= 1:
		text = strconv.FormatFloat(p, 'g', 2, 64)
	case p >= 0.001 || p <= 0:
		text = strconv.FormatFloat(max(p, 0), 'g', 1, 64)
	default:
		return "under 0.001 %"
	}
	return text + " %"
}

// seconds is how long an answer takes, to two digits.
func seconds(t time.Duration) string {
	s := t.Seconds()
	if s >= 9.95 {
		return strconv.FormatFloat(s, 'f', 0, 64) + " s"
	}
	return strconv.FormatFloat(max(s, 0.001), 'g', 2, 64) + " s"
}

// joined puts a separator between the words that there are.
func joined(between string, words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), between)
}
