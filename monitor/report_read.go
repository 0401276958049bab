package monitor

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// An ending is how requests came to their end.
type ending struct {
	fault  Fault
	status int
}

// countMost bounds one count, so that sums of them do not overflow.
const countMost = 1 << 40

// ending is how the requests of a count ended; known is false where that tells nothing. What apaleo says of the
// request itself (404, 409, 422) is an answer like any other: the integration asks such things all day.
func (c Count) ending() (e ending, known bool) {
	s := c.Status
	switch {
	case c.N <= 0 || s == 0 && c.Fault == FaultNone || s != 0 && s < 200:
		return ending{}, false
	case s == 0:
		return ending{fault: c.Fault}, true
	case s == 401:
		return ending{FaultUnauthorized, s}, true
	case s == 403:
		return ending{FaultForbidden, s}, true
	case s == 429:
		return ending{FaultQuota, s}, true
	case s >= 500:
		return ending{FaultServer, s}, true
	}
	return ending{FaultNone, s}, true
}

// traffic reads the outcomes of the integration's own requests for an account: if half of them failed, as the
// most frequent failure, else as good. known is false where there were none.
func traffic(counts []Count) (o Outcome, known bool) {
	all, bad := 0, 0
	for _, c := range counts {
		if e, counts := c.ending(); counts {
			n := min(c.N, countMost)
			if all += n; e.fault != FaultNone {
				bad += n
			}
		}
	}
	failed := 2*bad >= all
	most, module := foremost(counts, failed)
	switch {
	case all == 0:
		return Outcome{}, false
	case !failed:
		return Outcome{Status: most.status}, true
	}
	what := most.words()
	if module != "" {
		what = module + ": " + what
	}
	return Outcome{
		Fault: most.fault, Status: most.status, Module: alone(counts),
		Detail: fmt.Sprintf("%d of %d requests failed, mostly %s", bad, all, what),
	}, true
}

// alone is the module that all failures are of but for a few, as there always are, where requests to another one
// succeeded; "" where there is none.
func alone(counts []Count) string {
	_, module := foremost(counts, true)
	var others Tally
	for _, c := range counts {
		if e, known := c.ending(); known && c.Module != module {
			n := min(c.N, countMost)
			others.N, others.Bad = others.N+n, others.Bad+n*one(e.fault != FaultNone)
		}
	}
	if others.N == others.Bad || others.fails(requestsOK) {
		return ""
	}
	return module
}

// foremost is the most frequent ending, of those that failed or of those that did not, and the module that it was
// seen in most.
func foremost(counts []Count, failed bool) (ending, string) {
	type place struct {
		ending
		module string
	}
	ends, places := make(map[ending]int, 4), make(map[place]int, 8)
	for _, c := range counts {
		if e, known := c.ending(); known && (e.fault != FaultNone) == failed {
			n := min(c.N, countMost)
			ends[e] += n
			places[place{e, c.Module}] += n
		}
	}
	most := func(a, b ending) int {
		return cmp.Or(cmp.Compare(ends[a], ends[b]), cmp.Compare(b.status, a.status), cmp.Compare(b.fault, a.fault))
	}
	if len(ends) == 0 {
		return ending{}, ""
	}
	e := slices.MaxFunc(slices.Collect(maps.Keys(ends)), most)
	maps.DeleteFunc(places, func(p place, _ int) bool { return p.ending != e })
	p := slices.MaxFunc(slices.Collect(maps.Keys(places)), func(a, b place) int {
		return cmp.Or(cmp.Compare(places[a], places[b]), cmp.Compare(b.module, a.module))
	})
	return e, p.module
}

// endings is what people call requests that got no answer.
var endings = map[Fault]string{
	FaultTimeout: "no answer in time",
	FaultConnect: "no connection",
	FaultReset:   "the connection was closed",
	FaultDNS:     "the name was not found",
	FaultTLS:     "no TLS handshake",
}

func (e ending) words() string {
	if e.status != 0 {
		return fmt.Sprintf("HTTP %d", e.status)
	}
	return cmp.Or(endings[e.fault], string(e.fault))
}

// consent reads what came of the integration's token request for an account, and takes it into the hotel's record.
// What is said again of one request is no news of identity; that there is no consent stays true.
func (d *draft) consent(h *Hotel, c *Check, a AccountReport, at time.Time) (o Outcome, known bool) {
	t := *a.Token
	if !t.At.IsZero() && t.At.Before(h.Token.At) {
		return Outcome{}, false // another instance of the integration has asked since
	}
	again := !t.At.IsZero() && t.At.Equal(h.Token.At)
	t.Scopes = d.sameScopes(t.Scopes)
	if t.Scopes == nil && t.Fault == FaultNone {
		t.Scopes = h.Token.Scopes
	}
	if t.Expires.IsZero() && t.Fault != FaultNone {
		t.Expires = h.Token.Expires // the one in use goes on until it ends
	}
	h.Token = t
	o = Outcome{Fault: t.Fault, Status: t.Status, Code: t.Code}
	switch {
	case t.Fault != FaultNone && readings[t.Fault][0] != Good:
		return o, !again
	case t.Fault != FaultNone:
		return o, true
	}
	o.Status = cmp.Or(t.Status, 200)
	if t.Scopes == nil {
		return o, true
	}
	if o.Detail = d.short(h, c, forbidden(a.Requests), at); o.Detail != "" {
		o.Fault = FaultScopeLost
	}
	return o, true
}

// refusedBy is an outcome with what the integration met for a scope that is lost: a request that was refused
// meanwhile, or before. r is the check's row.
func (o Outcome) refusedBy(counts []Count, r *Row) Outcome {
	if o.Fault != FaultScopeLost {
		return o
	}
	f := failureOf(r)
	before := f != nil && f.Fault == FaultScopeLost && f.Status == 403
	if before || forbidden(counts) {
		o.Status = 403
	}
	return o
}

// forbidden says whether any request was refused for want of a right.
func forbidden(counts []Count) bool {
	return slices.ContainsFunc(counts, func(c Count) bool { return c.Status == 403 && c.N > 0 })
}
