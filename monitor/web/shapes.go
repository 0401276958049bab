package web

import (
	"time"

	"bellhop/monitor"
)

// The shapes of the API. Times are RFC 3339 in UTC, durations seconds.

type statusBody struct {
	State         monitor.State    `json:"state"`
	Sentence      string           `json:"sentence"`
	Since         *time.Time       `json:"since"`
	At            *time.Time       `json:"at"`
	Instance      string           `json:"instance"`
	Version       string           `json:"version"`
	BlindSince    *time.Time       `json:"blind_since"`
	StoreDown     *time.Time       `json:"store_down_since"`
	OpenIncidents int              `json:"open_incidents"`
	Owed          int              `json:"deliveries_owed"`
	LastReport    *time.Time       `json:"last_report"` // null: nothing was ever reported
	Hotels        map[Standing]int `json:"hotels"`
	Checks        []checkBody      `json:"checks"` // those of reported hotels with ?hotels=1
	Notices       []noticeBody     `json:"notices"`
	Engine        engineBody       `json:"engine"`
	Findings      []findingStatus  `json:"health"`
}

type findingStatus struct {
	Name   string `json:"name"`
	Status grade  `json:"status"`
	Output string `json:"output,omitempty"`
}

type checkBody struct {
	Check     monitor.CheckID   `json:"check"`
	Name      string            `json:"name"`
	Account   string            `json:"account,omitempty"`
	Title     string            `json:"title"`
	Kind      string            `json:"kind"`
	Host      string            `json:"host,omitempty"`
	Component string            `json:"component,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
	Runbook   string            `json:"runbook,omitempty"`
	Schedule  string            `json:"schedule"`
	State     monitor.State     `json:"state"`
	Why       string            `json:"why,omitempty"`
	Silence   *monitor.Silence  `json:"silence,omitempty"` // the pause, maintenance or silence in force
	Badges    []string          `json:"badges"`
	Next      *time.Time        `json:"next"`
	LastGood  *time.Time        `json:"last_good"`
	Skipped   uint64            `json:"skipped"`
	Last      *answerBody       `json:"last"` // null is never asked
	Signals   []signalBody      `json:"signals"`
}

type answerBody struct {
	At         *time.Time    `json:"at"`
	Seconds    float64       `json:"seconds"`
	Status     int           `json:"status,omitempty"`
	Fault      monitor.Fault `json:"fault,omitempty"`
	Detail     string        `json:"detail,omitempty"`
	TrackingID string        `json:"tracking_id,omitempty"`
}

type signalBody struct {
	Signal   monitor.SignalKind `json:"signal"`
	Phase    monitor.Phase      `json:"phase"`
	Since    *time.Time         `json:"since,omitempty"`
	Failed   int                `json:"failed"`
	Of       int                `json:"of"`
	Incident string             `json:"incident,omitempty"`
}

type noticeBody struct {
	At       *time.Time `json:"at"`
	Key      string     `json:"key"`
	Text     string     `json:"text"`
	NextStep string     `json:"next_step"`
}

type engineBody struct {
	Started        *time.Time `json:"started"`
	LastTick       *time.Time `json:"last_tick"`
	LastRun        *time.Time `json:"last_run"`
	LastCommit     *time.Time `json:"last_commit"`
	Runs           uint64     `json:"runs"`
	Skipped        uint64     `json:"skipped"`
	PutOff         uint64     `json:"put_off"`
	Late           uint64     `json:"late"`
	Overflow       uint64     `json:"overflow"`
	Panics         uint64     `json:"panics"`
	Commits        uint64     `json:"commits"`
	CommitFailures uint64     `json:"commit_failures"`
	Gaps           uint64     `json:"gaps"`
	GapSeconds     float64    `json:"gap_seconds"`
}

// statusOf is of a snapshot without the checks of reported hotels; listed are those that it lists.
func statusOf(s *monitor.Snapshot, hotels *hotelViews, listed []monitor.CheckView, now time.Time, o Options) statusBody {
	sum := summarize(s, now)
	f := foot(s, o)
	b := statusBody{
		State: sum.State, Sentence: sum.Sentence, Since: instant(sum.Since), At: instant(s.At),
		Instance: f.Instance, Version: o.Version, BlindSince: instant(s.Blind.Since), StoreDown: instant(s.StoreDown),
		OpenIncidents: len(s.Open), Owed: s.Due, Engine: engineOf(s.Engine),
		LastReport: instant(s.LastReport), Hotels: hotels.counts(),
		Checks: []checkBody{}, Notices: []noticeBody{}, Findings: []findingStatus{},
	}
	for _, c := range listed {
		b.Checks = append(b.Checks, checkOf(c, s))
	}
	for _, n := range s.Notices {
		b.Notices = append(b.Notices, noticeBody{instant(n.At), n.Key, n.Text, n.NextStep})
	}
	for _, f := range examine(s, now) {
		b.Findings = append(b.Findings, findingStatus{f.Name, f.Grade, f.Output})
	}
	return b
}

func checkOf(v monitor.CheckView, s *monitor.Snapshot) checkBody {
	c, row := v.Check, rowOf(v)
	b := checkBody{
		Check: c.ID(), Name: c.Name, Account: c.Account, Title: c.Title, Kind: c.Kind, Host: c.Host, Component: c.Public,
		Labels: c.Labels, Runbook: c.Runbook, Schedule: c.Spec, State: v.State, Why: v.Why, Silence: v.Silence, Badges: append([]string{}, v.Badges...),
		Next: instant(v.Next), LastGood: instant(row.LastGood), Skipped: s.Engine.SkippedBy[c.ID()], Signals: []signalBody{},
	}
	if o := row.Last; !o.At.IsZero() {
		b.Last = &answerBody{instant(o.At), o.Took.Seconds(), o.Status, o.Fault, o.Detail, o.TrackingID}
	}
	for k, kind := range monitor.SignalKinds {
		if g := row.Signals[k]; g.Phase != "" && g.Phase != monitor.Clean {
			b.Signals = append(b.Signals, signalBody{kind, g.Phase, instant(g.Since), g.Fails, g.Attempts, row.Incident[k]})
		}
	}
	return b
}

func engineOf(e monitor.EngineStats) engineBody {
	return engineBody{
		Started: instant(e.Started), LastTick: instant(e.LastTick), LastRun: instant(e.LastRun), LastCommit: instant(e.LastCommit),
		Runs: e.Runs, Skipped: e.Skipped, PutOff: e.PutOff, Late: e.Late, Overflow: e.Overflow, Panics: e.Panics,
		Commits: e.Commits, CommitFailures: e.CommitFailures, Gaps: e.Gaps, GapSeconds: e.GapTime.Seconds(),
	}
}

type owedBody struct {
	At         *time.Time        `json:"at"`
	OldestOwed *time.Time        `json:"oldest_owed"` // null: no alert waits for an answer
	Deliveries []deliveryBody    `json:"deliveries"`  // what is not settled: waiting, or an end that will be owed
	Told       []monitor.Telling `json:"told"`        // newest first
	Older      string            `json:"older,omitempty"`
}

// A deliveryBody is a delivery without the message itself.
type deliveryBody struct {
	Receiver  string                `json:"receiver"`
	Incident  string                `json:"incident"`
	Title     string                `json:"title,omitempty"`
	Owed      *time.Time            `json:"owed_since"` // null: nothing waits to be taken now
	Knows     string                `json:"knows"`      // never tried, maybe or told
	Version   int                   `json:"version,omitempty"`
	State     monitor.IncidentState `json:"state,omitempty"`
	ToldAt    *time.Time            `json:"told_at"`
	Failing   *time.Time            `json:"failing_since"`
	LastErr   string                `json:"last_error,omitempty"`
	Status    int                   `json:"last_status,omitempty"`
	Attempts  int                   `json:"attempts"`
	Next      *time.Time            `json:"next"`
	MessageID string                `json:"message_id,omitempty"`
	Dead      string                `json:"dead,omitempty"`
}

func owedOf(s *monitor.Snapshot, means func(monitor.DeliveryID) bool) owedBody {
	b := owedBody{At: instant(s.At), OldestOwed: instant(s.OldestOwed), Deliveries: []deliveryBody{}}
	for _, d := range s.Owed {
		if !means(d.DeliveryID) {
			continue
		}
		one := deliveryBody{
			Receiver: d.Receiver, Incident: d.Incident, Title: s.Titles[d.Incident], Owed: instant(s.Waiting[d.DeliveryID]),
			Knows: string(d.Knows), Version: d.Version, State: d.State, ToldAt: instant(d.ToldAt), Failing: instant(d.Failing),
			LastErr: d.LastErr, Status: d.LastStatus, Dead: d.Dead,
		}
		if d.Knows == monitor.NeverTried {
			one.Knows = "never tried"
		}
		if m := d.Sending; m != nil {
			one.Attempts, one.Next, one.MessageID = m.Attempts, instant(m.Next), m.ID
		}
		b.Deliveries = append(b.Deliveries, one)
	}
	return b
}
