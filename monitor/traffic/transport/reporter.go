package transport

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Reporter counts requests and reports the counts. Make one with New for the whole integration, wrap the transport
// of each client, and Run it. Its methods may be called from any goroutine.
type Reporter struct {
	options Options
	url     string
	client  *http.Client
	ledger  *ledger
	count   counters

	turn      chan struct{} // held by who collects and sends, whose is all below
	collected time.Time     // when was last collected
	queue     []*batch      // the oldest first
	failed    int           // attempts in a row
	next      time.Time     // attempt

	mu  sync.Mutex // protects all below
	now status
}

type counters struct{ counted, unnamed, unclear, dropped, panics atomic.Uint64 }

// status is what Stats tells of sending.
type status struct {
	taken, repeated, retried, refused, expired, lost uint64
	pending                                          int
	last                                             time.Time
	trouble                                          error
}

// New makes a Reporter. Its error is what is wrong with the options, and holds no secret.
func New(o Options) (*Reporter, error) {
	o, err := o.complete()
	if err != nil {
		return nil, fmt.Errorf("bellhop transport: %w", err)
	}
	url, client, err := o.door()
	if err != nil {
		return nil, fmt.Errorf("bellhop transport: %w", err)
	}
	return &Reporter{
		options: o, url: url, client: client, ledger: newLedger(),
		turn: make(chan struct{}, 1), collected: time.Now(),
	}, nil
}

// Serve makes an account known before its first request, with the name that people call the hotel, or "". It is named
// in every report from then on, until Gone. False is that the code is none of apaleo's, or that there are too many.
func (r *Reporter) Serve(code, name string) bool {
	return usableCode(code) && r.ledger.edit(code, time.Now(), func(a *account) bool {
		a.name, a.served, a.gone, a.farewell = cut(tidy(name), nameMax), true, time.Time{}, false
		return true
	})
}

// Gone says that the integration serves the account no longer. bellhop is told once, and watches it no more; requests
// for it are not counted for ten minutes, unless Serve is called again.
func (r *Reporter) Gone(code string) {
	if !usableCode(code) {
		return
	}
	now := time.Now()
	r.ledger.edit(code, now, func(a *account) bool {
		a.served, a.gone, a.farewell, a.token = false, now, true, nil
		return true
	})
}

// Stats is what happened since New. All that is lost is counted here.
type Stats struct {
	Counted uint64 // requests to the API that are in reports, or will be
	Unnamed uint64 // requests that nobody named an account for
	Unclear uint64 // requests that ended in no way that tells of apaleo
	Dropped uint64 // results that there was no room for: too many accounts or modules; and those of accounts that are gone
	Panics  uint64 // of the Account function, or of this package: the request went on

	Taken    uint64 // reports that bellhop has
	Repeated uint64 // those of them that it had already when they were sent again
	Retried  uint64 // attempts that were or will be repeated
	Refused  uint64 // reports that bellhop does not want: see LastError
	Expired  uint64 // reports that became too old, or failed too often
	Lost     uint64 // requests that were counted in reports that were refused or expired

	Pending   int       // reports that wait
	LastTaken time.Time // zero is never
	LastError error     // of the last attempt; nil once one was taken
}

// Stats reads the counters.
func (r *Reporter) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, n := &r.count, r.now
	return Stats{
		Counted: c.counted.Load(), Unnamed: c.unnamed.Load(), Unclear: c.unclear.Load(), Dropped: c.dropped.Load(), Panics: c.panics.Load(),
		Taken: n.taken, Repeated: n.repeated, Retried: n.retried, Refused: n.refused, Expired: n.expired, Lost: n.lost,
		Pending: n.pending, LastTaken: n.last, LastError: n.trouble,
	}
}

// note changes what Stats tells.
func (r *Reporter) note(change func(s *status)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.now)
	r.now.pending = len(r.queue)
}
