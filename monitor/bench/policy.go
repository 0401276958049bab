package bench

import (
	"time"

	"bellhop/monitor"
)

// A Policy is a rule by which a monitor asks one thing and tells of it.
type Policy interface {
	// Step takes what the attempt met that was due at a time. It returns when to ask next, and what was told since
	// the step before.
	Step(at time.Time, a Answer) (next time.Time, told []Message)
}

// A Message is one that a person sees as new: a post or a broadcast, never an edit.
type Message struct {
	At   time.Time
	What Word
	Of   string // the incident; a monitor without them has one, ""
}

// A Word is what a message says.
type Word string

// The words.
const (
	Began Word = "began" // or began again
	Ended Word = "ended"
	Other Word = "other"
)

// A Heard is what came of one world: what was told, and how often something was asked.
type Heard struct {
	Messages []Message
	Probes   int
}

// solo is the check that policies for one check are played with.
func solo() *monitor.Check {
	c := &monitor.Check{
		Name: "solo", Kind: "http", Host: "solo.example.com:443", Every: time.Minute, Timeout: 10 * time.Second, Own: true, Asks: "solo",
		Anonymous: true, Path: []monitor.Node{{Kind: monitor.NodeEdge, ID: "solo.example.com:443"}},
	}
	c.Schedule = monitor.EverySchedule(c.ID(), c.Every)
	return c
}

// play plays a world to a policy.
func (w *World) play(p Policy, first time.Time) Heard {
	var h Heard
	c := solo()
	k := key(c.ID())
	for at := first; at.Before(w.End); {
		next, told := p.Step(at, w.ask(c, k, at))
		h.Messages = append(h.Messages, told...)
		h.Probes++
		at = next
	}
	return h
}
