package rehearse

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"bellhop/monitor"
)

const (
	madeUp   = 20 // hotels that an integration reports which has none in the configuration
	requests = 30 // that it makes in a minute to each module, for each hotel
)

// A hotel is one that the integration reports.
type hotel struct{ code, account string }

// hotels are those that the integration reports: the configured accounts, or else some that are made up, as those of a
// store app are known only from its reports. There are none where it cannot report.
func (c Cast) hotels() []hotel {
	if c.Config.Reported.Hotel == nil {
		return nil
	}
	var all []hotel
	for _, code := range slices.Sorted(maps.Keys(c.Config.Reported.Accounts)) {
		all = append(all, hotel{code, c.Config.Reported.Accounts[code]})
	}
	for n := 1; len(c.Config.Reported.Accounts) == 0 && n <= madeUp; n++ {
		code := fmt.Sprintf("H%03d", n)
		all = append(all, hotel{code, code})
	}
	return all
}

// MadeUp is how many hotels the integration reports that are in no configuration.
func (c Cast) MadeUp() int {
	if len(c.Config.Reported.Accounts) > 0 {
		return 0
	}
	return len(c.hotels())
}

// report is what the integration sends at a time; false is that it sends nothing.
func (w *world) report(at time.Time, hotels []hotel) (monitor.Report, bool) {
	silent := func(s spell) bool { return s.fault == "silent" && s.on.Kind == "integration" && s.at(at) }
	if len(hotels) == 0 || slices.ContainsFunc(w.spells, silent) {
		return monitor.Report{}, false
	}
	r := monitor.Report{
		At: at, ID: "rehearsal " + at.Format(time.RFC3339), Covers: time.Minute, Until: at,
		Random: []byte(strings.Repeat(fmt.Sprintf("%08d", at.Unix()%100_000_000), 4)),
	}
	for _, h := range hotels {
		r.Accounts = append(r.Accounts, monitor.AccountReport{Code: h.code, Requests: w.requests(h, at), Token: w.token(h, at)})
	}
	return r, true
}

// requests are those of the minute before.
func (w *world) requests(h hotel, at time.Time) []monitor.Count {
	modules := []string{"booking", "inventory"} // of one alone nobody knows whether it is the module or all of the API
	for _, s := range w.spells {
		if s.on.Kind == "module" && !slices.Contains(modules, s.on.Name) {
			modules = append(modules, s.on.Name)
		}
	}
	var all []monitor.Count
	for _, module := range modules {
		bad, n := w.failed(h, module, at)
		all = append(all, monitor.Count{Module: module, Status: 200, N: requests - n})
		if bad.N = n; n > 0 {
			all = append(all, bad)
		}
	}
	return all
}

// failed are those requests to a module that a spell spoils.
func (w *world) failed(h hotel, module string, at time.Time) (monitor.Count, int) {
	asked := &monitor.Check{Kind: "http", Host: w.cast.Hosts["api"], Account: h.account, Client: "integration", Module: module, Timeout: 10 * time.Second}
	for _, s := range w.spells {
		its := s.on.Kind != "client" && s.on.Kind != "net" && s.on.Kind != "check" && w.cast.concerns(s.on, asked) && sees(s.on, s.fault, asked)
		if !its || refuses(s.fault) || !s.at(at.Add(-30*time.Second)) {
			continue
		}
		o := monitor.Outcome{Status: 200}
		faultOf(s.fault).spoil(&o, asked, 0)
		if o.Fault == monitor.FaultNone {
			continue // slow: reports do not say
		}
		n := int(math.Round(requests * s.share))
		if o.Status > 0 {
			return monitor.Count{Module: module, Status: o.Status}, n
		}
		return monitor.Count{Module: module, Fault: o.Fault}, n
	}
	return monitor.Count{}, 0
}

// token is what came of the last token request for a hotel: one an hour, and again each minute while it fails.
func (w *world) token(h hotel, at time.Time) *monitor.TokenReport {
	phase := time.Duration(w.chance("token of "+h.code, time.Time{}) * float64(time.Hour)).Truncate(time.Second)
	asked := at.Add(-phase).Truncate(time.Hour).Add(phase)
	consent := w.consent(h)
	good := monitor.TokenReport{At: asked, Status: 200, Expires: asked.Add(time.Hour)}
	for _, s := range w.spells {
		due := s.from.Add(-phase).Truncate(time.Hour).Add(phase + time.Hour)
		hits := w.cast.stopsTokens(s) || refuses(s.fault) && w.cast.concerns(s.on, consent)
		switch {
		case !hits || at.Before(due) || due.After(s.to):
		case s.at(at):
			return w.untoken(s, due, at)
		case asked.Before(s.to):
			good.At, good.Expires = s.to, s.to.Add(time.Hour)
		}
	}
	return &good
}

// consent is the check of a hotel's tokens, as the integration asks for them.
func (w *world) consent(h hotel) *monitor.Check {
	for _, c := range w.cast.Config.Reported.Hotel(h.account) {
		if c.Kind == monitor.KindConsent {
			return c
		}
	}
	return &monitor.Check{Account: h.account}
}

// untoken is a token request that fails.
func (w *world) untoken(s spell, due, at time.Time) *monitor.TokenReport {
	o := monitor.Outcome{}
	faultOf(s.fault).spoil(&o, &monitor.Check{}, 0)
	r := &monitor.TokenReport{At: at, Status: o.Status, Fault: o.Fault, Code: o.Code}
	if refuses(s.fault) {
		r.At = due
	}
	return r
}
