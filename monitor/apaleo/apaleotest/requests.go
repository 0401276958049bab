package apaleotest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// kept bounds the log: a quarter of an hour at a hundred requests a second, some megabytes.
const kept = 100_000

// longestPath of those that mean something here is 40 bytes; the rest is for a look at what else is asked.
const longestPath = 200

// Request is one request that arrived, whatever became of it.
type Request struct {
	Arrived time.Time
	On      Host
	Method  string
	Path    string // without the query; cut at 200 bytes
	Account string // its code, as far as the token or the client id tell
	Client  string // its id
}

// Requests are in the order of their arrival.
type Requests []Request

// Requests returns the last hundred thousand.
func (s *Server) Requests() Requests {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.all()
}

// TokenRequests is how often the client asked for a token; an empty id counts those that named none.
func (s *Server) TokenRequests(clientID string) int {
	n := 0
	for _, r := range s.Requests().On(Identity).At("/connect/token") {
		if r.Client == clientID {
			n++
		}
	}
	return n
}

// On selects those to a host.
func (rs Requests) On(h Host) Requests {
	return rs.only(func(r Request) bool { return h == "" || r.On == h })
}

// At selects those whose path begins so.
func (rs Requests) At(pathPrefix string) Requests {
	return rs.only(func(r Request) bool { return hasPrefix(r.Path, pathPrefix) })
}

// For selects those of an account code or a client id.
func (rs Requests) For(accountOrClient string) Requests {
	return rs.only(func(r Request) bool { return is(accountOrClient, r.Account, r.Client) })
}

// Since selects those that arrived at t or later.
func (rs Requests) Since(t time.Time) Requests {
	return rs.only(func(r Request) bool { return !r.Arrived.Before(t) })
}

// Busiest is the largest number of them that arrived within any span of this length, so that "at most 60
// a minute" is Busiest(time.Minute) <= 60.
func (rs Requests) Busiest(window time.Duration) int {
	most, first := 0, 0
	for i := range rs {
		for rs[i].Arrived.Sub(rs[first].Arrived) >= window {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

func (rs Requests) only(keep func(Request) bool) Requests {
	var out Requests
	for _, r := range rs {
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}

// requestLog is a ring.
type requestLog struct {
	ring Requests
	next int // the oldest, once the ring is full
}

func (l *requestLog) add(r Request) {
	if len(l.ring) < kept {
		l.ring = append(l.ring, r)
		return
	}
	l.ring[l.next] = r
	l.next = (l.next + 1) % kept
}

func (l *requestLog) all() Requests { return slices.Concat(l.ring[l.next:], l.ring[:l.next]) }

func (s *Server) note(on Host, r *http.Request, who caller) {
	path := r.URL.Path[:min(len(r.URL.Path), longestPath)]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.add(Request{Arrived: time.Now(), On: on, Method: r.Method, Path: strings.Clone(path), Account: who.account, Client: who.client})
}

func hasPrefix(path, prefix string) bool { return strings.HasPrefix(path, prefix) }

// is reports whether nobody in particular is wanted, or one of these.
func is(wanted string, these ...string) bool { return wanted == "" || slices.Contains(these, wanted) }
