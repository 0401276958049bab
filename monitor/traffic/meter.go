package traffic

import (
	"container/list"
	"slices"

	"bellhop/monitor"
)

// What is remembered at most.
const (
	cellsOf   = 1024    // counters of one account of one source
	cellsMost = 200_000 // of all, and one more for each account of each source: some ten MiB
	unsureMax = 400_000 // the same in reports whose fate is open
)

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
