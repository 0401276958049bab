package bench

import (
	"context"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/rehearse"
)

// outside is a world as the book's checks meet it.
type outside struct{ *World }

// Ask answers an attempt.
func (o outside) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	met := o.World.Ask(c, a.At)
	if met.Fault == monitor.FaultNone {
		return healthy(c, met.Took)
	}
	out := monitor.Outcome{Took: met.Took, Fault: met.Fault, Status: met.Status, Code: met.Code, Detail: string(met.Fault)}
	if c.Forced || met.Fault == monitor.FaultUnauthorized {
		out.Forced = 1
	}
	if met.Fault == monitor.FaultQuota {
		out.RetryAfter = 20 * time.Second
	}
	return out
}

// Controls are the control hosts.
func (o outside) Controls(at time.Time) []monitor.ControlAnswer {
	ok := true
	for n := o.after(at) - 1; n >= 0 && o.until[n].After(at); n-- {
		if s := o.Segments[n]; s.Cut && s.To.After(at) {
			ok = false
		}
	}
	return []monitor.ControlAnswer{{Name: "one", OK: ok}, {Name: "two", OK: ok}, {Name: "three", OK: ok}}
}

// healthy is the answer to a check when all is well.
func healthy(c *monitor.Check, took time.Duration) monitor.Outcome {
	o := monitor.Outcome{Took: took, Status: 200}
	switch {
	case c.Kind == "token-edge":
		o.Status = 400
	case c.Anonymous && strings.HasSuffix(c.Name, "-edge"):
		o.Status = 401
	case c.Kind == "tls":
		o.Status = 0
	}
	if c.Forced {
		o.Forced = 1
	}
	return o
}

// A telling is what the book told in one world.
type telling struct {
	Heard

	Notices   int                // posts that are about bellhop and its set-up, and not about an incident
	Incidents []monitor.Incident // as they were last told, by id
}

// tell plays a world to the whole book.
func (w *World) tell(ctx context.Context, c cast) telling {
	var t telling
	last := map[string]int{}
	tally := rehearse.Play{
		Pace: monitor.RealPace(), Config: c.config(), World: outside{w}, Script: w.script(c), Start: w.Start, End: w.End,
		Hear: func(m rehearse.Message) { t.hear(m, last) },
	}.Run(ctx)
	t.Probes = tally.Asked
	return t
}

func (t *telling) hear(m rehearse.Message, last map[string]int) {
	switch {
	case m.About == nil:
		t.Notices++
		return
	case !m.Edit:
		t.Messages = append(t.Messages, Message{m.At, words(m.Type), m.Incident})
	}
	n, known := last[m.Incident]
	if !known {
		n = len(t.Incidents)
		last[m.Incident], t.Incidents = n, append(t.Incidents, monitor.Incident{})
	}
	t.Incidents[n] = *m.About
}

// words is what a message means to one who keeps count of what is wrong.
func words(t monitor.EventType) Word {
	switch t {
	case monitor.EventOpened, monitor.EventReopened:
		return Began
	case monitor.EventResolved:
		return Ended
	default:
		return Other
	}
}

// A script is what happens to bellhop in a world, and what the integration reports.
type script struct {
	steps []rehearse.Step
	times []time.Time
}

// Next is the next step.
func (s *script) Next() (time.Time, rehearse.Step, bool) {
	if len(s.steps) == 0 {
		return time.Time{}, rehearse.Step{}, false
	}
	at, step := s.times[0], s.steps[0]
	s.times, s.steps = s.times[1:], s.steps[1:]
	return at, step, true
}

func (s *script) add(at time.Time, step rehearse.Step) {
	s.times, s.steps = append(s.times, at), append(s.steps, step)
}

// script is what happens in the world: its acts, or its reports. No world has both.
func (w *World) script(c cast) *script {
	s := &script{}
	for _, a := range w.Acts {
		switch a.What {
		case Restart:
			s.add(a.At, rehearse.Step{Restart: true, Off: a.For})
		case Reload:
			config := c.config()
			config.At = a.At
			s.add(a.At, rehearse.Step{Inputs: []monitor.Input{config}})
		default:
			s.add(a.At, rehearse.Step{Off: a.For})
		}
	}
	if w.PerMinute > 0 {
		w.reports(s)
	}
	return s
}
