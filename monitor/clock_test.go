package monitor

import (
	"testing"
	"time"
)

// What the clocks say together tells sleep, a clock that was set, and a process that stood still apart.
func TestJudge(t *testing.T) {
	const s = time.Second
	for _, tt := range []struct {
		name             string
		wall, mono, boot time.Duration // how far each went
		offBefore        time.Duration // wall ahead of engine time before
		want             jolt
		unseen           time.Duration
	}{
		{"a second", s, s, s, 0, noJolt, 0},
		{"a late tick", 4 * s, 4 * s, 4 * s, 0, noJolt, 0},
		{"a small step", 2 * s, s, s, 0, noJolt, 0},
		{"small steps that add up", 2 * s, s, s, 1500 * time.Millisecond, joltForward, 2500 * time.Millisecond},
		{"suspend", 8 * 3600 * s, s, 8 * 3600 * s, 0, joltSuspend, 8 * 3600 * s},
		{"set forward", 3601 * s, s, s, 0, joltForward, 3601 * s},
		{"set back", -3599 * s, s, s, 0, joltBack, 3600 * s},
		{"stopped for a while", 20 * s, 20 * s, 20 * s, 0, joltStall, 20 * s},
		{"no boot clock", 3601 * s, s, 0, 0, joltForward, 3601 * s},
		{"boot clock alone", s, s, 100 * s, 0, noJolt, 0},
	} {
		a := reading{wall: noon, mono: 5 * s, boot: 9 * s}
		b := reading{wall: noon.Add(tt.wall), mono: a.mono + tt.mono, boot: a.boot + tt.boot}
		if tt.boot == 0 {
			a.boot, b.boot = 0, 0
		}
		got, unseen := judge(a, b, tt.offBefore+tt.wall-tt.mono)
		if got != tt.want || unseen != tt.unseen {
			t.Errorf("%s: got %q, unseen %v; want %q, %v", tt.name, got, unseen, tt.want, tt.unseen)
		}
	}
}

// Engine time is UTC, has no monotonic reading, and follows the wall clock only when it is told to.
func TestClock(t *testing.T) {
	now := reading{wall: noon, mono: time.Second}
	c := &clock{read: func() reading { return now }}
	c.set(now)
	now = reading{wall: noon.Add(-time.Hour), mono: 3 * time.Second}
	if got, want := c.Now(), noon.Add(2*time.Second); !got.Equal(want) {
		t.Errorf("after the wall clock was set back: got %v, want %v", got, want)
	}
	if !c.jolted() {
		t.Error("an hour off and not jolted")
	}
	c.set(now)
	if got := c.Now(); !got.Equal(now.wall) || c.jolted() {
		t.Errorf("after set: got %v, want %v", got, now.wall)
	}
	if got := newClock().Now(); got != got.Round(0) || got.Location() != time.UTC {
		t.Errorf("got %#v, want UTC without a monotonic reading", got)
	}
}
