package probe

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"bellhop/monitor"
)

const (
	maxPage     = 512 << 10 // bytes that are read of a status page: three months of history stand on some
	looksPerRun = 3         // addresses that are tried in one run while the format is not known
	missesToAsk = 3         // failures in a row after which a known format is looked for again
	plainFor    = 6 * time.Hour
)

// StatusPage reads what a status page says: unresolved incidents and components that are not well (Acks; nil is that
// it could not be read, empty that it says all is well) and maintenance. Which provider's format the page has is
// found out by asking for one after the other, a few in each run, and remembered. A page in none of them is only
// asked whether it can be reached.
func StatusPage(pageURL string, t *Transport) (monitor.Probe, error) {
	q, err := newQuestion(HTTPConfig{Transport: t, URL: pageURL, FollowRedirects: true})
	if err != nil {
		return nil, err
	}
	expect, err := t.expectation("", false)
	if err != nil {
		return nil, err
	}
	q.most = maxPage
	p := &statusPage{transport: t, page: q, expect: expect}
	return p.ask, nil
}

// A pageFormat is one provider's way to publish, and where. What read does not take is not in this format.
type pageFormat struct {
	path string // "" is the page itself
	read func(body []byte, now time.Time) (bulletin, bool)
}

// pageFormats in the order in which they are tried (docs/apaleo.md, section 5); the last ones are the page itself.
var pageFormats = []pageFormat{
	{"api/v2/summary.json", readStatuspage},
	{"summary.json", readInstatus},
	{"index.json", readBetterStack},
	{"history.rss", readFeed},
	{"history.atom", readFeed},
	{"feed.rss", readFeed},
	{"", readStatusIO},
	{"", readNothing},
}

const (
	pageItself = 6 // index of the first format that is the page itself
	pagePlain  = 7
)

// A pageMemory is what is known of a page's format: pageFormats[format] if found, else what is tried next.
type pageMemory struct {
	format  int
	found   bool
	misses  int       // failures in a row: since it was found, or of the one that is tried
	foundAt time.Time // when it was found
}

// stale is whether the page deserves to be looked at anew: it may have moved to another provider.
func (m pageMemory) stale(now time.Time) bool {
	return m.found && (m.misses >= missesToAsk || m.format == pagePlain && now.Sub(m.foundAt) >= plainFor)
}

// A statusPage is asked by one goroutine at a time, as a rule; the lock makes it one.
type statusPage struct {
	transport *Transport
	page      question
	expect    *expectation

	mu     sync.Mutex // held while it is asked; protects what is remembered
	memory pageMemory
}

func (p *statusPage) ask(ctx context.Context, a monitor.Attempt) monitor.Outcome {
	began := now(a)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.memory.stale(began.started) {
		p.memory = pageMemory{}
	}
	ans, read := p.look(ctx, a)
	if !read {
		ans = p.reach(ctx, a)
	}
	return began.stamp(ans).Outcome
}

// look asks for the format that is known, or tries a few. It reports whether that was an answer to go by.
func (p *statusPage) look(ctx context.Context, a monitor.Attempt) (answer, bool) {
	tries := looksPerRun
	if p.memory.found {
		tries = 1
	}
	for range tries {
		if p.memory.format >= pageItself {
			break
		}
		within, cancel := patience(ctx, true)
		ans, b, read := p.fetch(within, a, pageFormats[p.memory.format])
		cancel()
		switch {
		case read:
			p.found(p.memory.format)
			ans.Acks, ans.Maintenance = b.acks, b.maintenance
			return ans, true
		case p.memory.found:
			p.memory.misses++
			return ans, false
		}
		if !troubled(ans) {
			p.memory.format, p.memory.misses = p.memory.format+1, 0
			continue
		}
		if p.memory.misses++; p.memory.misses >= missesToAsk { // it answers so to what it does not have
			p.memory.format, p.memory.misses = p.memory.format+1, 0
		}
		break // it may be in trouble: do not add to it
	}
	return answer{}, false
}

// troubled is whether an answer says nothing of what a page has.
func troubled(ans answer) bool {
	return ans.Fault != monitor.FaultNone || ans.Status >= http.StatusInternalServerError || ans.Status == http.StatusTooManyRequests
}

// reach asks for the page itself, and reads it if it is time for that. If it cannot be reached either, what was
// passed over while looking says nothing of its format.
func (p *statusPage) reach(ctx context.Context, a monitor.Attempt) answer {
	ans, b, read := p.fetch(ctx, a, pageFormats[pageItself])
	ans.judge(p.expect, false)
	switch {
	case ans.Fault != monitor.FaultNone && !p.memory.found:
		p.memory.format = 0
	case ans.Fault != monitor.FaultNone, p.memory.format < pageItself:
	case read:
		p.found(pageItself)
		ans.Acks, ans.Maintenance = b.acks, b.maintenance
	case p.memory.found && p.memory.format == pageItself:
		p.memory.misses++
	case !p.memory.found:
		p.found(pagePlain)
	}
	return ans
}

func (p *statusPage) found(format int) {
	if !p.memory.found || p.memory.format != format {
		p.memory.foundAt = time.Now()
	}
	p.memory = pageMemory{format: format, found: true, foundAt: p.memory.foundAt}
}

func (p *statusPage) fetch(ctx context.Context, a monitor.Attempt, f pageFormat) (answer, bulletin, bool) {
	q := p.page
	q.url = within(p.page.url, f.path)
	ans := p.transport.do(ctx, a, &q)
	if ans.Fault != monitor.FaultNone || ans.Status != http.StatusOK || ans.cut != monitor.FaultNone {
		return ans, bulletin{}, false
	}
	b, read := f.read(ans.body, time.Now())
	return ans, b, read
}

// within is the address of a path beneath a page.
func within(page *url.URL, path string) *url.URL {
	if path == "" {
		return page
	}
	u := url.URL{Scheme: page.Scheme, Host: page.Host, Path: strings.TrimSuffix(page.Path, "/") + "/" + path}
	return &u
}
