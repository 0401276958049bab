package slacktest

import (
	"sync"
	"time"
)

// Slack's rates (docs.slack.dev/apis/web-api/rate-limits): one message a second in a channel, short bursts allowed, by
// chat.postMessage and by incoming webhooks alike; tier 3 is at least 50 a minute of a method, tier 4 at least 100.
// How long a burst may be is not documented; these are on the short side.
var (
	perChannel = rate{every: time.Second, burst: 3}
	tier3      = rate{every: time.Minute / 50, burst: 10}
	tier4      = rate{every: time.Minute / 100, burst: 20}
)

type rate struct {
	every time.Duration
	burst int
}

// A bucket is what is left of a rate.
type bucket struct{ paid time.Time } // what was taken is paid for then

// take takes one, or says how long to wait for it.
func (b *bucket) take(now time.Time, r rate) (wait time.Duration) {
	paid := b.paid
	if paid.Before(now) {
		paid = now
	}
	if wait = paid.Sub(now) - r.every*time.Duration(r.burst-1); wait > 0 {
		return wait
	}
	b.paid = paid.Add(r.every)
	return 0
}

// A limiter is one bucket for each key.
type limiter struct {
	off    bool
	faster int

	mu      sync.Mutex // protects the buckets
	buckets map[string]*bucket
}

func (l *limiter) take(key string, r rate, now time.Time) (wait time.Duration) {
	if l == nil || l.off || r.every == 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = map[string]*bucket{}
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{}
		l.buckets[key] = b
	}
	r.every /= time.Duration(max(l.faster, 1))
	return b.take(now, r)
}
