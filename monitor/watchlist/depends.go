package watchlist

import (
	"maps"
	"slices"
	"strings"

	"bellhop/monitor"
)

// A dependant is a check of the user's own with what it depends on.
type dependant struct {
	check *monitor.Check
	name  string // as it stands in the file
	on    []dependency
}

// A dependency is an entry of depends_on.
type dependency struct {
	id monitor.CheckID
	at place
}

// dependOn gives checks of the user's own the checks that they depend on as nodes, upstream of all else that can explain
// them. It takes all checks there are.
func (b *builder) dependOn(forms []checkForm, all []*monitor.Check) {
	known := make(map[monitor.CheckID]*monitor.Check, len(all))
	for _, c := range all {
		known[c.ID()] = c
	}
	var order []*dependant
	for _, f := range forms {
		at := slices.IndexFunc(all, func(c *monitor.Check) bool { return c.Own && c.Name == f.Name.V })
		if at < 0 || len(f.DependsOn) == 0 {
			continue
		}
		d := &dependant{check: all[at], name: f.Name.Raw}
		for _, entry := range f.DependsOn {
			d.add(b, entry, known, forms)
		}
		order = append(order, d)
	}
	b.ringless(order)
	for _, d := range order {
		for _, on := range slices.Backward(d.on) {
			n := monitor.Node{Kind: monitor.NodeCheck, ID: string(on.id)}
			d.check.Path = append([]monitor.Node{n}, d.check.Path...)
		}
	}
}

// add takes an entry: the name of a check, or, of one of an account, name@account, where the check's own account may be
// left out.
func (d *dependant) add(b *builder, entry text, known map[monitor.CheckID]*monitor.Check, forms []checkForm) {
	for _, id := range []string{entry.V, entry.V + "@" + d.check.Account} {
		on := known[monitor.CheckID(id)]
		switch {
		case on == nil:
			continue
		case on == d.check:
			b.wrong(entry.At, "check "+quote(d.name)+" depends on itself", "remove it from depends_on")
		case slices.ContainsFunc(d.on, func(other dependency) bool { return other.id == on.ID() }):
			b.wrong(entry.At, "depends_on names "+quote(entry.Raw)+" twice", "remove one of them")
		default:
			d.on = append(d.on, dependency{on.ID(), entry.At})
		}
		return
	}
	if slices.ContainsFunc(forms, func(f checkForm) bool { return f.Name.V == entry.V && entry.V != "" }) {
		return // what is wrong with that one has been said
	}
	b.wrong(entry.At, "depends_on names "+quote(entry.Raw)+", which is no check", otherCheck(entry.V, known))
}

// otherCheck is what to write instead of the name of a check that is not there.
func otherCheck(name string, known map[monitor.CheckID]*monitor.Check) string {
	var ids, names []string
	for _, id := range slices.Sorted(maps.Keys(known)) {
		ids, names = append(ids, string(id)), append(names, known[id].Name)
	}
	if at := slices.Index(names, name); at >= 0 {
		return "it is asked for each account: write one like " + ids[at]
	}
	if n := nearest(name, ids); n != "" && name != "" {
		return "did you mean " + n + "?"
	}
	if n := nearest(name, names); n != "" && name != "" {
		return "did you mean " + ids[slices.Index(names, n)] + "?"
	}
	return "name a check of this file, or one of the built-in watchlist"
}

// ringless refuses checks that depend on each other in a ring, once for each ring: none of them could be explained by
// another.
func (b *builder) ringless(order []*dependant) {
	of := map[monitor.CheckID]*dependant{}
	for _, d := range order {
		of[d.check.ID()] = d
	}
	done := map[*dependant]bool{}
	for _, d := range order {
		b.follow(d, of, done, nil)
	}
}

// follow goes from a check to what it depends on, along a way that led there, and drops what closes a ring.
func (b *builder) follow(d *dependant, of map[monitor.CheckID]*dependant, done map[*dependant]bool, way []*dependant) {
	if done[d] {
		return
	}
	way = append(way, d)
	d.on = slices.DeleteFunc(d.on, func(on dependency) bool {
		next := of[on.id]
		if next == nil {
			return false
		}
		at := slices.Index(way, next)
		if at < 0 {
			b.follow(next, of, done, way)
			return false
		}
		b.wrong(on.at, "checks depend on each other in a ring: "+ring(way[at:]), "remove one of these from its depends_on")
		return true
	})
	done[d] = true
}

// ring is the way round, with its beginning at its end.
func ring(way []*dependant) string {
	names := make([]string, 0, len(way)+1)
	for _, d := range way {
		names = append(names, d.name)
	}
	return strings.Join(append(names, way[0].name), " → ")
}
