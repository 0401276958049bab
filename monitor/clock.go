package monitor

import (
	"sync/atomic"
	"time"
)

// What the clocks may differ by before it is taken for a jump, and a tick may be late before it is taken
// for a stall. These belong to the machine and not to Pace.
const (
	clockEvery = time.Second
	jumpOver   = 2 * time.Second
	stallOver  = 5 * time.Second
)

// A reading is all clocks of the machine at one moment.
type reading struct {
	wall time.Time
	mono time.Duration // stands still while the machine sleeps
	boot time.Duration // goes on while it sleeps; 0 where it is not known
}

// jolt says what happened to time between two readings.
type jolt string

const (
	noJolt      jolt = ""
	joltSuspend jolt = "suspend"
	joltForward jolt = "clock set forward"
	joltBack    jolt = "clock set back"
	joltStall   jolt = "stall"
)

// judge tells whether time went on as it should between two readings, and if not, how long nobody watched.
// off is how far the wall clock is ahead of engine time at the second reading: it sees small steps add up.
// The boot clock only tells a sleep from a clock that was set: a wall clock that agrees with engine time
// is believed.
func judge(a, b reading, off time.Duration) (jolt, time.Duration) {
	wall, mono := b.wall.Sub(a.wall), b.mono-a.mono
	unseen := max(wall, -wall, mono)
	switch {
	case off > jumpOver && a.boot > 0 && b.boot-a.boot-mono > jumpOver:
		return joltSuspend, max(unseen, b.boot-a.boot)
	case off > jumpOver:
		return joltForward, max(unseen, off)
	case off < -jumpOver:
		return joltBack, max(unseen, -off)
	case mono > stallOver:
		return joltStall, unseen
	}
	return noJolt, 0
}

// A clock gives engine time: the wall clock when it was last set, and the monotonic time since. Between two
// jolts it never jumps, whatever is done to the wall clock.
type clock struct {
	anchor atomic.Pointer[anchor]
	read   func() reading
}

type anchor struct {
	wall time.Time
	mono time.Duration
}

func newClock() *clock {
	start := time.Now()
	c := &clock{read: func() reading {
		now := time.Now()
		return reading{wall: now.UTC().Round(0), mono: now.Sub(start)}
	}}
	c.set(c.read())
	return c
}

// Now is engine time, in UTC and without a monotonic reading.
func (c *clock) Now() time.Time { return c.at(c.read()) }

func (c *clock) at(r reading) time.Time {
	a := c.anchor.Load()
	return a.wall.Add(r.mono - a.mono)
}

// off is how far the wall clock is ahead of engine time.
func (c *clock) off(r reading) time.Duration { return r.wall.Sub(c.at(r)) }

// jolted says that the wall clock has left engine time, which the watcher will find within a second.
func (c *clock) jolted() bool {
	off := c.off(c.read())
	return max(off, -off) > jumpOver
}

// set makes engine time the wall clock's.
func (c *clock) set(r reading) { c.anchor.Store(&anchor{wall: r.wall, mono: r.mono}) }
