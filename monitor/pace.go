package monitor

import (
	"reflect"
	"time"
)

// Pace is every duration of detection, incidents, delivery, tokens and budgets, in one value, so that tests
// and the demo can divide them all alike. A rate is a count per duration.
type Pace struct {
	By int // what the real durations were divided by; 1 is real

	// Detection (alerting.md 1.4).
	Quick       time.Duration // sampling while in doubt
	OpenEvery   time.Duration // sampling of those who are not the representative while open
	KeepOver    time.Duration // checks slower than this keep their own schedule while open
	Hold        time.Duration // calm before an end is believed; doubles on each re-opening
	HoldMax     time.Duration
	ReopenIn    time.Duration // an opening this soon after an end is a re-opening
	AuthApart   time.Duration // two deterministic failures this far apart open auth; two Goods close it
	LatencySpan time.Duration
	QuotaSpan   time.Duration // a 429 sustained so long rings once
	Fresh       time.Duration // evidence older than max(Fresh, 2 T) does not count for a cause
	Stale       time.Duration // no evidence for max(Stale, 3 T) is shown as unknown
	GapOver     time.Duration // unseen time over max(GapOver, 2 T) is a Gap
	SweepEvery  time.Duration // at most one sweep in this time

	// Controls.
	ControlFresh time.Duration // an answer of the control hosts serves all who ask within this time
	ControlEvery time.Duration // the control hosts are asked so often without need
	OutsideFresh time.Duration // something outside that answered so lately proves that there is a way out
	BlindRound   time.Duration // two failed rounds this far apart are blindness
	BlindNotice  time.Duration // blindness this long is told

	// Incidents.
	Relation      time.Duration // first failures this close can have one cause
	Stable        time.Duration // a severity must hold so long
	UpdateEvery   time.Duration // at least this long between updates
	StorePatience time.Duration // a store that fails this long is worked without
	HotelsEvery   time.Duration // at least this long between two tellings of which hotels a matter of their own concerns
	LimitCalm     time.Duration // a quota must have room for so long before a warning of it is over

	// Tokens, per client id.
	TokenDoubt     time.Duration // forced requests in doubt
	TokenOpen      time.Duration // and while open,
	TokenLongAfter time.Duration // and when it has been open this long,
	TokenLong      time.Duration // so far apart
	TokenWindow    time.Duration // at most TokenMax in any TokenWindow
	TokenOverdue   time.Duration // what an integration keeps, and has not renewed for so long, is an outage of the integration
	SecretSettle   time.Duration // a changed secret opens nothing for this long

	// Delivery.
	SendTimeout      time.Duration
	BackoffFirst     time.Duration
	BackoffCap       time.Duration // for the first BackoffLongAfter,
	BackoffLongAfter time.Duration
	BackoffLong      time.Duration // then this
	AskAgain         time.Duration // after an error that a person must mend
	MaybeTimeout     time.Duration // of a receiver with neither lookup nor key
	MaybeFirst       time.Duration // its waits after an ambiguous outcome
	MaybeSecond      time.Duration
	MaybeThird       time.Duration
	PostEvery        time.Duration // severity posts on a receiver that cannot edit are at least so far apart
	DigestEvery      time.Duration // a digest is posted again there so seldom
	RecapOver        time.Duration // an incident visible for less is not recapped
	EndOwed          time.Duration // how long an end is owed
	NoticeOwed       time.Duration // how long a notice is owed
	RetryAfterMax    time.Duration
	OwedTooLong      time.Duration // an event accepted by nobody for so long stops the heartbeat
	ReceiverSick     time.Duration // a receiver that fails so long is told about on the others
	Heartbeat        time.Duration

	// Reports.
	ReportOverdue time.Duration // no report for so long is an outage of the integration
	HotelSilent   time.Duration // a hotel that is missing from reports for so long is told of

	// Manners.
	BudgetWindow time.Duration // AccountMax and HostMax are counts in it
}

// Counts that belong to Pace's windows.
const (
	TokenMax   = 11 // forced token requests of one client in TokenWindow
	AccountMax = 10 // scheduled checks of one account in BudgetWindow
	HostMax    = 60 // re-probes and sweeps of one host in BudgetWindow
	MaybeMax   = 3  // re-sends after ambiguous outcomes
)

// RealPace is the pace the product runs at.
func RealPace() Pace {
	return Pace{
		By:    1,
		Quick: 15 * time.Second, OpenEvery: time.Minute, KeepOver: 5 * time.Minute,
		Hold: 40 * time.Second, HoldMax: 30 * time.Minute, ReopenIn: 2 * time.Hour,
		AuthApart: 30 * time.Second, LatencySpan: 2 * time.Minute, QuotaSpan: 30 * time.Minute,
		Fresh: 90 * time.Second, Stale: 3 * time.Minute, GapOver: 2 * time.Minute, SweepEvery: time.Minute,
		ControlFresh: 5 * time.Second, ControlEvery: 10 * time.Minute, OutsideFresh: 10 * time.Second, BlindRound: 10 * time.Second, BlindNotice: time.Minute,
		Relation: 3 * time.Minute, Stable: 30 * time.Second, UpdateEvery: time.Minute, StorePatience: 5 * time.Second,
		HotelsEvery: 24 * time.Hour, LimitCalm: 30 * time.Minute,
		TokenDoubt: 30 * time.Second, TokenOpen: time.Minute, TokenLongAfter: time.Hour, TokenLong: 5 * time.Minute,
		TokenWindow: 10 * time.Minute, TokenOverdue: time.Hour, SecretSettle: 10 * time.Minute,
		SendTimeout: 15 * time.Second, BackoffFirst: time.Second, BackoffCap: time.Minute,
		BackoffLongAfter: time.Hour, BackoffLong: 15 * time.Minute, AskAgain: 5 * time.Minute,
		MaybeTimeout: time.Minute, MaybeFirst: 2 * time.Minute, MaybeSecond: 5 * time.Minute, MaybeThird: 10 * time.Minute,
		PostEvery: 10 * time.Minute, DigestEvery: time.Minute, RecapOver: time.Minute, EndOwed: 7 * 24 * time.Hour, NoticeOwed: 24 * time.Hour,
		RetryAfterMax: 15 * time.Minute, OwedTooLong: 5 * time.Minute, ReceiverSick: 5 * time.Minute, Heartbeat: time.Minute,
		ReportOverdue: 5 * time.Minute, HotelSilent: 15 * time.Minute,
		BudgetWindow: time.Minute,
	}
}

// Divide makes every duration n times shorter.
func (p Pace) Divide(n int) Pace {
	v := reflect.ValueOf(&p).Elem()
	for _, f := range v.Fields() {
		if f.Type() == reflect.TypeFor[time.Duration]() {
			f.SetInt(f.Int() / int64(n))
		}
	}
	p.By *= n
	return p
}

// Of is a real duration at this pace.
func (p Pace) Of(d time.Duration) time.Duration { return d / time.Duration(p.By) }

// A Rule is a leaky bucket: a Fail adds Fail, a Good takes one, and it alarms at Alarm once the failures
// span Span. It is a Bernoulli CUSUM whose neutral failure rate is 1/(Fail+1).
type Rule struct {
	Fail, Alarm, Cap int
	Span             time.Duration
}
