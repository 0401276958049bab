package monitor

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// alone is the module that all failures are of, where requests to another one succeeded; "" where there is none.
func alone(counts []Count) string {
	bad, good := map[string]bool{}, map[string]bool{}
	for _, c := range counts {
		if e, known := c.ending(); known && e.fault != FaultNone {
			bad[c.Module] = true
		} else if known {
			good[c.Module] = true
		}
	}
	for module := range bad {
		delete(good, module)
		if len(bad) == 1 && len(good) > 0 {
			return module
		}
	}
	return ""
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
func (d *draft) consent(h *Hotel, t TokenReport) (o Outcome, known bool) {
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
	if lost := lostScopes(h.Usual, t.Scopes, d.watched.config.Reported.Needs); lost != "" {
		o.Fault, o.Detail = FaultScopeLost, lost
		return o, true
	}
	h.Usual = t.Scopes
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
	if before || slices.ContainsFunc(counts, func(c Count) bool { return c.Status == 403 && c.N > 0 }) {
		o.Status = 403
	}
	return o
}

// sameScopes is sorted scopes, in the one copy that hotels of the same scopes share.
func (d *draft) sameScopes(scopes []string) []string {
	if scopes == nil {
		return nil
	}
	scopes = slices.Compact(sorted(slices.Clone(scopes)))
	if !slices.Equal(scopes, d.scopes) {
		d.scopes = scopes
	}
	return d.scopes
}

// lostScopes says what a token that carries the scopes in has lacks of what such tokens usually carried, and of
// what is needed; "" is nothing. All are sorted but needs.
func lostScopes(usual, has, needs []string) string {
	carries := func(scope string) bool { _, ok := slices.BinarySearch(has, scope); return ok }
	var lost []string
	for _, s := range usual {
		if !carries(s) {
			lost = append(lost, s)
		}
	}
	if len(lost) > 0 {
		return scopeList(lost) + " disappeared"
	}
	for _, need := range needs {
		if any := strings.Fields(need); len(any) > 0 && !slices.ContainsFunc(any, carries) {
			lost = append(lost, any[0])
		}
	}
	switch len(lost) {
	case 0:
		return ""
	case 1:
		return scopeList(lost) + " is not granted"
	}
	return scopeList(lost) + " are not granted"
}

// scopesNamed is how many scopes a sentence names.
const scopesNamed = 3

func scopeList(scopes []string) string {
	if len(scopes) == 1 {
		return "scope " + scopes[0]
	}
	if more := len(scopes) - scopesNamed; more > 0 {
		return fmt.Sprintf("scopes %s and %d more", strings.Join(scopes[:scopesNamed], ", "), more)
	}
	return "scopes " + list(scopes)
}
