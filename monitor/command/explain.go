package command

import (
	"cmp"
	"time"

	"bellhop/monitor"
)

// An Explanation is all that is known of one check, and why it is shown as it is.
type Explanation struct {
	At       time.Time         `json:"at"`
	Check    monitor.CheckID   `json:"check"`
	Title    string            `json:"title"`
	State    monitor.State     `json:"state"`
	Why      string            `json:"why,omitempty"`
	Silence  *monitor.Silence  `json:"silence,omitempty"` // the pause, maintenance or silence in force that covers it
	Badges   []string          `json:"badges,omitempty"`
	Kind     string            `json:"kind"`
	Host     string            `json:"host"`
	Account  string            `json:"account,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Runbook  string            `json:"runbook,omitempty"`
	Schedule string            `json:"schedule"`
	Timeout  string            `json:"timeout,omitempty"`
	Slow     string            `json:"slow,omitempty"`         // answers that take longer are slow
	Learned  bool              `json:"slow_learned,omitempty"` // Slow follows from what is usual
	Usual    *Usually          `json:"usual,omitempty"`        // nil is that too little was seen
	Reported bool              `json:"reported,omitempty"`     // never asked: others tell
	Grace    string            `json:"grace,omitempty"`        // how late a heartbeat may be
	Causes   []string          `json:"possible_causes"`        // upstream first
	Suspects []Candidate       `json:"candidates,omitempty"`   // those of them that can be told of, while it is in trouble
	Next     time.Time         `json:"next_run,omitzero"`
	Pace     string            `json:"pace"` // how it is asked at present
	Use      *Consumption      `json:"consumption,omitempty"`
	LastGood time.Time         `json:"last_good,omitzero"`
	Last     *Seen             `json:"last,omitempty"` // nil is never asked
	Signals  []SignalView      `json:"signals"`
	Windows  []WindowView      `json:"windows,omitempty"`       // of requests that are reported
	Asked    time.Time         `json:"requests_until,omitzero"` // the last that were reported
	Doubt    *IncidentView     `json:"in_doubt_for,omitempty"`  // accounts for its being in doubt
	Spared   bool              `json:"spared,omitempty"`        // others are asked for it
	Incident *IncidentView     `json:"incident,omitempty"`      // it is told as part of
	Before   *IncidentView     `json:"last_incident,omitempty"` // the last one that it was in, where none is open
	Told     []Owed            `json:"told"`                    // what receivers know of either
}

// Seen is what the last attempt saw.
type Seen struct {
	At         time.Time     `json:"at"`
	TookMS     int64         `json:"took_ms"`
	Fault      monitor.Fault `json:"fault,omitempty"`
	Status     int           `json:"status,omitempty"`
	Code       string        `json:"code,omitempty"`
	Detail     string        `json:"detail,omitempty"`
	Messages   []string      `json:"messages,omitempty"`
	TrackingID string        `json:"tracking_id,omitempty"`
	IP         string        `json:"ip,omitempty"`
}

// A SignalView is one signal with the numbers it is judged by.
type SignalView struct {
	Signal    monitor.SignalKind `json:"signal"`
	Phase     monitor.Phase      `json:"phase"`
	Suspicion float64            `json:"suspicion"` // level of its bucket
	AlarmAt   float64            `json:"alarm_at"`  // 0 is that windows decide
	Span      string             `json:"span"`      // failures must span this long
	Since     time.Time          `json:"since,omitzero"`
	Failed    int                `json:"failed,omitempty"` // attempts since then
	Of        int                `json:"of,omitempty"`
	Hold      string             `json:"hold,omitempty"`                // the calm that its end needs
	Goods     int                `json:"goods,omitempty"`               // in a row that its end needs
	Earliest  time.Time          `json:"ends_at_the_earliest,omitzero"` // zero while it fails
	GoodRun   int                `json:"good_run,omitempty"`
	GoodSince time.Time          `json:"good_since,omitzero"`
	Reopens   int                `json:"reopens,omitempty"`
	Evidence  []monitor.Evidence `json:"evidence"` // the last pieces, oldest first, at most eight
	LastAt    time.Time          `json:"last_at,omitzero"`
}

// An IncidentView is the incident that a check belongs to.
type IncidentView struct {
	ID       string           `json:"id"`
	Version  int              `json:"version"`
	Severity monitor.Severity `json:"severity"`
	Side     monitor.Side     `json:"side"`
	Cause    monitor.Cause    `json:"cause"`
	Text     string           `json:"text"`
	NextStep string           `json:"next_step,omitempty"`

	Ended  time.Time         `json:"ended,omitzero"`
	With   []monitor.CheckID `json:"told_with,omitempty"` // other checks that are told as part of it, at most ten
	Others int               `json:"told_with_count"`
}

// explain finds all that a snapshot and the deliveries tell of a check.
func explain(s *monitor.Snapshot, known []*monitor.Delivery, name string, p monitor.Pace) (Explanation, error) {
	v, err := find(s, name)
	if err != nil {
		return Explanation{}, err
	}
	c := v.Check
	e := Explanation{
		At: s.At, Check: c.ID(), Title: c.Title, State: v.State, Why: v.Why, Badges: v.Badges, Kind: c.Kind, Host: c.Host,
		Account: c.Account, Labels: c.Labels, Runbook: c.Runbook, Schedule: c.Spec, Timeout: c.Timeout.String(), Next: next(v, s.At),
		Silence: v.Silence, Pace: "its own schedule", Signals: []SignalView{}, Told: []Owed{}, Causes: causes(c),
	}
	e.slow(c, v.Row)
	e.Use = consumption(s, c)
	if e.Reported = c.Reported; c.Reported {
		e.Timeout, e.Pace = "", teller(c)
	}
	if c.Kind == monitor.KindBeat {
		e.Grace = c.Grace.String()
	}
	if v.Stream != nil {
		e.Windows, e.Asked = windows(*v.Stream, p), v.Stream.Asked
	}
	e.Usual = usually(v)
	if v.Row == nil {
		return e, nil
	}
	switch e.LastGood, e.Last = v.Row.LastGood, seen(v.Row); {
	case v.State == monitor.StatePaused:
		e.Pace, e.Next = "not asked", time.Time{}
	case !c.Reported:
		e.Pace = pace(v.Row.Plan)
	}
	e.judge(v, monitor.Rules(p, c))
	e.Spared, e.Suspects = v.Spared, candidates(s, v, p)
	e.tell(s, known, v, p)
	return e, nil
}

// judge adds the signals that have something to say.
func (e *Explanation) judge(v monitor.CheckView, rules [len(monitor.SignalKinds)]monitor.SignalRule) {
	for k, kind := range monitor.SignalKinds {
		if sig := v.Row.Signals[k]; sig.Phase != "" || kind == monitor.Availability {
			e.Signals = append(e.Signals, signalView(v, kind, rules[k]))
		}
	}
}

// find is the check of that name, or the only one whose name without the account it is.
func find(s *monitor.Snapshot, name string) (monitor.CheckView, error) {
	var checks []*monitor.Check
	for _, v := range s.Checks {
		checks = append(checks, v.Check)
	}
	at, err := pick(checks, name)
	if err != nil {
		return monitor.CheckView{}, err
	}
	return s.Checks[at], nil
}

// pick is the place of the check of that name, or of the only one whose name without the account it is.
func pick(checks []*monitor.Check, name string) (int, error) {
	var known []string
	at, like := -1, 0
	for i, c := range checks {
		if string(c.ID()) == name {
			return i, nil
		}
		if c.Name == name {
			at, like = i, like+1
		}
		known = append(known, string(c.ID()))
	}
	switch {
	case like == 1:
		return at, nil
	case like > 1:
		return 0, misused("there are %d checks %q: add the account, as in %s", like, name, checks[at].ID())
	}
	return 0, unknownName("check", name, known)
}

// next is when a check is asked next, as far as the book knows.
func next(v monitor.CheckView, now time.Time) time.Time {
	if !v.Next.IsZero() {
		return v.Next
	}
	if v.Row == nil {
		return v.Check.Schedule.Next(now)
	}
	at := v.Check.Schedule.Next(now)
	if every := v.Row.Plan.Every; every > 0 && v.Row.LastRun.Add(every).Before(at) {
		at = v.Row.LastRun.Add(every)
	}
	if v.Row.Plan.NotBefore.After(at) {
		at = v.Row.Plan.NotBefore
	}
	return at
}

func pace(p monitor.Plan) string {
	how := "its own schedule"
	if p.Every > 0 {
		how = "every " + p.Every.String()
	}
	if p.Fresh {
		how += ", each on a connection of its own"
	}
	return how
}

func causes(c *monitor.Check) []string {
	all := []string{}
	for _, n := range c.Path {
		all = append(all, string(n.Kind)+" "+n.ID)
	}
	return append(all, "the check itself")
}

func seen(r *monitor.Row) *Seen {
	o := r.Last
	if r.LastRun.IsZero() || o.At.IsZero() { // what was seen before a pause is forgotten
		return nil
	}
	return &Seen{o.At, o.Took.Milliseconds(), o.Fault, o.Status, o.Code, o.Detail, o.Messages, o.TrackingID, o.IP}
}

func signalView(c monitor.CheckView, kind monitor.SignalKind, r monitor.SignalRule) SignalView {
	s := c.Row.Signal(kind)
	v := SignalView{
		Signal: kind, Phase: s.Phase, Suspicion: float64(s.Level), AlarmAt: float64(r.Alarm), Span: r.Span.String(), LastAt: s.LastAt, Evidence: window(s),
	}
	if c.Check.Kind == monitor.KindTraffic && kind == monitor.Availability { // windows decide
		v.Suspicion, v.AlarmAt, v.Span, v.Evidence = 0, 0, "", []monitor.Evidence{}
	}
	if v.Phase == "" {
		v.Phase = monitor.Clean
	}
	if v.Phase == monitor.Clean {
		return v
	}
	v.Since, v.Failed, v.Of, v.Reopens = s.Since, s.Fails, s.Attempts-s.GoodRun, s.Reopens
	v.GoodRun, v.GoodSince = s.GoodRun, s.GoodSince
	if end, ok := s.Ending(c.Check, r, cmp.Or(c.Row.Plan.Every, c.Check.Every)); ok {
		v.Hold, v.Goods, v.Earliest = end.Calm.String(), end.Goods, end.Earliest
	}
	return v
}

// window is the last evidence, oldest first: eight pieces in trouble, three without.
func window(s monitor.Signal) []monitor.Evidence {
	all := []monitor.Evidence{}
	if s.Tailed > len(s.Recent) {
		for i := s.Tailed - 1; i >= 0; i-- {
			e := monitor.Good
			if s.Tail>>i&1 == 1 {
				e = monitor.Fail
			}
			all = append(all, e)
		}
		return all
	}
	for i := len(s.Recent) - 1; i >= 0; i-- {
		if e := s.Recent[i].What; e != monitor.None {
			all = append(all, e)
		}
	}
	return all
}
