package monitor_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/monitor"
)

// A past is a world and what went through it: what was decided, and the most that was in memory.
type past struct {
	*simulation
	decided []string
	most    map[string]int
}

// newPast is a world in which all is well.
func newPast(t *testing.T) *past {
	checks, names := shipped([]string{"a", "b"})
	s := newSimulation(t, monitor.Reconfigure{
		Checks: append(checks, own("shop", "shop.example.com:443")), Names: names, Controls: 3, Reported: reporting([]string{"a", "b"}),
		Receivers: []monitor.Receiver{{Name: "ops"}, {Name: "room", Posts: true}},
	}, day)
	guard(t, s)
	p, laws := &past{simulation: s, most: map[string]int{}}, s.watch
	s.watch = func(c monitor.Change) {
		laws(c)
		p.decided = append(p.decided, written(t, c))
		for what, n := range monitor.Kept(s.book) {
			p.most[what] = max(p.most[what], n)
		}
	}
	p.tell("reports ALPN,BERG booking 200:40 token ok pings 5m events 3")
	p.pass(10)
	return p
}

// tell plays lines of a story.
func (p *past) tell(lines ...string) {
	for _, line := range lines {
		p.happen(strings.Fields(line))
	}
}

func (p *past) pass(minutes int) { p.until(p.now.Add(time.Duration(minutes) * time.Minute)) }

// round is what comes and goes: an account, checks and hotels that are there for an hour, with trouble of all kinds, in
// the midst of which they are removed.
func (p *past) round(n int) {
	base, x := p.config, fmt.Sprint("x", n)
	accounts := []string{"a", "b", x}
	host := fmt.Sprintf("extra-%d.example.com:443", n)
	p.config.Checks, p.config.Names = shipped(accounts)
	for _, c := range p.config.Checks { // the account has a client of its own, and one that stays speaks for it, too
		if c.Client = strings.ReplaceAll(c.Client, "HTL3", fmt.Sprint("ROUND", n)); c.ID() == monitor.CheckID("inventory@"+x) {
			c.Client = "HTL1-SP-BELLHOP"
		}
	}
	p.config.Reported = reporting(accounts)
	p.config.Checks = append(p.config.Checks, own("shop", "shop.example.com:443"), own("extra-"+x, host), own("other-"+x, host), own("far-"+x, fmt.Sprintf("far-%d.example.com:443", n)))
	p.reload()
	hotels := fmt.Sprintf("G%d1..G%d3", n, n)
	p.tell("reports " + hotels + " booking 200:40 token ok")
	p.pass(10)
	p.low(x)
	p.feed(monitor.Note{At: p.now, Key: monitor.FormKey(x), Text: "Its template is not read."})
	p.tell("begin account:"+x+" 502 50%", "begin check:far-"+x+" timeout", "reports "+hotels+" booking 502:40")
	p.pass(10)
	p.tell("end account:"+x, "begin client:"+x+" secret", "reports "+hotels+" stop")
	p.pass(20)
	p.putOff("extra-" + monitor.CheckID(x))
	p.feed(monitor.Note{At: p.now, Key: monitor.FormKey(x), Over: true, Text: "It is read."})
	for k := range 3 {
		p.tell(fmt.Sprintf("forget G%d%d", n, k+1))
	}
	p.config = base
	p.reload()
	clear(p.troubles)
	p.pass(10)
}

// putOff has a check fail two times in three until its opening waits for its witnesses.
func (p *past) putOff(id monitor.CheckID) {
	for n := 0; !monitor.Waiting(p.book)[id]; n++ {
		if n > 100 {
			p.t.Fatal("no opening waits: hardly tried")
		}
		o := monitor.Outcome{Check: id, At: p.now, Started: p.now, Status: 200, IP: "203.0.113.7"}
		if n%3 > 0 {
			o.Status, o.Fault = 500, monitor.FaultServer
		}
		p.feed(o)
		p.now = p.now.Add(15 * time.Second)
	}
}

// low has the account's client nearly use up its quota.
func (p *past) low(account string) {
	for _, left := range []int{500, 1} {
		id := monitor.CheckID("inventory@" + account)
		p.feed(monitor.Outcome{
			Check: id, At: p.now, Started: p.now, Status: 200, IP: "203.0.113.7", Limit: monitor.RateLimit{Limit: -1, Remaining: left},
			Token: monitor.TokenFacts{Expires: p.now.Add(time.Hour), Life: time.Hour},
		})
		p.now = p.now.Add(time.Second)
	}
}

// away lets days go by, in which this machine sleeps.
func (p *past) away(days int) {
	before := p.now
	p.now = p.now.AddDate(0, 0, days)
	p.feed(monitor.Gap{At: p.now, From: before, To: p.now})
	p.pass(2)
}

// TestMemoryIsBounded ensures that a book through which a lot went is no bigger, once all of that is over, told and
// forgotten, than one of the same checks and accounts through which little went.
func TestMemoryIsBounded(t *testing.T) {
	calm, busy := newPast(t), newPast(t)
	for n := range 3 {
		busy.round(n)
	}
	for _, p := range []*past{calm, busy} {
		p.away(9)
		p.book.Forget(p.now.Add(2 * time.Hour))
	}
	few, many := monitor.Kept(calm.book), monitor.Kept(busy.book)
	for _, what := range []string{
		"rows", "incidents", "open", "byCause", "ids by cause", "deliveries", "owed", "notices", "clients", "quotas", "hotels", "reports", "unclean",
		"sight.swept", "sight.called", "sight.held", "sight.lost", "sight.got",
	} {
		if busy.most[what] <= few[what] {
			t.Errorf("%s: at most %d went through, %d stay anyway: hardly tried", what, busy.most[what], few[what])
		}
	}
	for what, n := range many {
		if n > few[what] {
			t.Errorf("%s: %d are left of at most %d, want %d", what, n, busy.most[what], few[what])
		}
	}
}

// TestForgettingIsNoDecision ensures that nothing is decided or told otherwise because something was forgotten.
func TestForgettingIsNoDecision(t *testing.T) {
	play := func(forget bool) *past {
		p := newPast(t)
		for n := range 2 {
			p.round(n)
			for _, days := range []int{0, 2, 9} {
				if p.away(days); forget {
					p.book.Forget(p.now)
				}
			}
		}
		p.round(0) // what was there before is put back
		return p
	}
	all, part := play(false), play(true)
	if x, y := all.out.String(), part.out.String(); x != y {
		t.Errorf("people hear something else:\n%s", firstDifference(x, y))
	}
	if x, y := strings.Join(all.decided, "\n"), strings.Join(part.decided, "\n"); x != y {
		t.Errorf("something else is decided:\n%s", firstDifference(x, y))
	}
	if !slices.ContainsFunc(part.decided, func(c string) bool { return strings.Contains(c, "incident.resolved") }) {
		t.Error("nothing was decided")
	}
}
