package monitor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	. "bellhop/monitor"
)

var (
	pace = RealPace()
	ten  = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
)

func incident(version int, state IncidentState, at time.Duration) *Incident {
	i := &Incident{ID: "inc_1", Version: version, State: state, Severity: Down, Since: ten, Opened: ten, Updated: ten.Add(at)}
	if state == IncidentResolved {
		i.Ended = ten.Add(at)
	}
	return i
}

func knows(k Knowledge, version int, state IncidentState) Delivery {
	return Delivery{Wants: true, Knows: k, Version: version, State: state, Severity: Down, ToldAt: ten}
}

// TestOwedConverges ensures that each row of the table of convergence is as the design has it.
func TestOwedConverges(t *testing.T) {
	open, resolved := IncidentOpen, IncidentResolved
	warn := func(i *Incident) *Incident { i.Severity = Degraded; return i }
	into := func(i *Incident) *Incident { i.Into = "inc_2"; return i }
	posts, late := Receiver{Posts: true}, Receiver{After: 15 * time.Minute}
	with := func(d Delivery, s Sending) Delivery { d.Sending = &s; return d }
	m := time.Minute
	for _, tt := range []struct {
		name string
		d    Delivery
		i    *Incident
		r    Receiver
		want EventType // "" is nothing
		at   time.Duration
	}{
		{"never tried, open", knows(NeverTried, 0, ""), incident(3, open, m), Receiver{}, EventOpened, 0},
		{"never tried, open, after 15 min", knows(NeverTried, 0, ""), incident(3, open, m), late, EventOpened, 15 * m},
		{"never tried, resolved", knows(NeverTried, 0, ""), incident(2, resolved, 20*m), Receiver{}, EventRecap, 20 * m},
		{"never tried, over in no time", knows(NeverTried, 0, ""), incident(2, resolved, 59*time.Second), Receiver{}, "", 0},
		{"never tried, ended before its after", knows(NeverTried, 0, ""), incident(2, resolved, 14*m), late, "", 0},
		{"never tried, ended after its after", knows(NeverTried, 0, ""), incident(2, resolved, 16*m), late, EventRecap, 16 * m},
		{"never tried, became part of another", knows(NeverTried, 0, ""), into(incident(2, resolved, 20*m)), Receiver{}, "", 0},
		{"not wanted", Delivery{}, incident(1, open, 0), Receiver{}, "", 0},
		{"told open, newer", knows(Told, 1, open), incident(2, open, m), Receiver{}, EventUpdated, m},
		{"maybe open, newer", knows(Maybe, 1, open), incident(2, open, m), Receiver{}, EventUpdated, m},
		{"told open, same", knows(Told, 1, open), incident(1, open, m), Receiver{}, "", 0},
		{"posts: told open, newer", knows(Told, 1, open), incident(2, open, m), posts, "", 0},
		{"posts: told open, severity changed", knows(Told, 1, open), warn(incident(2, open, m)), posts, EventUpdated, 10 * m},
		{"posts: told open, severity changed long after", knows(Told, 1, open), warn(incident(2, open, 30*m)), posts, EventUpdated, 30 * m},
		{"told open, resolved", knows(Told, 1, open), incident(2, resolved, 5*time.Second), Receiver{}, EventResolved, 5 * time.Second},
		{"maybe open, resolved", knows(Maybe, 1, open), incident(2, resolved, m), posts, EventResolved, m},
		{"told open, became part of another", knows(Told, 1, open), into(incident(2, resolved, m)), posts, EventResolved, m},
		{"told open, resolved and reopened meanwhile", knows(Told, 1, open), incident(3, open, m), Receiver{}, EventUpdated, m},
		{"posts: resolved and reopened meanwhile", knows(Told, 1, open), incident(3, open, m), posts, "", 0},
		{"told resolved, open again", knows(Told, 2, resolved), incident(3, open, m), posts, EventReopened, m},
		{"maybe resolved, open again", knows(Maybe, 2, resolved), incident(3, open, m), posts, EventReopened, m},
		{"told resolved, resolved", knows(Told, 2, resolved), incident(4, resolved, m), Receiver{}, "", 0},
		{"in flight", with(knows(Told, 1, open), Sending{Version: 2, InFlight: true}), incident(2, open, m), Receiver{}, "", 0},
		{"refused, same", with(knows(NeverTried, 0, ""), Sending{Type: EventOpened, Version: 1, Next: ten.Add(7 * m)}), incident(1, open, 0), Receiver{}, EventOpened, 7 * m},
		{"refused, newer", with(knows(NeverTried, 0, ""), Sending{Type: EventOpened, Version: 1, Next: ten.Add(7 * m)}), incident(2, resolved, 2*m), Receiver{}, EventRecap, 2 * m},
		{"maybe resolved, then a re-opening refused, then resolved", with(knows(Maybe, 2, resolved), Sending{Version: 3}), incident(4, resolved, m), posts, EventResolved, m},
		{"posts: maybe open, then a change refused, then as before", with(knows(Maybe, 1, open), Sending{Version: 2}), incident(3, open, 12*m), posts, EventUpdated, 12 * m},
		{"posts: maybe open, newer that is not posted", with(knows(Maybe, 1, open), Sending{Type: EventOpened, Version: 1, Next: ten.Add(2 * m)}), incident(2, open, m), posts, EventOpened, 2 * m},
		{"posts: maybe open, severity changed: in place of the repeat", with(knows(Maybe, 1, open), Sending{Version: 1, Next: ten.Add(2 * m)}), warn(incident(2, open, m)), posts, EventUpdated, 2 * m},
		{"an end owed for too long", knows(Told, 1, open), incident(2, resolved, -8*24*time.Hour), Receiver{}, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			what, at, ok := Owed(tt.d, tt.i, tt.r, pace, ten.Add(20*m))
			if ok != (tt.want != "") || ok && (what != tt.want || !at.Equal(ten.Add(tt.at))) {
				t.Errorf("owed %v %q at %v, want %q at %v", ok, what, at.Sub(ten), tt.want, tt.at)
			}
		})
	}
}

// TestOwedNextVersion ensures that an EveryVersion receiver gets each version in turn, and that what is under
// way is not overtaken.
func TestOwedNextVersion(t *testing.T) {
	var events []Event
	for v, what := range []EventType{EventOpened, EventUpdated, EventResolved} {
		events = append(events, Event{Type: what, Incident: Incident{Version: v + 1}})
	}
	slices.Reverse(events)
	for v, want := range []EventType{EventOpened, EventUpdated, EventResolved, ""} {
		if got, ok := NextVersion(Delivery{Version: v}, events); got.Type != want || ok != (want != "") {
			t.Errorf("after version %d: %q, want %q", v, got.Type, want)
		}
	}
	d := knows(Told, 1, IncidentOpen)
	d.Sending = &Sending{Type: EventUpdated, Version: 2}
	if what, _, ok := Owed(d, incident(3, IncidentResolved, time.Minute), Receiver{EveryVersion: true}, pace, ten); !ok || what != EventUpdated {
		t.Errorf("with version 2 under way, owed %q %v", what, ok)
	}
}

// TestKeylessRepeats ensures that what may have arrived is repeated after 2, 5 and 10 minutes, and then taken
// for told: its end is owed all the same.
func TestKeylessRepeats(t *testing.T) {
	slack := Receiver{Keyless: true, Posts: true}
	d, now := Delivery{Wants: true}, ten
	var waits []time.Duration
	for range 4 {
		d = d.Attempting(Attempting{At: now, Sending: Sending{ID: "m", Type: EventOpened, Version: 1, First: ten}})
		d = d.Received(Receipt{At: now, ID: "m", Result: Ambiguous}, pace)
		if _, at, ok := Owed(d, incident(1, IncidentOpen, 0), slack, pace, now); ok {
			waits, now = append(waits, at.Sub(now)), at
		}
	}
	if want := []time.Duration{2 * time.Minute, 5 * time.Minute, 10 * time.Minute}; !slices.Equal(waits, want) {
		t.Errorf("repeated after %v, want %v", waits, want)
	}
	if what, _, ok := Owed(d, incident(2, IncidentResolved, time.Hour), slack, pace, now); !ok || what != EventResolved {
		t.Errorf("at its end owed %q %v", what, ok)
	}
}

// TestRefusedRepeatsDoNotCount ensures that a repeat that was refused for certain can be made again, and that
// each message has its own repeats.
func TestRefusedRepeatsDoNotCount(t *testing.T) {
	slack := Receiver{Keyless: true}
	d, i := Delivery{Wants: true}, incident(1, IncidentOpen, 0)
	for n := range 20 {
		result := map[bool]SendResult{true: Ambiguous, false: Refused}[n == 0]
		d = d.Attempting(Attempting{Sending: Sending{ID: "m", Type: EventOpened, Version: 1, First: ten}})
		d = d.Received(Receipt{At: ten, ID: "m", Result: result}, pace)
		if _, _, ok := Owed(d, i, slack, pace, ten); !ok {
			t.Fatalf("given up after %d refusals", n)
		}
	}
	d.Repeats = MaybeMax
	if d = d.Attempting(Attempting{Sending: Sending{ID: "next", Version: 2}}); d.Repeats != 0 {
		t.Errorf("the next message starts with %d repeats", d.Repeats)
	}
}

// TestBehind ensures that a receiver is behind from the first failure on, until it has taken the truth or
// needs it no more.
func TestBehind(t *testing.T) {
	posts, worse := Receiver{Posts: true}, incident(2, IncidentOpen, time.Minute)
	worse.Severity = Degraded
	d := knows(Told, 1, IncidentOpen)
	d.ToldAt = ten.Add(-time.Hour)
	behind := func(d Delivery, i *Incident) time.Duration {
		since, ok := Behind(d, i, posts, pace, ten.Add(time.Hour))
		if !ok {
			return -1
		}
		return since.Sub(ten)
	}
	if got := behind(d, worse); got != time.Minute {
		t.Errorf("owed and not tried: behind since %v", got)
	}
	d = d.Attempting(Attempting{Sending: Sending{ID: "m", Type: EventUpdated, Version: 2, First: ten.Add(2 * time.Minute)}})
	if got := behind(d, worse); got != 2*time.Minute {
		t.Errorf("in flight: behind since %v", got)
	}
	d = d.Received(Receipt{At: ten.Add(3 * time.Minute), ID: "m", Result: Refused}, pace)
	if got := behind(d, worse); got != 2*time.Minute {
		t.Errorf("refused: behind since %v", got)
	}
	asBefore := incident(3, IncidentOpen, 5*time.Minute)
	if got := behind(d, asBefore); got != -1 {
		t.Errorf("needs it no more, and is behind since %v", got)
	}
	if d = d.Aged(asBefore, posts, pace, ten.Add(time.Hour)); d.Sending != nil || !d.Failing.IsZero() {
		t.Errorf("still burdened: %+v", d)
	}
}

// TestRestartedKeyless ensures that a message in flight at a crash is repeated late where that cannot be told
// apart from a second message, and at once where it can.
func TestRestartedKeyless(t *testing.T) {
	d := Delivery{Wants: true}.Attempting(Attempting{Sending: Sending{ID: "m", Type: EventOpened, Version: 1, First: ten}}).Restarted()
	for _, tt := range []struct {
		r    Receiver
		want time.Duration
	}{{Receiver{}, 0}, {Receiver{Keyless: true}, 2 * time.Minute}} {
		if _, at, ok := Owed(d, incident(1, IncidentOpen, 0), tt.r, pace, ten); !ok || at.Sub(ten) != tt.want {
			t.Errorf("keyless %v: owed %v after %v, want %v", tt.r.Keyless, ok, at.Sub(ten), tt.want)
		}
	}
}

// TestDeadline ensures that an end is owed for seven days, and that giving it up says why.
func TestDeadline(t *testing.T) {
	d := knows(Told, 1, IncidentOpen)
	d.Failing, d.LastErr = ten, "503 Service Unavailable"
	i := incident(2, IncidentResolved, time.Minute)
	if got := d.Aged(i, Receiver{}, pace, i.Ended.Add(pace.EndOwed-1)); got.Settled || got.Dead != "" {
		t.Errorf("before the deadline: settled %v, dead %q", got.Settled, got.Dead)
	}
	got := d.Aged(i, Receiver{}, pace, i.Ended.Add(pace.EndOwed))
	if !got.Settled || !strings.Contains(got.Dead, "503") {
		t.Errorf("at the deadline: settled %v, dead %q", got.Settled, got.Dead)
	}
	if got := d.Aged(incident(2, IncidentOpen, time.Minute), Receiver{}, pace, ten.AddDate(1, 0, 0)); got.Settled || got.Dead != "" {
		t.Errorf("open for a year: settled %v, dead %q", got.Settled, got.Dead)
	}
}

// TestSettled ensures that a row stays for as long as its incident can open again, so that this is told as such.
func TestSettled(t *testing.T) {
	d, i := knows(Told, 2, IncidentResolved), incident(2, IncidentResolved, time.Minute)
	for after, want := range map[time.Duration]bool{0: false, pace.ReopenIn - 1: false, pace.ReopenIn: true} {
		if got := d.Aged(i, Receiver{}, pace, i.Updated.Add(after)).Settled; got != want {
			t.Errorf("%v after the end: settled %v, want %v", after, got, want)
		}
	}
}

// TestOrders ensures that an operator can give a message up, and revive it.
func TestOrders(t *testing.T) {
	d := Delivery{Wants: true, Sending: &Sending{ID: "m", Type: EventOpened, Version: 1, Next: ten.Add(time.Hour)}}
	i := incident(1, IncidentOpen, 0)
	d = d.Ordered(Order{At: ten, Drop: true})
	if _, _, ok := Owed(d, i, Receiver{}, pace, ten); ok || d.Dead == "" {
		t.Error("still owed after it was dropped")
	}
	d = d.Ordered(Order{At: ten})
	if what, at, ok := Owed(d, i, Receiver{}, pace, ten); !ok || what != EventOpened || !at.Equal(ten) {
		t.Errorf("after a retry owed %q at %v %v", what, at, ok)
	}
}

// TestBlindFailuresDoNotCount ensures that our own dead uplink is not held against a receiver.
func TestBlindFailuresDoNotCount(t *testing.T) {
	for _, blind := range []bool{true, false} {
		d := Delivery{Wants: true}.Attempting(Attempting{Sending: Sending{ID: "m", Attempts: 1, First: ten}})
		d = d.Received(Receipt{At: ten, ID: "m", Result: Refused, Blind: blind}, pace)
		if counted := d.Sending.Attempts == 1 && !d.Failing.IsZero(); counted == blind {
			t.Errorf("blind %v: %d attempts, failing since %v", blind, d.Sending.Attempts, d.Failing)
		}
	}
}

// TestNotices ensures that a notice is told once, not after its time, and never by the receiver it is about.
func TestNotices(t *testing.T) {
	n := &Notice{ID: "not_1", Key: ReceiverKey("ops"), At: ten, Text: "It does not work."}
	d := Delivery{Wants: true}
	if _, ok := OwedNotice(d, n, Receiver{}, pace, ten.Add(pace.NoticeOwed)); ok {
		t.Error("owed after its time")
	}
	if got := d.AgedNotice(n, Receiver{}, pace, ten.Add(pace.NoticeOwed)); got.Dead == "" || !got.Settled {
		t.Errorf("after its time: dead %q, settled %v", got.Dead, got.Settled)
	}
	d = d.Attempting(Attempting{Sending: Sending{ID: "m", Type: EventNotice, Version: 1}})
	d = d.Received(Receipt{At: ten, ID: "m", Result: Accepted}, pace)
	if _, ok := OwedNotice(d, n, Receiver{}, pace, ten); ok || !d.AgedNotice(n, Receiver{}, pace, ten).Settled {
		t.Error("owed twice")
	}
	if (Receiver{Name: "ops"}).WantsNotice(n) || !(Receiver{Name: "other"}).WantsNotice(n) {
		t.Error("a receiver's trouble is to be told on the others")
	}
}

// TestNoticeBehind ensures that a notice is owed since it was made, whenever it is tried next.
func TestNoticeBehind(t *testing.T) {
	n := &Notice{ID: "not_1", At: ten, Text: "It does not work."}
	flying := Delivery{Wants: true}.Attempting(Attempting{Sending: Sending{ID: "m", Type: EventNotice, Version: 1}})
	refused := flying.Received(Receipt{At: ten.Add(time.Second), ID: "m", Result: Refused}, pace)
	for name, d := range map[string]Delivery{"untried": {Wants: true}, "in flight": flying, "refused": refused} {
		if at, ok := (Owing{Row: &d, Notice: n}).Behind(Receiver{}, pace, ten.Add(time.Minute)); !ok || !at.Equal(ten) {
			t.Errorf("%s: owed %v since %v", name, ok, at)
		}
	}
	if at, ok := (Owing{Row: &refused, Notice: n}).Behind(Receiver{}, pace, ten.Add(pace.NoticeOwed)); ok {
		t.Errorf("after its time: owed since %v", at)
	}
}

// TestNoticeOver ensures that the end of a notice takes the place of its beginning where that did not arrive,
// follows it where it did, and is no message where there is nothing to say.
func TestNoticeOver(t *testing.T) {
	over := &Notice{ID: "not_1", At: ten, Text: "It works again.", Over: true}
	refused := Delivery{Wants: true, Sending: &Sending{ID: "m", Type: EventNotice, Version: 1, Next: ten.Add(time.Hour)}}
	if at, ok := OwedNotice(refused, over, Receiver{}, pace, ten); !ok || !at.Equal(ten) || ResumesNotice(refused, over) {
		t.Errorf("beginning refused: owed %v at %v", ok, at)
	}
	flying := Delivery{Wants: true}.Attempting(Attempting{Sending: Sending{ID: "m", Type: EventNotice, Version: 1}})
	told := flying.Received(Receipt{At: ten, ID: "m", Result: Accepted}, pace).AgedNotice(over, Receiver{}, pace, ten)
	if _, ok := OwedNotice(told, over, Receiver{}, pace, ten); !ok {
		t.Error("ended while its beginning was in flight: not owed")
	}
	over.Text = ""
	if _, ok := OwedNotice(told, over, Receiver{}, pace, ten); ok {
		t.Error("owed without a word to say")
	}
}

// TestWhenWants ensures that the fields of a when are conditions that must all hold.
func TestWhenWants(t *testing.T) {
	i := &Incident{Severity: Down, Side: SideApaleo, Scope: Scope{Accounts: "one"}}
	for _, tt := range []struct {
		name            string
		w               When
		wants, itNotice bool
	}{
		{"none", When{}, true, true},
		{"severity", When{Severity: []string{"down", "auth"}}, true, false},
		{"other severity", When{Severity: []string{"auth"}}, false, false},
		{"notices", When{Severity: []string{"notice"}}, false, true},
		{"side", When{Side: []Side{SideApaleo}}, true, false},
		{"other side", When{Severity: []string{"down"}, Side: []Side{SideHotel}}, false, false},
		{"scope", When{Scope: []string{"one", "some"}}, true, false},
		{"other scope", When{Scope: []string{"all"}}, false, false},
	} {
		if got := tt.w.Wants(i); got != tt.wants {
			t.Errorf("%s: wants %v", tt.name, got)
		}
		if got := tt.w.WantsNotice(); got != tt.itNotice {
			t.Errorf("%s: wants notices %v", tt.name, got)
		}
	}
	if !(When{Scope: []string{"all"}}).Wants(&Incident{}) {
		t.Error("an incident that concerns no account in particular concerns all")
	}
}

// TestMessageID ensures that nothing but the same message has the same id, and that it fits the header.
func TestMessageID(t *testing.T) {
	d := DeliveryID{Receiver: "ops", Incident: "inc_1"}
	id := MessageID("book", d, 1, "")
	if id != MessageID("book", d, 1, "") || strings.ContainsAny(id, ". ") || !strings.HasPrefix(id, "msg_") {
		t.Errorf("id %q", id)
	}
	others := []string{
		MessageID("other", d, 1, ""), MessageID("book", d, 2, ""), MessageID("book", d, 1, "plain"),
		MessageID("book", DeliveryID{Receiver: "ops inc", Incident: "_1"}, 1, ""),
	}
	if slices.Contains(others, id) {
		t.Error("two messages share an id")
	}
}
