package traffic

import (
	"cmp"
	"slices"
	"time"

	"bellhop/monitor"
)

const (
	// gapMax is the longest time between two totals whose difference still tells anything: the longest window.
	gapMax = time.Hour
	// startsApart is how far two processes start apart. Some compute the time anew each time, from how long they run.
	startsApart = 5 * time.Second
)

// A stood is what the counters of one source for one account stood at.
type stood struct {
	until   time.Time // by the source's clock
	started time.Time // of the source; zero is not told
	cells   []monitor.Count
}

// A sight is what two totals make together.
type sight byte

const (
	counted sight = iota // their difference
	first                // there is no other one: nothing
	stale                // it is not newer: nothing
	apart                // they are too far apart: nothing
)

// A gain is what came from one total to the next.
type gain struct {
	counts []monitor.Count // without zeros; never more than there truly were, never negative
	covers time.Duration
	sight  sight
	reset  bool // counters began again
}

// increase is what counters counted from one total to the next, and what to compare the next one with. A counter
// that is lower than before began again at zero, and so did all of a source that has started since; where the source
// says that it has not, a lower one is no reset, and counts nothing until it is higher again. A counter that was not
// named before stood at zero, one that is not named now stands where it stood.
func increase(before *stood, after stood) (stood, gain) {
	after.cells = united(after.cells)
	if before == nil {
		return after, gain{sight: first}
	}
	since := after.began(*before)
	if since < 0 || !after.until.After(before.until) {
		return *before, gain{sight: stale}
	}
	g := gain{covers: after.until.Sub(before.until)}
	was := before.cells
	if since > 0 {
		was, g.reset = nil, true
	}
	next := stood{until: after.until, started: before.started}
	if since > 0 || before.started.IsZero() {
		next.started = cmp.Or(after.started, before.started)
	}
	running := since == 0 && !after.started.IsZero() && !before.started.IsZero()
	next.cells = g.compare(was, after.cells, running)
	if g.covers > gapMax {
		g.counts, g.sight = nil, apart
	}
	return next, g
}

// began tells whether the source has started anew since before (1), is the same (0), or is one of the time before
// (-1).
func (s stood) began(before stood) int {
	switch {
	case s.started.IsZero():
		return 0
	case before.started.IsZero():
		return cmp.Compare(boolean(s.started.After(before.until)), 0)
	case s.started.Sub(before.started) > startsApart:
		return 1
	case before.started.Sub(s.started) > startsApart:
		return -1
	}
	return 0
}

func boolean(so bool) int {
	if so {
		return 1
	}
	return 0
}

// compare goes through counters before and after, each in order, and gives what they stand at now.
func (g *gain) compare(was, is []monitor.Count, running bool) []monitor.Count {
	next := make([]monitor.Count, 0, max(len(was), len(is)))
	for len(was) > 0 || len(is) > 0 {
		order := 0
		switch {
		case len(was) == 0:
			order = 1
		case len(is) == 0:
			order = -1
		default:
			order = compareCells(was[0], is[0])
		}
		if order < 0 { // not named now
			next, was = append(next, was[0]), was[1:]
			continue
		}
		c, stood := is[0], 0
		if is = is[1:]; order == 0 {
			stood, was = was[0].N, was[1:]
		}
		next = append(next, g.add(c, stood, running))
	}
	return next
}

// add counts what one counter gained since it stood there, and gives where it stands.
func (g *gain) add(c monitor.Count, stood int, running bool) monitor.Count {
	more := c
	switch more.N = c.N - stood; {
	case more.N < 0 && running:
		c.N = stood
		return c
	case more.N < 0:
		more.N = c.N
		g.reset = true
	}
	if more.N = min(more.N, countMax); more.N > 0 { // as much as any report can tell
		g.counts = append(g.counts, more)
	}
	return c
}

func compareCells(a, b monitor.Count) int {
	return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Fault, b.Fault))
}

// united are counters in order, each once.
func united(cells []monitor.Count) []monitor.Count {
	all := slices.SortedFunc(slices.Values(cells), compareCells)
	to := 0
	for _, c := range all {
		if to > 0 && compareCells(all[to-1], c) == 0 {
			all[to-1].N += c.N
			continue
		}
		all[to] = c
		to++
	}
	return all[:to]
}
