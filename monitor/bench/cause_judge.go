package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
	"bellhop/monitor/apaleo"
	"bellhop/monitor/rehearse"
)

// How long worlds last: all is well for a while, then something breaks until it was told, and a little longer.
const (
	causeBefore = 15 * minute
	causeMost   = 40 * minute // that something is broken; more for hundreds of accounts, that are asked more seldom
	causeLinger = 4 * minute
	causeAfter  = 12 * minute
)

// play plays one world.
func (l causeList) play(ctx context.Context, seed uint64, wrong float64, truths []truth) CauseScore {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r := dice(seed, "begin")
	before, most := causeBefore, causeMost
	if len(l.accounts) > 100 { // else some have never been asked yet
		before, most = 3*before, 2*most
	}
	w := &causeWorld{list: l, seed: seed, noise: wrong, truths: truths, begin: epoch().Add(before + within(r, 10*minute))}
	w.end = w.begin.Add(most)
	j := &causeJudge{world: w, told: map[string]*causeTold{}, before: map[string]bool{}, found: make([]bool, len(truths)), stop: stop}
	if truths[0].quiet {
		w.end = w.begin.Add(10 * minute)
	}
	rehearse.Play{
		Pace: l.config.Pace, World: w, Start: epoch(), End: w.end.Add(causeAfter), Hear: j.hear,
		Config: monitor.Reconfigure{
			Checks: l.checks, Names: l.config.Names(), Controls: 3, Reported: l.config.Reported(),
			Advise: apaleo.Advise, Receivers: []monitor.Receiver{{Name: "ops"}},
		},
	}.Run(ctx)
	return j.score()
}

// A causeJudge hears what is told in one world.
type causeJudge struct {
	world *causeWorld
	told  map[string]*causeTold
	order []*causeTold
	found []bool
	stop  func()

	before map[string]bool // incidents that wrong evidence had opened before, of just what broke then
}

// causeTold is an incident as it was told since something broke.
type causeTold struct {
	first rehearse.Message
	posts int
	hit   bool // what broke is in it
	truth int  // that its first words named, or -1
}

func (j *causeJudge) hear(m rehearse.Message) {
	switch {
	case m.At.After(j.world.end.Add(causeAfter)):
		j.stop()
		return
	case m.About == nil:
		return
	case m.At.Before(j.world.begin):
		j.before[m.Incident] = m.About.State == monitor.IncidentOpen && j.named(m.About) >= 0
		return
	}
	t := j.told[m.Incident]
	if t == nil {
		if m.About.State != monitor.IncidentOpen {
			return // it began before
		}
		t = &causeTold{first: m, truth: -1}
		j.told[m.Incident], j.order = t, append(j.order, t)
	}
	if !t.hit && j.concerned(m.About) && m.At.Before(j.world.end) {
		t.hit, t.first, t.truth = true, m, j.named(m.About)
	}
	if t.posts++; m.Edit {
		t.posts--
	}
	if n := j.named(m.About); n >= 0 && m.About.State == monitor.IncidentOpen && t.hit {
		j.find(n, m.At)
	}
}

// find notes that a truth was told. Once all are, it is repaired soon.
func (j *causeJudge) find(n int, at time.Time) {
	j.found[n] = true
	if end := at.Add(causeLinger); !slices.Contains(j.found, false) && end.Before(j.world.end) {
		j.world.end = end
	}
}

// concerned says whether an incident is of something that is broken: one of its members sees it. Where we are cut off,
// nothing is answered: an incident of answers is of wrong ones from before.
func (j *causeJudge) concerned(i *monitor.Incident) bool {
	cutOff := func(a monitor.Affected) bool { return a.Fault == monitor.FaultDNS }
	if j.world.truths[0].quiet && !slices.ContainsFunc(i.Affected, cutOff) {
		return false
	}
	return slices.ContainsFunc(i.Members, func(m monitor.SignalID) bool {
		c := j.world.check(m.Check)
		return c != nil && slices.ContainsFunc(j.world.truths, func(t truth) bool {
			return t.signal == m.Signal && t.hits(c, c.Account)
		})
	})
}

// named is the truth that an incident names, or -1.
func (j *causeJudge) named(i *monitor.Incident) int {
	return slices.IndexFunc(j.world.truths, func(t truth) bool {
		return slices.Contains(t.nodes, i.Cause.Node()) && slices.Contains(t.sides, i.Side)
	})
}

func (w *causeWorld) check(id monitor.CheckID) *monitor.Check {
	return w.list.byID[id]
}

// score adds up what was heard.
func (j *causeJudge) score() CauseScore {
	for _, already := range j.before {
		if already {
			return CauseScore{} // what is told already cannot be told first
		}
	}
	s := CauseScore{Worlds: 1, Wrong: map[string]int{}}
	seen := map[int]bool{}
	var first *causeTold
	for _, t := range j.order {
		switch {
		case !t.hit && t.first.Type != monitor.EventUpdated:
			s.Noise++
			continue
		case !t.hit:
			continue
		case first == nil:
			first = t
		}
		if s.Posts += t.posts; t.truth < 0 || seen[t.truth] {
			s.Extra++
			s.Wrong["beside: "+causeWords(t.first.About)]++
		}
		seen[t.truth] = true
	}
	j.first(first, &s)
	for n, t := range j.world.truths {
		if t.quiet {
			continue
		}
		if s.Truths++; j.found[n] {
			s.Found++
		}
	}
	return s
}

// first judges the first words of what broke.
func (j *causeJudge) first(t *causeTold, s *CauseScore) {
	switch {
	case t == nil && j.world.truths[0].quiet, t != nil && t.truth >= 0:
		s.Right++
	case t == nil:
		s.Wrong["nothing"]++
	default:
		s.Wrong[causeWords(t.first.About)]++
	}
	if t != nil {
		s.Delays = append(s.Delays, t.first.At.Sub(j.world.begin))
	}
}

// causeWords are what an incident was told as, in short.
func causeWords(i *monitor.Incident) string {
	return fmt.Sprintf("%s %s, %s", i.Cause.Kind, kindOf(i.Cause), i.Side)
}

// kindOf is a cause without the account that it is of.
func kindOf(c monitor.Cause) string {
	name, _, of := strings.Cut(c.ID, "@")
	switch {
	case of:
		return name + "@…"
	case c.Kind == monitor.NodeAccount || c.Kind == monitor.NodeClient:
		return "…"
	}
	return name
}

func (s CauseScore) join(o CauseScore) CauseScore {
	sum := CauseScore{
		Worlds: s.Worlds + o.Worlds, Right: s.Right + o.Right, Truths: s.Truths + o.Truths, Found: s.Found + o.Found,
		Extra: s.Extra + o.Extra, Noise: s.Noise + o.Noise, Posts: s.Posts + o.Posts, Delays: append(s.Delays, o.Delays...), Wrong: map[string]int{},
	}
	for _, m := range []map[string]int{s.Wrong, o.Wrong} {
		for what, n := range m {
			sum.Wrong[what] += n
		}
	}
	return sum
}

// String is the table as Markdown.
func (t CauseTable) String() string {
	var b strings.Builder
	for _, l := range t.Lines {
		s := l.Score
		n := float64(max(s.Worlds, 1))
		posts := "–"
		if s.Truths > 0 {
			posts = fmt.Sprintf("%.2f", float64(s.Posts)/float64(s.Truths))
		}
		fmt.Fprintf(&b, "| %d | %s | %d | %.1f %% | %s | %.3f | %.2f | %s | %s |\n", t.Accounts, l.Name, s.Worlds, 100*float64(s.Right)/n,
			share(s.Found, s.Truths), float64(s.Extra)/n, float64(s.Noise)/n, posts, seconds(quantile(s.Delays, 0.5)))
	}
	return b.String()
}

// CauseHead is the head of the table.
const CauseHead = `| accounts | broken | worlds | first culprit right | all found | wrong extra incidents | opened by wrong evidence alone | messages per cause | first told, median |
|---|---|---|---|---|---|---|---|---|
`

func share(n, of int) string {
	if of == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(of))
}
