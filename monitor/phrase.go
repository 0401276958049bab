package monitor

import (
	"fmt"
	"strings"
	"time"
)

// clock is a time as people read it: with its zone, and with its day unless that is today.
func (d *draft) clock(t time.Time) string { return sinceClock(t, d.now) }

func sinceClock(t, now time.Time) string {
	if t.UTC().Format(time.DateOnly) == now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("15:04:05 UTC")
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// began is since when an incident is what it is called now: a host that was slow before it went down was not down
// all the time.
func (d *draft) began(i *Incident) string {
	var other bool
	kind, began := i.kind(), d.now
	for _, m := range i.Members {
		r := d.row(m.Check)
		switch {
		case m.Signal != kind:
			other = true
		case r != nil && r.Signal(m.Signal).Since.Before(began):
			began = r.Signal(m.Signal).Since
		}
	}
	if !other || began.Sub(i.Since) <= d.b.pace.Relation {
		return d.clock(i.Since)
	}
	return fmt.Sprintf("%s, and in other trouble since %s", d.clock(began), d.clock(i.Since))
}

// during is a stretch of time with its length.
func (d *draft) during(from, to time.Time) string {
	return fmt.Sprintf("for %s, from %s to %s", span(to.Sub(from)), strings.TrimSuffix(d.clock(from), " UTC"), d.clock(to))
}

// span is a duration as people say it, in its two largest units.
func span(t time.Duration) string {
	t = t.Round(time.Second)
	units := []struct {
		d    time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	var parts []string
	for _, u := range units {
		if n := t / u.d; n > 0 && len(parts) < 2 {
			parts = append(parts, fmt.Sprintf("%d %s", n, u.name))
			t -= n * u.d
		} else if len(parts) > 0 {
			break
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func fail(n int) string {
	if n == 1 {
		return "1 check fails"
	}
	return fmt.Sprintf("%d checks fail", n)
}

func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// shorten cuts a text to at most n characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// publicUnclear is what the public page says where it cannot be told whose fault it is.
const (
	publicUnclear = "Something does not answer us as it should at present. We do not know yet whether it is our own network."
	pastUnclear   = "Something did not answer us as it should. We did not know whether it was our own network."
)

// past is what an incident was at a severity, once it is over.
func past(i *Incident, s Severity) string {
	switch {
	case i.fault() == FaultOverdue:
		return "overdue"
	case i.fault() == FaultFailed:
		return "failing"
	case s == Down && fromHere(i):
		return "out of reach"
	case s == Down:
		return "down"
	case s == AuthLost && i.Cause.Kind == NodeClient:
		return "rejected"
	case s == AuthLost:
		return "locked out"
	case s == QuotaOut:
		return "over quota"
	case i.kind() == Latency:
		return "slow"
	}
	return "degraded"
}

// atWorst is what it was besides, if its last word was not its worst.
func atWorst(i *Incident) string {
	if i.Worst == "" || i.Worst == i.Severity {
		return ""
	}
	return ", at worst " + past(i, i.Worst) + ","
}

// byTurns says of an outage that its checks were answered for a part of the time.
func byTurns(i *Incident) string {
	if i.Severity != Down || past(i, Down) != "down" {
		return ""
	}
	failed, of := 0, 0
	for _, a := range i.Affected {
		failed, of = failed+a.Failed, of+a.Of
	}
	if 5*failed >= 4*of {
		return ""
	}
	return " or degraded"
}
