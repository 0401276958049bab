package rehearse

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

// A spell is a trouble from one time to another.
type spell struct {
	on       Target // put in terms of the cast
	line     int    // that began it
	fault    string
	share    float64
	from, to time.Time
}

func (s spell) at(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }

// spells are the troubles of a scenario that begins at zero. What does not end lasts until end.
func (s Scenario) spells(c Cast, zero, end time.Time) []spell {
	var all []spell
	running := map[Target]int{}
	for n, l := range s.Lines {
		on, ok := c.meant(l.On)
		if l.Do != Begin && l.Do != End || !ok {
			continue
		}
		at := zero.Add(l.At)
		if i, runs := running[on]; runs {
			all[i].to = at
			delete(running, on)
		}
		if l.Do == Begin {
			running[on] = len(all)
			all = append(all, spell{on: on, line: n, fault: l.Fault, share: l.Share, from: at, to: end})
		}
	}
	return all
}

// A world answers as apaleo and the user's own hosts would, but for the spells.
type world struct {
	cast   Cast
	spells []spell
	of     map[monitor.CheckID][]spell // that a check sees: what cuts it off first
	tokens map[monitor.CheckID][]spell // those in which it gets no new token
	life   map[string]time.Duration    // how old at most the tokens are of what has a client, by client
}

func newWorld(c Cast, spells []spell) *world {
	w := &world{cast: c, spells: spells, of: map[monitor.CheckID][]spell{}, tokens: map[monitor.CheckID][]spell{}, life: map[string]time.Duration{}}
	for _, check := range c.Config.Checks {
		id := check.ID()
		for _, s := range spells {
			sees := c.concerns(s.on, check) && sees(s.on, s.fault, check)
			switch {
			case sees && s.on.Kind == "net":
				w.of[id] = slices.Insert(w.of[id], 0, s)
			case sees && !refuses(s.fault), sees && check.Forced:
				w.of[id] = append(w.of[id], s)
			case sees && showsToken(check), showsToken(check) && c.stopsTokens(s):
				w.tokens[id] = append(w.tokens[id], s)
			}
		}
		if check.Forced {
			w.life[check.Client] = min(check.Every, 50*time.Minute)
		}
	}
	return w
}

func refuses(word string) bool { return word == "invalid_client" || word == "invalid_grant" }

// stopsTokens says whether nobody gets a new token while a spell lasts.
func (c Cast) stopsTokens(s spell) bool {
	host := c.Hosts["identity"]
	edge := &monitor.Check{Kind: "token-edge", Host: host, Anonymous: true}
	return s.share == 1 && host != "" && s.on.Kind != "net" && c.concerns(s.on, edge) && asksHTTP(edge) && slices.Contains(stoppers, s.fault)
}

// stoppers are the faults in which a token endpoint gives no token.
var stoppers = []string{"500", "502", "503", "504", "timeout", "refused", "dns", "reset", "404", "429"}

// Ask is for World.
func (w *world) Ask(c *monitor.Check, a monitor.Attempt) monitor.Outcome {
	o := w.good(c, a.At)
	for _, s := range w.of[c.ID()] {
		if s.at(a.At) && (s.share == 1 || w.chance(string(c.ID()), a.At) < s.share) {
			faultOf(s.fault).spoil(&o, c, a.At.Sub(s.from))
			return o
		}
	}
	for _, s := range w.tokens[c.ID()] {
		if s.at(a.At) && !a.At.Before(w.ends(c, s.from)) {
			return monitor.Outcome{At: a.At, Fault: monitor.FaultNoToken, Code: w.code(s), Detail: "no token: " + w.said(s)}
		}
	}
	return o
}

// Controls is for Cutter.
func (w *world) Controls(at time.Time) []monitor.ControlAnswer {
	cut := slices.ContainsFunc(w.spells, func(s spell) bool { return s.on.Kind == "net" && s.at(at) })
	return controlAnswers(w.cast.Config.Controls, cut)
}

func controlAnswers(n int, cut bool) []monitor.ControlAnswer {
	answers := make([]monitor.ControlAnswer, n)
	for i := range answers {
		answers[i] = monitor.ControlAnswer{Name: fmt.Sprint("control ", i+1), OK: !cut}
	}
	return answers
}

// good is what a check gets while all is well.
func (w *world) good(c *monitor.Check, at time.Time) monitor.Outcome {
	o := monitor.Outcome{At: at, Status: 200, IP: "203.0.113.7", Took: 120*time.Millisecond + time.Duration(160*w.chance("took "+string(c.ID()), at))*time.Millisecond}
	switch {
	case c.Host == "": // it is read from a file
		o.Status, o.IP = 0, ""
	case c.Kind == "token-edge":
		o.Status = 400
	case !c.Own && c.Anonymous && strings.Contains(c.Name, "edge"):
		o.Status = 401
	case !asksHTTP(c):
		o.Status = 0
	case c.Kind == "status-page":
		o.Acks = []string{}
	}
	if c.Forced {
		o.Forced = 1
	}
	if c.Kind == "token" {
		o.Token = monitor.TokenFacts{Expires: at.Add(time.Hour), Life: time.Hour}
	}
	return o
}

// ends is when the token that an account had at a time ends: it lives an hour, and was renewed each time that its client
// was checked.
func (w *world) ends(c *monitor.Check, from time.Time) time.Time {
	age := w.life[c.Client]
	if age == 0 {
		age = 50 * time.Minute
	}
	return from.Add(time.Hour - time.Duration(w.chance("token "+c.Client+c.Account, time.Time{})*float64(age)))
}

func (w *world) code(s spell) string {
	if refuses(s.fault) {
		return s.fault
	}
	return ""
}

// said is what the token endpoint says in a spell.
func (w *world) said(s spell) string {
	o := monitor.Outcome{}
	faultOf(s.fault).spoil(&o, &monitor.Check{Host: w.cast.Hosts["identity"]}, 0)
	if o.Detail == "" && o.Status > 0 {
		return fmt.Sprintf("HTTP %d", o.Status)
	}
	return o.Detail
}

// chance is a number from 0 to 1 that is the same in every run.
func (w *world) chance(of string, at time.Time) float64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", of, at.UnixNano())
	return rand.New(rand.NewPCG(h.Sum64(), w.cast.Seed)).Float64()
}
