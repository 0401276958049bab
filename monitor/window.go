package monitor

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// The integration's requests are counted in buckets, never one by one: a minute with a million of them costs what a
// minute with ten does. A bucket is a quarter of a minute wide, after two minutes a minute, after ten five minutes.

// windowUnit is the width of the finest bucket, at the real pace. All else is counted in it.
const (
	windowUnit = 15 * time.Second

	unitsMinute = 4
	unitsFive   = 5 * unitsMinute
	unitsHour   = 60 * unitsMinute
)

// A Tally is how many requests there were, and how many of them failed.
type Tally struct{ N, Bad int }

// A Window is the last hour of requests, in buckets: text for a store, some sixty bytes where all is well. Its zero
// value has seen nothing. What cannot be read is nothing.
type Window string

// A bucket is what was counted in a while that begins at a unit of time.
type bucket struct {
	at     int64
	n, bad uint32
}

// bucketOf is where the bucket begins by now that a unit of time lies in.
func bucketOf(at, now int64) int64 {
	if five := at - at%unitsFive; five+unitsFive <= now-10*unitsMinute {
		return five
	}
	if minute := at - at%unitsMinute; minute+unitsMinute <= now-2*unitsMinute {
		return minute
	}
	return at
}

// unit is the unit of time that a moment lies in; those before 1970 are one.
func unit(t time.Time, p Pace) int64 { return max(t.UnixNano(), 0) / int64(p.Of(windowUnit)) }

// Add counts requests of a time that ended at end, told at now. They go to the bucket of their own time; late is how
// many are of a time that is over an hour ago, and count no more. A gap leaves no bucket. One report is one piece of
// evidence, whatever it covers: all of it goes to the bucket of its end. Only what covers more than half an hour is
// spread over its minutes, and its failures are taken for one burst at its beginning.
func (w Window) Add(now, end time.Time, covers time.Duration, t Tally, p Pace) (next Window, late int) {
	var room [2 * unitsFive]bucket
	at, all := w.read(room[:0])
	here := unit(now, p)
	if at > here && at-here <= 2*unitsMinute {
		here = at // two reports that overtook one another
	}
	all = aged(all, here)
	last := min(unit(end, p), here)
	for part := range parts(covers, t, p) {
		if part.at = bucketOf(part.at+last, here); part.at <= here-unitsHour {
			late += int(part.n)
			continue
		}
		all = put(all, part)
	}
	return written(here, all), late
}

// parts yields what a tally comes to minute by minute, the first one first; at is relative to its end.
func parts(covers time.Duration, t Tally, p Pace) func(yield func(bucket) bool) {
	minutes := 1
	if covers > p.Of(30*time.Minute) {
		minutes = int(min(covers/p.Of(time.Minute), 7*24*60))
	}
	return func(yield func(bucket) bool) {
		n, bad := max(t.N, 0), min(max(t.Bad, 0), max(t.N, 0))
		for k := range minutes {
			share := n/minutes + one(k < n%minutes)
			failed := min(share, bad)
			bad -= failed
			if share > 0 && !yield(bucket{int64(k-minutes+1) * unitsMinute, saturated(share), saturated(failed)}) {
				return
			}
		}
	}
}

func one(so bool) int {
	if so {
		return 1
	}
	return 0
}

func saturated(n int) uint32 { return uint32(min(n, math.MaxUint32)) } //nolint:gosec // it is bounded by min, and never negative

// put adds to the bucket of a time, or makes it.
func put(all []bucket, b bucket) []bucket {
	i, found := slices.BinarySearchFunc(all, b.at, func(x bucket, at int64) int { return int(x.at - at) })
	if !found {
		return slices.Insert(all, i, b)
	}
	all[i].n = saturated(int(all[i].n) + int(b.n))
	all[i].bad = saturated(int(all[i].bad) + int(b.bad))
	return all
}

// aged brings buckets to the widths that they have by now, and drops those that are over an hour old, and those of a
// future that a clock which was set back has left.
func aged(all []bucket, now int64) []bucket {
	kept := all[:0]
	for _, b := range all {
		if b.at = bucketOf(b.at, now); b.at <= now-unitsHour || b.at > now {
			continue
		}
		if k := len(kept) - 1; k >= 0 && kept[k].at == b.at {
			kept[k].n, kept[k].bad = saturated(int(kept[k].n)+int(b.n)), saturated(int(kept[k].bad)+int(b.bad))
			continue
		}
		kept = append(kept, b)
	}
	return kept
}

// written is the text of buckets, oldest first: the time, then of each how long before the next it is, its requests
// with a bit that says whether any failed, and how many did.
func written(now int64, all []bucket) Window {
	var room, text [512]byte
	out := binary.AppendUvarint(room[:0], uint64(now)) //nolint:gosec // a time after 1970
	before := now
	for _, b := range slices.Backward(all) {
		out = binary.AppendUvarint(out, uint64(before-b.at)) //nolint:gosec // they are in order
		out = binary.AppendUvarint(out, uint64(b.n)<<1|uint64(min(b.bad, 1)))
		if b.bad > 0 {
			out = binary.AppendUvarint(out, uint64(b.bad))
		}
		before = b.at
	}
	return Window(base64.RawURLEncoding.AppendEncode(text[:0], out))
}

// read is a window's buckets, oldest first, appended to room, and the time that they were written at.
func (w Window) read(room []bucket) (now int64, all []bucket) {
	var raw [512]byte
	in, err := base64.RawURLEncoding.AppendDecode(raw[:0], []byte(w))
	if err != nil {
		return 0, room
	}
	next := func() uint64 {
		v, n := binary.Uvarint(in)
		in = in[max(n, 0):]
		if n <= 0 {
			in = nil // what is cut off reads as zero, and no bucket has so few requests
		}
		return v
	}
	now = int64(next() & math.MaxInt64) //nolint:gosec // masked
	at, all := now, room
	for len(in) > 0 {
		back, n, bad := next(), next(), uint64(0)
		if n&1 == 1 {
			bad = next()
		}
		n >>= 1
		if back > unitsHour+unitsFive || back == 0 && len(all) > len(room) || n == 0 || n > math.MaxUint32 || bad > n || len(all) == cap(all) {
			return 0, room
		}
		at -= int64(back)
		all = append(all, bucket{at, uint32(n), uint32(bad)}) //nolint:gosec // both are bounded above
	}
	slices.Reverse(all[len(room):])
	return now, all
}

// since is the window without the buckets that begin before a time.
func (w Window) since(from time.Time, p Pace) Window {
	var room [2 * unitsFive]bucket
	now, all := w.read(room[:0])
	first := slices.IndexFunc(all, func(b bucket) bool { return b.at >= unit(from, p) })
	if first < 0 {
		return ""
	}
	return written(now, all[first:])
}

// Sum adds up what was counted in buckets that begin at or after a time.
func (w Window) Sum(from time.Time, p Pace) Tally {
	var room [2 * unitsFive]bucket
	_, all := w.read(room[:0])
	return sum(all, unit(from, p)-1)
}

// sum adds up buckets that begin after a unit of time.
func sum(all []bucket, after int64) (t Tally) {
	for _, b := range all {
		if b.at > after {
			t.N, t.Bad = t.N+int(b.n), t.Bad+int(b.bad)
		}
	}
	return t
}
