package rehearse_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor/rehearse"
)

func TestParse(t *testing.T) {
	s, err := rehearse.Parse("night.txt", "# A night\n# of ours.\n\n+0s begin api 502 30% # edges\n+90s begin host:shop.example.com timeout\n+2m end api\n+3m suspend 10m\n+20m restart\n+1h stop\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.About != "A night of ours." || len(s.Lines) != 6 {
		t.Fatalf("got %+v", s)
	}
	if l := s.Lines[0]; l.Share != 0.3 || l.On != (rehearse.Target{Kind: "api"}) || l.Fault != "502" || l.Place != 4 {
		t.Errorf("got %+v", l)
	}
	if l := s.Lines[1]; l.At != 90*time.Second || l.On.Name != "shop.example.com" || l.Share != 1 {
		t.Errorf("got %+v", l)
	}
	if l := s.Lines[3]; l.Do != rehearse.Suspend || l.For != 10*time.Minute {
		t.Errorf("got %+v", l)
	}
}

func TestParseSaysEveryMistake(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"", "1: nothing happens"},
		{"begin api 502", `1: "begin" is no time`},
		{"2m begin api 502", `1: "2m" is no time`},
		{"+-2m begin api 502", "is no time"},
		{"+2m", "nothing happens at +2m"},
		{"+2m begn api 502", `nobody can "begn": use begin, end`},
		{"+2m begin api", "begin is of a target and a fault"},
		{"+2m begin apo 502", `no target "apo": use one of api,`},
		{"+2m begin host 502", `no target "host"`},
		{"+2m begin api 599", `no fault "599": use one of 500,`},
		{"+2m begin api 502 30", `"30" is no share`},
		{"+2m begin api 502 0%", "is no share"},
		{"+2m begin api 502 NaN%", "is no share"},
		{"+2m begin api 502 101%", "is no share"},
		{"+2m end api", "nothing has begun on api"},
		{"+2m begin api 502\n+1m end api", "2: +1m comes after a line of +2m"},
		{"+0s begin api 502\n+1m end api\n+2m end api", "3: nothing has begun"},
		{"+2m suspend", "suspend wants how long: write suspend 10m"},
		{"+2m restart soon", "restart wants how long"},
		{"+2m stop now", "nothing comes after stop"},
		{"+2m stop\n+3m begin api 502", "2: it comes after stop"},
		{"+2m restart 20m\n+5m begin api 502\n+10m suspend 1h", "3: bellhop is off until +22m already"},
		{"+2m suspend 20m\n+21m59s restart", "2: bellhop is off until +22m already"},
		{"+800h stop", "31 days at most"},
	} {
		_, err := rehearse.Parse("night.txt", tt.line)
		wrong, ok := errors.AsType[rehearse.Mistakes](err)
		if !ok || len(wrong) != 1 || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "night.txt:") {
			t.Errorf("%q: %v, want one mistake with %q", tt.line, err, tt.want)
		}
	}
	if _, err := rehearse.Parse("f", "+1m x\n+2m begin y 502\n"); strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("not both mistakes: %v", err)
	}
}

// FuzzParse ensures that whatever is read, is in order and can be played.
func FuzzParse(f *testing.F) {
	f.Add("+0s begin api 502 30%\n+2m end api\n+3m suspend 1m\n+4m restart\n+5m stop")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := rehearse.Parse("f", text)
		if err != nil {
			if len(s.Lines) > 0 {
				t.Error("a mistake, and lines")
			}
			return
		}
		if !slices.IsSortedFunc(s.Lines, func(a, b rehearse.Line) int { return int(a.At - b.At) }) {
			t.Error("not in order")
		}
		for _, l := range s.Lines {
			if l.At < 0 || l.For < 0 || l.Do == rehearse.Begin && (l.Share <= 0 || l.Share > 1 || !slices.Contains(rehearse.FaultWords(), l.Fault)) {
				t.Errorf("cannot be played: %+v", l)
			}
		}
	})
}

func TestClock(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 0, "1m": time.Minute, "1m30s": 90 * time.Second, "2h": 2 * time.Hour, "1h0m5s": time.Hour + 5*time.Second,
		"1h10m": 70 * time.Minute, "10s": 10 * time.Second, "20m": 20 * time.Minute, "10h": 10 * time.Hour,
	} {
		if got := rehearse.Clock(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
