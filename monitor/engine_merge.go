package monitor

import (
	"cmp"
	"maps"
	"slices"
)

// maxOwedSamples bounds the samples that wait for a store that fails: the oldest are given up first, as
// memory must not grow with time.
const maxOwedSamples = 20_000

// maxOwedTellings bounds the tellings that wait for such a store, in the same way.
const maxOwedTellings = 5_000

// Merge is both changes as one commit: of two rows of the same name the later one is kept. What no store keeps,
// like plans, is not part of it. Neither c nor next is written to.
func (c Change) Merge(next Change) Change {
	c.Rows, c.Incidents = maps.Clone(c.Rows), maps.Clone(c.Incidents)
	c.Deliveries, c.Notices, c.Clients = maps.Clone(c.Deliveries), maps.Clone(c.Notices), maps.Clone(c.Clients)
	c.Hotels, c.Reports, c.Light = maps.Clone(c.Hotels), maps.Clone(c.Reports), maps.Clone(c.Light)
	c.Silences, c.Acts = maps.Clone(c.Silences), maps.Clone(c.Acts)
	c.Removed = slices.Clone(c.Removed)
	c.Events, c.Samples = slices.Clip(c.Events), slices.Clip(c.Samples)
	c.Tellings = slices.Clip(c.Tellings)
	c.absorb(next)
	return c
}

// absorb is Merge for one who owns all of c.
func (c *Change) absorb(next Change) {
	c.At = later(c.At, next.At)
	for _, id := range next.Removed {
		delete(c.Rows, id)
	}
	c.Removed = removed(c.Removed, next)
	c.lighten(next)
	into(&c.Rows, next.Rows)
	for id := range next.Light {
		if !c.Light[id] { // it is stored all the same
			c.Rows[id] = c.Rows[id].of(id)
		}
	}
	into(&c.Incidents, next.Incidents)
	into(&c.Deliveries, next.Deliveries)
	into(&c.Notices, next.Notices)
	into(&c.Clients, next.Clients)
	into(&c.Hotels, next.Hotels)
	into(&c.Reports, next.Reports)
	into(&c.Silences, next.Silences)
	c.Stint = cmp.Or(next.Stint, c.Stint)
	into(&c.Acts, next.Acts)
	c.Events = append(c.Events, next.Events...)
	c.Samples = last(append(c.Samples, next.Samples...), maxOwedSamples)
	c.Tellings = last(append(c.Tellings, next.Tellings...), maxOwedTellings)
	c.Urgent = c.Urgent || next.Urgent
}

// last are the last n of them at most.
func last[T any](all []T, n int) []T { return slices.Delete(all, 0, max(len(all)-n, 0)) }

// lighten keeps a row that has to be stored from becoming light by a later one that need not. It comes before
// the rows are taken over.
func (c *Change) lighten(next Change) {
	for id := range next.Rows {
		switch {
		case !next.Light[id]:
			delete(c.Light, id)
		case c.Rows[id] == nil:
			set(&c.Light, id, true)
		}
	}
}

// removed keeps Removed and Rows apart: a check that came back is not removed.
func removed(ids []CheckID, next Change) []CheckID {
	ids = slices.DeleteFunc(ids, func(id CheckID) bool { return next.Rows[id] != nil })
	for _, id := range next.Removed {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func into[K comparable, V any](to *map[K]V, from map[K]V) {
	if *to == nil && len(from) > 0 {
		*to = make(map[K]V, len(from))
	}
	maps.Copy(*to, from)
}

// stores is whether the change holds anything that a store keeps.
func (c Change) stores() bool { return c.size() > 0 }

// size is how many things a change stores.
func (c Change) size() int {
	n := 0
	if c.Stint != nil {
		n = 1
	}
	return n + len(c.Rows) + len(c.Removed) + len(c.Incidents) + len(c.Events) + len(c.Deliveries) +
		len(c.Notices) + len(c.Clients) + len(c.Samples) + len(c.Hotels) + len(c.Reports) + len(c.Silences) + len(c.Acts) + len(c.Tellings)
}
