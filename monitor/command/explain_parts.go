package command

import (
	"slices"
	"time"

	"bellhop/monitor"
)

// Usually is what a check is usually like, as far as it is known.
type Usually struct {
	Text     string   `json:"text"`
	FailRate *float64 `json:"fail_rate,omitempty"` // from 0 to 1
	Under    bool     `json:"under,omitempty"`     // none of its attempts failed: the rate is below this with 95 % confidence
	MedianMS int64    `json:"median_ms,omitempty"` // of what answers take
	P95MS    int64    `json:"p95_ms,omitempty"`
}

// A Candidate is a node that can be the cause of a check's trouble, with what is known of it at present.
type Candidate struct {
	Kind         monitor.NodeKind `json:"kind"`
	ID           string           `json:"id"`
	Probes       int              `json:"own_probes"` // that were seen lately
	ProbesFail   int              `json:"own_probes_failing"`
	Behind       int              `json:"checks"` // that depend on it, and were seen lately
	BehindFail   int              `json:"checks_failing"`
	ToldAs       bool             `json:"told_as,omitempty"` // the open incident's cause
	OpenIncident string           `json:"open_incident,omitempty"`
}

// A WindowView is one of the ways in which reported requests are judged.
type WindowView struct {
	Over       string `json:"over"`
	Failed     int    `json:"failed"`
	Requests   int    `json:"requests"`
	Alarm      int    `json:"alarm_at"` // failures
	Still      string `json:"still_over"`
	LastFailed int    `json:"still_failed"`
	Last       int    `json:"still_requests"`
}

// slow says from when on an answer is slow, and why.
func (e *Explanation) slow(c *monitor.Check, r *monitor.Row) {
	var usual *monitor.Usual
	if r != nil {
		usual = r.Usual
	}
	e.Learned = c.Learns && (usual != nil && usual.P95 > 0 || c.Own)
	if over := c.SlowOver(usual); over > 0 && e.Learned {
		e.Slow = over.Round(100 * time.Millisecond).String()
	} else if over > 0 {
		e.Slow = over.String()
	}
}

// usually is nil where too little was seen.
func usually(v monitor.CheckView) *Usually {
	var u Usually
	if v.Stream != nil {
		if rate, under, known := v.Stream.Usual.Share(); known {
			u.FailRate, u.Under, u.Text = &rate, under, v.Stream.Usual.String()
		}
	}
	if v.Row != nil && v.Row.Usual != nil {
		u.Text = v.Row.Usual.String()
		if rate, under, known := v.Row.Usual.Rate(); known {
			u.FailRate, u.Under = &rate, under
		}
		u.MedianMS, u.P95MS = v.Row.Usual.Median.Milliseconds(), v.Row.Usual.P95.Milliseconds()
	}
	if u == (Usually{}) {
		return nil
	}
	return &u
}

func windows(s monitor.Stream, p monitor.Pace) []WindowView {
	var all []WindowView
	for _, l := range s.Looks(p) {
		all = append(all, WindowView{l.Over.String(), l.Seen.Bad, l.Seen.N, l.Alarm, l.Still.String(), l.Last.Bad, l.Last.N})
	}
	return all
}

// troubled is the signal that is in trouble, the first of those that are.
func troubled(r *monitor.Row) (monitor.SignalKind, bool) {
	for k, kind := range monitor.SignalKinds {
		if p := r.Signals[k].Phase; p != "" && p != monitor.Clean {
			return kind, true
		}
	}
	return "", false
}

// candidates is what is known of each node that can be the cause, upstream first; nil while all is well.
func candidates(s *monitor.Snapshot, v monitor.CheckView, p monitor.Pace) []Candidate {
	kind, ok := troubled(v.Row)
	if !ok {
		return nil
	}
	all := make([]Candidate, 0, len(v.Check.Path))
	for _, n := range v.Check.Path {
		c := Candidate{Kind: n.Kind, ID: n.ID}
		for _, i := range s.Open {
			if i.Cause.Node() == n {
				c.OpenIncident, c.ToldAs = i.ID, slices.Contains(v.Row.Incident[:], i.ID)
			}
		}
		for _, other := range s.Checks {
			c.count(n, kind, other, s.At, p)
		}
		all = append(all, c)
	}
	return all
}

// count takes in how a check fares that depends on a node, or is its own probe.
func (c *Candidate) count(n monitor.Node, kind monitor.SignalKind, v monitor.CheckView, now time.Time, p monitor.Pace) {
	probe, behind := slices.Contains(v.Check.Direct, n), slices.Contains(v.Check.Path, n)
	if !probe && !behind || v.Row == nil || v.Check.Info || v.Check.Warning {
		return
	}
	failing, known := v.Row.Signal(kind).Failing(now, max(p.Fresh, 2*v.Check.Every))
	if !known {
		return
	}
	bad := 0
	if failing || v.Row.Signal(kind).Phase == monitor.Open {
		bad = 1
	}
	if probe {
		c.Probes, c.ProbesFail = c.Probes+1, c.ProbesFail+bad
	}
	if behind {
		c.Behind, c.BehindFail = c.Behind+1, c.BehindFail+bad
	}
}

// tell finds the incident that a check's trouble is told as part of, or was last, and what receivers know of it.
func (e *Explanation) tell(s *monitor.Snapshot, known []*monitor.Delivery, v monitor.CheckView, p monitor.Pace) {
	id := v.Check.ID()
	if i := incidentOf(s, v.Row); i != nil {
		e.Incident, e.Told = incidentView(i, id), told(s, known, i, p)
		return
	}
	if at := slices.IndexFunc(s.Open, func(i *monitor.Incident) bool { return i.ID == v.Doubt }); at >= 0 && v.Doubt != "" {
		e.Doubt, e.Told = incidentView(s.Open[at], id), told(s, known, s.Open[at], p)
		return
	}
	for _, i := range s.Recent {
		if was(i, id) {
			e.Before, e.Told = incidentView(i, id), told(s, known, i, p)
			return
		}
	}
}

// was says whether an incident that is over told of a check.
func was(i *monitor.Incident, id monitor.CheckID) bool {
	own := i.Cause.Kind == monitor.NodeCheck && i.Cause.ID == string(id)
	return own || slices.ContainsFunc(i.Affected, func(a monitor.Affected) bool { return a.Check == id })
}

// withMost is how many of the other checks of an incident are named.
const withMost = 10

func incidentView(i *monitor.Incident, but monitor.CheckID) *IncidentView {
	var others []monitor.CheckID
	for _, m := range i.Members {
		if m.Check != but && !slices.Contains(others, m.Check) {
			others = append(others, m.Check)
		}
	}
	slices.Sort(others)
	return &IncidentView{
		i.ID, i.Version, i.Severity, i.Side, i.Cause, i.Text, i.NextStep, i.Ended, others[:min(len(others), withMost)], len(others),
	}
}

// incidentOf is the worst open incident that a check belongs to.
func incidentOf(s *monitor.Snapshot, r *monitor.Row) *monitor.Incident {
	for _, id := range r.Incident {
		for _, i := range s.Open {
			if id != "" && i.ID == id {
				return i
			}
		}
	}
	return nil
}

// told is what receivers know of an incident.
func told(s *monitor.Snapshot, known []*monitor.Delivery, i *monitor.Incident, p monitor.Pace) []Owed {
	var of []*monitor.Delivery
	for _, d := range known {
		if d.Incident == i.ID {
			of = append(of, d)
		}
	}
	return owed(s, of, nil, p)
}
