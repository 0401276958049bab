package monitor

import (
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A hotelier is a made-up hotel: how many events it makes in an average minute by day, in bursts of some
// events each, and seldom at night.
type hotelier struct {
	perMinute, burst float64
	night            float64 // share of the day's rate
}

// minute is the events of one minute.
func (h hotelier) minute(r *rand.Rand, at time.Time) int {
	rate := h.perMinute / h.burst
	if hour := at.Hour(); hour < 6 || hour >= 22 {
		rate *= h.night
	}
	if wd := at.Weekday(); wd == time.Saturday || wd == time.Sunday {
		rate *= 0.6
	}
	if r.Float64() < rate {
		return 1 + r.IntN(max(1, int(2*h.burst)-1))
	}
	return 0
}

// live plays minutes of reports: with what comes of it, and until when. events and pings say whether they arrive.
func live(h Hotel, who hotelier, r *rand.Rand, from time.Time, minutes int, events, pings bool, told func(time.Time, verdict)) (Hotel, time.Time) {
	var w WebhookReport
	w.LastPing, w.LastEvent = h.LastPing, h.LastEvent
	at := from
	for i := range minutes {
		at = from.Add(time.Duration(i+1) * time.Minute)
		w.Events = 0
		if n := who.minute(r, at); events && n > 0 {
			w.Events, w.LastEvent = n, at.Add(-time.Duration(r.IntN(60))*time.Second)
		}
		if pings && at.Minute()%2 == 0 {
			w.LastPing = at.Add(-7 * time.Second)
		}
		var v verdict
		h, v = h.hears(w, at, RealPace())
		told(at, v)
	}
	return h, at
}

var monday = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

// TestRhythmKnowsAQuietNight lets hotels of many sizes, alone and all together, live for three weeks, and wants
// no alarm from any, not even in the first night.
func TestRhythmKnowsAQuietNight(t *testing.T) {
	for name, tt := range map[string]struct {
		account string
		who     hotelier
	}{
		"a small hotel":         {"A", hotelier{0.02, 3, 0.02}},
		"a hotel":               {"A", hotelier{0.2, 3, 0.05}},
		"a large hotel":         {"A", hotelier{1.5, 4, 0.1}},
		"all of few":            {"", hotelier{0.3, 3, 0.05}},
		"all of a store app's":  {"", hotelier{5, 2, 0.2}},
		"all, dead at night":    {"", hotelier{5, 2, 0}},
		"all, alike day and at": {"", hotelier{5, 1.5, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			alarms := 0
			for seed := range uint64(4) {
				r := rand.New(rand.NewPCG(seed, 7))
				last := false
				live(Hotel{Account: tt.account}, tt.who, r, monday, 21*24*60, true, true, func(_ time.Time, v verdict) {
					if v.Fault != FaultNone && !last {
						alarms++
					}
					last = v.Fault != FaultNone
				})
			}
			if alarms > 0 {
				t.Errorf("%d alarms in %d quiet weeks", alarms, 12)
			}
		})
	}
}

// TestRhythmHears2019 plays the outage of 2019-11-22 (docs/apaleo.md, section 6): from 04:24 on pings arrive
// and events do not.
func TestRhythmHears2019(t *testing.T) {
	who := hotelier{5, 2, 0.2}
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 19))
		quiet := func(time.Time, verdict) {}
		h, at := live(Hotel{}, who, r, monday, 18*24*60+4*60+24, true, true, quiet)
		var heard time.Time
		h, at = live(h, who, r, at, 8*60, false, true, func(at time.Time, v verdict) {
			if v.Fault == FaultQuiet && heard.IsZero() {
				heard = at
			}
			if v.Fault == FaultStalled {
				t.Fatalf("%v: said that nothing arrives, though pings do", at)
			}
		})
		stopped := at.Add(-8 * time.Hour)
		if heard.IsZero() || heard.Sub(stopped) > 75*time.Minute {
			t.Errorf("seed %d: heard %v after events stopped", seed, heard.Sub(stopped))
		}
		h, at = live(h, who, r, at, 30, true, true, quiet)
		if v := h.judge(at, RealPace()); v.Fault != FaultNone || !v.Known {
			t.Errorf("seed %d: %v when events had come again", seed, v)
		}
		// It stops again the next day, by day: one outage has not made it deaf.
		h, at = live(h, who, r, at, 24*60, true, true, quiet)
		heard = time.Time{}
		_, end := live(h, who, r, at, 3*60, false, true, func(at time.Time, v verdict) {
			if v.Fault == FaultQuiet && heard.IsZero() {
				heard = at
			}
		})
		if heard.IsZero() || heard.Sub(end.Add(-3*time.Hour)) > 75*time.Minute {
			t.Errorf("seed %d: the second time heard after %v", seed, heard.Sub(end.Add(-3*time.Hour)))
		}
	}
}

// TestRhythmMissesPings wants five missing pings told, at whatever period they come.
func TestRhythmMissesPings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := time.Duration(rapid.IntRange(60, 600).Draw(t, "period")) * time.Second
		h, at, p := Hotel{Account: "A"}, monday, RealPace()
		var v verdict
		var ping time.Time
		for range rapid.IntRange(10, 200).Draw(t, "minutes of 10") * 10 {
			at = at.Add(time.Minute)
			ping = at.Truncate(period)
			h, v = h.hears(WebhookReport{LastPing: ping}, at, p)
			if v.Fault != FaultNone {
				t.Fatalf("%v while pings come every %v", v, period)
			}
		}
		if h.Pings.Count < periodKnown {
			return
		}
		for at.Sub(ping) < missed*period-time.Minute {
			at = at.Add(time.Minute)
			if h, v = h.hears(WebhookReport{LastPing: ping}, at, p); v.Fault != FaultNone {
				t.Fatalf("%v after %v, at one ping every %v", v, at.Sub(ping), period)
			}
		}
		for range int(period/time.Minute)*2 + 3 {
			at = at.Add(time.Minute)
			h, v = h.hears(WebhookReport{LastPing: ping}, at, p)
		}
		if v.Fault != FaultStalled {
			t.Fatalf("%v after %v without a ping, at one every %v (learned %v)", v, at.Sub(ping), period, h.Pings.Period)
		}
	})
}

// TestRhythmIsMonotone: the longer a silence, the less it is taken for quiet; and an event ends it at once.
func TestRhythmIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		who := hotelier{rapid.Float64Range(0.01, 8).Draw(t, "rate"), rapid.Float64Range(1, 5).Draw(t, "burst"), rapid.Float64Range(0, 1).Draw(t, "night")}
		h, at := live(Hotel{}, who, r, monday, rapid.IntRange(1, 5000).Draw(t, "minutes"), true, rapid.Bool().Draw(t, "pings"), func(time.Time, verdict) {})
		was := false
		for range 40 {
			at = at.Add(time.Duration(r.IntN(90)) * time.Minute)
			is := h.Events.silent(allHotels, at, RealPace())
			if was && !is {
				t.Fatalf("%v: quiet again by waiting", at)
			}
			was = is
		}
		if !was {
			return
		}
		h, v := h.hears(WebhookReport{LastPing: at, LastEvent: at, Events: 1}, at, RealPace())
		if v.Fault != FaultNone || !v.Known {
			t.Fatalf("%v right after an event (%+v)", v, h.Events)
		}
	})
}
