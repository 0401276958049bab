package rehearse

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"bellhop/monitor"
)

// A shelf holds what a store would: whole values, never changed once given.
type shelf struct {
	committed  time.Time // the last time that anything was stored
	rows       map[monitor.CheckID]*monitor.Row
	incidents  map[string]*monitor.Incident
	events     map[string][]monitor.Event // by incident
	deliveries map[monitor.DeliveryID]*monitor.Delivery
	notices    map[string]*monitor.Notice // by key
	clients    map[string]*monitor.Client
	hotels     map[string]*monitor.Hotel
	reports    map[string]time.Time
	silences   map[string]*monitor.Silence
	acts       map[string]time.Time
	stint      *monitor.Stint
}

func newShelf(from monitor.Saved) *shelf {
	k := &shelf{
		committed: from.Committed, rows: map[monitor.CheckID]*monitor.Row{}, incidents: map[string]*monitor.Incident{},
		events: map[string][]monitor.Event{}, deliveries: map[monitor.DeliveryID]*monitor.Delivery{}, notices: map[string]*monitor.Notice{},
		clients: map[string]*monitor.Client{}, hotels: map[string]*monitor.Hotel{}, reports: map[string]time.Time{},
		silences: map[string]*monitor.Silence{}, acts: map[string]time.Time{}, stint: from.Stint,
	}
	c := monitor.Change{Events: from.Events, Reports: from.Reports, Acts: from.Acts}
	c.Rows = byKey(from.Rows, func(r *monitor.Row) monitor.CheckID { return r.Check })
	c.Incidents = byKey(from.Incidents, func(i *monitor.Incident) string { return i.ID })
	c.Deliveries = byKey(from.Deliveries, func(d *monitor.Delivery) monitor.DeliveryID { return d.DeliveryID })
	c.Notices = byKey(from.Notices, func(n *monitor.Notice) string { return n.Key })
	c.Clients = byKey(from.Clients, func(c *monitor.Client) string { return c.ID })
	c.Hotels = byKey(from.Hotels, func(h *monitor.Hotel) string { return h.Account })
	c.Silences = byKey(from.Silences, func(s *monitor.Silence) string { return s.ID })
	k.save(c, from.Committed)
	return k
}

func byKey[K comparable, V any](list []*V, key func(*V) K) map[K]*V {
	m := make(map[K]*V, len(list))
	for _, v := range list {
		m[key(v)] = v
	}
	return m
}

// save keeps what a store keeps.
func (k *shelf) save(c monitor.Change, at time.Time) {
	k.committed = at
	for _, id := range c.Removed {
		delete(k.rows, id)
	}
	for id, r := range c.Rows {
		if !c.Light[id] {
			k.rows[id] = r
		}
	}
	for account, h := range c.Hotels {
		if k.hotels[account] = h; h == nil {
			delete(k.hotels, account)
		}
	}
	for _, e := range c.Events {
		k.events[e.Incident.ID] = append(k.events[e.Incident.ID], e)
	}
	for id, d := range c.Deliveries {
		if k.deliveries[id] = d; d.Settled {
			delete(k.deliveries, id)
		}
	}
	for id, s := range c.Silences {
		if k.silences[id] = s; s == nil {
			delete(k.silences, id)
		}
	}
	maps.Copy(k.acts, c.Acts)
	k.stint = cmp.Or(c.Stint, k.stint)
	maps.Copy(k.reports, c.Reports)
	maps.Copy(k.incidents, c.Incidents)
	maps.Copy(k.notices, c.Notices)
	maps.Copy(k.clients, c.Clients)
}

// notice is the notice of that id, or nil if a newer one of its key has overtaken it.
func (k *shelf) notice(id string) *monitor.Notice {
	for _, n := range k.notices {
		if n.ID == id {
			return n
		}
	}
	return nil
}

// forget drops what a store would not give back.
func (k *shelf) forget(now time.Time, p monitor.Pace) {
	for id, i := range k.incidents {
		if i.State == monitor.IncidentResolved && now.Sub(i.Updated) > p.EndOwed {
			delete(k.incidents, id)
			delete(k.events, id)
		}
	}
	for id, d := range k.deliveries {
		if d.Settled && k.incidents[id.Incident] == nil {
			delete(k.deliveries, id)
		}
	}
	for id, at := range k.reports {
		if now.Sub(at) > p.Of(48*time.Hour) {
			delete(k.reports, id)
		}
	}
}

// saved gives it back, through the stored form.
func (k *shelf) saved(id string) monitor.Saved {
	s := monitor.Saved{
		ID: id, Committed: k.committed, Rows: restored(k.rows), Incidents: restored(k.incidents), Deliveries: restored(k.deliveries),
		Notices: restored(k.notices), Clients: restored(k.clients), Hotels: restored(k.hotels), Reports: maps.Clone(k.reports),
		Silences: restored(k.silences), Acts: maps.Clone(k.acts), Stint: k.stint,
	}
	for _, events := range k.events {
		s.Events = append(s.Events, events...)
	}
	return s
}

func restored[K comparable, V any](m map[K]*V) []*V {
	list := make([]*V, 0, len(m))
	for _, v := range m {
		n := new(V)
		data, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(data, n)
		}
		if err != nil {
			panic(fmt.Sprintf("stored form of %T: %v", v, err)) // plain data: it has one
		}
		list = append(list, n)
	}
	return list
}
