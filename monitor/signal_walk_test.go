package monitor_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"bellhop/monitor"

	"pgregory.net/rapid"
)

// A move is one thing that can happen to a signal.
type move struct {
	after time.Duration
	what  byte // g good, f fail, n none, o older than the last, p gap, c closed with its incident, r removed
}

// A walk follows a signal through moves with books of its own, and says where the signal breaks an invariant:
// openings and ends alternate (I1), what opened has failed enough for long enough (I2), the bucket keeps its
// bounds and is empty when clean, and only then, but for what is open (I3), what ended was good enough for
// long enough (I4), None changes nothing (I5), and a gap tells nothing (I6).
type walk struct {
	rule   monitor.SignalRule
	signal monitor.Signal
	now    time.Time

	open             bool
	fails            int       // since it was last clean
	first            time.Time // of them
	goods            int       // in a row, without a gap
	goodFrom         time.Time
	calmFrom         time.Time // since when there is at most one failure in 21
	openings, events int
}

// take does one move; it gives back what the signal did wrong.
func (w *walk) take(m move) string {
	before := w.signal
	w.now = w.now.Add(m.after)
	switch m.what {
	case 'g':
		return w.step(monitor.Good)
	case 'f':
		return w.step(monitor.Fail)
	case 'n', 'o':
		at, what := w.now, monitor.None
		if m.what == 'o' {
			at, what = before.LastAt.Add(-time.Nanosecond), monitor.Fail
		}
		if after, edge := before.Step(at, what, w.rule); after != before || edge != monitor.NoEdge {
			return "I5: what says nothing changed something"
		}
		return ""
	case 'p':
		w.signal, w.goods = before.Gap(), 0
		if before.IsOpen() != w.signal.IsOpen() {
			return "I6: a gap opened or closed"
		}
	case 'c':
		w.signal, w.open = before.CloseWith(w.now), false
	default:
		w.signal, w.open = monitor.Signal{}, false // rows 15 and 16: the book starts it afresh
	}
	return w.bounds()
}

func (w *walk) step(what monitor.Evidence) string {
	if what == monitor.Good {
		if w.goods == 0 {
			w.goodFrom = w.now
		}
		w.goods++
	} else {
		if w.fails == 0 {
			w.first = w.now
		}
		if w.goods < 20 {
			w.calmFrom = w.now
		}
		w.goods, w.fails = 0, w.fails+1
	}
	var edge monitor.Edge
	w.signal, edge = w.signal.Step(w.now, what, w.rule)
	if wrong := w.told(edge); wrong != "" {
		return wrong
	}
	return w.bounds()
}

// told checks an edge against the books.
func (w *walk) told(edge monitor.Edge) string {
	switch edge {
	case monitor.Opened:
		need := int(math.Ceil(float64(w.rule.Alarm) / float64(w.rule.Fail)))
		if w.open {
			return "I1: opened twice"
		}
		if w.fails < need || w.now.Sub(w.first) < w.rule.Span {
			return "I2: opened on too little"
		}
		if s := w.signal; s.Since.Before(w.first) || s.Since.After(w.now) || s.Since.After(w.first) && s.Fails != s.Attempts {
			return "what it counts is not what failed since then"
		}
		w.open, w.events, w.openings = true, w.events+1, w.openings+1
	case monitor.Closed:
		if !w.open {
			return "I1: closed what was not open"
		}
		if w.goods < w.rule.MinGoods || w.now.Sub(w.goodFrom) < w.rule.Hold {
			return "I4: closed on too little"
		}
		if w.signal.GoodSince.Before(w.calmFrom) || w.signal.GoodSince.After(w.goodFrom) {
			return "it ended before failures that are no strays"
		}
		w.open, w.events = false, w.events+1
	case monitor.NoEdge, monitor.Suspected, monitor.Cleared:
	}
	return ""
}

// bounds checks what is so after any move.
func (w *walk) bounds() string {
	s := w.signal
	if s.Phase == monitor.Clean || s.Phase == "" {
		w.fails = 0
	}
	switch {
	case s.Level < 0 || s.Level > w.rule.Cap:
		return "I3: the bucket left its bounds"
	case !s.IsOpen() && (s.Phase == monitor.Clean || s.Phase == "") != (s.Level == 0):
		return "I3: clean is not the same as empty"
	case s.IsOpen() != w.open:
		return "I1: opened or closed without a word"
	case s.Fails > s.Attempts || s.GoodRun > s.Attempts-s.Fails || s.Tailed > s.Attempts:
		return "the counts do not add up"
	}
	return ""
}

func newWalk(r monitor.SignalRule) *walk { return &walk{rule: r, now: second(0)} }

// walkRules are rules of all kinds: the signals', and the presets'.
func walkRules(t testing.TB) []monitor.SignalRule {
	t.Helper()
	p := monitor.RealPace()
	all := monitor.Rules(p, &monitor.Check{})
	rules := all[:]
	for _, name := range []string{"fast", "quiet"} {
		rule, _ := monitor.Preset(name, p)
		rules = append(rules, monitor.Rules(p, &monitor.Check{Rule: rule})[0])
	}
	return rules
}

var walkPauses = [...]time.Duration{time.Second, 15 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 10 * time.Minute}

// TestSignalInvariantsWalk takes a million and more seeded steps, in worlds that fail seldom, often and always.
func TestSignalInvariantsWalk(t *testing.T) {
	rules := walkRules(t)
	openings := 0
	for seed := range uint64(2500) {
		rnd := rand.New(rand.NewPCG(seed, 14))
		w := newWalk(rules[seed%uint64(len(rules))])
		failing := [...]float64{0.02, 0.3, 0.97}
		regime := 0
		for i := range 450 {
			if rnd.IntN(25) == 0 {
				regime = rnd.IntN(len(failing))
			}
			m := move{after: walkPauses[rnd.IntN(len(walkPauses))], what: 'g'}
			if rnd.Float64() < failing[regime] {
				m.what = 'f'
			}
			if rnd.IntN(12) == 0 {
				m.what = "nnnnoopcr"[rnd.IntN(9)]
			}
			if wrong := w.take(m); wrong != "" {
				t.Fatalf("seed %d, step %d, move %c after %s: %s: %+v", seed, i, m.what, m.after, wrong, w.signal)
			}
		}
		openings += w.openings
	}
	if openings < 5000 {
		t.Errorf("only %d openings were walked through: the worlds are too calm to show anything", openings)
	}
}

// drawMoves draws moves as rapid shrinks them best.
func drawMoves(t *rapid.T) []move {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) move {
		return move{
			after: rapid.SampledFrom(walkPauses[:]).Draw(t, "after"),
			what:  rapid.SampledFrom([]byte("gggggffffffnopcr")).Draw(t, "what"),
		}
	}), 0, 200).Draw(t, "moves")
}

// TestSignalInvariants is the walk again, with moves that shrink; and a snapshot taken anywhere, stored and
// loaded, is invisible (I7).
func TestSignalInvariants(t *testing.T) {
	rules := walkRules(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWalk(rapid.SampledFrom(rules).Draw(t, "rule"))
		restart := rapid.IntRange(0, 20).Draw(t, "restart every")
		for i, m := range drawMoves(t) {
			if wrong := w.take(m); wrong != "" {
				t.Fatalf("move %d, %c after %s: %s: %+v", i, m.what, m.after, wrong, w.signal)
			}
			if restart == 0 || i%restart != 0 {
				continue
			}
			if loaded := reloaded(t, w.signal); loaded != w.signal {
				t.Fatalf("I7: after move %d\n%+v was stored and loaded as\n%+v", i, w.signal, loaded)
			}
		}
	})
}

func reloaded(t rapid.TB, s monitor.Signal) (loaded monitor.Signal) {
	stored, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(stored, &loaded)
	}
	if err != nil {
		t.Fatalf("store and load %+v: %v", s, err)
	}
	return loaded
}

// TestSignalMonotone ensures that a Fail that had been a Good would not have opened anything earlier (I9).
func TestSignalMonotone(t *testing.T) {
	rules := walkRules(t)
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom(rules).Draw(t, "rule")
		evidence := rapid.SliceOfN(rapid.SampledFrom([]byte("gfff")), 1, 120).Draw(t, "evidence")
		pauses := rapid.SliceOfN(rapid.SampledFrom(walkPauses[:]), len(evidence), len(evidence)).Draw(t, "pauses")
		opened := func() int {
			w := newWalk(rule)
			for i := range evidence {
				w.take(move{pauses[i], evidence[i]})
				if w.openings > 0 {
					return i
				}
			}
			return len(evidence)
		}
		before := opened()
		evidence[rapid.IntRange(0, len(evidence)-1).Draw(t, "mended")] = 'g'
		if after := opened(); after < before {
			t.Fatalf("I9: opened at %d instead of %d when a failure less was seen", after, before)
		}
	})
}

// watch asks a world from a phase of the schedule on: each minute while clean, each 15 s while not. It gives
// back what it told, and when.
func watch(r monitor.SignalRule, from, to time.Time, down func(time.Time) bool) (opened, closed []time.Time) {
	w := newWalk(r)
	for w.now = from; w.now.Before(to); {
		what := monitor.Good
		if down(w.now) {
			what = monitor.Fail
		}
		var edge monitor.Edge
		w.signal, edge = w.signal.Step(w.now, what, r)
		switch edge {
		case monitor.Opened:
			opened = append(opened, w.now)
		case monitor.Closed:
			closed = append(closed, w.now)
		case monitor.NoEdge, monitor.Suspected, monitor.Cleared:
		}
		pause := 15 * time.Second
		if w.signal.Phase == monitor.Clean {
			pause = time.Minute
		}
		w.now = w.now.Add(pause)
	}
	return opened, closed
}

// TestSignalWavesAreBounded ensures that no wave of outages of two minutes or more, however regular, tells
// more than 13 events in a day (I10); an undamped machine tells hundreds.
func TestSignalWavesAreBounded(t *testing.T) {
	rule := balanced(t)
	most := 0
	for down := 2 * time.Minute; down <= 10*time.Minute; down += 80 * time.Second {
		for up := time.Minute; up <= 30*time.Minute; up += 130 * time.Second {
			start := second(0)
			wave := func(at time.Time) bool { return at.Sub(start)%(down+up) < down }
			opened, closed := watch(rule, start.Add(37*time.Second), start.Add(24*time.Hour), wave)
			if events := len(opened) + len(closed); events > 13 || events == 0 {
				t.Errorf("I10: %s down, %s up told %d events in a day, want 1 to 13", down, up, events)
			}
			most = max(most, len(opened)+len(closed))
		}
	}
	t.Logf("at most %d events in a day", most)
}

// TestSignalDetection ensures that an outage is told within T + 45 s (I11), on average within 75 s, and that
// its end is told about a minute after it.
func TestSignalDetection(t *testing.T) {
	rule := balanced(t)
	start, end := second(600), second(1500)
	outage := func(at time.Time) bool { return !at.Before(start) && at.Before(end) }
	var delays, clears []time.Duration
	for phase := range 240 {
		opened, closed := watch(rule, second(0).Add(time.Duration(phase)*time.Second/4), second(3600), outage)
		if len(opened) != 1 || len(closed) != 1 {
			t.Fatalf("phase %d: one outage was told %d times, its end %d times", phase, len(opened), len(closed))
		}
		delays, clears = append(delays, opened[0].Sub(start)), append(clears, closed[0].Sub(end))
	}
	mean, p95, most := spread(delays)
	t.Logf("told after %s on average, p95 %s, at most %s", mean, p95, most)
	if most > 105*time.Second || mean > 76*time.Second || p95 > 103*time.Second {
		t.Errorf("I11: told after %s on average, p95 %s, at most %s; want 75, 102, 105 s", mean, p95, most)
	}
	mean, p95, most = spread(clears)
	t.Logf("the end was told after %s on average, p95 %s, at most %s", mean, p95, most)
	if most > 75*time.Second {
		t.Errorf("the end was told after up to %s, want 75 s", most)
	}
}

func spread(d []time.Duration) (mean, p95, most time.Duration) {
	slices.Sort(d)
	var sum time.Duration
	for _, one := range d {
		sum += one
	}
	return sum / time.Duration(len(d)), d[len(d)*95/100], d[len(d)-1]
}

// TestSignalBlipsAreNotTold ensures that outages of half a minute, as a rolling deploy makes them, tell nobody.
func TestSignalBlipsAreNotTold(t *testing.T) {
	rule := balanced(t)
	for phase := range 60 {
		blips := func(at time.Time) bool { return at.Sub(second(0))%(10*time.Minute) < 30*time.Second }
		if opened, _ := watch(rule, second(phase), second(6*3600), blips); len(opened) > 0 {
			t.Errorf("phase %d s: a blip was told at %s", phase, opened[0])
		}
	}
}

// FuzzSignal walks through whatever moves the bytes spell.
func FuzzSignal(f *testing.F) {
	outage := []byte{0x13, 0x13, 0x13, 0x13, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10} // four f, six g, 15 s apart
	f.Add(uint8(0), outage)
	f.Add(uint8(2), append(outage[:4:4], 0x18, 0x19, 0x10, 0x1a, 0x10, 0x13, 0x1b, 0x13, 0x1c))
	rules := walkRules(f)
	f.Fuzz(func(t *testing.T, rule uint8, moves []byte) {
		w := newWalk(rules[int(rule)%len(rules)])
		for i, b := range moves {
			m := move{walkPauses[int(b>>4)%len(walkPauses)], "gggfffffnopcrggg"[b&15]}
			if wrong := w.take(m); wrong != "" {
				t.Fatalf("move %d, %c after %s: %s: %+v", i, m.what, m.after, wrong, w.signal)
			}
		}
	})
}
