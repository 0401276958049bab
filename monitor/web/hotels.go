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
	Since    time.Time // since when it is so; zero is not known
	Lacks    bool      // its link lacks a right that its administrator can give
	Incident string    // an open incident that it belongs to
}

// hotelViews are all hotels of one snapshot.
type hotelViews struct {
	all   []hotelView // by account
	count map[Standing]int
	byKey map[[sha256.Size]byte]int
}

// ofHotel tells whether a check is one of the three that stand for a reported hotel: there are thousands of
// them, and they are shown as hotels.
func ofHotel(c *monitor.Check) bool {
	return c.Reported && c.Account != "" && c.Kind != monitor.KindBeat
}

// plain are the checks that are no reported hotel's.
func plain(s *monitor.Snapshot) []monitor.CheckView {
	if !slices.ContainsFunc(s.Checks, func(c monitor.CheckView) bool { return ofHotel(c.Check) }) {
		return s.Checks
	}
	out := make([]monitor.CheckView, 0, 64)
	for _, c := range s.Checks {
		if !ofHotel(c.Check) {
			out = append(out, c)
		}
	}
	return out
}

func viewHotels(s *monitor.Snapshot) *hotelViews {
	if s == nil {
		s = &monitor.Snapshot{}
	}
	v := &hotelViews{all: make([]hotelView, 0, len(s.Hotels)), count: map[Standing]int{}, byKey: make(map[[sha256.Size]byte]int, len(s.Hotels))}
	checks := make(map[string][]monitor.CheckView, len(s.Hotels))
	for _, c := range s.Checks {
		if ofHotel(c.Check) {
			checks[c.Check.Account] = append(checks[c.Check.Account], c)
		}
	}
	for _, h := range s.Hotels {
		one := judgeHotel(h, checks[h.Account])
		v.count[one.Standing]++
		if h.Key != "" {
			v.byKey[sha256.Sum256([]byte(h.Key))] = len(v.all)
		}
		v.all = append(v.all, one)
	}
	return v
}

// judgeHotel is how a hotel stands by its checks.
func judgeHotel(h *monitor.Hotel, checks []monitor.CheckView) hotelView {
	v := hotelView{Hotel: h, Standing: Unknown, Why: "nothing that counts was reported yet"}
	var good time.Time
	for _, c := range checks {
		v.trouble(c)
		if c.State == monitor.StateUp && v.Standing == Unknown {
			v.Standing, v.Why = Connected, ""
		}
		good = latest(good, rowOf(c).Signal(monitor.Availability).Closed, rowOf(c).Signal(monitor.Auth).Closed)
	}
	if v.Standing == Connected {
		v.Since = latest(good, h.First)
	}
	if h.Silent {
		v.Standing, v.Why, v.Since = Silent, "it is no longer reported", h.Seen
	}
	return v
}

// trouble adds what is wrong with one check. A lost consent outweighs all else; of others the first one speaks.
func (v *hotelView) trouble(c monitor.CheckView) {
	row := rowOf(c)
	for k, kind := range monitor.SignalKinds {
		if kind == monitor.Quota || !row.Signals[k].IsOpen() {
			continue
		}
		is := Disturbed
		if kind == monitor.Auth && c.Check.Kind == monitor.KindConsent && row.Failures[k] != nil {
			if is = consent(row.Failures[k].Fault); row.Failures[k].Fault == monitor.FaultScopeLost {
				v.Lacks = true
			}
		}
		if v.Standing == Ended || v.Standing == Disturbed && is == Disturbed {
			continue
		}
		v.Standing, v.Why, v.Since, v.Incident = is, c.Why, row.Signals[k].Since, row.Incident[k]
	}
}

// consent is what a refused token request means for the hotel: some refusals are for us to mend.
func consent(f monitor.Fault) Standing {
	switch f {
	case monitor.FaultGrant, monitor.FaultRequest, monitor.FaultSuspended, monitor.FaultArchived, monitor.FaultDevelopment:
		return Ended
	}
	return Disturbed
}

func latest(all ...time.Time) time.Time { return slices.MaxFunc(all, time.Time.Compare) }

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
