package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/monitor"
)

// ledgerPage is how many lines a page of the ledger has.
const ledgerPage = 100

// A ledgerQuery is what somebody wants to see of the ledger, as an address says it.
type ledgerQuery struct {
	receiver, incident string
	before             time.Time
	limit              int
}

// askedOfLedger reads an address. wrong is what is the matter with it, for people.
func askedOfLedger(v url.Values, limit int) (q ledgerQuery, wrong string) {
	q = ledgerQuery{receiver: v.Get("receiver"), incident: v.Get("incident"), limit: limit}
	if text := v.Get("before"); text != "" {
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return q, "before is a time like 2026-11-22T10:03:26.000Z"
		}
		q.before = at
	}
	if text := v.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > ledgerMost {
			return q, "limit is a number from 1 to " + strconv.Itoa(ledgerMost)
		}
		q.limit = n
	}
	return q, ""
}

func (q ledgerQuery) filter() monitor.TellingFilter {
	return monitor.TellingFilter{Receiver: q.receiver, Incident: q.incident, Before: q.before, Limit: q.limit}
}

// means tells whether a delivery is among what is asked for.
func (q ledgerQuery) means(id monitor.DeliveryID) bool {
	return (q.receiver == "" || q.receiver == id.Receiver) && (q.incident == "" || q.incident == id.Incident)
}

// address is that of the same question, older than a time.
func (q ledgerQuery) address(page string, before time.Time) string {
	v := url.Values{}
	for key, value := range map[string]string{"receiver": q.receiver, "incident": q.incident} {
		if value != "" {
			v.Set(key, value)
		}
	}
	if !before.IsZero() {
		v.Set("before", exact(before))
	}
	if len(v) == 0 {
		return page
	}
	return page + "?" + v.Encode()
}

// exact is a time as a page of the ledger ends: to the millisecond, as the store keeps it.
func exact(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// told reads the ledger. ok is false if it cannot be read, which is logged.
func (s *Site) told(ctx context.Context, f monitor.TellingFilter) (all []monitor.Telling, ok bool) {
	if s.Told == nil {
		return nil, true
	}
	ctx, cancel := context.WithTimeout(ctx, ledgerTime)
	defer cancel()
	all, err := s.Told(ctx, f)
	if err != nil {
		s.Log.Warn().Err(err).Msg("ledger not read")
		return nil, false
	}
	return all, true
}

// older is where the next page begins; zero is that this is the last one.
func older(all []monitor.Telling, limit int) time.Time {
	if len(all) < limit || len(all) == 0 {
		return time.Time{}
	}
	return all[len(all)-1].At
}

func everything(monitor.DeliveryID) bool { return true }

// deaf are the receivers of which a notice stands that they take nothing.
func deaf(s *monitor.Snapshot) []string {
	var all []string
	for _, n := range s.Notices {
		if name, is := strings.CutPrefix(n.Key, monitor.ReceiverKey("")); is && slices.ContainsFunc(s.Receivers, func(r monitor.Receiver) bool { return r.Name == name }) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// due lists the deliveries that wait to be taken, or that were given up, those that wait longest first.
func due(s *monitor.Snapshot, means func(monitor.DeliveryID) bool) []*monitor.Delivery {
	var all []*monitor.Delivery
	for _, d := range s.Owed {
		if _, waits := s.Waiting[d.DeliveryID]; (waits || d.Dead != "") && means(d.DeliveryID) {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b *monitor.Delivery) int { return s.Waiting[a.DeliveryID].Compare(s.Waiting[b.DeliveryID]) })
	return all
}

func (s *Site) serveDeliveries(w http.ResponseWriter, r *http.Request) {
	q, wrong := askedOfLedger(r.URL.Query(), ledgerDefault)
	if wrong != "" {
		s.json(w, http.StatusBadRequest, problem{wrong})
		return
	}
	snap := s.snapshot(w)
	if snap == nil {
		return
	}
	body := owedOf(snap, q.means)
	all, ok := s.told(r.Context(), q.filter())
	if !ok {
		s.json(w, http.StatusServiceUnavailable, problem{"the ledger cannot be read; bellhop's log says why"})
		return
	}
	body.Told = append([]monitor.Telling{}, all...)
	if next := older(all, q.limit); !next.IsZero() {
		body.Older = r.URL.Path + "?" + withBefore(r.URL.Query(), next).Encode()
	}
	s.json(w, http.StatusOK, body)
}

func withBefore(v url.Values, t time.Time) url.Values {
	v.Set("before", exact(t))
	return v
}
