package monitor_test

import (
	"testing"
	"time"

	"bellhop/monitor"
)

// second is a time so many seconds after ten o'clock.
func second(n int) time.Time {
	return time.Date(2026, 11, 22, 10, 0, n, 0, time.UTC)
}

// seen is the newest evidence first, each with the second it was seen.
func seen(s monitor.Signal, what ...monitor.Sighting) monitor.Signal {
	copy(s.Recent[:], what)
	s.Last, s.LastAt = what[0].What, what[0].At
	return s
}

func good(n int) monitor.Sighting { return monitor.Sighting{At: second(n), What: monitor.Good} }
func fail(n int) monitor.Sighting { return monitor.Sighting{At: second(n), What: monitor.Fail} }

func balanced(t testing.TB) monitor.SignalRule {
	t.Helper()
	rule, ok := monitor.Preset("balanced", monitor.RealPace())
	if !ok {
		t.Fatal("no preset is called balanced")
	}
	return monitor.Rules(monitor.RealPace(), &monitor.Check{Rule: rule})[0]
}

// TestSignalRows takes every row of the table in Step's comment, with all that it changes.
func TestSignalRows(t *testing.T) {
	type signal = monitor.Signal
	clean := signal{Phase: monitor.Clean}
	two := signal{Phase: monitor.Suspect, Level: 28, Since: second(0), Run: second(0), Attempts: 2, Fails: 2, Tail: 0b11, Tailed: 2, Last: monitor.Fail}
	last := signal{Phase: monitor.Suspect, Level: 1, Since: second(0), Run: second(15), Attempts: 14, Fails: 1, Tail: 0, Tailed: 8, Blips: 4, Last: monitor.Good}
	four := signal{Phase: monitor.Suspect, Level: 56, Since: second(0), Run: second(0), Attempts: 4, Fails: 4, Tail: 0b1111, Tailed: 4, Last: monitor.Fail}
	late := signal{Phase: monitor.Suspect, Level: 50, Since: second(-90), Run: second(0), Attempts: 8, Fails: 4, Tail: 0b10000111, Tailed: 8, Last: monitor.Fail}
	open := signal{Phase: monitor.Open, Level: 56, Since: second(0), Run: second(0), Attempts: 4, Fails: 4, Hold: 40 * time.Second, Tail: 0b1111, Tailed: 4, Last: monitor.Fail}
	recovering := signal{
		Phase: monitor.Recovering, Level: 53, Since: second(0), Run: second(60), Attempts: 7, Fails: 4, GoodRun: 3, GoodSince: second(60),
		Hold: 40 * time.Second, Tail: 0b1111000, Tailed: 7, Last: monitor.Good,
	}
	five := recovering
	five.Attempts, five.GoodRun, five.Level, five.Tail, five.Tailed = 8, 4, 52, 0b11110000, 8
	waits := recovering // for nothing but its time
	waits.Attempts, waits.GoodRun, waits.Hold, waits.Level = 24, 20, 10*time.Minute, 36
	strayed := waits
	strayed.Run, strayed.Attempts, strayed.GoodRun, strayed.Tail, strayed.Tailed = second(400), 4, 0, 0, 0

	for _, row := range []struct {
		row  string
		from signal
		at   int
		what monitor.Evidence
		want signal
		edge monitor.Edge
	}{
		{"1: nothing seen yet", signal{}, 5, monitor.Good, seen(clean, good(5)), monitor.NoEdge},
		{"1", seen(clean, good(1)), 5, monitor.Good, seen(clean, good(5), good(1)), monitor.NoEdge},
		{
			"2", seen(signal{Phase: monitor.Clean, Blips: 3, Reopens: 1, Closed: second(-100), GoodSince: second(-200)}, good(-60)), 0, monitor.Fail,
			seen(signal{
				Phase: monitor.Suspect, Level: 14, Since: second(0), Run: second(0), Attempts: 1, Fails: 1, Tail: 1, Tailed: 1,
				Blips: 3, Reopens: 1, Closed: second(-100), GoodSince: second(-200),
			}, fail(0), good(-60)), monitor.Suspected,
		},
		{
			"3", two, 30, monitor.Good,
			seen(signal{Phase: monitor.Suspect, Level: 27, Since: second(0), Run: second(30), Attempts: 3, Fails: 2, Tail: 0b110, Tailed: 3}, good(30)), monitor.NoEdge,
		},
		{"4", last, 150, monitor.Good, seen(signal{Phase: monitor.Clean, Blips: 5}, good(150)), monitor.Cleared},
		{
			"5: too few", two, 300, monitor.Fail,
			seen(signal{Phase: monitor.Suspect, Level: 42, Since: second(0), Run: second(0), Attempts: 3, Fails: 3, Tail: 0b111, Tailed: 3}, fail(300)), monitor.NoEdge,
		},
		{
			"5: too soon", four, 39, monitor.Fail,
			seen(signal{Phase: monitor.Suspect, Level: 70, Since: second(0), Run: second(0), Attempts: 5, Fails: 5, Tail: 0b11111, Tailed: 5}, fail(39)), monitor.NoEdge,
		},
		{
			"6", four, 40, monitor.Fail,
			seen(signal{Phase: monitor.Open, Level: 70, Since: second(0), Run: second(0), Attempts: 5, Fails: 5, Hold: 40 * time.Second, Tail: 0b11111, Tailed: 5}, fail(40)), monitor.Opened,
		},
		{
			"6: a blip before it", late, 45, monitor.Fail,
			seen(signal{Phase: monitor.Open, Level: 64, Since: second(0), Run: second(0), Attempts: 4, Fails: 4, Hold: 40 * time.Second, Tail: 0b1111, Tailed: 4}, fail(45)), monitor.Opened,
		},
		{
			"7", open, 60, monitor.Fail,
			seen(signal{Phase: monitor.Open, Level: 70, Since: second(0), Run: second(0), Attempts: 5, Fails: 5, Hold: 40 * time.Second, Tail: 0b11111, Tailed: 5}, fail(60)), monitor.NoEdge,
		},
		{
			"8", open, 60, monitor.Good,
			seen(signal{
				Phase: monitor.Recovering, Level: 55, Since: second(0), Run: second(60), Attempts: 5, Fails: 4, GoodRun: 1, GoodSince: second(60),
				Hold: 40 * time.Second, Tail: 0b11110, Tailed: 5,
			}, good(60)), monitor.NoEdge,
		},
		{
			"9", recovering, 105, monitor.Fail,
			seen(signal{Phase: monitor.Open, Level: 67, Since: second(0), Run: second(105), Attempts: 8, Fails: 5, Hold: 40 * time.Second, Tail: 0b11110001, Tailed: 8}, fail(105)), monitor.NoEdge,
		},
		{"9: a stray one", waits, 400, monitor.Fail, seen(strayed, fail(400)), monitor.NoEdge},
		{"10: too soon", recovering, 99, monitor.Good, seen(five, good(99)), monitor.NoEdge},
		{
			"10: too few",
			signal{Phase: monitor.Recovering, Attempts: 5, Fails: 4, GoodRun: 1, GoodSince: second(60), Run: second(60), Level: 35, Last: monitor.Good},
			600, monitor.Good,
			seen(signal{Phase: monitor.Recovering, Attempts: 6, Fails: 4, GoodRun: 2, GoodSince: second(60), Run: second(60), Level: 34, Tailed: 1}, good(600)), monitor.NoEdge,
		},
		{
			"11", recovering, 100, monitor.Good,
			seen(signal{Phase: monitor.Clean, Closed: second(100), GoodSince: second(60), Hold: 40 * time.Second}, good(100)), monitor.Closed,
		},
		{"12: nothing seen yet", signal{}, 5, monitor.None, signal{}, monitor.NoEdge},
		{"12", seen(recovering, good(90)), 200, monitor.None, seen(recovering, good(90)), monitor.NoEdge},
		{"12: an attempt older than the last", seen(open, fail(45)), 44, monitor.Good, seen(open, fail(45)), monitor.NoEdge},
	} {
		t.Run(row.row, func(t *testing.T) {
			got, edge := row.from.Step(second(row.at), row.what, balanced(t))
			if got != row.want || edge != row.edge {
				t.Errorf("became\n%+v %q, want\n%+v %q", got, edge, row.want, row.edge)
			}
		})
	}
}

// TestSignalRowsBesideEvidence takes rows 13 to 16, and what else ends a trouble.
func TestSignalRowsBesideEvidence(t *testing.T) {
	history := monitor.Signal{Closed: second(-900), Reopens: 2, Blips: 3, Last: monitor.Fail, LastAt: second(45)}
	with := func(change func(*monitor.Signal)) monitor.Signal {
		s := history
		change(&s)
		return s
	}
	suspect := with(func(s *monitor.Signal) {
		s.Phase, s.Level, s.Since, s.Attempts, s.Fails = monitor.Suspect, 9, second(45), 1, 1
	})
	recovering := with(func(s *monitor.Signal) {
		s.Phase, s.Level, s.Since, s.Hold = monitor.Recovering, 30, second(0), time.Minute
		s.Attempts, s.Fails, s.GoodRun, s.GoodSince = 9, 5, 2, second(30)
	})
	clean := with(func(s *monitor.Signal) { s.Phase = monitor.Clean })
	equal := func(row string, got, want monitor.Signal) {
		t.Helper()
		if got != want {
			t.Errorf("row %s: became\n%+v, want\n%+v", row, got, want)
		}
	}

	forgotten := with(func(s *monitor.Signal) { s.Phase, s.LastAt = monitor.Clean, time.Time{} })
	equal("13, clean", clean.Gap(), forgotten)
	equal("13, suspect", suspect.Gap(), forgotten)
	anew := recovering
	anew.Phase, anew.GoodRun, anew.GoodSince, anew.LastAt = monitor.Open, 0, time.Time{}, time.Time{}
	equal("14", recovering.Gap(), anew)

	ended := with(func(s *monitor.Signal) {
		s.Phase, s.Closed, s.GoodSince, s.Hold = monitor.Clean, second(99), second(30), time.Minute
	})
	equal("close with its incident", recovering.CloseWith(second(99)), ended)
	equal("close with no incident", suspect.CloseWith(second(99)), suspect)
	small := recovering
	small.Level = 18
	equal("a smaller bucket", recovering.Resize(monitor.SignalRule{Rule: monitor.Rule{Fail: 9, Alarm: 18, Cap: 18}}), small)
}

// TestSignalAfterClockSetBack ensures that a gap lets evidence in that is older than what was seen before it.
func TestSignalAfterClockSetBack(t *testing.T) {
	s, _ := monitor.Signal{}.Step(second(3600), monitor.Good, balanced(t))
	s, edge := s.Gap().Step(second(0), monitor.Fail, balanced(t))
	if edge != monitor.Suspected || !s.LastAt.Equal(second(0)) {
		t.Errorf("after the clock was set back a failure told %q at %s, want %q at %s", edge, s.LastAt, monitor.Suspected, second(0))
	}
}

// feed steps a signal through evidence 15 s apart, written f, g and - for None, and gives back the edges.
func feed(s monitor.Signal, from int, evidence string, r monitor.SignalRule) (_ monitor.Signal, edges []monitor.Edge) {
	words := map[rune]monitor.Evidence{'f': monitor.Fail, 'g': monitor.Good, '-': monitor.None}
	for i, w := range evidence {
		var edge monitor.Edge
		if s, edge = s.Step(second(from+15*i), words[w], r); edge != monitor.NoEdge {
			edges = append(edges, edge)
		}
	}
	return s, edges
}

// TestSignalReopening ensures that each opening soon after an end holds twice as long, or half as long again as the
// calm before it if that was short, up to a limit; after two hours of calm it starts over.
func TestSignalReopening(t *testing.T) {
	var s monitor.Signal
	now := 0
	for i, hold := range []time.Duration{40, 90, 180, 360, 720, 1440, 1800} {
		var edges []monitor.Edge
		if s, edges = feed(s, now, "ffff", balanced(t)); len(edges) != 2 || edges[1] != monitor.Opened {
			t.Fatalf("outage %d told %q, want it opened", i+1, edges)
		}
		if s.Hold.Truncate(time.Second) != hold*time.Second || s.Reopens != i {
			t.Errorf("opening %d: hold %s, reopens %d; want a hold of %s", i+1, s.Hold, s.Reopens, hold*time.Second)
		}
		now += 60
		for s.IsOpen() {
			s, _ = feed(s, now, "g", balanced(t))
			now += 15
		}
		if calm := s.Closed.Sub(s.GoodSince); calm < s.Hold || calm >= s.Hold+15*time.Second {
			t.Errorf("opening %d ended after %s of calm, want %s", i+1, calm, hold*time.Second)
		}
	}
	// It opens on the fourth failure, two hours after the end to the second.
	s, _ = feed(s, now-15+7200-45, "ffff", balanced(t))
	if s.Hold != 40*time.Second || s.Reopens != 0 {
		t.Errorf("after two hours of calm: hold %s, reopens %d; want it to start over", s.Hold, s.Reopens)
	}
}

// TestSignalGoodsToClose ensures that the run of Goods an end needs follows from how often it failed.
func TestSignalGoodsToClose(t *testing.T) {
	for _, tt := range []struct {
		name        string
		fails, of   int
		min, max, m int
	}{
		{"hard", 20, 20, 4, 40, 4},
		{"half", 50, 100, 4, 40, 10},
		{"half, as far as can be told", 3, 6, 4, 40, 17},
		{"30 %", 30, 100, 4, 40, 19},
		{"5 %", 5, 100, 4, 40, 40},
		{"auth", 5, 100, 2, 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := balanced(t)
			r.MinGoods, r.MaxGoods, r.Span, r.Hold = tt.min, tt.max, 0, 0
			s := monitor.Signal{Phase: monitor.Open, Attempts: tt.of, Fails: tt.fails}
			goods := 0
			for ; s.IsOpen(); goods++ {
				s, _ = s.Step(second(goods), monitor.Good, r)
			}
			if goods != tt.m {
				t.Errorf("closed after %d Goods, want %d", goods, tt.m)
			}
		})
	}
}

// TestSignalHard ensures that 80 % failed, or eight in a row, is an outage, and that a recovery does not make it less of one.
func TestSignalHard(t *testing.T) {
	for evidence, want := range map[string]bool{
		"": false, "ffff": true, "ffffg": true, "fgfff": true, "fgfgff": false, "fgfgfgfgfffffff": false,
		"fgfgfgfgffffffff": true, "ffffggg": true, "ffffgf": true, "ffffggf": false, "ff--ff": true,
	} {
		if s, _ := feed(monitor.Signal{}, 0, evidence, balanced(t)); s.Hard() != want {
			t.Errorf("%q is hard: %t, want %t (%d of %d failed)", evidence, s.Hard(), want, s.Fails, s.Attempts)
		}
	}
}

// TestSignalFailing ensures that most of the latest three pieces of evidence decide, and only fresh ones.
func TestSignalFailing(t *testing.T) {
	for _, tt := range []struct {
		evidence       string
		window         time.Duration // the last evidence is as old as it lies before second 100
		failing, known bool
	}{
		{"", time.Hour, false, false},
		{"f", time.Hour, true, true},
		{"gf", time.Hour, false, true},
		{"gff", time.Hour, true, true},
		{"ffgg", time.Hour, false, true},
		{"f-gf-", time.Hour, true, true},
		{"fgg", 70 * time.Second, false, true},
		{"ggf", 70 * time.Second, true, true}, // only the newest, of second 30, is fresh
		{"fff", 69 * time.Second, false, false},
	} {
		s, _ := feed(monitor.Signal{}, 0, tt.evidence, balanced(t))
		if failing, known := s.Failing(second(100), tt.window); failing != tt.failing || known != tt.known {
			t.Errorf("%q within %s: failing %t, known %t; want %t, %t", tt.evidence, tt.window, failing, known, tt.failing, tt.known)
		}
	}
}

// TestRules ensures that each signal has its own bucket, and that a faster pace divides every time in it.
func TestRules(t *testing.T) {
	check := &monitor.Check{}
	slow, fast := monitor.Rules(monitor.RealPace(), check), monitor.Rules(monitor.RealPace().Divide(10), check)
	want := [4]monitor.Rule{
		{Fail: 14, Alarm: 56, Cap: 70, Span: 40 * time.Second},
		{Fail: 6, Alarm: 36, Cap: 45, Span: 2 * time.Minute},
		{Fail: 18, Alarm: 36, Cap: 45, Span: 30 * time.Second},
		{Fail: 2, Alarm: 20, Cap: 24, Span: 30 * time.Minute},
	}
	for i, kind := range monitor.SignalKinds {
		if slow[i].Rule != want[i] {
			t.Errorf("%s: %+v, want %+v", kind, slow[i].Rule, want[i])
		}
		if f, r := fast[i], slow[i]; 10*f.Span != r.Span || 10*f.Hold != r.Hold || 10*f.HoldMax != r.HoldMax || 10*f.ReopenIn != r.ReopenIn {
			t.Errorf("%s: %+v at ten times the pace of %+v", kind, f, r)
		}
	}
	for name, alarm := range map[string]int{"fast": 27, "balanced": 56, "quiet": 84} {
		rule, ok := monitor.Preset(name, monitor.RealPace())
		if check.Rule = rule; !ok || monitor.Rules(monitor.RealPace(), check)[0].Alarm != alarm {
			t.Errorf("preset %s is %+v, want it to alarm at %d", name, rule, alarm)
		}
	}
	if _, ok := monitor.Preset("loud", monitor.RealPace()); ok {
		t.Error("there is a preset called loud")
	}
}

// TestAuthSignal ensures that two refusals 30 s apart open auth and two Goods 30 s apart close it.
func TestAuthSignal(t *testing.T) {
	r := monitor.Rules(monitor.RealPace(), &monitor.Check{})[2]
	for evidence, want := range map[string]string{
		"ff": "suspected", "f-f": "suspected opened", "f-fgg": "suspected opened", "f-fg-g": "suspected opened closed", "f-fgfg": "suspected opened",
	} {
		_, edges := feed(monitor.Signal{}, 0, evidence, r)
		got := ""
		for _, e := range edges {
			got += " " + string(e)
		}
		if got != " "+want {
			t.Errorf("%q told%s, want %s", evidence, got, want)
		}
	}
}
