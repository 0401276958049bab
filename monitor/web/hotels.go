package web

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"bellhop/monitor"
)

// A Standing is how a hotel's link to apaleo is, as far as what is reported of it tells.
type Standing string

// The standings. Silent is for the operator alone: to others nothing is known then.
const (
	Connected Standing = "connected"
	Ended     Standing = "ended"     // nobody gets tokens for it any more: its administrator has to connect it again
	Disturbed Standing = "disturbed" // anything else that is wrong
	Silent    Standing = "silent"    // it is no longer reported
	Unknown   Standing = "unknown"
)

// Standings lists them, those that need somebody first.
func Standings() []Standing { return []Standing{Ended, Disturbed, Silent, Unknown, Connected} }

// A hotelView is one reported hotel and how it stands.
type hotelView struct {
	*monitor.Hotel
	Standing Standing
	Why      string    // of the operator's side
	Since    time.Time // since when it is in trouble
	Lacks    bool      // its link lacks a right that its administrator can give
	Incident string    // an open incident that it belongs to

	rows []*monitor.Row // of its checks
	room [3]*monitor.Row
}

// hotelViews are all hotels of one snapshot, and the snapshot without their checks: all else is made of that.
type hotelViews struct {
	lean  *monitor.Snapshot
	all   []hotelView // by account
	count map[Standing]int
	keyed sync.Once // makes byKey
	byKey map[[sha256.Size]byte]int
}

// ofHotel tells whether a check is one of the three that stand for a reported hotel: there are thousands of
// them, and they are shown as hotels.
func ofHotel(c *monitor.Check) bool {
	return c.Reported && c.Account != "" && c.Kind != monitor.KindBeat
}

// viewHotels goes once through all checks.
func viewHotels(s *monitor.Snapshot) *hotelViews {
	v := &hotelViews{count: map[Standing]int{}}
	if s == nil {
		return v
	}
	lean := *s
	lean.Checks = make([]monitor.CheckView, 0, max(len(s.Checks)-3*len(s.Hotels), 0))
	v.lean, v.all = &lean, make([]hotelView, len(s.Hotels))
	place := make(map[string]int, len(s.Hotels))
	for i, h := range s.Hotels {
		v.all[i] = hotelView{Hotel: h, Standing: Unknown, Why: "nothing that counts was reported yet"}
		v.all[i].rows = v.all[i].room[:0]
		place[h.Account] = i
	}
	for i := range s.Checks {
		c := &s.Checks[i]
		if !ofHotel(c.Check) {
			lean.Checks = append(lean.Checks, *c)
		} else if at, ok := place[c.Check.Account]; ok {
			v.all[at].add(c)
		}
	}
	for i := range v.all {
		v.all[i].settle()
		v.count[v.all[i].Standing]++
	}
	return v
}

// keys finds hotels by the hashes of their keys, so that how long it takes tells nothing of a key.
func (v *hotelViews) keys() map[[sha256.Size]byte]int {
	v.keyed.Do(func() {
		v.byKey = make(map[[sha256.Size]byte]int, len(v.all))
		for i, h := range v.all {
			if h.Key != "" {
				v.byKey[sha256.Sum256([]byte(h.Key))] = i
			}
		}
	})
	return v.byKey
}

// add takes in what one of its checks tells. A lost consent outweighs all else; of other troubles the first one
// speaks.
func (v *hotelView) add(c *monitor.CheckView) {
	if c.Row == nil {
		return
	}
	v.rows = append(v.rows, c.Row)
	if c.State != monitor.StateUp {
		v.trouble(c)
	} else if v.Standing == Unknown {
		v.Standing, v.Why = Connected, ""
	}
}

// trouble takes in what is wrong with one check.
func (v *hotelView) trouble(c *monitor.CheckView) {
	for k, kind := range monitor.SignalKinds {
		g := &c.Row.Signals[k]
		if kind == monitor.Quota || !g.IsOpen() {
			continue
		}
		is := Disturbed
		if f := c.Row.Failures[k]; f != nil && kind == monitor.Auth && c.Check.Kind == monitor.KindConsent {
			switch monitor.MatterOf(f.Fault, true) {
			case monitor.MatterReconnect:
				is = Ended
			case monitor.MatterConsent:
				v.Lacks = true
			}
		}
		if v.Standing == Ended || v.Standing == Disturbed && is == Disturbed {
			continue
		}
		v.Standing, v.Why, v.Since, v.Incident = is, c.Why, g.Since, c.Row.Incident[k]
	}
}

// settle ends it. Who is not reported is not known otherwise.
func (v *hotelView) settle() {
	if v.Silent {
		v.Standing, v.Why, v.Since, v.Lacks = Silent, "", v.Seen, false
	}
	if v.Standing == Unknown && len(v.rows) > 0 {
		v.Why = "what it reported last is too old to count"
	}
}

// began is since when it is so: in trouble since its first failure, connected since the last trouble ended or
// since it is known. Zero is that nobody knows.
func (v *hotelView) began() time.Time {
	if v.Standing != Connected {
		return v.Since
	}
	began := v.First
	for _, row := range v.rows {
		for _, g := range row.Signals {
			if g.Closed.After(began) {
				began = g.Closed
			}
		}
	}
	return began
}

// troubled lists those that need somebody, the gravest kind first and of each the newest trouble.
func (v *hotelViews) troubled() []hotelView {
	var out []hotelView
	for _, h := range v.all {
		if h.Standing == Ended || h.Standing == Disturbed || h.Standing == Silent {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, graverHotel)
	return out
}

// graverHotel orders hotels: those that need somebody first, and of each kind the newest trouble.
func graverHotel(a, b hotelView) int {
	if a.Standing != b.Standing {
		return slices.Index(Standings(), a.Standing) - slices.Index(Standings(), b.Standing)
	}
	if a.Standing == Connected || a.Standing == Unknown {
		return 0
	}
	return b.Since.Compare(a.Since)
}

// hotelCache keeps the hotels of the newest snapshot: pages, metrics and keys ask for the same ones.
type hotelCache struct {
	mu    sync.Mutex // protects all below
	snap  *monitor.Snapshot
	views *hotelViews
}

func (c *hotelCache) of(s *monitor.Snapshot) *hotelViews {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.views == nil || c.snap != s {
		c.snap, c.views = s, viewHotels(s)
	}
	return c.views
}

// lean is the newest snapshot without the checks of reported hotels; nil is that there is none yet.
func (s *Site) lean() *monitor.Snapshot { return s.hotels.of(s.Reader.Snapshot()).lean }
