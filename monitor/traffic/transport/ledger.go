package transport

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of what is remembered.
const (
	accountsMax = 20_000 // as many as bellhop watches
	modulesMax  = 48     // of an account; bellhop takes 64
	cellsMax    = 256    // of an account: a module with an ending
	countMax    = 1_000_000_000

	keepSeen = 7 * 24 * time.Hour // an account that nobody named by Serve, after its last request
	keepGone = 10 * time.Minute   // one that is gone, so that a straggling request does not bring it back
)

const shards = 32 // so that requests for different accounts seldom meet

// A ledger counts what comes of requests. All of it may be used by many goroutines.
type ledger struct {
	seed   maphash.Seed
	shards [shards]shard
	size   atomic.Int64 // accounts
}

type shard struct {
	mu       sync.RWMutex // protects all below; a count goes up, or is taken out, under the reading half
	accounts map[string]*account
}

// An account is what is counted and known of one.
type account struct {
	code, name string
	cells      []*cell
	modules    int
	token      *result
	served     bool      // by Serve: it stays until it is gone
	used       time.Time // of its last token request, or in the last collection with another one
	gone       time.Time // since when; zero if it is not
	farewell   bool      // that it is gone is to be told
}

// A cell is how many requests to a module had one ending, since the last collection.
type cell struct {
	module string
	ending ending
	n      atomic.Uint64
}

func newLedger() *ledger {
	l := &ledger{seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].accounts = map[string]*account{}
	}
	return l
}

func (l *ledger) shard(code string) *shard { return &l.shards[maphash.String(l.seed, code)%shards] }

// add counts a request. It is false if there is no room for it.
func (l *ledger) add(code, module string, e ending, now func() time.Time) bool {
	s := l.shard(code)
	s.mu.RLock()
	if a := s.accounts[code]; a != nil {
		if c := a.find(module, e); c != nil {
			c.n.Add(1)
			s.mu.RUnlock()
			return true
		}
	}
	s.mu.RUnlock()
	return l.edit(code, now(), func(a *account) bool {
		c := a.room(module, e)
		if c != nil {
			c.n.Add(1)
		}
		return c != nil
	})
}

// edit changes an account, which is made if it is not there. It is false if there is no room, or change says so.
func (l *ledger) edit(code string, now time.Time, change func(*account) bool) bool {
	s := l.shard(code)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[code]
	if a == nil {
		if l.size.Add(1) > accountsMax {
			l.size.Add(-1)
			return false
		}
		a = &account{code: strings.Clone(code), used: now}
		s.accounts[a.code] = a
	}
	return change(a)
}

func (a *account) find(module string, e ending) *cell {
	for _, c := range a.cells {
		if c.ending == e && c.module == module {
			return c
		}
	}
	return nil
}

// room is the cell for a module and an ending: one of no module of its own when there are too many, nil when there
// is none left at all.
func (a *account) room(module string, e ending) *cell {
	isNew := !slices.ContainsFunc(a.cells, func(c *cell) bool { return c.module == module })
	if isNew && a.modules >= modulesMax {
		module, isNew = otherModule, false // takes no more than one place more
	}
	if c := a.find(module, e); c != nil {
		return c
	}
	if len(a.cells) >= cellsMax {
		return nil
	}
	if isNew {
		a.modules++
	}
	c := &cell{module: strings.Clone(module), ending: e}
	a.cells = append(a.cells, c)
	return c
}

// collect takes out all counts, in the order of accounts, and forgets those that it is time to forget. dropped are
// the requests of accounts that are gone. Only one collects at a time, so that it writes to accounts under the
// reading half: requests need not wait for it.
func (l *ledger) collect(now time.Time) (all []accountReport, dropped uint64) {
	for i := range l.shards {
		s := &l.shards[i]
		var old []string
		s.mu.RLock()
		for code, a := range s.accounts {
			r, told := a.collect(now)
			if told {
				all = append(all, r)
			} else {
				dropped += r.counted
			}
			if a.over(now) {
				old = append(old, code)
			}
		}
		s.mu.RUnlock()
		l.forget(s, old, now)
	}
	slices.SortFunc(all, func(a, b accountReport) int { return strings.Compare(a.Account, b.Account) })
	return all, dropped
}

// forget removes accounts for which nothing was counted meanwhile, and that nobody has named again.
func (l *ledger) forget(s *shard, codes []string, now time.Time) {
	if len(codes) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, code := range codes {
		a := s.accounts[code]
		busy := slices.ContainsFunc(a.cells, func(c *cell) bool { return c.n.Load() > 0 })
		if !busy && a.over(now) {
			delete(s.accounts, code)
			l.size.Add(-1)
		}
	}
}

// collect is what is to be told of an account; told is false if it is nothing, and what it counted is dropped.
func (a *account) collect(now time.Time) (r accountReport, told bool) {
	r = accountReport{Account: a.code, Name: a.name}
	for _, c := range a.cells {
		n := c.n.Swap(0)
		if n == 0 {
			continue
		}
		if n > countMax {
			c.n.Add(n - countMax) // the rest waits for the next report
			n = countMax
		}
		a.used = now
		r.count(c.module, c.ending, n)
	}
	if !a.gone.IsZero() {
		told, a.farewell = a.farewell, false
		r.Gone = true
		return r, told
	}
	r.Token = a.token.report()
	return r, true
}

// over says whether there is no more reason to remember the account.
func (a *account) over(now time.Time) bool {
	if !a.gone.IsZero() {
		return !a.farewell && now.Sub(a.gone) > keepGone
	}
	return !a.served && now.Sub(a.used) > keepSeen
}
