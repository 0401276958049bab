package apaleo

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPaceKeepsTheBudget ensures that, for however many hotels and whatever modules, no host is asked more than 60
// times a minute while all is well, new tokens included, and that few hotels are asked as the table says.
func TestPaceKeepsTheBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Hosts: RealHosts(), Modules: rapid.SliceOfDistinct(rapid.SampledFrom(ModuleNames()), rapid.ID).Draw(t, "modules")}
		c.Pace.By = 1
		l := c.load()
		l.accounts, l.connect = rapid.IntRange(0, 200_000).Draw(t, "accounts"), rapid.IntRange(0, 300).Draw(t, "store apps")
		for i := range l.each {
			l.each[i].of = l.accounts
		}
		p := l.pace()
		for on := range hosts {
			sum := l.on(on, p)
			if on == onIdentity {
				sum += l.tokens(p)
			}
			if sum > 60 {
				t.Fatalf("host %d: %.1f requests a minute with %+v", on, sum, p)
			}
		}
		if l.accounts <= 5 && l.connect <= 5 && (p.rotate || p.stretch != 0 || p.forced != 15*minute) {
			t.Fatalf("%d hotels are not asked as the table says: %+v", l.accounts, p)
		}
		if p.rotate && p.stretch > minute && l.on(onAPI, p) < 10 && l.tokens(p) < 10 {
			t.Fatalf("there was room for more: %+v", p)
		}
	})
}

// TestPaceOfThreeHundred is what the page says of three hundred hotels with credentials of their own.
func TestPaceOfThreeHundred(t *testing.T) {
	c := Config{Hosts: RealHosts(), Modules: []string{"booking", "finance", "night-audit"}}
	c.Pace.By = 1
	l := c.load()
	l.accounts = 300
	for i := range l.each {
		l.each[i].of = 300
	}
	if p, want := l.pace(), (pacing{rotate: true, stretch: 20 * minute, forced: 15 * minute}); p != want {
		t.Errorf("pacing %+v, want %+v", p, want)
	}
}

// TestEvenScheduleNeverCrowds ensures that what many hotels are asked comes at even distances, at any moment.
func TestEvenScheduleNeverCrowds(t *testing.T) {
	const among, period = 600, 15 * time.Minute
	start := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	var busy [30]int
	for place := range among {
		at := start
		for s := evenSchedule(period, place, among); ; {
			if at = s.Next(at); !at.Before(start.Add(30 * time.Minute)) {
				break
			}
			busy[int(at.Sub(start)/time.Minute)]++
		}
	}
	for m, n := range busy {
		if n < 39 || n > 41 {
			t.Errorf("minute %d: %d are asked, want 40", m, n)
		}
	}
}
