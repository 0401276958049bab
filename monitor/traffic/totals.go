package traffic

import (
	"cmp"
	"container/list"
	"slices"
	"time"

	"bellhop/monitor"
)

const (
	// gapMax is the longest time between two totals whose difference still tells anything: the longest window.
	gapMax = time.Hour
	// startsApart is how far two processes start apart. Some compute the time anew each time, from how long they run.
	startsApart = 5 * time.Second

	cellsOf   = 1024    // counters of one account of one source
	cellsMost = 200_000 // of all, and one more for each account of each source: some ten MiB
	unsureMax = 400_000 // the same in reports whose fate is open
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

// A whose names counters: those of one source for one account.
type whose struct{ source, account string }

// A meter remembers what counters stood at, the least recently seen ones only as long as there is room. It is not
// stored: what was told before a start is not known after it.
type meter struct {
	all    map[whose]*list.Element // of *kept
	recent list.List               // the least recent first
	cells  int                     // of them

	unsure map[string]*unsure // by the report's id
	order  []string           // of them, the oldest first
	open   int                // cells in them
}

type kept struct {
	whose
	stood
}

// size is what it takes of cellsMost: something too where nothing was counted yet.
func (k *kept) size() int { return 1 + len(k.cells) }

// An unsure is a report that the book may have taken or not: if it comes again it has to be the same.
type unsure struct {
	report monitor.Report
	first  []kept // where it is the first to tell
}

func (u *unsure) size() int {
	n := 1 + len(u.report.Accounts)
	for _, a := range u.report.Accounts {
		n += len(a.Requests)
	}
	for _, k := range u.first {
		n += k.size()
	}
	return n
}

// reading is what became of a report of totals.
type reading struct{ stale, resets, apart uint64 }

func newMeter() *meter { return &meter{all: map[whose]*list.Element{}, unsure: map[string]*unsure{}} }

// differ makes counts of totals. The same report again gives the same as long as settle was not told of it.
func (m *meter) differ(s Sent) (monitor.Report, reading) {
	if u := m.unsure[s.ID]; u != nil {
		r := u.report
		r.At = s.At
		return r, reading{}
	}
	r, told := s.Report, reading{}
	u := &unsure{}
	r.Covers, r.Accounts = 0, slices.Clone(s.Accounts)
	for n := range r.Accounts {
		a := &r.Accounts[n]
		if a.Requests == nil {
			continue
		}
		w, now := whose{s.Source, a.Code}, stood{s.Stood, s.Started, a.Requests}
		g := m.account(w, &now)
		if a.Requests = g.counts; g.reset {
			told.resets++
		}
		switch g.sight {
		case counted:
		case first:
			u.first = append(u.first, kept{w, now})
		case stale:
			told.stale++
		case apart:
			told.apart++
		}
		if len(g.counts) > 0 {
			r.Covers = max(r.Covers, g.covers)
		}
	}
	u.report = r
	m.await(s.ID, u)
	return r, told
}

// account compares totals of one account with those before, if there are any, which they then take the place of.
func (m *meter) account(w whose, now *stood) (g gain) {
	e := m.all[w]
	if e == nil {
		*now, g = increase(nil, *now)
		return g
	}
	k := e.Value.(*kept)
	m.cells -= k.size()
	k.stood, g = increase(&k.stood, *now)
	m.cells += k.size()
	m.recent.MoveToBack(e)
	if len(k.cells) > cellsOf {
		m.forget(e)
	}
	return g
}

// makeRoom forgets what was seen least recently.
func (m *meter) makeRoom() (n uint64) {
	for ; m.cells > cellsMost; n++ {
		m.forget(m.recent.Front())
	}
	return n
}

func (m *meter) forget(e *list.Element) {
	k := m.recent.Remove(e).(*kept)
	m.cells -= k.size()
	delete(m.all, k.whose)
}

// await keeps what was made of a report until it is settled, of the last ones at least.
func (m *meter) await(id string, u *unsure) {
	m.unsure[id] = u
	m.order = append(m.order, id)
	m.open += u.size()
	for len(m.order) > 1 && m.open > unsureMax {
		m.close(m.order[0])
	}
}

func (m *meter) close(id string) {
	m.open -= m.unsure[id].size()
	delete(m.unsure, id)
	m.order = slices.DeleteFunc(m.order, func(x string) bool { return x == id })
}

// settle is told that the book has a report, and tells how many it has forgotten for want of room. Only then are the
// first totals something to compare with, and not if the book had them before: what came after them may have been
// counted before a start.
func (m *meter) settle(id string, repeated bool) (forgotten uint64) {
	u := m.unsure[id]
	if u == nil {
		return 0
	}
	m.close(id)
	for _, k := range u.first {
		if !repeated && m.all[k.whose] == nil && len(k.cells) <= cellsOf {
			m.all[k.whose] = m.recent.PushBack(&k)
			m.cells += k.size()
		}
	}
	return m.makeRoom()
}
